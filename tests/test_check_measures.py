"""What a fact's own declaration asks of its rows: months, whole numbers, the highest value, nothing of nothing."""

from __future__ import annotations

import pytest
from faulty import Case, Change, Said, both, cell, more, named, refuses
from project import Project

METRICS = "metrics.csv"
LAST = 10
"""The row that is added below the clean year's eight."""


def metric(fact: str, period: str, top: object, bottom: object = "", scorer: str = "D1") -> Change:
    return more("metrics", 2, fact=fact, period=period, numerator=top, denominator=bottom, scorer=scorer)


def returned(period: str, top: object, bottom: object) -> Change:
    """Orders returned of those reviewed in a month: whole numbers, a million at most, 0 of 0 where none was."""
    return metric("assessment.return_rate", period, top, bottom)


CASES = [
    Case(
        "a year of a monthly fact",
        [Said(METRICS, LAST, "period", "“2022”: this fact is recorded by month → write a month such as 2022-01",
              "“2022”，该事实按月登记。请填写月份，例如2022-01")],
        returned("2022", 1, 10),
    ),
    Case(
        "a month after the year",
        [Said(METRICS, LAST, "period", "“2023-01”: this is outside the assessment year, 2022-01 to 2022-12 → correct "
              "it, or move it to the year it belongs to",
              "“2023-01”，不在考核年度（2022-01至2022-12）内。请更正，或移至所属年度")],
        returned("2023-01", 1, 10),
    ),
    Case(
        "a month before the year",
        [Said(METRICS, LAST, "period", "“2021-12”: this is outside the assessment year, 2022-01 to 2022-12 → correct "
              "it, or move it to the year it belongs to",
              "“2021-12”，不在考核年度（2022-01至2022-12）内。请更正，或移至所属年度")],
        returned("2021-12", 1, 10),
    ),
    Case(
        "a month of one digit",
        [Said(METRICS, LAST, "period", "“2022-3”: this is neither a year nor a month → write it as 2022 or 2022-03",
              "“2022-3”，既不是年度，也不是月份。请按“2022”或“2022-03”的格式填写")],
        returned("2022-3", 1, 10),
    ),
    Case(
        "something of nothing",
        [Said(METRICS, LAST, "denominator", "“0”: a denominator must be above 0 → leave out a row that counts nothing",
              "“0”，分母必须大于0。没有数据的行请删去")],
        returned("2022-03", 1, 0),
    ),
    Case(
        "nothing of nothing, where the fact does not say that it may be",
        [Said(METRICS, 5, "denominator", "“0”: a denominator must be above 0 → leave out a row that counts nothing",
              "“0”，分母必须大于0。没有数据的行请删去")],
        cell("metrics", 5, numerator=0, denominator=0),
    ),
    Case(
        "more than the fact takes",
        [Said(METRICS, LAST, "numerator", "“1000001”: this is above the highest value that the fact takes → correct it",
              "“1000001”，超过该事实允许的最大值。请更正")],
        returned("2022-03", 1000001, 1000001),
    ),
    Case(
        "a fraction of an order",
        [Said(METRICS, LAST, "numerator", "“0.5”: numerator and denominator of this fact are whole numbers → count "
              "them",
              "“0.5”，该事实的分子和分母须为整数。请填写实际数量")],
        returned("2022-03", "0.5", 1),
    ),
    Case(
        "a month twice",
        [Said(METRICS, LAST + 1, "institution / scorer / period / fact",
              "“N1 / D1 / 2022-03 / assessment.return_rate”: this row stands here already → remove one of the two",
              "“N1 / D1 / 2022-03 / assessment.return_rate”，与前面的行重复。请删去重复的一行")],
        both(returned("2022-03", 1, 10), returned("2022-03", 1, 10)),
    ),
    Case(
        "the city's ratio by a scorer",
        [Said(METRICS, LAST, "scorer", "“D1”: this fact is recorded once for the city → leave the scorer blank",
              "“D1”，该事实由全市统一登记。请将考核主体留空")],
        metric("capacity.signed", "2022-03", 12, 10),
    ),
    Case(
        "a service that there is not",
        [Said("institutions.csv", 2, "services",
              "“机构护理、餐饮”: this is not some of 医疗护理 (medical_care), 家庭病床 (home_bed), 机构护理 "
              "(residential_care), 居家护理 (home_care), 失能评估 (assessment), 辅具租赁 (device_rental) → choose "
              "among them",
              "“机构护理、餐饮”，须从以下各项中选择：医疗护理（medical_care）、家庭病床（home_bed）、"
              "机构护理（residential_care）、居家护理（home_care）、失能评估（assessment）、"
              "辅具租赁（device_rental）。请从中选择")],
        cell("institutions", 2, services="机构护理、餐饮"),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_what_a_fact_does_not_take_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)


SOUND: dict[str, Change] = {
    "a month of a monthly fact": returned("2022-12", 1, 10),
    "each month once": both(returned("2022-01", 1, 10), returned("2022-02", 1, 10)),
    "nothing of nothing, where the fact says that it may be": returned("2022-03", 0, 0),
    "the most that the fact takes": returned("2022-03", 10**6, 10**6),
    "a ratio above 1, of the city": metric("capacity.signed", "2022-03", "120.5", 100, scorer=""),
    "a ratio by itself": metric("service.delivery_rate", "2022-03", "1.02"),
    "services in both languages": cell("institutions", 2, services="机构护理；home_care"),
}


@pytest.mark.parametrize("change", SOUND.values(), ids=SOUND)
def test_what_a_fact_takes_is_sound(project: Project, change: Change) -> None:
    change(project)
    outcome = project.kaohe("check", project.dataset, "--scheme", "changzhou/2022")
    assert (outcome.status, outcome.err) == (0, "")
