"""What a run rests on: its assumptions, every value with its source, readings of open words, and versions."""

from __future__ import annotations

from litestar import Response, Router, get

from kaohe.store import open_run, parameters
from kaohe.values import value_said
from kaohe_serve import records
from kaohe_serve.api import Number, TheShelf
from kaohe_serve.pages.rendering import Asked, page
from kaohe_serve.words import stages


@get("/runs/{run:uuid}/basis", sync_to_thread=True)
def show_basis(request: Asked, run: Number, shelf: TheShelf) -> Response[str]:
    """The values of the year, those that were not given, and the readings."""
    file = shelf.file(run)
    with records.reading(file) as connection:
        assumed = records.assumed(connection)
    return page(
        request, "basis.html", run=shelf.run(run), about=records.about(file), assumed=assumed,
        values=parameters(open_run(file)), said=value_said, stages=stages(),
    )  # fmt: skip


router = Router("/", route_handlers=[show_basis], include_in_schema=False)
