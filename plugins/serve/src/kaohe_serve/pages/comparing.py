"""Two runs side by side: who moves, and whose money."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from litestar import Response, Router, get
from litestar.params import FromQuery

from kaohe_serve import overview, records
from kaohe_serve.api import TheShelf
from kaohe_serve.pages.rendering import Asked, page


@get("/compare", sync_to_thread=True)
def compare(
    request: Asked, shelf: TheShelf, one: FromQuery[UUID | None] = None, other: FromQuery[UUID | None] = None
) -> Response[str]:
    """Choose two runs; or, with both, what differs."""
    runs = shelf.runs()
    if one is None or other is None:
        return page(request, "compare.html", runs=runs, one=one, other=other, pair=None)
    left, right = shelf.run(one), shelf.run(other)
    found = overview.moved(shelf.file(one), shelf.file(other))
    changed: dict[str, Decimal] = {}
    for entry in found:
        for account, amount in entry.amounts.items():
            changed[account] = changed.get(account, Decimal(0)) + amount
    abouts = [records.about(shelf.file(number)) for number in (one, other)]
    return page(
        request, "compare.html", runs=runs, one=one, other=other, pair=(left, right), abouts=abouts,
        moved=found[: overview.MOST_MOVED], total=len(found), changed=changed,
        graded=sum(entry.one["grade"] != entry.other["grade"] for entry in found),
    )  # fmt: skip


router = Router("/", route_handlers=[compare], include_in_schema=False)
