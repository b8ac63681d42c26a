"""The budgets that the example will have, so that its payments can be set against them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import kaohe

EXAMPLE = Path(__file__).parents[1] / "2023" / "example-parameters.toml"


def expected(folder: Path, scheme: str) -> dict[str, dict[str, int]]:
    """Each fund's budget by region, in fen, as the dataset in the folder has it allocated before anything is paid."""
    allocations = kaohe.assess(folder, scheme, parameters=EXAMPLE).tables["allocations"]
    budgets = allocations.filter(pl.col("step") == "budget", pl.col("region") != "")
    return {
        fund: dict(of_fund.select("region", "amount").rows())
        for (fund,), of_fund in budgets.partition_by("fund", as_dict=True).items()
    }
