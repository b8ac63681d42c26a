"""What a case expects beside what came out; nothing is compared with a tolerance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

import polars as pl

from kaohe.messages import LANGUAGES, speaking
from kaohe.money import plain
from kaohe.problems import Problem, errors
from kaohe.run import Run, decimals
from kaohe_conformance.case import NOTHING, TO, Expect
from kaohe_conformance.regime import Work
from kaohe_conformance.running import Ran

Compared = tuple[str, object, object]
"""What is compared, what the case expects, what was found."""
SOURCES = ("forfeited", "reserve", "budget")
"""The accounts that a year-end draws on, in their order."""
OF_MONTH = {"budget": 1, "deposit": -1, "paid": -1, "deferred": -1}
"""What a month of a region is told by: within the budget, deposit, paid, deferred; the sign makes them positive."""


def compared(work: Work, expect: Expect, ran: Ran) -> Iterator[Compared]:
    """Everything that the case expects, beside what was found."""
    if expect.refused or ran.run is None:
        yield from _refusal(expect, ran)
        return
    run, about = ran.run, work.background.institution
    told = _Told(ran, run, work)
    yield from _result(expect, told)
    yield from _sheets(expect, told, about)
    yield from _procedure(expect, told, about)
    yield from _said(expect, told)
    yield from _money(expect, told)


class _Told:
    """A case's rows of its run's tables."""

    def __init__(self, ran: Ran, run: Run, work: Work) -> None:
        self.ran, self.run, self.work = ran, run, work

    def table(self, name: str) -> pl.DataFrame:
        return self.ran.own(name)

    def points(self, name: str) -> pl.DataFrame:
        return decimals(self.ran.own(name))

    def of(self, institution: str, table: pl.DataFrame) -> pl.DataFrame:
        return table.filter(pl.col("institution") == institution)

    def problems(self) -> list[Problem]:
        """The problems that are about this case: of a shared run those that name one of its codes."""
        if not self.ran.suffix:
            return self.run.problems
        return [
            problem
            for problem in self.run.problems
            if any(str(value).endswith(self.ran.suffix) for value in problem.message.values.values())
        ]


def _span(low: Decimal | None, high: Decimal | None, settled: Decimal | None) -> tuple[Decimal, Decimal] | None:
    """Points as two ends; None where there are none."""
    if settled is not None:
        return settled, settled
    return None if low is None or high is None else (low, high)


def expected_span(said: str) -> tuple[Decimal, Decimal] | None:
    """What a case says of points: a number, two ends, or that there are none."""
    if said == NOTHING:
        return None
    low, _, high = said.partition(TO)
    return Decimal(low), Decimal(high or low)


def _result(expect: Expect, told: _Told) -> Iterator[Compared]:
    """What stands in the row of the institution, if there is to be one."""
    about = told.work.background.institution
    if expect.exempt is not None:
        yield "exempt", [expect.exempt], told.of(about, told.table("exempt"))["article"].to_list()
    rows = told.of(about, told.points("results")).rows(named=True)
    if expect.no_result is not None:
        yield "no_result", 0, len(rows)
        return
    fields = {"grade": expect.grade, "status": expect.status, "rank": expect.rank}
    if expect.score is None and expect.basis is None and not any(value is not None for value in fields.values()):
        return
    yield "rows", 1, len(rows)
    for row in rows:
        if expect.score is not None:
            wanted = expected_span(expect.score)
            yield "score", wanted, _span(row["low"], row["high"], row["score"])
            yield "ends", wanted, None if row["low"] is None else (row["low"], row["high"])
        for name, said in fields.items():
            if said is not None:
                found = NOTHING if row[name] is None else str(row[name])
                yield name, said, found
        if expect.basis is not None:
            yield "basis", expect.basis, row["basis"].split()


def _sheets(expect: Expect, told: _Told, about: str) -> Iterator[Compared]:
    """Points of the sheets and of their items."""
    scores = told.of(about, told.points("scores"))
    for scorer, said in expect.scores.items():
        rows = scores.filter(pl.col("scorer") == scorer).rows(named=True)
        yield f"scores {scorer}", [expected_span(said)], [_span(row["low"], row["high"], row["score"]) for row in rows]
    items = told.of(about, told.points("items"))
    pooled = told.run.rules.parameters["combine.scorers"].value == "pooled"
    for place, said in expect.items.items():
        scorer, _, item = place.rpartition(" ")
        scorer = scorer or ("" if pooled else told.work.background.scorer)
        rows = items.filter(pl.col("scorer") == scorer, pl.col("item") == item).rows(named=True)
        yield f"items {place}", [expected_span(said)], [_span(row["low"], row["high"], row["points"]) for row in rows]


def _procedure(expect: Expect, told: _Told, about: str) -> Iterator[Compared]:
    """The state of steps, consequences, records without evidence."""
    for step, state in expect.steps.items():
        rows = told.of(about, told.table("procedure")).filter(pl.col("step") == step)
        yield f"steps {step}", [state], rows["state"].to_list()
    if expect.consequences is not None:
        own = told.of(about, told.table("consequences"))["consequence"].to_list()
        yield "consequences", sorted(expect.consequences), sorted(own)
    due = told.of(about, told.table("consequences"))
    for consequence, day in expect.due.items():
        rows = due.filter(pl.col("consequence") == consequence)
        yield f"due {consequence}", [day], rows["due"].fill_null("").to_list()
    if expect.unevidenced is not None:
        remarks = [problem.message for problem in told.problems() if problem.code == "evidence"]
        named = [remark.count for remark in remarks if remark.values["institution"] == told.ran.code(about)]
        yield "unevidenced", expect.unevidenced, str(sum(named))
    if expect.differences is not None:
        columns = ["account", "month", "document", "left", "right", "difference"]
        listed = told.table("reconciliation").select(columns).rows()
        yield "differences", expect.differences, [[*map(str, row[:-1]), plain(row[-1])] for row in listed]
    for appeal, said in expect.appealed.items():
        answered = decimals(told.run.tables["appealed"]).filter(pl.col("appeal") == appeal)
        found = [list(row) for row in answered.select("score_in", "score_out", "score").rows()]
        yield f"appealed {appeal}", [[None if one == NOTHING else Decimal(one) for one in said]], found


def _said(expect: Expect, told: _Told) -> Iterator[Compared]:
    """What the run remarks."""
    problems = told.problems()
    for code, number in expect.problems.items():
        found = [problem for problem in problems if problem.code == code]
        yield f"problems {code}", number, str(len(found))
        about = told.ran.code(told.work.background.institution)
        others = {str(problem.message.values.get("institution", about)) for problem in found} - {about}
        yield f"problems {code} of others", set(), others
    said = [spoken(problem) for problem in told.run.problems]
    for part in expect.said:
        yield f"said {part}", True, any(any(part in one for one in both) for both in said)


def spoken(problem: Problem) -> list[str]:
    """A problem in every language."""
    found = []
    for chosen in LANGUAGES:
        with speaking(chosen):
            found.append(str(problem))
    return found


def _refusal(expect: Expect, ran: Ran) -> Iterator[Compared]:
    """Every fault that is expected, and no other."""
    faults = [] if ran.refused is None else [spoken(problem) for problem in errors(ran.refused.problems)]
    unexpected = [both[0] for both in faults if not any(part in one for part in expect.refused for one in both)]
    missing = [part for part in expect.refused if not any(part in one for both in faults for one in both)]
    yield "refused", [], missing
    yield "refused beside", [], unexpected


# Money.


def _exact(said: Mapping[str, str]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in said.items()}


def summed(rows: pl.DataFrame, *keys: str) -> dict[str, Decimal]:
    """Amounts in yuan by their keys, joined by a blank; blank keys are left out."""
    sums: defaultdict[str, int] = defaultdict(int)
    for *key, amount in rows.select(*keys, "amount").rows():
        sums[" ".join(part for part in key if part)] += amount
    return {key: Decimal(amount) / 100 for key, amount in sums.items()}


def _moved(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Those that are not zero."""
    return {key: amount for key, amount in amounts.items() if amount}


def _money(expect: Expect, told: _Told) -> Iterator[Compared]:
    """Allocations, balances, entries; and what a year of regional budgets is told by."""
    allocations, journal = told.table("allocations"), told.table("journal")
    if expect.budgets is not None:
        rows = allocations.filter(pl.col("step") == "budget", pl.col("region") != "")
        yield "budgets", _exact(expect.budgets), summed(rows, "region")
    steps = summed(allocations, "region", "step")
    for step, amount in expect.allocations.items():
        yield f"allocations {step}", Decimal(amount), steps.get(step)
    for place, article in expect.articles.items():
        region, _, step = place.rpartition(" ")
        own = allocations.filter(pl.col("region") == region, pl.col("step") == step)
        yield f"articles {place}", {article}, set(own["article"])
    balances = summed(journal, "region", "account")
    if expect.balances is not None:
        yield "balances", _exact(expect.balances), _moved(balances)
    for account, amount in expect.left.items():
        yield f"left {account}", Decimal(amount), balances.get(account, Decimal(0))
    if expect.entries is not None:
        found: dict[str, dict[str, Decimal]] = {}
        for article, *_ in journal.select("article").unique(maintain_order=True).rows():
            found[article] = summed(journal.filter(pl.col("article") == article), "account")
        yield "entries", {article: _exact(lines) for article, lines in expect.entries.items()}, found
    if expect.lines is not None:
        yield "lines", expect.lines, str(len(journal))
    yield from _regional(expect, journal)


def _regional(expect: Expect, journal: pl.DataFrame) -> Iterator[Compared]:
    """Months, and the year-end's overspend: who or what covered it."""
    for place, amounts in expect.months.items():
        region, month = place.split()
        rows = journal.filter(
            pl.col("region") == region, pl.col("date").str.starts_with(month), pl.col("entry").str.starts_with("M-")
        )
        sums = summed(rows, "account")
        found = [sign * sums.get(account, Decimal(0)) for account, sign in OF_MONTH.items()]
        yield f"months {place}", [Decimal(amount) for amount in amounts], found
    if expect.covered is not None:
        taken = {source: _covered(journal, source) for source in SOURCES}
        wanted = {source: _exact(regions) for source, regions in expect.covered.items()}
        yield "covered", wanted, {source: regions for source, regions in taken.items() if regions}
    if expect.shared is not None:
        yield "shared", _exact(expect.shared), _moved(summed(journal.filter(pl.col("account") == "shared"), "region"))
    if expect.open is not None:
        yield "open", _exact(expect.open), _moved(summed(journal.filter(pl.col("account") == "overspend"), "region"))


def _covered(journal: pl.DataFrame, source: str) -> dict[str, Decimal]:
    """What the year-end took off the regions' overspend in entries that draw on an account."""
    closing = journal.filter(pl.col("entry").str.starts_with("Y-"))
    entries = closing.filter(pl.col("account") == source, pl.col("amount") > 0)["entry"]
    met = closing.filter(
        pl.col("entry").is_in(entries.implode()), pl.col("account") == "overspend", pl.col("amount") < 0
    )
    return _moved(summed(met.with_columns(-pl.col("amount")), "region"))
