"""社会评价 by printed code: one slip, one ballot, and nothing that joins code, time and answer."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from backend.app.access import Actor
from backend.app.assessments.appraisals import (
    code_operations,
    operations,
    web_ballots,
)
from backend.app.assessments.appraisals.counting import BallotQuestion
from backend.app.assessments.appraisals.errors import AppraisalMoved, OwnUnitCounted
from backend.app.assessments.appraisals.forms import usual_groups
from backend.app.assessments.appraisals.operations import RoundDraft
from backend.app.assessments.appraisals.queries import get_round, result_of, social_groups
from backend.app.assessments.year_end.deadline_operations import reopen_judgements
from backend.app.ballots import ballot_box, box_keys, one_time_codes
from backend.app.ballots.anonymous_store import KID
from backend.app.ballots.one_time_codes import digest_of, show_code
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.jobs import assessments as year_jobs
from backend.jobs import surveys as jobs
from tests.app.assessments.acting import decider
from tests.app.assessments.rating import DOOR, close, print_run, rate, receive
from tests.app.assessments.test_appraisals import enter, group_ids
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.county import make_person
from tests.factories.tickets import forget

pytestmark = pytest.mark.usefixtures("december")


@pytest.fixture
def running(assessed: Assessed) -> Assessed:
    add_target(assessed)
    issue(assessed)
    return assessed


@pytest.fixture
def boss(running: Assessed) -> Actor:
    return decider(running)


@pytest.fixture
def round_id(running: Assessed) -> int:
    draft = RoundDraft("2026年终", usual_groups({}))
    with transaction():
        return operations.open_round(running.office, running.programme_id, draft).id


def test_a_slip_rates_once_and_counts_after_the_close_alone(
    running, boss, round_id, door, scalar
) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    for number, code in enumerate(codes[:6]):
        page = door.get(f"{DOOR}/{code}")
        assert page.status_code == 200
        assert "单位民主测评" in page.text
        assert rate(door, code, 1 + number % 2, 0) == 200
    assert rate(door, codes[0], 5, 5) == 409
    forget()
    assert social_groups(running.programme_id) == {}
    assert scalar("SELECT count(*) FROM appraisal_ballot") == 0
    close(boss, round_id)
    (said,) = social_groups(running.programme_id)[running.town_unit]
    assert (said.name, said.n, said.mean) == ("单位民主测评", 6, 90)
    assert running.bureau_unit not in social_groups(running.programme_id)
    assert door.get(f"{DOOR}/{codes[0]}").status_code == 409
    assert door.get(f"{DOOR}/{codes[9]}").status_code == 410


def test_codes_are_kept_as_digests_alone(running, round_id, scalar) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    kept = scalar("SELECT array_agg(digest ORDER BY digest) FROM anonymous.appraisal_code")
    assert [bytes(digest) for digest in kept] == sorted(map(digest_of, codes))
    assert scalar("SELECT count(*) FROM audit_entry WHERE detail::text LIKE ANY(:codes)".replace(
        ":codes", "ARRAY[" + ",".join(f"'%{code}%'" for code in codes) + "]")) == 0  # fmt: skip


def test_the_tables_of_ballots_know_no_time_code_or_person(app) -> None:
    columns = text(
        "SELECT column_name FROM information_schema.columns WHERE table_name = :table"
        " ORDER BY column_name"
    )
    with db.engine.connect() as connection:
        named = {
            table: list(connection.execute(columns, {"table": table}).scalars())
            for table in ("appraisal_ballot", "appraisal_code", "appraisal_form")
        }
    assert named == {
        "appraisal_ballot": ["answers", "county_id", "group_id", "id", "programme_id"],
        "appraisal_code": ["digest", "kid", "on_paper"],
        "appraisal_form": [
            "codes",
            "desk_id",
            "group_id",
            "kid",
            "on_paper",
            "run",
            "used",
            "view",
            "voided",
        ],
    }


def test_ballots_of_a_round_are_written_by_one_transaction_in_a_random_order(
    running, boss, round_id, door, scalar
) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    for code in codes[:12]:
        rate(door, code, 1)
        jobs.flush_inbox()
    close(boss, round_id)
    assert scalar("SELECT count(DISTINCT xmin::text) FROM appraisal_ballot") == 1
    ids = scalar("SELECT array_agg(id ORDER BY ctid) FROM appraisal_ballot")
    assert ids == sorted(ids)
    assert scalar("SELECT count(*) FROM anonymous.box") == 0


def test_all_ballots_lie_sealed_in_one_length(running, round_id, door, scalar) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    rate(door, codes[0], 1)
    rate(door, codes[1], 5, 5)
    assert scalar("SELECT count(DISTINCT octet_length(sealed)) FROM anonymous.inbox") == 1
    forget()
    sealed = bytes(scalar("SELECT sealed FROM anonymous.inbox LIMIT 1"))
    assert len(box_keys.open_with("inbox").decrypt(sealed)) == KID + web_ballots.BODY


def test_its_role_reads_no_group_and_writes_no_code(running, round_id, anonymous_url) -> None:
    print_run(running, group_ids(round_id)[0])
    engine = create_engine(anonymous_url)
    for statement in (
        "SELECT group_id FROM anonymous.appraisal_form",
        "SELECT on_paper FROM anonymous.appraisal_code",
        "UPDATE anonymous.appraisal_form SET voided = true",
        "DELETE FROM anonymous.appraisal_code",
        "SELECT * FROM public.appraisal_ballot",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), engine.connect() as link:
            link.execute(text(statement))
    engine.dispose()


def test_a_lost_slip_voids_its_whole_run_with_the_ballots_given_by_it(
    running, boss, round_id, door
) -> None:
    first, *_ = group_ids(round_id)
    lost = print_run(running, first)
    for code in lost[:5]:
        assert rate(door, code, 5) == 200
    forget()
    with transaction():
        code_operations.void_run(running.office, first, 1)
    assert door.get(f"{DOOR}/{lost[9]}").status_code == 410
    fresh = print_run(running, first)
    for code in fresh[:5]:
        assert rate(door, code, 1) == 200
    close(boss, round_id)
    (said,) = social_groups(running.programme_id)[running.town_unit]
    assert (said.n, said.mean) == (5, 100)


def test_a_code_counts_on_the_web_or_on_paper_never_both(
    running, boss, round_id, door, scalar
) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    assert rate(door, codes[0], 5) == 200
    with pytest.raises(InvalidInput) as refused:
        receive(running.office, first, *codes[:6])
    assert refused.value.errors["codes"] == [
        "第 1 行：这个码已在网上用过，这张纸票不能算，请抽出来"
    ]
    assert receive(running.office, first, *map(show_code, codes[1:6])) == 5
    assert rate(door, codes[1], 5) == 409
    with pytest.raises(InvalidInput):
        receive(running.office, first, codes[1])
    too_many = {BallotQuestion(running.town_unit): [6, 0, 0, 0, 0]}
    with pytest.raises(InvalidInput, match="填写"):
        enter(running.office, first, too_many)
    forget()
    paper = {BallotQuestion(running.town_unit): [5, 0, 0, 0, 0]}
    with pytest.raises(AppraisalMoved, match="纸票"):
        close(boss, round_id)
    for actor in (running.office, running.other_office):
        forget()
        enter(actor, first, paper)
    close(boss, round_id)
    (said,) = social_groups(running.programme_id)[running.town_unit]
    assert (said.n, float(said.mean)) == (6, pytest.approx(500 / 6, abs=1e-5))


def test_a_ballot_and_a_slip_of_paper_that_race_for_one_code_count_once(
    running, round_id, door, scalar, at_once
) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    for code in codes[:4]:
        at_once(
            lambda code=code: code_operations.receive_paper(running.office, first, code),
            lambda code=code: rate(door, code, 1),
        )
    used = "SELECT count(*) FROM anonymous.{}"
    assert scalar(used.format("inbox")) + scalar(used.format("spent")) == 4
    assert scalar(
        "SELECT count(*) FROM anonymous.inbox i JOIN anonymous.spent s USING (nullifier)"
    ) == 0  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"), [("ABCD", "没有这个码"), ("ABCD2345EFGH6789", "没有这个码"), ("", "一次录")]
)
def test_returned_codes_are_refused_by_line(running, round_id, line, words) -> None:
    first, *_ = group_ids(round_id)
    print_run(running, first)
    with pytest.raises(InvalidInput) as refused:
        receive(running.office, first, line)
    assert words in refused.value.errors["codes"][0]


def test_a_run_has_at_least_twenty_slips_and_no_more_than_are_invited(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    for count in (19, 501):
        with pytest.raises(InvalidInput) as refused:
            print_run(running, first, count)
        assert list(refused.value.errors) == ["count"]
    forget()
    with transaction() as session:
        session.execute(text("UPDATE appraisal_group SET invited = 30"))
    print_run(running, first, 20)
    with pytest.raises(InvalidInput):
        print_run(running, first, 20)


def test_who_works_for_a_unit_prints_no_slips(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    both = Actor(make_person(), (*running.office.grants, *running.town.grants))
    with pytest.raises(OwnUnitCounted):
        code_operations.print_slips(both, first, 20)
    forget()


def test_a_group_that_was_counted_on_paper_gets_no_slips(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    enter(running.office, first, {BallotQuestion(running.town_unit): [6, 0, 0, 0, 0]})
    with pytest.raises(AppraisalMoved, match="评两次"):
        print_run(running, first)
    forget()


def test_after_its_last_day_no_ballot_is_taken(running, round_id, door, scalar) -> None:
    first, *_ = group_ids(round_id)
    code = print_run(running, first)[0]
    with transaction() as session:
        session.execute(text("UPDATE anonymous.desk SET closes_at = '2026-12-10'"))
        session.execute(text("UPDATE appraisal_round SET ends_on = '2026-12-09'"))
    with clock_at(at(12, 12)):
        assert door.get(f"{DOOR}/{code}").status_code == 410
        assert rate(door, code, 1) == 410
        with pytest.raises(AppraisalMoved, match="截止"):
            print_run(running, first)
    forget()


def test_a_lost_box_gives_codes_back_but_not_those_of_paper(
    running, round_id, door, ballot_keys, scalar
) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    rate(door, codes[0], 1)
    receive(running.office, first, codes[1])
    forget()
    jobs.merge_boxes()
    file = scalar("SELECT file FROM anonymous.box_key WHERE box = 'box'")
    (ballot_keys / file).unlink()
    with transaction():
        assert ballot_box.begin_anew() == ["box"]
    assert rate(door, codes[0], 1) == 200
    assert rate(door, codes[1], 1) == 409


def test_a_ballot_without_any_answer_is_kept_out_by_the_database(running, round_id) -> None:
    first, *_ = group_ids(round_id)
    for answers in ("{0,0}", "{6,1}"):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(
                text(
                    "INSERT INTO appraisal_ballot (id, county_id, programme_id, group_id, answers)"
                    " SELECT gen_random_uuid(), county_id, :programme, id, CAST(:answers AS"
                    " smallint[]) FROM appraisal_group WHERE id = :id"
                ),
                {"programme": running.programme_id, "answers": answers, "id": first},
            )


def test_web_and_paper_are_compared_together(running, boss, round_id, door) -> None:
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    for code, levels in zip(codes, [(1, 5), (5, 1), (1, 5), (5, 1), (2, 2), (3, 3)], strict=False):
        rate(door, code, *levels)
    close(boss, round_id)
    agreed = result_of(get_round(round_id, running.county.id)).agreements[first]
    assert (agreed.ballots, agreed.straight, agreed.is_disputed) == (6, 2, True)
    assert agreed.words == "评价人看法差别大，只作参考"


def test_codes_are_read_however_they_are_spaced() -> None:
    assert one_time_codes.read_code(" abcd-2345　EFGH ６７８９ ") == "ABCD2345EFGH6789"
    assert one_time_codes.read_code("ABCD2345EFGH678O") is None
    assert one_time_codes.read_code("ABCD2345EFGH67891") is None


def test_the_years_clock_opens_what_was_given_by_code_and_codes_end_with_it(
    running, round_id, door, scalar
) -> None:
    with transaction() as session:
        session.execute(text("UPDATE anonymous.desk SET closes_at = '2027-03-01'"))
        session.execute(text("UPDATE appraisal_round SET ends_on = '2027-02-28'"))
    first, *_ = group_ids(round_id)
    codes = print_run(running, first)
    with clock_at(at(1, 20, year=2027)):
        for code in codes[:6]:
            assert rate(door, code, 1) == 200
    forget()
    with clock_at(at(2, 1, year=2027)):
        year_jobs.close_windows()
        assert scalar("SELECT closed_by_id IS NULL FROM appraisal_round") is True
        assert scalar("SELECT groups FROM year_closing") == 3, "its paper was never asked for"
        (said,) = social_groups(running.programme_id)[running.town_unit]
        assert (said.n, said.mean) == (6, 100)
        forget()
        with transaction():
            reopen_judgements(running.office, running.programme_id, "漏录一组纸票")
        assert rate(door, codes[7], 1) == 410
        with pytest.raises(AppraisalMoved, match="不收网上的票"):
            print_run(running, first)
        forget()
