"""Schemes compared on one dataset: coverage first, then results side by side, then why one institution differs."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import File

from kaohe import Problem
from kaohe.dataset import CONTRACT
from kaohe.messages import language
from kaohe_serve import comparison, records
from kaohe_serve.api import Number, TheDesk, TheJobs, TheShelf
from kaohe_serve.api.schemes import cities_here
from kaohe_serve.ordering import compared
from kaohe_serve.pages.papers import MEDIA
from kaohe_serve.pages.rendering import Asked, page, to
from kaohe_serve.pages.sent import fields, sent
from kaohe_serve.problems import NotThere
from kaohe_serve.shelf import StoredComparison
from kaohe_serve.uploads import safe_name
from kaohe_serve.words import text

ROWS = 50


@get("/datasets/{dataset:uuid}/compare", sync_to_thread=True)
def choose(request: Asked, dataset: Number, shelf: TheShelf) -> Response[str]:
    """Choose the schemes to compare on a dataset."""
    kept = [found for found in shelf.comparisons() if found.order.dataset == dataset]
    kinds = list(CONTRACT["institutions"].columns["kind"].values)
    return page(request, "compared.html", dataset=shelf.dataset(dataset), cities=cities_here(), kinds=kinds, kept=kept)


@post("/datasets/{dataset:uuid}/comparisons")
async def order_comparison(request: Asked, dataset: Number, desk: TheDesk, jobs: TheJobs) -> Response[Any]:
    """Order a comparison, and watch it."""
    chosen = await fields(request, "scheme")
    wanted = [f"{what}:{scheme}" for scheme in chosen for what in ("parameters", "plan")]
    typed, attached = await sent(request, *wanted)

    def ordering() -> str:
        order = compared(dataset, typed, chosen, attached)
        desk.accept(order)
        return str(jobs.order(order).job)

    return to(request, f"/jobs/{await asyncio.to_thread(ordering)}")


@get("/comparisons/{number:uuid}", sync_to_thread=True)
def show(request: Asked, number: Number, shelf: TheShelf) -> Response[str]:
    """What the comparison rests on, its coverage, how the sides stand, and why the city's money differs."""
    about = shelf.compared(number)
    with records.reading(shelf.comparison_file(number)) as connection:
        letters = comparison.sides(connection)
        pairs = comparison.pairs(connection)
        found = {
            "assumptions": comparison.assumptions(connection),
            "coverage": comparison.coverage(connection),
            "standing": comparison.standing(connection),
            "accounts": comparison.accounts(connection),
            "money": {pair: comparison.money_parts(connection, pair) for pair in pairs},
        }
    return page(request, "comparison.html", about=about, letters=letters, stages=_stages(), **found)


@get("/comparisons/{number:uuid}/coverage", sync_to_thread=True)
def show_coverage(
    request: Asked, number: Number, shelf: TheShelf, side: FromQuery[str], kind: FromQuery[str]
) -> Response[str]:
    """Clause by clause, what the dataset knows of a side's table for a kind."""
    about = shelf.compared(number)
    with records.reading(shelf.comparison_file(number)) as connection:
        rows, letters = comparison.clauses(connection, side, kind), comparison.sides(connection)
    if not rows:
        raise NotThere([Problem("coverage", text("there is no such table"), text("choose one of the list"))])
    return page(
        request, "coverage.html", about=about, letters=letters, side=side, kind=kind, rows=rows, facts=_facts(about)
    )


@get("/comparisons/{number:uuid}/results", sync_to_thread=True)
def show_results(
    request: Asked,
    number: Number,
    shelf: TheShelf,
    kind: FromQuery[str] = "",
    words: FromQuery[str] = "",
    start: FromQuery[int] = 0,
) -> Response[str]:
    """Results side by side, those furthest apart first."""
    about, start = shelf.compared(number), max(0, start)
    with records.reading(shelf.comparison_file(number)) as connection:
        rows, letters = comparison.compared(connection, kind, words), comparison.sides(connection)
        covered = comparison.coverage(connection)
    given = {"kind": kind, "words": words}
    return page(
        request, "compared_results.html", about=about, letters=letters, rows=rows[start : start + ROWS],
        total=len(rows), start=start, size=ROWS, given=given, covered=covered, kind=kind, words=words,
    )  # fmt: skip


@get("/comparisons/{number:uuid}/institutions/{institution:str}", sync_to_thread=True)
def show_institution(request: Asked, number: Number, institution: FromPath[str], shelf: TheShelf) -> Response[str]:
    """Why one institution's results differ: stage by stage, scoring fact by fact, and its money."""
    about = shelf.compared(number)
    with records.reading(shelf.comparison_file(number)) as connection:
        letters = comparison.sides(connection)
        found = comparison.of_institution(connection, institution)
        if found is None:
            message = text("the comparison has no institution “{institution}”", institution=institution[:100])
            raise NotThere([Problem("institution", message, text("choose one of the list"))])
        why = [
            (pair, comparison.score_parts(connection, pair, institution),
             comparison.money_parts(connection, pair, institution))
            for pair in comparison.pairs(connection)
        ]  # fmt: skip
        covered = comparison.coverage(connection).get(found.kind, {})
    return page(
        request, "compared_institution.html", about=about, letters=letters, found=found, why=why, covered=covered,
        stages=_stages(), part=_part_said(about, letters),
    )  # fmt: skip


@get("/comparisons/{number:uuid}/file", sync_to_thread=True)
def take(number: Number, shelf: TheShelf, suffix: FromQuery[str] = ".xlsx") -> File:
    """The comparison as a workbook, or as an SQLite file."""
    said = text("Comparison")
    known = suffix if suffix in (".xlsx", ".db") else ".xlsx"
    name = f"{safe_name(shelf.compared(number).name)} {said}{known}"
    media = MEDIA.get(known, "application/octet-stream")
    return File(shelf.comparison_file(number, known), filename=name, media_type=media)


@post("/comparisons/{number:uuid}/remove", sync_to_thread=True)
def remove(request: Asked, number: Number, shelf: TheShelf) -> Response[Any]:
    """Take a comparison away."""
    dataset = shelf.compared(number).order.dataset
    shelf.remove_comparison(number)
    return to(request, f"/datasets/{dataset}/compare")


def _stages() -> dict[str, Any]:
    """What a difference is divided between, for people."""
    from kaohe_compare.words import stages

    return {code: str(said) for code, said in stages().items()}


def _facts(about: StoredComparison) -> dict[str, str]:
    place = 1 if language() == "en" else 0
    return {code: names[place] for code, names in about.facts.items()}


def _part_said(about: StoredComparison, letters: dict[str, str]) -> Any:
    """What a part of scoring's share is, for people: a fact by its name, all else in words."""
    from kaohe_compare.words import parts

    facts = _facts(about)

    def said(pair: tuple[str, str], row: dict[str, Any]) -> str:
        if row["part"] == "fact":
            return facts.get(str(row["fact"]), str(row["fact"]))
        if not row["part"]:
            return ""
        side = letters[pair[0] if row["side"] == "left" else pair[1]]
        return str(parts(item=row["item"], side=side)[row["part"]])

    return said


router = Router(
    "/",
    route_handlers=[choose, order_comparison, show, show_coverage, show_results, show_institution, take, remove],
    include_in_schema=False,
)
