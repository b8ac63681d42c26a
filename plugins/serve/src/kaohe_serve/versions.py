"""Runs that another version of kaohe wrote: where one cannot be told, it is said so, with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from litestar import Request

from kaohe import Problem, Refused
from kaohe.stages.contract import RESULTS_OF_STAGES
from kaohe.store.tables import CLAUSE
from kaohe_serve.records import every, reading
from kaohe_serve.words import text

PROBLEMS = ("severity", "code", "table", "row", "column", "file", "message", "remedy", "message_en", "remedy_en")
COLUMNS = {**RESULTS_OF_STAGES, "clauses": CLAUSE, "problems": PROBLEMS}
"""The columns of a run's tables, as this version writes them."""


def outdated(file: Path) -> list[Problem]:
    """What is to be said of a run that was stored otherwise than this version does; nothing where it was not."""
    with reading(file) as connection:
        found = {
            table: {row["name"] for row in every(connection, "select name from pragma_table_info(?)", [table])}
            for table in COLUMNS
        }
    if all(found[table] >= set(columns) for table, columns in COLUMNS.items()):
        return []
    message = text("this run was written by another version of kaohe, which stored it otherwise")
    return [Problem("run", message, text("run its dataset again; the file can still be taken home as it is"))]


@contextmanager
def understood(files: Iterable[Path]) -> Iterator[None]:
    """What fails inside because one of these runs is another version's is Refused with that."""
    try:
        yield
    except Refused:
        raise
    except Exception as fault:
        if said := [problem for file in files for problem in outdated(file)]:
            raise Refused(said) from fault
        raise


def refusal(request: Request[Any, Any, Any]) -> Refused | None:
    """Why a request for runs fails, where that is because another version wrote one of them."""
    named = (request.path_params.get("run"), request.query_params.get("one"), request.query_params.get("other"))
    for number in filter(None, named):
        with suppress(Refused, ValueError):
            if said := outdated(request.app.state.shelf.file(UUID(str(number)))):
                return Refused(said)
    return None
