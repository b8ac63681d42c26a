"""Forms for the institutions of a dataset, and those that came back: read, and their faults at their cells."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from attrs import frozen
from litestar import Response, Router, get, post
from litestar.params import FromQuery
from litestar.response import File

from kaohe import Problem
from kaohe_serve import papers
from kaohe_serve.api import Number, TheDesk, ThePapers, ThePress, TheShelf
from kaohe_serve.api.schemes import cities_here
from kaohe_serve.ordering import plans
from kaohe_serve.pages.papers import MEDIA, day_of
from kaohe_serve.pages.rendering import Asked, page, to
from kaohe_serve.pages.sent import sent
from kaohe_serve.papers import CollectionOrder, PaperOrder
from kaohe_serve.problems import NotThere
from kaohe_serve.returned import receive_forms
from kaohe_serve.shelf import StoredReturn
from kaohe_serve.uploads import Upload, safe_name
from kaohe_serve.words import text
from kaohe_serve.work import rules_of

RETURNS = "returns.xlsx"


@get("/datasets/{dataset:uuid}/forms", sync_to_thread=True)
def show_forms(
    request: Asked, dataset: Number, shelf: TheShelf, scheme: FromQuery[str] = "", made: FromQuery[str] = ""
) -> Response[str]:
    """Forms of a scheme for a dataset, and a place to drop those that came back."""
    return page(
        request,
        "forms.html",
        dataset=shelf.dataset(dataset),
        cities=cities_here(),
        scheme=scheme,
        planned=rules_of(scheme).scheme.planned if scheme else "",
        made=papers.made(shelf.papers(dataset), "forms", scheme) if scheme else None,
        fresh=bool(made),
        office=papers.office(),
        collections=[found for found in shelf.collections() if found.dataset == dataset],
    )


@post("/datasets/{dataset:uuid}/forms")
async def make_forms(request: Asked, dataset: Number, press: ThePress, making: ThePapers) -> Response[Any]:
    """Make the forms, and watch it."""
    typed, attached = await sent(request, "plan")

    def ordering() -> str:
        rules_of(typed.get("scheme", ""))
        order = PaperOrder(of=dataset, paper="forms", scheme=typed["scheme"], plan=plans(attached["plan"]))
        press.accept(order)
        return str(making.order(order).job)

    return to(request, f"/papers/{await asyncio.to_thread(ordering)}")


@get("/datasets/{dataset:uuid}/forms/file", sync_to_thread=True)
def take_forms(dataset: Number, shelf: TheShelf, scheme: FromQuery[str]) -> File:
    """The forms, packed."""
    found = papers.made(shelf.papers(dataset), "forms", scheme)
    if found is None:
        raise NotThere([Problem("paper", text("this has not been made"), text("make it first"))])
    name = f"{safe_name(shelf.dataset(dataset).name)} {papers.titles()['forms']}.zip"
    return File(found.file, filename=name, media_type=MEDIA[".zip"])


@post("/datasets/{dataset:uuid}/returns")
async def collect(request: Asked, dataset: Number, desk: TheDesk, press: ThePress, making: ThePapers) -> Response[Any]:
    """Read returned forms, and watch it."""
    typed, attached = await sent(request, "files", "plan")

    def ordering() -> str:
        rules_of(typed.get("scheme", ""))
        folder = Path(mkdtemp(prefix="kaohe-returned-"))
        try:
            receive_forms([Upload(*file) for file in attached["files"]], folder, desk.settings.most_unpacked)
            order = CollectionOrder(
                dataset=dataset,
                scheme=typed["scheme"],
                returned=folder,
                plan=plans(attached["plan"]),
                received=day_of(typed.get("received", "")),
                closed="closed" in typed,
            )
            press.accept(order)
            return str(making.order(order, lambda _: papers.clear(folder)).job)
        except BaseException:
            papers.clear(folder)
            raise

    return to(request, f"/papers/{await asyncio.to_thread(ordering)}")


@get("/collections/{collection:uuid}", sync_to_thread=True)
def show_collection(request: Asked, collection: Number, shelf: TheShelf) -> Response[str]:
    """What came of returned forms."""
    found = shelf.collection(collection)
    faulty = [_faulty(one) for one in found.returns if one.faults]
    return page(
        request, "collection.html", collection=found, faulty=faulty[:MOST_SHOWN], further=len(faulty[MOST_SHOWN:]),
        others=[one for one in found.returns if not one.faults and one.state not in ("taken", "missing")],
        missing=[one for one in found.returns if one.state == "missing"],
    )  # fmt: skip


@frozen
class Said:
    """One fault of a form, and every cell of a sheet that has it."""

    sheet: str
    cells: list[str]
    severity: str
    message: str
    remedy: str


@frozen
class Faulty:
    """A returned form and what is wrong with it."""

    institution: str
    name: str
    file: str
    said: str
    marked: str
    number: int
    faults: list[Said]


def _faulty(one: StoredReturn) -> Faulty:
    """A return's faults, the same ones of a sheet together."""
    found: dict[tuple[str, str, str, str], Said] = {}
    for fault in one.faults:
        sheet = fault["file"].rpartition(" › ")[2] if " › " in fault["file"] else ""
        key = sheet, fault["severity"], fault["message"], fault["remedy"]
        said = found.setdefault(key, Said(sheet, [], *key[1:]))
        if fault["row"] is not None:
            said.cells.append(f"{fault['column']}{fault['row']}")
    return Faulty(one.institution, one.name, one.file, one.said, one.marked, len(one.faults), list(found.values()))


MOST_SHOWN = 100
"""Forms with faults that are shown; the list of returns has all."""


@get("/collections/{collection:uuid}/returns", sync_to_thread=True)
def take_returns(collection: Number, shelf: TheShelf) -> File:
    """The list of returns, with every fault."""
    return File(shelf.collected(collection) / RETURNS, filename=RETURNS, media_type=MEDIA[".xlsx"])


@get("/collections/{collection:uuid}/marked", sync_to_thread=True)
def take_marked(collection: Number, shelf: TheShelf, file: FromQuery[str] = "") -> File:
    """A copy of a returned form with its faults marked; or all of them, packed."""
    folder = shelf.collected(collection) / "marked"
    if not file:
        packed, said = papers.packed(folder), text("Forms with their faults marked")
        return File(packed, filename=f"{said}.zip", media_type=MEDIA[".zip"])
    known = {one.marked for one in shelf.collection(collection).returns if one.marked}
    if file not in known:
        raise NotThere([Problem("paper", text("there is no such copy"), text("choose one of the list"))])
    return File(folder / file, filename=file, media_type=MEDIA[".xlsx"])


router = Router(
    "/",
    route_handlers=[
        show_forms, make_forms, take_forms, collect, show_collection, take_returns, take_marked,
    ],
    include_in_schema=False,
)  # fmt: skip
