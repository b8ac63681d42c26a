"""A total with gains stops at a hundred."""

import narwhals as nw

from kaohe import Rules, Tables, defaults, hookimpl

HUNDRED = 100 * 10_000


@hookimpl
def combine(tables: Tables, rules: Rules) -> Tables:
    """The core's totals, none above a hundred."""
    found = defaults.combine(tables, rules)
    ends = {
        end: nw.when(nw.col(end) > HUNDRED).then(nw.lit(HUNDRED)).otherwise(nw.col(end)).cast(nw.Int64)
        for end in ("score", "low", "high")
    }
    return {**found, "totals": found["totals"].with_columns(**ends)}
