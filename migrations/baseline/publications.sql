CREATE TABLE score_publication (
    county_id bigint NOT NULL,
    month date NOT NULL,
    code varchar(12) NOT NULL,
    content jsonb NOT NULL,
    digest bytea NOT NULL,
    published_at timestamptz NOT NULL,
    published_by_id bigint NOT NULL,
    CONSTRAINT ck_score_publication_digest CHECK ((octet_length(digest) = 32)),
    CONSTRAINT ck_score_publication_month CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT pk_score_publication PRIMARY KEY (county_id, month)
);
CREATE UNIQUE INDEX uq_score_publication_code ON score_publication (code, month);
CREATE TRIGGER score_publication_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON score_publication
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE score_publication_village (
    village_id bigint NOT NULL,
    month date NOT NULL,
    county_id bigint NOT NULL,
    township_id bigint NOT NULL,
    code varchar(12) NOT NULL,
    content jsonb NOT NULL,
    CONSTRAINT pk_score_publication_village PRIMARY KEY (village_id, month)
);
CREATE INDEX ix_score_publication_village_county_id_month ON score_publication_village (county_id, month);
CREATE UNIQUE INDEX uq_score_publication_village_code ON score_publication_village (code, month);
CREATE TRIGGER score_publication_village_append_only BEFORE DELETE OR UPDATE
    OR TRUNCATE ON score_publication_village FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
