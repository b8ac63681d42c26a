"""What must hold of the money whatever happens: nothing is lost, nothing is invented, nothing is edited."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tianjin_dataset import BACKGROUND, FULL, PLANS, Given, run

import kaohe
from kaohe.assembly import assemble
from kaohe.corrections import adjusted, as_of
from kaohe.journal import balance
from kaohe.model import Fee, Rules, Schedule, Step, points
from kaohe.plugin.manager import scheme_named
from kaohe.stages import deposit
from kaohe.stages.fee import reductions

FEW = settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
MANY = settings(max_examples=100, deadline=None, derandomize=True, database=None)
RELEASE = {"method": "steps", "ends": [{"at": 0, "share": 0}, {"at": 60, "share": 0.3333}, {"at": 85, "share": 1}]}
MONTHS = [f"2023-{month:02}" for month in range(1, 13)]
NAMES = ["N01", "N02", "N03"]


def rules_with(**values: Any) -> Rules:
    """The rules of the agreement assessment with some parameters set."""
    return with_values(OWN, values)


def with_values(own: Rules, values: dict[str, Any]) -> Rules:
    changed = {name: evolve(own.parameters[name], value=value) for name, value in values.items()}
    return evolve(own, parameters=own.parameters | changed)


OWN = assemble(*scheme_named("tianjin/institutions-2023"), plan=[PLANS["institutions"]])
AGENCIES = assemble(*scheme_named("tianjin/agencies-2024"))
RULES = rules_with()


def frames(payments: list[tuple[str, str, int, int | None]], rates: dict[str, int | None]) -> dict[str, Any]:
    """The tables that a deposit is withheld from: payments (institution, month, payable, withheld), rates."""
    from datetime import date

    agreements = [(name, f"X{name}", date(2023, 1, 1), date(2023, 12, 31), rate) for name, rate in rates.items()]
    tables = {
        "payments": pl.DataFrame(
            [(name, None, "F", month, payable, withheld) for name, month, payable, withheld in payments],
            {
                "institution": pl.String,
                "region": pl.String,
                "fund": pl.String,
                "month": pl.String,
                "payable": pl.Int64,
                "withheld": pl.Int64,
            },
            orient="row",
        ),
        "agreements": pl.DataFrame(
            agreements,
            {
                "institution": pl.String,
                "agreement": pl.String,
                "from": pl.Date,
                "to": pl.Date,
                "deposit_rate": pl.Int64,
            },
            orient="row",
        ),
        "year": pl.DataFrame({"begins": ["2023-01-01"], "ends": ["2023-12-31"]}),
        "periods": pl.DataFrame(
            [("year", "2023"), *(("month", month) for month in MONTHS)],
            {"period_kind": pl.String, "period": pl.String},
            orient="row",
        ),
    }
    return {name: nw.from_native(frame.lazy()) for name, frame in tables.items()}


@given(
    st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(MONTHS)), st.integers(0, 10**15), min_size=1),
    st.fixed_dictionaries({name: st.none() | st.integers(0, 200_000) for name in NAMES}),
)
@MANY
def test_a_month_withholds_the_rate_down_to_the_fen_and_never_above_a_tenth(
    payable: dict[tuple[str, str], int], rates: dict[str, int | None]
) -> None:
    tables = frames([(name, month, fen, None) for (name, month), fen in payable.items()], rates)
    found = deposit.withheld(tables, RULES).collect().to_native()
    assert len(found) == len(payable)
    for name, month, fen, held in found.select("institution", "month", "payable", "withheld").rows():
        rate = Decimal(rates[name] or 0).scaleb(-6)
        expected = min((fen * rate).to_integral_value(ROUND_DOWN), (fen * Decimal("0.1")).to_integral_value(ROUND_DOWN))
        assert held == expected
        assert 10 * held <= fen == payable[name, month]


def schedules() -> st.SearchStrategy[Schedule]:
    ends = st.lists(
        st.tuples(st.integers(1, 100), st.integers(0, 10_000)), min_size=0, max_size=4, unique_by=lambda end: end[0]
    )
    first = st.integers(0, 10_000).map(lambda share: (0, share))
    return st.builds(
        lambda method, zero, rest: Schedule(
            method, [Step(Decimal(at), Decimal(share).scaleb(-4)) for at, share in [zero, *sorted(rest)]]
        ),
        st.sampled_from(["steps", "line"]), first, ends,
    )  # fmt: skip


PAYMENTS = st.lists(
    st.tuples(st.sampled_from(MONTHS), st.integers(0, 10**14)), min_size=1, unique_by=lambda payment: payment[0]
)
ROUNDINGS, STATUSES = st.sampled_from(["half_up", "down", "up"]), st.sampled_from(["determined", "failed", "pending"])


@given(PAYMENTS, st.integers(0, 10_000), schedules(), ROUNDINGS, STATUSES)
@MANY
def test_withheld_is_released_and_forfeited_and_held(
    payments: list[tuple[str, int]], score: int, schedule: Schedule, rounding: str, status: str
) -> None:
    units = score * 100 if status == "determined" else None
    rules = rules_with(**{"deposit.release": schedule, "deposit.rounding": rounding})
    tables = frames([("N01", month, fen, None) for month, fen in payments], {"N01": 100_000})
    tables["results"] = nw.from_native(
        pl.DataFrame(
            {"institution": ["N01"], "score": pl.Series([units], dtype=pl.Int64), "status": [status], "basis": [""]}
        ).lazy()
    )
    assert rules.scheme.deposit is not None
    journal = deposit.settle(tables, rules, rules.scheme.deposit).collect().to_native()
    balance(journal)
    held = sum(fen // 10 for _, fen in payments)
    sums = dict(journal.group_by("account").agg(pl.col("amount").sum()).rows())
    released = held - sums.get("settlement_payable", 0)
    forfeited, pending = -sums.get("deposit_forfeited", 0), -sums.get("quality_deposit", 0)
    assert held == released + forfeited + pending
    if status == "pending":
        assert (released, forfeited) == (0, 0)
    elif status == "failed":
        assert (forfeited, pending) == (held, 0)
    else:
        exact = held * share_of(schedule, points(units or 0))
        whole = {"half_up": (2 * exact + 1) // 2, "down": exact // 1, "up": -(-exact // 1)}[rounding]
        assert (released, pending) == (whole, 0)


def share_of(schedule: Schedule, score: Decimal) -> Fraction:
    """The share by its definition, end by end."""
    ends = [(Fraction(end.at), Fraction(end.share)) for end in schedule.ends]
    exact = Fraction(score)
    share = ends[0][1]
    for (lower, low), (upper, high) in zip(ends, [*ends[1:], (None, None)], strict=True):
        if exact >= lower:
            share = low
            if schedule.method == "line" and upper is not None and high is not None and exact < upper:
                share = low + (high - low) * (exact - lower) / (upper - lower)
    return share


# Random cities: whatever becomes known, in whatever order.

STANDINGS = st.sampled_from(["clear", "investigated", "concluded", "forged", "withdrawn"])


@st.composite
def knowledge(draw: st.DrawFn) -> list[dict[str, dict[str, Any]]]:
    """What is known of each institution at each time the year is run: its standing, marks, violations, appeals."""

    def known() -> dict[str, Any]:
        return {
            "standing": draw(STANDINGS),
            "mark": draw(st.integers(0, 50)),
            "cases": draw(st.integers(0, 3)),
            "appeal": draw(st.sampled_from([None, "", "upheld", "rejected"])),
        }

    return [{name: known() for name in NAMES} for _ in range(draw(st.integers(1, 3)))]


def given_of(known: dict[str, dict[str, Any]], payments: list[dict[str, str]]) -> Given:
    tables: dict[str, list[dict[str, Any]]] = {
        "payments": payments,
        "marks": [],
        "events": [],
        "investigations": [],
        "appeals": [],
    }
    tables["institutions"] = [
        {"institution": name, "name": name, "kind": "medical", "region": "河东"} for name in NAMES
    ]
    template = BACKGROUND["institutions"]["agreements"][0]
    tables["agreements"] = [{**template, "agreement": f"X{name}", "institution": name} for name in NAMES]
    for name, facts in known.items():
        marks = {
            scorer: {item: str(facts["mark"]) if item == "1" else points for item, points in items.items()}
            for scorer, items in FULL["institutions"].items()
        }
        tables["marks"] += [
            {"institution": name, "scorer": scorer, "item": item, "points": mark, "by": ""}
            for scorer, items in marks.items() for item, mark in items.items() if name != "N01"
        ]  # fmt: skip
        about = {"institution": name, "case": f"C{name}", "investigation": "", "date": "2023-05-01"}
        if facts["cases"]:
            tables["events"].append(
                {
                    **about,
                    "event": f"E{name}",
                    "fact": "tianjin.violation_handled",
                    "count": facts["cases"],
                    "status": "",
                }
            )
            if facts["appeal"] is not None:
                answer = {"department": "JJ", "answered": "2024-02-01"} if facts["appeal"] else {}
                tables["appeals"].append(
                    {
                        "appeal": f"S{name}",
                        "institution": name,
                        "table": "events",
                        "row": f"E{name}",
                        "filed": "2024-01-20",
                        "decision": facts["appeal"],
                        **answer,
                    }
                )
        if facts["standing"] in ("forged", "withdrawn"):
            status = "withdrawn" if facts["standing"] == "withdrawn" else ""
            tables["events"].append(
                {
                    **about,
                    "event": f"F{name}",
                    "fact": "tianjin.materials_forged",
                    "case": f"Z{name}",
                    "count": 1,
                    "status": status,
                    "date": "2024-01-10",
                }
            )
        if facts["standing"] in ("investigated", "concluded"):
            closed = "2024-04-01" if facts["standing"] == "concluded" else ""
            tables["investigations"].append(
                {"investigation": f"D{name}", "institution": name, "opened": "2023-06-01", "closed": closed}
            )
    marks = {"JS": {"1": str(known["N01"]["mark"])}}
    used = {name: rows for name, rows in tables.items() if rows}
    return Given(tables=used, marks=marks, parameters={"deposit.release": RELEASE})


@given(knowledge(), st.lists(st.integers(1, 10**7), min_size=3, max_size=6))
@FEW
def test_any_order_of_events_appeals_and_late_conclusions_leads_to_the_same_money(
    tmp_path_factory: pytest.TempPathFactory, times: list[dict[str, dict[str, Any]]], amounts: list[int]
) -> None:
    payments = [
        {
            "institution": NAMES[number % 3],
            "fund": "F",
            "month": MONTHS[number // 3],
            "payable": f"{fen // 100}.{fen % 100:02}",
        }
        for number, fen in enumerate(amounts)
    ]
    journal: pl.DataFrame | None = None
    for known in times:
        done = run(given_of(known, payments), "institutions", tmp_path_factory.mktemp("city"))
        fresh = done.tables["journal"]
        before, journal = journal, fresh if journal is None else adjusted(journal, fresh, as_of(done.dataset))
        balance(journal)
        assert before is None or journal.head(len(before)).equals(before)
        assert by_account(journal) == by_account(fresh)
        for name in NAMES:
            held = sum(fen * 5 // 100 for number, fen in enumerate(amounts) if NAMES[number % 3] == name)
            accounts = by_account(journal).get(name, {})
            released = held - accounts.get("settlement_payable", 0)
            forfeited, pending = -accounts.get("deposit_forfeited", 0), -accounts.get("quality_deposit", 0)
            assert held == released + forfeited + pending
            assert min(released, forfeited, pending) >= 0
            status = done.results.row(by_predicate=pl.col("institution") == name, named=True)["status"]
            assert (pending == held) if status == "pending" else pending == 0


def by_account(journal: pl.DataFrame) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, account, amount in journal.group_by("institution", "account").agg(pl.col("amount").sum()).rows():
        if amount:
            found.setdefault(name, {})[account] = amount
    return found


# The fee.


def whole(fee: int, loss: int, share: Fraction, order: str, cap: str) -> tuple[int, int]:
    """By the words: the share is paid of the fee, or of what losses leave of it; what is not paid is reduced."""
    most = loss if cap == "none" else fee
    if order == "before":
        left = fee - min(loss, most)
        return (0 if left <= 0 else left - (2 * left * share + 1) // 2), min(loss, most)
    paid = (2 * fee * share + 1) // 2
    return fee - paid, loss if cap == "none" else min(loss, paid)


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=4).filter(any),
    st.integers(0, 10**12),
    st.integers(0, 10_000),
    st.sampled_from(["before", "after"]),
    st.sampled_from(["fee", "none"]),
)
@MANY
def test_a_fee_is_what_is_paid_and_what_is_taken_of_every_fund(
    agreed: list[int], loss: int, share: int, order: str, cap: str
) -> None:
    own = with_values(AGENCIES, {"fee.loss": order, "fee.loss_cap": cap})
    fees = {f"F{number}": fee for number, fee in enumerate(agreed)}
    parts = dict(reductions(fees, loss, Fraction(share, 10_000), own))
    fee, reduced, deducted = sum(agreed), *(sum(part[end] for part in parts.values()) for end in (0, 1))
    assert isinstance(own.scheme.fee, Fee)
    assert list(parts) == list(fees)
    for fund, (less, taken) in parts.items():
        assert 0 <= less <= fees[fund]
        assert taken >= 0
        assert cap == "none" or less + taken <= fees[fund]
    assert (reduced, deducted) == whole(fee, loss, Fraction(share, 10_000), order, cap)
    assert deducted == loss or (cap == "fee" and reduced + deducted <= fee and deducted < loss)
    if cap == "fee":
        assert reduced + deducted <= fee


@pytest.mark.parametrize(
    ("fees", "loss", "share", "expected"),
    [
        # 300.01 × 0.95 = 285.0095 → 285.01, less 15.00; 100.00 : 200.01 of it are 4.9998… and 10.0001… → 5.00, 10.00.
        ({"A": 100_00, "B": 200_01}, 0, Fraction(95, 100), {"A": (5_00, 0), "B": (10_00, 0)}),
        # Half of 400.00: 50.00 and 150.00 less; of what is left, 50.00 : 150.00, a loss of 20.00 takes 5.00 and 15.00.
        ({"A": 100_00, "B": 300_00}, 20_00, Fraction(1, 2), {"A": (50_00, 5_00), "B": (150_00, 15_00)}),
        # Nothing is paid: the loss cannot be deducted.
        ({"A": 100_00, "B": 300_00}, 20_00, Fraction(0), {"A": (100_00, 0), "B": (300_00, 0)}),
    ],
)
def test_two_funds_bear_a_reduction_in_proportion(
    fees: dict[str, int], loss: int, share: Fraction, expected: dict[str, tuple[int, int]]
) -> None:
    assert dict(reductions(fees, loss, share, AGENCIES)) == expected


def test_a_correction_of_nothing_new_writes_nothing(tmp_path: Any) -> None:
    payments = [{"institution": "N01", "fund": "F", "month": "2023-01", "payable": "100.00"}]
    done: kaohe.Run = run(
        Given(tables={"payments": payments}, parameters={"deposit.release": RELEASE}), "institutions", tmp_path
    )
    journal = done.tables["journal"]
    assert adjusted(journal, journal, "2024-01-01").equals(journal)
