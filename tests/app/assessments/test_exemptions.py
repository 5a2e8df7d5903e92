"""容错: on record before or afterwards, decided by another, claimed once under five conditions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.assessments.adjustments import exemption_operations as exemptions
from backend.app.assessments.adjustments import operations
from backend.app.assessments.adjustments.errors import (
    ExemptionMoved,
    NotYourAdjustment,
    OwnMove,
)
from backend.app.assessments.adjustments.exemption_operations import (
    ExemptionClaim,
    ExemptionDraft,
)
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.scoring.assessing.exemption import Conditions
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import decider
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget

PAGE = "/console/assessments/exemptions"
ALL_MET = Conditions(True, True, True, True, True)
CLAIM = ExemptionClaim(date(YEAR, 6, 10), "新路基沉降，及时停工改线", Decimal("1.20"), ALL_MET)


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


def draft(running: Assessed, **changes: object) -> ExemptionDraft:
    usual = ExemptionDraft(
        running.targets["A1"], "固化土路基试点", "成本降三成", date(YEAR, 4, 1), date(YEAR, 9, 30),
        "沉降超标", "沉降超过 5 厘米即停",
    )  # fmt: skip
    return replace(usual, **changes)


def file(running: Assessed, actor: Actor | None = None, month: int = 3, **changes: object) -> int:
    with clock_at(at(month, 20)), transaction():
        return exemptions.file_exemption(actor or running.town, draft(running, **changes))


def approve(boss: Actor, request: int, month: int = 3) -> None:
    with clock_at(at(month, 25)), transaction():
        exemptions.decide_exemption(boss, request, True)


def claim(
    running: Assessed, request: int, month: int = 6, day: int = 20, what: ExemptionClaim = CLAIM
) -> int:
    with clock_at(at(month, day)), transaction():
        return exemptions.claim_exemption(running.town, request, what)


def test_on_record_before_it_may_give_back_all_afterwards_half(running, boss, scalar) -> None:
    request = file(running)
    approve(boss, request)
    claim(running, request)
    rule = "SELECT rule_code FROM programme_adjustment"
    assert scalar(rule) == "exemption_before"
    number = scalar("SELECT id FROM programme_adjustment")
    with transaction():
        operations.decide_adjustment(boss, number, False, "证据不足")
    with clock_at(at(6, 21)), transaction() as session:
        session.execute(text("UPDATE exemption_request SET filed_on = '2026-06-15'"))
    claim(running, request, day=22)
    assert scalar(f"{rule} WHERE state = 'proposed'") == "exemption_after"


def test_a_confirmed_claim_uses_the_request_up(running, boss, scalar) -> None:
    request = file(running)
    approve(boss, request)
    number = claim(running, request)
    with pytest.raises(ExemptionMoved):
        claim(running, request)
    forget()
    with transaction():
        operations.decide_adjustment(boss, number, True)
    assert scalar("SELECT state FROM exemption_request") == "used"
    assert scalar("SELECT kind FROM programme_adjustment") == "exemption"
    with pytest.raises(ExemptionMoved):
        file(running)


def test_each_condition_has_to_be_met(running, boss) -> None:
    request = file(running)
    approve(boss, request)
    for field in vars(ALL_MET):
        what = replace(CLAIM, conditions=replace(ALL_MET, **{field: False}))
        with pytest.raises(InvalidInput) as refused:
            claim(running, request, what=what)
        assert list(refused.value.errors) == [field]
        forget()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"happened_on": date(YEAR, 3, 31)}, "happened_on"),
        ({"happened_on": date(YEAR, 6, 25)}, "happened_on"),
        ({"points": Decimal(11)}, "points"),
        ({"case_words": ""}, "case_words"),
    ],
)
def test_a_claim_says_what_is_wrong(running, boss, changes, field) -> None:
    request = file(running)
    approve(boss, request)
    with pytest.raises(InvalidInput) as refused:
        claim(running, request, what=replace(CLAIM, **changes))
    assert list(refused.value.errors) == [field]


def test_a_request_says_what_is_wrong(running) -> None:
    for changes, field in (
        ({"pilot": ""}, "pilot"), ({"stop_rule": ""}, "stop_rule"),
        ({"ends_on": date(YEAR, 1, 1)}, "ends_on"), ({"ends_on": date(YEAR + 1, 1, 1)}, "ends_on"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            file(running, **changes)
        assert list(refused.value.errors) == [field]
        forget()


def test_who_filed_it_and_who_works_for_the_unit_do_not_decide(running, boss) -> None:
    own = file(running, boss)
    with pytest.raises(OwnMove):
        approve(boss, own)
    forget()
    with transaction():
        exemptions.decide_exemption(decider(running, "other"), own, False, "不算试点")
    request = file(running)
    with pytest.raises(OwnMove):
        approve(decider(running, "clerk", *running.town.grants), request)


def test_nobody_claims_it_and_it_lapses(running, boss, scalar) -> None:
    request = file(running)
    approve(boss, request)
    with clock_at(at(10, 30)):
        jobs.escalate_targets()
    assert scalar("SELECT state FROM exemption_request") == "approved"
    with clock_at(at(11, 1)):
        jobs.escalate_targets()
    assert scalar("SELECT state FROM exemption_request") == "lapsed"


def test_of_two_who_claim_at_once_one_wins(running, boss, at_once, scalar) -> None:
    request = file(running)
    approve(boss, request)
    with clock_at(at(6, 20)):
        outcome = at_once(
            lambda: exemptions.claim_exemption(running.town, request, CLAIM),
            lambda: exemptions.claim_exemption(running.town_colleague, request, CLAIM),
        )
    assert sorted(outcome) == ["done", "exemption_moved"]
    assert scalar("SELECT count(*) FROM programme_adjustment") == 1


def test_everybodys_acts_on_an_exemption(running: Assessed, boss: Actor) -> None:
    filed = file(running)
    people = {
        "town": running.town, "owner": running.owner, "bureau": running.bureau,
        "office": running.office, "boss": boss,
        "desk": as_actor(make_person(), Role.COUNTY_STAFF, running.county.id),
        "leader": as_actor(make_person(), Role.LEADER, running.county.id),
        "system": as_actor(make_person(), Role.SYSTEM_ADMIN, running.county.id),
    }  # fmt: skip
    may = {"town": {"file"}, "office": {"file"}, "boss": {"file", "decide"}}
    acts = {
        "file": lambda actor: exemptions.file_exemption(actor, draft(running)),
        "decide": lambda actor: exemptions.decide_exemption(actor, filed, True),
    }
    for name, actor in people.items():
        for act, do in acts.items():
            try:
                with clock_at(at(3, 21)):
                    do(actor)
                result = True
            except ExemptionMoved:
                result = True
            except (NotYourAdjustment, NotAllowed, NotFound):
                result = False
            finally:
                forget()
            assert result is (act in may.get(name, set())), (name, act)


def test_the_page_takes_a_request_through(app, running: Assessed, boss: Actor, scalar) -> None:
    town, office = seat(app, running.town), seat(app, boss)
    with clock_at(at(3, 20)):
        words = {
            "pilot": "固化土路基试点",
            "goal": "降成本",
            "risk": "沉降",
            "stop_rule": "超标即停",
        }
        form = {"target_id": running.targets["A1"], "starts_on": "2026-04-01", **words}
        assert town.post(PAGE, **form).status_code == 422
        assert town.post(PAGE, ends_on="2026-09-30", **form).status_code == 303
        request = scalar("SELECT id FROM exemption_request")
        page = office.get(PAGE).text
        assert "同意备案" in page
        assert 'name="target_id"' not in page, "the office chooses a unit first"
        chosen = office.get(f"{PAGE}?unit={running.town_unit}").text
        assert f'value="{running.targets["A1"]}"' in chosen
        decided = office.post(f"{PAGE}/decisions", request=request, act="approve")
        assert decided.status_code == 303
    with clock_at(at(6, 20)):
        claimed = {"request": request, "happened_on": "2026-06-10", "case_words": "沉降，已停"}
        refused = town.post(f"{PAGE}/claims", points="1", **claimed)
        assert refused.status_code == 422
        assert "「依法依规」这一条不满足" in refused.text
        ticks = dict.fromkeys(vars(ALL_MET), "1")
        assert town.post(f"{PAGE}/claims", points="1", **claimed, **ticks).status_code == 303
        assert "请求免扣 1.00 分，待确认" in town.get(PAGE).text
