"""Throw-away cities, as if installed: modules or folders with their metadata, in a folder of their own."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen
from project import Project

from kaohe.store import open_run

OWN = ["changzhou", "qingdao", "tianjin"]
"""The cities that are installed beside the throw-away ones."""
FEATURES = ["compare"]
"""Plugins of this repository that are no cities, and have an example."""

SCHEME = """\
scheme = "{city}/1"
name = {{ zh_CN = "办法", en = "Scheme" }}
reviewed = 2026-01-01

[[documents]]
number = "1"
title = "Document"
issuer = "City"
"""
RUBRIC = """\
rubric = "table"
kind = "nursing_home"
name = { zh_CN = "表", en = "Table" }
document = "1"
annex = "A"
full_score = 10
full_score_basis = "sum"

[[sections]]
section = "only"
name = "Only"

[[sections.items]]
item = "1"
name = "Complaints"
full_score = 10

[[sections.items.clauses]]
clause = "1"
text = "Each complaint costs four points."
fact = "complaint.substantiated"
shape = "per_case"
points = 4
"""
MODULE = """\
import os
import sys
from pathlib import Path

import narwhals as nw

import kaohe
from kaohe import hookimpl

HERE = Path(__file__).parent / "rules" / "{city}"


@hookimpl
def schemes():
    return [HERE]


"""
FACTS = '["colour"]\nname = { zh_CN = "色", en = "Colour" }\ndefinition = "-"\n'
CUTOFFS = '["grade.cutoffs"]\nvalue = [{ grade = "P", at_least = 0 }]\nprovenance = "published"\nsource = "Article 1"\n'
PACKAGE = {"first": SCHEME, "second": SCHEME.replace("/1", "/2")}


@frozen
class Site:
    """A folder of throw-away cities, each a module with its metadata and a scheme, as if installed."""

    folder: Path

    def add(self, city: str, source: str = "", *, scheme: str = SCHEME, rubric: str = RUBRIC, **files: str) -> None:
        """Put a city there: its module (with the usual beginning), its scheme, its rubric and other rule files."""
        self.bare(city, MODULE.format(city=city) + source)
        rules = self.folder / "rules" / city
        (rules / "rubrics").mkdir(parents=True)
        (rules / "scheme.toml").write_text(scheme.format(city=city), encoding="utf-8")
        (rules / "rubrics" / "table.toml").write_text(rubric, encoding="utf-8")
        for name, content in files.items():
            (rules / f"{name}.toml").write_text(content, encoding="utf-8")

    def bare(self, city: str, source: str, entry: str = "", module: str = "", group: str = "kaohe") -> None:
        """Put a city there that is only a module; `entry` is its entry point where that is not the module."""
        module = module or f"city_{city}"
        (self.folder / f"{module}.py").write_text(source, encoding="utf-8")
        about = self.folder / f"{module}-0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0\n", encoding="utf-8")
        (about / "entry_points.txt").write_text(f"[{group}]\n{city} = {entry or module}\n", encoding="utf-8")
        importlib.invalidate_caches()

    def package(self, city: str, schemes: dict[str, str]) -> Path:
        """Put a city there that is a folder of schemes, each with the usual rubric, and no module; the folder."""
        self.bare(city, "")
        (self.folder / f"city_{city}.py").unlink()
        for name, scheme in schemes.items():
            rubrics = self.folder / f"city_{city}" / name / "rubrics"
            rubrics.mkdir(parents=True)
            (rubrics.parent / "scheme.toml").write_text(scheme.format(city=city), encoding="utf-8")
            (rubrics / "table.toml").write_text(RUBRIC, encoding="utf-8")
        return self.folder / f"city_{city}"

    def module(self, city: str) -> ModuleType:
        """The city's module, imported as the product imports it."""
        return importlib.import_module(f"city_{city}")


@contextmanager
def seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The site as if installed, for this process and for those that it starts; nothing of it stays imported."""
    monkeypatch.syspath_prepend(site.folder)
    monkeypatch.setenv("PYTHONPATH", str(site.folder), prepend=os.pathsep)
    yield site
    for name in [name for name in sys.modules if name.startswith("city_")]:
        del sys.modules[name]


def hook(name: str, arguments: str, *lines: str) -> str:
    """The source of a hook."""
    body = "\n    ".join(lines)
    return f"@hookimpl\ndef {name}({arguments}):\n    {body}\n"


MARKS = "calls = []\n" + hook(
    "grade",
    "tables, rules",
    "from kaohe.stages.grade import grade as core",
    "calls.append(rules.scheme.scheme)",
    "return {'results': core(tables, rules)['results'].with_columns(basis=nw.lit('marked'))}",
)
"""A city that grades as the core does, and leaves its mark."""


def refused(project: Project, city: str, *more: object) -> list[str]:
    """The lines in which a run under the city is refused: it wrote nothing, and Changzhou still runs."""
    dataset = project.dataset
    before = project.files()
    outcome = project.kaohe("run", dataset, "--scheme", f"{city}/1", "--out", "run.db", *more)
    assert (outcome.status, outcome.out) == (1, "")
    assert project.files() == before
    *lines, last = outcome.err.splitlines()
    assert last.endswith("nothing was written")
    assert project.run("--json").status == 0
    return lines


def kaohe_rows(run: Path, table: str) -> list[dict[str, object]]:
    return open_run(run).rows(table)


def bases(project: Project, *more: object) -> list[str]:
    outcome = project.kaohe("run", project.dataset, "--out", "run.db", *more)
    assert outcome.status == 0, outcome.err
    return [str(row["basis"]) for row in kaohe_rows(project.root / "run.db", "results")]
