"""第十四条 by its definition: the roles' scores, each the mean of its scorers', weighed and rounded once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tianjin_dataset import PLANS

import kaohe

ROLES = ("agency", "sub_centre", "centre")
FULL = {"1": 60, "2": 40}
"""The items of the plan of the worked cases; item 2 is marked out of 100."""

MARK = st.none() | st.integers(0, 6000)
"""A mark in hundredths, or none."""
SHEETS = st.lists(st.tuples(st.sampled_from(ROLES), st.integers(1, 9), MARK, MARK), min_size=1, max_size=6)
WEIGHTS = st.none() | st.fixed_dictionaries({role: st.integers(1, 7) for role in ROLES})


def ends(sheet: tuple[str, int, int | None, int | None]) -> tuple[Fraction, Fraction]:
    """The lowest and the highest score of a sheet."""
    _, _, first, second = sheet
    points = [None if first is None else Fraction(first, 100), None if second is None else Fraction(second * 4, 1000)]
    low = sum((one or Fraction(0) for one in points), Fraction(0))
    return low, low + sum(full for full, one in zip(FULL.values(), points, strict=True) if one is None)


def total(sheets: list[Any], weights: dict[str, int] | None, several: str) -> tuple[Fraction, Fraction]:
    """The total's lowest and highest value, not rounded."""
    of_roles: dict[str, tuple[Fraction, Fraction]] = {}
    for role in ROLES:
        own = [(sheet[1] if several == "weighted" else 1, ends(sheet)) for sheet in sheets if sheet[0] == role]
        if own:
            whole = sum(persons for persons, _ in own)
            low, high = (sum(persons * both[end] for persons, both in own) / Fraction(whole) for end in (0, 1))
            of_roles[role] = low, high
    if weights is None:
        return min(low for low, _ in of_roles.values()), max(high for _, high in of_roles.values())
    both = [of_roles.get(role, (Fraction(0), Fraction(100))) for role in weights]
    whole = sum(weights.values())
    low, high = (
        sum(weight * one[end] for weight, one in zip(weights.values(), both, strict=True)) / whole for end in (0, 1)
    )
    return low, high


def rounded(points: Fraction) -> Decimal:
    """Half up to 0.01."""
    return Decimal((points * 200 + 1) // 2) / 100


@given(st.lists(SHEETS, min_size=1, max_size=6), WEIGHTS, st.sampled_from(["mean", "weighted"]))
@settings(max_examples=10, deadline=None, derandomize=True, database=None)
def test_the_total_is_the_weighted_mean_of_the_roles(
    cities: list[list[Any]], weights: dict[str, int] | None, several: str
) -> None:
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("institutions", "agreements", "scorers", "served")}
    # One that does not count, so that the table is there where nobody gave any.
    tables["marks"] = [{"institution": "N0", "scorer": "N0-0", "item": "1", "points": "0", "status": "withdrawn"}]
    for number, sheets in enumerate(cities):
        code = f"N{number}"
        tables["institutions"].append({"institution": code, "name": code, "kind": "entrusted_agency", "region": code})
        tables["agreements"].append(
            {"agreement": code, "institution": code, "from": "2024-01-01", "to": "2024-12-31", "fee": "1.00"}
        )
        for place, (role, persons, *marks) in enumerate(sheets):
            scorer = f"{code}-{place}"
            tables["scorers"].append({"scorer": scorer, "name": scorer, "role": role, "region": code})
            tables["served"].append({"institution": code, "scorer": scorer, "persons": persons})
            tables["marks"] += [
                {
                    "institution": code,
                    "scorer": scorer,
                    "item": item,
                    "points": str(Decimal(mark) / 100),
                    "status": None,
                }
                for item, mark in zip(FULL, marks, strict=True)
                if mark is not None
            ]
    values = {} if weights is None else {
        "combine.roles": {"value": weights, "provenance": "agreement", "source": "方案"}
    }  # fmt: skip
    about = {"name": "算例", "from": "2024-01-01", "to": "2024-12-31"}
    run = kaohe.assess(
        {"dataset": about, **{name: pl.DataFrame(rows) for name, rows in tables.items()}},
        "tianjin/agencies-2024",
        plan=PLANS["agencies"],
        parameters=values,
        readings={"combine.several": several},
    )
    found = {row["institution"]: (row["low"], row["high"]) for row in run.results.to_dicts()}
    expected = {f"N{number}": total(sheets, weights, several) for number, sheets in enumerate(cities)}
    assert found == {name: (rounded(low), rounded(high)) for name, (low, high) in expected.items()}
