"""The example year is what an official could hold, and comes out as the notice says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import polars as pl
import pytest

import kaohe
from kaohe.dataset.read import read
from kaohe.draw import draw
from kaohe.plugin.manager import City
from kaohe.run import Run
from kaohe_changzhou import demo
from kaohe_changzhou.demo import kinds
from kaohe_changzhou.demo.deeds import Deed

SEEDS = (2022, 7)
KINDS = {"assessment_institution": 24, "nursing_home": 96, "home_care": 110, "device_rental": 22, "medical": 48}
ANNEXES = {
    "annex1": kinds.ASSESSMENT_INSTITUTION,
    "annex2": kinds.NURSING_HOME,
    "annex3": kinds.HOME_CARE,
    "annex4": kinds.DEVICE_RENTAL,
}
GIVEN = """
["grade.cutoffs"]
value = [{ grade = "A", at_least = 90 }, { grade = "B", at_least = 75 }, { grade = "C", at_least = 60 },
         { grade = "D", at_least = 50 }, { grade = "E", at_least = 0 }]
provenance = "assumption"
source = "test"

["basic_insurance.grades"]
value = { "优秀" = "A", "良好" = "B", "合格" = "C", "不合格" = "D" }
provenance = "assumption"
source = "test"
"""


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def written(folder: Path, seed: int) -> Path:
    assert demo.write(folder, seed) == "changzhou/2022"
    return folder


@pytest.fixture(scope="module", params=SEEDS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The example year of each seed, assessed: it passed every check."""
    return kaohe.assess(written(tmp_path_factory.mktemp("demo"), request.param), "changzhou/2022")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The year of one seed, with the grades of the basic insurance and cutoffs given."""
    folder = tmp_path_factory.mktemp("graded")
    parameters = folder / "parameters.toml"
    parameters.write_text(GIVEN, encoding="utf-8")
    return kaohe.assess(written(folder / "dataset", SEEDS[0]), "changzhou/2022", parameters=parameters)


def recorded(run: Run, fact: str) -> list[str]:
    return run.dataset.tables["events"].collect().filter(pl.col("fact") == fact)["institution"].to_list()


def result(run: Run, institution: str) -> dict[str, object]:
    return run.results.row(by_predicate=pl.col("institution") == institution, named=True)


def results(run: Run, institutions: list[str], column: str) -> set[object]:
    return {result(run, institution)[column] for institution in institutions}


def declared(run: Run, state: str) -> list[str]:
    steps = run.tables["procedure"].filter(pl.col("step") == "declaration", pl.col("state") == state)
    return steps.join(run.tables["exempt"], on="institution", how="anti")["institution"].to_list()


def mean_of_sheets(run: Run, institution: str) -> Decimal:
    """The sheets' scores weighted by persons, half up to 0.01."""
    served = run.dataset.tables["served"].collect().select("institution", "scorer", "persons")
    sheets = run.scores.filter(pl.col("institution") == institution).join(served, on=["institution", "scorer"])
    persons = sum(sheets["persons"])
    weighted = sum(score * number for score, number in sheets.select("score", "persons").rows())
    return (weighted / persons).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_same_seed_gives_same_bytes_in_another_process(tmp_path: Path) -> None:
    here = contents(written(tmp_path / "here", 5))
    there = tmp_path / "there"
    code = "import sys, pathlib; from kaohe_changzhou import demo; demo.write(pathlib.Path(sys.argv[1]), 5)"
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, env={**os.environ, "PYTHONHASHSEED": "17"})
    assert contents(there) == here


def test_another_seed_gives_another_year(tmp_path: Path) -> None:
    one, other = contents(written(tmp_path / "1", 1)), contents(written(tmp_path / "2", 2))
    assert one.keys() == other.keys()
    assert {name for name in one if one[name] == other[name]} == {"dataset.toml", "考核主体.csv"}


def test_it_is_a_folder_in_chinese_with_the_districts_own_encodings(tmp_path: Path) -> None:
    files = contents(written(tmp_path, 2022))
    for table, first in (
        ("事件", "事件编号,机构编码"),
        ("指标", "机构编码,考核主体编码"),
        ("从业人员", "机构编码,序号"),
    ):
        assert files[f"{table}/武进区.csv"].startswith(f"\ufeff{first}".encode())
        assert files[f"{table}/溧阳市.csv"].decode("gb18030").startswith(first)
        with pytest.raises(UnicodeDecodeError):
            files[f"{table}/溧阳市.csv"].decode()
    tables, _, problems = read(tmp_path)
    assert not problems
    assert [len(tables[table].files) for table in ("events", "metrics", "staff")] == [5, 5, 4]


def test_the_hook_writes_it_whether_or_not_the_module_was_imported(tmp_path: Path) -> None:
    city = City.named("changzhou")
    assert city.has("demo")
    assert city.demo(tmp_path / "hook", 3) == {"": "changzhou/2022"}
    assert contents(tmp_path / "hook") == contents(written(tmp_path / "module", 3))


def deeds(kind: kinds.Kind) -> Iterator[Deed]:
    return (deed for group in kind.deeds for deed in group if deed.points)


@pytest.mark.parametrize("rubric", ANNEXES)
def test_deeds_and_full_scores_are_those_of_the_annex(graded: Run, rubric: str) -> None:
    annex, kind = graded.rules.rubrics[rubric], ANNEXES[rubric]
    facts = {fact.name.zh_CN: fact.fact for fact in graded.rules.facts.values()}
    worth = {(clause.fact, item.item): clause for item, clause in annex.clauses}
    assert [worth[facts[deed.fact], str(deed.item)].points for deed in deeds(kind)] == [
        deed.points for deed in deeds(kind)
    ]
    assert tuple(item.full_score for item in annex.items) == kind.full_scores
    assert next(int(item.item) for item in annex.items if item.direction == "earn") == kind.earned


def test_nothing_is_wrong_with_it_and_only_the_procedure_grades_without_cutoffs(run: Run) -> None:
    assert {problem.severity for problem in run.problems} == {"warning", "note"}
    assert {problem.code for problem in run.problems} == {
        "unset", "missing", "peers", "unreported", "agreement", "kind", "procedure",
    }  # fmt: skip
    procedural = {*declared(run, "late"), *declared(run, "missing"), *recorded(run, "assessment.refused")}
    graded = run.results.filter(pl.col("grade").is_not_null())
    assert set(graded["institution"]) == procedural
    assert set(graded["grade"]) == {"E"}


def test_it_has_the_institutions_of_a_whole_city(run: Run) -> None:
    institutions = run.dataset.tables["institutions"].collect()
    assert dict(institutions.group_by("kind").len().rows()) == KINDS
    assert institutions["name"].n_unique() == 300
    assessed = run.results.join(run.tables["exempt"], on="institution", how="anti")
    assert dict(assessed.group_by("kind").len().rows()) == {
        **{kind: number for kind, number in KINDS.items() if kind != "medical"}, "home_care": 109,
    }  # fmt: skip
    sheets = run.dataset.tables["served"].collect().group_by("institution").len()
    assert sorted(sheets["len"].unique()) == [1, 2, 3, 4]


def test_it_has_the_records_of_a_whole_year(run: Run) -> None:
    events, metrics = run.dataset.tables["events"].collect(), run.dataset.tables["metrics"].collect()
    assert 19_000 <= len(events) <= 21_000
    assert len(metrics) > 7_500
    assert set(events["status"]) == {"confirmed", "disputed", "withdrawn"}
    assert (metrics["status"] == "disputed").sum() == 3
    assert (events["date"].dt.year() == 2021).sum() == 4
    assert events.filter(pl.col("evidence").is_null())["institution"].n_unique() == 1
    assert metrics["evidence"].null_count() == 0
    last = events.filter(pl.col("date") > date(2022, 12, 31))
    assert set(last["fact"]) == {"assessment.refused"}


def test_scores_are_spread_as_in_a_year(run: Run) -> None:
    scored = run.results.filter(~pl.col("basis").str.contains("veto"), pl.col("score").is_not_null())
    for _, kind in scored.group_by("kind"):
        assert kind["score"].is_between(60, 92).mean() > 0.65
        assert 70 < kind["score"].median() < 86 < kind["score"].max()
    assert scored["score"].min() < 45
    assert scored["score"].max() > 95


def test_every_veto_of_every_annex_is_there(run: Run) -> None:
    vetoed = run.trace.filter(pl.col("status") == "veto").select("rubric", "clause").unique().rows()
    assert set(vetoed) == {
        (rubric.rubric, veto.clause) for rubric in run.rules.rubrics.values() for veto in rubric.vetoes
    }


def test_suspended_ones_lose_20_points_but_not_more_than_they_have(run: Run) -> None:
    suspended = recorded(run, "agreement.suspended")
    assert len(suspended) == 6
    before = [mean_of_sheets(run, institution) for institution in suspended]
    after = [result(run, institution)["score"] for institution in suspended]
    assert after == [max(Decimal(0), score - 20) for score in before]
    assert min(before) < 20 < 50 < max(before)


def test_terminated_and_refusing_ones_score_zero(run: Run) -> None:
    terminated, refused = recorded(run, "agreement.terminated"), recorded(run, "assessment.refused")
    assert len(terminated) == len(refused) == 4
    assert results(run, terminated + refused, "score") == {0}
    assert min(mean_of_sheets(run, institution) for institution in terminated) > 0
    assert results(run, refused, "grade") == {"E"}


def test_ones_that_a_district_has_not_reported_on_are_not_determined(run: Run) -> None:
    silent = run.trace.filter(pl.col("status") == "unreported")
    assert silent["scorer"].unique().to_list() == ["JT01"]
    assert silent["institution"].n_unique() == 5
    for institution in silent["institution"].unique():
        found = result(run, institution)
        assert found["score"] is None
        assert found["low"] < found["high"]


def test_a_handful_of_metrics_is_missing_besides_those_of_the_refusing(run: Run) -> None:
    refused = recorded(run, "assessment.refused")
    missing = run.trace.filter(pl.col("status") == "missing", ~pl.col("institution").is_in(refused))
    assert set(missing["rubric"]) == set(ANNEXES)
    assert 10 <= missing["institution"].n_unique() <= 16
    open_scores = run.results.filter(pl.col("score").is_null(), pl.col("high").is_not_null())
    assert 5 < len(open_scores) <= 21


def test_late_declarations_are_graded_e_beside_their_score(graded: Run) -> None:
    late, undated, unrecorded = (declared(graded, state) for state in ("late", "missing", "unrecorded"))
    assert (len(late), len(undated), len(unrecorded)) == (5, 1, 1)
    assert results(graded, late + undated, "grade") == {"E"}
    assert max(result(graded, institution)["score"] or 0 for institution in late) > 60
    assert result(graded, *unrecorded)["grade"] is None
    assert "open:declaration" in str(result(graded, *unrecorded)["basis"])


def test_exempt_ones_take_the_basic_insurance_s_grade(graded: Run) -> None:
    exempt = graded.tables["exempt"]
    basic = exempt.filter(pl.col("reason") == "basic_insurance")["institution"].to_list()
    assert len(basic) == 40
    taken = graded.results.filter(pl.col("status") == "taken_over")
    assert len(taken) == 38
    assert taken["score"].null_count() == 38
    assert set(taken["grade"]) >= {"A", "B", "C"}
    assert result(graded, next(one for one in basic if one not in list(taken["institution"])))["grade"] is None
    assert len(exempt.filter(pl.col("reason") == "no_agreement")) == 1
    without_table = graded.dataset.tables["institutions"].collect().filter(pl.col("kind") == "medical")["institution"]
    assert len(set(without_table) - set(basic) - set(graded.results["institution"])) == 8


def test_one_is_measured_only_from_july(run: Run) -> None:
    (begun,) = (
        run.dataset.tables["institutions"].collect().filter(pl.col("active_from") > date(2022, 1, 1))["institution"]
    )
    months = run.trace.filter(pl.col("institution") == begun, pl.col("clause") == "1.3")
    assert sorted(months["period"].unique()) == [f"2022-{month:02}" for month in range(7, 13)]
    assert "missing" not in set(months["status"])
    assert run.dataset.tables["events"].collect().filter(pl.col("institution") == begun)["date"].min() >= date(
        2022, 7, 1
    )


def test_return_rates_are_compared_with_peers_and_some_months_had_no_orders(run: Run) -> None:
    rates = run.trace.filter(pl.col("rubric") == "annex1", pl.col("clause") == "3.4", pl.col("status") != "missing")
    assert (rates["denominator"] == 0).sum() > 5
    for _, month in rates.group_by("scorer", "period"):
        shares = [
            Fraction(returned, reviewed) if reviewed else None
            for returned, reviewed in month.select("quantity", "denominator").rows()
        ]
        known = [floor(share * 10**9 + Fraction(1, 2)) for share in shares if share is not None]
        average = Fraction(sum(known), max(1, len(known)) * 10**9)
        above = [max(0, floor((share - average) * 1000)) if share is not None else 0 for share in shares]
        assert [-points for points in month["points"]] == above
    lost = -rates.filter(pl.col("points") < 0)["points"]
    assert len(lost) > 10
    assert lost.min() < 20 < lost.max()


def test_service_falls_short_by_every_band_and_capacity_is_exceeded(run: Run) -> None:
    points = run.trace.filter(pl.col("rubric") == "annex3").select("clause", "points").unique().rows()
    assert {("2.2", Decimal(-number)) for number in (0, 1, 2, 5)} | {("1.3", Decimal(-2))} <= set(points)


def test_the_roster_is_of_persons_who_cannot_exist(run: Run) -> None:
    staff = run.dataset.tables["staff"].collect().join(run.dataset.tables["institutions"].collect(), on="institution")
    assert set(staff["kind"]) == {"nursing_home", "home_care"}
    assert staff.group_by("institution").len()["len"].is_between(6, 30).all()
    assert staff["institution"].n_unique() == 96 + 109
    numbers = staff["id_number"]
    assert numbers.n_unique() == len(numbers)
    assert numbers.str.starts_with("320000").all()
    assert numbers.str.slice(6, 4).cast(pl.Int64).is_between(1960, 2000).all()
    assert staff["registered"].null_count() > 10
    drawn = draw(run.dataset, run.rules, "2023")
    assert drawn["institution"].n_unique() == 96 + 109
    assert len(drawn) < len(staff) / 7


def test_own_marks_are_higher_than_the_official_points(run: Run) -> None:
    marked = run.items.filter(pl.col("self_points").is_not_null(), pl.col("points").is_not_null())
    assert marked["institution"].n_unique() > 200
    institutions = run.dataset.tables["institutions"].collect()
    assert set(marked.join(institutions, on="institution")["kind"]) == set(KINDS) - {"medical"}
    assert marked["self_points"].sum() > marked["points"].sum()
    assert (marked["self_points"] >= marked["points"]).mean() > 0.7
