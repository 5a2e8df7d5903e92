"""Untrusted files: bounded before they are unpacked, opened by a process of their own."""

import io
import re
import subprocess
import sys
import time
import zipfile
import zlib
from struct import pack

import pytest
from flask import Flask

from backend.app.access import Role
from backend.app.assessments.measures import mapping_operations as mappings
from backend.app.assessments.measures.mapping_operations import MappedFigure
from backend.app.core.db import transaction
from backend.app.core.errors import InvalidInput
from backend.app.core.files import photos, spreadsheets, storage, untrusted
from backend.app.core.files.photos import PhotoUnreadable
from backend.app.core.files.picture_size import picture_size
from backend.app.core.files.spreadsheets import CONTAINER, LOCKED_PART, read_sheet
from backend.app.core.queue import QueueName, queue
from backend.app.core.settings import REPOSITORY
from backend.app.imports import job_operations
from backend.jobs.photos import open_photo, open_waiting_photos
from tests.app.imports.cases import case
from tests.app.places.test_photos import opened, picture
from tests.factories.assessed import issue, make_assessed
from tests.factories.console import make_staff, sit_down
from tests.factories.county import make_county

MOST_MEGABYTES, MOST_SECONDS = 200, 10
IMPORT_DOORS = {
    "/console/tickets/import": Role.COUNTY_STAFF,
    "/console/scores/imports": Role.COUNTY_STAFF,
    "/console/village-types/files": Role.COUNTY_STAFF,
    "/console/points/deeds/files": Role.COUNTY_STAFF,
    "/console/people/lists": Role.COUNTY_STAFF,
    "/console/assessments/measures/files": Role.ASSESSOR,
    "/console/assessments/measures/scores": Role.ASSESSOR,
    "/console/assessments/measures/feeds": Role.ASSESSOR,
    "/console/assessments/issues/files": Role.ASSESSOR,
    "/console/assessments/subjects/files": Role.ASSESSOR,
    "/console/assessments/subjects/trades/files": Role.ASSESSOR,
}
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/'
    'worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
    'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
    '<sheet name="a" sheetId="1" r:id="b"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships"><Relationship Id="b" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    "{rows}</sheetData></worksheet>"
)
CORNER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>内容</t></is></c></row>'
    '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
)


def workbook(sheet: str, **more: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in PARTS.items():
            book.writestr(name, content)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in more.items():
            book.writestr(name, content)
    return made.getvalue()


def corner() -> bytes:
    return workbook(SHEET.format(rows=CORNER))


def entities() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>'
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>&l11;</t></is></c></row>'
    return workbook(bomb + SHEET.format(rows=row * 2))


def zeros() -> bytes:
    return workbook(SHEET.format(rows=" " * 150_000_000))


def png(width: int, height: int, rows: int) -> bytes:
    """A greyscale picture that says one size and carries the first rows of it."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes((width + 1) * rows), 9))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


# What a reader of its own costs: its largest process in megabytes, its seconds of processor.
COSTS = """
import resource, sys
from backend.app.core.errors import InvalidInput
from backend.app.core.files.spreadsheets import CONTAINER, LOCKED_PART, read_sheet
try:
    read_sheet(sys.stdin.buffer.read())
    outcome = "read"
except InvalidInput:
    outcome = "refused"
spent = resource.getrusage(resource.RUSAGE_CHILDREN)
print(outcome, spent.ru_maxrss // 1024, spent.ru_utime + spent.ru_stime)
"""


@pytest.mark.parametrize("make", [corner, entities, zeros])
def test_a_workbook_that_unpacks_without_end_is_refused_and_harms_nobody(app: Flask, make) -> None:
    content, began = make(), time.monotonic()
    assert len(content) < 500_000
    with pytest.raises(InvalidInput) as refused:
        read_sheet(content)
    assert "file" in refused.value.errors
    assert time.monotonic() - began < MOST_SECONDS


@pytest.mark.parametrize("content", [corner(), case("corner_full.xlsx")], ids=["text", "blank"])
def test_one_cell_in_the_last_corner_costs_two_hundred_megabytes_and_two_seconds_at_most(
    content: bytes,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", COSTS], input=content, capture_output=True, check=True,
        cwd=REPOSITORY,
    )  # fmt: skip
    outcome, megabytes, seconds = done.stdout.splitlines()[-1].split()
    assert outcome == b"refused"
    assert int(megabytes) < MOST_MEGABYTES
    assert float(seconds) < 2


@pytest.mark.parametrize("content", [corner(), case("corner_full.xlsx")], ids=["text", "blank"])
@pytest.mark.parametrize("path", IMPORT_DOORS)
def test_every_door_that_takes_a_workbook_outlives_one_cell_in_the_last_corner(
    client, path: str, content: bytes
) -> None:
    county = make_county()
    made = make_assessed(county)
    issue(made, 6)
    with transaction():
        figures = [MappedFigure("响应率", "A1")]
        mapping = mappings.save_mapping(made.office, county.id, None, "12345", "村", "", figures)
    desk = sit_down(client, make_staff(IMPORT_DOORS[path], county.id, "clerk"))
    sent = (io.BytesIO(content), "a.xlsx")
    answer = desk.post(path, file=sent, source="12345", month="2026-10", mapping=str(mapping.id))
    # The web process only keeps it; the job that reads it says so on the page.
    assert answer.status_code == 303
    job_operations.check_import(int(answer.location.rpartition("/")[2]))
    page = desk.get(answer.location).text
    assert "这个表格打不开" in page
    assert not re.search(r"导入 \d+ 行", page)


def test_no_door_of_a_workbook_is_missing_above(app: Flask) -> None:
    doors = {str(rule) for rule in app.url_map.iter_rules() if "_import" in rule.endpoint
             and ".start_" in rule.endpoint}  # fmt: skip
    assert doors == set(IMPORT_DOORS)


def test_a_sheet_that_is_one_reads_the_same_apart(app: Flask) -> None:
    read = read_sheet("村,数\n幸福村,3\n".encode())
    assert (read.rows, read.faults) == ([["村", "数"], ["幸福村", "3"]], [])
    with pytest.raises(InvalidInput) as empty:
        read_sheet("村,数\n".encode())
    assert "没有数据" in empty.value.errors["file"][0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png(9, 9, 9), "这个文件不是表格"),
        (b"%PDF-1.7\n%...", "这个文件不是表格"),
        ("<html><table><tr><td>村</td></tr></table>".encode(), "这个文件不是表格"),
        (CONTAINER + bytes(504) + LOCKED_PART + bytes(3000), "设了打开密码"),
        (CONTAINER + bytes(4000), "这个表格打不开"),
        (b"PK\x03\x04 and no more", "这个表格打不开"),
        (b"", "没有数据"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_sheet(content)
    assert words in refused.value.errors["file"][0]


@pytest.mark.parametrize("size", [(10_000, 6_000), (65_000, 65_000), (0, 5)])
def test_a_picture_of_sixty_megapixels_is_refused_by_its_header(app: Flask, size) -> None:
    began = time.process_time()
    with pytest.raises(PhotoUnreadable), transaction():
        photos.keep_unopened("tickets/large.jpg", png(*size, 1))
    assert time.process_time() - began < 0.1
    assert not storage.exists(storage.unopened("tickets/large.jpg"))


def test_the_web_process_stores_a_photo_without_opening_it(app: Flask, monkeypatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(photos.Image, "open", never)
        patch.setattr(photos, "open_apart", never)
        with transaction():
            photos.keep_unopened("tickets/one.jpg", picture())
    assert storage.read(storage.unopened("tickets/one.jpg")) == picture()
    assert not storage.exists("tickets/one.jpg")
    [job] = queue(QueueName.QUICK).jobs
    assert (job.func_name, job.args) == ("backend.jobs.photos.open_photo", ["tickets/one.jpg"])
    assert open_photo(*job.args)
    assert opened(storage.read("tickets/one.jpg")).format == "JPEG"
    assert not storage.exists(storage.unopened("tickets/one.jpg"))
    assert not open_photo(*job.args)


def test_a_photo_whose_body_is_broken_becomes_a_grey_one(app: Flask) -> None:
    with transaction():
        photos.keep_unopened("tickets/torn.jpg", picture()[:2000])
    open_photo("tickets/torn.jpg")
    assert opened(storage.read("tickets/torn.jpg")).size == photos.BROKEN


def test_a_photo_whose_job_was_lost_is_opened_all_the_same(app: Flask, monkeypatch) -> None:
    with transaction():
        photos.keep_unopened("tickets/lost.jpg", picture())
    queue(QueueName.QUICK).empty()
    # What other tests left behind may be old enough; this one is not.
    open_waiting_photos()
    assert not storage.exists("tickets/lost.jpg")
    monkeypatch.setattr("backend.jobs.photos.FORGOTTEN_SECONDS", -1)
    assert open_waiting_photos() >= 1
    assert storage.exists("tickets/lost.jpg")


def test_a_deleted_photo_that_was_never_opened_stays_deleted(app: Flask) -> None:
    with transaction():
        photos.keep_unopened("tickets/gone.jpg", picture())
    storage.delete("tickets/gone.jpg")
    assert not open_photo("tickets/gone.jpg")
    assert not storage.exists("tickets/gone.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_sizes_are_read_from_the_first_bytes(kind: str) -> None:
    assert picture_size(picture((401, 302), kind)) == (401, 302)
    assert picture_size(picture((401, 302), kind)[:15]) is None


def greedy(_: bytes) -> bytes:
    return bytes(10**10)


def endless(_: bytes) -> bytes:
    while True:
        pass


@pytest.mark.parametrize("reader", [greedy, endless])
def test_a_reader_gets_only_its_memory_and_seconds(app: Flask, reader) -> None:
    bounds = untrusted.Bounds(megabytes=512, processor_seconds=1, seconds=20)
    with pytest.raises(untrusted.Unbounded):
        untrusted.open_apart(f"{__name__}:{reader.__name__}", b"", bounds)


def surroundings(_: bytes) -> bytes:
    import os

    return ",".join(sorted(os.environ)).encode()


def test_a_reader_knows_no_setting_and_no_secret(app: Flask, monkeypatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "never told")
    known = untrusted.open_apart(f"{__name__}:surroundings", b"", spreadsheets.BOUNDS)
    assert set(known.decode().split(",")) <= {"PATH", "LANG", "LC_CTYPE"}
