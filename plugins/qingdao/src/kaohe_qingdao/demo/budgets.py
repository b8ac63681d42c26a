"""The budgets that the example will have, so that its payments can be set against them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from kaohe import Rules
from kaohe_qingdao.budget import allocated
from kaohe_qingdao.demo.books import REGION_ROWS, WAN
from kaohe_qingdao.demo.city import BUDGETS, YEAR
from kaohe_qingdao.year import Fund, Region

FOLDER = Path(__file__).parents[1] / "2023"
FIGURES = {"支出": "spending", "待遇人数": "beneficiaries", "服务量": "services"}


class Example:
    """The example's parameters, asked for like any rules."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        for name in ("parameters.toml", "example-parameters.toml"):
            content = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"), parse_float=Decimal)
            self._values |= {key: entry["value"] for key, entry in content.items() if "value" in entry}

    def value(self, parameter: str) -> Any:
        """The parameter's value, or None where it is unset."""
        return self._values.get(parameter)


def expected(rows: Sequence[tuple[object, ...]]) -> dict[str, dict[str, int]]:
    """Each fund's budget by region, in fen, from the rows of the table of regions."""
    rules = cast("Rules", Example())
    table = [dict(zip(REGION_ROWS.split(), row, strict=True)) for row in rows]
    budgets = {}
    for fund, budget in BUDGETS.items():
        regions: dict[str, Region] = {}
        for row in table:
            if row["基金"] == fund and not row["所属管理区"]:
                code = str(row["管理区"])
                years = dict(regions[code].years) if code in regions else {}
                years[cast("int", row["年度"])] = _figures(row)
                regions[code] = Region(code, str(row["管理区名称"]), years, None)
        split = allocated(Fund(fund, budget * WAN, [], regions), YEAR, rules)
        assert split is not None
        budgets[fund] = dict(split.regions)
    return budgets


def _figures(row: dict[str, object]) -> dict[str, int | None]:
    figures = {name: None if row[heading] == "" else Decimal(str(row[heading])) for heading, name in FIGURES.items()}
    return {
        name: None if value is None else int(value * 100 if name == "spending" else value)
        for name, value in figures.items()
    }
