"""The accounts of a settlement and the steps of an allocation by name, for people to read."""

from __future__ import annotations

from kaohe.model import Name

OPENING, MONTHS, YEAR_END = "B", "M", "Y"
"""The series in which entries are numbered: budgets opened, monthly settlements, the year-end."""

ACCOUNTS = {
    "fund": Name("基金", "fund"),
    "budget": Name("区域总额预算", "region's budget"),
    "reserve": Name("风险调剂金", "risk reserve"),
    "paid": Name("拨付", "paid"),
    "deposit": Name("质量保证金", "quality deposit"),
    "deferred": Name("缓付", "deferred"),
    "released": Name("返还保证金", "deposit released"),
    "forfeited": Name("扣拨保证金", "deposit forfeited"),
    "overspend": Name("超支", "overspend"),
    "parked": Name("超当月限额暂挂", "parked above the month's limit"),
    "sanction": Name("违约扣款", "sanction"),
    "borne": Name("基金承担", "borne by the fund"),
    "shared": Name("各管理区分担", "shared by the regions"),
    "cost": Name("经办成本", "cost of handling"),
    "drawn": Name("可提取", "may be drawn"),
    "not_drawn": Name("不予提取", "may not be drawn"),
    "settlement_payable": Name("应拨付医保结算费用", "settlement payable to the institution"),
    "quality_deposit": Name("质量保证金", "quality deposit held"),
    "deposit_forfeited": Name(
        "扣除的质量保证金（不作为医保欠费）", "quality deposit forfeited, no claim of the institution"
    ),
    "service_fee": Name("经办服务费", "service fee"),
    "service_fee_payable": Name("应付经办服务费", "service fee payable to the agency"),
    "service_fee_reduced": Name("按考核结果不予拨付的经办服务费", "service fee not paid, by the result"),
    "fund_loss_deducted": Name("从经办服务费中扣除的基金损失", "losses of the fund deducted from the fee"),
}
"""Debits are positive: what is spent of a budget, what an overspend adds, what a region bears; credits negative."""

FUNDS = {"service_fee": Name("经办服务费", "service fee")}
"""The core's own funds, where the data names none."""

LOST = ("forfeited", "deposit_forfeited", "service_fee_reduced", "fund_loss_deducted", "not_drawn")
"""The accounts on which stands, as a credit, what its result costs an institution."""

STEPS = {
    "revenue": Name("预计收入", "expected revenue"),
    "budget": Name("总额预算", "budget"),
    "reserve": Name("提取风险调剂金", "risk reserve"),
    "distributable": Name("分配给各管理区", "for the regions"),
    "last_year": Name("上年支出", "last year's spending"),
    "base": Name("按上年支出占比分配", "split by the share of it"),
    "growth": Name("历史增长调整", "adjusted by historical growth"),
    "services": Name("机构服务调整", "adjusted by the institutions' services"),
    "beneficiaries": Name("待遇人数调整", "adjusted by the beneficiaries"),
    "least": Name("上下限调整", "adjusted by the bounds"),
}


def named(names: dict[str, Name], code: str) -> str:
    """The name of an account or step in the language of the moment; a city's own by its code."""
    return str(names.get(code, code))
