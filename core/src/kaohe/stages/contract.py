"""What each stage reads and returns: tables, columns, types. Held against every stage's result.

Points are int64 ten-thousandths, money int64 fen. An unknown number is null; a scorer that does not apply
is the empty text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import narwhals as nw
from attrs import frozen

STRING, WHOLE = nw.String, nw.Int64

TRACE = {
    "institution": STRING, "scorer": STRING, "rubric": STRING, "item": STRING, "clause": STRING,
    "period": STRING, "quantity": WHOLE, "denominator": WHOLE, "reference_quantity": WHOLE,
    "reference_denominator": WHOLE, "points": WHOLE, "status": STRING,
}  # fmt: skip
"""One row for each clause that facts of a sheet touch, or that lacks the fact it needs.

`quantity` is whole where `denominator` is null, otherwise both are ten-thousandths. `points` are signed:
deductions below zero, gains above. `status`: see Status.
"""

Status = Literal["counted", "disputed", "missing", "unreported", "veto"]
"""counted; counted, but the institution disputes a record of it; no record of what must be shown; the whole
sheet, because its scorer has not reported (item and clause are empty); a veto, which acts on the institution."""

EXEMPT = {"institution": STRING, "kind": STRING, "article": STRING, "reason": STRING}
"""Institutions that are not assessed by a rubric, the article by which, and why, as a code."""

ITEMS = {
    "institution": STRING, "scorer": STRING, "item": STRING, "raw": WHOLE, "points": WHOLE, "low": WHOLE,
    "high": WHOLE, "self_points": WHOLE,
}  # fmt: skip
SCORES = {"institution": STRING, "scorer": STRING, "score": WHOLE, "low": WHOLE, "high": WHOLE}
TOTALS = {"institution": STRING, "score": WHOLE, "low": WHOLE, "high": WHOLE}
RESULTS = {
    "institution": STRING, "kind": STRING, "score": WHOLE, "low": WHOLE, "high": WHOLE, "rank": WHOLE,
    "grade": STRING, "basis": STRING, "status": STRING,
}  # fmt: skip
"""`status`: determined; ungraded (a score, but no grade); range (a grade, whatever the score turns out to be);
undetermined. `basis`: what the result rests on beside the table, as codes separated by blanks: `veto:CLAUSE`,
`reading:PARAMETER=OPTION`, `assumption:PARAMETER`, `article:ARTICLE`, `open:STEP`. A city may add statuses and
codes of its own."""
CONSEQUENCES = dict.fromkeys(["institution", "consequence", "article", "due", "basis"], STRING)
ALLOCATIONS = {"fund": STRING, "region": STRING, "step": STRING, "amount": WHOLE, "article": STRING}
JOURNAL = {
    "entry": STRING, "date": STRING, "fund": STRING, "account": STRING, "institution": STRING, "region": STRING,
    "amount": WHOLE, "article": STRING, "cause": STRING, "adjusts": STRING,
}  # fmt: skip

Schema = Mapping[str, type[nw.dtypes.DType]]


@frozen
class Stage:
    """The tables a stage reads, required or not, and the tables it returns with their columns.

    `between`: further tables that it may return for the stages after it; they are no part of the outcome. Who returns
    another trace or other items than the core's leaves out those that say the same in numbers (`scored`, `vetoes`,
    `summed`).
    """

    requires: tuple[str, ...]
    reads: tuple[str, ...]
    returns: Mapping[str, Schema]
    between: tuple[str, ...] = ()


STAGES: Mapping[str, Stage] = {
    "exempt": Stage(("institutions",), ("agreements",), {"exempt": EXEMPT}),
    "score": Stage(
        ("institutions", "served"), ("steps", "events", "metrics", "marks"), {"trace": TRACE}, ("scored", "vetoes")
    ),
    "combine": Stage(
        ("institutions", "served", "trace"), ("marks", "scorers"),
        {"items": ITEMS, "scores": SCORES, "totals": TOTALS}, ("summed", "summed_on", "pooled"),
    ),
    "grade": Stage(
        ("institutions", "served", "trace", "totals"),
        ("exempt", "procedure", "history", "events", "steps", "investigations"),
        {"results": RESULTS},
    ),
    "consequences": Stage(
        ("results",), ("history", "steps", "investigations", "events"), {"consequences": CONSEQUENCES}
    ),
    "allocate": Stage((), ("funds", "revenues", "regions"), {"allocations": ALLOCATIONS}),
    "settle": Stage(
        ("results",),
        ("institutions", "agreements", "payments", "allocations", "funds", "revenues", "events", "regions", "journal"),
        {"journal": JOURNAL},
    ),
}  # fmt: skip
"""The stages in the order in which they run."""

RESULTS_OF_STAGES: Mapping[str, Schema] = {
    table: columns for stage in STAGES.values() for table, columns in stage.returns.items()
}
