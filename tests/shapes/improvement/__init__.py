"""Points for a rate: how far it has come from a threshold, or from the year before, to the benchmark."""

from fractions import Fraction

import polars as pl

from kaohe import Rules, Tables, collected, defaults, half_up, held, hookimpl

THRESHOLD, BENCHMARK = Fraction(90, 100), Fraction(98, 100)


@hookimpl
def score(tables: Tables, rules: Rules) -> Tables:
    """The core's trace, with the better of the two as a fact of its own."""
    metrics = collected(tables["metrics"])
    key = ["institution", "scorer", "period"]
    now, before = (metrics.filter(pl.col("fact") == fact) for fact in ("improvement.rate", "improvement.before"))
    both = now.join(before, on=key, suffix="_before")
    points = [
        better(
            Fraction(row["numerator"], row["denominator"]), Fraction(row["numerator_before"], row["denominator_before"])
        )
        for row in both.to_dicts()
    ]
    derived = both.select(metrics.columns).with_columns(
        pl.Series("numerator", points, pl.Int64), fact=pl.lit("improvement.points"), denominator=pl.lit(None, pl.Int64)
    )
    return defaults.score({**tables, "metrics": held(pl.concat([metrics, derived]))}, rules)


def better(rate: Fraction, before: Fraction) -> int:
    """The higher of achievement (0 to 10) and improvement (0 to 9), each half up to whole points."""
    if rate >= BENCHMARK:
        return 10
    achieved = half_up(9 * (rate - THRESHOLD) / (BENCHMARK - THRESHOLD) + Fraction(1, 2)) if rate >= THRESHOLD else 0
    improved = half_up(10 * (rate - before) / (BENCHMARK - before) - Fraction(1, 2)) if rate > before else 0
    return max(achieved, min(9, improved))
