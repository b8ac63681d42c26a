"""What is wrong with a cell or a row is said with its place and what to do, in both languages; nothing is written."""

from __future__ import annotations

import pytest
from faulty import Case, Said, both, cell, heading, more, named, refuses, table
from project import Project

EVENTS, METRICS = "events.csv", "metrics.csv"

FACTS = [
    Case(
        "a fact that nobody knows",
        [Said(EVENTS, 2, "fact", "“zebra”: this fact is not in the vocabulary → kaohe facts lists it",
              "“zebra”，事实目录中没有该事实。可运行 kaohe facts 查看事实目录")],
        cell("events", 2, fact="zebra"),
    ),
    Case(
        "a slip in a fact's code",
        [Said(METRICS, 5, "fact", "“satisfactoin”: this fact is not in the vocabulary → did you mean satisfaction?",
              "“satisfactoin”，事实目录中没有该事实。是否指“satisfaction”？")],
        cell("metrics", 5, fact="satisfactoin"),
    ),
    Case(
        "a slip in a fact's Chinese name, under a Chinese heading",
        [Said(METRICS, 5, "事实", "“满意率”: this fact is not in the vocabulary → did you mean 满意度?",
              "“满意率”，事实目录中没有该事实。是否指“满意度”？")],
        both(cell("metrics", 5, fact="满意率"), heading("metrics", "fact", "事实")),
    ),
    Case(
        "a metric's fact among the events",
        [Said(EVENTS, 2, "fact", "“satisfaction”: this fact stands in the table “metrics” (Metrics) → move it there",
              "“satisfaction”，该事实应填入“指标”表（metrics）。请移至该表")],
        cell("events", 2, fact="satisfaction"),
    ),
    Case(
        "an event's fact among the metrics",
        [Said(METRICS, 2, "fact",
              "“complaint.substantiated”: this fact stands in the table “events” (Events) → move it there",
              "“complaint.substantiated”，该事实应填入“事件”表（events）。请移至该表")],
        cell("metrics", 2, fact="complaint.substantiated"),
    ),
    Case(
        "an institution's fact among the metrics",
        [Said(METRICS, 2, "fact", "“star”: this fact stands in the table “institutions” (Institutions) → move it there",
              "“star”，该事实应填入“机构”表（institutions）。请移至该表")],
        cell("metrics", 2, fact="star", scorer=""),
    ),
    Case(
        "a scorer's fact without a scorer",
        [Said(EVENTS, 2, "scorer", "“complaint.substantiated”: this fact needs the scorer who recorded it → fill it in",
              "“complaint.substantiated”，该事实须注明登记的考核主体。请填写")],
        cell("events", 2, scorer=""),
    ),
    Case(
        "the city's fact with a scorer",
        [Said(EVENTS, 2, "scorer", "“D1”: this fact is recorded once for the city → leave the scorer blank",
              "“D1”，该事实由全市统一登记。请将考核主体留空")],
        cell("events", 2, fact="agreement.suspended"),
    ),
]  # fmt: skip

CODES = [
    Case(
        "an unknown institution",
        [Said(EVENTS, 2, "institution",
              "“N9”: this is not in the table “institutions” (Institutions) → correct it, or add it there",
              "“N9”，“机构”表（institutions）中没有该编码。请更正，或在该表中补充")],
        cell("events", 2, institution="N9"),
    ),
    Case(
        "an unknown scorer",
        [Said(EVENTS, 2, "scorer", "“D9”: this is not in the table “scorers” (Scorers) → correct it, or add it there",
              "“D9”，“考核主体”表（scorers）中没有该编码。请更正，或在该表中补充")],
        cell("events", 2, scorer="D9"),
    ),
    Case(
        "a scorer that serves nobody there",
        [Said(EVENTS, 2, "scorer",
              "“D1”: this scorer serves nobody of this institution → correct it, or add the persons to the table "
              "“served” (Persons served)",
              "“D1”，该机构没有该考核主体的服务人数。请更正，或在“服务人数”表（served）中补充人数")],
        both(more("institutions", 2, institution="N2"), more("served", 2, institution="N2", persons=0),
             cell("events", 2, institution="N2")),
    ),
    Case(
        "a value that is not of the list",
        [Said(EVENTS, 2, "status",
              "“deleted”: this is not one of 已确认 (confirmed), 有异议 (disputed), 已撤销 (withdrawn) → choose "
              "one of them",
              "“deleted”，应为下列之一：已确认（confirmed）、有异议（disputed）、已撤销（withdrawn）。请从中选填")],
        cell("events", 2, status="deleted"),
    ),
    Case(
        "a list's value that holds a line break is shown on one line",
        [Said("scorers.csv", 3, "role",
              "“sub centre”: this is not one of 机构自评 (self), 结算区 (district), 分中心 (sub_centre), "
              "市级中心 (centre), 委托经办机构 (agency), 业务主管部门 (department) → choose one of them",
              "“sub centre”，应为下列之一：机构自评（self）、结算区（district）、分中心（sub_centre）、"
              "市级中心（centre）、委托经办机构（agency）、业务主管部门（department）。请从中选填")],
        cell("scorers", 3, role="sub\ncentre"),
    ),
    Case(
        "a blank code",
        [Said(EVENTS, 2, "event", "this must not be blank → fill it in", "不能为空。请填写")],
        cell("events", 2, event=""),
    ),
    Case(
        "nothing but spaces in a required column",
        [Said(METRICS, 4, "numerator", "this must not be blank → fill it in", "不能为空。请填写")],
        cell("metrics", 4, numerator="  "),
    ),
]  # fmt: skip

DATES = [
    Case(
        "an event handled in the next year",
        [Said(EVENTS, 2, "handled", "“2023-01-04”: this is outside the assessment year, 2022-01-01 to 2022-12-31 → "
              "correct the date, or move the event to the year it belongs to",
              "“2023-01-04”，不在考核年度（2022-01-01至2022-12-31）内。请更正日期，或将该事件移至所属年度")],
        cell("events", 2, date="2022-12-28", handled="2023-01-04"),
    ),
    Case(
        "an event of the year before",
        [Said(EVENTS, 2, "date", "“2021-12-31”: this is outside the assessment year, 2022-01-01 to 2022-12-31 → "
              "correct the date, or move the event to the year it belongs to",
              "“2021-12-31”，不在考核年度（2022-01-01至2022-12-31）内。请更正日期，或将该事件移至所属年度")],
        cell("events", 2, date="2021-12-31"),
    ),
    Case(
        "a refusal of the year before",
        [Said(EVENTS, 2, "date", "“2021-12-31”: this is outside the assessment year, 2022-01-01 to 2022-12-31 → "
              "correct the date, or move the event to the year it belongs to",
              "“2021-12-31”，不在考核年度（2022-01-01至2022-12-31）内。请更正日期，或将该事件移至所属年度")],
        cell("events", 2, date="2021-12-31", fact="assessment.refused"),
    ),
    Case(
        "a day that there is not",
        [Said(EVENTS, 2, "date", "“2022-02-29”: this is not a date → write it as 2022-12-31",
              "“2022-02-29”，不是有效日期。请按“2022-12-31”的格式填写")],
        cell("events", 2, date="2022-02-29"),
    ),
    Case(
        "a date of two digits a year",
        [Said(EVENTS, 2, "handled", "“22-3-5”: this is not a date → write it as 2022-12-31",
              "“22-3-5”，不是有效日期。请按“2022-12-31”的格式填写")],
        cell("events", 2, handled="22-3-5"),
    ),
    Case(
        "a thirteenth month",
        [Said(METRICS, 2, "period", "“2022-13”: this is neither a year nor a month → write it as 2022 or 2022-03",
              "“2022-13”，既不是年度，也不是月份。请按“2022”或“2022-03”的格式填写")],
        cell("metrics", 2, period="2022-13"),
    ),
    Case(
        "a month of a yearly fact",
        [Said(METRICS, 2, "period", "“2022-03”: this fact is recorded for the year → write 2022",
              "“2022-03”，该事实按年度登记。请填写2022")],
        cell("metrics", 2, period="2022-03"),
    ),
    Case(
        "another year",
        [Said(METRICS, 2, "period", "“2021”: this fact is recorded for the year → write 2022",
              "“2021”，该事实按年度登记。请填写2022")],
        cell("metrics", 2, period="2021"),
    ),
]  # fmt: skip

TWICE = [
    Case(
        "an event's number twice, though one is withdrawn",
        [Said(EVENTS, 3, "event", "“E1”: this row stands here already → remove one of the two",
              "“E1”，与前面的行重复。请删去重复的一行")],
        both(cell("events", 2, status="withdrawn"), more("events", 2, scorer="D2")),
    ),
    Case(
        "a metric twice, under Chinese headings",
        [Said(METRICS, 10, "机构编码 / 考核主体编码 / 期间 / 事实",
              "“N1 / D1 / 2022 / satisfaction”: this row stands here already → remove one of the two",
              "“N1 / D1 / 2022 / satisfaction”，与前面的行重复。请删去重复的一行")],
        both(more("metrics", 5, status="有异议"), heading("metrics", "institution", "机构编码"),
             heading("metrics", "scorer", "考核主体编码"), heading("metrics", "period", "期间"),
             heading("metrics", "fact", "事实")),
    ),
    Case(
        "an institution twice",
        [Said("institutions.csv", 3, "institution", "“N1”: this row stands here already → remove one of the two",
              "“N1”，与前面的行重复。请删去重复的一行")],
        more("institutions", 2, name="another"),
    ),
    Case(
        "persons served twice, and a fault that they bear on keeps its place",
        [
            Said("served.csv", 4, "institution / scorer",
                 "“N1 / D1”: this row stands here already → remove one of the two",
                 "“N1 / D1”，与前面的行重复。请删去重复的一行"),
            Said(EVENTS, 3, "scorer",
                 "“D1”: this scorer serves nobody of this institution → correct it, or add the persons to the table "
                 "“served” (Persons served)",
                 "“D1”，该机构没有该考核主体的服务人数。请更正，或在“服务人数”表（served）中补充人数"),
        ],
        both(more("served", 2), more("institutions", 2, institution="N2"),
             more("events", 2, event="E2", institution="N2")),
    ),
    Case(
        "a step of all sheets twice",
        [Said("steps.csv", 4, "institution / scorer / step",
              "“– / D1 / reported”: this row stands here already → remove one of the two",
              "“– / D1 / reported”，与前面的行重复。请删去重复的一行")],
        table("steps", *({"institution": "", "scorer": scorer, "step": step, "done": "2023-02-20"} for scorer, step in
                         (("D1", "reported"), ("D2", "reported"), ("D1", "已报送")))),
    ),
]  # fmt: skip

CASES = [*FACTS, *CODES, *DATES, *TWICE]


@pytest.mark.parametrize("case", CASES, ids=named(CASES))
def test_a_wrong_cell_is_refused(project: Project, case: Case) -> None:
    refuses(project, case)
