"""The language: the locale's, the option's, Chinese otherwise."""

from __future__ import annotations

import pytest
from processes import process
from project import Project

from kaohe.command import main


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB"}, "en"),
        ({"LANG": "C"}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "zh_CN"),
        ({"LANG": "POSIX"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "", "LANGUAGE": "en"}, "zh_CN"),
        ({}, "zh_CN"),
        ({"LANG": ""}, "zh_CN"),
    ],
    ids=str,
)
def test_the_locale_chooses_the_language_and_chinese_is_the_default(env: dict[str, str], language: str) -> None:
    done = process(["facts", "--help"], env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("Print one JSON document." in done.stdout) == (language == "en")
    assert ("用法" in done.stdout) == (language == "zh_CN")


def test_a_language_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["facts", "--lang", "de"])
    out, err = capsys.readouterr()
    assert out == ""
    assert "zh_CN" in err


def spoken(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        main(arguments)
    return capsys.readouterr().out


@pytest.mark.parametrize("locale", ["en_US.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize(("option", "said"), [("en", "Usage: "), ("zh_CN", "用法")])
def test_the_option_chooses_the_language_wherever_it_stands(
    locale: str, option: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert said in spoken(capsys, "--lang", option, "facts", "--help")
    assert said in spoken(capsys, f"--lang={option}", "facts", "--help")
    assert said in spoken(capsys, "facts", "--help", "--lang", option)
    assert said in spoken(capsys, "facts", f"--lang={option}", "--help")
    assert ("Usage: " if locale.startswith("en") else "用法") in spoken(capsys, "facts", "--help")


def test_problems_are_told_in_the_language_that_was_asked_for(project: Project) -> None:
    english, chinese = project.kaohe("rubric", "nowhere"), project.kaohe("rubric", "nowhere", lang="zh_CN")
    assert "there is no city “nowhere”" in english.err
    assert "there is" not in chinese.err
    assert "nowhere" in chinese.err
    assert project.kaohe("rubric", "nowhere", "--json", lang="zh_CN").json["problems"][0]["message"] in chinese.err


def test_output_is_utf_8_whatever_the_terminal_says() -> None:
    env = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process(["facts"], env=env, encoding=None)
    assert done.returncode == 0
    assert "查实投诉" in done.stdout.decode("utf-8")
