"""The package's own texts, and what its codes mean for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kaohe import texts

if TYPE_CHECKING:
    from kaohe.messages import Text

text, plural = texts("kaohe_compare")


def titles() -> dict[str, Text]:
    """The tables of a comparison."""
    return {
        "sides": text("Sides"),
        "assumptions": text("Assumptions"),
        "left_open": text("Left open"),
        "coverage": text("Coverage by item"),
        "clauses": text("Coverage by clause"),
        "grades": text("Grades by kind"),
        "balances": text("The city's accounts"),
        "money_causes": text("Why the city's money differs"),
        "results": text("Results side by side"),
        "money": text("Accounts"),
        "score_parts": text("Why scores differ"),
        "money_parts": text("Why money differs"),
    }


def headings() -> dict[str, Text]:
    """The columns of those tables."""
    return {
        "side": text("side"), "stage": text("stage"), "scheme": text("scheme"), "message": text("assumed"),
        "severity": text("severity"), "code": text("code"), "open": text("left open"), "remedy": text("what to do"),
        "kind": text("kind"),
        "institutions": text("institutions"), "rubric": text("table"), "item": text("item"), "name": text("name"),
        "full_score": text("full score"), "clauses": text("clauses"), "data": text("with data"),
        "missing": text("missing, must be shown"), "no_record": text("no record, counts as no case"),
        "given": text("result given"), "not_applicable": text("not applicable"),
        "table_percent": text("points with data, %"), "clause": text("clause"), "text": text("text"),
        "fact": text("fact"), "state": text("state"), "recorded": text("institutions with a record"),
        "institution": text("institution"), "score": text("score"), "low": text("lowest"), "high": text("highest"),
        "rank": text("rank"), "grade": text("grade"), "basis": text("basis"), "status": text("status"),
        "consequences": text("consequences"), "forfeited": text("forfeited, yuan"),
        "comparable": text("comparable points"), "comparable_full": text("out of"), "fund": text("fund"),
        "account": text("account"), "region": text("region"), "amount": text("yuan, debit positive"),
        "left": text("from"), "right": text("to"), "part": text("part"), "points": text("points"),
    }  # fmt: skip


def states() -> dict[str, Text]:
    """What the dataset knows of a clause."""
    return {
        "data": text("with data"),
        "missing": text("missing, must be shown"),
        "no_record": text("no record, counts as no case"),
        "given": text("result given"),
        "not_applicable": text("not applicable"),
    }


def computed() -> dict[str, Text]:
    """The stages of a run."""
    return {
        "exempt": text("who is assessed"),
        "score": text("scoring"),
        "combine": text("combining the scorers"),
        "grade": text("grading"),
        "consequences": text("consequences"),
        "allocate": text("allocating"),
        "settle": text("settling"),
    }


def stages() -> dict[str, Text]:
    """What a difference is divided between."""
    return {
        "scoring": text("scoring"),
        "combining": text("combining the scorers"),
        "vetoes": text("vetoes"),
        "grading": text("grading"),
        "settling": text("settling"),
        "results": text("the results, however they came about"),
        "together": text("stages that cannot be taken apart"),
    }


def parts(item: str, side: str) -> dict[str, Text]:
    """What scoring's part consists of, beside facts."""
    return {
        "start": text("what items that deduct start from"),
        "mark": text("marks on item {item} ({side})", item=item, side=side),
        "cap": text("floor or ceiling of item {item} ({side})", item=item, side=side),
        "missing": text("what is assumed of missing facts in item {item} ({side})", item=item, side=side),
        "veto": text("what vetoes leave of it"),
        "rest": text("rounding, and what is no sum over sheets"),
    }
