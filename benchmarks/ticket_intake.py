"""Intake of a ticket with one photo against writing the same bytes and one INSERT."""

import io
import os
import time
from pathlib import Path
from statistics import median
from uuid import uuid4

from PIL import Image
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import autocommit, transaction
from backend.app.core.files import storage
from backend.app.core.files.photos import clean_photo
from benchmarks.counting import Counter
from benchmarks.surroundings import application, servers
from tests.app.ratings.conftest import open_phone
from tests.factories.county import bind, make_county, make_person
from tests.factories.tickets import make_offices, submit, upload

RUNS, TICKETS = 5, 20
CREATE = """
    CREATE TABLE bare_ticket (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint NOT NULL,
        words text, photo text, created_at timestamptz NOT NULL
    )
"""
INSERT = "INSERT INTO bare_ticket (person_id, words, photo, created_at) VALUES (%s, %s, %s, now())"


def camera_photo() -> bytes:
    """About what a phone sends after compressing: 1600 pixels wide, grainy."""
    grain = Image.effect_noise((1600, 1200), 40)
    written = io.BytesIO()
    Image.merge("RGB", (grain, grain.rotate(180), grain)).save(written, "JPEG", quality=60)
    return written.getvalue()


def bare(folder: Path, content: bytes, number: int) -> None:
    """What the least program would do: the bytes to disk, one row."""
    path = folder / f"{number}-{uuid4()}.jpg"
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with autocommit() as connection:
        connection.execute(INSERT, (1, "村口路灯不亮三天了", path.name))


def main() -> None:
    with servers() as environment, application(environment) as app:
        county = make_county()
        offices = make_offices(county)
        taken = camera_photo()
        cleaned = clean_photo(taken)
        with transaction() as session:
            session.execute(text(CREATE))
        folder = storage.path("bench/x.jpg").parent
        folder.mkdir(parents=True, exist_ok=True)
        ours, alone, plain, statements = [], [], [], 0
        for run in range(RUNS + 1):
            phones = []
            for _ in range(TICKETS):
                person = make_person()
                bind(person, county)
                phones.append(open_phone(app.test_client(), person))
            began = time.perf_counter()
            for phone in phones:
                with Counter() as asked:
                    file_id = upload(phone, taken).json["id"]
                    status = submit(phone, offices, file_ids=[file_id]).status_code
                statements = max(statements, asked.count)
                if status != 201:
                    raise SystemExit(f"unexpected answer: {status}")
            middle = time.perf_counter()
            for _ in phones:
                clean_photo(taken)
            cleaning = time.perf_counter()
            for number in range(TICKETS):
                bare(folder, cleaned, number)
            end = time.perf_counter()
            if run:
                ours.append((middle - began) / TICKETS * 1000)
                alone.append((cleaning - middle) / TICKETS * 1000)
                plain.append((end - cleaning) / TICKETS * 1000)
        day = clock.today()
    ratios = [a / b for a, b in zip(ours, plain, strict=True)]
    print(f"ticket with one photo of {len(taken) // 1024} KB, one after the other ({day})")
    print(f"  ours  {median(ours):6.1f} ms, {statements} SQL over two requests")
    print(f"    of which the photo is made harmless in {median(alone):.1f} ms")
    print(f"  bare  {median(plain):6.1f} ms (same bytes to disk, one INSERT)")
    print(f"  ratio {median(ratios):.1f} of {', '.join(f'{r:.1f}' for r in ratios)}")


if __name__ == "__main__":
    main()
