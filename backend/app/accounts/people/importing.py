"""A list of cadres and staff: each row becomes an invitation, or a request for a role.

Both as the desk makes them for one person: a cadre accepts on the own phone, and a role of staff
begins when a security administrator confirms it. No account is opened by a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from backend.app.access import MAY_ASK_FOR, OFFICES, ROLE_NAMES, Permission, Role, regions_of
from backend.app.accounts.errors import OfficesApart, OwnRole
from backend.app.accounts.grants import invitations
from backend.app.accounts.grants import requests as grant_requests
from backend.app.accounts.grants.invitation_queries import standing_of
from backend.app.accounts.grants.operations import LEVEL_OF, check_fits, check_grantable
from backend.app.accounts.people.office_terms import Term, read_term
from backend.app.accounts.queries import StaffLine, actor_today, staff_named
from backend.app.core.errors import Conflict, DomainError
from backend.app.imports.headings import FileColumn
from backend.app.imports.kinds import (
    AppliedRow,
    FileRow,
    ImportContext,
    ImportKind,
    RowEffect,
    RowOutcome,
    RowPlan,
)
from backend.app.imports.queries import count_made
from backend.app.places.import_columns import CODE, TOWNSHIP, VILLAGE, read_village
from backend.app.places.name_queries import village_names
from backend.app.places.names import plain
from backend.app.places.queries import list_departments

PLACE = FileColumn(
    "place", "村或单位", True,
    (
        "村/单位", "村或单位", "村(社区)/单位", "单位/村", *VILLAGE.headings,
        "单位", "工作单位", "所在单位", "部门", "乡镇", "镇街",
    ),
)  # fmt: skip
NAME = FileColumn("name", "姓名", True, ("姓名", "名字", "干部姓名", "人员姓名"))
ROLE = FileColumn(
    "role", "职务", True, ("职务/角色", "角色", "职务", "岗位", "职位", "现任职务", "身份")
)
USERNAME = FileColumn("username", "用户名", False, ("用户名", "账号", "登录名"))
STARTS = FileColumn(
    "starts_on", "任期开始", False,
    ("任期开始", "任职开始", "任期起", "任职起", "开始日期", "任职日期", "任职时间", "上任日期"),
)  # fmt: skip
ENDS = FileColumn(
    "ends_on", "任期结束", False,
    (
        "任期结束", "任职结束", "任期止", "任职止", "结束日期", "任期至", "任期届满", "届满日期",
        "到期日期",
    ),
)  # fmt: skip
TERM = FileColumn("term", "任期", False, ("任期", "任期起止", "任职期限", "任职期间"))
LONGEST_NAME = 40
CADRES = (
    "村支书", "村书记", "村党支部书记", "村主任", "村委会主任", "村委会副主任", "村副主任",
    "村支部委员", "村委委员", "村文书", "文书", "村会计", "村妇联主席", "村监委会主任",
    "社区书记", "社区主任", "社区干部",
)  # fmt: skip
KNOWN_ROLES = {
    **{plain(name): role for role, name in ROLE_NAMES.items() if role is not Role.VILLAGER},
    **dict.fromkeys(CADRES, Role.CADRE),
    "县领导": Role.LEADER, "店主": Role.SHOP_KEEPER, "乡镇干部": Role.TOWNSHIP_STAFF,
    "镇干部": Role.TOWNSHIP_STAFF, "部门干部": Role.DEPARTMENT_STAFF,
}  # fmt: skip
# A shop keeper is invited to a shop, of which a list says nothing.
NEVER_BY_LIST = {
    Role.SHOP_KEEPER: "店主请到「兑换点」那一页邀请",
    Role.SUBJECT_STAFF: "主体经营者请考核办到「主体」那一页邀请",
    **dict.fromkeys(OFFICES, "三员不能用名单导入，请系统管理员一个一个申请"),
}


@dataclass(frozen=True)
class ListedPerson:
    """What a row asks for; `person_id` is None for a cadre, who comes with the own phone.

    Two rows are the same whatever their terms.
    """

    name: str
    role: Role
    region_id: int
    department_id: int | None = None
    person_id: int | None = None
    term: Term = field(default=Term(), compare=False)


class PeopleImporter:
    """Invitations and requests, in the name of whoever handed the list in."""

    def __init__(self, context: ImportContext) -> None:
        self.context = context
        self.actor = actor_today(context.person_id)
        self.names = village_names(context.county_id)
        self.within = regions_of(self.actor, Permission.ASK_FOR_GRANTS)
        self.departments = {unit.id: unit.name for unit in list_departments(context.county_id)}
        grantable = {
            role for held in self.actor.roles for role in MAY_ASK_FOR.get(held, frozenset())
        }
        if not regions_of(self.actor, Permission.INVITE_CADRES):
            grantable.discard(Role.CADRE)
        self.grantable = grantable
        self.lines: dict[ListedPerson, int] = {}

    def prepare(self, _: Sequence[FileRow]) -> None:
        """A row is compared with what stands when it is planned."""

    def plan(self, row: FileRow) -> RowPlan:
        name = "".join(row.text(NAME).split())
        if len(name) > LONGEST_NAME:
            row.refuse(f"「姓名」最多 {LONGEST_NAME} 个字")
        role = self._role(row)
        term = read_term(row, STARTS, ENDS, TERM)
        listed = self._listed(row, name, role) if name and role else None
        if listed is None or row.reasons or row.is_asked:
            return RowPlan(RowOutcome.NEW)
        listed = replace(listed, term=term)
        line = self.lines.setdefault(listed, row.line)
        if line != row.line:
            row.refuse(f"和第 {line} 行是同一个人、同一个职务")
        try:
            check_grantable(
                self.actor, listed.role, listed.region_id, term.first_day, term.ends_on
            )  # fmt: skip
            standing = self._standing(listed)
        except DomainError as refusal:
            row.refuse(refusal.message)
            return RowPlan(RowOutcome.REFUSED)
        if standing:
            return RowPlan(RowOutcome.KNOWN, standing)
        return RowPlan(RowOutcome.NEW, f"{self._words(listed)}{term.words}", value=listed)

    def apply(self, plans: Sequence[RowPlan]) -> Sequence[RowEffect]:
        return [self._carry_out(plan.value) for plan in plans]

    def finish(self) -> None:
        """One notice for all requests; codes are made when somebody asks for the slips."""
        requests = count_made(self.context.import_id, {"made": "request"})
        grant_requests.tell_of_list(self.actor, self.context.county_id, requests)

    def undo(self, rows: Sequence[AppliedRow]) -> dict[int, str]:
        """Withdraws what nobody used; the lines of the others, and why they stay."""
        stays = {}
        for row in rows:
            subject_id = row.subject_id or 0
            if (row.before or {}).get("made") == "invitation":
                if not invitations.withdraw(self.actor, subject_id):
                    stays[row.line] = "他已经填了邀请码，是村干部了；要收回请到「人员与权限」"
            elif not grant_requests.withdraw(self.actor, subject_id):
                stays[row.line] = "安全管理员已经办了；要收回请到「人员与权限」"
        return stays

    def _role(self, row: FileRow) -> Role | None:
        """An unknown one is asked each time: no other clerk's answer becomes a role."""
        text = plain(row.text(ROLE))
        chosen = self.context.choices.get(ROLE.code, {}).get(text)
        role = KNOWN_ROLES.get(text) or (Role(chosen) if chosen in self.grantable else None)
        if role in NEVER_BY_LIST:
            row.refuse(NEVER_BY_LIST[role])
        elif role is not None and role not in self.grantable:
            row.refuse(f"您不能授予「{ROLE_NAMES[role]}」，请有这个权限的人来导入")
        elif role is None and text:
            options = [
                (value.value, ROLE_NAMES[value])
                for value in Role
                if value in self.grantable and value not in NEVER_BY_LIST
            ]
            row.ask(ROLE, text, text, "没有这个角色，请选他在系统里是什么", lambda: options)
        return None if row.reasons else role

    def _listed(self, row: FileRow, name: str, role: Role) -> ListedPerson | None:
        if role is Role.CADRE:
            village_id, _ = read_village(row, self.names, PLACE)
            return ListedPerson(name, role, village_id) if village_id is not None else None
        region_id, department_id = self.context.county_id, None
        if role is Role.DEPARTMENT_STAFF:
            department_id = self._unit(row, self._department_named, self.departments)
        elif LEVEL_OF[role] == "township":
            region_id = self._unit(row, self.names.township, self.names.townships) or region_id
        person = self._person(row, name)
        if person is None or row.is_asked:
            return None
        return ListedPerson(name, role, region_id, department_id, person.person_id)

    def _unit(
        self, row: FileRow, find: Callable[[str], int | None], options: Mapping[int, str]
    ) -> int | None:
        """The department or township that was written, or chosen; else it is asked."""
        text = row.text(PLACE)
        key = f"单位 {text}"
        chosen = self.context.choices.get(PLACE.code, {}).get(key)
        unit_id = {str(id_): id_ for id_ in options}.get(chosen or "") or find(text)
        if unit_id is None and text:
            row.ask(
                PLACE, key, text, "没有这个单位，请选一个",
                lambda: [(str(id_), name) for id_, name in options.items()],
            )  # fmt: skip
        return unit_id

    def _department_named(self, text: str) -> int | None:
        same = [id_ for id_, name in self.departments.items() if plain(name) == plain(text)]
        return same[0] if len(same) == 1 else None

    def _person(self, row: FileRow, name: str) -> StaffLine | None:
        """Whose account it is; several of one name are asked, and nobody is guessed."""
        username = row.text(USERNAME).strip().lower()
        people = [
            person
            for person in staff_named(name, self.within)
            if username in ("", person.username)
        ]  # fmt: skip
        key = f"{name}（{row.text(PLACE)}）"
        chosen = self.context.choices.get(NAME.code, {}).get(key)
        if chosen is not None:
            people = [person for person in people if str(person.number) == chosen]
        if len(people) > 1:
            row.ask(
                NAME, key, key, "有几个同名的账号，请选是哪一位",
                lambda: [
                    (str(person.number), f"{name}（用户名 {person.username}）") for person in people
                ],
            )  # fmt: skip
            return None
        if not people:
            who = f"用户名「{username}」、姓名「{name}」" if username else f"「{name}」"
            row.refuse(f"没有{who}的账号；请系统管理员先到「人员与权限」开账号，再导入")
            return None
        return people[0]

    def _standing(self, listed: ListedPerson) -> str | None:
        """Why nothing is to do, in words; raises DomainError for what must not be."""
        if listed.person_id is None:
            return standing_of(listed.name, listed.region_id)
        if listed.person_id == self.actor.person_id:
            raise OwnRole
        role, region_id, unit_id = listed.role, listed.region_id, listed.department_id
        try:
            check_fits(
                listed.person_id, role, region_id, listed.term.first_day, listed.term.ends_on,
                unit_id,
            )  # fmt: skip
            grant_requests.check_not_waiting("grant", listed.person_id, role, region_id, unit_id)
        except OfficesApart:
            raise
        except Conflict as standing:
            return standing.message
        return None

    def _words(self, listed: ListedPerson) -> str:
        if listed.person_id is not None:
            return f"申请「{ROLE_NAMES[listed.role]}」，等安全管理员确认"
        where = self.names.label(listed.region_id)
        return f"邀请做{where}的村干部，导入后做纸条"

    def _carry_out(self, listed: ListedPerson) -> RowEffect:
        first, last = listed.term.first_day, listed.term.ends_on
        if listed.person_id is None:
            invitation = invitations.invite_for_slips(
                self.actor, listed.name, listed.region_id, first, last
            )
            return RowEffect(RowOutcome.NEW, invitation.id, {"made": "invitation"})
        request = grant_requests.ask_for_grant(
            self.actor, listed.person_id, listed.role, listed.region_id, first, last,
            department_id=listed.department_id, in_list=True,
        )  # fmt: skip
        return RowEffect(RowOutcome.NEW, request.id, {"made": "request"})


PEOPLE = ImportKind(
    "people", "干部和工作人员", Permission.ASK_FOR_GRANTS,
    (PLACE, NAME, ROLE, USERNAME, TOWNSHIP, CODE, STARTS, ENDS, TERM), PeopleImporter,
    in_own_name=True,
    undo_words="还没有填的邀请码作废，还没有办的角色申请撤回；已经填了码的、安全管理员已经办了的留着，逐行写明。",
    next_step=("去做邀请码纸条", "accounts_console.show_people_lists"),
)  # fmt: skip
