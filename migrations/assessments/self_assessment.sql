CREATE TABLE self_assessment (
    target_id bigint NOT NULL,
    county_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    unit_id bigint NOT NULL,
    value numeric(18, 4),
    known numeric(18, 4),
    words varchar(300) DEFAULT '' NOT NULL,
    said_by_id bigint NOT NULL,
    said_at timestamptz NOT NULL,
    CONSTRAINT pk_self_assessment PRIMARY KEY (target_id),
    CONSTRAINT ck_self_assessment_explained CHECK (value IS NOT DISTINCT FROM known OR words <> ''),
    CONSTRAINT fk_self_assessment_programme_id_unit_id FOREIGN KEY(programme_id, unit_id) REFERENCES assessed_unit (programme_id, id),
    CONSTRAINT fk_self_assessment_target_id FOREIGN KEY(target_id) REFERENCES target (id),
    CONSTRAINT fk_self_assessment_county_id FOREIGN KEY(county_id) REFERENCES region (id),
    CONSTRAINT fk_self_assessment_programme_id FOREIGN KEY(programme_id) REFERENCES programme (id),
    CONSTRAINT fk_self_assessment_said_by_id FOREIGN KEY(said_by_id) REFERENCES person (id)
);
CREATE INDEX ix_self_assessment_unit_id ON self_assessment (unit_id);
