"""Exit statuses, help, and faults of ours: what any command does."""

from __future__ import annotations

import pytest
from project import SCHEME, Project
from promised import PROBLEM

from kaohe.command import COMMANDS


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "dataset", "--out", "run.db"],
        ["run", "dataset", "--scheme", SCHEME],
        ["run", "--scheme", SCHEME, "--out", "run.db"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "foo"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--stage", "grade"],
        ["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--colour"],
        ["run", "dataset", "more", "--scheme", SCHEME, "--out", "run.db"],
        ["assess"],
        ["--colour"],
        ["cities", "changzhou"],
        ["rubric"],
        ["template", SCHEME],
        ["explain", "run.db"],
        ["check"],
        ["demo", "--seed", "lucky"],
        ["facts", "--city"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(arguments: list[str], project: Project) -> None:
    assert project.dataset.exists()
    outcome = project.kaohe(*arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert "Usage: kaohe" in outcome.err
    assert project.files() == {"dataset"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rubric", "nowhere"], "there is no city “nowhere” → installed are changzhou, qingdao, tianjin"),
        (["rubric", "changzhou/1999"], "there is no scheme “changzhou/1999” → there is changzhou/2022"),
        (["facts", "--city", "nowhere"], "there is no city “nowhere”"),
        (["check", "nothing"], "nothing: there is no such file or folder"),
        (["check", "dataset", "--scheme", "nowhere"], "there is no city “nowhere”"),
        (["demo", "nowhere"], "there is no city “nowhere”"),
        (["run", "nothing", "--scheme", SCHEME, "--out", "run.db"], "nothing: there is no such file or folder"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "combine.scorer=mean"],
         "unknown parameter “combine.scorer” → did you mean combine.scorers?"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "combine.scorers=best"],
         "“best” is not one of weighted, mean, pooled"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "=mean"], "unknown parameter “”"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--reading", "grade.cutoffs=90"],
         "“grade.cutoffs” is not a choice"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--params", "nothing.toml"],
         "nothing.toml: there is no such file"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--params", "dataset"],
         "dataset: the file cannot be read: Is a directory"),
        (["run", "dataset", "--scheme", SCHEME, "--out", "run.db", "--plan", "nothing.toml"],
         "nothing.toml: there is no such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_problems_exit_1_in_a_line_or_a_document(arguments: list[str], said: str, project: Project) -> None:
    assert project.dataset.exists()
    outcome = project.kaohe(*arguments)
    assert (outcome.status, outcome.out) == (1, "")
    line, _ = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert "unexpected fault" not in line
    told = project.kaohe(*arguments, "--json")
    assert told.status == 1
    (problem,) = told.json["problems"]
    assert problem.keys() >= PROBLEM
    assert problem["message"] in line
    assert told.err == outcome.err
    assert project.files() == {"dataset"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str, project: Project) -> None:
    for lang, words in {"en": ("Usage: kaohe", "Print one JSON document."), "zh_CN": ("用法", "JSON")}.items():
        outcome = project.kaohe(command, "--help", lang=lang)
        assert (outcome.status, outcome.err) == (0, "")
        assert all(word in outcome.out for word in words)
    assert project.kaohe("--help").out.count(f"\n  {command} ") == 1


def test_the_version(project: Project) -> None:
    outcome = project.kaohe("--version")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith("kaohe 0.")


def test_a_fault_of_ours_is_one_line_not_a_traceback(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("where is it")

    monkeypatch.setattr("kaohe.run.assess", broken)
    outcome = project.run()
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith("error: unexpected fault: LookupError: where is it → please report it")
    assert project.run("--json").json["problems"][0]["code"] == "unexpected"
    monkeypatch.setenv("KAOHE_TRACEBACK", "1")
    with pytest.raises(LookupError):
        project.run()
