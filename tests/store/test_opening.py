"""What is no run, or a damaged one, is not opened; a run is opened for reading only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stored import OTHERS, database, notes, nothing, query

from kaohe.messages import speaking
from kaohe.problems import Refused
from kaohe.store import open_run


def without_its_row(path: Path, file: Path) -> None:
    path.write_bytes(file.read_bytes())
    database("delete from run")(path)


def rubbish(path: Path, *_: Path) -> None:
    path.mkdir()
    notes(path / "run.parquet")


NO_RUNS: dict[str, Callable[..., Any]] = {
    **OTHERS,
    "nothing.db": nothing,
    "nothing": nothing,
    "no_row.db": without_its_row,
    "half.db": lambda path, file: path.write_bytes(file.read_bytes()[:9000]),
    "rubbish": rubbish,
    "empty_folder": lambda path, _: path.mkdir(),
}


@pytest.mark.parametrize("name", NO_RUNS)
def test_what_is_no_run_is_not_opened(name: str, file: Path, tmp_path: Path) -> None:
    NO_RUNS[name](tmp_path / name, file)
    with pytest.raises(Refused) as refusal:
        open_run(tmp_path / name)
    with speaking("en"):
        (problem,) = map(str, refusal.value.problems)
    assert problem == f"{tmp_path / name}: there is no run here → kaohe run … --out FILE makes one"


def test_damage_inside_a_run_is_told(file: Path, tmp_path: Path) -> None:
    (page,) = query(file, "select rootpage from sqlite_master where name = 'trace'")
    content = bytearray(file.read_bytes())
    start = 4096 * (page["rootpage"] - 1)
    content[start : start + 4096] = b"\xff" * 4096
    (tmp_path / "damaged.db").write_bytes(content)
    with pytest.raises(Refused) as refusal:
        open_run(tmp_path / "damaged.db").rows("trace")
    with speaking("en"):
        assert "database disk image is malformed" in str(refusal.value.problems[0])


def test_a_run_is_opened_for_reading_only(file: Path) -> None:
    before = file.read_bytes()
    stored = open_run(file)
    assert len(stored.rows("results", kind="nursing_home")) == 96
    assert stored.rows("results", institution="'; drop table results; --") == []
    assert file.read_bytes() == before
