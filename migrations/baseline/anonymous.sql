CREATE TABLE anonymous.box (
    id uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT box_pkey PRIMARY KEY (id)
);

CREATE TABLE anonymous.box_key (
    box text NOT NULL,
    public bytea NOT NULL,
    file text NOT NULL,
    CONSTRAINT box_key_box_check
        CHECK ((box = ANY (ARRAY['inbox'::text, 'day_box'::text, 'box'::text, 'letter_box'::text]))),
    CONSTRAINT box_key_public_check CHECK ((octet_length(public) = 32)),
    CONSTRAINT box_key_pkey PRIMARY KEY (box)
);

CREATE TABLE anonymous.day_box (
    id uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT day_box_pkey PRIMARY KEY (id)
);

CREATE TABLE anonymous.day_spent (
    nullifier bytea NOT NULL,
    desk_id uuid NOT NULL,
    CONSTRAINT day_spent_nullifier_check CHECK ((octet_length(nullifier) = 32)),
    CONSTRAINT day_spent_pkey PRIMARY KEY (nullifier)
);

CREATE TABLE anonymous.desk (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    county_id bigint NOT NULL,
    period date NOT NULL,
    use text NOT NULL,
    closes_at timestamptz NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    CONSTRAINT desk_use_check CHECK ((use = ANY (ARRAY['survey'::text, 'ticket'::text]))),
    CONSTRAINT desk_county_id_period_use_key UNIQUE (county_id, period, use),
    CONSTRAINT desk_pkey PRIMARY KEY (id)
);

CREATE TABLE anonymous.flushed (
    epoch uuid NOT NULL,
    county_id bigint NOT NULL,
    through integer NOT NULL,
    period date NOT NULL,
    CONSTRAINT flushed_pkey PRIMARY KEY (epoch)
);

CREATE UNLOGGED TABLE anonymous.inbox (
    nullifier bytea NOT NULL,
    desk_id uuid NOT NULL,
    sealed bytea NOT NULL,
    CONSTRAINT inbox_nullifier_check CHECK ((octet_length(nullifier) = 32)),
    CONSTRAINT inbox_pkey PRIMARY KEY (nullifier)
);

CREATE UNLOGGED TABLE anonymous.inbox_epoch (
    county_id bigint NOT NULL,
    epoch uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT inbox_epoch_epoch_key UNIQUE (epoch),
    CONSTRAINT inbox_epoch_pkey PRIMARY KEY (county_id)
);

CREATE TABLE anonymous.key (
    kid bytea NOT NULL,
    desk_id uuid NOT NULL,
    unit_id bigint NOT NULL,
    context bytea NOT NULL,
    modulus bytea NOT NULL,
    questions jsonb,
    CONSTRAINT key_context_check CHECK ((octet_length(context) = 32)),
    CONSTRAINT key_kid_check CHECK ((octet_length(kid) = 32)),
    CONSTRAINT key_modulus_check CHECK ((octet_length(modulus) = 256)),
    CONSTRAINT key_pkey PRIMARY KEY (kid)
);

CREATE TABLE anonymous.letter_box (
    id uuid NOT NULL,
    sealed bytea NOT NULL,
    nights smallint NOT NULL,
    CONSTRAINT letter_box_pkey PRIMARY KEY (id)
);

CREATE TABLE anonymous.spent (
    nullifier bytea NOT NULL,
    desk_id uuid NOT NULL,
    CONSTRAINT spent_nullifier_check CHECK ((octet_length(nullifier) = 32)),
    CONSTRAINT spent_pkey PRIMARY KEY (nullifier)
);

CREATE TABLE anonymous.thread (
    lookup bytea NOT NULL,
    county_id bigint NOT NULL,
    view jsonb NOT NULL,
    CONSTRAINT thread_lookup_check CHECK ((octet_length(lookup) = 32)),
    CONSTRAINT thread_pkey PRIMARY KEY (lookup)
);
