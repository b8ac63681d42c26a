"""The best grade goes to a share of those assessed, half up to whole institutions; who was vetoed is not among them."""

from fractions import Fraction

import polars as pl

from kaohe import Rules, Tables, collected, defaults, half_up, held, hookimpl


@hookimpl
def grade(tables: Tables, rules: Rules) -> Tables:
    """The core's results with grades by rank; equal scores are graded alike."""
    results = collected(defaults.grade(tables, rules)["results"])
    vetoed = pl.col("basis").str.contains("veto:")
    taking_part = results.filter(~vetoed)["score"].drop_nulls().sort(descending=True)
    places = half_up(Fraction(rules.value("quota.share")) * len(taking_part))
    last = taking_part[places - 1] if places else None
    best = pl.col("score") >= last
    grades = pl.when(vetoed).then(pl.lit("不合格")).when(best).then(pl.lit("优秀")).otherwise(pl.lit("合格"))
    known = pl.col("score").is_not_null()
    return {
        "results": held(
            results.with_columns(
                grade=pl.when(known).then(grades), status=pl.when(known).then(pl.lit("determined")).otherwise("status")
            )
        )
    }
