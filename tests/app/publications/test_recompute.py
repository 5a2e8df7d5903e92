"""Anybody can compute a published month again: from the open files alone, a changed digit shows."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.scorecards.locks import corrections
from backend.app.scoring.schemes import LEAST_EVIDENCE
from tests.factories.county import County, actor_with
from tests.factories.publications import make_rated_county, publish
from tests.factories.ratings import LAST_MONTH, rate_village
from tests.factories.whole_month import correct, make_whole_month

SCRIPT = Path(__file__).parents[3] / "docs" / "recompute.py"
FILES = ("contents.jsonl", "data.json")
FIGURE = re.compile(r"[0-9]")


def load_script() -> Any:
    spec = importlib.util.spec_from_file_location("recompute", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


recompute = load_script()


def download(client, folder: Path) -> str:
    for name in FILES:
        answer = client.get(f"/p/610528/{LAST_MONTH:%Y-%m}/{name}")
        assert answer.status_code == 200
        (folder / name).write_bytes(answer.data)
    return str(folder)


@pytest.fixture
def county(app) -> County:
    county = make_rated_county()
    publish(county)
    return county


@pytest.fixture
def contents(county: County, client, tmp_path: Path) -> list[dict[str, Any]]:
    download(client, tmp_path)
    return [json.loads(line) for line in (tmp_path / FILES[0]).read_bytes().split(b"\n")]


def test_the_script_stands_alone_and_is_short() -> None:
    source = SCRIPT.read_text("utf-8")
    assert len(source.splitlines()) < 100
    assert "backend" not in source
    assert recompute.LEAST_EVIDENCE == LEAST_EVIDENCE


def test_a_published_month_agrees(county: County, client, tmp_path: Path, capsys) -> None:
    assert recompute.main(download(client, tmp_path)) == 0
    assert "4 个村都与公布的一致" in capsys.readouterr().out


def test_a_month_with_everything_in_it_and_a_correction_agrees(
    app, client, tmp_path: Path, capsys
) -> None:
    correct(make_whole_month(client))
    code = recompute.main(download(client, tmp_path))
    assert (code, capsys.readouterr().out.count("都与公布的一致")) == (0, 1)


def test_corrections_follow_each_other(county: County, client, tmp_path: Path, capsys) -> None:
    for reason in ("村里断网，评价晚传了三天", "又晚传了一批"):
        rate_village(county, 3, [1] * 20)
        with transaction():
            corrections.correct_late(
                actor_with(Role.COUNTY_STAFF, county.id), county.id, LAST_MONTH,
                county.village_ids[3], reason,
            )  # fmt: skip
    base = download(client, tmp_path)
    assert recompute.main(base) == 0
    data = json.loads((tmp_path / FILES[1]).read_bytes())
    data["corrections"][1]["total_before"] = "1.00"
    (tmp_path / FILES[1]).write_text(json.dumps(data))
    assert recompute.main(base) == 1
    assert "更正 2：更正前应为" in capsys.readouterr().out


def test_any_changed_digit_of_the_published_pages_is_noticed(
    county: County, client, tmp_path: Path
) -> None:
    base = download(client, tmp_path)
    contents = tmp_path / FILES[0]
    untouched = contents.read_text("utf-8")
    places = [found.start() for found in FIGURE.finditer(untouched)]
    assert len(places) > 200

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(place=st.sampled_from(places), by=st.integers(1, 9))
    def notices(place: int, by: int) -> None:
        digit = str((int(untouched[place]) + by) % 10)
        contents.write_text(f"{untouched[:place]}{digit}{untouched[place + 1 :]}", "utf-8")
        assert recompute.main(base) == 1

    notices()


@pytest.mark.parametrize("name", ["share", "lost", "weight"])
def test_a_changed_figure_is_noticed_without_the_digest(contents, name: str) -> None:
    county, *villages = contents
    for village in (one for one in villages if one["score"]["total"] != "—"):
        rows = [row for row in village["indicators"] if row["n"]]
        assert [*recompute.differences(village, county["scheme"])] == []
        if name == "weight" and len(rows) == 1:
            continue
        before = rows[0][name]
        rows[0][name] = f"{float(before) + (10 if name == 'weight' else 0.01):.2f}"
        assert [*recompute.differences(village, county["scheme"])]
        rows[0][name] = before


def test_a_changed_total_and_a_changed_light_are_named(contents) -> None:
    county, village, *_ = contents
    village["score"]["total"] = "99.99"
    (found,) = recompute.differences(village, county["scheme"])
    assert found.endswith("公布的是 99.99")
    village["score"] |= {"total": "86.05", "light": {"word": "差"}}
    assert any("灯应为" in words for words in recompute.differences(village, county["scheme"]))


def test_a_villages_page_leads_to_its_computation(county: County, client) -> None:
    address = f"/p/610528100201/{LAST_MONTH:%Y-%m}"
    assert f'href="{address}/recompute"' in client.get(address).text
    page = client.get(f"{address}/recompute").text
    assert f'data-contents="/p/610528/{LAST_MONTH:%Y-%m}/contents.jsonl"' in page
    assert client.get("/p/610528109999/2026-10/recompute").status_code == 404
