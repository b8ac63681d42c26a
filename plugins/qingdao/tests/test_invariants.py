"""What holds in every city, whatever its figures: nothing is lost, nothing depends on the order of rows."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from random import Random
from typing import Any

import narwhals as nw
import polars as pl
from attrs import evolve, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaohe.assembly import assemble
from kaohe.journal import balance
from kaohe.model import Rules
from kaohe.plugin.manager import scheme_named
from kaohe.waterfall import by_score

CITY, SCHEME, FOLDER = scheme_named("qingdao/2023")
RULES = assemble(CITY, SCHEME, FOLDER)
MONTHS = [f"2023-{month:02}" for month in range(1, 13)]
FULL = 1_000_000
THOROUGH = int(os.environ.get("KAOHE_EXAMPLES", "0")) // 100
few = settings(
    max_examples=THOROUGH or 40,
    derandomize=not THOROUGH,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
"""Each example is a whole city's year: a hundredth of what other properties try."""

SCHEMA: dict[str, dict[str, Any]] = {
    "institutions": {"institution": pl.String, "name": pl.String, "kind": pl.String, "region": pl.String},
    "funds": {"fund": pl.String, "year": pl.String, "budget": pl.Int64},
    "revenues": {
        "fund": pl.String, "year": pl.String, "source": pl.String, "payer": pl.String, "persons": pl.Int64,
        "rate": pl.Int64, "planned": pl.Int64, "actual": pl.Int64,
    },
    "regions": {
        "region": pl.String, "name": pl.String, "fund": pl.String, "year": pl.String, "spending": pl.Int64,
        "beneficiaries": pl.Int64, "insured": pl.Int64, "services": pl.Int64, "institutions": pl.Int64,
        "sufficient": pl.String, "agency_score": pl.Int64, "part_of": pl.String,
    },
    "payments": {
        "institution": pl.String, "region": pl.String, "fund": pl.String, "month": pl.String, "payable": pl.Int64,
        "withheld": pl.Int64,
    },
    "results": {"institution": pl.String, "score": pl.Int64, "grade": pl.String},
    "periods": {"period_kind": pl.String, "period": pl.String},
}  # fmt: skip
"""The columns of a stage's tables, in fen and ten-thousandths of points."""


@frozen
class City:
    """Two funds over some regions; rows by table, and the parameters."""

    rows: Mapping[str, list[dict[str, Any]]]
    parameters: Mapping[str, Any]

    @property
    def rules(self) -> Rules:
        values = {name: evolve(RULES.parameters[name], value=value) for name, value in self.parameters.items()}
        return evolve(RULES, parameters={**RULES.parameters, **values})

    def tables(self, rng: Random | None = None) -> dict[str, Any]:
        """The stage's tables, the rows in any order."""
        made = {}
        for table, schema in SCHEMA.items():
            rows = [dict.fromkeys(schema) | row for row in self.rows[table]]
            if rng is not None:
                rng.shuffle(rows)
            made[table] = nw.from_native(pl.LazyFrame(rows, schema))
        return made

    def allocations(self, rng: Random | None = None) -> pl.DataFrame:
        return computed("allocate", self.tables(rng), self.rules)["allocations"]

    def journal(self, rng: Random | None = None, allocations: pl.DataFrame | None = None) -> pl.DataFrame:
        tables = self.tables(rng)
        given = self.allocations(rng) if allocations is None else allocations
        tables["allocations"] = nw.from_native(given.lazy())
        return computed("settle", tables, self.rules)["journal"]


def computed(stage: str, tables: dict[str, Any], rules: Rules) -> dict[str, pl.DataFrame]:
    """What the scheme's stage returns, the city's own or the core's, in this process."""
    returned = CITY.stage(stage, tables, rules) or {}
    return {name: frame.collect().to_native() for name, frame in returned.items()}


AMOUNT = st.integers(0, 10**9)
POINTS = st.integers(0, 100).map(lambda points: points * 10_000)
SCORE = st.none() | POINTS
OPTIONS = {
    name: st.sampled_from(sorted(parameter.options))
    for name, parameter in RULES.parameters.items()
    if parameter.reading and name.partition(".")[0] in ("allocation", "payments", "available", "reserve", "sharing")
}


@st.composite
def cities(draw: st.DrawFn, *, scored: bool = False) -> City:
    """A random city; `scored`: every agency has a score, every region payments, and most of them overspend."""
    codes = draw(st.lists(st.sampled_from("ABCDEFGH"), min_size=1 + scored, max_size=5, unique=True))
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    rows["periods"] = [{"period_kind": "year", "period": "2023"}]
    rows["periods"] += [{"period_kind": "month", "period": month} for month in MONTHS]
    for code in codes:
        for number in range(draw(st.integers(int(scored), 2))):
            name = f"{code}{number}"
            rows["institutions"].append({"institution": name, "name": name, "kind": "home_care", "region": code})
            score = draw(SCORE)
            if score is not None:
                rows["results"].append({"institution": name, "score": score})
    for fund in ("职工", "居民"):
        budget = draw(AMOUNT)
        rows["funds"].append({"fund": fund, "year": "2023", "budget": budget})
        actual = draw(AMOUNT if scored else st.none() | AMOUNT)
        planned = budget + draw(st.integers(0, 1000))
        rows["revenues"].append({"fund": fund, "year": "2023", "source": "S", "planned": planned, "actual": actual})
        for code in codes:
            score = draw(POINTS if scored else SCORE)
            rows["regions"].append({"region": code, "name": code, "fund": fund, "year": "2023", "agency_score": score})
            for year in ("2022", "2021"):
                figures = {name: draw(st.integers(1, 10**6)) for name in ("spending", "beneficiaries", "services")}
                rows["regions"].append({"region": code, "name": code, "fund": fund, "year": year, **figures})
        for one in rows["institutions"]:
            for month in draw(st.lists(st.sampled_from(MONTHS), min_size=int(scored), max_size=4, unique=True)):
                payable = draw(st.integers(budget // 3 if scored else 0, budget // 2 + 100))
                rows["payments"].append(
                    {"institution": one["institution"], "region": one["region"], "fund": fund, "month": month,
                     "payable": payable, "withheld": draw(st.none() | st.integers(0, payable))}
                )  # fmt: skip
    parameters: dict[str, Any] = {name: draw(options) for name, options in OPTIONS.items()}
    parameters["reserve.rate"] = draw(st.fractions(0, 1, max_denominator=100))
    parameters["deposit.rate"] = draw(st.fractions(0, 1, max_denominator=100))
    for factor in ("growth", "services", "beneficiaries"):
        parameters[f"allocation.{factor}"] = draw(st.none() | st.fractions(0, "1/3", max_denominator=30))
    return City(rows, parameters)


def of_funds(rows: pl.DataFrame, *keys: str) -> dict[tuple[Any, ...], int]:
    sums: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for *key, amount in rows.select("fund", *keys, "amount").rows():
        sums[tuple(key)] += amount
    return sums


@few
@given(cities())
def test_the_regions_budgets_and_the_reserve_are_the_budget(city: City) -> None:
    rows = city.allocations()
    regions = of_funds(rows.filter(pl.col("step") == "budget", pl.col("region") != ""))
    whole = of_funds(rows.filter(pl.col("region") == ""), "step")
    for fund in ("职工", "居民"):
        assert regions[fund,] + whole[fund, "reserve"] == whole[fund, "budget"] <= whole[fund, "revenue"]
        assert whole[fund, "distributable"] == regions[fund,]


@few
@given(cities())
def test_each_adjustment_sums_to_zero_and_the_steps_to_the_budget(city: City) -> None:
    rows = city.allocations().filter(pl.col("region") != "")
    by_step = of_funds(rows, "step")
    for (_, step), amount in by_step.items():
        assert step in ("last_year", "base", "budget") or amount == 0
    steps = of_funds(rows.filter(~pl.col("step").is_in(["last_year", "budget"])), "region")
    assert steps == of_funds(rows.filter(pl.col("step") == "budget"), "region")


@few
@given(cities())
def test_every_entry_and_every_fund_sums_to_zero_at_every_month(city: City) -> None:
    journal = city.journal()
    balance(journal)
    for month in MONTHS:
        until = journal.filter(pl.col("date").str.slice(0, 7) <= month)
        assert not any(of_funds(until).values())


@few
@given(cities())
def test_no_yuan_of_an_overspend_is_lost(city: City) -> None:
    """What is spent above the available funds is borne by deposits, reserve, other budgets or regions, or is open."""
    journal = city.journal()
    over = journal.filter(pl.col("account") == "overspend")
    raised = of_funds(over.filter(pl.col("amount") > 0))
    met = of_funds(over.filter(pl.col("amount") < 0))
    left = of_funds(over)
    for fund in raised:
        assert raised[fund] + met[fund] == left[fund] >= 0
    for account in ("forfeited", "reserve", "budget", "deposit", "deferred", "paid", "released"):
        rest = of_funds(journal.filter(pl.col("account") == account), "region", "institution")
        keep = (
            rest
            if account in ("deposit", "deferred")
            else of_funds(journal.filter(pl.col("account") == account), "region")
        )
        assert account == "reserve" or all(amount <= 0 for amount in keep.values()), account
    assert all(amount <= 0 for amount in of_funds(journal.filter(pl.col("account") == "reserve")).values())


@few
@given(cities())
def test_all_that_is_payable_is_paid_withheld_released_or_deferred(city: City) -> None:
    journal = city.journal()
    payable = dict.fromkeys(("职工", "居民"), 0)
    for row in city.rows["payments"]:
        payable[row["fund"]] += row["payable"]
    accounts = of_funds(journal, "account")
    for fund, amount in payable.items():
        placed = ("paid", "released", "deposit", "deferred")
        forfeited = journal.filter(pl.col("fund") == fund, pl.col("account") == "forfeited", pl.col("amount") < 0)[
            "amount"
        ].sum()
        assert amount == -sum(accounts[fund, account] for account in placed) - forfeited


@few
@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(city: City, rng: Random) -> None:
    assert city.allocations(rng).equals(city.allocations())
    assert city.journal(rng).equals(city.journal())


def shared(journal: pl.DataFrame, fund: str) -> dict[str, int]:
    rows = journal.filter(pl.col("account") == "shared", pl.col("fund") == fund)
    return {region: amount for (_, region), amount in of_funds(rows, "region").items()}


def exact(city: City, journal: pl.DataFrame, allocations: pl.DataFrame, fund: str) -> dict[str, Fraction]:
    """What each region bears before rounding: the rest of the fund's overspend by base and score."""
    closing = journal.filter(pl.col("entry").str.starts_with("Y-"), pl.col("fund") == fund)
    entry = closing.filter(pl.col("account") == "shared")["entry"].unique().to_list()
    if not entry:
        return {}
    rest = -closing.filter(pl.col("entry") == entry[0], pl.col("account") == "overspend")["amount"].sum()
    scores = {
        row["region"]: row["agency_score"]
        for row in city.rows["regions"]
        if row["fund"] == fund and row["year"] == "2023"
    }
    budgets = dict(
        allocations.filter(pl.col("fund") == fund, pl.col("step") == "budget", pl.col("region") != "")
        .select("region", "amount").rows()
    )  # fmt: skip
    over = journal.filter(pl.col("fund") == fund, pl.col("account") == "overspend")
    raised = of_funds(over.filter(pl.col("amount") > 0), "region")
    own = closing.filter(pl.col("account") == "forfeited", pl.col("amount") > 0)
    deposits = of_funds(own, "region")
    base = {
        "overspent": {region: raised[fund, region] - deposits[fund, region] for region in budgets},
        "all": budgets,
        "equal": dict.fromkeys(budgets, 1),
    }[city.parameters["sharing.who"]]
    parties = {region: amount for region, amount in base.items() if amount} or dict.fromkeys(base, 1)
    weights = by_score(parties, scores, FULL, city.parameters["sharing.scores"])
    whole = sum(weights.values())
    return {region: Fraction(rest * weight) / whole for region, weight in weights.items()}


@few
@given(cities(scored=True))
def test_a_rounded_share_differs_from_the_exact_one_by_less_than_a_fen(city: City) -> None:
    allocations = city.allocations()
    journal = city.journal(allocations=allocations)
    for fund in ("职工", "居民"):
        expected = exact(city, journal, allocations, fund)
        found = shared(journal, fund)
        assert sum(expected.values()) == sum(found.values())
        assert all(abs(found.get(region, 0) - share) < 1 for region, share in expected.items())


@few
@given(cities(scored=True), st.integers(1, 10**8))
def test_more_reserve_never_costs_a_region_more_before_rounding(city: City, more: int) -> None:
    """Allocations held fixed, but for a reserve that is larger; the fund's revenue does not bound them."""
    city = evolve(city, parameters={**city.parameters, "available.revenue": "budget"})
    allocations = city.allocations()
    is_reserve = pl.col("step") == "reserve"
    larger = allocations.with_columns(amount=pl.col("amount") + pl.when(is_reserve).then(more).otherwise(0))
    for fund in ("职工", "居民"):
        less = exact(city, city.journal(allocations=allocations), allocations, fund)
        later = exact(city, city.journal(allocations=larger), larger, fund)
        assert all(later[region] <= less[region] for region in later)


@few
@given(cities(scored=True), st.data())
def test_a_worse_score_never_pays_less_before_rounding(city: City, data: st.DataObject) -> None:
    allocations = city.allocations()
    place = data.draw(st.sampled_from([n for n, row in enumerate(city.rows["regions"]) if row["year"] == "2023"]))
    row = city.rows["regions"][place]
    lowered = {**row, "agency_score": data.draw(st.integers(0, row["agency_score"] // 10_000)) * 10_000}
    regions = [lowered if number == place else one for number, one in enumerate(city.rows["regions"])]
    worse = evolve(city, rows={**city.rows, "regions": regions})
    before = exact(city, city.journal(allocations=allocations), allocations, row["fund"])
    after = exact(worse, worse.journal(allocations=allocations), allocations, row["fund"])
    assert after.get(row["region"], 0) >= before.get(row["region"], 0)
