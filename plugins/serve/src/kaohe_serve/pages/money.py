"""Whose money it is: an account of the journal, institution by institution; a region's year, from budget to burden."""

from __future__ import annotations

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery

from kaohe import Problem, Refused
from kaohe.letter import letter
from kaohe.store import open_run
from kaohe_serve import overview, records
from kaohe_serve.api import Number, TheShelf
from kaohe_serve.pages.rendering import Asked, page
from kaohe_serve.problems import NotThere
from kaohe_serve.words import text

ROWS = 50
"""Rows of a page."""


@get("/runs/{run:uuid}/account", sync_to_thread=True)
def show_account(
    request: Asked,
    run: Number,
    shelf: TheShelf,
    fund: FromQuery[str],
    account: FromQuery[str],
    start: FromQuery[int] = 0,
) -> Response[str]:
    """Who stands on an account, the largest amounts first."""
    start = max(0, start)
    with records.reading(shelf.file(run)) as connection:
        total, balance, rows = overview.account(connection, fund, account, ROWS, start)
        regions = overview.region_names(connection)
    if not total:
        raise NotThere([Problem("account", text("nothing stands on this account"), text("choose one of the list"))])
    return page(
        request, "account.html", run=shelf.run(run), fund=fund, account=account, total=total, balance=balance,
        rows=rows, regions=regions, start=start, size=ROWS, given={"fund": fund, "account": account},
    )  # fmt: skip


@get("/runs/{run:uuid}/regions/{region:str}", sync_to_thread=True)
def show_region(request: Asked, run: Number, region: FromPath[str], shelf: TheShelf) -> Response[str]:
    """A region's year: its budget step by step, the months, deposits, and who bears what is above it."""
    try:
        told = letter(open_run(shelf.file(run)), region)
    except Refused as refused:
        raise NotThere(refused.problems) from None
    return page(request, "region.html", run=shelf.run(run), told=told)


router = Router("/", route_handlers=[show_account, show_region], include_in_schema=False)
