"""Narrowed: what the scorers left, as if the rubrics had had some of their clauses only."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.contract import STAGES, TRACE
from kaohe.stages.frames import Frame, Tables, rule_tables
from kaohe.stages.sheets import sheets

SHEET = ["institution", "scorer"]


def narrowed(tables: Tables, before: Rules, after: Rules) -> Tables:
    """The tables for combining by `after`, from those that were scored by `before`; nothing is scored again.

    `after` has rubrics for some of the kinds, with some of their clauses, called as they were. Rows of the trace that
    belong to other clauses are left out, and vetoes. Sheets are numbered anew.
    """
    between = {name for stage in STAGES.values() for name in stage.between}
    found = {name: frame for name, frame in tables.items() if name not in between}
    found["sheets"] = sheets(tables, after)
    stays = _stays(rule_tables(before), rule_tables(after))
    if "scored" in tables:
        found["scored"] = _in_numbers(tables, found["sheets"], stays)
    found["trace"] = _in_words(tables, stays)
    return found


def _stays(before: Tables, after: Tables) -> Frame:
    """The clauses that stay: kind, clause; was_no, its number before; rubric, table_no, item_no, clause_no now."""
    were, are = (rule["clauses"].filter(nw.col("veto") == "") for rule in (before, after))
    was = (
        before["kinds"].select("kind", "rubric").join(were.select("rubric", "clause", was_no="clause_no"), on="rubric")
    )
    kinds = after["kinds"].select("kind", "rubric", "table_no")
    now = kinds.join(are.select("rubric", "clause", "item_no", "clause_no"), on="rubric")
    return was.drop("rubric").join(now, on=["kind", "clause"])


def _in_numbers(tables: Tables, now: Frame, stays: Frame) -> Frame:
    """The rows in numbers alone, as `combine` takes them."""
    scored = tables["scored"]
    columns = scored.collect_schema().names()
    was = tables["sheets"].select(*SHEET, was_sheet="sheet_no")
    moved = now.select(*SHEET, "sheet_no", "table_no").join(was, on=SHEET).drop(*SHEET)
    clauses = stays.select("was_no", "table_no", "item_no", "clause_no").unique()
    rows = scored.drop("item_no").rename({"sheet_no": "was_sheet", "clause_no": "was_no"})
    silent = scored.filter(nw.col("status") == "unreported").rename({"sheet_no": "was_sheet"})
    return nw.concat(
        [
            rows.join(clauses, on="was_no").join(moved, on=["was_sheet", "table_no"]).select(columns),
            silent.join(moved, on="was_sheet").select(columns),
        ]
    )


def _in_words(tables: Tables, stays: Frame) -> Frame:
    """The rows as the contract has them."""
    kinds = tables["institutions"].select("institution", "kind")
    rows = tables["trace"].filter(nw.col("status") != "veto").select(list(TRACE)).drop("rubric")
    named = rows.join(kinds, on="institution")
    silent = named.filter(nw.col("status") == "unreported").join(stays.select("kind", "rubric").unique(), on="kind")
    of_clauses = named.join(stays.select("kind", "clause", "rubric"), on=["kind", "clause"])
    return nw.concat([of_clauses.select(list(TRACE)), silent.select(list(TRACE))])
