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

RATIOS = (("quantity", "denominator"), ("reference_quantity", "reference_denominator"), ("numerator", "denominator"))


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
    packages = ["kaohe", *{f"kaohe-{name.partition('/')[0]}" for name in run.stages.values()}]
    about = {
        "name": run.dataset.name,
        "scheme": run.rules.scheme.scheme,
        "from": run.dataset.begins.isoformat(),
        "to": run.dataset.ends.isoformat(),
        "stages": _json(run.stages),
        "kinds": _json(run.rules.kinds),
        "files": _json(run.dataset.files),
        "parameters": _json([_parameter(parameter) for parameter in run.rules.parameters.values()]),
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
    rows = [(path, content, hashlib.sha256(content.encode()).hexdigest()) for path, content in run.rules.files.items()]
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
    return pl.DataFrame(rows)


def _words(run: Run, rule: Clause | Veto, place: str) -> dict[str, str]:
    fact = run.rules.facts[rule.fact]
    named = {"fact": rule.fact, "fact_name": str(fact.name), "measure": fact.measure}
    return {"clause": rule.clause, "number": rule.number, "text": rule.text, "place": place, **named}


def _computed(frame: pl.DataFrame) -> pl.DataFrame:
    written = [decimal_text(name, 4) for name in POINTS if name in frame.columns]
    if "amount" in frame.columns:
        written.append(decimal_text("amount", 2))
    dates = [pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if kind == pl.Date]
    return _ratios(frame.with_columns(written).with_columns(dates))


def _ratios(frame: pl.DataFrame) -> pl.DataFrame:
    """Quantities as text: whole numbers where there is no denominator, otherwise decimals."""
    for top, bottom in RATIOS:
        if top in frame.columns and bottom in frame.columns:
            plain = pl.col(top).cast(pl.String)
            quantity = pl.when(pl.col(bottom).is_null()).then(plain).otherwise(decimal_text(top, 4)).alias(top)
            frame = frame.with_columns(quantity, decimal_text(bottom, 4))
    return frame


def _input(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    columns = CONTRACT[name].columns
    written = [
        decimal_text(column, DECIMALS[columns[column].type])
        for column, kind in frame.schema.items()
        if kind == pl.Int64 and column in columns and columns[column].type in DECIMALS and name != "metrics"
    ]
    dates = [pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if kind == pl.Date]
    return _ratios(frame.with_columns(written).with_columns(dates))
