"""What a run leaves open, said once for each cause: unset parameters, missing facts, silent scorers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from kaohe.dataset import CONTRACT, Dataset
from kaohe.messages import plural, text
from kaohe.model import UNITS_PER_POINT, Rules
from kaohe.problems import Problem


def of(dataset: Dataset, rules: Rules, tables: Mapping[str, pl.DataFrame]) -> list[Problem]:
    """Warnings and notes on what could not be determined, and why."""
    return [
        *_unset(rules, tables["results"]),
        *_missing(rules, tables["trace"], tables["results"]),
        *_unweighted(dataset, rules),
        *_silent(dataset, tables["trace"]),
        *_not_assessed(dataset, rules, tables["results"]),
    ]


def _unset(rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    cutoffs = rules.parameters["grade.cutoffs"]
    if cutoffs.value is None and len(results):
        source = cutoffs.source or rules.scheme.documents[0].number
        yield Problem(
            "unset",
            text("grade not determined: the cutoffs of {source} were not given", source=source),
            text("give them in a parameter file (--params)"),
            "warning",
            table="results",
            column="grade",
        )
    for parameter in rules.parameters.values():
        if parameter.given and parameter.provenance == "assumption" and not parameter.reading:
            yield Problem(
                "assumption",
                text(
                    "{name} ({parameter}) is an assumption: {source}",
                    name=parameter.name,
                    parameter=parameter.parameter,
                    source=parameter.source,
                ),
                None,
                "note",
                table="results",
            )


def _missing(rules: Rules, trace: pl.DataFrame, results: pl.DataFrame) -> Iterator[Problem]:
    missing = trace.filter(pl.col("status") == "missing")
    unknown = results.filter(pl.col("score").is_null())["institution"]
    counted = missing.group_by("rubric", "item", "clause").agg(
        sheets=pl.struct("institution", "scorer").n_unique(),
        open=pl.col("institution").filter(pl.col("institution").is_in(unknown.implode())).n_unique(),
    )
    clauses = {
        (rubric.rubric, clause.clause): clause for rubric in rules.rubrics.values() for _, clause in rubric.clauses
    }
    for rubric, item, clause, sheets, open_scores in counted.sort("rubric", "item", "clause").rows():
        fact = rules.facts[clauses[rubric, clause].fact]
        message = plural(
            sheets,
            "{name} ({fact}) is missing on {n} sheet",
            "{name} ({fact}) is missing on {n} sheets",
            name=fact.name,
            fact=fact.fact,
        )
        yield Problem(
            "missing",
            text(
                "{place}: {message}", place=rules.rubrics[rubric].place(item, clauses[rubric, clause]), message=message
            ),
            plural(
                open_scores,
                "record it; until then the score of {n} institution is a range",
                "record it; until then the scores of {n} institutions are ranges",
            )
            if open_scores
            else text("record it"),
            "warning",
            table=fact.table,
            column=fact.fact,
        )


def _unweighted(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Shares without a denominator weigh as one reply each when they are pooled."""
    if rules.value("combine.scorers") != "pooled" or "metrics" not in dataset.tables:
        return
    counted = {fact for rubric in rules.rubrics.values() for fact in rubric.counted}
    bare = dataset.tables["metrics"].filter(
        pl.col("denominator") == UNITS_PER_POINT, pl.col("fact").is_in(list(counted)), pl.col("status") != "withdrawn"
    )
    for fact, rows in bare.group_by("fact").len().sort("fact").rows():
        name = rules.facts[fact].name
        yield Problem(
            "unweighted",
            plural(
                rows,
                "{name} has no denominator in {n} record: pooled, it weighs as one reply",
                "{name} has no denominator in {n} records: pooled, each weighs as one reply",
                name=name,
            ),
            text("write numerator and denominator"),
            "warning",
            table="metrics",
        )


def _silent(dataset: Dataset, trace: pl.DataFrame) -> Iterator[Problem]:
    names = dict(dataset.tables["scorers"].select("scorer", "name").rows()) if "scorers" in dataset.tables else {}
    silent = trace.filter(pl.col("status") == "unreported").group_by("scorer").len("sheets").sort("scorer")
    for scorer, sheets in silent.rows():
        yield Problem(
            "unreported",
            plural(
                sheets,
                "{scorer} has not reported on {n} institution",
                "{scorer} has not reported on {n} institutions",
                scorer=names.get(scorer) or scorer,
            ),
            text("ask for the sheets, then enter the step “reported” with its date"),
            "warning",
            table="steps",
        )


def _not_assessed(dataset: Dataset, rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    institutions = dataset.tables["institutions"]
    without = institutions.filter(~pl.col("kind").is_in(list(rules.kinds))).group_by("kind").len("n").sort("kind")
    for kind, number in without.rows():
        yield Problem(
            "kind",
            plural(
                number,
                "{n} institution of the kind “{kind}” is not assessed: {scheme} has no table for it",
                "{n} institutions of the kind “{kind}” are not assessed: {scheme} has no table for them",
                kind=CONTRACT["institutions"].columns["kind"].shown(kind),
                scheme=rules.scheme.scheme,
            ),
            None,
            "warning",
            table="institutions",
        )
    served = dataset.tables["served"].filter(pl.col("persons") > 0).select("institution")
    for institution in results.join(served, on="institution", how="anti")["institution"].sort():
        yield Problem(
            "served",
            text("no scorer serves anybody of {institution}: it has no score", institution=institution),
            text("add it to the table “served”"),
            "warning",
            table="served",
        )
