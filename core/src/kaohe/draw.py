"""The random draw of registered staff: anyone who has the roster and the seed gets the same persons."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP
from hashlib import sha256

import polars as pl

from kaohe.dataset import Dataset
from kaohe.messages import text
from kaohe.model import Rules
from kaohe.problems import Problem, Refused

ROUNDING = {"up": ROUND_CEILING, "half_up": ROUND_HALF_UP, "down": ROUND_FLOOR}


def refuse_without_rule(rules: Rules) -> None:
    """Refuse where the scheme draws nobody, or its share is not set; said before a dataset is read."""
    scheme = rules.scheme
    if scheme.draw is None:
        raise Refused([Problem("draw", text("{scheme} has no random draw", scheme=scheme.scheme))])
    if rules.value("draw.share") is None:
        name = rules.parameters["draw.share"].name
        message = text("{name} ({parameter}) is not set", name=name, parameter="draw.share")
        raise Refused([Problem("draw", message, text("give it in a parameter file (--params)"))])


def registered(dataset: Dataset, rules: Rules, exempt: Collection[str] = ()) -> pl.DataFrame:
    """The registered staff of the institutions from which the scheme draws, as the table “staff” has it.

    Nobody of `exempt` institutions: who is not assessed is not tested. Raises Refused where there is no roster.
    """
    kinds = rules.scheme.draw.kinds if rules.scheme.draw else []
    if "staff" not in dataset.tables:
        raise Refused([Problem("draw", text("the dataset has no table “staff”"), text("add the rosters"))])
    concerned = (
        dataset.tables["institutions"]
        .filter(pl.col("kind").is_in(kinds), ~pl.col("institution").is_in(list(exempt)))
        .select("institution")
    )
    entered = dataset.tables["staff"].filter(pl.col("registered").is_not_null())
    return entered.join(concerned, on="institution", how="semi").collect()


def draw(dataset: Dataset, rules: Rules, seed: str, exempt: Collection[str] = ()) -> pl.DataFrame:
    """Who is drawn: institution, number, name, category, post, role, place (1 is the first) and digest.

    Each roster's registered staff is ordered by the SHA-256 of `seed|institution|number` in hexadecimal, and the first
    n are taken: n is `draw.share` of their number, rounded by `draw.rounding`. No identity number is in it.
    Raises Refused where the scheme draws nobody or the dataset has no roster.
    """
    refuse_without_rule(rules)
    roster = registered(dataset, rules, exempt)
    digests = [
        sha256(f"{seed}|{institution}|{number}".encode()).hexdigest()
        for institution, number in roster.select("institution", "number").iter_rows()
    ]
    share, rounding = rules.value("draw.share"), ROUNDING[rules.value("draw.rounding")]
    sizes = {
        size: int((share * size).to_integral_value(rounding)) for size in roster.group_by("institution").len()["len"]
    }
    ranked = roster.with_columns(pl.Series("digest", digests, dtype=pl.String)).with_columns(
        place=pl.col("digest").rank("ordinal").over("institution").cast(pl.Int64), size=pl.len().over("institution")
    )
    taken = pl.col("size").replace_strict(sizes or {0: 0}, return_dtype=pl.Int64)
    columns = ["institution", "number", "name", "category", "post", "role", "place", "digest"]
    return ranked.filter(pl.col("place") <= taken).sort("institution", "place").select(columns)


def fingerprint(roster: pl.DataFrame) -> str:
    """By what a roster is known again, as far as it matters to the draw: the SHA-256 of its sorted lines

    `institution|number`, a line feed between them, in hexadecimal.
    """
    lines = sorted(f"{institution}|{number}" for institution, number in roster.select("institution", "number").rows())
    return sha256("\n".join(lines).encode()).hexdigest()
