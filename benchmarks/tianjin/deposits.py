"""Settles a year of monthly payments three ways and says how long each took; nothing is asserted but equality.

    python benchmarks/tianjin/deposits.py [PAYMENTS]

`columns` is the core's deposit (kaohe.stages.deposit): the journal as a frame. `decimal` does the same in a plain
Python loop with Decimal, keeping the same rows. `beancount`, where it is installed, makes a transaction of each
payment, and of each release and forfeit, and checks that each balances (beancount.core.interpolate). All three
end with the same balances, which is checked. `balance` is what the core checks of its own journal before writing a run.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import narwhals as nw
import polars as pl
from attrs import evolve

from kaohe.assembly import assemble
from kaohe.journal import balance
from kaohe.model import Schedule, Step
from kaohe.plugin.manager import scheme_named
from kaohe.stages import deposit

T = TypeVar("T")
MONTHS = [f"2023-{month:02}" for month in range(1, 13)]
STEPS = [
    (Decimal(0), Decimal(0)),
    (Decimal(60), Decimal("0.5")),
    (Decimal(80), Decimal("0.8")),
    (Decimal(90), Decimal(1)),
]
FEN = Decimal("0.01")
Balances = dict[str, int]


def timed(name: str, work: Callable[[], T]) -> T:
    """The work's result, after a line that says how long it took and the most memory so far."""
    begun = time.perf_counter()
    result = work()
    taken, most = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:<12} {taken:8.2f} s   {most:6} MB at most so far", flush=True)
    return result


def year(payments: int) -> dict[str, pl.DataFrame]:
    """So many payments of institutions with twelve months each, and their agreements and results."""
    chance = random.Random(2023)
    names = [f"YL{number:06}" for number in range(-(-payments // 12))]
    paid = pl.DataFrame({"institution": names}).join(pl.DataFrame({"month": MONTHS}), how="cross").head(payments)
    paid = paid.with_columns(
        payable=pl.Series([chance.randrange(1, 50_000_000) for _ in range(payments)], dtype=pl.Int64),
        withheld=pl.lit(None, pl.Int64), fund=pl.lit("ZG"), region=pl.lit(None, pl.String),
    )  # fmt: skip
    rates = [chance.choice((30_000, 50_000, 100_000)) for _ in names]
    agreements = pl.DataFrame({"institution": names, "agreement": names, "deposit_rate": rates}).with_columns(
        pl.lit(date(2023, 1, 1)).alias("from"), pl.lit(date(2023, 12, 31)).alias("to")
    )
    scores = [chance.randrange(4000, 10_001) * 100 for _ in names]
    results = pl.DataFrame({"institution": names, "score": scores}).with_columns(
        status=pl.lit("determined"), basis=pl.lit("")
    )
    periods = pl.DataFrame({"period_kind": ["year"] + 12 * ["month"], "period": ["2023", *MONTHS]})
    year = pl.DataFrame({"begins": ["2023-01-01"], "ends": ["2023-12-31"]})
    return {"payments": paid, "agreements": agreements, "results": results, "periods": periods, "year": year}


def in_columns(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The journal by the core's own stage."""
    rules = assemble(*scheme_named("tianjin/institutions-2023"))
    schedule = Schedule("steps", [Step(at, share) for at, share in STEPS])
    release = evolve(rules.parameters["deposit.release"], value=schedule, provenance="agreement")
    rules = evolve(rules, parameters=rules.parameters | {"deposit.release": release})
    assert rules.scheme.deposit is not None
    frames = {name: nw.from_native(frame.lazy()) for name, frame in tables.items()}
    journal: pl.DataFrame = deposit.settle(frames, rules, rules.scheme.deposit).collect().to_native()
    return journal


def by_decimal(tables: dict[str, pl.DataFrame]) -> Balances:
    """The same rows in a plain loop, one payment at a time."""
    rates = {
        name: Decimal(rate).scaleb(-6)
        for name, rate in tables["agreements"].select("institution", "deposit_rate").rows()
    }
    held: dict[str, Decimal] = defaultdict(Decimal)
    rows: list[tuple[Any, ...]] = []
    for name, month, payable in tables["payments"].select("institution", "month", "payable").rows():
        amount = Decimal(payable).scaleb(-2)
        share = min(rates[name], Decimal("0.1"))
        withheld = (amount * share).quantize(FEN, ROUND_DOWN)
        if withheld:
            held[name] += withheld
            entry = f"W/{month}/ZG//{name}"
            rows.append(
                (entry, month, "ZG", "settlement_payable", name, "", withheld, "第五条", f"payment:{month}", None)
            )
            rows.append(
                (entry, month, "ZG", "quality_deposit", name, "", -withheld, "第五条", f"payment:{month}", None)
            )
    for name, units in tables["results"].select("institution", "score").rows():
        score = Decimal(units).scaleb(-4)
        share = next(share for at, share in reversed(STEPS) if score >= at)
        released = (held[name] * share).quantize(FEN, ROUND_HALF_UP)
        for series, account, amount in (
            ("YR", "settlement_payable", released),
            ("YF", "deposit_forfeited", held[name] - released),
        ):
            if amount:
                entry = f"{series}/2023/ZG//{name}"
                rows.append(
                    (entry, "2023-12-31", "ZG", "quality_deposit", name, "", amount, "第十四条", f"score:{score}", None)
                )
                rows.append((entry, "2023-12-31", "ZG", account, name, "", -amount, "第十四条", f"score:{score}", None))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row[3]] += row[6]
    return {account: int(amount * 100) for account, amount in sums.items() if amount}


def by_beancount(journal: pl.DataFrame) -> Balances:
    """The journal's entries as Beancount transactions, each checked to balance."""
    from beancount.core import amount, data, interpolate
    from beancount.core.number import D

    entries: dict[str, list[Any]] = defaultdict(list)
    dates: dict[str, date] = {}
    for entry, day, account, name, fen in journal.select("entry", "date", "account", "institution", "amount").rows():
        number = D(fen) / 100
        posting = data.Posting(f"Assets:{account}:{name}", amount.Amount(number, "CNY"), None, None, None, None)
        entries[entry].append(posting)
        dates[entry] = date.fromisoformat(day)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for entry, postings in entries.items():
        transaction = data.Transaction(
            data.new_metadata("b", 1), dates[entry], "*", None, entry, frozenset(), frozenset(), postings
        )
        assert interpolate.compute_residual(transaction.postings).is_empty()
        for posting in transaction.postings:
            sums[posting.account.split(":")[1]] += posting.units.number
    return {account: int(total * 100) for account, total in sums.items() if total}


def main() -> None:
    """Time all that is installed, on the same payments."""
    payments = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    tables = year(payments)
    print(f"{payments:,} payments, {len(tables['results']):,} institutions")
    journal = timed("columns", lambda: in_columns(tables))
    print(f"             {len(journal):,} lines")
    sums = timed("balance", lambda: balance(journal))
    own = {account: amount for _, account, amount in sums.rows() if amount}
    assert timed("decimal", lambda: by_decimal(tables)) == own
    try:
        assert timed("beancount", lambda: by_beancount(journal)) == own
    except ImportError:
        print("beancount    is not installed (pip install beancount)")


if __name__ == "__main__":
    main()
