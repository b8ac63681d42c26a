"""The roster is in no run: no name, no number, in no form."""

from __future__ import annotations

import json
import re
from pathlib import Path

from project import SCHEME, Project
from stored import tables

import kaohe
from kaohe.run import Run
from kaohe.store.tables import stored_tables

ROSTER = {
    "institution": "N1",
    "number": 1,
    "name": "欧阳不存",
    "id_number": "11010519491231002X",
    "phone": "13800138000",
}
PRIVATE = ("欧阳不存", "11010519491231002X", "11010519491231002", "13800138000")


def test_the_roster_is_in_no_table_and_no_byte(project: Project) -> None:
    project.tables["staff"] = [ROSTER]
    outcome = project.run("--json")
    assert outcome.status == 0
    stored = tables(project.root / "run.db")
    assert not [table for table in stored if "staff" in table]
    assert "staff.csv" in json.loads(stored["run"][0]["files"])
    content = (project.root / "run.db").read_bytes()
    for word in PRIVATE:
        assert word.encode() not in content
        assert word not in outcome.out + outcome.err


def test_no_identity_number_of_a_whole_city_is_in_a_byte(run: Run, file: Path) -> None:
    numbers = {number.encode() for number in run.dataset.tables["staff"].select("id_number").collect().to_series()}
    assert len(numbers) > 100
    assert numbers & set(re.findall(rb"(?=([0-9]{17}[0-9X]))", file.read_bytes())) == set()


def test_the_roster_is_in_no_table_of_a_parquet_run(project: Project) -> None:
    project.tables["staff"] = [ROSTER]
    frames = stored_tables(kaohe.assess(project.dataset, SCHEME))
    assert not [table for table in frames if "staff" in table]
    said = json.dumps([part.to_dicts() for portions in frames.values() for part in portions()], ensure_ascii=False)
    assert not [word for word in PRIVATE if word in said]
