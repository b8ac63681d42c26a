"""The record of a random draw as a workbook: one page to sign, then who was drawn, and how many of each institution."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from kaohe.dataset import CONTRACT, Dataset
from kaohe.draw import fingerprint
from kaohe.messages import listing, text
from kaohe.model import Rules
from kaohe.money import percent
from kaohe.place import placed, refuse_taken
from kaohe.workbook import HEADING, WHOLE, Book, Column

WIDTHS = (22, 18, 18, 22)
"""The columns of the page; together one A4 page upright."""
LINE = 16
"""Points that a line of text is high."""


@frozen(eq=False)
class Record:
    """One draw: from which dataset (where it lies) by which rules and seed, the population, and who was drawn."""

    dataset: Dataset
    rules: Rules
    path: Path
    seed: str
    population: pl.DataFrame
    drawn: pl.DataFrame

    @property
    def counted(self) -> pl.DataFrame:
        """Each institution: its code, name and kind, how many registered persons it has, how many were drawn."""
        known = self.dataset.tables["institutions"].select("institution", "name", "kind").collect()
        whole = self.population.group_by("institution").agg(registered=pl.len())
        taken = self.drawn.group_by("institution").agg(drawn=pl.len())
        joined = whole.join(known, on="institution").join(taken, on="institution", how="left")
        return joined.select("institution", "name", "kind", "registered", pl.col("drawn").fill_null(0)).sort(
            "institution"
        )


def write(target: Path, record: Record) -> None:
    """Write the workbook; raises Refused where it cannot be written."""
    refuse_taken(target)
    counted = record.counted
    with placed(target) as draft, Book(draft) as book:
        _page(book, record, counted)
        names = counted.select("institution", institution_name="name")
        drawn = record.drawn.join(names, on="institution", how="left", maintain_order="left")
        book.listed(
            str(text("Drawn")),
            [
                Column(str(text("institution")), 14), Column(str(text("institution’s name")), 36),
                Column(str(text("no.")), 8, WHOLE), Column(str(text("name")), 12), Column(str(text("post")), 14),
                Column(str(text("order")), 8, WHOLE),
            ],
            _texts(drawn.select("institution", "institution_name", "number", "name", "post", "place")),
        )  # fmt: skip
        book.listed(
            str(text("Population")),
            [
                Column(str(text("institution")), 14), Column(str(text("institution’s name")), 34),
                Column(str(text("kind")), 20), Column(str(text("registered")), 12, WHOLE),
                Column(str(text("drawn")), 12, WHOLE),
            ],
            _texts(counted.with_columns(kind=_kinds())),
        )  # fmt: skip


def _kinds() -> pl.Expr:
    choices = CONTRACT["institutions"].columns["kind"]
    return pl.col("kind").map_elements(choices.shown, return_dtype=pl.String)


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().cast(pl.String))


def _page(book: Book, record: Record, counted: pl.DataFrame) -> None:
    """What was drawn from what, by which rule and seed, how to repeat it, and room to sign."""
    worksheet = book.sheet(str(text("Record")))
    for column, wide in enumerate(WIDTHS):
        worksheet.set_column(column, column, wide)
    title = book.style(bold=True, font_size=18, align="center", valign="vcenter")
    worksheet.merge_range(0, 0, 0, len(WIDTHS) - 1, str(text("Record of the random draw")), title)
    worksheet.set_row(0, 36)
    row = 2
    for name, said in _told(record):
        row = _line(book, worksheet, row, name, said)
    row = _table(book, worksheet, row + 1, counted)
    plain = book.style(valign="bottom")
    signed = (text("Drawn by (signature):"), text("Supervised by (signature):"), text("Date:"))
    for below, label in zip(range(row + 2, row + 8, 2), signed, strict=True):
        worksheet.write_string(below, 0, str(label), plain)
        worksheet.merge_range(below, 1, below, 2, "", book.style(bottom=1))
    worksheet.print_area(0, 0, row + 6, len(WIDTHS) - 1)
    worksheet.fit_to_pages(1, 1)


def _told(record: Record) -> Sequence[tuple[str, str]]:
    scheme, rules = record.rules.scheme, record.rules
    documents = listing(f"《{document.title}》（{document.number}）" for document in scheme.documents)
    share, rounding = rules.parameters["draw.share"], rules.parameters["draw.rounding"]
    options = {"--scheme": scheme.scheme, "--seed": record.seed, "--reading": f"draw.rounding={rounding.value}"}
    command = shlex.join(["kaohe", "draw", str(record.path), *(part for option in options.items() for part in option)])
    method = text(
        "Each institution's registered staff is put in the order of the SHA-256 of “seed|institution|number” in "
        "hexadecimal, from the lowest on; the first are drawn: the share of their number, rounded ({rounding}).",
        rounding=rounding.options[rounding.value],
    )
    repeated = text(
        "With the same rosters and the same seed, “{command}” draws the same persons. The same rosters: the SHA-256 of "
        "their sorted lines “institution|number” is {digest}.",
        command=command,
        digest=fingerprint(record.population),
    )
    article = scheme.draw.article if scheme.draw else ""
    told = {
        text("Dataset"): record.dataset.name,
        text("Under"): f"{documents} {article}",
        text("Share drawn"): f"{percent(Fraction(share.value))}（{share.source}）" if share.source else share.value,
        text("Seed"): record.seed,
        text("How it is drawn"): method,
        text("How to repeat it"): repeated,
    }
    return [(str(name), str(said)) for name, said in told.items()]


def _line(book: Book, worksheet: Any, row: int, name: str, said: str) -> int:
    """A name and what is said, as high as it needs; the row below."""
    cell = {"border": 1, "valign": "vcenter", "text_wrap": True}
    worksheet.write_string(row, 0, name, book.style(bold=True, **cell))
    worksheet.merge_range(row, 1, row, len(WIDTHS) - 1, said, book.style(**cell))
    wide = (len(said.encode()) + len(said)) // 2
    worksheet.set_row(row, LINE * (wide // (sum(WIDTHS[1:]) - 3) + 1) + 4)
    return row + 1


def _table(book: Book, worksheet: Any, row: int, counted: pl.DataFrame) -> int:
    """How many institutions and persons of each kind, and of all; the row below."""
    headings = [text("kind"), text("institutions"), text("registered"), text("drawn")]
    for column, heading in enumerate(headings):
        worksheet.write_string(row, column, str(heading), book.style(**HEADING))
    sums = [pl.len().alias("institutions"), pl.col("registered").sum(), pl.col("drawn").sum()]
    kinds = counted.with_columns(kind=_kinds()).group_by("kind").agg(sums).sort("kind").rows()
    for kind_said, *numbers in [*kinds, (str(text("total")), *counted.select(sums).row(0))]:
        row += 1
        worksheet.write_string(row, 0, kind_said, book.style(border=1))
        for column, number in enumerate(numbers, 1):
            worksheet.write_number(row, column, number, book.style(border=1, num_format=WHOLE))
    return row + 1
