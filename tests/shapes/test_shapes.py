"""Every example city reproduces its worked cases, to the fen; docs/money.md shows the rules of those about money."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import kaohe
from kaohe.assembly import assemble
from kaohe.journal import balance
from kaohe.loading import read_toml
from kaohe.messages import speaking
from kaohe.plugin.manager import scheme_named
from kaohe.rules import load_scheme

HERE = Path(__file__).parent
CASES = [
    (f"{file.parents[2].name}/{file.parents[1].name}", case)
    for file in sorted(HERE.glob("*/*/cases/*.toml"))
    for case in read_toml(file)["cases"]
]
MONTH = {"budget": 1, "deposit": -1, "paid": -1, "deferred": -1}


def assessed(scheme: str, given: Mapping[str, Any]) -> kaohe.Run:
    year = int(given.get("year", 2023))
    tables = {name: pl.DataFrame(_filled(rows)) for name, rows in given.items() if isinstance(rows, list)}
    dataset = {"dataset": {"name": scheme, "from": date(year, 1, 1), "to": date(year, 12, 31)}, **tables}
    values = {
        name: {"value": value, "provenance": "agreement", "source": "算例"}
        for name, value in given.get("parameters", {}).items()
    }
    return kaohe.assess(dataset, scheme, parameters=values)


def _filled(rows: list[dict[str, str]]) -> list[dict[str, str | None]]:
    """Every row with the columns of all."""
    columns = {column: None for row in rows for column in row}
    return [{**columns, **row} for row in rows]


def summed(rows: pl.DataFrame, *keys: str) -> dict[str, Decimal]:
    """Yuan by the keys that are not blank; what comes to nothing is left out."""
    sums: defaultdict[str, int] = defaultdict(int)
    for *key, amount in rows.select(*keys, "amount").rows():
        sums[" ".join(part for part in key if part)] += amount
    return {key: Decimal(amount) / 100 for key, amount in sums.items() if amount}


def covered(journal: pl.DataFrame) -> dict[str, dict[str, Decimal]]:
    """By source and region, what the year-end took off the overspend."""
    closing = journal.filter(pl.col("entry").str.starts_with("Y-"))
    drawn = closing.filter(pl.col("amount") > 0, ~pl.col("account").is_in(["overspend", "shared"]))
    sources = drawn.select("entry", source="account").unique()
    met = closing.filter(pl.col("account") == "overspend", pl.col("amount") < 0).join(sources, on="entry")
    return {
        source: {region: -amount for region, amount in summed(rows, "region").items()}
        for (source,), rows in met.partition_by("source", as_dict=True).items()
    }


def found(run: kaohe.Run, what: str, wanted: Any) -> Any:
    """What came out, in the form in which the case expects it."""
    journal, allocations = run.tables["journal"], run.tables["allocations"]
    match what:
        case "allocations":
            steps = summed(allocations, "region", "step")
            return {key: steps.get(key, Decimal(0)) for key in wanted}
        case "months":
            rows = {key: _month(journal, *key.split()) for key in wanted}
            return {
                key: [sign * sums.get(name, Decimal(0)) for name, sign in MONTH.items()] for key, sums in rows.items()
            }
        case "covered":
            return covered(journal)
        case "shared" | "open":
            account = {"shared": "shared", "open": "overspend"}[what]
            return summed(journal.filter(pl.col("account") == account), "region")
        case "left":
            sums = summed(journal, "region", "account")
            return {key: sums.get(key, Decimal(0)) for key in wanted}
        case "balances":
            return summed(journal, "institution", "account")
        case "entries":
            return {article: summed(rows, "institution", "account")
                    for (article,), rows in journal.partition_by("article", as_dict=True).items()}  # fmt: skip
        case "consequences":
            rows = run.tables["consequences"]
            return dict(rows.group_by("institution").agg(pl.col("consequence").sort()).rows())
        case "scores" | "grades" | "ranks":
            return dict(run.results.select("institution", what.removesuffix("s")).rows())
        case "items":
            items = run.items.group_by("institution", maintain_order=True).agg("points")
            return dict(items.rows())
    raise KeyError(what)


def test_what_is_not_booked_is_said() -> None:
    """A blank cell, an institution without a score, a parameter that nobody set."""
    case = next(dict(case) for scheme, case in CASES if scheme == "pool/1")
    given = dict(case["given"]) | {"history": [{"institution": "A", "scheme": "pool/1", "year": "2023", "score": "90"}]}
    given["institutions"] = [
        {**row, "hours": None} if row["institution"] == "A" else row for row in given["institutions"]
    ]
    run = assessed("pool/1", given)
    assert run.tables["journal"].is_empty()
    with speaking("en"):
        assert [str(problem.message) for problem in run.problems if problem.code == "money"] == [
            "“绩效奖励” is not booked for 1 row: hours is blank",
            "“绩效奖励”: 1 institution has no score and shares nothing",
        ]


def test_what_cannot_be_taken_back_is_said() -> None:
    """An event without its amount, which is one of the bases."""
    given = next(dict(case["given"]) for scheme, case in CASES if scheme == "clawback/1")
    given["events"] = [{**row, "amount": None} for row in given["events"][:1]]
    code = given["events"][0]["event"]
    run = assessed("clawback/1", given)
    with speaking("en"):
        assert [str(problem.message) for problem in run.problems if problem.code == "money"] == [
            f"“追回” is not booked for {code}: the amount is blank"
        ]


def _month(journal: pl.DataFrame, region: str, month: str) -> dict[str, Decimal]:
    in_month = pl.col("entry").str.starts_with("M-") & pl.col("date").str.starts_with(month)
    return summed(journal.filter(pl.col("region") == region, in_month), "account")


def _exact(said: Any) -> Any:
    """Amounts and points as decimals; words stay words."""
    if isinstance(said, Mapping):
        return {key: _exact(value) for key, value in said.items()}
    if isinstance(said, list):
        return [_exact(value) for value in said]
    try:
        return Decimal(said)
    except ArithmeticError:
        return said


@pytest.mark.parametrize(("scheme", "case"), [pytest.param(*one, id=f"{one[0]} {one[1]['name']}") for one in CASES])
def test_the_example_city_reproduces_its_case(scheme: str, case: dict[str, Any]) -> None:
    expected = dict(case["expect"])
    refused = expected.pop("refused", None)
    if refused is not None:
        with speaking("en"), pytest.raises(kaohe.Refused) as fault:
            assessed(scheme, case["given"])
        with speaking("en"):
            assert [str(problem.message) for problem in fault.value.problems] == refused
        return
    run = assessed(scheme, case["given"])
    balance(run.tables["journal"])
    assert {what: found(run, what, wanted) for what, wanted in expected.items()} == _exact(expected), case["working"]


DOCUMENT = (HERE.parents[1] / "docs" / "money.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^“[^”\n]*” \(`([a-z]+/\d+)[^\n]*\n\n```toml\n(.*?)\n```", DOCUMENT, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("place", "toml"), SHOWN, ids=[place for place, _ in SHOWN])
def test_the_document_shows_the_city_s_own_rules(place: str, toml: str) -> None:
    rules = "".join(path.read_text(encoding="utf-8") for path in sorted((HERE / place).rglob("*.toml")))
    lines = [line for line in toml.splitlines() if not line.startswith("# parameters")]
    assert [line for line in lines if line not in rules] == []


def test_every_example_city_about_money_is_in_the_document() -> None:
    """Those that have a word on money in their rules."""
    about = [
        path for path in HERE.glob("*/*/scheme.toml") if re.search(r"(?m)^\[+(money|budgets|deposit)", _rules(path))
    ]
    cities = {path.parent.relative_to(HERE).as_posix() for path in about}
    assert {city for city in cities if city not in DOCUMENT} == set()
    assert {place for place, _ in SHOWN} >= cities - {"versions/2023", "regions/1"}


def _rules(path: Path) -> str:
    return path.read_text(encoding="utf-8")


FAULTS = {
    'base = "insured"': ('base = "insurd"', "budgets.base: the table “regions” has no column “insurd”"),
    'method = "shares"': ('method = "share"', "budgets.method: “share” is neither an option nor a parameter"),
    'weight = "split.beneficiaries"': (
        'weight = "deposit.tiers"',
        "budgets.factors[0].weight: the parameter “deposit.tiers” does not fit here",
    ),
    'source = "forfeited"': (
        'source = "forfeit"',
        "budgets.sources[0]: “forfeit” is not a source, and no column says how much it holds",
    ),
    'who = "overspent"': ('who = "overspent"\nwhom = "all"', "budgets.sharing: unknown key “whom”"),
}


def test_all_that_a_scheme_names_wrongly_is_said_at_once_with_its_key(tmp_path: Path) -> None:
    wrong = dict(list(FAULTS.items())[:-1])
    assert faults_of(tmp_path, wrong) == [said for _, said in wrong.values()]


def test_a_key_that_there_is_not_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, dict(list(FAULTS.items())[-1:])) == [FAULTS['who = "overspent"'][1]]


def faults_of(folder: Path, changes: Mapping[str, tuple[str, str]]) -> list[str]:
    """What is said of the example's scheme with some of its lines changed."""
    city, _, rules = scheme_named("regions/1")
    content = (rules / "scheme.toml").read_text(encoding="utf-8")
    for line, (changed, _) in changes.items():
        assert line in content
        content = content.replace(line, changed)
    (folder / "scheme.toml").write_text(content, encoding="utf-8")
    (folder / "parameters.toml").write_text((rules / "parameters.toml").read_text(encoding="utf-8"), encoding="utf-8")
    with speaking("en"), pytest.raises(kaohe.Refused) as refused:
        assemble(city, load_scheme(folder), folder)
    with speaking("en"):
        return [f"{problem.key}: {problem.message}" for problem in refused.value.problems]
