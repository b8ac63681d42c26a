"""Consequences: what a scheme's data says follows from a grade."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.contract import CONSEQUENCES
from kaohe.stages.frames import Tables, empty, nothing


def consequences(tables: Tables, rules: Rules) -> Tables:
    """A row for each institution and rule of the scheme whose grades include its own. Reads results."""
    parts = [empty(CONSEQUENCES)]
    for rule in rules.scheme.consequences:
        meant = (
            tables["results"]
            .filter(nw.col("grade").is_in(rule.grades))
            .with_columns(consequence=nw.lit(rule.consequence), article=nw.lit(rule.article), due=nothing(nw.String))
        )
        parts.append(meant.select(list(CONSEQUENCES)))
    return {"consequences": nw.concat(parts)}
