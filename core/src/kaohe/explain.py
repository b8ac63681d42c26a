"""One institution's year, from the run that computed it: each clause's words, cases, scorer and evidence."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from attrs import field, fields, frozen

from kaohe.dataset import CONTRACT
from kaohe.messages import text
from kaohe.model import Name
from kaohe.problems import Problem, Refused
from kaohe.store import Stored, parameters


@frozen
class Record:
    """One record that a clause counted: where it stands, when, how many, on what evidence, and who recorded it.

    `handled`: the day that places an event in the year, where that is not its date.
    """

    table: str
    row: str
    date: str
    quantity: str
    denominator: str
    evidence: str
    status: str
    scorer: str
    handled: str = ""


@frozen
class Finding:
    """What one scorer's sheet says under one clause: the quantity, the points, and the records behind them.

    `reference_quantity` of `reference_denominator` is the peers' average that the quantity was compared with.
    """

    scorer: str
    scorer_name: str
    period: str
    quantity: str
    denominator: str
    reference_quantity: str
    reference_denominator: str
    points: str
    status: str
    records: list[Record]


@frozen
class ClauseStory:
    """A clause that cost or earned points, or was left open: its place and words, and each sheet's finding."""

    clause: str
    place: str
    text: str
    fact: str
    fact_name: str
    measure: str
    findings: list[Finding]


@frozen
class ItemPoints:
    """The points of one item on one sheet, `raw` before caps; `points` is empty where facts are missing."""

    scorer: str
    scorer_name: str
    raw: str
    points: str
    low: str
    high: str
    self_points: str


@frozen
class ItemStory:
    """One item: its points on each sheet, and the clauses that made them."""

    item: str
    name: str
    full_score: str
    direction: str
    points: list[ItemPoints]
    clauses: list[ClauseStory]


@frozen
class Sheet:
    """One scorer's score; `role` and `weight` where scores weigh by roles (no weight: none was given)."""

    scorer: str
    scorer_name: str
    persons: int | None
    score: str
    low: str
    high: str
    reported: bool
    role: str = ""
    weight: str = ""


@frozen
class Past:
    """A result of another year, or of another scheme."""

    year: str
    scheme: str
    score: str
    grade: str


@frozen
class Entry:
    """One entry of the journal that concerns the institution: its lines as account and yuan, debit positive."""

    entry: str
    date: str
    fund: str
    article: str
    cause: str
    adjusts: str
    lines: list[tuple[str, str]]


@frozen
class Appeal:
    """One objection: what it is against, its answer, and the score with the finding in and out."""

    appeal: str
    table: str
    row: str
    filed: str
    department: str
    answered: str
    decision: str
    score_in: str
    score_out: str
    score: str


@frozen
class Difference:
    """A line in which two ledgers differ, in yuan; `document` is empty for an account's month as a whole.

    An amount is empty where that ledger has no such line; `difference` is left minus right.
    """

    fund: str
    account: str
    month: str
    document: str
    left: str
    right: str
    left_amount: str
    right_amount: str
    difference: str


NO_RESULT: dict[str, Any] = {
    "score": None, "low": None, "high": None, "rank": None, "grade": None, "status": "", "basis": "",
}  # fmt: skip
"""What the results would say of an institution that is not assessed."""


@frozen
class Explanation:
    """One institution's whole year. `exempt`: the article by which no table of its own assesses it."""

    institution: str
    name: str
    kind: str
    scheme: str
    dataset: str
    score: str
    low: str
    high: str
    exempt: str
    history: list[Past]
    rank: int | None
    ranked: int
    graded: bool
    grade: str
    status: str
    basis: list[str]
    combined: str
    sheets: list[Sheet]
    items: list[ItemStory]
    vetoes: list[ClauseStory]
    procedure: list[dict[str, str]]
    consequences: list[dict[str, str]]
    appeals: list[Appeal]
    journal: list[Entry]
    ledgers: list[Difference] = field(factory=list)
    parameters: dict[str, dict[str, Any]] = field(factory=dict)


Row = Mapping[str, Any]

OF_INSTITUTION = (
    *("results", "exempt", "totals", "scores", "items", "trace", "procedure", "consequences", "appealed", "journal"),
    *("reconciliation", "in_institutions", "in_history", "in_served", "in_events", "in_metrics", "in_marks"),
)
"""The tables of a run that tell an institution's year."""


def explain(run: Stored, institution: str) -> Explanation:
    """The explanation of one institution's result; raises Refused where the run has no such institution."""
    own = run.together(OF_INSTITUTION, institution=institution)
    results, exempt = own["results"], own["exempt"]
    if not results and not exempt:
        raise Refused([_without_result(run, institution, own["in_institutions"])])
    result = results[0] if results else {**NO_RESULT, **exempt[0]}
    story = _Story(run, own)
    about = story.about
    return Explanation(
        institution=institution,
        name=about["name"],
        kind=result["kind"],
        scheme=run.about["scheme"],
        dataset=run.about["name"],
        score=_said(result["score"]),
        low=_said(result["low"]),
        high=_said(result["high"]),
        exempt=exempt[0]["article"] if exempt else "",
        history=[
            Past(row["year"], row["scheme"], _said(row["score"]), _said(row["grade"])) for row in own["in_history"]
        ],
        rank=result["rank"],
        ranked=run.known("results", "rank", kind=result["kind"]),
        graded=graded(run),
        grade=_said(result["grade"]),
        status=result["status"],
        basis=[*result["basis"].split(), *story.several()],
        combined=story.combined(),
        sheets=story.sheets(),
        items=story.items(),
        vetoes=story.vetoes(),
        procedure=[{name: _said(row[name]) for name in row} for row in own["procedure"]],
        consequences=story.consequences(),
        appeals=[Appeal(**{field.name: _said(row[field.name]) for field in fields(Appeal)}) for row in own["appealed"]],
        journal=story.entries(),
        ledgers=[
            Difference(**{field.name: _said(row[field.name]) for field in fields(Difference)})
            for row in own["reconciliation"]
        ],
        parameters={entry["parameter"]: entry for entry in parameters(run)},
    )


def _without_result(run: Stored, institution: str, known: Sequence[Row]) -> Problem:
    if not known:
        message = text("this run has no result for the institution “{institution}”", institution=institution)
        return Problem("institution", message, text("give its code as in the table “institutions”"))
    kind = CONTRACT["institutions"].columns["kind"].shown(known[0]["kind"])
    message = text("{institution} is not assessed: {scheme} has no table for the kind “{kind}”",
                   institution=institution, scheme=run.about["scheme"], kind=kind)  # fmt: skip
    return Problem("institution", message, text("give one for the year (--plan), where the rules allow it"))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def _said(value: object) -> str:
    return "" if value is None else str(value)


def _by_fact(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Records by what they record, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["fact"], []).append(row)
    return found


@lru_cache(maxsize=16)
def _read(rules: str) -> dict[str, Any]:
    """A rule file's content, which is not to be changed: many institutions are explained by the same one."""
    return tomllib.loads(rules)


def _scheme(run: Stored, name: str) -> dict[str, Any]:
    """A scheme's scheme.toml, as the run keeps it."""
    rules = run.rows("rules", path=f"{name}/scheme.toml")
    return _read(rules[0]["text"]) if rules else {}


def graded(run: Stored) -> bool:
    """Whether the scheme by which the run grades gives grades at all."""
    return bool(_scheme(run, json.loads(run.about["stages"])["grade"]).get("graded", True))


def consequence_words(run: Stored) -> dict[str, str]:
    """The document's words for each consequence of the run's scheme, in its order; empty where it has none."""
    scheme = _scheme(run, json.loads(run.about["stages"])["consequences"])
    return {rule["consequence"]: rule.get("text", "") for rule in scheme.get("consequences", [])}


class _Story:
    """One institution's rows of a run, put together."""

    def __init__(self, run: Stored, own: Mapping[str, Sequence[Row]]) -> None:
        self.run, self.own = run, own
        self.schemes: dict[str, dict[str, Any]] = {}
        self.trace, self.scores = own["trace"], own["scores"]
        self.events, self.metrics = _by_fact(own["in_events"]), _by_fact(own["in_metrics"])
        self.marks = own["in_marks"]
        self.served = {row["scorer"]: row["persons"] for row in own["in_served"]}
        if self.scheme("combine").get("scorers", "persons") != "persons":
            self.served = {}
        recorders = {row["scorer"] for rows in own.values() for row in rows if row.get("scorer")}
        scorers = run.rows("in_scorers", scorer=recorders)
        self.names = {row["scorer"]: row["name"] for row in scorers}
        self.roles = {row["scorer"]: row["role"] for row in scorers}
        self.about = own["in_institutions"][0]
        rubric = json.loads(run.about["kinds"]).get(self.about["kind"], "")
        self.clauses = run.rows("clauses", rubric=rubric)

    def sheets(self) -> list[Sheet]:
        silent = {row["scorer"] for row in self.trace if row["status"] == "unreported"}
        roles = self.roles if self.scheme("combine").get("scorers") == "by_role" else {}
        weights = (
            next((one["value"] for one in parameters(self.run) if one["parameter"] == "combine.roles"), None) or {}
        )
        return [
            Sheet(
                row["scorer"],
                self.names.get(row["scorer"], ""),
                self.served.get(row["scorer"]),
                _said(row["score"]),
                row["low"],
                row["high"],
                row["scorer"] not in silent,
                roles.get(row["scorer"], ""),
                _said(weights.get(roles.get(row["scorer"]))),
            )
            for row in self.scores
        ]

    def several(self) -> list[str]:
        """The reading by which several scorers of one role became one, as a code of the basis, where there are such."""
        roles = [sheet.role for sheet in self.sheets() if sheet.weight]
        chosen = next((one["value"] for one in parameters(self.run) if one["parameter"] == "combine.several"), None)
        return [f"reading:combine.several={chosen}"] if len(set(roles)) < len(roles) else []

    def items(self) -> list[ItemStory]:
        printed = {row["item"]: row for row in self.clauses if row["shape"] != "veto"}
        return [
            ItemStory(
                item,
                row["item_name"],
                row["full_score"],
                row["direction"],
                self._points(item),
                self._clauses(clause for clause in self.clauses if clause["item"] == item),
            )
            for item, row in printed.items()
        ]

    def combined(self) -> str:
        """The scorers' scores made one, before the vetoes; a range where facts are missing."""
        return next((_range(row["low"], row["high"]) for row in self.own["totals"]), "")

    def vetoes(self) -> list[ClauseStory]:
        return self._clauses(clause for clause in self.clauses if clause["shape"] == "veto")

    def scheme(self, stage: str) -> dict[str, Any]:
        """The scheme by which a stage was computed, as it was."""
        name = json.loads(self.run.about["stages"])[stage]
        if name not in self.schemes:
            self.schemes[name] = _scheme(self.run, name)
        return self.schemes[name]

    def consequences(self) -> list[dict[str, str]]:
        """What follows from the result, with the document's words, in its order."""
        words = consequence_words(self.run)
        order = list(words)

        def place(row: Row) -> int:
            return order.index(row["consequence"]) if row["consequence"] in words else len(order)

        return [
            {**{name: _said(value) for name, value in row.items()}, "text": words.get(row["consequence"], "")}
            for row in sorted(self.own["consequences"], key=place)
        ]

    def entries(self) -> list[Entry]:
        """The entries with a line about the institution, in the order of the journal."""
        entries: dict[str, Entry] = {}
        for row in self.own["journal"]:
            told = {name: _said(row[name]) for name in ("entry", "date", "fund", "article", "cause", "adjusts")}
            entries.setdefault(row["entry"], Entry(**told, lines=[])).lines.append((row["account"], row["amount"]))
        return sorted(entries.values(), key=lambda entry: (entry.date, entry.entry))

    def _points(self, item: str) -> list[ItemPoints]:
        return [
            ItemPoints(
                row["scorer"],
                self.names.get(row["scorer"], ""),
                _said(row["raw"]),
                _said(row["points"]),
                row["low"],
                row["high"],
                _said(row["self_points"]),
            )
            for row in self.own["items"]
            if row["item"] == item
        ]

    def _clauses(self, clauses: Iterable[Mapping[str, Any]]) -> list[ClauseStory]:
        stories = []
        for clause in clauses:
            findings = [
                self._finding(clause, row)
                for row in self.trace
                if row["clause"] == clause["clause"]
                and (row["points"] != "0" or row["status"] == "veto" or clause["shape"] == "mark")
            ]
            if findings:
                told = {name: clause[name] for name in ("clause", "place", "text", "fact", "measure")}
                name = Name(clause["fact_name"], clause["fact_name_en"])
                stories.append(ClauseStory(**told, fact_name=str(name), findings=findings))
        return stories

    def _finding(self, clause: Mapping[str, Any], row: Mapping[str, Any]) -> Finding:
        return Finding(
            row["scorer"],
            self.names.get(row["scorer"], ""),
            row["period"],
            _said(row["quantity"]),
            _said(row["denominator"]),
            _said(row["reference_quantity"]),
            _said(row["reference_denominator"]),
            _said(row["points"]),
            row["status"],
            self._marked(row) if clause["shape"] == "mark" else self._records(clause["fact"], row),
        )

    def _marked(self, row: Mapping[str, Any]) -> list[Record]:
        """The marks that the row of the trace counts."""
        return [
            Record("marks", f"{mark['scorer']} {mark['item']}", _said(mark["by"]), mark["points"], "",
                   _said(mark["evidence"]), mark["status"] or "confirmed", _said(mark["scorer"]))
            for mark in self.marks
            if (mark["scorer"], mark["item"]) == (row["scorer"], row["item"]) and mark["status"] != "withdrawn"
        ]  # fmt: skip

    def _records(self, fact: str, row: Mapping[str, Any]) -> list[Record]:
        """The records that the row of the trace counts: of its fact, its scorer (or the city), its period."""

        def counted(record: Mapping[str, Any], period: str) -> bool:
            return (
                record["status"] != "withdrawn"
                and (record["scorer"] or "") in ("", row["scorer"])
                and period.startswith(row["period"])
            )

        # Every event lies within the assessment year, whose last months may be in the next calendar year.
        year = row["period"] if len(row["period"]) == 4 else None
        events = [
            Record(
                "events",
                event["event"],
                event["date"],
                str(event["count"]),
                "",
                _said(event["evidence"]),
                event["status"],
                _said(event["scorer"]),
                _said(event["handled"]),
            )
            for event in self.events.get(fact, [])
            if counted(event, year or (event["handled"] or event["date"])[:7])
        ]
        metrics = [
            Record(
                "metrics",
                f"{metric['fact']} {metric['period']}",
                metric["period"],
                metric["numerator"],
                _said(metric["denominator"]),
                _said(metric["evidence"]),
                metric["status"],
                _said(metric["scorer"]),
            )
            for metric in self.metrics.get(fact, [])
            if counted(metric, metric["period"])
        ]
        return sorted(events, key=lambda record: (record.date, record.row)) + metrics
