"""The view that leads from the trace to the records."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project
from stored import query, tables

from kaohe.run import Run
from kaohe.store import save, write
from kaohe.store.tables import stored_tables

SHEETS = """
select t.institution, t.scorer, t.clause, t.period, t.quantity, t.denominator, t.status, c.fact,
       count(e."row") as records, sum(e.quantity) as recorded, min(cast(e.quantity as text)) as one,
       min(e.denominator) as below,
       group_concat(distinct e."table") as tables
  from trace t left join clauses c on c.rubric = t.rubric and c.clause = t.clause
  left join evidence e on e.institution = t.institution and e.scorer = t.scorer and e.rubric = t.rubric
                      and e.clause = t.clause and e.period = t.period
 group by t.institution, t.scorer, t.rubric, t.clause, t.period
"""


def facts_of(run: Run, table: str) -> set[str]:
    return {fact.fact for fact in run.rules.facts.values() if fact.table == table}


def test_the_evidence_of_a_row_of_cases_adds_up_to_its_quantity(run: Run, file: Path) -> None:
    rows = [row for row in query(file, SHEETS) if row["fact"] in facts_of(run, "events")]
    assert {row["status"] for row in rows} == {"counted", "disputed", "veto"}
    assert len(rows) > 500
    assert [row for row in rows if row["recorded"] != int(row["quantity"])] == []
    assert {row["tables"] for row in rows} == {"events"}
    assert max(row["records"] for row in rows) > 1


def test_the_evidence_of_a_metric_is_the_metric(run: Run, file: Path) -> None:
    rows = [
        row for row in query(file, SHEETS) if row["fact"] in facts_of(run, "metrics") and row["status"] != "missing"
    ]
    assert len(rows) > 300
    assert {(row["records"], row["tables"]) for row in rows} == {(1, "metrics")}
    assert [row for row in rows if (row["one"], row["below"]) != (row["quantity"], row["denominator"])] == []
    assert {row["denominator"] is None for row in rows} == {True, False}


def test_what_is_missing_or_not_reported_has_no_evidence(file: Path) -> None:
    rows = [row for row in query(file, SHEETS) if row["status"] in ("missing", "unreported")]
    assert {row["status"] for row in rows} == {"missing", "unreported"}
    assert [row for row in rows if row["records"]] == []


def test_every_event_that_counts_appears_in_the_evidence_and_no_other(run: Run, file: Path) -> None:
    stored = tables(file)
    silent = {(row["institution"], row["scorer"]) for row in stored["trace"] if row["status"] == "unreported"}
    assessed = {row["institution"] for row in stored["totals"]}
    kinds = {row["institution"]: row["kind"] for row in stored["results"]}
    counted = {(rubric.kind, fact) for rubric in run.rules.rubrics.values() for fact in rubric.counted}
    vetoes = {veto.fact for rubric in run.rules.rubrics.values() for veto in rubric.vetoes}
    expected = {
        row["event"]
        for row in stored["in_events"]
        if row["status"] != "withdrawn"
        and row["institution"] in assessed
        and (kinds[row["institution"]], row["fact"]) in counted
        and (row["fact"] in vetoes or (row["institution"], row["scorer"]) not in silent)
    }
    shown = query(file, "select * from evidence where \"table\" = 'events'")
    assert {row["row"] for row in shown} == expected
    assert 0 < len(expected) < len(stored["in_events"])
    assert {row["evidence"] for row in shown} <= {row["evidence"] for row in stored["in_events"]}
    assert all(row["recorded_by"] in (row["scorer"], None) for row in shown)


def test_the_evidence_does_not_need_every_table(small: Run, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = {name: frame for name, frame in stored_tables(small).items() if name != "in_metrics"}
    monkeypatch.setattr(write, "stored_tables", lambda *_: fewer)
    save(small, project.root / "run.db")
    assert {row["table"] for row in query(project.root / "run.db", "select * from evidence")} == {"events"}
