"""What is stored of a run: its tables with points and money as decimal text, dates as ISO text."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import Any

import polars as pl

from kaohe.dataset.cells import DECIMALS
from kaohe.dataset.contract import CONTRACT
from kaohe.model import Clause, Parameter, Veto
from kaohe.run import POINTS, Run

CLAUSE = (
    "rubric", "kind", "item", "item_name", "full_score", "direction", "shape", "clause", "number", "text", "place",
    "fact", "fact_name", "measure",
)  # fmt: skip
"""Columns of the table `clauses`."""


def decimal_text(column: str, places: int) -> pl.Expr:
    """Integer units as decimal text without trailing zeros; null stays null."""
    unit, value = 10**places, pl.col(column)
    rest = (value.abs() % unit).cast(pl.String).str.zfill(places).str.strip_chars_end("0")
    whole = (value.abs() // unit).cast(pl.String)
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit("."))
    return pl.concat_str(sign, whole, point, rest).alias(column)


def stored_tables(run: Run) -> dict[str, pl.DataFrame]:
    """Every table of a run as it is stored: points and money as decimal text, dates as ISO text."""
    tables = {"run": _about(run), "rules": _rules(run), "clauses": _clauses(run)}
    for name, frame in run.dataset.tables.items():
        if name != "staff":
            tables[f"in_{name}"] = _input(name, frame)
    tables |= {name: _computed(frame) for name, frame in run.tables.items()}
    tables["problems"] = pl.DataFrame(
        [
            (p.severity, p.code, p.table, p.row, p.column, str(p.message), str(p.remedy or ""), p.file)
            for p in run.problems
        ],
        {
            "severity": pl.String,
            "code": pl.String,
            "table": pl.String,
            "row": pl.Int64,
            "column": pl.String,
            "message": pl.String,
            "remedy": pl.String,
            "file": pl.String,
        },
        orient="row",
    )
    return tables


def _about(run: Run) -> pl.DataFrame:
    schemes = {stage: rules.scheme.scheme for stage, rules in run.stages.items()}
    packages = ["kaohe", *{f"kaohe-{rules.scheme.city}" for rules in run.stages.values()}]
    about = {
        "name": run.dataset.name,
        "scheme": run.rules.scheme.scheme,
        "from": run.dataset.begins.isoformat(),
        "to": run.dataset.ends.isoformat(),
        "stages": _json(schemes),
        "kinds": _json(run.rules.kinds),
        "files": _json(run.dataset.files),
        "parameters": _json(_parameters(run)),
        "versions": _json({package: _version(package) for package in sorted(packages)}),
        "corrects": None,
        "closed": None,
    }
    return pl.DataFrame({key: [value] for key, value in about.items()}, schema=dict.fromkeys(about, pl.String))


def _version(package: str) -> str | None:
    try:
        return version(package)
    except ImportError:
        return None


def _parameters(run: Run) -> list[dict[str, Any]]:
    """The parameters of every scheme that a stage was taken from, those of the grade last."""
    schemes = {rules.scheme.scheme: rules for rules in [*run.stages.values(), run.stages["grade"]]}
    last = schemes.pop(run.stages["grade"].scheme.scheme)
    return [
        {"scheme": rules.scheme.scheme, **_parameter(parameter)}
        for rules in [*schemes.values(), last]
        for parameter in rules.parameters.values()
    ]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    from kaohe.loading import converter

    return {
        "parameter": parameter.parameter,
        "name": str(parameter.name),
        "value": converter.unstructure(parameter.value),
        "option": str(parameter.options.get(parameter.value, "")) if parameter.options else "",
        "provenance": parameter.provenance,
        "source": parameter.source,
        "reading": parameter.reading,
        "given": parameter.given,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _rules(run: Run) -> pl.DataFrame:
    files = {path: content for rules in [run.rules, *run.stages.values()] for path, content in rules.files.items()}
    rows = [(path, content, hashlib.sha256(content.encode()).hexdigest()) for path, content in sorted(files.items())]
    return pl.DataFrame(rows, {"path": pl.String, "text": pl.String, "sha256": pl.String}, orient="row")


def _clauses(run: Run) -> pl.DataFrame:
    """The clauses and vetoes in the tables' order, for joining the trace to the document's words and to evidence."""
    rows: list[dict[str, str]] = []
    for rubric in run.rules.rubrics.values():
        known = {"rubric": rubric.rubric, "kind": rubric.kind}
        rows += [
            {
                **known,
                **{"item": item.item, "item_name": item.name, "full_score": str(item.full_score)},
                **{"direction": item.direction, "shape": clause.shape},
                **_words(run, clause, rubric.place(item.item, clause)),
            }
            for item, clause in rubric.clauses
        ]
        rows += [
            {
                **known,
                **{"item": "", "item_name": "", "full_score": "", "direction": veto.effect, "shape": "veto"},
                **_words(run, veto, rubric.place(veto.clause, veto)),
            }
            for veto in rubric.vetoes
        ]
    return pl.DataFrame(rows, schema=dict.fromkeys(CLAUSE, pl.String))


def _words(run: Run, rule: Clause | Veto, place: str) -> dict[str, str]:
    fact = run.rules.facts[rule.fact]
    named = {"fact": rule.fact, "fact_name": str(fact.name), "measure": fact.measure}
    return {"clause": rule.clause, "number": rule.number, "text": rule.text, "place": place, **named}


def _computed(frame: pl.DataFrame) -> pl.DataFrame:
    written = [decimal_text(name, 4) for name in POINTS if name in frame.columns]
    if "amount" in frame.columns:
        written.append(decimal_text("amount", 2))
    if "quantity" in frame.columns:
        written += _ratio("quantity", "denominator") + _ratio("reference_quantity", "reference_denominator")
    return frame.with_columns(*written, *_dates(frame))


def _input(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    if name == "metrics":
        return frame.with_columns(*_ratio("numerator", "denominator"), *_dates(frame))
    columns = CONTRACT[name].columns
    written = [
        decimal_text(column, DECIMALS[columns[column].type])
        for column, kind in frame.schema.items()
        if kind == pl.Int64 and column in columns and columns[column].type in DECIMALS
    ]
    return frame.with_columns(*written, *_dates(frame))


def _ratio(top: str, bottom: str) -> list[pl.Expr]:
    """A quantity as text: whole where there is no denominator, otherwise a decimal like it."""
    plain = pl.col(top).cast(pl.String)
    quantity = pl.when(pl.col(bottom).is_null()).then(plain).otherwise(decimal_text(top, 4)).alias(top)
    return [quantity, decimal_text(bottom, 4)]


def _dates(frame: pl.DataFrame) -> list[pl.Expr]:
    return [pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if kind == pl.Date]
