"""核查: drawn by the plan's seed, two checkers blind to each other, what a false figure costs."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Grant, Permission, Role, has_permission
from backend.app.assessments.adjustments.errors import OwnMove
from backend.app.assessments.adjustments.operations import decide_adjustment
from backend.app.assessments.checks import operations as checks
from backend.app.assessments.checks.errors import CheckMoved, CheckUnknown, NotYourCheck
from backend.app.assessments.checks.operations import Seen
from backend.app.assessments.checks.queries import untrue_targets
from backend.app.assessments.checks.visit_operations import VisitDraft, assign_visit
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import score_year
from backend.app.assessments.states.checks import CheckFinding, CheckState
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed, NotFound
from backend.app.core.files import photos
from backend.app.scoring.assessing.sampling import draw, seed_of
from tests.app.assessments.acting import (
    accept_all,
    decider,
    evaluate_month,
    open_month,
    send,
)
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown, make_staff
from tests.factories.county import OPENED_ON, grant_role, make_person
from tests.factories.tickets import as_actor, forget, photo

PAGE = "/console/assessments/checks"
NOVEMBER, DAY = date(YEAR, 11, 1), date(YEAR, 12, 22)
TRUE = Seen(CheckFinding.TRUE, "看过台账和现场")
UNTRUE = Seen(CheckFinding.UNTRUE, "路没有修，照片是别处的")
CLAIMED = ("A1", "A2", "A3", "A4", "A5")


@pytest.fixture
def claimed(assessed: Assessed) -> Assessed:
    """Five targets said to be finished in November; of one more nothing came."""
    for code in (*CLAIMED, "A9"):
        add_target(assessed, code, plan={10: Decimal(600), 11: Decimal(1200)})
    issue(assessed)
    for month, value in ((10, 600), (11, 1200)):
        open_month(month)
        lines = [
            ReportLine(assessed.targets[code], 0, Decimal(100 if (code, month) == ("A1", 10)
                                                          else value))
            for code in CLAIMED
        ]  # fmt: skip
        send(assessed, *lines, month=month)
        accept_all(assessed, month)
        evaluate_month(month)
    return assessed


@pytest.fixture
def boss(claimed: Assessed) -> Actor:
    return decider(claimed)


def invited(claimed: Assessed, name: str, ends_on: date = date(YEAR, 12, 31)) -> Actor:
    """A checker from outside, until the year's end."""
    person_id = make_staff(None, claimed.county.id, name)
    grant_role(person_id, Role.ASSESSOR, claimed.county.id, ends_on=ends_on)
    grant = Grant(Role.ASSESSOR, claimed.county.id, OPENED_ON, ends_on)
    return Actor(person_id, (grant,))


@pytest.fixture
def pair(claimed: Assessed) -> tuple[Actor, Actor]:
    return invited(claimed, "checker1"), invited(claimed, "checker2")


def make_draw(claimed: Assessed, actor: Actor | None = None) -> int:
    with clock_at(at(12, 21)), transaction():
        return checks.draw_checks(actor or claimed.office, claimed.programme_id, NOVEMBER)


def visit(claimed: Assessed, pair: Sequence[Actor], day: date = DAY, when=None) -> int:
    first, second = (actor.person_id for actor in pair)
    with clock_at(when or at(12, 21)), transaction():
        return assign_visit(
            claimed.office, claimed.programme_id,
            VisitDraft(claimed.town_unit, first, second, day),
        )  # fmt: skip


def find(actor: Actor, check: int, seen: Seen) -> CheckState:
    with clock_at(at(12, 22)), transaction():
        return checks.record_finding(actor, check, seen)


@pytest.fixture
def assigned(claimed: Assessed, pair, scalar) -> int:
    """The check of the target that was red once: it is always looked at."""
    make_draw(claimed)
    visit(claimed, pair)
    return scalar("SELECT id FROM site_check WHERE is_always")


def test_whoever_has_the_plan_draws_the_same(claimed: Assessed, scalar) -> None:
    make_draw(claimed)
    frame = [tuple(row) for row in scalar("SELECT frame FROM check_draw")]
    red = claimed.targets["A1"]
    assert frame == [(claimed.targets[code], code == "A1") for code in CLAIMED]
    digest = scalar("SELECT digest FROM check_draw")
    drawn = scalar("SELECT array_agg(target_id ORDER BY target_id) FROM site_check")
    assert drawn == draw(seed_of(digest), frame)
    assert red in drawn
    assert len(drawn) == 2


def test_a_period_is_drawn_once_and_only_after_its_colours(claimed: Assessed) -> None:
    make_draw(claimed)
    with pytest.raises(CheckMoved):
        make_draw(claimed)
    forget()
    with pytest.raises(InvalidInput):
        checks.draw_checks(claimed.office, claimed.programme_id, date(YEAR, 12, 1))
    forget()


def test_of_two_who_draw_at_once_one_draws(claimed: Assessed, at_once, scalar) -> None:
    acts = [
        lambda actor=actor: checks.draw_checks(actor, claimed.programme_id, NOVEMBER)
        for actor in (claimed.office, claimed.other_office)
    ]
    with clock_at(at(12, 21)):
        assert sorted(at_once(*acts)) == ["check_moved", "done"]
    assert scalar("SELECT count(*) FROM site_check") == 2


def test_two_who_found_the_same_agree(assigned, pair, scalar) -> None:
    first, second = pair
    assert find(first, assigned, TRUE) is CheckState.ASSIGNED
    assert find(second, assigned, TRUE) is CheckState.AGREED
    assert scalar("SELECT result FROM site_check WHERE is_always") == "true"
    assert scalar("SELECT count(*) FROM programme_adjustment") == 0


def test_nobody_changes_a_finding_or_finds_for_somebody_else(claimed, assigned, pair) -> None:
    first, _ = pair
    find(first, assigned, TRUE)
    with pytest.raises(CheckMoved):
        find(first, assigned, UNTRUE)
    forget()
    for stranger in (invited(claimed, "stranger"), claimed.office, claimed.town):
        with pytest.raises(CheckUnknown):
            find(stranger, assigned, TRUE)
        forget()


def test_a_visit_is_not_recorded_before_its_day(assigned, pair) -> None:
    with clock_at(at(12, 21)), pytest.raises(CheckMoved):
        checks.record_finding(pair[0], assigned, TRUE)


def test_a_false_figure_costs_the_element_a_card_and_a_talk(
    claimed, boss, assigned, pair, scalar
) -> None:
    for actor in pair:
        find(actor, assigned, UNTRUE)
    target = claimed.targets["A1"]
    assert untrue_targets(claimed.programme_id) == {target}
    card = "SELECT {} FROM programme_adjustment WHERE kind = 'red'"
    assert scalar(card.format("state")) == "proposed"
    assert scalar(card.format("points")) == Decimal("2.00")
    talk = scalar("SELECT id FROM target_supervision WHERE level = 4 AND state = 'proposed'")
    number = scalar(card.format("id"))
    first_found = Actor(pair[0].person_id, boss.grants)
    with pytest.raises(OwnMove):
        decide_adjustment(first_found, number, True)
    forget()
    with clock_at(at(12, 23)), transaction():
        decide_adjustment(boss, number, True)
    with clock_at(at(12, 23)), transaction():
        ladder.confirm_step(boss, talk)
    assert scalar("SELECT count(*) FROM programme_adjustment WHERE kind = 'red'") == 1


def test_an_untrue_element_earns_nothing_in_the_year(claimed, assigned, pair) -> None:
    def points() -> dict[str, object]:
        scored = score_year(year_facts(claimed.programme_id, date(YEAR, 12, 1)))
        db.session.rollback()
        town = next(row for row in scored if row.unit_id == claimed.town_unit)
        return {part.facts.code: part.shown for part in town.parts}

    before = points()
    for actor in pair:
        find(actor, assigned, UNTRUE)
    assert (before["A1"], points()["A1"]) == (Decimal("10.00"), Decimal("0.00"))


def test_what_was_partly_done_counts_as_it_is(claimed, assigned, pair) -> None:
    half = Seen(CheckFinding.PARTLY, "只修了一半", Decimal(600))
    with pytest.raises(InvalidInput) as refused:
        find(pair[0], assigned, Seen(CheckFinding.PARTLY, "只修了一半"))
    assert list(refused.value.errors) == ["value"]
    with pytest.raises(InvalidInput) as below:
        find(pair[0], assigned, Seen(CheckFinding.PARTLY, "只修了一半", Decimal(-3)))
    assert below.value.errors == {"value": ["实际完成的数不能小于 0"]}
    forget()
    for actor in pair:
        find(actor, assigned, half)
    facts = year_facts(claimed.programme_id, date(YEAR, 12, 1))
    part = next(
        part for unit in facts.units for part in unit.parts if part.code == "A1"
    )  # fmt: skip
    assert (part.value, part.origin.startswith("实地核查")) == (Decimal(600), True)


def test_two_who_disagree_are_decided_by_a_third(claimed, boss, assigned, pair, scalar) -> None:
    first, second = pair
    find(first, assigned, TRUE)
    assert find(second, assigned, UNTRUE) is CheckState.DISPUTED
    for actor in (
        Actor(first.person_id, boss.grants),
        decider(claimed, "clerk", *claimed.town.grants),
    ):
        with pytest.raises(NotYourCheck):
            checks.decide_check(actor, assigned, UNTRUE)
        forget()
    with pytest.raises(NotAllowed):
        checks.decide_check(claimed.office, assigned, UNTRUE)
    forget()
    with transaction():
        checks.decide_check(boss, assigned, UNTRUE)
    assert scalar("SELECT state FROM site_check WHERE is_always") == "decided"
    assert scalar("SELECT author_id FROM programme_adjustment") == second.person_id


def test_of_two_who_decide_at_once_one_wins(claimed, boss, assigned, pair, at_once) -> None:
    find(pair[0], assigned, TRUE)
    find(pair[1], assigned, UNTRUE)
    other = decider(claimed, "boss2")
    outcome = at_once(
        lambda: checks.decide_check(boss, assigned, TRUE),
        lambda: checks.decide_check(other, assigned, UNTRUE),
    )
    assert sorted(outcome) == ["check_moved", "done"]


def test_a_team_is_two_strangers_to_the_unit_and_its_judges(claimed, pair) -> None:
    make_draw(claimed)
    first, second = pair
    late = invited(claimed, "late", date(YEAR, 12, 1))
    judge = invited(claimed, "judge")
    grant_role(judge.person_id, Role.DEPARTMENT_STAFF, claimed.county.id, claimed.owner_id)
    local = invited(claimed, "local")
    grant_role(local.person_id, Role.TOWNSHIP_STAFF, claimed.county.township_ids[0])
    for actors, field in (
        ((first, first), "second"), ((late, second), "first"), ((first, judge), "second"),
        ((local, second), "first"), ((first, claimed.town), "second"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            visit(claimed, actors)
        assert list(refused.value.errors) == [field]
        forget()
    with pytest.raises(InvalidInput) as refused:
        visit(claimed, pair, date(YEAR, 12, 20))
    assert list(refused.value.errors) == ["visit_on"]


def test_a_unit_is_visited_by_one_team_a_month_and_twice_in_half_a_year(
    claimed, pair, scalar
) -> None:
    make_draw(claimed)
    visit(claimed, pair)
    for actor in pair:
        find(actor, scalar("SELECT id FROM site_check WHERE is_always"), TRUE)
    with pytest.raises(InvalidInput) as refused:
        visit(claimed, pair, date(YEAR, 12, 28))
    assert "这个月已有一组人" in refused.value.errors["visit_on"][0]
    forget()
    assert visit(claimed, pair) == 1
    with transaction() as session:
        session.execute(text("UPDATE site_check SET visit_on = '2026-07-08' WHERE is_always"))
    assert visit(claimed, pair, date(YEAR, 12, 28)) == 1


def test_an_invited_checker_sees_own_assignments_and_nothing_else(
    app, claimed, assigned, pair
) -> None:
    first, _ = pair
    held = {permission for permission in Permission if has_permission(first, permission)}
    nobodys = {permission for permission in Permission if has_permission(Actor(0), permission)}
    assert held - nobodys == {Permission.CHECK_SITES, Permission.USE_CONSOLE}
    with clock_at(at(12, 22)):
        desk = seat(app, first)
        assert desk.get("/console/assessments/").status_code == 403
        assert desk.get(PAGE).status_code == 403
        page = as_shown(desk.get(f"{PAGE}/mine"))
        assert "指标A1" in page
        assert "任务A9" not in page
        other = seat(app, invited(claimed, "stranger"))
        assert "没有派给您的核查" in other.get(f"{PAGE}/mine").text
        assert other.get(f"{PAGE}/mine/{assigned}").status_code == 404


def test_the_form_takes_a_finding_and_a_photo_and_hides_the_other(
    app, claimed, assigned, pair, scalar
) -> None:
    path = f"{PAGE}/mine/{assigned}"
    with clock_at(at(12, 22)):
        first, second = (seat(app, actor) for actor in pair)
        sent = first.post(f"{path}/files", file=(io.BytesIO(photo()), "路.jpg"))
        assert sent.status_code == 303
        assert scalar("SELECT count(*) FROM evidence_use WHERE check_id IS NOT NULL") == 1
        evidence = scalar("SELECT evidence_id FROM evidence_use WHERE check_id IS NOT NULL")
        photos.open_kept(scalar("SELECT key FROM evidence"))
        assert first.get(f"{path}/files/{evidence}").status_code == 200
        refused = first.post(path, finding="untrue")
        assert refused.status_code == 422
        assert first.post(path, finding="untrue", words="路没有修").status_code == 303
        assert "路没有修" not in second.get(path).text
        office = seat(app, claimed.office)
        assert "路没有修" not in office.get(PAGE).text
        assert "一人已记" in office.get(PAGE).text


def test_the_office_draws_assigns_and_the_unit_hears_only_of_results(
    app, claimed, pair, boss, scalar
) -> None:
    with clock_at(at(12, 21)):
        office, town = seat(app, claimed.office), seat(app, claimed.town)
        assert office.post(PAGE, period="2026-12").status_code == 422
        assert office.post(PAGE, period="2026-11").status_code == 303
        page = as_shown(office.get(PAGE))
        assert str(seed_of(scalar("SELECT digest FROM check_draw"))) in page
        first, second = (actor.person_id for actor in pair)
        form = {"unit": claimed.town_unit, "first": first, "visit_on": f"{DAY}"}
        assert office.post(f"{PAGE}/visits", second=first, **form).status_code == 422
        assert office.post(f"{PAGE}/visits", second=second, **form).status_code == 303
        assert "指标A1" not in town.get(PAGE).text
        assert scalar("SELECT count(*) FROM notice WHERE title LIKE '%核查%'") == 2
    check = scalar("SELECT id FROM site_check WHERE is_always")
    find(pair[0], check, TRUE)
    find(pair[1], check, UNTRUE)
    with clock_at(at(12, 22)):
        desk = seat(app, boss)
        assert "看过台账和现场" in desk.get(PAGE).text
        form = {"check": check, "finding": "untrue", "words": "去看了，没有修"}
        assert desk.post(f"{PAGE}/decisions", **form).status_code == 303
        assert "✕ 不属实" in as_shown(seat(app, claimed.town).get(PAGE))


def test_everybodys_acts_on_checks(claimed, boss, assigned) -> None:
    county = claimed.county.id
    people = {
        "town": claimed.town, "owner": claimed.owner, "office": claimed.office, "boss": boss,
        "invited": invited(claimed, "guest"),
        "desk": as_actor(make_person(), Role.COUNTY_STAFF, county),
        "leader": as_actor(make_person(), Role.LEADER, county),
        "system": as_actor(make_person(), Role.SYSTEM_ADMIN, county),
    }  # fmt: skip
    acts = {
        "draw": lambda actor: checks.draw_checks(actor, claimed.programme_id, NOVEMBER),
        "assign": lambda actor: assign_visit(
            actor, claimed.programme_id, VisitDraft(claimed.bureau_unit, 1, 2, DAY)
        ),
        "find": lambda actor: checks.record_finding(actor, assigned, TRUE),
        "decide": lambda actor: checks.decide_check(actor, assigned, TRUE),
    }
    may = {"office": {"draw", "assign"}, "boss": {"draw", "assign", "decide"}}
    for name, actor in people.items():
        for act, do in acts.items():
            try:
                with clock_at(at(12, 21)):
                    do(actor)
                result = True
            except CheckMoved:
                result = True
            except (NotAllowed, NotFound):
                result = False
            finally:
                forget()
            assert result is (act in may.get(name, set())), (name, act)
