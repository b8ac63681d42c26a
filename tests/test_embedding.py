"""Inside another system: nothing global is needed or touched, threads do not mix, a city need not be installed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Context, Decimal, Inexact, localcontext
from pathlib import Path
from threading import Barrier
from typing import Any

import duckdb
import polars as pl
import pytest
from cities import RUBRIC, SCHEME
from project import clean_year

import kaohe
from kaohe import hookimpl, speaking
from kaohe.messages import LANGUAGES

YEAR = {"name": "某年", "from": date(2022, 1, 1), "to": date(2022, 12, 31)}


def frames() -> dict[str, Any]:
    tables = {table: pl.DataFrame(rows).cast(pl.String) for table, rows in clean_year().items()}
    return {"dataset": YEAR, **tables}


class Somewhere:
    """A city that is an object: each complaint costs so many points of ten."""

    def __init__(self, folder: Path, city: str, points: int) -> None:
        (folder / city / "rubrics").mkdir(parents=True)
        (folder / city / "scheme.toml").write_text(SCHEME.format(city=city), encoding="utf-8")
        rubric = RUBRIC.replace("points = 4", f"points = {points}")
        (folder / city / "rubrics" / "table.toml").write_text(rubric, encoding="utf-8")
        self.folder = folder / city

    @hookimpl
    def schemes(self) -> list[Path]:
        """The only one."""
        return [self.folder]


def test_a_city_is_passed_in_as_an_object(tmp_path: Path) -> None:
    plugins = {"nowhere": Somewhere(tmp_path, "nowhere", 4)}
    run = kaohe.assess(frames(), "nowhere/1", plugins=plugins)
    # One complaint on the sheet of 30 of 40 persons: (30 × 6 + 10 × 10) / 40.
    assert run.results["score"].to_list() == [Decimal(7)]
    kaohe.save(run, tmp_path / "run.db")
    assert kaohe.verify(tmp_path / "run.db", plugins=plugins).sound
    for attempt in (lambda: kaohe.assess(frames(), "nowhere/1"), lambda: kaohe.assess(frames(), "elsewhere/1")):
        with pytest.raises(kaohe.Refused, match=r"nowhere|elsewhere"):
            attempt()


def test_a_city_that_is_passed_in_goes_before_the_installed_one(tmp_path: Path) -> None:
    plugins = {"changzhou": Somewhere(tmp_path, "changzhou", 2)}
    assert kaohe.assess(frames(), "changzhou/1", plugins=plugins).results["score"].to_list() == [Decimal("8.5")]


def test_a_run_is_verified_by_the_rules_that_it_carries(tmp_path: Path) -> None:
    city = Somewhere(tmp_path, "nowhere", 4)
    kaohe.save(kaohe.assess(frames(), "nowhere/1", plugins={"nowhere": city}), tmp_path / "run.db")
    file = city.folder / "rubrics" / "table.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("points = 4", "points = 1"), encoding="utf-8")
    found = kaohe.verify(tmp_path / "run.db", plugins={"nowhere": city})
    assert found.sound
    with speaking("en"):
        assert "rules installed now are others than those it carries: nowhere/1/rubrics/table.toml" in {
            str(problem.message) for problem in found.problems
        }


Job = tuple[str, str, str]
JOBS: list[Job] = [
    *((scheme, "polars", spoken) for scheme in ("nowhere/1", "elsewhere/1", "changzhou/2022") for spoken in LANGUAGES),
    *(("nowhere/1", "duckdb", spoken) for spoken in LANGUAGES),
]


def told(job: Job, plugins: Mapping[str, object]) -> tuple[list[Any], list[Any], list[str]]:
    """All that a run says: rows, trace, and its remarks in the language spoken."""
    scheme, engine, spoken = job
    with speaking(spoken):
        run = kaohe.assess(frames(), scheme, engine=engine, plugins=plugins)
        return run.results.rows(), run.trace.rows(), [str(problem) for problem in run.problems]


def test_eight_threads_mix_nothing(tmp_path: Path) -> None:
    plugins = {"nowhere": Somewhere(tmp_path, "nowhere", 4), "elsewhere": Somewhere(tmp_path, "elsewhere", 1)}
    alone = {job: told(job, plugins) for job in JOBS}
    assert len({repr(said) for said in alone.values()}) == 6  # engines make no difference, schemes and languages do
    together = Barrier(8)

    def work(number: int) -> list[tuple[Job, Any]]:
        together.wait()
        return [(job, told(job, plugins)) for job in (JOBS[number], JOBS[number - 3])]

    with ThreadPoolExecutor(8) as pool:
        for outcomes in pool.map(work, range(8)):
            assert outcomes == [(job, alone[job]) for job, _ in outcomes]


def test_one_run_is_read_by_several_threads() -> None:
    run = kaohe.assess(frames(), "changzhou/2022", engine="duckdb")
    with ThreadPoolExecutor(8) as pool:
        tables = list(pool.map(lambda table: run.frame(table).rows(), ["trace", "items", "scores", "results"] * 4))
    assert tables == tables[:4] * 4


@pytest.mark.filterwarnings("error")
def test_the_caller_s_decimal_context_changes_no_number() -> None:
    expected = kaohe.assess(frames(), "changzhou/2022")
    with localcontext(Context(prec=1, traps=[Inexact])):
        found = kaohe.assess(frames(), "changzhou/2022")
    assert found.trace.rows() == expected.trace.rows()
    assert found.results.rows() == expected.results.rows()


def test_relations_are_answered_in_the_caller_s_connection() -> None:
    connection = duckdb.connect()
    tables = {name: connection.from_arrow(table.to_arrow()) for name, table in frames().items() if name != "dataset"}
    run = kaohe.assess({"dataset": YEAR, **tables}, "changzhou/2022")
    connection.execute("create table names (institution text, name text)")
    connection.execute("insert into names values ('N1', '甲养老院')")
    joined = run.results.join(connection.table("names"), "institution").project("name, score")
    assert joined.fetchall() == [("甲养老院", Decimal("78.5"))]
    assert len(run.scores.fetchall()) == 2
    assert len(run.results.fetchall()) == 1


def test_a_refusal_goes_from_process_to_process_with_its_problems() -> None:
    handed = frames()
    handed["served"] = handed["served"].with_columns(persons=pl.lit("-3"))
    with pytest.raises(kaohe.Refused) as refused:
        kaohe.assess(handed, "changzhou/2022")
    again = pickle.loads(pickle.dumps(refused.value))
    assert again.problems == refused.value.problems
    problem = again.problems[0]
    assert (problem.table, problem.row, problem.column, problem.severity) == ("served", 1, "persons", "error")
    said = []
    for spoken in ("zh_CN", "en"):
        with speaking(spoken):
            said.append(str(problem.message))
    assert len(set(said)) == 2


ALONE = """
import decimal, gettext, locale, logging, os, signal, sys, threading, warnings

sys.path.insert(0, sys.argv[1])
import polars as pl
import duckdb, pyarrow  # numpy, which it imports, sets a variable and a filter
from test_embedding import frames
frames = frames()

gone = os.path.join(sys.argv[2], "gone")
os.mkdir(gone)
os.chdir(gone)
os.rmdir(gone)


def state():
    from kaohe.messages import language
    from kaohe.stages.engines import engine
    return {
        "environment": dict(os.environ), "domain": gettext.textdomain(), "locale": locale.setlocale(locale.LC_ALL),
        "decimal": repr(decimal.getcontext()), "warnings": list(warnings.filters), "path": list(sys.path),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "handlers": list(logging.root.handlers), "streams": (sys.stdout, sys.stderr), "hook": sys.excepthook,
        "polars": pl.Config.state(), "recursion": sys.getrecursionlimit(), "language": language(), "engine": engine(),
        "threads": {thread.name for thread in threading.enumerate()},
    }


before, touched = state(), []


def watch(event, arguments):
    writing = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writing or event in ("os.mkdir", "os.putenv", "subprocess.Popen", "socket.connect", "os.rename", "os.remove"):
        touched.append((event, arguments))


sys.addaudithook(watch)
import kaohe

for engine in ("polars", "duckdb"):
    run = kaohe.assess(frames, "changzhou/2022", engine=engine)
    print(run.results.rows()[0][2], len(run.trace), len([str(problem) for problem in run.problems]) > 0)
after = state()
print([name for name in before if before[name] != after[name]], touched)
"""


def test_nothing_of_the_process_is_needed_or_touched(tmp_path: Path) -> None:
    """Without a locale, a home or a current folder; what is global afterwards is as it was, and nothing was written."""
    done = subprocess.run(
        [sys.executable, "-B", "-I", "-c", ALONE, str(Path(__file__).parent), str(tmp_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={},
        cwd="/",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first, second, state = done.stdout.splitlines()
    assert first == second
    assert first.startswith("78.5")
    assert state == "[] []"
