"""Satisfaction by its rank in the region: the first 30 % and 60 % earn points; fewer than five are not ranked."""

import polars as pl

from kaohe import Rules, Tables, collected, defaults, held, hookimpl

FEW = 5


@hookimpl
def score(tables: Tables, rules: Rules) -> Tables:
    """The core's trace, with the points of each rank as a fact of its own."""
    regions = collected(tables["institutions"].select("institution", "region"))
    metrics = collected(tables["metrics"])
    shares = metrics.filter(pl.col("fact") == "satisfaction").join(regions, on="institution")
    above = [better(row, shares.filter(pl.col("region") == row["region"])) for row in shares.to_dicts()]
    points = pl.Series("numerator", above, pl.Int64)
    derived = shares.drop("region").with_columns(
        points, fact=pl.lit("quantile.points"), denominator=pl.lit(None, pl.Int64)
    )
    return defaults.score({**tables, "metrics": held(pl.concat([metrics, derived]))}, rules)


def better(own: dict[str, int], group: pl.DataFrame) -> int:
    """The points of one institution: by how many of its group have a higher share, or by the share itself."""
    share = pl.col("numerator") * own["denominator"] - own["numerator"] * pl.col("denominator")
    if len(group) < FEW:
        return 20 if own["numerator"] * 10 >= own["denominator"] * 9 else 0
    ahead = len(group.filter(share > 0)) * 10
    return 20 if ahead < 3 * len(group) else 10 if ahead < 6 * len(group) else 0
