"""People, their bindings, their roles and their console log-ins."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.access import Role
from backend.app.accounts.states import GrantOutcome, Way
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.core.web.guards import TokenScope


class Person(Model):
    """Somebody: a WeChat user, a member of staff, or both."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("closed_at IS NULL OR openid IS NULL", name="closed_has_no_openid"),
        CheckConstraint("number BETWEEN 100000000000 AND 999999999999", name="number"),
    )

    id: Mapped[Id]
    # What is shown, typed and quoted: random, so that nobody can be counted through.
    number: Mapped[int] = mapped_column(
        BigInteger, unique=True, server_default=text("random_person_number()")
    )
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(40), server_default="")
    created_at: Mapped[datetime]
    # Nobody is behind this number any more; what cannot be deleted hangs on it.
    closed_at: Mapped[datetime | None]


class PersonIdentity(Model):
    """A way by which somebody comes without the mini-program; joined by an act of the person.

    The number itself lies sealed; its keyed digest finds it.
    """

    __tablename__ = "person_identity"
    __table_args__ = (
        CheckConstraint(one_of("way", Way), name="way"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        UniqueConstraint("way", "digest"),
        UniqueConstraint("person_id", "way"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[str] = mapped_column(String(10))
    digest: Mapped[bytes]
    subject_sealed: Mapped[bytes]
    # What its owner knows it by: the last four digits.
    hint: Mapped[str] = mapped_column(String(20))
    added_at: Mapped[datetime]


class ClosedAccount(Model):
    """A keyed digest of who closed an account, until coming back would count nobody twice."""

    __tablename__ = "closed_account"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    reopens_on: Mapped[date]


class PersonConsent(Model):
    """Somebody agreed to a version of the explanation, or took that back; append-only."""

    __tablename__ = "person_consent"
    __table_args__ = (
        CheckConstraint("act IN ('given', 'withdrawn')", name="act"),
        Index(None, "person_id", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(10))
    version: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class Binding(Model):
    """A villager's village, and optionally group and household; one active at a time."""

    __tablename__ = "binding"
    __table_args__ = (
        Index(
            "uq_binding_active", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
        Index(None, "village_id"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    household: Mapped[str | None] = mapped_column(String(40))
    # Whoever chose the village said so; null for what was chosen before anybody was asked.
    of_age: Mapped[bool | None]
    bound_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RoleGrant(Model):
    """A role in a region from one day to another, and who gave it."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(one_of("role", set(Role) - {Role.VILLAGER}), name="role"),
        CheckConstraint(
            "(role = 'department_staff') = (department_id IS NOT NULL)", name="department"
        ),
        CheckConstraint("(role = 'subject_staff') = (subject_id IS NOT NULL)", name="subject"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint(f"NOT approves OR role = '{Role.ASSESSOR}'", name="approves"),
        CheckConstraint(
            "confirmed_by_id <> granted_by_id AND confirmed_by_id <> person_id",
            name="confirmed_by_another",
        ),
        Index(None, "person_id"),
        Index(None, "region_id", "role"),
        Index(
            "ix_role_grant_department",
            "department_id",
            postgresql_where=text("department_id IS NOT NULL"),
        ),
        Index(
            "ix_role_grant_subject", "subject_id", postgresql_where=text("subject_id IS NOT NULL")
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(20))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("assessed_subject.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    # 审定权: what others of the assessment office drafted.
    approves: Mapped[bool] = mapped_column(server_default=text("false"))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    # None for who was invited to an own phone, and for the first three of a county.
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class GrantRequest(Model):
    """A role, or the end of one, that somebody asked for and a security administrator decides."""

    __tablename__ = "grant_request"
    __table_args__ = (
        CheckConstraint("kind IN ('grant', 'revoke')", name="kind"),
        CheckConstraint(one_of("outcome", GrantOutcome), name="outcome"),
        CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        CheckConstraint(
            "decided_by_id <> asked_by_id AND decided_by_id <> person_id", name="another_decides"
        ),
        CheckConstraint("withdrawn_at IS NULL OR decided_at IS NULL", name="withdrawn"),
        CheckConstraint(f"NOT approves OR role = '{Role.ASSESSOR}'", name="approves"),
        Index(None, "person_id"),
        Index("ix_grant_request_waiting", "region_id", postgresql_where=text("decided_at IS NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(20))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    approves: Mapped[bool] = mapped_column(server_default=text("false"))
    # The grant that came of it, or the one that is to end.
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("role_grant.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    # By whoever asked, before anybody decided.
    withdrawn_at: Mapped[datetime | None]


class ConsoleLogin(Model):
    """User name, argon2id hash, lockout and second factor of a member of staff.

    Until its owner has activated it, an account is the hand of whoever opened it or reset it last.
    """

    __tablename__ = "console_login"
    __table_args__ = (
        CheckConstraint("(activated_at IS NULL) = (activated_how IS NULL)", name="activated"),
        CheckConstraint(
            "activated_how IN ('phone', 'slip', 'founding', 'earlier')", name="activated_how"
        ),
        CheckConstraint(
            "activated_how <> 'phone' OR phone_confirmed_at IS NOT NULL", name="activated_by_phone"
        ),
        CheckConstraint(
            "phone_confirmed_at IS NULL OR phone_person_id IS NOT NULL", name="confirmed_phone"
        ),
        # One telephone belongs to one account.
        Index(
            "uq_console_login_phone", "phone_person_id", unique=True,
            postgresql_where=text("disabled_at IS NULL"),
        ),
        Index("uq_console_login_activation", "activation_hash", unique=True),
    )  # fmt: skip

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(server_default=text("false"))
    # Of a one-time password: after this it is worth nothing.
    password_expires_at: Mapped[datetime | None]
    failed_attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    locked_until: Mapped[datetime | None]
    totp_sealed: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_hashes: Mapped[list[str]] = mapped_column(ARRAY(String(200)), server_default="{}")
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    # Until the first role is granted, the log-in belongs to the office of whoever opened it.
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reset_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    activated_at: Mapped[datetime | None]
    activated_how: Mapped[str | None] = mapped_column(String(8))
    # The WeChat user whose phone activates it, once a security administrator confirmed it.
    phone_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    phone_confirmed_at: Mapped[datetime | None]
    activation_hash: Mapped[str | None] = mapped_column(String(64))
    activation_expires_at: Mapped[datetime | None]


class CadreInvitation(Model):
    """A code that turns a WeChat user into a cadre of one village, once, within three days."""

    __tablename__ = "cadre_invitation"
    __table_args__ = (
        CheckConstraint("(code_hash IS NULL) = (expires_at IS NULL)", name="code"),
        CheckConstraint("withdrawn_at IS NULL OR accepted_at IS NULL", name="withdrawn"),
    )

    id: Mapped[Id]
    # Null until a code is handed out: whoever was on a list waits for the slips.
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class ApiToken(Model):
    """What another system reads a county's published scores with; only its SHA-256 is stored."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint(one_of("scope", TokenScope), name="scope"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked"),
        CheckConstraint("uses >= 0", name="uses"),
        UniqueConstraint("digest"),
        Index(None, "county_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(40))
    digest: Mapped[bytes]
    scope: Mapped[str] = mapped_column(String(20))
    ends_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    last_used_at: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))

    def is_open(self, day: date) -> bool:
        return self.revoked_at is None and day <= self.ends_on
