"""Every rule that a second person decides asks one mechanism: is it another hand?"""

import ast
import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor
from backend.app.core.db import db, transaction
from backend.app.core.settings import REPOSITORY
from backend.app.points.errors import SamePerson
from backend.app.points.freezes import operations as freezes
from backend.app.points.ledger import credit
from backend.app.rewards.errors import OwnCount
from backend.app.rewards.stock import counts as stock_counts
from tests.factories.console import put_in_the_hand_of
from tests.factories.county import County, bind, make_person

# Table, who did the first part, who may not be the same hand in the second.
RULES = {
    ("points_freeze", "frozen_by_id", "decided_by_id"),
    ("points_day_freeze", "frozen_by_id", "decided_by_id"),
    ("points_deed", "entered_by_id", "decided_by_id"),
    ("redemption", "person_id", "handed_out_by_id"),
    ("redemption", "person_id", "returned_by_id"),
    ("redemption", "handed_out_by_id", "returned_by_id"),
    ("stock_count", "counted_by_id", "decided_by_id"),
    ("assessment_scheme", "drafted_by_id", "approved_by_id"),
    ("objection", "raised_by_id", "decided_by_id"),
    ("score_adjustment", "author_id", "decided_by_id"),
    ("paper_batch", "first_by_id", "second_by_id"),
    ("ticket_extension", "asked_by_id", "decided_by_id"),
    ("ticket", "proxy_id", "checked_by_id"),
    ("data_request", "asked_by_id", "decided_by_id"),
    ("grant_request", "asked_by_id", "decided_by_id"),
    ("grant_request", "person_id", "decided_by_id"),
    ("programme", "drafted_by_id", "approved_by_id"),
    ("programme_adjustment", "author_id", "decided_by_id"),
    ("target_change", "proposed_by_id", "decided_by_id"),
    ("colour_query", "by_id", "answered_by_id"),
    ("unit_grade", "proposed_by_id", "decided_by_id"),
    ("result_appeal", "raised_by_id", "decided_by_id"),
    ("exemption_request", "filed_by_id", "decided_by_id"),
    ("site_check", "first_checker_id", "second_checker_id"),
    ("site_check", "first_checker_id", "decided_by_id"),
    ("site_check", "second_checker_id", "decided_by_id"),
    ("reorganisation", "author_id", "decided_by_id"),
    ("issue_entry", "answered_by_id", "closed_by_id"),
    ("subject_exit", "proposed_by_id", "decided_by_id"),
    ("feedback_talk", "manager_id", "person_id"),
}
TRIGGERS = text(
    "SELECT c.relname, encode(t.tgargs, 'escape') FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgfoid = 'refuse_same_hand'::regproc"
)
TWO_PEOPLE = re.compile(r"(\w+_id) <> (\w+_id)")


@pytest.fixture
def person(county: County) -> int:
    """Somebody of the county with points."""
    person_id = make_person()
    bind(person_id, county)
    with transaction():
        credit(person_id, county.id, "rating", "rating", 1)
    return person_id


def test_the_database_knows_every_rule_of_two_hands(app) -> None:
    found = {
        (table, *arguments.split("\\000")[:2])
        for table, arguments in db.session.execute(TRIGGERS).all()
    }
    assert found == RULES


def test_every_constraint_of_two_people_is_one_of_two_hands(app) -> None:
    told = db.session.execute(
        text("SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
             " WHERE contype = 'c' AND connamespace = 'public'::regnamespace")
    ).all()  # fmt: skip
    pairs = {(table, *sorted(pair)) for table, words in told for pair in TWO_PEOPLE.findall(words)}
    own = {("role_grant", "confirmed_by_id", "granted_by_id"),
           ("role_grant", "confirmed_by_id", "person_id")}  # fmt: skip
    assert pairs - own <= {(table, *sorted(pair)) for table, *pair in RULES}


def test_no_decision_compares_the_actor_with_a_person_by_itself() -> None:
    for path in sorted((REPOSITORY / "backend" / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.If) or not any(
                isinstance(inner, ast.Raise) for inner in node.body
            ):
                continue
            asked = ast.unparse(node.test)
            compared = re.findall(r"(\w+)\.(\w+_by_id|author_id|proxy_id) (?:==|in)", asked)
            assert not compared or "handout_key" in asked, (path, asked)


def test_the_trigger_refuses_one_hand_whatever_the_program_does(
    county, clerk, second, person
) -> None:
    with transaction():
        freeze = freezes.freeze(clerk, county.id, person, "等核实的原因").id
    put_in_the_hand_of(clerk.person_id, second.person_id)
    with pytest.raises(DBAPIError, match="one hand"), transaction() as session:
        session.execute(
            text("UPDATE points_freeze SET decided_by_id = :by, decided_at = now(),"
                 " decision = 'kept', appealed_at = now(), appeal = 'x' WHERE id = :id"),
            {"by": second.person_id, "id": freeze},
        )  # fmt: skip


def test_an_account_one_reset_does_not_decide_ones_own_freeze(
    county, clerk, second, person
) -> None:
    with transaction():
        freeze = freezes.freeze(clerk, county.id, person, "等核实的原因").id
    with transaction():
        freezes.appeal(person, "我没有做错什么")
    put_in_the_hand_of(clerk.person_id, second.person_id)
    with pytest.raises(SamePerson), transaction():
        freezes.decide_appeal(second, freeze, lift=True, note="查清楚了")


def test_an_account_one_opened_does_not_confirm_ones_own_stock_count(bazaar) -> None:
    other: Actor = bazaar.other_staff
    with transaction():
        lines = [stock_counts.Counted(bazaar.reward_id, 9, "少一袋")]
        count = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id
    put_in_the_hand_of(bazaar.staff.person_id, other.person_id)
    with pytest.raises(OwnCount), transaction():
        stock_counts.confirm_count(other, count)
