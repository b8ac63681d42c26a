"""A city's own texts: each is said in every language, with the same values."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kaohe.plugin.manager import City
from kaohe_conformance.suite import Suite

SCHEME = """scheme = "talking/1"
name = { zh_CN = "某市", en = "Somewhere" }
reviewed = 2025-01-01
results_given = { zh_CN = "另行公布", en = "Published elsewhere" }

[[documents]]
number = "某医保〔2025〕1号"
title = "某市考核办法"
issuer = "某市"
"""
CODE = """from kaohe import texts

text, plural = texts("talking")
SOUND, LACKING, OTHER = text("{n} of {all}", n=1, all=2), text("nowhere"), text("{n} here", n=1)
SEVERAL = plural(2, "{n} case", "{n} cases")
"""
ENGLISH = """msgid "{n} of {all}"
msgstr "{n} of {all}"

msgid "nowhere"
msgstr "nowhere"

msgid "{n} here"
msgstr "{n} here"

msgid "{n} case"
msgid_plural "{n} cases"
msgstr[0] "{n} case"
msgstr[1] "{n} cases"
"""
CHINESE = """msgid "{n} of {all}"
msgstr "{all}之{n}"

msgid "nowhere"
msgstr ""

msgid "{n} here"
msgstr "此处{number}"

msgid "{n} case"
msgid_plural "{n} cases"
msgstr[0] "{n}例"
"""
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals={}; plural={};\\n"\n\n'


def test_a_text_that_is_not_said_or_has_other_values_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "talking"
    for place, content in {
        "1/scheme.toml": SCHEME,
        "__init__.py": CODE,
        "locales/en/LC_MESSAGES/talking.po": HEAD.format(2, "(n != 1)") + ENGLISH,
        "locales/zh_CN/LC_MESSAGES/talking.po": HEAD.format(1, 0) + CHINESE,
    }.items():
        (package / place).parent.mkdir(parents=True, exist_ok=True)
        (package / place).write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    city = City.of("talking", __import__("talking"))
    monkeypatch.delitem(sys.modules, "talking")
    checks = {check.subject: check for check in Suite("talking", lambda _: city).checks if check.kind.kind == "text"}
    found = {subject: [str(fault) for fault in check.faults()] for subject, check in checks.items()}
    assert found["{n} of {all}"] == found["{n} case"] == []
    assert len(found["nowhere"]) == len(found["{n} here"]) == 1
    assert "zh_CN" in found["nowhere"][0]
    assert "此处{number}" in found["{n} here"][0]
