"""Worked cases as a workbook, the same as the TOML: each is made from the other without loss.

The sheet 文件 says what holds for the file, 算例 names the cases, a sheet of each table holds what is given (in the
dataset's own columns), 参数 the parameters, 应得 what must come out. A cell that is blank says nothing; one that must
be blank says （空）.
"""

from __future__ import annotations

from pathlib import Path

from kaohe.place import placed, refuse_taken
from kaohe.problems import Problem, Refused
from kaohe_conformance.case import CaseFile, dump, load, structured
from kaohe_conformance.words import text
from kaohe_conformance.workbook.reading import content
from kaohe_conformance.workbook.writing import write as write_workbook


def read(path: Path) -> CaseFile:
    """The cases of a TOML file or a workbook; raises Refused with every fault."""
    return structured(content(path), str(path)) if path.suffix.lower() == ".xlsx" else load(path)


def write(file: CaseFile, target: Path) -> None:
    """Write the cases as TOML or, by the target's suffix, as a workbook; raises Refused."""
    if target.suffix.lower() not in (".toml", ".xlsx"):
        message = text("cases are a .toml or an .xlsx file")
        raise Refused([Problem("out", message, text("choose another name"), file=str(target))])
    refuse_taken(target)
    with placed(target) as draft:
        if target.suffix.lower() == ".toml":
            draft.write_text(dump(file), encoding="utf-8", newline="\n")
        else:
            write_workbook(file, draft)
