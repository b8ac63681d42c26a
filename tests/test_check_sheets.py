"""What a workbook or a folder holds beside its tables is not passed over in silence."""

from __future__ import annotations

import openpyxl
import pytest
from faulty import Case, Said, file, refuses, without
from forms import workbook, year
from project import Project


def edited(project: Project, sheet: str, merged: str = "", **cells: object) -> list[str]:
    """What is said of the year as a workbook, one sheet of it changed."""
    path = workbook(project.root / "year.xlsx", year())
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet][place].value = value
    if merged:
        book[sheet].merge_cells(merged)
    book.save(path)
    return project.kaohe("check", path, "--scheme", "changzhou/2022").err.splitlines()


def test_merged_cells_are_refused(project: Project) -> None:
    """To a reader only E1 has a scorer: E2 and 0003 would be the city's."""
    assert edited(project, "Events", "C2:C4")[0] == (
        "error: year.xlsx › Events, row 2, column scorer: these cells are merged; only the first holds something → "
        "unmerge them, fill in each"
    )


@pytest.mark.parametrize("merged", ["L2:M4", "C90:C92"], ids=["beside the table", "below it"])
def test_merged_cells_of_nothing_do_not_matter(project: Project, merged: str) -> None:
    assert edited(project, "Events", merged) == []


def test_a_cell_right_of_the_last_heading_is_asked_after(project: Project) -> None:
    """The first of each column; the dataset is sound."""
    said = edited(project, "Persons served", E3="see note", E5="and here", F2=" ")
    assert said == [
        "warning: year.xlsx › Persons served, row 3, column E: there is no heading here; it is not used → give the "
        "column a heading, or clear it"
    ]


def test_an_empty_folder_of_a_table_is_refused(project: Project) -> None:
    said = Said("events", None, "", "this folder holds no .csv or .parquet file → add them, or remove it",
                "文件夹中没有 .csv 或 .parquet 文件。请放入文件，或删去该文件夹")  # fmt: skip
    refuses(project, Case("", [said], without("events"), file("events/note.txt", "later")))


def test_a_broken_year_is_not_called_missing_too(project: Project) -> None:
    folder = project.dataset
    (folder / "dataset.toml").write_text("name = x\n", encoding="utf-8")
    said = project.kaohe("check", folder).err.splitlines()
    assert len(said) == 2
    assert said[0].startswith("error: dataset.toml")
    assert said[1].startswith("1 error")


def test_a_formula_beside_the_table_is_asked_after(project: Project) -> None:
    """Nobody has computed it; a reader takes its cell for none."""
    (said,) = edited(project, "Persons served", AD40="=1+1")
    assert said.startswith("warning: year.xlsx › Persons served, row 40, column AD: there is no heading here")
