"""An official's folder and the command line, over the agreement assessment's background."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from tianjin_dataset import PLANS, Given, write

from kaohe.command import main

SCHEME = "tianjin/institutions-2023"
RELEASE = {"method": "steps", "ends": [{"at": 0, "share": 0.5}, {"at": 90, "share": 1}]}
APPEAL = {
    "appeal": "S1", "institution": "N01", "table": "marks", "row": "JS 1", "filed": "2024-02-01", "department": "JS",
    "answered": "2024-03-10", "decision": "upheld", "to": "44",
}  # fmt: skip


class Office:
    """An official's folder and the command line."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        setting = {"value": RELEASE, "provenance": "agreement", "source": "协议"}
        (folder / "params.toml").write_text(tomli_w.dumps({"deposit.release": setting}), encoding="utf-8")

    def kaohe(self, *arguments: object, lang: str = "en") -> tuple[int, str, str]:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([*map(str, arguments), "--lang", lang])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return int(str(stop.value.code or 0)), out, err

    def run(self, name: str, given: Given, *more: object) -> tuple[int, str, str]:
        dataset = write(given, "institutions", self.folder / f"{name} dataset")
        plan = PLANS["institutions"]
        settings = ["--plan", plan, "--params", self.folder / "params.toml"]
        return self.kaohe("run", dataset, "--scheme", SCHEME, *settings, "--out", self.folder / f"{name}.db", *more)

    def table(self, name: str, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / f"{name}.db")) as connection:
            return connection.execute(query).fetchall()


def year(**tables: Any) -> Given:
    return Given(marks={"JS": {"1": "34"}}, payments={"2023-01": "100.05", "2023-02": "200.00"}, tables=tables)
