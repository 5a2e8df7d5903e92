"""Invitations that wait for a code; invitations and requests for roles that were withdrawn."""

from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE cadre_invitation
            ALTER code_hash DROP NOT NULL,
            ALTER expires_at DROP NOT NULL,
            ADD withdrawn_at timestamptz,
            ADD CONSTRAINT ck_cadre_invitation_code
                CHECK ((code_hash IS NULL) = (expires_at IS NULL)),
            ADD CONSTRAINT ck_cadre_invitation_withdrawn
                CHECK (withdrawn_at IS NULL OR accepted_at IS NULL);
        ALTER TABLE grant_request
            ADD withdrawn_at timestamptz,
            ADD CONSTRAINT ck_grant_request_withdrawn
                CHECK (withdrawn_at IS NULL OR decided_at IS NULL);
        """
    )


def downgrade() -> None:
    """What was withdrawn, or has no code, must not come back to life."""
    op.execute(
        """
        DELETE FROM grant_request WHERE withdrawn_at IS NOT NULL;
        ALTER TABLE grant_request DROP withdrawn_at;
        DELETE FROM cadre_invitation WHERE withdrawn_at IS NOT NULL OR code_hash IS NULL;
        ALTER TABLE cadre_invitation
            DROP CONSTRAINT ck_cadre_invitation_code, DROP withdrawn_at,
            ALTER code_hash SET NOT NULL, ALTER expires_at SET NOT NULL;
        """
    )
