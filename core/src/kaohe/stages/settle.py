"""Settle: the entries of the mechanisms that a scheme uses."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages import deposit, fee
from kaohe.stages.contract import JOURNAL
from kaohe.stages.frames import Tables, empty, held


def settle(tables: Tables, rules: Rules) -> Tables:
    """The journal: the quality deposit where there are payments, the service fee where there are agreements."""
    parts = [empty(JOURNAL)]
    if rules.scheme.deposit is not None and "payments" in tables:
        parts.append(deposit.settle(tables, rules, rules.scheme.deposit))
    if rules.scheme.fee is not None and "agreements" in tables:
        parts.append(held(fee.settle(tables, rules, rules.scheme.fee)))
    return {"journal": nw.concat(parts)}
