"""Days, telephones and headings as other systems write them; nothing is guessed."""

from datetime import datetime

import pytest

from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.text_check import WordsState, look_over
from backend.app.imports.headings import FileColumn, find_heading, keys_of, match_columns, plain
from backend.app.imports.moments import SeveralOrders, WrittenMoment, read_moment
from backend.app.imports.telephones import read_telephone

AFTERNOON = datetime(2026, 11, 5, 15, 20, tzinfo=COUNTY_ZONE)
AT_20_PAST_3 = [
    "2026-11-05 15:20:00.0", "2026-11-05 15:20:00", "2026/11/5 15:20", "2026.11.05 15:20",
    "2026年11月5日 下午3:20", "2026年11月5日15时20分", "2026/11/5 3:20:00 PM", "20261105152000",
    "202611051520", "2026-11-05T07:20:00Z", "2026-11-05T15:20:00+08:00",
    "2026-11-05 星期四 15:20", "２０２６－１１－０５　１５：２０", "46331.6388888889",
]  # fmt: skip
WHOLE_DAYS = ["2026.11.05", "2026年11月5日", "20261105", "2026-11-05 00:00:00", "46331"]


@pytest.mark.parametrize("text", AT_20_PAST_3)
def test_a_time_is_read_in_every_spelling(text: str) -> None:
    assert read_moment(text) == WrittenMoment(AFTERNOON, whole_day=False)


@pytest.mark.parametrize("text", WHOLE_DAYS)
def test_a_day_without_an_hour_is_a_whole_day(text: str) -> None:
    assert read_moment(text) == WrittenMoment(AFTERNOON.replace(hour=0, minute=0), whole_day=True)


def test_days_of_a_book_that_counts_from_1904_are_four_years_later() -> None:
    assert read_moment("44869", since_1904=True) == read_moment("2026-11-05")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "#DIV/0!",
        "下周三",
        "2026-13-01",
        "2026-02-30",
        "11月5日",
        "5.5",
        "2026-11-05 25:00",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize("text", ["11/5/26", "5-11-26", "11/5/2026", "11/11/26", "31/12/26"])
def test_a_day_that_reads_in_several_orders_is_asked(text: str) -> None:
    assert isinstance(read_moment(text), SeveralOrders)


@pytest.mark.parametrize(("text", "day"), [("13/5/2026", (5, 13)), ("5/13/2026", (5, 13))])
def test_a_whole_year_and_a_day_above_twelve_leave_no_doubt(text: str, day: tuple) -> None:
    moment = read_moment(text)
    assert isinstance(moment, WrittenMoment)
    assert (moment.at.month, moment.at.day) == day


def test_the_order_once_said_is_that_of_all_days_of_the_shape() -> None:
    asked = read_moment("11/5/26 15:20")
    assert isinstance(asked, SeveralOrders)
    assert list(asked.readings) == ["ymd", "mdy", "dmy"]
    assert read_moment("11/5/26 15:20", {asked.shape: "mdy"}) == WrittenMoment(AFTERNOON, False)


@pytest.mark.parametrize(
    ("text", "number", "note"),
    [
        ("13900000000", "13900000000", None),
        ("+86 139 0000 0000", "13900000000", None),
        ("0086-13900000000", "13900000000", None),
        ("１３９００００００００", "13900000000", None),
        ("139-0000-0000", "13900000000", None),
        ("0913-8212345", "09138212345", None),
        ("0913-8212345转801", "09138212345", "0913-8212345转801"),
        ("13900000000/13800000000", "13900000000", "13900000000/13800000000"),
        ("13900000000 13800000000", "13900000000", "13900000000 13800000000"),
        ("13900000000(儿子)", "13900000000", "13900000000(儿子)"),
        ("139****0000", None, "139****0000"),
        ("1390000000", None, "1390000000"),
        ("无", None, "无"),
        ("", None, None),
    ],
)
def test_a_telephone_is_made_plain_and_never_shortened(text, number, note) -> None:
    telephone = read_telephone(text)
    assert (telephone.number, telephone.note) == (number, note)


@pytest.mark.parametrize(
    "words",
    [
        "打我电话13900000000", "＋86 139 0000 0000", "86-13900000000", "139-0000-0000",
        "１３９　００００　００００", "610528 19800101 123X", "61052819800101123X",
    ],
)  # fmt: skip
def test_words_with_a_personal_number_wait_in_every_spelling(words: str) -> None:
    assert look_over(words).state is WordsState.MODERATED


@pytest.mark.parametrize(
    "words", ["2026-11-05 15:20 停电", "单号202611051234567890", "第139组12户"]
)
def test_other_numbers_do_not_wait(words: str) -> None:
    assert look_over(words).state is WordsState.SHOWN


NUMBER = FileColumn("number", "工单编号", True, ("工单编号", "编号", "序号"))
WORDS = FileColumn("words", "内容", True, ("诉求内容", "内容"))
COLUMNS = (NUMBER, WORDS)


def test_headings_are_plain_without_stars_breaks_and_remarks() -> None:
    written = ["*工单编号", "工单\n编号", "工单编号(必填)", " 工单编号：", "工单编号\u200b"]
    assert {plain(heading) for heading in written} == {"工单编号"}


def test_the_heading_stands_below_title_and_unit() -> None:
    rows = [["12345工单明细表", "", ""], ["单位:件", "", "内容"], ["编号", "诉求内容", "x"], ["1"]]
    assert find_heading(rows, COLUMNS)[0] == 2


def test_of_a_heading_of_two_rows_the_lower_one_counts() -> None:
    rows = [["编号", "内容", "来电人"], ["编号", "内容", "姓名"], ["1"]]
    assert find_heading(rows, COLUMNS) == (1, ["编号", "内容", "姓名"])


def test_below_a_heading_of_two_rows_an_empty_cell_means_what_stands_above() -> None:
    rows = [
        ["编号", "反映情况", "", "受理"],
        ["", "内容", "姓名", ""],
        ["1", "路灯", "王五", "今天"],
    ]
    assert find_heading(rows, COLUMNS) == (1, ["编号", "内容", "姓名", "受理"])


def test_a_row_of_data_with_the_word_of_a_heading_is_no_heading() -> None:
    rows = [["编号", "内容", "来电人"], ["1", "内容", "姓名"], ["2", "路灯", "王五"]]
    assert find_heading(rows, COLUMNS)[0] == 0


def test_of_unknown_headings_the_first_row_with_several_cells_is_taken() -> None:
    assert find_heading([["标题"], ["甲", "乙"], ["1", "2"]], COLUMNS)[0] == 1


def test_columns_are_matched_in_the_order_of_preference_of_their_names() -> None:
    match = match_columns(["编号", "内容", "工单编号"], COLUMNS, {})
    assert (match.places, match.doubtful) == ({"number": 2, "words": 1}, {})


def test_two_columns_of_one_heading_are_asked_and_remembered() -> None:
    headings = ["序号", "内容", "内容"]
    match = match_columns(headings, COLUMNS, {})
    assert (match.places, match.doubtful) == ({"number": 0}, {"words": [1, 2]})
    assert keys_of(headings) == ["序号", "内容", "内容#2"]
    assert match_columns(headings, COLUMNS, {"words": "内容#2"}).places["words"] == 2
