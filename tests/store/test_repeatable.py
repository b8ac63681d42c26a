"""A run holds what was run: rules, parameters, digests, and all that is needed to compute it again."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

from project import SCHEME, Project
from stored import Rows, inputs, tables

import kaohe
from kaohe.plugin.manager import City
from kaohe.store import save


def test_the_run_says_what_was_run(file: Path, year: Path) -> None:
    (about,) = tables(file)["run"]
    assert about["scheme"] == SCHEME
    assert (about["from"], about["to"]) == ("2022-01-01", "2022-12-31")
    assert set(json.loads(about["stages"]).values()) == {SCHEME}
    assert about["corrects"] is about["closed"] is None
    assert set(json.loads(about["versions"])) == {"kaohe", "kaohe-changzhou"}
    assert all(json.loads(about["versions"]).values())
    digests = {
        path.relative_to(year).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in year.rglob("*")
        if path.is_file()
    }
    assert json.loads(about["files"]) == digests


def test_parameters_are_kept_with_where_they_come_from(project: Project) -> None:
    (project.root / "values.toml").write_text(
        '["grade.cutoffs"]\nvalue = [{ grade = "P", at_least = 59.5 }, { grade = "F", at_least = 0 }]\n'
        'provenance = "agreement"\nsource = "协议第9条"\n',
        encoding="utf-8",
    )
    project.run("--params", "values.toml", "--reading", "combine.scorers=mean")
    (about,) = tables(project.root / "run.db")["run"]
    parameters = {entry["parameter"]: entry for entry in json.loads(about["parameters"])}
    cutoffs, scorers = parameters["grade.cutoffs"], parameters["combine.scorers"]
    assert cutoffs["value"] == [{"grade": "P", "at_least": "59.5"}, {"grade": "F", "at_least": "0"}]
    assert (cutoffs["provenance"], cutoffs["source"], cutoffs["given"]) == ("agreement", "协议第9条", True)
    assert (scorers["value"], scorers["reading"], scorers["given"]) == ("mean", True, True)
    assert parameters["score.rounding"]["given"] is False


def kept_rules(project: Project, settings: str) -> tuple[list[str], Rows]:
    """What a run under Changzhou and a parameter file of this name reads as rules, and what it keeps."""
    (project.root / settings).write_text("# of this year\n", encoding="utf-8")
    assert project.run("--params", settings).status == 0
    _, folder = City.named("changzhou").schemes()[SCHEME]
    core = Path(kaohe.__file__).parent
    used = [core / "facts.toml", core / "parameters.toml", project.root / settings]
    used += [*folder.glob("*.toml"), *folder.glob("rubrics/*.toml")]
    return [path.read_text(encoding="utf-8") for path in used], tables(project.root / "run.db")["rules"]


def test_the_rules_are_kept_as_they_were(project: Project) -> None:
    used, stored = kept_rules(project, "values.toml")
    assert set(used) <= {row["text"] for row in stored}
    for row in stored:
        assert row["sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
        assert not Path(row["path"]).is_absolute()


def test_a_parameter_file_named_like_the_core_s_replaces_nothing(project: Project) -> None:
    used, stored = kept_rules(project, "parameters.toml")
    assert set(used) <= {row["text"] for row in stored}


def test_a_run_can_be_computed_again_from_itself(file: Path, tmp_path: Path) -> None:
    stored = tables(file)
    about = stored["run"][0]
    (tmp_path / "dataset.toml").write_text(
        f'name = "{about["name"]}"\nfrom = {about["from"]}\nto = {about["to"]}\n', encoding="utf-8"
    )
    for table in inputs(stored):
        with (tmp_path / f"{table.removeprefix('in_')}.csv").open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.DictWriter(sheet, list(stored[table][0]))
            writer.writeheader()
            writer.writerows(stored[table])
    save(kaohe.assess(tmp_path, SCHEME), tmp_path / "again.db")
    again = tables(tmp_path / "again.db")
    for table in stored.keys() - {"run"}:
        assert again[table] == stored[table], table
