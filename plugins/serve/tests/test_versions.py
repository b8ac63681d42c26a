"""Runs and notes that another version of kaohe left in the folder: said plainly, and nothing else stops."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from handed import packed, year_files
from serving import ENGLISH, Served, serving

from kaohe_serve import Settings

CHINESE = {"Accept-Language": "zh-CN"}
SAID = "this run was written by another version of kaohe, which stored it otherwise"


@pytest.fixture
def older(served: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The number of a run from before the table of problems had two languages, and the trace its status."""
    run = served.run(served.hand_in("year.zip", packed(year_files())))
    (file,) = tmp_path_factory.getbasetemp().rglob(f"{run}/run.db")
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("""drop view evidence; alter table problems drop column message_en;
            alter table trace drop column status;""")
    return run


@pytest.mark.parametrize("path", ["", "/institutions/N1", "/problems"])
def test_a_run_of_another_version_says_what_to_do(served: Served, older: str, path: str) -> None:
    page = served.client.get(f"/runs/{older}{path}")
    assert page.status_code == 422
    assert SAID in page.text
    assert "run its dataset again" in page.text
    assert f"/runs/{older}/export/run.db" in page.text
    answer = served.client.get(f"/api/runs/{older}{path}")
    assert (answer.status_code, SAID in answer.text) in [(422, True), (200, False)]
    assert served.client.get("/").status_code == 200
    assert served.client.get(f"/runs/{older}/export/run.db").content.startswith(b"SQLite format 3")


def test_a_report_of_a_run_of_another_version_says_so_too(served: Served, older: str, run: str) -> None:
    watched = served.client.post(f"/runs/{older}/papers", data={"paper": "report.html"}).headers["location"]
    while served.client.get(f"{watched}/state").json()["state"] in ("waiting", "running"):
        pass
    assert SAID in served.client.get(watched).text
    assert SAID in served.client.get("/compare", params={"one": run, "other": older}).text


def test_what_a_run_leaves_open_is_told_in_the_reader_s_language(served: Served, run: str) -> None:
    """The run was ordered in English."""
    told = {
        spoken["Accept-Language"]: [
            served.client.get(path, headers=spoken).text
            for path in (f"/runs/{run}", f"/runs/{run}/problems", f"/api/runs/{run}/problems")
        ]
        for spoken in (ENGLISH, CHINESE)
    }
    assert all("grade not determined: the cutoffs of" in text for text in told["en"])
    assert all("等级未确定" in text and "grade not determined" not in text for text in told["zh-CN"])


def test_notes_of_another_version_do_not_keep_the_service_from_beginning(tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path)) as before:
        dataset = before.hand_in("year.zip", packed(year_files()))
        before.run(dataset)
    for note in [*tmp_path.glob("jobs/*.json"), *tmp_path.glob("runs/*/about.json")]:
        note.write_bytes(b'{"otherwise": 1}')
    with serving(Settings(folder=tmp_path)) as after:
        assert after.client.get("/api/jobs").json() == []
        assert after.client.get("/api/runs").json() == []
        page = after.client.get("/")
        assert page.status_code == 200
        assert dataset in page.text
