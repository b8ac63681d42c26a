"""The words of the workbook of cases, in both languages: its sheets, its headings, what can be expected."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

from attrs import fields

from kaohe.messages import language
from kaohe_conformance.case import Expect

Line = dict[str, str]
Content = dict[str, Any]
BLANK = "（空）"
"""What a cell says that must be blank, and a list or table that must be empty."""
OF_FILE, LATER, WITHOUT = "背景", "以后", "没有"
"""In place of a case's number: the file's background. Of what is known later. Of a row that is left out."""

TOLD = {
    "score": ("得分", "Score"), "grade": ("等级", "Grade"), "status": ("状态", "Status"), "rank": ("名次", "Rank"),
    "basis": ("依据", "Basis"), "no_result": ("没有结果", "No result"), "exempt": ("不参加考核的依据", "Exempt by"),
    "items": ("各项得分", "Items"), "scores": ("各考核主体得分", "Scores"), "steps": ("程序", "Steps"),
    "consequences": ("结果应用", "Consequences"), "due": ("期限", "Due"),
    "unevidenced": ("缺佐证的记录数", "Unevidenced"), "problems": ("提示数", "Problems"),
    "said": ("提示", "Said"), "refused": ("拒绝理由", "Refused"),
    "budgets": ("区域预算", "Budgets"), "allocations": ("分配", "Allocations"), "articles": ("分配的依据", "Articles"),
    "balances": ("余额", "Balances"), "left": ("其中余额", "Left"), "entries": ("分录", "Entries"),
    "lines": ("分录行数", "Lines"), "months": ("月结算", "Months"), "covered": ("超支弥补", "Covered"),
    "shared": ("超支分担", "Shared"), "open": ("未落实的超支", "Open"), "differences": ("账目差异", "Differences"),
    "appealed": ("申诉前后得分", "Appealed"),
}  # fmt: skip
"""What can be expected, as the workbook calls it."""
ABOUT = {
    "article": ("条款", "Article"), "remark": ("说明", "Remark"), "background": ("背景", "Background"),
    "institution": ("机构", "Institution"), "scorer": ("考核主体", "Scorer"), "begins": ("起", "Begins"),
    "ends": ("止", "Ends"), "plan": ("方案", "Plan"), "provenance": ("来源", "Provenance"),
    "parameters": ("参数", "Parameters"), "defaults": ("缺省", "Defaults"),
}  # fmt: skip
"""What the first sheet says of the file."""
SHEETS = {
    "file": ("文件", "File"), "cases": ("算例", "Cases"), "parameters": ("参数", "Parameters"),
    "expect": ("应得", "Expected"),
}  # fmt: skip
HEADINGS = {
    "key": ("项目", "Key"), "value": ("内容", "Value"), "case": ("序号", "No."), "stage": ("时点", "Stage"),
    "name": ("名称", "Name"), "working": ("算式", "Working"), "without": ("取舍", "Without"),
    "parameter": ("参数", "Parameter"), "what": ("应得项目", "What"), "of": ("对象", "Of"), "part": ("分项", "Part"),
}  # fmt: skip
"""Sheets and headings in both languages; either is recognised."""

FORMS = {one.name: str(one.type).replace(" | None", "") for one in fields(Expect)}
"""How each expectation is built, such as dict[str, list[str]]."""


def shown(names: tuple[str, str]) -> str:
    """A name in the language of the moment."""
    return names[0] if language() == "zh_CN" else names[1]


def parsed(cell: str) -> Any:
    """What a cell says: TOML where it is, otherwise the text itself."""
    try:
        return tomllib.loads(f"value = {cell}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return cell
