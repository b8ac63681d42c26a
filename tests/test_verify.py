"""A run is what it says: what was changed is named, and computed again from itself it is the same."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest
from project import Project

import kaohe

SERVED = "institution,scorer,persons\nN1,D1,30\nN1,D2,10\n"
"""The table as its digest takes it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of the clean year, as SQLite and as Parquet."""
    folder = tmp_path_factory.mktemp("made")
    capsys: pytest.CaptureFixture[str] | None = None
    project = Project(folder, capsys)  # type: ignore[arg-type]
    run = kaohe.assess(project.dataset, "changzhou/2022", readings={"combine.scorers": "mean"})
    kaohe.save(run, folder / "run.db")
    kaohe.save(run, folder / "whole")
    kaohe.save(run, folder / "digests", "digests")
    return folder


@pytest.fixture
def kept(made: Path, project: Project) -> Project:
    """The runs in a folder of their own, beside the dataset they were computed from."""
    copytree(made, project.root, dirs_exist_ok=True)
    return project


def change(project: Project, *statements: str) -> None:
    with closing(sqlite3.connect(project.root / "run.db")) as connection, connection:
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, statement


def digest(project: Project, run: str) -> str:
    return str(project.kaohe("verify", project.root / run, "--json").json["digest"])


@pytest.mark.parametrize("run", ["run.db", "whole"])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_a_run_as_it_was_written_is_verified(kept: Project, run: str, lang: str) -> None:
    outcome = kept.kaohe("verify", kept.root / run, lang=lang)
    assert (outcome.status, outcome.err) == (0, "")
    assert ("the run is what it says" if lang == "en" else "考核结果核验无误") in outcome.out


def test_both_forms_of_a_run_have_one_digest_and_closing_does_not_change_it(kept: Project) -> None:
    before = digest(kept, "run.db")
    assert digest(kept, "whole") == before
    closed = kept.kaohe("close", kept.root / "run.db", "--json").json
    kept.kaohe("close", kept.root / "whole")
    assert closed["digest"] == digest(kept, "run.db") == digest(kept, "whole") == before


def test_a_table_s_digest_is_that_of_its_rows_as_csv(kept: Project) -> None:
    parts = {part["part"]: part for part in kept.kaohe("verify", kept.root / "run.db", "--json").json["parts"]}
    assert parts["in_served"]["recorded"] == hashlib.sha256(SERVED.encode()).hexdigest()
    assert parts["run.scheme"]["recorded"] == hashlib.sha256(b"changzhou/2022").hexdigest()
    assert all(part["recorded"] == part["stored"] for part in parts.values())
    assert {"trace", "results", "journal", "clauses", "run.parameters"} <= {
        name for name, part in parts.items() if part["computed"] == part["recorded"]
    }


CHANGES = {
    "update results set score = '99'": ["the table “results” was changed", "computed again, 1 row", "score 99"],
    "update in_events set count = 0": ["the table “in_events” was changed", "of the table “trace”"],
    "delete from trace where rowid = 1": ["the table “trace” was changed", "stored nothing, computed (institution N1"],
    "update rules set text = text || ' ' where path like '%/annex2.toml'": ["rule file “changzhou/2022/rubrics/annex2"],
    "update run set parameters = replace(parameters, '\"mean\"', '\"pooled\"')": [
        "“parameters” of the table “run” was changed",
        "the parameter combine.scorers (changzhou/2022), peers.average (changzhou/2022)",
    ],
    "update run set name = 'another'": ["“name” of the table “run” was changed"],
    "drop table consequences": ["the table “consequences” is missing"],
    "create table further (a)": ["the table “further” was not there"],
    "delete from problems": ["the table “problems” was changed", "the table “problems” does not say"],
    "update run set digests = 'x'": ["the digests of the run cannot be read"],
    "update run set stages = '[]'": ["“stages” of the table “run” cannot be read"],
    "update run set language = 'xx'": ["“language” of the table “run” cannot be read"],
    "update rules set path = '../../' || path where path like '%/annex1.toml'": ["rule file “../../changzhou/2022"],
    "delete from rules where path like '%/scheme.toml'": ["there is no scheme “changzhou/2022”"],
    "update in_served set persons = 'many'": ["the table “in_served” was changed", "it cannot be computed again"],
    "update journal set amount = 1.5": [],
}


@pytest.mark.parametrize("statement", CHANGES)
def test_what_was_changed_is_named(kept: Project, statement: str) -> None:
    with closing(sqlite3.connect(kept.root / "run.db")) as connection, connection:
        connection.execute(statement)
    outcome = kept.kaohe("verify", kept.root / "run.db")
    for said in CHANGES[statement]:
        assert said in outcome.err, outcome.err
    assert outcome.status == (1 if CHANGES[statement] else 0)  # the clean year has no journal to change
    assert not (kept.root.parent / "changzhou").exists()


def test_who_forges_the_digests_too_is_found_by_computing_again(kept: Project) -> None:
    with closing(sqlite3.connect(kept.root / "run.db")) as connection, connection:
        connection.execute("update results set score = '99'")
        columns = [row[1] for row in connection.execute("pragma table_info(results)")]
        (row,) = connection.execute("select * from results").fetchall()
        forged = f"{','.join(columns)}\n{','.join('' if cell is None else str(cell) for cell in row)}\n"
        digests = json.loads(connection.execute("select digests from run").fetchone()[0])
        digests["results"] = hashlib.sha256(forged.encode()).hexdigest()
        connection.execute("update run set digests = ?", [json.dumps(digests, sort_keys=True)])
    outcome = kept.kaohe("verify", kept.root / "run.db")
    assert outcome.status == 1
    assert "was changed" not in outcome.err
    assert "computed again, 1 row of the table “results” is another" in outcome.err


def test_a_run_with_digests_alone_is_verified_against_the_dataset(kept: Project) -> None:
    run = kept.root / "digests"
    assert not list(run.glob("in_*"))
    alone = kept.kaohe("verify", run)
    assert alone.status == 1
    assert "(--dataset)" in alone.err
    assert kept.kaohe("verify", run, "--dataset", kept.root / "dataset").status == 0
    kept.tables["events"][0]["evidence"] = "投诉登记表2"
    other = kept.kaohe("verify", run, "--dataset", kept.dataset)
    assert other.status == 1
    assert "the table “events” of the dataset is not the one that was read" in other.err
    explained = kept.kaohe("explain", run, "N1")
    assert (explained.status, "keeps only the digest of the table" in explained.err) == (1, True)
    refused = kept.kaohe("run", kept.dataset, "--scheme", "changzhou/2022", "--inputs", "digests", "--out", "less.db")
    assert (refused.status, "only a folder of Parquet" in refused.err) == (1, True)


def test_a_correction_is_verified_with_the_run_that_it_corrects(kept: Project) -> None:
    first = digest(kept, "run.db")
    assert kept.run("--corrects", kept.root / "run.db", "--out", kept.root / "second.db").status == 0
    found = kept.kaohe("verify", kept.root / "second.db", "--json").json
    assert (found["sound"], found["corrects"]) == (True, [first])
    assert kept.run("--corrects", kept.root / "second.db", "--out", kept.root / "third.db").status == 0
    assert kept.kaohe("verify", kept.root / "third.db", "--json").json["corrects"] == [digest(kept, "second.db"), first]
    change(kept, "update results set score = '99'")
    changed = kept.kaohe("verify", kept.root / "third.db")
    assert changed.status == 1
    assert "run.db: the table “results” was changed" in changed.err
    (kept.root / "second.db").rename(kept.root / "moved.db")
    absent = kept.kaohe("verify", kept.root / "third.db")
    assert (absent.status, "“second.db” that it corrects is not here" in absent.err) == (0, True)
    another = kept.kaohe("verify", kept.root / "third.db", "--corrects", kept.root / "whole")
    assert (another.status, "its digest is another" in another.err) == (1, True)


def test_a_changed_journal_is_not_corrected(kept: Project) -> None:
    row = "'B-1', '2022-12-31', 'F', 'fund', null, null, '0', '1', 'x', null"
    change(kept, f"insert into journal values ({row})")
    outcome = kept.run("--corrects", kept.root / "run.db", "--out", kept.root / "second.db")
    assert (outcome.status, "the table “journal” was changed" in outcome.err) == (1, True)
    assert not (kept.root / "second.db").exists()
