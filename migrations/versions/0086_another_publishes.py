"""A year is published by another person than the one who locked it."""

from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION refuse_own_lock() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM programme_lock WHERE programme_id = NEW.programme_id
                       AND hand_of(locked_by_id) = hand_of(NEW.published_by_id)) THEN
                RAISE EXCEPTION 'who locked programme % publishes it', NEW.programme_id
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute("""
        CREATE TRIGGER programme_publication_another BEFORE INSERT ON programme_publication
        FOR EACH ROW EXECUTE FUNCTION refuse_own_lock()""")


def downgrade() -> None:
    op.execute("DROP TRIGGER programme_publication_another ON programme_publication")
    op.execute("DROP FUNCTION refuse_own_lock()")
