"""Groups of 360° whose raters differ too much are used or not, as a second person says."""

from alembic import op

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE appraisal_group ADD dispute varchar(8), ADD dispute_reason varchar(200),
    ADD settled_by_id bigint CONSTRAINT fk_appraisal_group_settled_by_id REFERENCES person (id),
    ADD settled_at timestamptz;
ALTER TABLE appraisal_group
    ADD CONSTRAINT ck_appraisal_group_dispute CHECK (dispute IN ('dropped', 'open', 'used')),
    ADD CONSTRAINT ck_appraisal_group_settled CHECK (
        num_nonnulls(dispute_reason, settled_by_id, settled_at)
        = CASE WHEN dispute <> 'open' THEN 3 ELSE 0 END);
CREATE FUNCTION refuse_closer_of_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF hand_of(NEW.settled_by_id) = (
        SELECT hand_of(closed_by_id) FROM appraisal_round WHERE id = NEW.round_id) THEN
        RAISE EXCEPTION 'closed and settled by one hand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE UPDATE ON appraisal_group
    FOR EACH ROW WHEN (NEW.settled_by_id IS NOT NULL)
    EXECUTE FUNCTION refuse_closer_of_round();
"""
DOWN = """
DROP TRIGGER two_people ON appraisal_group;
DROP FUNCTION refuse_closer_of_round();
ALTER TABLE appraisal_group DROP dispute, DROP dispute_reason, DROP settled_by_id,
    DROP settled_at;
"""


def upgrade() -> None:
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
