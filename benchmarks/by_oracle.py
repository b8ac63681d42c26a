"""The oracle of kaohe's tests, one institution at a time in plain fractions, with what Changzhou's notice adds.

The arithmetic is that of tests/oracle.py. Here are its input as rows, who is exempt and who failed by the procedure,
ranks by sorting (its own count everybody for everybody), and its output as whole units.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import annexes as law
import polars as pl

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import oracle  # noqa: E402
from by_engine import SOURCES  # noqa: E402

COLUMNS = {
    "institutions": ["institution", "kind", "active_from", "active_to", "services", "basic_insurance", "star"],
    "agreements": ["institution", "from", "to"],
    "served": ["institution", "scorer", "persons"],
    "steps": ["institution", "scorer", "step", "due", "done"],
    "events": ["institution", "scorer", "date", "handled", "fact", "count", "status"],
    "metrics": ["institution", "scorer", "period", "fact", "numerator", "denominator", "status"],
    "history": ["institution", "scheme", "year", "grade"],
}
TRACE = [
    *("institution", "scorer", "rubric", "item", "clause", "period", "quantity", "denominator"),
    *("reference_quantity", "reference_denominator", "points", "status"),
]
TABLES = {
    "trace": TRACE,
    "items": ["institution", "scorer", "item", "raw", "points", "low", "high"],
    "scores": ["institution", "scorer", "score", "low", "high"],
    "results": ["institution", "kind", "score", "low", "high", "rank", "grade", "status"],
}
WHOLE = {
    "quantity",
    "denominator",
    "reference_quantity",
    "reference_denominator",
    "raw",
    "points",
    "score",
    "low",
    "high",
    "rank",
}
BILLION = 10**9

Rows = list[dict[str, Any]]


def answer(folder: Path, out: Path) -> None:
    """Write trace, items, scores and results of the dataset in the folder."""
    tables = {name: rows(folder / f"{name}.parquet", columns) for name, columns in COLUMNS.items()}
    done = assess(tables)
    for name, columns in TABLES.items():
        schema = {column: pl.Int64 if column in WHOLE else pl.String for column in columns}
        found = ([in_units(row.get(column)) for column in columns] for row in getattr(done, name))
        pl.DataFrame(found, schema, orient="row").write_parquet(out / f"{name}.parquet")


def rows(file: Path, columns: list[str]) -> Rows:
    """A table's rows."""
    return pl.read_parquet(file, columns=columns).to_dicts()


def in_units(value: Any) -> Any:
    """Points as whole ten-thousandths."""
    return int(value * law.UNIT) if isinstance(value, Fraction) else value


def assess(tables: dict[str, Rows]) -> oracle.Assessment:
    """The oracle's tables, points as fractions, the results with what the notice says of them."""
    rules = SOURCES["score"].rules
    covered = {
        row["institution"] for row in tables["agreements"] if row["from"] <= law.ENDS and row["to"] >= law.BEGINS
    }
    there = [row for row in tables["institutions"] if row["institution"] in covered]
    own = [row for row in there if not basic(row)]
    parameters = {name: parameter.value for name, parameter in rules.parameters.items()}
    case = oracle.Case(
        rules.rubrics, rules.kinds, rules.facts, parameters, {**tables, "institutions": own}, law.BEGINS, law.ENDS
    )
    done = oracle.Assessment()
    assessees = list(oracle.assessed(case))
    shares = oracle.recorded_shares(case, assessees)
    for assessee in assessees:
        oracle.one_institution(case, assessee, shares, done)
    compared(done, shares)
    rank(done.results)
    procedure(done, tables["steps"])
    done.results += taken_over([row["institution"] for row in there if basic(row)], tables["history"])
    return done


def basic(row: dict[str, Any]) -> bool:
    """Who only gives medical and home-bed care and is designated by the basic insurance is not assessed."""
    medical = row["services"] in law.ONLY_MEDICAL and row["kind"] != "assessment_institution"
    return bool(medical and row["basic_insurance"] == "yes")


def compared(done: oracle.Assessment, shares: oracle.Shares) -> None:
    """The averages as the trace holds them: the sum of the rounded shares, and their number, in billionths."""
    for row in done.trace:
        if row.get("average") is not None:
            above, below = shares.totals[row["rubric"], row["scorer"], "assessment.return_rate", row["period"]]
            row.update(reference_quantity=int(above * BILLION), reference_denominator=int(below * BILLION))


def rank(results: Rows) -> None:
    """Within a kind, 1 and the number of better scores."""
    of_kind: dict[str, list[Fraction]] = {}
    for row in results:
        if row["score"] is not None:
            of_kind.setdefault(row["kind"], []).append(row["score"])
    for scores in of_kind.values():
        scores.sort()
    for row in results:
        if row["score"] is not None:
            scores = of_kind[row["kind"]]
            row["rank"] = 1 + len(scores) - bisect_right(scores, row["score"])


def procedure(done: oracle.Assessment, steps: Iterable[dict[str, Any]]) -> None:
    """逾期未申报或不配合年度考核的定点机构,评定结果为E级."""
    declared: dict[str, Rows] = {}
    for row in steps:
        if row["step"] == "declaration":
            declared.setdefault(row["institution"], []).append(row)
    refusals = {(f"annex{annex}", clause) for annex, clause, fact, *_ in law.VETOES if fact == "assessment.refused"}
    refused = {
        row["institution"]
        for row in done.trace
        if row["status"] == "veto" and (row["rubric"], row["clause"]) in refusals
    }
    for result in done.results:
        own = declared.get(result["institution"], [])
        dates = [row["done"] for row in own if row["done"] is not None]
        due = max((row["due"] for row in own if row["due"] is not None), default=law.DECLARATION)
        if result["institution"] in refused or (own and (not dates or min(dates) > due)):
            result["grade"] = "E"
        elif not own and result["grade"] != "E":
            result["grade"] = None
        scored, graded = result["score"] is not None, result["grade"] is not None
        result["status"] = STATUS[scored, graded]


STATUS = {(True, True): "determined", (True, False): "ungraded", (False, True): "range", (False, False): "undetermined"}


def taken_over(exempt: list[str], history: Rows) -> Rows:
    """Those whom the basic insurance assesses, with its grade."""
    known = {
        row["institution"]: law.BASIC_GRADES.get(row["grade"])
        for row in history
        if row["scheme"] == "basic_insurance" and row["year"] == law.YEAR
    }
    return [
        {"institution": code, "kind": "medical", "grade": known.get(code),
         "status": "taken_over" if known.get(code) else "undetermined"}
        for code in exempt
    ]  # fmt: skip
