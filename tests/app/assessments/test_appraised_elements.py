"""360°: judged elements by their anchors, from superiors, peers and the public, to their value."""

import io
from decimal import Decimal

import pypdfium2
import pytest
from sqlalchemy import text

from backend.app.access import Actor
from backend.app.assessments.appraisals import code_operations, operations
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RaterGroup, RoundDraft
from backend.app.assessments.appraisals.queries import get_round, result_of, social_groups
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.states.appraisals import AppraisalKind
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from tests.app.assessments.acting import decider
from tests.app.assessments.rating import DOOR, close, print_run, rate
from tests.app.assessments.test_appraisals import PAGE, group_ids
from tests.app.assessments.test_report_pages import seat
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown
from tests.factories.tickets import forget

pytestmark = pytest.mark.usefixtures("december")
# From the lowest level up, as they are kept.
ANCHORS = (
    "推给别人或没办成", "交办后催办才办成", "交办后按期办成", "主动接下并按期办成",
    "主动提出并牵头办成",
)  # fmt: skip
JUDGED = text(
    'UPDATE programme_element SET rule = \'{"rule": "judged", "levels": "5"}\','
    " anchors = :anchors WHERE code = 'D1'"
)


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    """The township is judged by an element with anchors and asked about a service."""
    add_target(assessed)
    add_target(assessed, "D1", kind="judged", source="ballot:360", value=None)
    add_target(assessed, "D2", kind="level", source="ballot:师生满意度", value=None)
    with transaction() as session:
        session.execute(JUDGED, {"anchors": list(ANCHORS)})
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


@pytest.fixture
def round_id(running: Assessed) -> int:
    draft = RoundDraft("担当作为", usual_groups({}, AppraisalKind.ELEMENTS), AppraisalKind.ELEMENTS)
    with transaction():
        return operations.open_round(running.office, running.programme_id, draft).id


def question(running: Assessed, scalar, code: str) -> BallotQuestion:
    element = scalar(f"SELECT id FROM programme_element WHERE code = '{code}'")
    return BallotQuestion(running.town_unit, element)


def rate_by_all(running: Assessed, round_id: int, door) -> None:
    """Four superiors, seven peers and ten of the public, the numbers that are recommended."""
    said = ([(1,), (1,), (2,), (2,)], [(2, 1)] * 7, [(2, 2)] * 10)
    for group_id, ballots in zip(group_ids(round_id), said, strict=True):
        for code, levels in zip(print_run(running, group_id), ballots, strict=False):
            assert rate(door, code, *levels) == 200


def test_the_ballot_shows_the_five_sentences_best_first(running, round_id, door) -> None:
    code = print_run(running, group_ids(round_id)[0])[0]
    page = door.get(f"{DOOR}/{code}").text
    places = [page.index(sentence) for sentence in ANCHORS[::-1]]
    assert places == sorted(places)
    assert page.index("指标D1") < places[0] < page.index("指标D2") < page.index("非常满意")


def test_group_means_by_their_weights_become_the_elements_value(
    running, boss, round_id, door, scalar
) -> None:
    rate_by_all(running, round_id, door)
    close(boss, round_id)
    # (40 × 4.5 + 20 × 4 + 40 × 4) ÷ 100 of levels; of points (20 × 100 + 40 × 80) ÷ 60.
    values = dict(
        scalar("SELECT json_object_agg(e.code, f.value) FROM measure_fact f JOIN"
               " programme_element e ON e.id = f.element_id WHERE f.source = 'ballot'")
    )  # fmt: skip
    assert {code: Decimal(str(value)) for code, value in values.items()} == {
        "D1": Decimal("4.2"), "D2": Decimal("86.6667")
    }  # fmt: skip
    facts = year_facts(running.programme_id, at(12, 1).date())
    (judged,) = [
        part for unit in facts.units for part in unit.parts
        if unit.unit_id == running.town_unit and part.code == "D1"
    ]  # fmt: skip
    assert (judged.value, judged.origin) == (Decimal("4.2000"), "评价票：担当作为")
    assert social_groups(running.programme_id) == {}, "it is no social appraisal"


def test_superiors_are_few_and_shown_only_merged(
    app, running, boss, round_id, door, scalar
) -> None:
    rate_by_all(running, round_id, door)
    close(boss, round_id)
    result = result_of(get_round(round_id, running.county.id))
    asked = question(running, scalar, "D1")
    assert [row.n for row in result.groups[asked]] == [4, 7, 10]
    assert result.shown_of(asked) == {"群众"}
    page = as_shown(seat(app, boss).get(f"{PAGE}/{round_id}"))
    assert "4.20" in page
    assert "4.50" not in page


def test_paper_and_web_of_an_element_are_one_result(running, boss, round_id, door, scalar) -> None:
    _, peers, _ = group_ids(round_id)
    asked = question(running, scalar, "D1")
    codes = print_run(running, peers)
    for code in codes[:3]:
        rate(door, code, 1)
    forget()
    with transaction():
        code_operations.receive_paper(running.office, peers, "\n".join(codes[3:6]))
    for actor in (running.office, running.other_office):
        forget()
        with transaction():
            operations.enter_slips(actor, peers, {str(n): {asked: 3} for n in range(3)})
    close(boss, round_id)
    (said,) = result_of(get_round(round_id, running.county.id)).groups[asked]
    assert (said.n, said.mean) == (6, 4)


def test_a_round_of_each_kind_may_be_open_at_once(running, round_id) -> None:
    with transaction():
        social = RoundDraft("年终社会评价", usual_groups({}))
        assert operations.open_round(running.office, running.programme_id, social).id != round_id


def test_what_cannot_be_judged_in_five_levels_is_refused(assessed) -> None:
    add_target(assessed, "D1", kind="judged", source="ballot:360", value=None)
    with transaction() as session:
        session.execute(
            text("UPDATE programme_element SET rule = '{\"rule\": \"judged\", \"levels\": \"3\"}'"
                 " WHERE code = 'D1'")
        )  # fmt: skip
    issue(assessed)
    groups = [RaterGroup("同级", Decimal(1), 5)]
    draft = RoundDraft("担当", groups, AppraisalKind.ELEMENTS)
    with pytest.raises(InvalidInput) as refused:
        operations.open_round(assessed.office, assessed.programme_id, draft)
    assert refused.value.errors == {"kind": ["「指标D1」不是五档，上不了评价票"]}


def test_without_such_an_element_there_is_nothing_to_ask(assessed) -> None:
    add_target(assessed)
    issue(assessed)
    draft = RoundDraft("担当", [RaterGroup("同级", Decimal(1), 5)], AppraisalKind.ELEMENTS)
    with pytest.raises(InvalidInput) as refused:
        operations.open_round(assessed.office, assessed.programme_id, draft)
    assert list(refused.value.errors) == ["kind"]


def test_the_page_recommends_how_many_to_ask(app, running) -> None:
    page = as_shown(seat(app, running.office).get(f"{PAGE}?kind=elements"))
    for words in ("上级 4 位", "同级 7 位", "群众 10 位", "指标D1、指标D2", 'value="40"'):
        assert words in page


def test_the_form_opens_a_round_with_its_last_day_and_trimming(app, running, scalar) -> None:
    desk = seat(app, running.office)
    form = {
        "kind": "elements", "title": "担当作为", "name_0": "同级", "weight_0": "1", "least_0": "5",
        "ends_on": f"{YEAR}-12-20", "trim": "7.5",
    }  # fmt: skip
    assert desk.post(PAGE, **{**form, "ends_on": f"{YEAR}-11-20"}).status_code == 422
    for wrong in ("11", "5.55", "-1"):
        refused = desk.post(PAGE, **{**form, "trim": wrong})
        assert refused.status_code == 422
        assert "各去掉的比例应为 0 到 10" in as_shown(refused)
    opened = desk.post(PAGE, **form)
    assert opened.status_code == 303
    assert scalar("SELECT ends_on::text || kind || trim FROM appraisal_round") == (
        f"{YEAR}-12-20elements0.075"
    )
    assert "每组去掉最高、最低各 7.5%" in as_shown(desk.get(opened.headers["Location"]))


def test_the_paper_of_elements_has_a_box_for_each_sentence(app, running, round_id) -> None:
    first, *_ = group_ids(round_id)
    sent = seat(app, running.office).get(f"{PAGE}/groups/{first}.pdf")
    (page,) = pypdfium2.PdfDocument(io.BytesIO(sent.data))
    words = page.get_textpage().get_text_range()
    places = [words.index(sentence) for sentence in ANCHORS[::-1]]
    assert places == sorted(places)
