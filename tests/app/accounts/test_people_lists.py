"""A list of cadres and staff through the wizard: invitations, requests, slips, undoing."""

import io
import re

import pytest

from backend.app.access import Actor, Role
from backend.app.accounts.grants.requests import decide
from backend.app.accounts.models import Person
from backend.app.accounts.people.importing import PEOPLE
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, NotAllowed, NotFound
from backend.app.imports import job_operations, operations
from backend.app.places.models import Department
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk as Console
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, make_county
from tests.factories.imports import Desk, counts, outcomes, questions, refused
from tests.factories.tickets import forget

HEADING = "村(社区)/单位,名字,职务\n"
CADRES = f"{HEADING}第1村,李会计,村支书\n第2村,王 文书,村干部\n"
PAGE = "/console/people/lists"


@pytest.fixture
def county(app) -> County:
    made = make_county()
    with transaction() as session:
        session.add(Department(county_id=made.id, name="民政局", opened_on=OPENED_ON))
    return made


@pytest.fixture
def clerk(county: County) -> Actor:
    return actor_today(make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


@pytest.fixture
def security(county: County) -> Actor:
    return actor_today(make_staff(Role.SECURITY_ADMIN, county.id, "lin"))


@pytest.fixture
def desk(county: County, clerk: Actor) -> Desk:
    forget()
    return Desk(clerk, county.id, PEOPLE)


@pytest.fixture
def console(app, clerk: Actor) -> Console:
    return sit_down(app.test_client(), clerk.person_id)


def slips(console: Console) -> list[str]:
    """The codes on the sheet."""
    answer = console.post(f"{PAGE}/slips")
    assert answer.status_code == 200, answer.text
    return re.findall(r'class="secret">([^<]+)', answer.text)


def accept(client, code: str):
    return open_phone(client).call("POST", "/me/roles", json={"code": code})


def test_a_list_makes_invitations_and_no_roles_and_no_codes(desk: Desk, scalar) -> None:
    import_id = desk.start(CADRES, source="")
    assert scalar("SELECT count(*) FROM cadre_invitation") == 0
    assert "邀请做庄里镇第1村的村干部" in outcomes(import_id)[0][2]
    assert desk.take_over(import_id) == {"new": 2}
    assert scalar("SELECT count(*) FROM cadre_invitation WHERE code_hash IS NULL") == 2
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'cadre'") == 0


def test_slips_are_shown_once_and_only_digests_are_kept(
    client, desk: Desk, console: Console, scalar
) -> None:
    desk.bring(CADRES, source="")
    assert "做 2 张纸条" in console.get(PAGE).text
    codes = slips(console)
    assert len(set(codes)) == 2
    stored = "".join(
        str(scalar(f"SELECT json_agg(row_to_json(t)) FROM {table} t"))
        for table in ("cadre_invitation", "data_import_row", "data_import", "audit_entry")
    )
    assert not any(code in stored or code.replace(" ", "") in stored for code in codes)
    again = console.post(f"{PAGE}/slips")
    assert again.status_code == 409
    assert "纸条只做一回" in again.text
    assert 'class="secret"' not in again.text
    assert [accept(client, code).status_code for code in codes] == [201, 201]
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'cadre'") == 2


def test_nobody_else_makes_the_slips_of_a_list(app, county, desk: Desk, console: Console) -> None:
    desk.bring(CADRES, source="")
    colleague = sit_down(app.test_client(), make_staff(Role.COUNTY_STAFF, county.id, "colleague"))
    assert "张纸条" not in colleague.get(PAGE).text
    assert colleague.post(f"{PAGE}/slips").status_code == 409
    assert len(slips(console)) == 2


def test_a_lost_slip_is_renewed_and_the_former_code_is_worth_nothing(
    client, desk: Desk, console: Console, scalar
) -> None:
    desk.bring(f"{HEADING}第1村,李会计,村支书\n", source="")
    (former,) = slips(console)
    id_ = scalar("SELECT id FROM cadre_invitation")
    answer = console.post(f"/console/people/invitations/{id_}/code")
    code = re.search(r'class="secret">([^<]+)', answer.text)[1]
    assert accept(client, former).status_code == 404
    assert accept(client, code).status_code == 201
    assert console.post(f"/console/people/invitations/{id_}/code").status_code == 409


def test_the_same_list_again_has_no_effect(client, desk: Desk, console: Console) -> None:
    desk.bring(CADRES, source="")
    assert desk.bring(CADRES, source="") == {"known": 2}
    accept(client, slips(console)[0])
    import_id = desk.start(CADRES, source="")
    assert [words for _, _, words in outcomes(import_id)] == [
        "已经是这个村的干部", "已经邀请过，还没有填码",
    ]  # fmt: skip


def test_what_a_list_may_not_give_is_refused_in_words(county, desk: Desk) -> None:
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    import_id = desk.start(
        f"{HEADING}富平县,张三,系统管理员\n第1村,李四,店主\n富平县,wang先生,县领导\n"
        "庄里镇,没有他,乡镇干部\n第1村,周五,村干部\n第1村,周五,村支书\n第1村,,村干部\n"
        "庄里镇,clerk先生,乡镇干部\n",
        source="",
    )
    assert refused(import_id) == {
        2: "三员不能用名单导入，请系统管理员一个一个申请",
        3: "店主请到「兑换点」那一页邀请",
        4: "您不能授予「县领导（只读）」，请有这个权限的人来导入",
        5: "没有「没有他」的账号；请系统管理员先到「人员与权限」开账号，再导入",
        7: "和第 6 行是同一个人、同一个职务",
        8: "「姓名」没填",
        9: "不能改自己的角色，请其他管理员办理",
    }


def test_unknown_roles_units_and_villages_are_asked_once(county, desk: Desk) -> None:
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    import_id = desk.start(
        f"{HEADING}第一二村,赵一,村干部\n第1村,赵二,网格员\n第1村,赵三,网格员\n民政,wang先生,部门干部\n",
        source="",
    )
    asked = {question.text: [value for value, _ in question.options]
             for question in questions(import_id)}  # fmt: skip
    assert asked.keys() == {"第一二村", "网格员", "民政"}
    assert asked["网格员"] == ["cadre", "department_staff", "township_staff"]
    desk.answer(
        import_id, {"第一二村": "第2村", "网格员": "cadre", "民政": asked["民政"][0]}
    )  # fmt: skip
    assert counts(import_id) == {"new": 4}


def test_staff_get_a_request_that_the_security_administrator_confirms(
    county, desk: Desk, security: Actor, scalar
) -> None:
    wang = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    row = f"{HEADING}民政局,wang先生,部门工作人员\n"
    assert desk.bring(row, source="") == {"new": 1}
    assert Role.DEPARTMENT_STAFF not in actor_today(wang).roles
    assert desk.bring(row, source="") == {"known": 1}
    request_id = scalar("SELECT id FROM grant_request")
    with transaction():
        decide(security, request_id, True)
    assert Role.DEPARTMENT_STAFF in actor_today(wang).roles
    forget()
    assert desk.bring(row, source="") == {"known": 1}


@pytest.mark.parametrize(
    ("columns", "cells", "days", "words"),
    [
        ("任期开始,任期结束", "2024-05-01,2029年4月30日", "/2029-04-30", "，到 2029-04-30 为止"),
        ("任期起,任期止", "2024.05,2029.04", "/2029-04-30", "，到 2029-04-30 为止"),
        ("任职日期,任期届满", "2099-01-01,长期", "2099-01-01/", "，2099-01-01 起"),
        ("任期", "2024.5—2029.4", "/2029-04-30", "，到 2029-04-30 为止"),
        ("任期", "2024年5月1日至2029年4月30日", "/2029-04-30", "，到 2029-04-30 为止"),
        ("任期", "2024.5-2029.4", "/2029-04-30", "，到 2029-04-30 为止"),
        ("任期", "2024.5至今", "/", ""),
        ("任期", "五年", "/", "；「任期」的「五年」没写到哪天，不设结束日期"),
    ],
)
def test_a_term_of_office_becomes_the_days_of_the_role(
    county, desk: Desk, scalar, columns: str, cells: str, days: str, words: str
) -> None:
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    heading = HEADING.replace("\n", f",{columns}\n")
    import_id = desk.start(
        f"{heading}第1村,李会计,村支书,{cells}\n民政局,wang先生,部门工作人员,{cells}\n", source=""
    )
    assert all(told.endswith(words) for _, _, told in outcomes(import_id)), outcomes(import_id)
    assert desk.take_over(import_id) == {"new": 2}
    starts, _, ends = days.partition("/")
    wanted = (starts or clock.today().isoformat(), ends or "None")
    for table in ("cadre_invitation", "grant_request"):
        kept = [str(scalar(f"SELECT {column} FROM {table}")) for column in ("starts_on", "ends_on")]
        assert tuple(kept) == wanted


def test_a_term_that_is_over_or_cannot_be_read_is_told(desk: Desk) -> None:
    heading = HEADING.replace("\n", ",任期开始,任期结束\n")
    import_id = desk.start(
        f"{heading}第1村,李会计,村支书,2021-05-01,2024-04-30\n第1村,王会计,村支书,2030-01-01,2029-01-01\n"
        "第1村,赵会计,村支书,上一届,2029-01-01\n",
        source="",
    )
    assert refused(import_id) == {
        2: "任期到 2024-04-30，已经满了", 3: "任期到 2029-01-01，比开始的日子还早",
    }  # fmt: skip
    assert [question.text for question in questions(import_id)] == ["上一届"]


def test_whoever_confirms_hears_once_of_a_whole_list(
    county, desk: Desk, security: Actor, scalar
) -> None:
    rows = ""
    for number in range(12):
        make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], f"clerk{number}")
        rows += f"民政局,clerk{number}先生,部门工作人员\n"
    assert desk.bring(f"{HEADING}{rows}", source="") == {"new": 12}
    told = "SELECT array_agg(words) FROM notice WHERE person_id = :who"
    once = ["名单里有 12 个角色，在「待确认」里办。"]
    assert scalar(told, who=security.person_id) == once
    desk.bring(CADRES, source="")
    assert scalar(told, who=security.person_id) == once


def test_several_accounts_of_one_name_are_asked_or_told_apart_by_user_name(
    county, desk: Desk, scalar
) -> None:
    for username in ("wang", "wang-2"):
        person_id = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], username)
        with transaction() as session:
            session.get_one(Person, person_id).display_name = "王芳"
    import_id = desk.start(f"{HEADING}民政局,王芳,部门工作人员\n", source="")
    assert counts(import_id) == {"asked": 1}
    assert [label for _, label in questions(import_id)[0].options] == [
        "王芳（用户名 wang）", "王芳（用户名 wang-2）",
    ]  # fmt: skip
    told = "单位,姓名,职务,用户名\n民政局,王芳,部门工作人员,wang-2\n"
    assert desk.bring(told, source="") == {"new": 1}
    assert scalar(
        "SELECT l.username FROM grant_request q JOIN console_login l USING (person_id)"
    ) == "wang-2"  # fmt: skip


def test_undoing_withdraws_what_nobody_used_and_says_what_stays(
    client, county, desk: Desk, console: Console, security: Actor, scalar
) -> None:
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "zhao")
    import_id = desk.start(
        f"{CADRES}民政局,wang先生,部门工作人员\n民政局,zhao先生,部门工作人员\n", source=""
    )
    assert desk.take_over(import_id) == {"new": 4}
    first, second = slips(console)
    assert accept(client, first).status_code == 201
    with transaction():
        decide(security, scalar("SELECT min(id) FROM grant_request"), True)
    assert desk.undo(import_id) is None
    assert [(line, outcome) for line, outcome, _ in outcomes(import_id)] == [
        (2, "new"), (3, "undone"), (4, "new"), (5, "undone"),
    ]  # fmt: skip
    page = console.get(f"{PAGE}/{import_id}").text
    for words in ("有 2 行已经用过", "他已经填了邀请码", "安全管理员已经办了"):
        assert words in page, words
    assert accept(client, second).status_code == 404
    assert "zhao先生" not in sit_down(client, security.person_id).get("/console/security").text
    with pytest.raises(Conflict, match="已经撤回"), transaction():
        decide(security, scalar("SELECT max(id) FROM grant_request"), True)
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'cadre'") == 1
    assert desk.bring(f"{HEADING}第2村,王文书,村干部\n", source="") == {"new": 1}


def test_only_whoever_handed_a_list_in_goes_on_with_it(county, desk: Desk) -> None:
    import_id = desk.start(CADRES, source="")
    system = actor_today(make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))
    for act in (operations.request_apply, operations.request_undo):
        with pytest.raises(NotAllowed), transaction():
            act(system, PEOPLE, import_id)
    with pytest.raises(NotAllowed), transaction():
        operations.choose_answers(system, PEOPLE, import_id, {})


def test_a_system_administrator_asks_for_roles_by_list_and_invites_nobody(county) -> None:
    system = actor_today(make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    forget()
    import_id = Desk(system, county.id, PEOPLE).start(
        f"{HEADING}富平县,wang先生,县领导\n第1村,李会计,村干部\n", source=""
    )
    assert counts(import_id) == {"new": 1, "refused": 1}
    assert "您不能授予「村干部」" in refused(import_id)[3]


def test_a_list_reaches_no_village_and_nobody_of_another_county(county, desk: Desk) -> None:
    other = make_county(code="360281", name="乐平市")
    make_staff(Role.TOWNSHIP_STAFF, other.township_ids[0], "far")
    import_id = desk.start(
        f"{HEADING}360281100201,李会计,村干部\n庄里镇,far先生,乡镇干部\n", source=""
    )
    assert counts(import_id) == {"asked": 1, "refused": 1}
    stranger = actor_today(make_staff(Role.COUNTY_STAFF, other.id, "stranger"))
    with pytest.raises(NotFound), transaction():
        operations.find_import(stranger, PEOPLE, import_id)


def test_the_pages_lead_from_the_file_to_the_slips(console: Console) -> None:
    assert PAGE in console.get("/console/people").text
    sent = console.post(PAGE, file=(io.BytesIO(CADRES.encode()), "名单.csv"))
    assert sent.status_code == 303
    import_id = int(sent.location.rpartition("/")[2])
    job_operations.check_import(import_id)
    assert "导入 2 行" in console.get(sent.location).text
    assert console.post(f"{sent.location}/apply").status_code == 303
    job_operations.apply_import(import_id)
    assert "去做邀请码纸条" in console.get(sent.location).text
    assert "还没有码" in console.get(PAGE).text
    assert "李会计" in console.get(f"{PAGE}?q=第1村").text
    assert "王文书" not in console.get(f"{PAGE}?q=第1村").text
