"""A run on disk: the tables that were promised, exact and complete, written whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from project import Project
from sqlite_utils import Database

import kaohe
from kaohe.messages import speaking
from kaohe.model import UNITS_PER_POINT
from kaohe.plugin.manager import City
from kaohe.problems import Refused
from kaohe.run import Run
from kaohe.store import open_run, save, sqlite, write
from kaohe.store.tables import decimal_text, stored_tables

SCHEME = "changzhou/2022"

COLUMNS = {
    "run": ["name", "scheme", "stages", "files", "parameters", "versions", "corrects", "closed"],
    "rules": ["path", "text", "sha256"],
    "trace": ["institution", "scorer", "rubric", "item", "clause", "period", "quantity", "denominator",
              "reference_quantity", "reference_denominator", "points", "status"],
    "items": ["institution", "scorer", "item", "raw", "points", "low", "high", "self_points"],
    "scores": ["institution", "scorer", "score", "low", "high"],
    "results": ["institution", "kind", "score", "low", "high", "rank", "grade", "basis", "status"],
    "consequences": ["institution", "consequence", "article", "due", "basis"],
    "allocations": ["fund", "region", "step", "amount", "article"],
    "journal": ["entry", "date", "fund", "account", "institution", "region", "amount", "article", "cause", "adjusts"],
    "problems": ["severity", "code", "table", "row", "column", "message", "remedy"],
}  # fmt: skip
"""The tables of a run and their columns, as the design promises them."""

POINTS = {
    "trace": ["points"],
    "items": ["raw", "points", "low", "high", "self_points"],
    "scores": ["score", "low", "high"],
    "totals": ["score", "low", "high"],
    "results": ["score", "low", "high"],
    "in_marks": ["points"],
}

DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?")

Rows = list[dict[str, Any]]


def tables(file: Path) -> dict[str, Rows]:
    """All tables of an SQLite run; not its views."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    return {name: query(file, f'select * from "{name}"') for name in names}


def query(file: Path, question: str) -> Rows:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(question)]


def inputs(stored: Mapping[str, Rows]) -> list[str]:
    """The names of the tables that were read."""
    return [table for table in stored if table.startswith("in_")]


def columns(file: Path, table: str) -> list[str]:
    return [row["name"] for row in query(file, f'pragma table_info("{table}")')]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example year of Changzhou, as it stands on disk."""
    folder = tmp_path_factory.mktemp("year")
    City.named("changzhou").demo(folder, 2022)
    return folder


@pytest.fixture(scope="module")
def run(year: Path) -> Run:
    return kaohe.assess(year, SCHEME)


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example year's run, as SQLite."""
    target = tmp_path_factory.mktemp("run") / "run.db"
    save(run, target)
    return target


@pytest.fixture
def small(project: Project) -> Run:
    """A run of one institution."""
    return kaohe.assess(project.dataset, SCHEME)


# What is in it.


def test_a_run_has_every_table_and_column_that_was_promised(run: Run, file: Path) -> None:
    found = {table: columns(file, table) for table in tables(file)}
    assert found.keys() >= COLUMNS.keys() | {f"in_{table}" for table in run.dataset.tables if table != "staff"}
    for table in ("run", "problems"):
        assert set(found[table]) >= set(COLUMNS[table])
    for table in COLUMNS.keys() - {"run", "problems"}:
        assert found[table] == COLUMNS[table]


def test_every_table_of_the_example_year_has_rows_where_it_must(file: Path) -> None:
    stored = tables(file)
    assert len(stored["run"]) == 1
    assert len(stored["results"]) >= len(stored["totals"]) >= 96
    for table in ("rules", "clauses", "trace", "items", "scores", "problems", *inputs(stored)):
        assert stored[table], table


def test_points_are_decimal_text_of_exactly_what_was_computed(run: Run, file: Path) -> None:
    stored = tables(file)
    for table, names in POINTS.items():
        given = run.dataset.tables.get(table.removeprefix("in_"))
        computed = run.tables[table] if given is None else given.sort("institution", maintain_order=True)
        for name in names:
            texts = [row[name] for row in stored[table]]
            assert all(text is None or DECIMAL.fullmatch(text) for text in texts), (table, name)
            units = [None if text is None else Decimal(text) * UNITS_PER_POINT for text in texts]
            assert units == computed.lazy().select(name).collect().to_series().to_list(), (table, name)


def test_money_is_decimal_text_in_yuan(file: Path) -> None:
    amounts = [row["amount"] for row in tables(file)["in_events"] if row["amount"] is not None]
    assert len(amounts) > 50
    assert all(re.fullmatch(r"[1-9][0-9]*(\.[0-9]?[1-9])?", amount) for amount in amounts)


def test_no_column_of_any_table_holds_a_float(file: Path) -> None:
    for table, rows in tables(file).items():
        for name in columns(file, table):
            kinds = query(file, f'select distinct typeof("{name}") as kind from "{table}"')
            assert {kind["kind"] for kind in kinds} <= {"null", "text", "integer"}, (table, name)
        assert not [row for row in rows if any(isinstance(value, float) for value in row.values())]


def test_a_parquet_run_holds_no_float(run: Run) -> None:
    for portions in stored_tables(run).values():
        for frame in portions():
            assert not [name for name, kind in frame.schema.items() if kind.is_float() or kind.is_decimal()]


@given(st.integers(-(10**18), 10**18), st.sampled_from([2, 4]))
def test_decimal_text_is_the_number_written_out(number: int, places: int) -> None:
    written = pl.DataFrame({"n": [number, None]}).select(decimal_text("n", places))["n"].to_list()
    assert written[1] is None
    assert DECIMAL.fullmatch(written[0])
    assert Decimal(written[0]) * 10**places == number


def test_dates_are_iso_text(file: Path) -> None:
    for row in tables(file)["in_events"]:
        for name in ("date", "handled"):
            assert row[name] is None or re.fullmatch(r"202[123]-[01][0-9]-[0-3][0-9]", row[name])


def test_the_run_says_what_was_run(file: Path, year: Path) -> None:
    (about,) = tables(file)["run"]
    assert about["scheme"] == SCHEME
    assert (about["from"], about["to"]) == ("2022-01-01", "2022-12-31")
    assert set(json.loads(about["stages"]).values()) == {SCHEME}
    assert about["corrects"] is about["closed"] is None
    assert set(json.loads(about["versions"])) == {"kaohe", "kaohe-changzhou"}
    assert all(json.loads(about["versions"]).values())
    digests = {
        path.relative_to(year).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in year.rglob("*")
        if path.is_file()
    }
    assert json.loads(about["files"]) == digests


def test_parameters_are_kept_with_where_they_come_from(project: Project) -> None:
    (project.root / "values.toml").write_text(
        '["grade.cutoffs"]\nvalue = [{ grade = "P", at_least = 59.5 }, { grade = "F", at_least = 0 }]\n'
        'provenance = "agreement"\nsource = "协议第9条"\n',
        encoding="utf-8",
    )
    project.run("--params", "values.toml", "--reading", "combine.scorers=mean")
    (about,) = tables(project.root / "run.db")["run"]
    parameters = {entry["parameter"]: entry for entry in json.loads(about["parameters"])}
    cutoffs, scorers = parameters["grade.cutoffs"], parameters["combine.scorers"]
    assert cutoffs["value"] == [{"grade": "P", "at_least": "59.5"}, {"grade": "F", "at_least": "0"}]
    assert (cutoffs["provenance"], cutoffs["source"], cutoffs["given"]) == ("agreement", "协议第9条", True)
    assert (scorers["value"], scorers["reading"], scorers["given"]) == ("mean", True, True)
    assert parameters["score.rounding"]["given"] is False


def kept_rules(project: Project, settings: str) -> tuple[list[str], Rows]:
    """What a run under Changzhou and a parameter file of this name reads as rules, and what it keeps."""
    (project.root / settings).write_text("# of this year\n", encoding="utf-8")
    assert project.run("--params", settings).status == 0
    _, folder = City.named("changzhou").schemes()[SCHEME]
    core = Path(kaohe.__file__).parent
    used = [core / "facts.toml", core / "parameters.toml", project.root / settings]
    used += [*folder.glob("*.toml"), *folder.glob("rubrics/*.toml")]
    return [path.read_text(encoding="utf-8") for path in used], tables(project.root / "run.db")["rules"]


def test_the_rules_are_kept_as_they_were(project: Project) -> None:
    used, stored = kept_rules(project, "values.toml")
    assert set(used) <= {row["text"] for row in stored}
    for row in stored:
        assert row["sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
        assert not Path(row["path"]).is_absolute()


def test_a_parameter_file_named_like_the_core_s_replaces_nothing(project: Project) -> None:
    used, stored = kept_rules(project, "parameters.toml")
    assert set(used) <= {row["text"] for row in stored}


def test_a_run_can_be_computed_again_from_itself(file: Path, tmp_path: Path) -> None:
    stored = tables(file)
    about = stored["run"][0]
    (tmp_path / "dataset.toml").write_text(
        f'name = "{about["name"]}"\nfrom = {about["from"]}\nto = {about["to"]}\n', encoding="utf-8"
    )
    for table in inputs(stored):
        with (tmp_path / f"{table.removeprefix('in_')}.csv").open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.DictWriter(sheet, list(stored[table][0]))
            writer.writeheader()
            writer.writerows(stored[table])
    save(kaohe.assess(tmp_path, SCHEME), tmp_path / "again.db")
    again = tables(tmp_path / "again.db")
    for table in stored.keys() - {"run"}:
        assert again[table] == stored[table], table


ROSTER = {
    "institution": "N1",
    "number": 1,
    "name": "欧阳不存",
    "id_number": "11010519491231002X",
    "phone": "13800138000",
}
PRIVATE = ("欧阳不存", "11010519491231002X", "11010519491231002", "13800138000")


def test_the_roster_is_in_no_table_and_no_byte(project: Project) -> None:
    project.tables["staff"] = [ROSTER]
    outcome = project.run("--json")
    assert outcome.status == 0
    stored = tables(project.root / "run.db")
    assert not [table for table in stored if "staff" in table]
    assert "staff.csv" in json.loads(stored["run"][0]["files"])
    content = (project.root / "run.db").read_bytes()
    for word in PRIVATE:
        assert word.encode() not in content
        assert word not in outcome.out + outcome.err


def test_no_identity_number_of_a_whole_city_is_in_a_byte(run: Run, file: Path) -> None:
    numbers = {number.encode() for number in run.dataset.tables["staff"].select("id_number").collect().to_series()}
    assert len(numbers) > 100
    assert numbers & set(re.findall(rb"(?=([0-9]{17}[0-9X]))", file.read_bytes())) == set()


def test_the_roster_is_in_no_table_of_a_parquet_run(project: Project) -> None:
    project.tables["staff"] = [ROSTER]
    frames = stored_tables(kaohe.assess(project.dataset, SCHEME))
    assert not [table for table in frames if "staff" in table]
    said = json.dumps([part.to_dicts() for portions in frames.values() for part in portions()], ensure_ascii=False)
    assert not [word for word in PRIVATE if word in said]


def test_further_columns_are_kept_whatever_they_are_called(project: Project) -> None:
    names = ["备注", 'a "quoted" word', "select", "rowid", "a]b"]
    for event in project.tables["events"]:
        event.update(dict.fromkeys(names, "1.50"))
    project.run()
    (event,) = tables(project.root / "run.db")["in_events"]
    assert {name: event[name] for name in names} == dict.fromkeys(names, "1.50")


# The view that leads from the trace to the records.

SHEETS = """
select t.institution, t.scorer, t.clause, t.period, t.quantity, t.denominator, t.status, c.fact,
       count(e."row") as records, sum(e.quantity) as recorded, min(cast(e.quantity as text)) as one,
       min(e.denominator) as below,
       group_concat(distinct e."table") as tables
  from trace t left join clauses c on c.rubric = t.rubric and c.clause = t.clause
  left join evidence e on e.institution = t.institution and e.scorer = t.scorer and e.rubric = t.rubric
                      and e.clause = t.clause and e.period = t.period
 group by t.institution, t.scorer, t.rubric, t.clause, t.period
"""


def facts_of(run: Run, table: str) -> set[str]:
    return {fact.fact for fact in run.rules.facts.values() if fact.table == table}


def test_the_evidence_of_a_row_of_cases_adds_up_to_its_quantity(run: Run, file: Path) -> None:
    rows = [row for row in query(file, SHEETS) if row["fact"] in facts_of(run, "events")]
    assert {row["status"] for row in rows} == {"counted", "disputed", "veto"}
    assert len(rows) > 500
    assert [row for row in rows if row["recorded"] != int(row["quantity"])] == []
    assert {row["tables"] for row in rows} == {"events"}
    assert max(row["records"] for row in rows) > 1


def test_the_evidence_of_a_metric_is_the_metric(run: Run, file: Path) -> None:
    rows = [
        row for row in query(file, SHEETS) if row["fact"] in facts_of(run, "metrics") and row["status"] != "missing"
    ]
    assert len(rows) > 300
    assert {(row["records"], row["tables"]) for row in rows} == {(1, "metrics")}
    assert [row for row in rows if (row["one"], row["below"]) != (row["quantity"], row["denominator"])] == []
    assert {row["denominator"] is None for row in rows} == {True, False}


def test_what_is_missing_or_not_reported_has_no_evidence(file: Path) -> None:
    rows = [row for row in query(file, SHEETS) if row["status"] in ("missing", "unreported")]
    assert {row["status"] for row in rows} == {"missing", "unreported"}
    assert [row for row in rows if row["records"]] == []


def test_every_event_that_counts_appears_in_the_evidence_and_no_other(run: Run, file: Path) -> None:
    stored = tables(file)
    silent = {(row["institution"], row["scorer"]) for row in stored["trace"] if row["status"] == "unreported"}
    assessed = {row["institution"] for row in stored["totals"]}
    kinds = {row["institution"]: row["kind"] for row in stored["results"]}
    counted = {(rubric.kind, fact) for rubric in run.rules.rubrics.values() for fact in rubric.counted}
    vetoes = {veto.fact for rubric in run.rules.rubrics.values() for veto in rubric.vetoes}
    expected = {
        row["event"]
        for row in stored["in_events"]
        if row["status"] != "withdrawn"
        and row["institution"] in assessed
        and (kinds[row["institution"]], row["fact"]) in counted
        and (row["fact"] in vetoes or (row["institution"], row["scorer"]) not in silent)
    }
    shown = query(file, "select * from evidence where \"table\" = 'events'")
    assert {row["row"] for row in shown} == expected
    assert 0 < len(expected) < len(stored["in_events"])
    assert {row["evidence"] for row in shown} <= {row["evidence"] for row in stored["in_events"]}
    assert all(row["recorded_by"] in (row["scorer"], None) for row in shown)


def test_the_evidence_does_not_need_every_table(small: Run, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = {name: frame for name, frame in stored_tables(small).items() if name != "in_metrics"}
    monkeypatch.setattr(write, "stored_tables", lambda *_: fewer)
    save(small, project.root / "run.db")
    assert {row["table"] for row in query(project.root / "run.db", "select * from evidence")} == {"events"}


# The same input gives the same bytes.


def test_the_same_input_gives_the_same_bytes(year: Path, file: Path, tmp_path: Path) -> None:
    save(kaohe.assess(year, SCHEME), tmp_path / "again.db")
    assert (tmp_path / "again.db").read_bytes() == file.read_bytes()


def test_another_process_writes_the_same_bytes(year: Path, file: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kaohe", "run", str(year), "--scheme", SCHEME, "--out", "there.db", "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": "11", "POLARS_MAX_THREADS": "1", "LC_ALL": "zh_CN.UTF-8"}
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=environment)
    assert (tmp_path / "there.db").read_bytes() == file.read_bytes()


def test_the_order_of_rows_changes_nothing_that_is_computed(year: Path, file: Path, tmp_path: Path) -> None:
    chance = Random(5)
    for path in year.rglob("*"):
        target = tmp_path / path.relative_to(year)
        target.parent.mkdir(exist_ok=True)
        if path.suffix == ".csv":
            heading, *lines = path.read_bytes().splitlines(keepends=True)
            chance.shuffle(lines)
            target.write_bytes(b"".join([heading, *lines]))
        elif path.is_file():
            target.write_bytes(path.read_bytes())
    save(kaohe.assess(tmp_path, SCHEME), tmp_path / "run.db")
    one, other = tables(file), tables(tmp_path / "run.db")
    assert one["in_events"] != other["in_events"]
    for table in one.keys() - {"run", *inputs(one)}:
        assert other[table] == one[table], table


def test_both_forms_hold_the_same_rows(run: Run, file: Path, tmp_path: Path) -> None:
    save(run, tmp_path / "run")
    found = {path.stem: pl.read_parquet(path).to_dicts() for path in (tmp_path / "run").iterdir()}
    assert found == tables(file)
    one, other = open_run(file), open_run(tmp_path / "run")
    assert one.about == other.about
    institution = run.results["institution"][40]
    for table in ("results", "trace", "in_events", "nothing_of_the_kind"):
        assert one.rows(table, institution=institution) == other.rows(table, institution=institution)
    assert one.rows("trace", institution=institution)
    assert one.rows("nothing_of_the_kind") == []


# Written whole or not at all.


@pytest.fixture(params=["run.db", "run"])
def target(request: pytest.FixtureRequest, project: Project) -> Path:
    """Where a run goes, in either form."""
    return project.root / str(request.param)


def contents(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, hidden files too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def places(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def at_once(_: Callable[..., Any], fault: BaseException) -> Callable[..., Any]:
    """A function that fails."""

    def failing(*_: Any, **__: Any) -> Any:
        raise fault

    return failing


def third_time(real: Callable[..., Any], fault: BaseException) -> Callable[..., Any]:
    """The function, which fails when it is called for the third time."""
    left = iter([None, None])

    def failing(*arguments: Any, **named: Any) -> Any:
        try:
            next(left)
        except StopIteration:
            raise fault from None
        return real(*arguments, **named)

    return failing


FULL = OSError(28, "No space left on device")
BREAKS = {
    "third table": ("run.db", sqlite, "_insert", third_time),
    "third schema": ("run.db", Database, "table", third_time),
    "view": ("run.db", Database, "create_view", at_once),
    "sync": ("run.db", os, "fsync", at_once),
    "replace": ("run.db", os, "replace", at_once),
    "third file": ("run", pl.LazyFrame, "sink_parquet", third_time),
    "third sync": ("run", os, "fsync", third_time),
    "replace folder": ("run", write, "put", at_once),
}
"""What is made to fail while a run is written: where it goes, what fails, and when."""


@pytest.mark.parametrize("fault", [RuntimeError("no"), KeyboardInterrupt(), FULL], ids=["fault", "interrupt", "full"])
@pytest.mark.parametrize("name", BREAKS)
@pytest.mark.parametrize("over", ["nothing", "a run"])
def test_a_run_that_cannot_be_finished_leaves_everything_as_it_was(
    name: str, fault: BaseException, over: str, small: Run, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, owner, attribute, when = BREAKS[name]
    if over == "a run":
        save(evolve(small, dataset=evolve(small.dataset, name="earlier")), project.root / out)
    before, there = contents(project.root), places(project.root)
    with monkeypatch.context() as broken:
        broken.setattr(owner, attribute, when(getattr(owner, attribute), fault))
        with pytest.raises(Refused if fault is FULL else type(fault)):
            save(small, project.root / out)
    assert contents(project.root) == before
    assert places(project.root) == there
    save(small, project.root / out)
    assert open_run(project.root / out).about["scheme"] == SCHEME


def test_the_last_step_of_replacing_a_folder_can_fail(
    small: Run, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = project.root / "run"
    save(evolve(small, dataset=evolve(small.dataset, name="earlier")), target)
    before, there = contents(project.root), places(project.root)
    real = os.replace

    def only_aside(source: Path, goal: Path) -> None:
        if goal == target and ".former." not in str(source):
            raise FULL
        real(source, goal)

    monkeypatch.setattr("kaohe.place._exchanged", lambda *_: False)
    monkeypatch.setattr("os.replace", only_aside)
    with pytest.raises(Refused):
        save(small, target)
    assert contents(project.root) == before
    assert places(project.root) == there


def test_a_full_disk_is_told_in_one_line(project: Project, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.replace", at_once(os.replace, FULL))
    outcome = project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", target.name)
    assert outcome.status == 1
    line, last = outcome.err.splitlines()
    assert line == (
        f"error: {target.name}: the run cannot be written: [Errno 28] No space left on device"
        " → choose another place; nothing was changed there"
    )
    assert last == "1 error; nothing was written"
    assert not target.exists()


LOCKED = {
    "run.db": (sqlite3, "connect", sqlite3.OperationalError("unable to open database file")),
    "run": (Path, "mkdir", PermissionError(13, "Permission denied")),
}
"""What happens in a folder in which one may not write."""


@pytest.mark.parametrize("out", LOCKED)
def test_a_folder_that_may_not_be_written_is_told(out: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, attribute, fault = LOCKED[out]
    dataset = project.dataset
    monkeypatch.setattr(owner, attribute, at_once(getattr(owner, attribute), fault))
    outcome = project.kaohe("run", dataset, "--scheme", SCHEME, "--out", out)
    assert outcome.status == 1
    assert f"error: {out}: the run cannot be written: {fault} → choose another place" in outcome.err
    assert project.files() == {"dataset"}


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
from kaohe.command import main
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_a_disk_that_fills_up_in_earnest(project: Project, target: Path) -> None:
    arguments = ["run", str(project.dataset), "--scheme", SCHEME, "--out", str(target), "--lang", "en"]
    before = project.files()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *arguments], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 1
    line, last = done.stderr.splitlines()
    assert "the run cannot be written: " in line
    assert last == "1 error; nothing was written"
    assert project.files() == before


@pytest.mark.skipif(sys.platform != "linux", reason="two folders change places at once on Linux only")
@pytest.mark.parametrize("out", ["run.db", "run"])
def test_a_run_killed_at_any_moment_leaves_a_whole_one(
    out: str, run: Run, small: Run, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for name, each in (("one", run), ("other", small)):
        (tmp_path / name).mkdir()
        for table, portions in stored_tables(each).items():
            pl.concat(list(portions())).head(5_000).write_parquet(tmp_path / name / f"{table}.parquet")
    (tmp_path / "place").mkdir()
    target = tmp_path / "place" / out
    script = Path(request.path).with_name("killed.py")
    moments = [target, tmp_path / "one", tmp_path / "other", 22, 100]
    done = subprocess.run([sys.executable, script, *map(str, moments)], capture_output=True, check=True, text=True)
    one, other, *seen = done.stdout.split()
    assert len(seen) >= 100
    assert set(seen) <= {one, other}
    assert len(list(target.parent.iterdir())) <= 2
    save(small, target)
    assert [entry.name for entry in target.parent.iterdir()] == [out]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        shutil.which("mount")
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=400k", "none", place], capture_output=True, check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("only an administrator can make a small disk (mount -t tmpfs)")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("out", ["run.db", "run"])
def test_a_disk_that_is_full_keeps_the_run_before(out: str, run: Run, small: Run, disk: Path) -> None:
    save(small, disk / out)
    before = contents(disk)
    with pytest.raises(Refused, match=r"the run cannot be written: .*(full|No space)"), speaking("en"):
        save(run, disk / out)
    assert contents(disk) == before
    assert places(disk) == before.keys() | {out}


# Where it may go.


def refused(project: Project, out: object) -> str:
    """What is said where a run may not go; nothing there is touched."""
    dataset = project.dataset
    before, there = contents(project.root), places(project.root)
    outcome = project.kaohe("run", dataset, "--scheme", SCHEME, "--out", out)
    assert (outcome.status, outcome.out) == (1, "")
    assert contents(project.root) == before
    assert places(project.root) == there
    line, last = outcome.err.splitlines()
    assert last == "1 error; nothing was written"
    return line


@pytest.mark.parametrize("out", ["nowhere/run.db", "nowhere/run"])
def test_a_run_does_not_go_into_a_folder_that_is_not_there(out: str, project: Project) -> None:
    assert refused(project, out) == f"error: {out}: the folder “nowhere” does not exist → make it first"


def notes(path: Path, *_: Path) -> None:
    path.write_text("my notes\n" * 500)


def nothing(*_: Path) -> None:
    """Leave it as it is."""


def database(statement: str) -> Callable[..., None]:
    """Makes an SQLite file with one table."""

    def make(path: Path, *_: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)

    return make


def folder_of_notes(path: Path, *_: Path) -> None:
    path.mkdir()
    notes(path / "notes.txt")


def folder_of_frames(path: Path, *_: Path) -> None:
    path.mkdir()
    pl.DataFrame({"name": ["mine"]}).write_parquet(path / "run.parquet")


OTHERS = {
    "text.db": notes,
    "empty.db": lambda path, *_: path.write_bytes(b""),
    "other.db": database("create table notes (text)"),
    "another_run.db": database("create table run as select 26.2 as miles"),
    "text": notes,
    "folder": folder_of_notes,
    "folder.db": folder_of_notes,
    "frames": folder_of_frames,
}
"""What is no run, and how it comes to be there."""


@pytest.mark.parametrize("out", [*OTHERS, "dataset"])
def test_a_run_is_not_written_over_anything_else(out: str, project: Project) -> None:
    OTHERS.get(out, nothing)(project.root / out)
    assert refused(project, out) == f"error: {out}: something else stands here, not a run → choose another name (--out)"


def test_a_run_s_folder_with_something_of_the_user_s_is_kept(project: Project) -> None:
    save(kaohe.assess(project.dataset, SCHEME), project.root / "run")
    (project.root / "run" / "letter.docx").write_text("mine")
    assert "something else stands here, not a run" in refused(project, "run")


def test_a_closed_run_is_frozen(project: Project, target: Path) -> None:
    run = kaohe.assess(project.dataset, SCHEME)
    save(run, target)
    if target.suffix:
        with closing(sqlite3.connect(target)) as connection, connection:
            connection.execute("update run set closed = '2023-03-31'")
    else:
        about = pl.read_parquet(target / "run.parquet")
        about.with_columns(closed=pl.lit("2023-03-31")).write_parquet(target / "run.parquet")
    assert refused(project, target.name) == (
        f"error: {target.name}: this run was closed on 2023-03-31 and is frozen → choose another name (--out)"
    )


def test_a_run_replaces_a_run_that_is_not_closed(project: Project, target: Path) -> None:
    for points in ("80", "78"):
        assert project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", target.name).status == 0
        stored = [row["quantity"] for row in open_run(target).rows("trace", clause="5.1")]
        assert stored == ["1"] if points == "80" else ["2"]
        project.tables["events"][0]["count"] = 2
    assert project.files() == {"dataset", target.name}


def test_a_run_may_go_into_an_empty_folder(project: Project) -> None:
    (project.root / "run").mkdir()
    assert project.kaohe("run", project.dataset, "--scheme", SCHEME, "--out", "run").status == 0
    assert project.files() == {"dataset", "run"}
    assert open_run(project.root / "run").rows("results")


# What is no run.


def without_its_row(path: Path, file: Path) -> None:
    path.write_bytes(file.read_bytes())
    database("delete from run")(path)


def rubbish(path: Path, *_: Path) -> None:
    path.mkdir()
    notes(path / "run.parquet")


NO_RUNS: dict[str, Callable[..., Any]] = {
    **OTHERS,
    "nothing.db": nothing,
    "nothing": nothing,
    "no_row.db": without_its_row,
    "half.db": lambda path, file: path.write_bytes(file.read_bytes()[:9000]),
    "rubbish": rubbish,
    "empty_folder": lambda path, _: path.mkdir(),
}


@pytest.mark.parametrize("name", NO_RUNS)
def test_what_is_no_run_is_not_opened(name: str, file: Path, tmp_path: Path) -> None:
    NO_RUNS[name](tmp_path / name, file)
    with pytest.raises(Refused) as refusal:
        open_run(tmp_path / name)
    with speaking("en"):
        (problem,) = map(str, refusal.value.problems)
    assert problem == f"{tmp_path / name}: there is no run here → kaohe run … --out FILE makes one"


def test_damage_inside_a_run_is_told(file: Path, tmp_path: Path) -> None:
    (page,) = query(file, "select rootpage from sqlite_master where name = 'trace'")
    content = bytearray(file.read_bytes())
    start = 4096 * (page["rootpage"] - 1)
    content[start : start + 4096] = b"\xff" * 4096
    (tmp_path / "damaged.db").write_bytes(content)
    with pytest.raises(Refused) as refusal:
        open_run(tmp_path / "damaged.db").rows("trace")
    with speaking("en"):
        assert "database disk image is malformed" in str(refusal.value.problems[0])


def test_a_run_is_opened_for_reading_only(file: Path) -> None:
    before = file.read_bytes()
    stored = open_run(file)
    assert len(stored.rows("results", kind="nursing_home")) == 96
    assert stored.rows("results", institution="'; drop table results; --") == []
    assert file.read_bytes() == before
