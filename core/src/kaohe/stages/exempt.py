"""Exempt: who is not assessed by a rubric although the dataset names it."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.contract import EXEMPT
from kaohe.stages.frames import Tables, empty


def exempt(tables: Tables, rules: Rules) -> Tables:
    """Institutions without an agreement in force in the year, where the scheme says that one is needed.

    Reads institutions, agreements. The reason is `no_agreement`.
    """
    article = rules.scheme.agreement
    if not article or "agreements" not in tables:
        return {"exempt": empty(EXEMPT)}
    covered = tables["agreements"].filter(nw.col("in_force")).select("institution").unique()
    without = tables["institutions"].join(covered, on="institution", how="anti")
    named = without.with_columns(article=nw.lit(article), reason=nw.lit("no_agreement"))
    return {"exempt": named.select(list(EXEMPT))}
