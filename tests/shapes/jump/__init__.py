"""Whoever is two grades or more above the year before is rewarded."""

import polars as pl

from kaohe import Rules, Tables, collected, held, hookimpl

ARTICLE = "示例〔2023〕2号 第十条"


@hookimpl
def consequences(tables: Tables, rules: Rules) -> Tables:
    """One row for each institution that has risen so far; grades are in the order of the cutoffs, the best first."""
    order = {cutoff.grade: place for place, cutoff in enumerate(rules.value("grade.cutoffs"))}
    own = pl.col("scheme") == rules.scheme.scheme
    before = (
        collected(tables["history"])
        .filter(own, pl.col("year") == pl.col("year").max())
        .select("institution", before="grade")
    )
    place = {name: pl.col(name).replace_strict(order, return_dtype=pl.Int64) for name in ("grade", "before")}
    risen = (
        collected(tables["results"]).filter(pl.col("grade").is_not_null()).join(before, on="institution")
        .filter(place["before"] - place["grade"] >= 2)
    )  # fmt: skip
    rows = risen.select(
        "institution", consequence=pl.lit("reward"), article=pl.lit(ARTICLE), due=pl.lit(None, pl.String),
        basis=pl.concat_str("before", pl.lit("→"), "grade"),
    )  # fmt: skip
    return {"consequences": held(rows)}
