"""What a run shows on a terminal: how many, how good, what cost most, what is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from kaohe.accounts import ACCOUNTS, FUNDS, named
from kaohe.command import regional
from kaohe.command.output import console, problem_lines
from kaohe.command.tables import Table
from kaohe.dataset import CONTRACT
from kaohe.journal import balance
from kaohe.messages import Text, plural, text, titled
from kaohe.model import points
from kaohe.money import plain, yuan

if TYPE_CHECKING:
    from kaohe.model import Parameter
    from kaohe.run import Run

SHOWN = 8
"""How many of the most common deductions are shown."""
GAUGE = "gauge"
"""The code of a note that is a fact to be watched, not a thing left open."""


def status_names(*, graded: bool = True) -> dict[str, Text]:
    """What a result's status means, for people; under a scheme that gives grades, or under one that gives none."""
    return {
        "determined": text("score and grade determined") if graded else text("score determined"),
        "ungraded": text("score determined, grade not"),
        "range": text("grade determined, score a range"),
        "taken_over": text("grade taken over, no score of its own"),
        "undetermined": text("not determined"),
        "pending": text("under investigation, not computed yet"),
        "failed": text("failed, no score"),
    }


def as_document(run: Run) -> dict[str, Any]:
    """The run in brief, as plain data."""
    return {
        "dataset": run.dataset.name,
        "scheme": run.rules.scheme.scheme,
        "stages": {stage: rules.scheme.scheme for stage, rules in run.stages.items()},
        "institutions": len(run.tables["results"]),
        "status": dict(run.tables["results"].group_by("status").len().sort("status").rows()),
        "journal": [
            {"fund": fund, "account": account, "amount": plain(amount)}
            for fund, account, amount in balance(run.tables["journal"]).rows()
        ],
        "grades": dict(run.tables["results"].drop_nulls("grade").group_by("grade").len().sort("grade").rows()),
        "deductions": _deductions(run).select("clause", "text", "institutions", "cases", "points").to_dicts(),
        "regions": regional.document(run),
    }


def show(run: Run) -> None:
    """The run in brief, for people."""
    screen = console()
    scheme = run.rules.scheme
    screen.print(f"{run.dataset.name} · {titled(scheme.name, scheme.scheme)}", style="bold")
    for table in (
        _statuses(run),
        _extremes(run),
        _grades(run),
        _common(run) if run.rules.rubrics else None,
        _consequences(run),
        _money(run),
        _self_assessment(run),
        *_regions(run),
        _readings(run),
        _gauges(run),
        _open(run),
    ):
        if table is not None:
            screen.print("")
            screen.print(table)


def _statuses(run: Run) -> Table:
    results = run.tables["results"]
    counts = dict(results.group_by("status").len().rows())
    table = Table(plural(len(results), "{n} result", "{n} results"), "", "")
    names = status_names(graded=run.stages["grade"].scheme.graded)
    for status, name in names.items():
        if status in counts:
            table.row(str(name), str(counts[status]))
    if exempt := len(run.tables["exempt"]):
        table.row(str(text("not assessed by a table of their own")), str(exempt))
    return table


def _extremes(run: Run) -> Table:
    """The best and the worst score of each kind."""
    ranked = run.tables["results"].drop_nulls("score").sort("kind", "rank", "institution")
    kinds = CONTRACT["institutions"].columns["kind"]
    headings = (text("kind"), text("rank"), text("institution"), text("name"), text("score"), text("grade"))
    table = Table(text("Best and worst of each kind"), *headings)
    kinds_apart = ranked.partition_by("kind", maintain_order=True)
    ends = [row for of_kind in kinds_apart for row in pl.concat([of_kind.head(1), of_kind.tail(1)]).to_dicts()]
    names = _names(run, ends)
    for row in ends:
        name, score = names.get(row["institution"], ""), f"{points(row['score']):.2f}"
        kind = kinds.shown(row["kind"])
        table.row(kind, str(row["rank"]), row["institution"], name, score, row["grade"] or "–")
    return table


def _names(run: Run, rows: list[dict[str, Any]]) -> dict[str, str]:
    """What the institutions of some rows are called."""
    wanted = pl.col("institution").is_in([row["institution"] for row in rows])
    return dict(run.dataset.tables["institutions"].filter(wanted).select("institution", "name").collect().rows())


def _grades(run: Run) -> Table | None:
    results = run.tables["results"]
    cutoffs = run.stages["grade"].value("grade.cutoffs")
    if cutoffs is None:
        return None
    assumed = run.stages["grade"].parameters["grade.cutoffs"].provenance == "assumption"
    title = text("Grades (by assumed cutoffs: not published)") if assumed else text("Grades")
    table = Table(title, text("grade"), text("from"), text("institutions"), "")
    counts = dict(results.drop_nulls("grade").group_by("grade").len().rows())
    for cutoff in cutoffs:
        number = counts.get(cutoff.grade, 0)
        bar = "█" * round(40 * number / max(len(results), 1))
        table.row(cutoff.grade, str(cutoff.at_least), str(number), bar)
    if undetermined := len(results) - sum(counts.values()):
        table.row("–", "", str(undetermined), "")
    return table


def _deductions(run: Run) -> pl.DataFrame:
    """The clauses that cost points, those that cost the most institutions first."""
    words = {
        (rubric.rubric, clause.clause): (rubric.place(item.item, clause), clause.text)
        for rubric in run.rules.rubrics.values()
        for item, clause in rubric.clauses
    }
    of_clause = pl.col("institution").n_unique().alias("institutions"), pl.col("cases", "points").sum()
    cost = (
        pl.concat(
            part.filter(pl.col("points") < 0, pl.col("status") != "veto")
            .with_columns(cases=pl.when(pl.col("denominator").is_null()).then("quantity"))
            .group_by("rubric", "clause")
            .agg(*of_clause)
            .collect(engine="streaming")
            for part in run.tables.parts("trace")
        )
        .group_by("rubric", "clause")
        .agg(pl.col("institutions", "cases", "points").sum())
        .sort(["institutions", "points", "rubric", "clause"], descending=[True, False, False, False])
    )
    place = [words[key][0] for key in cost.select("rubric", "clause").rows()]
    said = [words[key][1] for key in cost.select("rubric", "clause").rows()]
    return cost.with_columns(
        pl.Series("place", place, dtype=pl.String),
        pl.Series("text", said, dtype=pl.String),
        pl.col("points").map_elements(lambda units: str(points(units)), return_dtype=pl.String),
    )


def _common(run: Run) -> Table | None:
    most = _deductions(run).head(SHOWN)
    if most.is_empty():
        return None
    table = Table(
        text("The most common deductions"), text("institutions"), text("points"), text("place"), text("clause")
    )
    for row in most.to_dicts():
        table.row(str(row["institutions"]), row["points"], row["place"].partition(" ")[2], row["text"])
    return table


def _self_assessment(run: Run) -> Table | None:
    """Where institutions' own marks and the official points differ most."""
    difference = pl.col("self_points") - pl.col("points")
    items = run.tables.lazy("items").with_columns(difference=difference).filter(pl.col("difference") != 0)
    order = pl.col("difference").abs(), "institution", "scorer", "item"
    largest = items.sort(*order, descending=[True, False, False, False]).head(SHOWN).collect().to_dicts()
    if not largest:
        return None
    names = _names(run, largest)
    scorers = dict(run.dataset.tables["scorers"].select("scorer", "name").collect().rows())
    table = Table(
        text("Self-assessment: the largest differences"), text("institution"), text("name"), text("item"),
        text("scorer"), text("self"), text("points"),
    )  # fmt: skip
    for row in largest:
        own, found = points(row["self_points"]), points(row["points"])
        scorer = scorers.get(row["scorer"], "") or str(text("all scorers"))
        table.row(row["institution"], names.get(row["institution"], ""), row["item"], scorer, str(own), str(found))
    return table


def _consequences(run: Run) -> Table | None:
    """What follows from the results, and for how many."""
    counts = run.tables["consequences"].group_by("consequence", "article").len().sort("article", "consequence").rows()
    if not counts:
        return None
    words = {rule.consequence: rule.text for rule in run.stages["consequences"].scheme.consequences}
    order = {consequence: place for place, consequence in enumerate(words)}
    counts.sort(key=lambda row: order.get(row[0], len(order)))
    table = Table(text("Consequences"), text("institutions"), text("article"), "")
    for consequence, article, number in counts:
        table.row(str(number), article, words.get(consequence) or consequence)
    return table


def _money(run: Run) -> Table | None:
    """The balance of each account, in yuan."""
    balances = balance(run.tables["journal"])
    if balances.is_empty():
        return None
    table = Table(text("The journal"), text("fund"), text("account"), text("yuan, debit positive"), right=2)
    for fund, account, amount in balances.rows():
        table.row(named(FUNDS, fund), named(ACCOUNTS, account), yuan(amount))
    return table


def _concerns(run: Run, parameter: str) -> bool:
    """Whether a parameter of the core decides anything in this run."""
    scheme = run.rules.scheme
    shapes = {clause.shape for rubric in run.rules.rubrics.values() for _, clause in rubric.clauses}
    return {
        "combine": scheme.scorers == "persons" or parameter != "combine.scorers",
        "peers": "peers" in shapes,
        "marks": "mark" in shapes,
        "draw": scheme.draw is not None,
        "grade": scheme.graded,
    }.get(parameter.partition(".")[0], True)


def _regions(run: Run) -> Iterator[Table]:
    """What the settlement did to each region, a table a fund; only columns in which there is something."""
    settled = regional.regional(run)
    names = dict(run.dataset.tables["regions"].select("region", "name").collect().rows()) if len(settled) else {}
    for of_fund in settled.partition_by("fund", maintain_order=True):
        shown = [name for name in regional.HEADINGS if name == "budget" or (of_fund[name] != 0).any()]
        assumed = any(
            parameter.given and parameter.provenance == "assumption" and not parameter.reading
            for parameter in run.stages["settle"].parameters.values()
        )
        title = (
            text("{fund}: the regions' year, in yuan (rests on assumed values)", fund=of_fund["fund"][0])
            if assumed
            else text("{fund}: the regions' year, in yuan", fund=of_fund["fund"][0])
        )
        table = Table(title, text("region"), *(regional.titles()[name] for name in shown), right=1)
        for row in of_fund.rows(named=True):
            amounts = [yuan(row[name]) if row[name] else "–" for name in shown]
            table.row(names.get(row["region"], row["region"]), *amounts)
        yield table


def _gauges(run: Run) -> Table | None:
    """Facts that a document wants watched, each with its item."""
    gauges = [problem for problem in run.problems if problem.code == GAUGE]
    if not gauges:
        return None
    table = Table(text("Gauges"), "")
    for gauge in gauges:
        table.row(str(gauge))
    return table


def _readings(run: Run) -> Table:
    """How the law's open words were read in this run: the scheme's own parameters, then those of taken stages."""
    table = Table(text("Readings and parameters"), "", "", "")
    own = run.rules.parameters
    for parameter in own.values():
        if _concerns(run, parameter.parameter):
            _add_reading(table, parameter, parameter.parameter)
    for scheme, rules in {rules.scheme.scheme: rules for rules in run.stages.values()}.items():
        for name, parameter in rules.parameters.items():
            if own.get(name) != parameter:
                _add_reading(table, parameter, f"{scheme}:{name}" if name in own else name)
    return table


def _add_reading(table: Table, parameter: Parameter, named: str) -> None:
    """A line for a choice, and for what is not set."""
    value = parameter.options.get(parameter.value) if parameter.options else None
    if parameter.options or parameter.value is None:
        table.row(named, str(parameter.name), str(value) if value else str(text("not set")))


def _open(run: Run) -> Table | None:
    """What could not be determined, and why; assumptions that results rest on."""
    left = [problem for problem in run.problems if problem.code != GAUGE]
    if not left:
        return None
    table = Table(text("Left open"), "")
    for line in problem_lines(left):
        table.row(line)
    return table
