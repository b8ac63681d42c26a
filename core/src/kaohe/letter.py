"""One region's year, from the run that settled it: its budget, months, deposits, and who bears what is above it."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from kaohe.accounts import MONTHS, YEAR_END
from kaohe.messages import text
from kaohe.problems import Problem, Refused
from kaohe.store import Stored, parameters

Row = Mapping[str, Any]
ZERO = Decimal(0)


@frozen
class Step:
    """A step of the allocation, in yuan, of the fund as a whole or of the region.

    `figures`: what the region had of the factor's figure, by year; `weight`: the factor's, as text.
    """

    step: str
    amount: Decimal
    article: str
    figures: Mapping[str, str] = field(factory=dict)
    weight: str = ""


@frozen
class Month:
    """One month in yuan: what was payable, how much of it within the remaining budget, and what became of it."""

    month: str
    payable: Decimal
    within: Decimal
    deposit: Decimal
    paid: Decimal
    deferred: Decimal


@frozen
class Deposits:
    """The institutions' deposits in yuan: withheld, released, forfeited, and still held for want of a result."""

    withheld: Decimal
    released: Decimal
    forfeited: Decimal
    held: Decimal
    waiting: list[str]


@frozen
class Cover:
    """What one source bore of the region's overspend in yuan, why, and how much was left after it."""

    source: str
    amount: Decimal
    left: Decimal
    article: str
    cause: str


@frozen
class Correction:
    """What a correction of the run moved on one account of the region since, in yuan (debit positive)."""

    account: str
    amount: Decimal
    article: str


@frozen
class FundYear:
    """The region's year under one fund.

    `share`: of last year's spending in the whole city, as numerator and denominator. `cut`: what lacking revenue took
    from its budget. `overspend`: above its available funds; `open` of it nobody bears yet; `forfeited_left`: what is
    left of the forfeited deposits. `shared`: what the region itself bears. `paid_late`: what had been deferred and is
    paid at the year-end. `unused`: what it left of its budget. `settled`: whether the year-end was settled.
    `corrected`: what a correction moved since; all else is as the run that it corrects settled it. Yuan.
    """

    fund: str
    whole: list[Step]
    steps: list[Step]
    share: tuple[Decimal, Decimal]
    months: list[Month]
    cut: Decimal
    cause_of_cut: str
    deposits: Deposits
    cost: Decimal
    overspend: Decimal
    covers: list[Cover]
    forfeited_left: Decimal
    open: Decimal
    shared: Decimal
    paid_late: Decimal
    unused: Decimal
    settled: bool
    corrected: list[Correction]


@frozen
class Ground:
    """A parameter that the figures rest on: its name, the value or option, and where that is from."""

    parameter: str
    name: str
    value: str
    source: str


@frozen
class Letter:
    """One region's whole year; `readings` of open words and `assumptions` that nobody published stand behind it."""

    region: str
    name: str
    scheme: str
    dataset: str
    year: str
    score: str
    funds: list[FundYear]
    readings: list[Ground]
    assumptions: list[Ground]


def is_region(run: Stored, code: str) -> bool:
    """Whether the run knows a region of this code (and no institution)."""
    return bool(run.rows("in_regions", region=code)) and not run.rows("in_institutions", institution=code)


def letter(run: Stored, region: str) -> Letter:
    """The year of one region; raises Refused where the run settled nothing for it."""
    about = run.rows("in_regions", region=region)
    allocations = run.rows("allocations")
    funds = sorted({row["fund"] for row in allocations if row["region"] == region})
    factors = _factors(run)
    if not funds:
        message = text("this run has no budget for the region “{region}”", region=region)
        raise Refused([Problem("region", message, text("its parameters may be unset: see what the run left open"))])
    journal = run.rows("journal")
    latest = max(about, key=lambda row: str(row["year"]))
    return Letter(
        region=region,
        name=latest["name"],
        scheme=run.about["scheme"],
        dataset=run.about["name"],
        year=str(run.about["from"])[:4],
        score=str(latest["agency_score"] or ""),
        funds=[
            _fund(
                fund,
                region,
                [row for row in allocations if row["fund"] == fund],
                [row for row in journal if row["fund"] == fund],
                _of_region(factors, [row for row in about if row["fund"] == fund]),
                settled=_has_revenue(run, fund),
            )
            for fund in funds
        ],
        readings=[_ground(entry) for entry in grounds(run) if entry["reading"]],
        assumptions=[_ground(entry) for entry in grounds(run) if not entry["reading"]],
    )


def grounds(run: Stored) -> list[Row]:
    """The parameters of the scheme that settled: its readings of its document, and values given as assumptions."""
    settled_by = json.loads(run.about["stages"])["settle"]
    named = {name.partition("=")[0] for name in _words(_budgets(run, settled_by))}
    return [
        entry
        for entry in parameters(run)
        if entry["scheme"] == settled_by
        and entry["value"] is not None
        and (not named or entry["parameter"] in named)
        and ((entry["reading"] and entry["source"]) or (entry["given"] and entry["provenance"] == "assumption"))
    ]


def _budgets(run: Stored, scheme: str) -> dict[str, Any]:
    """What the scheme's file said under `[budgets]`, as the run keeps it."""
    (content,) = [row["text"] for row in run.rows("rules", path=f"{scheme}/scheme.toml")] or [""]
    said: dict[str, Any] = tomllib.loads(content).get("budgets", {})
    return said


def _words(said: Any) -> Iterator[str]:
    """Every text in it."""
    if isinstance(said, str):
        yield said
    for part in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from _words(part)


def _ground(entry: Row) -> Ground:
    return Ground(entry["parameter"], entry["name"], entry["option"] or str(entry["value"]), entry["source"])


def _factors(run: Stored) -> dict[str, tuple[str, str]]:
    """The factors of the split by step: the figure, and the weight as text."""
    scheme = json.loads(run.about["stages"])["allocate"]
    values = {entry["parameter"]: entry["value"] for entry in parameters(run) if entry["scheme"] == scheme}
    factors = _budgets(run, scheme).get("factors", ())
    return {factor["step"]: (factor["figure"], str(values.get(factor["weight"]) or "")) for factor in factors}


def _of_region(factors: Mapping[str, tuple[str, str]], rows: list[Row]) -> Factors:
    """The region's figures by year of each factor, and its weight."""
    return {
        step: ({str(row["year"]): str(row[figure]) for row in rows if row[figure] not in (None, "")}, weight)
        for step, (figure, weight) in factors.items()
    }


def _has_revenue(run: Stored, fund: str) -> bool:
    """Whether every source's actual revenue of the year is recorded."""
    rows = run.rows("in_revenues", fund=fund, year=str(run.about["from"])[:4])
    return all(row["actual"] is not None for row in rows)


Factors = Mapping[str, tuple[dict[str, str], str]]
"""By step of the allocation: the region's figures by year, and the weight."""


def _fund(
    fund: str, region: str, allocations: list[Row], journal: list[Row], factors: Factors, *, settled: bool
) -> FundYear:
    every = [row for row in journal if row["region"] == region]
    own = [row for row in every if not row["adjusts"]]
    closing = [row for row in own if _series(row) == YEAR_END]
    covers = _covers(own, journal)
    cuts = [row for row in closing if row["account"] == "fund"]
    return FundYear(
        fund=fund,
        whole=_steps(allocations, ""),
        steps=[
            evolve(step, figures=factors[step.step][0], weight=factors[step.step][1]) if step.step in factors else step
            for step in _steps(allocations, region)
        ],
        share=_share(allocations, region),
        months=_months(own),
        cut=-_sum(cuts),
        cause_of_cut=next((row["cause"] for row in cuts), ""),
        deposits=_deposits(own),
        cost=_sum(row for row in own if _series(row) == MONTHS and row["account"] in ("budget", "overspend", "parked")),
        overspend=_sum(row for row in own if row["account"] == "overspend" and Decimal(row["amount"]) > 0),
        covers=covers,
        forfeited_left=-_sum(row for row in own if row["account"] == "forfeited"),
        open=_sum(row for row in own if row["account"] == "overspend"),
        shared=_sum(row for row in own if row["account"] == "shared"),
        paid_late=-_sum(row for row in closing if row["account"] == "paid"),
        unused=-_sum(row for row in own if row["account"] == "budget"),
        corrected=_corrected(every),
        settled=settled or any(_series(row) == YEAR_END for row in journal),
    )


def _corrected(every: list[Row]) -> list[Correction]:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in every:
        if row["adjusts"]:
            sums[row["account"], row["article"]] += Decimal(row["amount"])
    return [Correction(account, amount, article) for (account, article), amount in sorted(sums.items()) if amount]


def _series(row: Row) -> str:
    return str(row["entry"]).partition("-")[0]


def _sum(rows: Iterable[Row]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), ZERO)


def _steps(allocations: list[Row], region: str) -> list[Step]:
    """Largest context first: the stage's own order is not kept on disk, so the steps are put in that of the law."""
    from kaohe.accounts import STEPS

    rows = {row["step"]: row for row in allocations if row["region"] == region}
    own = sorted(step for step in rows if step not in STEPS)
    order = [step for step in STEPS if step not in ("least", "budget")] + own + ["least"]
    order.insert(len(order) if region else 1, "budget")
    known = [step for step in order if step in rows]
    return [Step(step, Decimal(rows[step]["amount"]), rows[step]["article"]) for step in known]


def _share(allocations: list[Row], region: str) -> tuple[Decimal, Decimal]:
    last = [row for row in allocations if row["step"] == "last_year"]
    return _sum(row for row in last if row["region"] == region), _sum(last)


def _months(own: list[Row]) -> list[Month]:
    by_month: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in own:
        if _series(row) == MONTHS:
            by_month[row["date"][:7]][row["account"]] += Decimal(row["amount"])
    return [
        Month(
            month,
            payable=sums["budget"] + sums["overspend"] + sums["parked"],
            within=sums["budget"],
            deposit=-sums["deposit"],
            paid=-sums["paid"],
            deferred=-sums["deferred"],
        )
        for month, sums in sorted(by_month.items())
    ]


def _deposits(own: list[Row]) -> Deposits:
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in own:
        if row["account"] == "deposit":
            held[row["institution"]] -= Decimal(row["amount"])
    closing = [row for row in own if _series(row) == YEAR_END]
    return Deposits(
        withheld=-_sum(row for row in own if _series(row) == MONTHS and row["account"] == "deposit"),
        released=-_sum(row for row in own if row["account"] == "released"),
        forfeited=-_sum(row for row in closing if row["account"] == "forfeited" and Decimal(row["amount"]) < 0),
        held=sum(held.values(), ZERO),
        waiting=sorted(institution for institution, amount in held.items() if amount),
    )


def _covers(own: list[Row], journal: list[Row]) -> list[Cover]:
    """The entries that took something off the region's overspend, in their order, each with its source."""
    left = _sum(row for row in own if row["account"] == "overspend" and Decimal(row["amount"]) > 0)
    covers = []
    credits_ = [row for row in own if row["account"] == "overspend" and Decimal(row["amount"]) < 0]
    for row in sorted(credits_, key=lambda row: str(row["entry"])):
        sources = [line["account"] for line in journal if line["entry"] == row["entry"] and Decimal(line["amount"]) > 0]
        left += Decimal(row["amount"])
        covers.append(Cover(sources[0], -Decimal(row["amount"]), left, row["article"], row["cause"]))
    return covers
