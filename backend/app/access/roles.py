"""Roles and the grants that give them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the county."""

    VILLAGER = "villager"
    CADRE = "cadre"
    SHOP_KEEPER = "shop_keeper"
    DEPARTMENT_STAFF = "department_staff"
    TOWNSHIP_STAFF = "township_staff"
    COUNTY_STAFF = "county_staff"
    LEADER = "leader"
    COUNTY_MANAGER = "county_manager"
    ASSESSOR = "assessor"
    ORGANISER = "organiser"
    SUBJECT_STAFF = "subject_staff"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, str] = {
    Role.VILLAGER: "村民",
    Role.CADRE: "村干部",
    Role.SHOP_KEEPER: "兑换点店主",
    Role.DEPARTMENT_STAFF: "部门工作人员",
    Role.TOWNSHIP_STAFF: "乡镇工作人员",
    Role.COUNTY_STAFF: "县工作人员",
    Role.LEADER: "县领导（只读）",
    Role.COUNTY_MANAGER: "县业务主管",
    Role.ASSESSOR: "考核办工作人员",
    Role.ORGANISER: "组织部（取分管领导汇总）",
    Role.SUBJECT_STAFF: "主体经营者",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDITOR: "审计员",
}

# 三员分立: whoever holds one of these holds no other role; triggers refuse it.
OFFICES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


@dataclass(frozen=True)
class Grant:
    """A role in a region from one day to another (both included, open where None)."""

    role: Role
    region_id: int
    starts_on: date
    ends_on: date | None = None
    # Only staff of a department have one; their region is its county.
    department_id: int | None = None
    # Only staff of the assessment office may have it: what one of them drafted another approves.
    approves: bool = False
    # Only who runs an assessed subject has one; the region is its county.
    subject_id: int | None = None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Actor:
    """The person who acts, with the grants that hold today."""

    person_id: int
    grants: tuple[Grant, ...] = field(default=())
    display_name: str = ""
    second_factor: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Everybody who is logged in is a villager at least."""
        return frozenset({Role.VILLAGER, *(grant.role for grant in self.grants)})

    @property
    def region_ids(self) -> frozenset[int]:
        return frozenset(grant.region_id for grant in self.grants)
