"""A missing item's full score is shared out equally: each other item then counts for more, with what it reached."""

from collections import defaultdict
from fractions import Fraction

import polars as pl

from kaohe import Rules, Tables, collected, defaults, half_up, held, hookimpl


@hookimpl
def combine(tables: Tables, rules: Rules) -> Tables:
    """The core's totals; for one scorer an institution, with the missing items' points shared out."""
    found = defaults.combine(tables, rules)
    if rules.value("missing.item") != "equally":
        return found
    full = {item.item: Fraction(item.full_score) for table in rules.rubrics.values() for item in table.items}
    points: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for institution, item, reached in collected(found["items"]).select("institution", "item", "points").rows():
        points[institution][item] = reached
    scores = {institution: shared(of_items, full) for institution, of_items in points.items()}
    totals = collected(found["totals"]).with_columns(
        pl.col("institution").replace_strict(scores, return_dtype=pl.Int64).alias(end)
        for end in ("score", "low", "high")
    )
    return {**found, "totals": held(totals)}


def shared(points: dict[str, int | None], full: dict[str, Fraction]) -> int:
    """The sum of what was reached, each of a full score that has grown by its part of what is missing."""
    known = {item: reached for item, reached in points.items() if reached is not None}
    more = sum(full[item] for item in points if item not in known) / len(known)
    return half_up(sum((reached * (full[item] + more) / full[item] for item, reached in known.items()), Fraction(0)))
