"""A project on disk for the tests: make a dataset, run a command, look at the outcome."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from kaohe.command import main

Row = Mapping[str, object]

SCHEME = "changzhou/2022"

SHEET_METRICS: dict[str, tuple[int, int | str]] = {
    "training.plan": (1, ""),
    "training.internal": (4, ""),
    "ledger.kept": (1, ""),
    "satisfaction": (100, 100),
}
"""What a nursing home without fault shows on each sheet: numerator and denominator."""


def clean_year() -> dict[str, list[dict[str, object]]]:
    """One nursing home, N1, without stars or events, assessed by D1 (30 persons) and D2 (10): 80 points."""
    return {
        "institutions": [{"institution": "N1", "name": "甲养老院", "kind": "nursing_home", "services": "机构护理",
                          "basic_insurance": "否", "star": 0}],
        "agreements": [{"agreement": "X1", "institution": "N1", "from": "2021-01-01", "to": "2023-12-31"}],
        "scorers": [
            {"scorer": "D1", "name": "市中心", "role": "district"},
            {"scorer": "D2", "name": "溧阳市", "role": "district"},
        ],
        "served": [
            {"institution": "N1", "scorer": "D1", "persons": 30},
            {"institution": "N1", "scorer": "D2", "persons": 10},
        ],
        "steps": [
            {"institution": "N1", "scorer": "D1", "step": "declaration", "done": "2023-02-08"},
            {"institution": "", "scorer": "D1", "step": "reported", "done": "2023-02-20"},
            {"institution": "", "scorer": "D2", "step": "reported", "done": "2023-02-20"},
        ],
        "events": [
            {"event": "E1", "institution": "N1", "scorer": "D1", "date": "2022-03-05", "handled": "",
             "fact": "complaint.substantiated", "count": 1, "evidence": "投诉登记表1", "status": ""}
        ],
        "metrics": [
            {"institution": "N1", "scorer": scorer, "period": "2022", "fact": fact, "numerator": top,
             "denominator": bottom, "evidence": "", "status": ""}
            for scorer in ("D1", "D2") for fact, (top, bottom) in SHEET_METRICS.items()
        ],
    }  # fmt: skip


@frozen
class Outcome:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output, without a float anywhere."""
        return json.loads(self.out, parse_float=_no_float)


def _no_float(number: str) -> None:
    raise AssertionError(f"{number} is a binary float to whoever reads the document")


@frozen
class Project:
    """A folder to work in, with a dataset of the clean year unless the test writes another."""

    root: Path
    capsys: pytest.CaptureFixture[str]
    tables: dict[str, list[dict[str, object]]] = field(factory=clean_year)

    @property
    def dataset(self) -> Path:
        """The dataset's folder, written as the tables are now."""
        folder = self.root / "dataset"
        folder.mkdir(exist_ok=True)
        (folder / "dataset.toml").write_text(
            'name = "测试年度"\nfrom = 2022-01-01\nto = 2022-12-31\n', encoding="utf-8"
        )
        for table, rows in self.tables.items():
            (folder / f"{table}.csv").write_bytes(csv_text(rows).encode())
        return folder

    def kaohe(self, *arguments: object, lang: str = "en") -> Outcome:
        """Run a command line in this process; a traceback fails the test."""
        self.capsys.readouterr()
        try:
            main([*(str(argument) for argument in arguments), "--lang", lang])
            status = 0
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return Outcome(status, out, err)

    def run(self, *more: object, lang: str = "en") -> Outcome:
        """Run the dataset under Changzhou's scheme into `run.db`."""
        return self.kaohe("run", self.dataset, "--scheme", SCHEME, "--out", self.root / "run.db", *more, lang=lang)

    def written(self) -> Path:
        """The run of the dataset, as a file."""
        assert self.run().status == 0
        return self.root / "run.db"

    def files(self) -> set[str]:
        """The names of all that stands in the folder, hidden files too."""
        return {path.name for path in self.root.iterdir()}


def csv_text(rows: Iterable[Row]) -> str:
    """Rows as CSV; the first row's keys are the headings."""
    listed = list(rows)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(listed[0]) if listed else [])
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue()
