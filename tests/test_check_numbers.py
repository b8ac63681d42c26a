"""A wrong number is said with its place and what to do, in both languages; nothing is written."""

from __future__ import annotations

import pytest
from faulty import Case, Said, both, cell, named, refuses, table
from project import Project

METRICS = "metrics.csv"

NUMBERS = [
    Case(
        "words for a count",
        [Said("events.csv", 2, "count", "“two”: this is not a whole number → write digits only, such as 12",
              "“two”，不是整数。请只填数字，例如12")],
        cell("events", 2, count="two"),
    ),
    Case(
        "a decimal count",
        [Said("events.csv", 2, "count", "“1.5”: this is not a whole number → write digits only, such as 12",
              "“1.5”，不是整数。请只填数字，例如12")],
        cell("events", 2, count="1.5"),
    ),
    Case(
        "a count in full-width digits",
        [Said("events.csv", 2, "count", "“１２”: this is not a whole number → write digits only, such as 12",
              "“１２”，不是整数。请只填数字，例如12")],
        cell("events", 2, count="１２"),
    ),
    Case(
        "a negative count",
        [Said("events.csv", 2, "count", "“-1”: a count cannot be below 0 → correct it, or withdraw the row",
              "“-1”，数量不能小于0。请更正，或撤销该记录")],
        cell("events", 2, count="-1"),
    ),
    Case(
        "a count above the bound",
        [Said("events.csv", 2, "count", "“1000000001”: this cannot be above 1000000000 → correct it",
              "“1000000001”，不能大于1000000000。请更正")],
        cell("events", 2, count="1000000001"),
    ),
    Case(
        "a count that 64 bits do not hold",
        [Said("events.csv", 2, "count", "“99999999999999999999”: this cannot be above 1000000000 → correct it",
              "“99999999999999999999”，不能大于1000000000。请更正")],
        cell("events", 2, count="9" * 20),
    ),
    Case(
        "a level above the highest",
        [Said("institutions.csv", 2, "star", "“6”: this cannot be above 5 → correct it", "“6”，不能大于5。请更正")],
        cell("institutions", 2, star=6),
    ),
    Case(
        "words for a number",
        [Said(METRICS, 5, "numerator", "“most”: this is not a number → write digits with a point and no thousands "
              "separator, such as 1234.56", "“most”，不是数字。请只填数字和小数点，不用千位分隔符，例如1234.56")],
        cell("metrics", 5, numerator="most"),
    ),
    Case(
        "a thousands separator",
        [Said(METRICS, 5, "denominator", "“1,000”: this is not a number → write digits with a point and no thousands "
              "separator, such as 1234.56", "“1,000”，不是数字。请只填数字和小数点，不用千位分隔符，例如1234.56")],
        cell("metrics", 5, denominator="1,000"),
    ),
    Case(
        "more than four decimals",
        [Said(METRICS, 5, "numerator", "“0.93001”: more than 4 decimals → round it at its source",
              "“0.93001”，小数超过4位。请在数据来源处修约后填写")],
        cell("metrics", 5, numerator="0.93001", denominator=""),
    ),
    Case(
        "a number that 64 bits do not hold in ten-thousandths",
        [Said(METRICS, 5, "numerator", "“999999999999999999”: this cannot be above 1000000000 → correct it",
              "“999999999999999999”，不能大于1000000000。请更正")],
        cell("metrics", 5, numerator="9" * 18),
    ),
    Case(
        "a number below 0",
        [Said(METRICS, 2, "numerator", "“-1”: this cannot be below 0 → correct it", "“-1”，不能小于0。请更正")],
        cell("metrics", 2, numerator="-1"),
    ),
    Case(
        "a plain number with a fraction",
        [Said(METRICS, 3, "numerator", "“3.5”: this is not a whole number → write digits only, such as 12",
              "“3.5”，不是整数。请只填数字，例如12")],
        cell("metrics", 3, numerator="3.5"),
    ),
    Case(
        "a plain number with a denominator",
        [Said(METRICS, 3, "denominator", "“1”: this fact is a plain number → leave the denominator blank",
              "“1”，该事实为单一数值，没有分母。请将分母留空")],
        cell("metrics", 3, denominator=1),
    ),
    Case(
        "a denominator of 0",
        [Said(METRICS, 5, "denominator", "“0”: a denominator must be above 0 → leave out a row that counts nothing",
              "“0”，分母必须大于0。没有数据的行请删去")],
        cell("metrics", 5, denominator=0),
    ),
    Case(
        "a denominator below 0",
        [Said(METRICS, 5, "denominator", "“-1”: this cannot be below 0 → correct it", "“-1”，不能小于0。请更正")],
        cell("metrics", 5, denominator=-1),
    ),
    Case(
        "a share above 1, of numerator and denominator",
        [Said(METRICS, 5, "numerator", "“100”: a share cannot be above 1 → write numerator and denominator, such as "
              "93 and 100, or 0.93", "“100”，比例不能大于1。请填写分子和分母（例如93和100），或只填0.93")],
        cell("metrics", 5, denominator=99),
    ),
    Case(
        "a share above 1, by itself",
        [Said(METRICS, 5, "numerator", "“1.01”: a share cannot be above 1 → write numerator and denominator, such as "
              "93 and 100, or 0.93", "“1.01”，比例不能大于1。请填写分子和分母（例如93和100），或只填0.93")],
        cell("metrics", 5, numerator="1.01", denominator=""),
    ),
]  # fmt: skip

PAYMENT = {"institution": "N1", "region": "R1", "fund": "F", "month": "2022-03", "payable": "100.00", "withheld": ""}

MONEY = [
    Case(
        "a tenth of a fen",
        [Said("payments.csv", 2, "payable", "“100.005”: more than 2 decimals → round it at its source",
              "“100.005”，小数超过2位。请在数据来源处修约后填写")],
        table("payments", {**PAYMENT, "payable": "100.005"}), checked=True,
    ),
    Case(
        "money with its unit",
        [Said("payments.csv", 2, "withheld", "“5元”: this is not a number → write digits with a point and no thousands "
              "separator, such as 1234.56", "“5元”，不是数字。请只填数字和小数点，不用千位分隔符，例如1234.56")],
        table("payments", {**PAYMENT, "withheld": "5元"}), checked=True,
    ),
    Case(
        "money below 0",
        [Said("payments.csv", 2, "payable", "“-0.01”: this cannot be below 0 → correct it",
              "“-0.01”，不能小于0。请更正")],
        table("payments", {**PAYMENT, "payable": "-0.01"}), checked=True,
    ),
    Case(
        "more money than there is",
        [Said("payments.csv", 2, "payable", "“10000000000000.01”: this cannot be above 10000000000000 → correct it",
              "“10000000000000.01”，不能大于10000000000000。请更正")],
        table("payments", {**PAYMENT, "payable": "10000000000000.01"}), checked=True,
    ),
    Case(
        "a year where a month belongs",
        [Said("payments.csv", 2, "month", "“2022”: this is not a month → write it as 2022-03",
              "“2022”，不是有效月份。请按“2022-03”的格式填写")],
        table("payments", {**PAYMENT, "month": "2022"}), checked=True,
    ),
    Case(
        "a rate above 1, and a month where a year belongs",
        [
            Said("agreements.csv", 2, "deposit_rate", "“5”: this cannot be above 1 → correct it",
                 "“5”，不能大于1。请更正"),
            Said("history.csv", 2, "year", "“2021-12”: this is not a year → write it as 2022",
                 "“2021-12”，不是有效年度。请按“2022”的格式填写"),
        ],
        both(
            table("agreements", {"agreement": "A1", "institution": "N1", "from": "2022-01-01", "to": "2022-12-31",
                                 "deposit_rate": "5"}),
            table("history", {"institution": "N1", "scheme": "changzhou/2021", "year": "2021-12", "score": "90"}),
        ), checked=True,
    ),
]  # fmt: skip

CASES = [*NUMBERS, *MONEY]


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_wrong_number_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)


LEDGER = {"ledger": "agency", "institution": "N1", "fund": "F", "account": "A", "month": "2022-03", "amount": "-5.00"}
SOUND: dict[str, dict[str, object]] = {
    "payable": {"payable": "10000000000000"},
    "to the fen": {"payable": "0.01"},
    "with zeros behind the fen": {"payable": "0.1000"},
    "nothing": {"payable": "0", "withheld": "-0.00"},
}


@pytest.mark.parametrize("changes", SOUND.values(), ids=SOUND)
def test_money_to_the_fen_is_sound(project: Project, changes: dict[str, object]) -> None:
    table("payments", {**PAYMENT, **changes})(project)
    table("ledgers", LEDGER)(project)
    outcome = project.kaohe("check", project.dataset)
    assert (outcome.status, outcome.err) == (0, "")
