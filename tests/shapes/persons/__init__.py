"""Whoever comes to twelve points in the year counts against the institution."""

import polars as pl

from kaohe import Rules, Tables, collected, defaults, held, hookimpl

FULL = 12


@hookimpl
def score(tables: Tables, rules: Rules) -> Tables:
    """The core's trace, with the number of such persons as a fact of its own."""
    points = collected(tables["events"]).filter(pl.col("fact") == "persons.point", pl.col("status") != "withdrawn")
    of_persons = points.group_by("institution", "scorer", "person").agg(pl.col("count").sum())
    full = (
        of_persons.filter(pl.col("count") >= FULL)
        .group_by("institution", "scorer")
        .agg(numerator=pl.len().cast(pl.Int64))
    )
    period = collected(tables["periods"]).filter(period_kind="year")["period"].item()
    derived = full.with_columns(
        fact=pl.lit("persons.full"),
        period=pl.lit(period),
        denominator=pl.lit(None, pl.Int64),
        status=pl.lit("confirmed"),
    )
    return defaults.score({**tables, "metrics": held(derived)}, rules)
