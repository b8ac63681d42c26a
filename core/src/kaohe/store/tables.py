"""What is stored of a run: its tables with points and money as decimal text, dates as ISO text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.metadata import version
from typing import Any, Literal

import polars as pl

from kaohe.dataset import CONTRACT, Dataset
from kaohe.dataset.cells import DECIMALS
from kaohe.messages import DEFAULT, LANGUAGES, language, speaking
from kaohe.model import Clause, Parameter, Veto
from kaohe.run import POINTS, Run
from kaohe.spans import spans
from kaohe.store.digests import Portions, as_text, digest_of, noting, of_columns

MONEY = ("amount", "left_amount", "right_amount", "difference")
"""Columns that hold fen, in a run's tables."""

CLAUSE = (
    "rubric", "kind", "item", "item_name", "full_score", "direction", "shape", "clause", "number", "text", "place",
    "fact", "fact_name", "fact_name_en", "measure",
)  # fmt: skip
"""Columns of the table `clauses`."""


SAID = ("message", "remedy")
"""Columns of the table `problems` that are in Chinese; beside each stands one in English."""


def decimal_text(column: str, places: int) -> pl.Expr:
    """Integer units as decimal text without trailing zeros; null stays null."""
    unit, value = 10**places, pl.col(column)
    if not places:
        return value.cast(pl.String)
    rest = (value.abs() % unit).cast(pl.String).str.zfill(places).str.strip_chars_end("0")
    whole = (value.abs() // unit).cast(pl.String)
    sign = pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    point = pl.when(rest == "").then(pl.lit("")).otherwise(pl.lit("."))
    return pl.concat_str(sign, whole, point, rest).alias(column)


Inputs = Literal["kept", "digests"]
"""Whether a run keeps its input tables, or only their digests."""


def stored_tables(run: Run, inputs: Inputs = "kept") -> dict[str, Portions]:
    """Every table of a run as it is stored: points and money as decimal text, dates as ISO text.

    The last is `run`; it holds the digests of all tables whose portions were read before, and of inputs left out.
    """
    digests: dict[str, str] = {}
    tables: dict[str, Portions] = {name: _whole(table(run)) for name, table in _ABOUT.items()}
    tables |= {name: partial(_computed, run, name) for name in run.tables}
    if inputs == "kept":
        tables |= input_tables(run.dataset)
    else:
        digests |= {name: digest_of(portions()) for name, portions in input_tables(run.dataset).items()}
    noted = {name: noting(name, portions, digests) for name, portions in tables.items()}
    return noted | {"run": lambda: iter([_about(run, digests)])}


def input_tables(dataset: Dataset) -> dict[str, Portions]:
    """The input tables as they are stored, never the staff."""
    parts = list(spans(dataset.tables["institutions"], AT_A_TIME))
    return {
        f"in_{name}": partial(_input, name, frame, parts) for name, frame in dataset.tables.items() if name != "staff"
    }


def _whole(frame: pl.DataFrame) -> Portions:
    return lambda: iter([frame])


def _problems(run: Run) -> pl.DataFrame:
    """What the run leaves open, told in both languages whichever was spoken."""
    said = {spoken: _said(run, spoken) for spoken in LANGUAGES}
    columns: dict[str, list[Any]] = {
        "severity": [problem.severity for problem in run.problems],
        "code": [problem.code for problem in run.problems],
        "table": [problem.table for problem in run.problems],
        "row": [problem.row for problem in run.problems],
        "column": [problem.column for problem in run.problems],
        **{name: [told[name] for told in said[DEFAULT]] for name in SAID},
        "file": [problem.file for problem in run.problems],
        **{f"{name}_en": [told[name] for told in said["en"]] for name in SAID},
    }
    return pl.DataFrame(columns, {name: pl.Int64 if name == "row" else pl.String for name in columns})


def _said(run: Run, spoken: str) -> list[dict[str, str]]:
    with speaking(spoken):
        return [{"message": str(problem.message), "remedy": str(problem.remedy or "")} for problem in run.problems]


def about(run: Run) -> dict[str, str | None]:
    """What was run, without the digests."""
    schemes = {stage: rules.scheme.scheme for stage, rules in run.stages.items()}
    packages = ["kaohe", *{f"kaohe-{rules.scheme.city}" for rules in run.stages.values()}]
    return {
        "name": run.dataset.name,
        "scheme": run.rules.scheme.scheme,
        "from": run.dataset.begins.isoformat(),
        "to": run.dataset.ends.isoformat(),
        "stages": _json(schemes),
        "kinds": _json(run.rules.kinds),
        "files": _json(run.dataset.files),
        "parameters": _json(_parameters(run)),
        "versions": _json({package: _version(package) for package in sorted(packages)}),
        "language": language(),
        "corrects": run.corrects,
        "closed": None,
    }


def _about(run: Run, digests: Mapping[str, str]) -> pl.DataFrame:
    row = about(run)
    row["digests"] = as_text({**digests, **of_columns(row)})
    return pl.DataFrame({name: [value] for name, value in row.items()}, schema=dict.fromkeys(row, pl.String))


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

    option = parameter.options.get(parameter.value) if parameter.options else None
    return {
        "parameter": parameter.parameter,
        "name": parameter.name.zh_CN,
        "name_en": parameter.name.en,
        "value": converter.unstructure(parameter.value),
        "option": option.zh_CN if option else "",
        "option_en": option.en if option else "",
        "provenance": parameter.provenance,
        "source": parameter.source,
        "reading": parameter.reading,
        "given": parameter.given,
        "published": converter.unstructure(parameter.published),
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
    names = {"fact_name": fact.name.zh_CN, "fact_name_en": fact.name.en}
    words = {"clause": rule.clause, "number": rule.number, "text": rule.text, "place": place}
    return {**words, "fact": rule.fact, **names, "measure": fact.measure}


_ABOUT = {"rules": _rules, "clauses": _clauses, "problems": _problems}


def _computed(run: Run, name: str) -> Iterator[pl.DataFrame]:
    """A computed table's portions."""
    return map(_in_words, run.tables.portions(name))


def _in_words(frame: pl.DataFrame) -> pl.DataFrame:
    places = {**dict.fromkeys(POINTS, 4), **dict.fromkeys(MONEY, 2)}
    return _written(frame, places, QUANTITIES if "quantity" in frame.columns else {})


def _written(frame: pl.DataFrame, places: Mapping[str, int], ratios: Mapping[str, str]) -> pl.DataFrame:
    """The rows as they are stored: columns of units with so many decimals, quantities with their denominators."""
    written = {column: _text(frame[column], places[column]) for column in places if column in frame.columns}
    for top, bottom in ratios.items():
        written |= _ratio_text(frame, top, bottom)
    dates = [pl.col(column).cast(pl.String) for column, kind in frame.schema.items() if kind == pl.Date]
    return frame.with_columns(**written).with_columns(dates)


QUANTITIES = {"quantity": "denominator", "reference_quantity": "reference_denominator"}
"""A trace's quantities, each with its denominator."""


def _text(column: pl.Series, places: int) -> pl.Series:
    """Integer units as decimal text; each value is written once, however often it stands there."""
    values = column.drop_nulls().unique()
    written = values.to_frame("value").select(decimal_text("value", places)).to_series()
    return column.replace_strict(values, written, default=None, return_dtype=pl.String)


def _ratio_text(frame: pl.DataFrame, top: str, bottom: str) -> dict[str, pl.Series]:
    """A quantity as text: whole where there is no denominator, otherwise a decimal like it."""
    whole = frame[bottom].is_null()
    decimal = _text(frame[top].set(whole, None), 4)
    return {top: decimal.zip_with(~whole, _text(frame[top].set(~whole, None), 0)), bottom: _text(frame[bottom], 4)}


def input_text(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of an input table of a dataset as they are stored: a reader of datasets takes them as they are."""
    columns = CONTRACT[name].columns
    ratios = {"numerator": "denominator"} if name == "metrics" else {}
    places = {
        column: DECIMALS[columns[column].type]
        for column, kind in frame.schema.items()
        if not ratios and kind == pl.Int64 and column in columns and columns[column].type in DECIMALS
    }
    return _written(frame, places, ratios)


def _input(name: str, frame: pl.LazyFrame, parts: list[pl.Expr]) -> Iterator[pl.DataFrame]:
    """An input table's portions; of institutions in the order of their codes, so that each is found quickly."""
    if "institution" not in frame.collect_schema():
        yield input_text(name, frame.collect(engine="streaming"))
        return
    for part in parts:
        rows = frame.filter(part).collect(engine="streaming")
        yield input_text(name, rows.sort("institution", maintain_order=True))


AT_A_TIME = 50_000
"""Institutions whose records are put in order at a time."""
