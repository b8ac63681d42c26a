"""`kaohe explain`: one institution's year, as an official would read it aloud."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaohe.accounts import ACCOUNTS, named
from kaohe.causes import cause_said
from kaohe.command.basis import basis_said
from kaohe.command.findings import found_under
from kaohe.command.output import command, path_argument, print_json
from kaohe.messages import Text, listing, text, titled

if TYPE_CHECKING:
    from kaohe.explain import ClauseStory, Explanation, ItemPoints, ItemStory, Sheet

LARGEST = 5
"""How many differences from the self-assessment are shown."""


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command(
        "explain",
        text(
            "Explain one institution's result (each clause, its words, cases and evidence), or one region's year-end."
        ),
    )
    @path_argument("run")
    @click.argument("institution", metavar="INSTITUTION|REGION")
    def explain(run: Path, institution: str, as_json: bool) -> None:  # noqa: FBT001
        from attrs import asdict

        from kaohe.command import letter as letters
        from kaohe.command import statement as statements
        from kaohe.explain import explain as explained
        from kaohe.letter import is_region, letter
        from kaohe.statement import statement
        from kaohe.store import open_run

        stored = open_run(run)
        if is_region(stored, institution):
            told = letter(stored, institution)
            document, said = asdict(told), letters.lines(told)
        else:
            explanation, money = explained(stored, institution), statement(stored, institution)
            document = {**asdict(explanation), "money": [asdict(balance) for balance in money]}
            said = chain(lines(explanation), statements.lines(money))
        if as_json:
            print_json(document)
        else:
            for line in said:
                click.echo(line)

    return explain


def lines(told: Explanation) -> Iterator[str]:
    """The explanation for people, line by line."""
    from kaohe.dataset import CONTRACT

    kind = CONTRACT["institutions"].columns["kind"].shown(told.kind)
    yield f"{titled(told.name, told.institution)} · {kind}"
    yield f"{told.dataset} · {told.scheme}"
    yield ""
    yield from _result(told)
    yield ""
    yield from _self_assessment(told)
    for item in told.items if not told.exempt else ():
        yield from _item(item, len(told.sheets) > 1)
    if told.vetoes:
        yield str(text("Vetoes, on the combined score of {combined}", combined=told.combined))
        for clause in told.vetoes:
            yield from _clause(clause, "veto")
    yield from _procedure(told)
    yield from _appeals(told)
    yield from _consequences(told)
    yield from _ledgers(told)
    yield from _entries(told)


def _between(low: str, high: str) -> str:
    return str(text("between {low} and {high}", low=low, high=high))


def _result(told: Explanation) -> Iterator[str]:
    if told.exempt:
        yield str(text("Not assessed by a table of its own: {article}", article=told.exempt))
        for past in told.history:
            result = listing(part for part in (past.score, past.grade) if part)
            yield str(text("  {year} {scheme}: {result}", year=past.year, scheme=past.scheme, result=result))
    else:
        yield str(text("Score: {score}", score=score_said(told)))
    if told.rank is not None:
        yield str(text("Rank: {rank} of {ranked} with a score", rank=told.rank, ranked=told.ranked))
    if told.grade or told.graded:
        yield str(text("Grade: {grade}", grade=told.grade or text("not determined")))
    for code in told.basis:
        yield f"  · {basis_said(code, told.parameters)}"
    if len(told.sheets) > 1 or any(not sheet.reported for sheet in told.sheets):
        for sheet in told.sheets:
            said = sheet.score or _between(sheet.low, sheet.high)
            if not sheet.reported:
                said = str(text("has not reported ({range})", range=said))
            persons = _weighed(sheet)
            scorer = sheet.scorer_name or text("all scorers")
            yield str(text("  {scorer}{persons}: {score}", scorer=scorer, persons=persons, score=said))


def _weighed(sheet: Sheet) -> Text | str:
    """What a sheet's score weighs: the persons served, or the weight of its scorer's role."""
    from kaohe.dataset import CONTRACT

    if sheet.persons is not None:
        return text(", {persons} persons", persons=sheet.persons)
    role = CONTRACT["scorers"].columns["role"].shown(sheet.role) if sheet.role else ""
    if sheet.weight:
        return text(", {role}, weight {weight}", role=role, weight=sheet.weight)
    return text(", {role}", role=role) if role else ""


def score_said(told: Explanation) -> str:
    """The score, the range in which it lies, or why there is none."""
    if told.status in ("pending", "failed"):
        return str({"pending": text("none while under investigation"), "failed": text("none: failed")}[told.status])
    return told.score or _between(told.low, told.high)


def _procedure(told: Explanation) -> Iterator[str]:
    """The steps that were taken late, not at all, or are not recorded, where the result does not tell of them."""
    from kaohe.dataset import CONTRACT

    if told.graded:
        return
    steps = CONTRACT["steps"].columns["step"]
    states = {"late": text("late"), "missing": text("not done"), "unrecorded": text("not recorded")}
    for row in told.procedure:
        if row["state"] in states:
            said = {"step": steps.shown(row["step"]), "state": states[row["state"]], "article": row["article"]}
            yield str(text("Step {step}: {state} ({article})", **said))


def _appeals(told: Explanation) -> Iterator[str]:
    """Each objection, its answer, and what it changes."""
    from kaohe.dataset import CONTRACT

    decisions = CONTRACT["appeals"].columns["decision"]
    for appeal in told.appeals:
        values = {"appeal": appeal.appeal, "row": appeal.row, "filed": appeal.filed}
        yield str(text("Appeal {appeal} against {row}, filed {filed}", **values))
        if appeal.decision:
            decided = decisions.shown(appeal.decision)
            values = {"department": appeal.department, "answered": appeal.answered, "decision": decided}
            yield str(text("   answered by {department} on {answered}: {decision}", **values))
        else:
            yield str(text("   not answered yet"))
        scores = {"with_it": appeal.score_in or "–", "without": appeal.score_out or "–", "now": appeal.score or "–"}
        yield str(text("   score with the finding {with_it}, without it {without}; now {now}", **scores))


def _consequences(told: Explanation) -> Iterator[str]:
    if told.consequences:
        yield str(text("Consequences"))
    for row in told.consequences:
        due = text(", by {due}", due=row["due"]) if row["due"] else ""
        assumed = [basis_said(code, told.parameters) for code in row["basis"].split() if code.startswith("assumption:")]
        yield f"   {row['article']} {row['text'] or row['consequence']}{due}"
        yield from (f"     · {said}" for said in assumed)


def _ledgers(told: Explanation) -> Iterator[str]:
    """Each difference between two ledgers, with its size and the side that has more."""
    from kaohe.dataset import CONTRACT

    shown = CONTRACT["ledgers"].columns["ledger"].shown
    if told.ledgers:
        yield str(text("Ledgers that differ, in yuan"))
    for line in told.ledgers:
        place = " · ".join(part for part in (line.fund, line.account, line.month, line.document) if part)
        more = line.left if Decimal(line.difference) > 0 else line.right
        sides = [(line.left, line.left_amount), (line.right, line.right_amount)]
        both = listing(f"{shown(name)} {f'{Decimal(amount):,.2f}' if amount else '–'}" for name, amount in sides)
        size = f"{abs(Decimal(line.difference)):,.2f}"
        said = text(
            "   {place}: {both}; {ledger} has {size} more", place=place, both=both, ledger=shown(more), size=size
        )
        yield str(said)


def _entries(told: Explanation) -> Iterator[str]:
    """The institution's entries in yuan, as they were made; the balances follow in its statement."""
    if told.journal:
        yield str(text("Entries, in yuan (debit positive)"))
    for entry in told.journal:
        lines = listing(f"{named(ACCOUNTS, account)} {Decimal(amount):,.2f}" for account, amount in entry.lines)
        adjusts = text(" (adjusts {entry})", entry=entry.adjusts) if entry.adjusts else ""
        yield f"   {entry.date} {entry.article} {cause_said(entry.cause)}: {lines}{adjusts}"


def _item(item: ItemStory, several: bool) -> Iterator[str]:  # noqa: FBT001
    said = [
        f"{entry.scorer_name} {points_said(item, entry)}" if several and entry.scorer else points_said(item, entry)
        for entry in item.points
    ]
    own = next((entry.self_points for entry in item.points if entry.self_points), "")
    points, full = listing(said), item.full_score
    assessed = text(" (self-assessed {points})", points=own) if own else ""
    heading = text(
        "{item}. {name} (full score {full}): {points}", item=item.item, name=item.name, full=full, points=points
    )
    yield f"{heading}{assessed}"
    for clause in item.clauses:
        yield from _clause(clause, item.direction)


def points_said(item: ItemStory, entry: ItemPoints) -> str:
    """The item's points on one sheet; where a cap cut them, what they would have been."""
    if not entry.points:
        return _between(entry.low, entry.high)
    raw, full = Decimal(entry.raw or 0), Decimal(item.full_score)
    if item.direction == "deduct" and raw + full < 0:
        return str(text("{points} (minus {raw}, not below 0)", points=entry.points, raw=-raw))
    if item.direction == "earn" and raw > full:
        return str(text("{points} (plus {raw}, not above {full})", points=entry.points, raw=raw, full=full))
    return entry.points


def _clause(clause: ClauseStory, direction: str) -> Iterator[str]:
    yield f"   {clause.place.partition(' ')[2]} {clause.text} [{clause.fact_name}]"
    for line in found_under(clause, direction):
        yield f"      {line.said}"
        yield from (f"        – {record}" for record in line.records)


def _self_assessment(told: Explanation) -> Iterator[str]:
    """Where the institution's own marks and the official points differ most, sheet by sheet."""
    differences = [
        (Decimal(entry.self_points) - Decimal(entry.points), item, entry)
        for item in told.items
        for entry in item.points
        if entry.self_points and entry.points and Decimal(entry.self_points) != Decimal(entry.points)
    ]
    if not differences:
        return
    yield str(text("Self-assessment, the largest differences first"))
    for difference, item, entry in sorted(differences, key=lambda found: -abs(found[0]))[:LARGEST]:
        scorer = entry.scorer_name or text("all scorers")
        values = {"item": item.item, "name": item.name, "own": entry.self_points, "scorer": scorer}
        values |= {"points": entry.points, "difference": f"{difference:+}"}
        yield str(text("  {item}. {name}: self {own}, {scorer} {points} ({difference})", **values))
    yield ""
