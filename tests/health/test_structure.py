"""The conventions that matter, held over the source itself."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import kaohe
from kaohe.plugin import spec

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src" / "kaohe"
TRACKED = (".py", ".md", ".toml", ".txt", ".po", ".yml", "")

LAYERS = [
    ["groups", "messages", "spans"],
    ["problems", "place"],
    ["archive"],
    ["workbook"],
    ["money"],
    ["model"],
    ["accounts", "causes"],
    ["loading"],
    ["plan"],
    ["rubric"],
    ["salvage"],
    ["values"],
    ["parameters"],
    ["changes"],
    ["rules"],
    ["dataset"],
    ["plugin"],
    ["plans"],
    ["references"],
    ["assembly"],
    ["printed"],
    ["waterfall"],
    ["journal"],
    ["stages"],
    ["budgets"],
    ["payouts"],
    ["procedure"],
    ["draw"],
    ["marking", "past", "payments", "cases", "reconcile"],
    ["appeals"],
    ["remarks", "unsettled", "uncovered"],
    ["sources"],
    ["compute"],
    ["run"],
    ["trial"],
    ["probe"],
    ["store"],
    ["alike"],
    ["corrections"],
    ["repeat"],
    ["provenance"],
    ["explain"],
    ["letter"],
    ["statement"],
    ["demo"],
    ["command"],
]
"""From the bottom up: a module imports at run time only from its own layer or one below."""

LATER = {("plugin", "stages"), ("plugin", "budgets"), ("plugin", "payouts"), ("plugin", "assembly")}
"""What is imported inside a function: the core's default hooks call the stages when they run."""


def modules() -> Iterator[tuple[Path, str]]:
    """Every module of the core and the name of its layer."""
    for path in sorted(CORE.rglob("*.py")):
        relative = path.relative_to(CORE)
        layer = relative.parts[0].removesuffix(".py")
        if layer not in ("__init__", "__main__"):
            yield path, layer


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """The layers of the core that a module imports, and whether only inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in ast.walk(function)
    }
    typing_only = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.startswith("kaohe")
            and node not in typing_only
        ):
            names = [node.module] if node.module != "kaohe" else [f"kaohe.{alias.name}" for alias in node.names]
            for name in names:
                yield name.split(".")[1], node in inside


def rank(layer: str) -> int:
    return next(position for position, layers in enumerate(LAYERS) if layer in layers)


def test_every_module_has_its_layer() -> None:
    assert {layer for _, layer in modules()} == {layer for layers in LAYERS for layer in layers}


@pytest.mark.parametrize(("path", "layer"), list(modules()), ids=lambda value: str(getattr(value, "stem", value)))
def test_a_module_imports_only_from_below(path: Path, layer: str) -> None:
    upwards = [
        name for name, inside in imported(path) if rank(name) > rank(layer) and not (inside and (layer, name) in LATER)
    ]
    assert upwards == []


def is_feature(path: Path) -> bool:
    """Whether a file belongs to a feature plugin, which adds commands, and not to a city."""
    project = ROOT / "plugins" / path.relative_to(ROOT / "plugins").parts[0] / "pyproject.toml"
    return "kaohe.commands" in tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("entry-points", {})


def documented() -> set[str]:
    """The core's modules that docs/architecture.md offers to feature plugins."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    offered = re.search(r"\*\*A feature plugin\*\*(.*?)\n\n", page, re.DOTALL)
    return set(re.findall(r"`(kaohe[.\w]*)`", offered.group(1))) if offered else set()


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("plugins/*/src/**/*.py")), ids=lambda path: path.parent.name + "." + path.stem
)
def test_a_plugin_uses_only_public_names(path: Path) -> None:
    """A city uses what `kaohe` itself offers; a feature plugin the documented modules too, without underscores."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.startswith("kaohe.")]
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "kaohe":
            names = {alias.name for alias in node.names}
            if is_feature(path) and node.module != "kaohe":
                assert node.module in documented()
                assert not [name for name in names if name.startswith("_")]
            else:
                assert node.module == "kaohe"
                assert names <= set(kaohe.__all__)


@pytest.mark.parametrize(
    "path", [*sorted((CORE / "stages").glob("*.py")), CORE / "journal.py"], ids=lambda path: path.stem
)
def test_no_float_comes_near_points_or_money(path: Path) -> None:
    """No float literal, no true division, no mean, round or Decimal in what the engine computes with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), ast.dump(node)
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), ast.dump(node)
        assert not (isinstance(node, ast.Attribute) and node.attr in ("mean", "round", "Float64", "Float32", "pow"))
        assert not (isinstance(node, ast.Name) and node.id == "float")


def city_folders() -> list[Path]:
    """The folders of the cities in this repository: the distributions that hold a scheme."""
    return sorted({path.parents[3] for path in ROOT.glob("plugins/*/src/*/*/scheme.toml")})


def city_words() -> set[str]:
    """What only a city would say: its names, its documents, and the sentences of its rules, without white space."""
    names = {"常州", "天津", "青岛", *(folder.name for folder in city_folders())}
    rules: set[str] = set()
    for path in (file for folder in city_folders() for file in folder.glob("src/**/*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for document in content.get("documents", []):
            names |= {document["number"], document["title"], document["issuer"]}
        for section in content.get("sections", []):
            rules |= {clause["text"] for item in section["items"] for clause in item["clauses"]}
        rules |= {veto["text"] for veto in content.get("vetoes", [])}
    sentences = {rule for rule in rules if len(rule) > 9}  # a plan's indicators are words that anyone uses
    return {"".join(word.split()).casefold() for word in names | sentences}


def test_the_core_knows_no_city() -> None:
    """Neither in its code and data nor in what it says."""
    sources = [path for path in (ROOT / "core").rglob("*") if path.suffix in (".py", ".toml", ".md")]
    said = {path: "".join(path.read_text(encoding="utf-8").split()).casefold()
            for path in [*sources, *ROOT.glob("locales/*/LC_MESSAGES/kaohe.po")]}  # fmt: skip
    words = city_words()
    assert len(words) > 100  # names, documents and every clause of the cities
    assert [f"{path.relative_to(ROOT)}: {word}" for path, text in said.items() for word in words if word in text] == []


SYNONYMS = {
    "vendor": "institution", "provider": "institution", "evaluator": "scorer", "grader": "scorer",
    "penalty": "deduction", "bonus": "gain", "threshold": "cutoff", "retention": "quality deposit",
    "criterion": "clause",
    "reimbursement": "settlement",
    "fine_amount": "deduction", "overrun": "overspend",
}  # fmt: skip
"""Words that would compete with the glossary's."""


def test_the_glossary_s_words_are_used() -> None:
    pattern = re.compile(r"\b(" + "|".join(SYNONYMS) + r")s?\b", re.IGNORECASE)
    sources = [*CORE.rglob("*.py"), *CORE.rglob("*.toml"), *ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("docs/*.md")]
    found = [
        f"{path.relative_to(ROOT)}: {match.group()} → {SYNONYMS[match.group(1).lower()]}"
        for path in sources
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def hooks() -> list[str]:
    """The names of all hooks."""
    return [
        name
        for name, value in vars(spec).items()
        if callable(value) and getattr(value, "__module__", "") == spec.__name__
    ]


def test_there_are_about_a_dozen_hooks() -> None:
    assert hooks() == [
        "schemes", "facts", "rubric", "exempt", "score", "combine", "grade", "consequences", "allocate", "settle",
        "checks", "demo",
    ]  # fmt: skip


@pytest.mark.parametrize("hook", hooks())
def test_a_hook_is_tested(hook: str) -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    assert re.search(rf"\b{hook}\b", tests)


def test_workbooks_are_written_in_one_place() -> None:
    """Only `kaohe.workbook` knows how a text stays a text."""
    sources = [*CORE.rglob("*.py"), *ROOT.glob("plugins/*/src/**/*.py")]
    writers = [path for path in sources if re.search(r"xlsxwriter(\.|.*\b)Workbook\b", path.read_text("utf-8"))]
    assert {path.parent for path in writers} == {CORE / "workbook"}


@pytest.mark.parametrize("package", sorted(ROOT.glob("plugins/*/src/*/__init__.py")), ids=lambda path: path.parent.name)
def test_no_plugin_s_modules_go_round_in_a_circle(package: Path) -> None:
    """A module is understood without those that use it; what is imported for its types alone counts too."""
    name = package.parent.name
    modules = {
        ".".join((name, *path.relative_to(package.parent).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in package.parent.rglob("*.py")
    }
    uses: dict[str, set[str]] = {}
    for module, path in modules.items():
        imports = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
        named = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
        named |= {str(node.module) for node in imports if f"{node.module}.{node.names[0].name}" not in modules}
        uses[module] = (named & modules.keys()) - {module, name}
    assert list(TopologicalSorter(uses).static_order())
