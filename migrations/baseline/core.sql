CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    person_id bigint,
    action varchar(60) NOT NULL,
    subject_kind varchar(40) NOT NULL,
    subject_id varchar(60) NOT NULL,
    detail jsonb NOT NULL,
    request_id varchar(64),
    origin varchar(8),
    address varchar(45),
    CONSTRAINT ck_audit_entry_origin CHECK ((origin IN ('console', 'app', 'shell', 'job'))),
    CONSTRAINT pk_audit_entry PRIMARY KEY (id)
);
CREATE INDEX ix_audit_entry_action_id ON audit_entry (action, id);
CREATE INDEX ix_audit_entry_at ON audit_entry (at);
CREATE INDEX ix_audit_entry_person_id_id ON audit_entry (person_id, id);
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR TRUNCATE ON audit_entry FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry FOR EACH ROW
    WHEN ((old.at > (now() - '3 years'::interval))) EXECUTE FUNCTION refuse_change();

CREATE TABLE held_word (
    county_id bigint NOT NULL,
    folded varchar(20) NOT NULL,
    word varchar(20) NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT ck_held_word_length CHECK (((length((folded)::text) >= 2) AND (length((folded)::text) <= 20))),
    CONSTRAINT pk_held_word PRIMARY KEY (county_id, folded)
);
