"""The sheets of a workbook that somebody filled in, which is looked into before it is opened."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from kaohe.archive import UNREADABLE, refuse_spread, refuse_unsafe
from kaohe.messages import text
from kaohe.problems import Problem, Refused


def sheets(path: Path, code: str) -> dict[str, list[list[Any]]]:
    """The rows of each sheet as Python values; raises Refused, with problems of that code where it cannot be read."""
    from python_calamine import CalamineError, load_workbook

    try:
        refuse_unsafe(path, str(path))
        with zipfile.ZipFile(path) as archive:
            for part in archive.namelist():
                if part.startswith("xl/worksheets/"):
                    refuse_spread(archive.read(part), str(path))
        workbook = load_workbook(path)
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }
    except FileNotFoundError:
        raise Refused([Problem(code, text("there is no such file"), text("check the path"), file=str(path))]) from None
    except (*UNREADABLE, CalamineError) as fault:
        message = text("the file cannot be read: {fault}", fault=fault)
        remedy = text("open it in the program that made it and save it again")
        raise Refused([Problem(code, message, remedy, file=str(path))]) from fault
