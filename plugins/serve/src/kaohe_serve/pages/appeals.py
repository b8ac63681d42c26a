"""An appeal: filed or decided on the page of its record; the year is run anew, and the two runs are compared."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from attrs import evolve
from litestar import Response, Router, get, post
from litestar.params import FromPath, FromQuery, URLEncodedBody

from kaohe.dataset import CONTRACT
from kaohe_serve.api import Number, TheDesk, TheJobs, TheShelf
from kaohe_serve.appealing import Appeal, appealed, valid
from kaohe_serve.jobs import State
from kaohe_serve.pages.rendering import Asked, page, to
from kaohe_serve.problems import NotThere


@get("/runs/{run:uuid}/institutions/{institution:str}/appeal", sync_to_thread=True)
def show_appeal(
    request: Asked, run: Number, institution: FromPath[str], shelf: TheShelf, table: FromQuery[str], row: FromQuery[str]
) -> Response[str]:
    """The form for an appeal against a record."""
    blank = Appeal(institution=institution, table=table, row=row)
    decisions = CONTRACT["appeals"].columns["decision"]
    return page(request, "appeal.html", run=shelf.run(run), appeal=blank, decisions=decisions)


@post("/runs/{run:uuid}/appeals", sync_to_thread=True)
def enter_appeal(
    request: Asked, run: Number, data: URLEncodedBody[Appeal], shelf: TheShelf, desk: TheDesk, jobs: TheJobs
) -> Response[Any]:
    """Enter the appeal in a copy of the dataset, and run it as a correction of this run."""
    before = shelf.run(run)
    made = appealed(shelf, shelf.dataset(before.order.dataset), valid(data))
    order = evolve(before.order, dataset=made.dataset, corrects=run)
    desk.accept(order)

    def ended(state: State) -> None:
        if state != "done":  # a copy that nothing came of is nobody's
            with suppress(NotThere):
                shelf.remove_dataset(made.dataset)

    return to(request, f"/jobs/{jobs.order(order, ended).job}")


router = Router("/", route_handlers=[show_appeal, enter_appeal], include_in_schema=False)
