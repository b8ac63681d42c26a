"""What must stand in another table: codes, and the sheets on which facts count."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from attrs import frozen

from kaohe.dataset.contract import CONTRACT
from kaohe.dataset.findings import Fault, Findings, collected
from kaohe.dataset.records import Records, declared
from kaohe.dataset.typed import Typed
from kaohe.messages import text

SHEET = ["institution", "scorer"]
LISTED = {"institutions": "institution", "scorers": "scorer"}
"""The tables in which a sheet's codes stand."""


@frozen(eq=False)
class References:
    """The tables that could be read, those of events and metrics among them; `served` where it has no faults."""

    tables: Mapping[str, Typed]
    records: Mapping[str, Records]
    served: Typed | None
    findings: Findings

    def check(self) -> None:
        """Unknown codes, and scorers that serve nobody of an institution."""
        known = self._known_sheets()
        apart = {name: self._apart(records.table, known) for name, records in self.records.items()}
        for table in self.tables.values():
            for name, column in CONTRACT[table.raw.table].columns.items():
                if column.refers in self.tables and name in table.names:
                    self._codes(table, name, column.refers, apart.get(table.raw.table))
        for name, records in self.records.items():
            if self.served is not None and len(apart[name].drop_nulls()):
                self._unserved(records, self.served)

    def _known_sheets(self) -> pl.DataFrame:
        """The sheets whose institution and scorer are known."""
        if self.served is None:
            return pl.DataFrame(schema=dict.fromkeys(SHEET, pl.String))
        sheets = _sheets(self.served)
        for table, code in LISTED.items():
            if table in self.tables:
                sheets = sheets.join(self._known(table, code), on=code, how="semi")
        return collected(sheets, held=self._held("served", *LISTED))

    def _apart(self, table: Typed, known: pl.DataFrame) -> pl.DataFrame:
        """The few pairs of institution and scorer in a table that are no known sheet: only they are looked up."""
        pairs = table.rows.select(SHEET).join(known.lazy(), on=SHEET, how="anti")
        return collected(pairs.unique(), held=table.raw.held)

    def _codes(self, table: Typed, name: str, other: str, apart: pl.DataFrame | None) -> None:
        message = text("this is not in the table “{table}” ({title})", table=other, title=CONTRACT[other])
        fault = Fault("unknown", message, text("correct it, or add it there"))

        def unknown(rows: pl.LazyFrame) -> pl.LazyFrame:
            return rows.filter(pl.col(name).is_not_null()).join(self._known(other, name), on=name, how="anti")

        held = self._held(table.raw.table, other)
        if apart is None or not collected(unknown(apart.lazy()), held=held).is_empty():
            rows = unknown(table.rows)
            self.findings.rows(table.raw, rows, fault, table.heading(name), pl.col(name), held=held)

    def _unserved(self, records: Records, served: Typed) -> None:
        """A scorer that serves nobody of an institution has no sheet on which its facts would count."""
        table = records.table
        remedy = text("correct it, or add the persons to the table “served” ({title})", title=CONTRACT["served"])
        fault = Fault("scorer", text("this scorer serves nobody of this institution"), remedy)
        rows = table.rows.filter(~declared("of_anybody"), *(pl.col(code).is_not_null() for code in SHEET))
        rows = rows.join(_sheets(served), on=SHEET, how="anti")
        for other, code in LISTED.items():
            if other in self.tables:  # a code that is not there has been complained of
                rows = rows.join(self._known(other, code), on=code, how="semi")
        held = self._held(table.raw.table, "served", *LISTED)
        self.findings.rows(table.raw, rows, fault, table.heading("scorer"), pl.col("scorer"), held=held)

    def _known(self, table: str, name: str) -> pl.LazyFrame:
        """The codes that stand in a table, as a column of this name."""
        return self.tables[table].rows.select(pl.col(CONTRACT[table].key[0]).alias(name)).drop_nulls()

    def _held(self, *tables: str) -> bool:
        return all(self.tables[table].raw.held for table in tables if table in self.tables)


def _sheets(served: Typed) -> pl.LazyFrame:
    return served.rows.filter(pl.col("persons") > 0).select(SHEET)
