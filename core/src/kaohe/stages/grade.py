"""Grade: vetoes act on the institution after its scorers were combined; then rank and grade."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Cutoff, Rules, units
from kaohe.stages.contract import RESULTS
from kaohe.stages.frames import Frame, Tables, materialised, nothing, rule_tables
from kaohe.stages.standing import applied


def grade(tables: Tables, rules: Rules) -> Tables:
    """The result of every institution of a kind that has a table.

    Reads institutions, served, trace, totals. Parameters: grade.cutoffs; combine.scorers and missing.counts
    for the basis. Vetoes: first the subtractions, not below zero, then zero. Ranks are within a kind, among
    determined scores, ties sharing the better rank. Low and high of an institution without a sheet are zero
    and full.
    """
    rule = rule_tables(rules)
    full = rule["items"].group_by("rubric").agg(nw.col("full").sum().cast(nw.Int64))
    assessed = (
        tables["institutions"].select("institution", "kind").join(rule["kinds"], on="kind").join(full, on="rubric")
    )
    vetoes = tables.get("vetoes", tables["trace"])
    effects = materialised(_effects(vetoes, rule["clauses"], _veto_clauses(rules)))
    several = (
        tables["served"]
        .filter(nw.col("persons") > 0)
        .group_by("institution")
        .agg(nw.col("scorer").count().cast(nw.Int64).alias("sheets"))
    )
    joined = (
        assessed.join(tables["totals"].drop("score"), on="institution", how="left")
        .join(effects, on="institution", how="left")
        .join(several, on="institution", how="left")
    )
    if rules.value("missing.counts") is not None:
        joined = joined.join(_doubts(tables["trace"]), on="institution", how="left")
    low = nw.when(nw.col("low").is_null()).then(nw.lit(0)).otherwise(nw.col("low"))
    high = nw.when(nw.col("high").is_null()).then(nw.col("full")).otherwise(nw.col("high"))
    ended = joined.with_columns(low=_vetoed(low), high=_vetoed(high))
    agreed = nw.when(nw.col("low") == nw.col("high")).then(nw.col("low"))
    scored = applied(ended.with_columns(score=agreed), tables, rules)
    return {"results": _results(materialised(scored), rules)}


def _veto_clauses(rules: Rules) -> list[str]:
    """The clauses of all vetoes, once each, in the tables' order."""
    return list(dict.fromkeys(veto.clause for rubric in rules.rubrics.values() for veto in rubric.vetoes))


def _flag(clause: str) -> str:
    return f"veto {clause}"


def _effects(trace: Frame, clauses: Frame, vetoes: list[str]) -> Frame:
    """What the vetoes of an institution take together, whether they set it to zero, and which they are.

    A veto acts once, however many scorers recorded it.
    """
    recorded = (
        trace.filter(nw.col("status") == "veto")
        .select("institution", "rubric", "clause")
        .unique()
        .join(clauses.select("rubric", "clause", "worth", "veto"), on=["rubric", "clause"])
        .with_columns(
            (nw.col("veto") == "zero").cast(nw.Int64).alias("zero"),
            *((nw.col("clause") == clause).cast(nw.Int64).alias(_flag(clause)) for clause in vetoes),
        )
    )
    return recorded.group_by("institution").agg(
        nw.col("worth").sum().cast(nw.Int64).alias("taken"),
        nw.col("zero").max(),
        *(nw.col(_flag(clause)).max() for clause in vetoes),
    )


def _doubts(trace: Frame) -> Frame:
    """Whose facts are not all there."""
    doubtful = trace.filter(nw.col("status").is_in(["missing", "unreported"])).select("institution").unique()
    return materialised(doubtful.with_columns(doubtful=nw.lit(True)))


def _vetoed(points: nw.Expr) -> nw.Expr:
    taken = nw.when(nw.col("taken").is_null()).then(nw.lit(0)).otherwise(nw.col("taken"))
    left = nw.when(points + taken < 0).then(nw.lit(0)).otherwise(points + taken)
    return nw.when(nw.col("zero") == 1).then(nw.lit(0)).otherwise(left).cast(nw.Int64)


def _results(ended: Frame, rules: Rules) -> Frame:
    ranks = ended.filter(~nw.col("score").is_null()).select(
        "institution", nw.col("score").rank("min", descending=True).over("kind").cast(nw.Int64).alias("rank")
    )
    cutoffs: list[Cutoff] | None = rules.value("grade.cutoffs")
    graded = ended.join(ranks, on="institution", how="left").with_columns(
        lowest=_grade(nw.col("low"), cutoffs), highest=_grade(nw.col("high"), cutoffs)
    )
    graded = graded.with_columns(grade=nw.when(nw.col("lowest") == nw.col("highest")).then(nw.col("lowest")))
    scored, marked = ~nw.col("score").is_null(), ~nw.col("grade").is_null()
    if not rules.scheme.graded:
        marked = scored
    standing = nw.col("standing")
    failed = rules.scheme.standing.grade if rules.scheme.standing and rules.scheme.standing.grade else None
    graded = graded.with_columns(
        grade=nw.when(standing == "failed").then(nw.lit(failed, nw.String)).otherwise(nw.col("grade"))
    )
    status = (
        nw.when(~standing.is_null())
        .then(standing)
        .when(scored & marked)
        .then(nw.lit("determined"))
        .when(scored)
        .then(nw.lit("ungraded"))
        .when(marked)
        .then(nw.lit("range"))
        .otherwise(nw.lit("undetermined"))
    )
    return graded.with_columns(status=status, basis=_basis(rules)).select(list(RESULTS))


def _grade(score: nw.Expr, cutoffs: list[Cutoff] | None) -> nw.Expr:
    grade = nothing(nw.String)
    for cutoff in reversed(cutoffs or []):
        grade = nw.when(score >= units(cutoff.at_least)).then(nw.lit(cutoff.grade)).otherwise(grade)
    return grade


def _basis(rules: Rules) -> nw.Expr:
    """What the result rests on beside the table: the reading that combined it, and assumed parameters."""
    method = rules.value("combine.scorers")
    several = (nw.col("sheets") > 1) & (nw.col("zero").is_null() | (nw.col("zero") == 0))
    said = {
        "persons": f"reading:combine.scorers={method}",
        "by_role": f"reading:marks.roles={rules.parameters['marks.roles'].value}"
        if "marks.roles" in rules.parameters
        else "",
        "parts": "",
    }[rules.scheme.scorers]
    free = nw.col("standing").is_null()
    parts = [
        nw.when(~free)
        .then(nw.concat_str([nw.col("standing"), nw.lit(":"), nw.col("standing_article")]))
        .when(several)
        .then(nw.lit(said))
        .otherwise(nw.lit(""))
    ]
    parts += [
        nw.when(free & (nw.col("rubric") == rubric.rubric)).then(nw.lit(" assumption:rubric")).otherwise(nw.lit(""))
        for rubric in rules.rubrics.values()
        if rubric.provenance == "assumption"
    ]
    parts += [
        nw.when(free & (nw.col("rubric") == change.rubric)).then(nw.lit(f" assumption:{change}")).otherwise(nw.lit(""))
        for change in rules.changes
    ]
    weights = rules.parameters.get("combine.roles")
    if weights is not None and weights.provenance == "assumption" and weights.value is not None:
        parts.append(nw.when(free).then(nw.lit(" assumption:combine.roles")).otherwise(nw.lit("")))
    if rules.value("missing.counts") is not None:
        known = nw.when(nw.col("doubtful").is_null()).then(nw.lit(""))
        parts.append(known.otherwise(nw.lit(f" assumption:missing.counts={rules.value('missing.counts')}")))
    if rules.parameters["grade.cutoffs"].provenance == "assumption":
        by_cutoffs = free & ~nw.col("grade").is_null()
        parts.append(nw.when(by_cutoffs).then(nw.lit(" assumption:grade.cutoffs")).otherwise(nw.lit("")))
    parts += [
        nw.when(nw.col(_flag(clause)) == 1).then(nw.lit(f" veto:{clause}")).otherwise(nw.lit(""))
        for clause in _veto_clauses(rules)
    ]
    return nw.concat_str(parts).str.strip_chars()
