"""The rating by score goes up by one for the best staffing and down by one for the worst, from 1 to 5."""

import polars as pl

from kaohe import Rules, Tables, collected, defaults, held, hookimpl

MOVES = {5: 1, 1: -1}


@hookimpl
def grade(tables: Tables, rules: Rules) -> Tables:
    """The core's results with their rating moved; what has no rating stays without one."""
    results = collected(defaults.grade(tables, rules)["results"])
    staffing = dict(
        collected(tables["metrics"]).filter(fact="stars.staffing").select("institution", "numerator").rows()
    )
    moves = results["institution"].replace_strict(
        {name: MOVES.get(level, 0) for name, level in staffing.items()}, default=0
    )
    rating = (results["grade"].str.strip_suffix("星").cast(pl.Int64) + moves).clip(1, 5)
    return {"results": held(results.with_columns(grade=rating.cast(pl.String) + "星"))}
