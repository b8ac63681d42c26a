"""Costs are moved towards their median, by at most five yuan, before they are assessed."""

import polars as pl

from kaohe import Rules, Tables, collected, defaults, held, hookimpl

STEP, FREE = 5, 100


@hookimpl
def score(tables: Tables, rules: Rules) -> Tables:
    """The core's trace, with what each cost is above 100 yuan as a fact of its own."""
    metrics = collected(tables["metrics"])
    own = metrics.filter(pl.col("fact") == "median.cost")
    costs = own["numerator"].sort()
    middle = costs[(len(costs) - 1) // 2]  # of an even number the lower of the two
    moved = own["numerator"] + (middle - own["numerator"]).clip(-STEP, STEP)
    derived = own.with_columns((moved - FREE).clip(0).alias("numerator"), fact=pl.lit("median.above"))
    return defaults.score({**tables, "metrics": held(pl.concat([metrics, derived]))}, rules)
