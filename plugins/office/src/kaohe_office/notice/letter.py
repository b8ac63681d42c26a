"""What a notice says: the result, each deduction with its clause and evidence, the money, and how to object."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

from attrs import frozen
from babel.dates import format_date

from kaohe.accounts import ACCOUNTS, FUNDS, named
from kaohe.causes import cause_said
from kaohe.command.basis import basis_said
from kaohe.command.explain import score_said
from kaohe.command.findings import found_under
from kaohe.explain import ClauseStory, Explanation, explain
from kaohe.messages import language, listing
from kaohe.money import shown
from kaohe.statement import statement
from kaohe.store import Stored
from kaohe_office.messages import text
from kaohe_office.papers import Papers, papers
from kaohe_office.report.sections import Section, Table


@frozen
class Letter:
    """One notice. `opening`: under what, and of when; `issuer` and `day` are blank where nobody gave them."""

    institution: str
    title: str
    addressee: str
    opening: str
    remarks: list[str]
    sections: list[Section]
    issuer: str
    day: str


@frozen
class Source:
    """What all notices of a run share: the run, its scheme's documents and papers, who signs and when."""

    run: Stored
    scheme: dict[str, Any]
    papers: Papers
    issuer: str = ""
    day: str = ""


def source(run: Stored, issuer: str, day: str) -> Source:
    """What the notices of a run have in common; raises Refused where its papers have faults."""
    name = run.about["scheme"]
    files = {row["path"]: row["text"] for row in run.rows("rules")}
    return Source(run, tomllib.loads(files.get(f"{name}/scheme.toml", "")), papers(files, name), issuer, day)


def letter(shared: Source, institution: str) -> Letter:
    """The notice to one institution; raises Refused where the run has no result for it."""
    told = explain(shared.run, institution)
    documents = shared.scheme.get("documents", [])
    first, last = shared.run.about["from"], shared.run.about["to"]
    numbers = listing(f"《{document['title']}》（{document['number']}）" for document in documents)
    opening = text(
        "Under {documents}, your result from {first} to {last} is as follows.",
        documents=numbers, first=day_said(date.fromisoformat(first)), last=day_said(date.fromisoformat(last)),
    )  # fmt: skip
    parts = [_result(told), _deductions(told), _money(shared.run, institution), _consequences(told), _appeals(told)]
    return Letter(
        institution=institution,
        title=str(text("Notice of assessment result")),
        addressee=str(text("To {name} ({code}):", name=told.name, code=institution)),
        opening=str(opening),
        remarks=_remarks(shared, told),
        sections=[*(part for part in parts if part is not None), _objection(shared)],
        issuer=shared.issuer,
        day=shared.day,
    )


def day_said(day: date) -> str:
    """A day as letters write it."""
    return format_date(day, "long", language())


def _remarks(shared: Source, told: Explanation) -> list[str]:
    """What a reader must know before anything else: a draft, a run that is not closed, assumptions."""
    remarks = []
    if any(document.get("status") == "draft" for document in shared.scheme.get("documents", [])):
        remarks.append(str(text("This rests on a draft published for comment, which is not in force.")))
    remarks += [basis_said(code, told.parameters) for code in told.basis if code.startswith("assumption:")]
    return remarks


def _result(told: Explanation) -> Section:
    lead = [str(text("Score: {score}", score=score_said(told)))] if not told.exempt else []
    if told.exempt:
        lead.append(str(text("Not assessed by a table of its own ({article}).", article=told.exempt)))
    if told.grade:
        lead.append(str(text("Grade: {grade}", grade=told.grade)))
    elif told.graded:
        lead.append(str(text("Grade: not determined")))
    lead += [_rests_on(code, told) for code in told.basis if not code.startswith("assumption:")]
    return Section(str(text("Result")), lead, [], [_sheets(told)] if len(told.sheets) > 1 else [])


def _rests_on(code: str, told: Explanation) -> str:
    """A code of the basis as a line of its own; a veto by its place, which the institution can look up."""
    vetoes = {f"veto:{veto.clause}": _place(veto) for veto in told.vetoes}
    said = str(text("Veto: {place}", place=vetoes[code])) if code in vetoes else basis_said(code, told.parameters)
    return said[:1].upper() + said[1:]


def _sheets(told: Explanation) -> Table:
    """Each scorer's score; the persons served where scores weigh by them."""
    said = {sheet.scorer_name: sheet.score or f"{sheet.low}–{sheet.high}" for sheet in told.sheets}
    if all(sheet.persons is None for sheet in told.sheets):
        return Table([str(text("Scorer")), str(text("Score"))], [list(row) for row in said.items()], {1})
    headings = [str(text("Scorer")), str(text("Persons served")), str(text("Score"))]
    rows = [[sheet.scorer_name, str(sheet.persons), said[sheet.scorer_name]] for sheet in told.sheets]
    return Table(headings, rows, {1, 2})


def _deductions(told: Explanation) -> Section | None:
    """Each clause that cost or earned points, or is left open: its place and words, who found what on what evidence."""
    clauses = [(item.direction, clause) for item in told.items for clause in item.clauses]
    printed: dict[tuple[str, str], list[tuple[str, ClauseStory]]] = {}
    for direction, clause in [*clauses, *(("veto", veto) for veto in told.vetoes)]:
        printed.setdefault((_place(clause), clause.text), []).append((direction, clause))
    if not printed:
        return None
    rows = [[place, words, "\n".join(_found(those))] for (place, words), those in printed.items()]
    headings = [str(text("Clause")), str(text("Words")), str(text("Findings and evidence"))]
    return Section(str(text("Deductions and gains")), [], [], [Table(headings, rows, set(), [11, 28, 61])])


def _place(clause: ClauseStory) -> str:
    """Where the clause stands in the document that the letter names."""
    return clause.place.partition(" ")[2]


def _found(those: list[tuple[str, ClauseStory]]) -> Iterator[str]:
    """What was found under a printed line, the evidence below each; which of its facts, where it has several."""
    for direction, clause in those:
        fact = f"[{clause.fact_name}] " if len(those) > 1 else ""
        for line in found_under(clause, direction):
            yield f"{fact}{line.said}"
            yield from (f"– {record}" for record in line.records)


def _money(run: Stored, institution: str) -> Section | None:
    balances = statement(run, institution)
    if not balances:
        return None
    sides = str(text("credit")), str(text("debit"))
    rows = [
        [
            named(FUNDS, entry.fund), named(ACCOUNTS, entry.account), sides[entry.amount > 0],
            shown(abs(entry.amount)), entry.article, cause_said(entry.cause),
        ]
        for entry in balances
    ]  # fmt: skip
    headings = [text("Fund"), text("Account"), text("Side"), text("Balance, in yuan"), text("Article"), text("Cause")]
    return Section(str(text("Money")), [], [], [Table(list(map(str, headings)), rows, {3}, [10, 16, 9, 19, 22, 24])])


def _consequences(told: Explanation) -> Section | None:
    if not told.consequences:
        return None
    rows = [[row["article"], row["text"] or row["consequence"], row["due"]] for row in told.consequences]
    headings = [str(text("Article")), str(text("Consequence")), str(text("By"))]
    return Section(str(text("Consequences")), [], [], [Table(headings, rows)])


def _appeals(told: Explanation) -> Section | None:
    if not told.appeals:
        return None
    rows = [[a.appeal, a.row, a.filed, a.department, a.answered, _decided(a.decision)] for a in told.appeals]
    headings = [
        text("Appeal"), text("Against"), text("Filed"), text("Answered by"), text("Answered"), text("Decision"),
    ]  # fmt: skip
    return Section(str(text("Objections")), [], [], [Table(list(map(str, headings)), rows)])


def _decided(decision: str) -> str:
    from kaohe.dataset import CONTRACT

    return CONTRACT["appeals"].columns["decision"].shown(decision) if decision else str(text("not answered yet"))


def _objection(shared: Source) -> Section:
    """Only what the document says; where it says nothing, that."""
    said = shared.papers.notice.objection
    if said is None:
        lead = [str(text("The document does not say how or until when to object."))]
    else:
        lead = [f"{said.text}（{said.article}）"]
        lead.append(said.until or str(text("The document does not say until when to object.")))
    return Section(str(text("If you object")), lead)
