"""What a run leaves open, said once for each cause: unset parameters, missing facts, silent scorers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from kaohe.changes import differing
from kaohe.dataset import CONTRACT, Dataset
from kaohe.messages import Text, first, listing, plural, text
from kaohe.model import UNITS_PER_POINT, Parameter, Rules
from kaohe.problems import Problem
from kaohe.stages.outcome import Outcome
from kaohe.values import value_said


def of(dataset: Dataset, rules: Rules, tables: Outcome) -> list[Problem]:
    """Warnings and notes on what could not be determined, and why."""
    if not rules.rubrics:
        return [*_unset(rules, tables["results"])]
    return [
        *_changed(rules),
        *_replaced(rules),
        *_unset(rules, tables["results"]),
        *_missing(rules, tables.lazy("trace"), tables["results"]),
        *_peers(rules, tables.lazy("trace")),
        *_unweighted(dataset, rules),
        *_silent(dataset, tables.lazy("trace")),
        *_roles(dataset, rules, tables),
        *_not_assessed(dataset, rules, tables),
        *_procedure(rules, tables),
        *_unevidenced(dataset, rules, tables),
    ]


def _changed(rules: Rules) -> Iterator[Problem]:
    """Clauses of which this run assumes another value than the document's."""
    for change in rules.changes:
        message = text("{rubric} {clause}: {key} is {after} in this run, not {before}: an assumption",
                       rubric=rules.rubrics[change.rubric].name, clause=change.clause, key=change.key,
                       after=change.after, before=change.before)  # fmt: skip
        yield Problem("assumption", message, None, "warning", table="results")


def _replaced(rules: Rules) -> Iterator[Problem]:
    """Tables of the document in whose place a plan has put others."""
    for code, published in rules.replaced.items():
        rubric = rules.rubrics[code]
        parts = listing(differing(published, rubric))
        message = text("the table “{rubric}” departs from the document: {parts}", rubric=rubric.name, parts=parts)
        place = f"{published.document} {published.annex}".strip()
        remedy = text("nothing that rests on it is a result under the document: {source}", source=place)
        yield Problem("departs", message, remedy, "warning", table="results")


def _unset(rules: Rules, results: pl.DataFrame) -> Iterator[Problem]:
    cutoffs = rules.parameters["grade.cutoffs"]
    if cutoffs.value is None and len(results) and rules.rubrics and rules.scheme.graded:
        source = cutoffs.source or rules.scheme.documents[0].number
        yield Problem(
            "unset",
            text("grade not determined: the cutoffs of {source} were not given", source=source),
            text("give them in a parameter file (--params)"),
            "warning",
            table="results",
            column="grade",
        )
    yield from parameters(rules)


def parameters(rules: Rules, known: Mapping[str, Parameter] | None = None) -> Iterator[Problem]:
    """Notes on a scheme's parameters that are unset or assumed, other than those that are the same as `known` ones."""
    known = known or {}
    for parameter in (one for one in rules.parameters.values() if known.get(one.parameter) != one):
        named = f"{rules.scheme.scheme}:{parameter.parameter}" if parameter.parameter in known else parameter.parameter
        if (
            parameter.value is None
            and parameter.needed_for
            and parameter.parameter not in ("grade.cutoffs", "missing.counts")
        ):
            message = text("{name} ({parameter}) is not set", name=parameter.name, parameter=named)
            remedy = text("give it in a parameter file (--params); needed for: {what}", what=parameter.needed_for)
            yield Problem("unset", message, remedy, "note", table="results")
        if parameter.published is not None:
            yield _departure(parameter)
        elif parameter.given and parameter.provenance == "assumption" and not parameter.reading:
            yield Problem(
                "assumption",
                text(
                    "{name} ({parameter}) is an assumption: {source}",
                    name=parameter.name,
                    parameter=named,
                    source=parameter.source,
                ),
                None,
                "note",
                table="results",
            )


def departures(rules: Rules) -> list[Problem]:
    """Warnings on the parameters that depart from the document."""
    return [_departure(parameter) for parameter in rules.parameters.values() if parameter.published is not None]


def _departure(parameter: Parameter) -> Problem:
    """A warning on a value other than the one that the document publishes."""
    message = text(
        "{name} ({parameter}) departs from the document: {value} instead of the published {published}",
        name=parameter.name, parameter=parameter.parameter, value=value_said(parameter.value),
        published=value_said(parameter.published),
    )  # fmt: skip
    remedy = text("nothing that rests on it is a result under the document: {source}", source=parameter.source)
    return Problem("departs", message, remedy, "warning", table="results")


def _missing(rules: Rules, trace: pl.LazyFrame, results: pl.DataFrame) -> Iterator[Problem]:
    missing = trace.filter(pl.col("status") == "missing")
    unknown = results.filter(pl.col("score").is_null())["institution"]
    counted = missing.group_by("rubric", "item", "clause").agg(
        sheets=pl.struct("institution", "scorer").n_unique(),
        open=pl.col("institution").filter(pl.col("institution").is_in(unknown.implode())).n_unique(),
    )
    clauses = {
        (rubric.rubric, clause.clause): clause for rubric in rules.rubrics.values() for _, clause in rubric.clauses
    }
    for rubric, item, clause, sheets, open_scores in counted.sort("rubric", "item", "clause").collect().rows():
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


def _peers(rules: Rules, trace: pl.LazyFrame) -> Iterator[Problem]:
    """Comparisons whose average rests on the peers that were recorded, because others are missing."""
    for rubric in rules.rubrics.values():
        for item, clause in rubric.clauses:
            if clause.shape == "peers":
                of_table = trace.filter(pl.col("rubric") == rubric.rubric)
                lacking = of_table.filter(pl.col("status") == "missing", pl.col("clause") == clause.clause)
                silent = of_table.filter(pl.col("status") == "unreported")
                without = pl.concat([lacking, silent]).select(pl.col("institution").n_unique())
                if number := without.collect().item():
                    message = plural(
                        number,
                        "{place}: the average rests on what was recorded; {n} institution is missing from it",
                        "{place}: the average rests on what was recorded; {n} institutions are missing from it",
                        place=rubric.place(item.item, clause),
                    )
                    remedy = text("record them: the points of all others may change")
                    yield Problem("peers", message, remedy, "warning", table="metrics")


def _unweighted(dataset: Dataset, rules: Rules) -> Iterator[Problem]:
    """Shares without a denominator weigh as one reply each when they are pooled."""
    if rules.value("combine.scorers") != "pooled" or "metrics" not in dataset.tables:
        return
    counted = {fact for rubric in rules.rubrics.values() for fact in rubric.counted}
    bare = dataset.tables["metrics"].filter(
        pl.col("denominator") == UNITS_PER_POINT, pl.col("fact").is_in(list(counted)), pl.col("status") != "withdrawn"
    )
    for fact, rows in _rows(bare.group_by("fact").len().sort("fact")):
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


def _silent(dataset: Dataset, trace: pl.LazyFrame) -> Iterator[Problem]:
    names = dict(_rows(dataset.tables["scorers"].select("scorer", "name"))) if "scorers" in dataset.tables else {}
    silent = trace.filter(pl.col("status") == "unreported").group_by("scorer").len("sheets").sort("scorer").collect()
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


def _roles(dataset: Dataset, rules: Rules, tables: Outcome) -> Iterator[Problem]:
    """Roles with a weight of whom nobody assesses somebody, and roles whose scores have none."""
    weights = rules.value("combine.roles") if rules.scheme.scorers == "by_role" else None
    if not weights:
        return
    roles = dataset.tables["scorers"].select("scorer", "role").collect()
    there = tables["scores"].join(roles, on="scorer").select("institution", "role").unique()
    everybody = there.select("institution").unique()
    shown = CONTRACT["scorers"].columns["role"].shown
    for role in weights:
        without = everybody.join(there.filter(pl.col("role") == role), on="institution", how="anti")
        if codes := without["institution"].sort().to_list():
            message = text("nobody of the role “{role}” assesses {names}: that score is open", role=shown(role),
                           names=first(codes))  # fmt: skip
            remedy = text("add the scorer, or its marks (by region, or in the table “served”)")
            yield Problem("role", message, remedy, "warning", table="scorers")
    for role in sorted(set(there["role"]) - set(weights)):
        message = text("the scores of the role “{role}” count nothing: it has no weight", role=shown(role))
        yield Problem("role", message, text("give it one (combine.roles), if that is not meant"), "warning",
                      table="results")  # fmt: skip


def _not_assessed(dataset: Dataset, rules: Rules, tables: Outcome) -> Iterator[Problem]:
    """Who is in the dataset but has no score, and why."""
    institutions, exempt = dataset.tables["institutions"], tables["exempt"]
    for article, institution in (
        exempt.filter(pl.col("reason") == "no_agreement").select("article", "institution").rows()
    ):
        message = text("{institution} had no agreement in the year: not assessed", institution=institution)
        yield Problem("agreement", message, text("by {article}", article=article), "warning", table="agreements")
    others = institutions.filter(~pl.col("kind").is_in(list(rules.kinds)))
    others = others.join(exempt.lazy(), on="institution", how="anti")
    for kind, codes in _rows(others.group_by("kind").agg(pl.col("institution").sort()).sort("kind")):
        yield Problem(
            "kind",
            plural(
                len(codes),
                "{n} institution of the kind “{kind}” is not assessed: {scheme} has no table for it ({names})",
                "{n} institutions of the kind “{kind}” are not assessed: {scheme} has no table for them ({names})",
                kind=CONTRACT["institutions"].columns["kind"].shown(kind),
                scheme=rules.scheme.scheme,
                names=first(codes),
            ),
            _lent(rules, kind),
            "warning",
            table="institutions",
        )
    served = dataset.tables["served"].filter(pl.col("persons") > 0).select("institution")
    scored = tables["results"].lazy().join(exempt.lazy(), on="institution", how="anti")
    unserved = scored.join(served, on="institution", how="anti").select("institution").sort("institution")
    for (institution,) in _rows(unserved):
        yield Problem(
            "served",
            text("no scorer serves anybody of {institution}: it has no score", institution=institution),
            text("add it to the table “served” ({title})", title=CONTRACT["served"]),
            "warning",
            table="served",
        )


def _lent(rules: Rules, kind: str) -> Text | None:
    name = rules.scheme.lent.get(kind)
    return None if name is None else text("a parameter may name a table: {parameter}", parameter=name)


def _procedure(rules: Rules, tables: Outcome) -> Iterator[Problem]:
    """Steps of the calendar that are late, not done or not recorded, counted."""
    steps = CONTRACT["steps"].columns["step"]
    open_steps = (
        tables.lazy("procedure")
        .filter(pl.col("state") != "done")
        .join(tables["exempt"].lazy(), on="institution", how="anti")
        .group_by("step", "state")
        .len()
    )
    counted = {(step, state): number for step, state, number in _rows(open_steps)}
    for deadline in rules.scheme.calendar:
        for state, said in _STATES:
            if number := counted.get((deadline.step, state)):
                message = said(number, step=steps.shown(deadline.step), due=deadline.due)
                remedy = text("by {article}", article=deadline.article)
                yield Problem("procedure", message, remedy, "warning", table="steps")


def _late(number: int, **values: object) -> Text:
    return plural(number, "{step}: {n} institution after {due}", "{step}: {n} institutions after {due}", **values)


def _not_done(number: int, **values: object) -> Text:
    return plural(number, "{step}: {n} institution has not", "{step}: {n} institutions have not", **values)


def _unrecorded(number: int, **values: object) -> Text:
    return plural(
        number, "{step}: not recorded for {n} institution", "{step}: not recorded for {n} institutions", **values
    )


_STATES = (("late", _late), ("missing", _not_done), ("unrecorded", _unrecorded))


def _unevidenced(dataset: Dataset, rules: Rules, tables: Outcome) -> Iterator[Problem]:
    """Institutions whose grade must stand on evidence, and of whose deductions some have none."""
    needed = rules.scheme.evidenced
    if needed is None:
        return
    bare = [_without_evidence(dataset.tables[table]) for table in ("events", "metrics") if table in dataset.tables]
    if not bare:
        return
    # Few records are; what cost points is then looked for in a few institutions' trace.
    concerned = pl.concat([rows.select("institution") for rows in bare]).unique()
    on_evidence = tables["results"].filter(pl.col("grade").is_in(needed.grades)).select("institution", "grade")
    graded = on_evidence.lazy().join(concerned, on="institution", how="semi").collect(engine="streaming")
    counted: list[tuple[str, str, str]] = []
    for rubric in rules.rubrics.values():
        counted += [(rubric.rubric, clause.clause, clause.fact) for _, clause in rubric.clauses]
        counted += [(rubric.rubric, veto.clause, veto.fact) for veto in rubric.vetoes]
    facts = pl.DataFrame(counted, {"rubric": pl.String, "clause": pl.String, "fact": pl.String}, orient="row")
    costly = (
        tables.lazy("trace")
        .filter((pl.col("points") < 0) | (pl.col("status") == "veto"))
        .join(graded.lazy(), on="institution")
        .join(facts.lazy(), on=["rubric", "clause"])
        .select("institution", "grade", "scorer", "fact", "period")
        .collect(engine="streaming")
    )
    costing = [_costing(rows, costly.lazy()) for rows in bare]
    without = pl.concat([graded.clear().lazy(), *costing]).group_by("institution", "grade").len().sort("institution")
    for institution, grade, records in _rows(without):
        message = plural(
            records,
            "{institution} is graded {grade}, but {n} record that costs it points has no evidence",
            "{institution} is graded {grade}, but {n} records that cost it points have no evidence",
            institution=institution,
            grade=grade,
        )
        remedy = text("add the evidence, by {article}", article=needed.article)
        yield Problem("evidence", message, remedy, "warning", table="results")


def _without_evidence(records: pl.LazyFrame) -> pl.LazyFrame:
    """The records that count and have no evidence: scorer, institution, fact, and period where there is one."""
    columns = records.collect_schema().names()
    counts = pl.col("count") > 0 if "count" in columns else pl.lit(True)
    key = ["institution", "fact", *(["period"] if "period" in columns else [])]
    bare = records.filter(pl.col("status") != "withdrawn", pl.col("evidence").fill_null("") == "", counts)
    return bare.select(pl.col("scorer").fill_null(""), *key)


def _costing(bare: pl.LazyFrame, costly: pl.LazyFrame) -> pl.LazyFrame:
    """Those of the records that cost points: institution and grade, a row for each."""
    key = bare.collect_schema().names()[1:]
    by_scorer = bare.filter(pl.col("scorer") != "").join(costly.unique(["scorer", *key]), on=["scorer", *key])
    by_city = bare.filter(pl.col("scorer") == "").join(costly.unique(key), on=key)
    return pl.concat([part.select("institution", "grade") for part in (by_scorer, by_city)])


def _rows(frame: pl.LazyFrame) -> list[tuple[Any, ...]]:
    return frame.collect(engine="streaming").rows()
