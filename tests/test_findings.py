"""Findings in words: months of the same consequence are one line, and neither a month nor a record is lost."""

from __future__ import annotations

import pytest

from kaohe.command.findings import Line, found_under, months_said
from kaohe.explain import ClauseStory, Finding, Record
from kaohe.messages import speaking

NAMES = {"D1": "市中心", "D2": "溧阳市"}


def metric(period: str, numbers: str, evidence: str = "月报", scorer: str = "D1", status: str = "confirmed") -> Record:
    """A ratio of a month, as “10/11”."""
    top, _, bottom = numbers.partition("/")
    return Record("metrics", f"rate {period}", period, top, bottom, evidence, status, scorer)


def event(number: str, date: str) -> Record:
    """One case of D1's."""
    return Record("events", number, date, "1", "", "登记表", "confirmed", "D1")


def finding(period: str, numbers: str, points: str, *records: Record, scorer: str = "D1", status: str = "") -> Finding:
    """What a scorer's sheet says of a period."""
    top, _, bottom = numbers.partition("/")
    state = status or ("counted" if numbers else "missing")
    return Finding(scorer, NAMES[scorer], period, top, bottom, "", "", points, state, list(records))


def rate(month: str, numbers: str, points: str, **more: str) -> Finding:
    """A month's ratio with the one record behind it."""
    return finding(month, numbers, points, metric(month, numbers, **more))


def told(*findings: Finding, measure: str = "ratio", direction: str = "deduct", lang: str = "zh_CN") -> list[Line]:
    story = ClauseStory("2.2", "文件 附件3 第2项(2)", "每次扣1分。", "rate", "服务提供率", measure, list(findings))
    with speaking(lang):
        return list(found_under(story, direction))


def test_months_that_cost_the_same_are_one_line() -> None:
    """January, February and May cost 1 point each, 3 together; March costs 2 and stands apart."""
    found = told(
        rate("2022-01", "10/11", "-1"), rate("2022-02", "11/12", "-1"), rate("2022-03", "50/60", "-2"),
        rate("2022-05", "10/11", "-1"),
    )  # fmt: skip
    assert found == [
        Line(
            "市中心，2022年1月至2月、2022年5月：10/11、11/12、10/11；每月扣1分，3个月共扣3分",
            ["2022年1月至2月、2022年5月 · 月报"],
        ),
        Line("市中心，2022年3月：50/60，扣2分", ["2022年3月 · 50/60 · 月报"]),
    ]


def test_months_alike_are_said_once_and_each_evidence_stays() -> None:
    found = told(
        rate("2022-11", "9/10", "-0.5"), rate("2022-12", "9/10", "-0.5", evidence="补报"),
        rate("2023-01", "9/10", "-0.5"),
    )  # fmt: skip
    assert found == [
        Line(
            "市中心，2022年11月至2023年1月：各月均为9/10；每月扣0.5分，3个月共扣1.5分",
            ["2022年11月、2023年1月 · 月报", "2022年12月 · 9/10 · 补报"],
        )
    ]


def test_a_month_of_several_records_keeps_their_numbers() -> None:
    """January's 10 of 12 are two records."""
    january = finding("2022-01", "10/12", "-1", metric("2022-01", "4/5"), metric("2022-01", "6/7"))
    assert told(january, rate("2022-02", "10/12", "-1")) == [
        Line(
            "市中心，2022年1月至2月：各月均为10/12；每月扣1分，2个月共扣2分",
            ["2022年1月 · 4/5、6/7 · 月报", "2022年2月 · 10/12 · 月报"],
        )
    ]


def test_each_case_keeps_its_line() -> None:
    found = told(
        finding("2022-01", "1", "-2", event("E1", "2022-01-05")),
        finding("2022-02", "1", "-2", event("E2", "2022-02-07")),
        measure="cases",
        lang="en",
    )
    assert found == [
        Line(
            "市中心, Jan\u2009–\u2009Feb 2022: 1 case each month; minus 2 each month, minus 4 for 2 months",
            ["2022-01-05 · E1 · 登记表", "2022-02-07 · E2 · 登记表"],
        )
    ]


def test_what_nobody_recorded_is_one_line_for_all_who_did_not() -> None:
    """D1 lacks the whole year, D2 only January and February; D2's months stand with D1's."""
    months = [f"2022-{month:02}" for month in range(1, 13)]
    found = told(
        *(finding(month, "", "", scorer="D1") for month in months),
        *(finding(month, "", "", scorer="D2") for month in months[:2]),
    )
    assert found == [
        Line("市中心、溧阳市，2022年1月至2月：缺失，尚未登记", []),
        Line("市中心，2022年3月至12月：缺失，尚未登记", []),
    ]


def test_disputed_months_stand_apart() -> None:
    disputed = finding("2022-02", "9/10", "-1", metric("2022-02", "9/10", status="disputed"), status="disputed")
    assert told(rate("2022-01", "9/10", "-1"), disputed) == [
        Line("市中心，2022年1月：9/10，扣1分", ["2022年1月 · 9/10 · 月报"]),
        Line("市中心，2022年2月：9/10，扣1分（有异议）", ["2022年2月 · 9/10 · 月报 · 有异议"]),
    ]


def test_a_year_and_a_veto_are_said_as_they_are() -> None:
    assert told(finding("2022", "1", "-60"), measure="cases", direction="veto") == [Line("市中心：1例，扣60分", [])]
    assert told(finding("2022", "3", "2"), measure="cases", direction="earn") == [Line("市中心：3例，加2分", [])]


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (["2022-03"], "2022年3月"),
        (["2021-12", "2022-01"], "2021年12月至2022年1月"),
        (["2022-01", "2022-01", "2022-03"], "2022年1月、2022年3月"),
    ],
)
def test_months_follow_each_other_across_years(months: list[str], said: str) -> None:
    with speaking("zh_CN"):
        assert months_said(months) == said
