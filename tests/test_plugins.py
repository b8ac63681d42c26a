"""Cities are contained: what is wrong with one is told by its name, and every other still runs."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen
from project import Project

import kaohe
from kaohe import probe
from kaohe.command import main
from kaohe.messages import speaking
from kaohe.plugin import spec
from kaohe.plugin.manager import City, scheme_named
from kaohe.probe import Probed, looked_at
from kaohe.problems import Refused
from kaohe.stages.contract import RESULTS_OF_STAGES, STAGES
from kaohe.store import open_run

OWN = ["changzhou", "qingdao", "tianjin"]
FEATURES = ["compare"]
"""Plugins of this repository that are no cities, and have an example."""
"""The cities that are installed beside the throw-away ones."""

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


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with seen(Site(tmp_path_factory.mktemp("site")), monkeypatch) as made:
        yield made


@frozen
class Fault:
    """A city with a fault: its module after the usual beginning, or all of it, and what is said of it."""

    city: str
    source: str
    said: str
    whole: bool = False
    entry: str = ""

    def put(self, site: Site) -> None:
        if self.whole:
            site.bare(self.city, self.source, self.entry)
        else:
            site.add(self.city, self.source)


def hook(name: str, arguments: str, *lines: str) -> str:
    """The source of a hook."""
    body = "\n    ".join(lines)
    return f"@hookimpl\ndef {name}({arguments}):\n    {body}\n"


def signatures() -> dict[str, str]:
    """Every hook with its arguments."""
    return {
        name: ", ".join(inspect.signature(function).parameters)
        for name, function in vars(spec).items()
        if inspect.isfunction(function) and function.__module__ == spec.__name__
    }


KINDS = {
    "misspelt": ("{hook}z", "{arguments}", "return []", "there is no hook “{hook}z” → did you mean {hook}?"),
    "argument": ("{hook}", "{arguments}, colour", "return []", "Argument(s) {{'colour'}} are declared in the hookimpl"),
    "imports": ("{hook}", "{arguments}", "import nowhere_at_all", "{hook} failed: ModuleNotFoundError"),
    "raises": ("{hook}", "{arguments}", "1 // 0", "{hook} failed: ZeroDivisionError"),
    "leaves": ("{hook}", "{arguments}", "raise SystemExit(0)", "{hook} failed: SystemExit: 0"),
    "type": ("{hook}", "{arguments}", "return 5", "{hook} returned int"),
}
"""Kinds of fault in a hook: its name, arguments and body, and what is said."""

UNIMPORTABLE = [
    Fault("raises", "raise RuntimeError('no luck')",
          "it cannot be imported: RuntimeError: no luck (city_raises.py:18)"),
    Fault("lines", "raise RuntimeError('no\\nluck')", "it cannot be imported: RuntimeError: no luck"),
    Fault("imports", "import nowhere_at_all",
          "ModuleNotFoundError: No module named 'nowhere_at_all' (city_imports.py:18)"),
    Fault("gone", "", "ModuleNotFoundError: No module named 'city_nowhere'", whole=True, entry="city_nowhere"),
    Fault("nameless", "", "AttributeError: module 'city_nameless' has no attribute 'it'",
          whole=True, entry="city_nameless:it"),
    Fault("syntax", "def (:", "SyntaxError: invalid syntax (city_syntax.py, line 1)", whole=True),
    Fault("leaves", "raise SystemExit('bye')", "it cannot be imported: SystemExit: bye"),
    Fault("leaves_well", "raise SystemExit(0)", "it cannot be imported: SystemExit: 0"),
]  # fmt: skip
MISFITS = [
    Fault("misspelt", hook("scheme", "", "return []"),
          "there is no hook “scheme” → did you mean schemes?"),
    Fault("unlike", hook("colour", "", "return []"), "there is no hook “colour” → the hooks are allocate, checks, "),
    Fault("argument", hook("score", "tables, colour", "return {}"),
          "Argument(s) {'colour'} are declared in the hookimpl"),
    Fault("bare", "def schemes(): return []",
          "it has neither a scheme nor a hook → put scheme.toml into a folder of the package", whole=True),
    Fault("kaohe", "", "a hook does not fit: ValueError: Plugin name already registered"),
]  # fmt: skip
BROKEN_HOOKS = [
    Fault("schemes_raises", hook("schemes", "", "1 // 0"), "schemes failed: ZeroDivisionError"),
    Fault("schemes_late", hook("schemes", "", "yield HERE", "1 // 0"), "schemes failed: ZeroDivisionError"),
    Fault("schemes_leaves", hook("schemes", "", "sys.exit()"), "schemes failed: SystemExit"),
    Fault("schemes_int", hook("schemes", "", "return 5"), "schemes returned int"),
    Fault("schemes_ints", hook("schemes", "", "return [5]"), "schemes returned list[int]"),
    Fault("schemes_text", hook("schemes", "", "return str(HERE)"), "schemes returned str[str]"),
    Fault("schemes_file", hook("schemes", "", "return [Path(__file__)]"), "scheme.toml"),
    Fault("schemes_nowhere", hook("schemes", "", "return [HERE / 'no']"), "scheme.toml: there is no such file"),
    Fault("schemes_twice", hook("schemes", "", "return [HERE, HERE]"), "the scheme “schemes_twice/1” is there twice"),
    Fault("facts_raises", hook("facts", "", "1 // 0"), "facts failed: ZeroDivisionError"),
    Fault("facts_text", hook("facts", "", "return 'facts.toml'"), "facts returned str"),
    Fault("facts_nowhere", hook("facts", "", "return HERE / 'facts.toml'"), "facts.toml: there is no such file"),
    Fault("rubric_raises", hook("rubric", "scheme, folder", "1 // 0"), "rubric failed: ZeroDivisionError"),
    Fault("rubric_late", hook("rubric", "scheme", "yield HERE", "1 // 0"), "rubric failed: ZeroDivisionError"),
    Fault("rubric_int", hook("rubric", "", "return 5"), "rubric returned int"),
    Fault("rubric_texts", hook("rubric", "", "return ['table.toml']"), "rubric returned list[str]"),
    Fault("rubric_nowhere", hook("rubric", "", "return [HERE / 'no.toml']"), "no.toml: there is no such file"),
]  # fmt: skip
BROKEN = [*UNIMPORTABLE, *MISFITS, *BROKEN_HOOKS]


@frozen
class BrokenRules:
    """A city whose code is sound and whose rule files are not."""

    city: str
    said: str
    scheme: str = SCHEME
    rubric: str = RUBRIC
    facts: str = ""

    def put(self, site: Site) -> None:
        own = {"facts": self.facts} if self.facts else {}
        source = hook("facts", "", "return HERE / 'facts.toml'") if own else ""
        site.add(self.city, source, scheme=self.scheme, rubric=self.rubric, **own)


FACTS = '["colour"]\nname = { zh_CN = "色", en = "Colour" }\ndefinition = "-"\n'
BROKEN_RULES = [
    BrokenRules("scheme_syntax", "scheme.toml: this is not valid TOML", scheme="scheme = "),
    BrokenRules("scheme_key", "scheme.toml: unknown key “colour”", scheme='colour = "red"\n' + SCHEME),
    BrokenRules("scheme_other", "plugin “scheme_other”: the scheme “changzhou/2022” belongs to another city",
                scheme=SCHEME.replace("{city}/1", "changzhou/2022")),
    BrokenRules("rubric_syntax", "table.toml: this is not valid TOML", rubric="[[sections]"),
    BrokenRules("rubric_sum", "the items add up to 10, not to 11",
                rubric=RUBRIC.replace("full_score = 10", "full_score = 11", 1)),
    BrokenRules("rubric_fact", "the fact “complaint.new” is not in the vocabulary",
                rubric=RUBRIC.replace(".substantiated", ".new")),
    BrokenRules("no_document", "scheme.toml, key documents: no document is named → say its number, title and issuer",
                scheme=SCHEME.partition("\n[[")[0] + "\ndocuments = []\n"),
    BrokenRules("marks_unused", 'a table has marks, which the scheme does not use → say features = ["marks"]',
                rubric=RUBRIC.replace("per_case", "mark").replace("points = 4", "")
                .replace('fact = "complaint.substantiated"', "").replace("full_score = 10\n\n[[sections.items.",
                'full_score = 10\ndirection = "earn"\n\n[[sections.items.')),
    BrokenRules("facts_prefix", "a city's own facts begin with “facts_prefix.”",
                facts=FACTS),
]  # fmt: skip

ALONE = [
    Fault("hangs", "import threading; threading.Event().wait()", "it did not load within"),
    Fault("kills", "os._exit(7)", "it ended its process: exit 7"),
    Fault("kills_saying", "print('out of order', file=sys.stderr, flush=True); os._exit(0)",
          "it ended its process: out of order"),
    Fault("killed", "os.kill(os.getpid(), 9)", "it ended its process: exit -9"),
]  # fmt: skip
"""What only a process of its own contains."""

TRIED = [
    Fault("stage_raises", hook("score", "", "1 // 0"), "score failed: ZeroDivisionError"),
    Fault("stage_lacks", hook("settle", "", "return {}"), "settle returned no table “journal”"),
    Fault("checks_int", hook("checks", "", "return 5"), "checks returned int"),
]
"""What shows only when a year is run."""

SOUND = [
    Fault("sound", "", ""),
    Fault("prints", "print('{\"city\": 1}', end='')", ""),
    Fault("prints_bytes", "os.write(1, b'\\xff\\xfe')", ""),
    Fault("prints_at_exit", "import atexit; atexit.register(print, 'bye')", ""),
]
"""What is no fault."""


def named(problem: Fault | BrokenRules) -> str:
    return problem.city


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cities may load as slowly as this machine pleases; only the one that hangs is not waited for."""
    real = probe._probe

    def patient(city: str, _: float, spoken: str) -> Probed:
        return real(city, 0.2 if city == "hangs" else 600, spoken)

    monkeypatch.setattr(probe, "_probe", patient)


@pytest.mark.usefixtures("patience")
def test_cities_names_every_fault_and_lists_the_others(project: Project, site: Site) -> None:
    """All at once, in a folder with a file that would stand in for the standard library's."""
    (project.root / "json.py").write_text("raise RuntimeError('not the standard library')", encoding="utf-8")
    faulty: list[Fault | BrokenRules] = [*BROKEN, *BROKEN_RULES, *TRIED, *ALONE]
    for fault in [*faulty, *SOUND]:
        fault.put(site)

    outcome = project.kaohe("cities", "--strict", "--json")

    assert (outcome.status, outcome.err) == (1, "")
    found = {city["city"]: city for city in outcome.json}
    assert len(outcome.json) == len(found) == len(faulty) + len(SOUND) + len(OWN) + len(FEATURES)
    assert {
        fault.city: found[fault.city]["fault"] for fault in faulty if fault.said not in found[fault.city]["fault"]
    } == {}
    assert [fault.city for fault in faulty if "\n" in found[fault.city]["fault"] or found[fault.city]["schemes"]] == []
    sound = {city: found[city] for city in [*OWN, *map(named, SOUND)]}
    assert {city: holds["fault"] for city, holds in sound.items() if holds["fault"]} == {}
    assert [city for city, holds in found.items() if holds["feature"]] == FEATURES
    assert {city: (found[city]["schemes"], found[city]["fault"]) for city in FEATURES} == {"compare": ([], "")}
    schemes = {city: [scheme["scheme"] for scheme in holds["schemes"]] for city, holds in sound.items()}
    assert schemes == {
        "changzhou": ["changzhou/2022"],
        "qingdao": ["qingdao/2023"],
        "tianjin": ["tianjin/agencies-2024", "tianjin/institutions-2023"],
        **{fault.city: [f"{fault.city}/1"] for fault in SOUND},
    }


@pytest.mark.usefixtures("patience")
def test_cities_tells_faults_beside_the_table_and_exits_0(project: Project, site: Site) -> None:
    UNIMPORTABLE[0].put(site)
    outcome = project.kaohe("cities")
    assert outcome.status == 0
    assert outcome.err == "raises: plugin “raises”: it cannot be imported: RuntimeError: no luck (city_raises.py:18)\n"
    assert "changzhou/2022" in outcome.out
    assert "cannot be used" in outcome.out


@pytest.fixture
def keyboard() -> Iterator[None]:
    """A standard input on which somebody has typed."""
    reader, writer = os.pipe()
    os.write(writer, b"yes\n" * 9)
    os.close(writer)
    former = os.dup(0)
    os.dup2(reader, 0)
    yield
    os.dup2(former, 0)
    for end in (former, reader):
        os.close(end)


@pytest.mark.usefixtures("keyboard", "patience")
def test_cities_is_strict_only_about_faults_and_lets_nobody_ask(project: Project, site: Site) -> None:
    site.add("asks", "if sys.stdin.readline(): raise RuntimeError('somebody answered')")
    outcome = project.kaohe("cities", "--strict")
    assert (outcome.status, outcome.err) == (0, "")
    assert "asks/1" in outcome.out


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


@pytest.mark.parametrize("fault", BROKEN, ids=named)
def test_run_names_plugin_and_fault_in_one_line(fault: Fault, project: Project, site: Site) -> None:
    fault.put(site)
    (line,) = refused(project, fault.city)
    assert line.startswith("error: ")
    assert f"“{fault.city}”: " in line or str(site.folder) in line
    assert fault.said in line


@pytest.mark.parametrize("rules", BROKEN_RULES, ids=named)
def test_run_names_the_broken_file_of_a_city(rules: BrokenRules, project: Project, site: Site) -> None:
    rules.put(site)
    (line,) = refused(project, rules.city)
    assert line.startswith("error: ")
    assert rules.said in line
    assert str(site.folder) in line or f"plugin “{rules.city}”" in line


STAGE = """\
import polars as pl
from kaohe.stages.contract import STAGES
from kaohe.stages.frames import empty

@hookimpl
def {stage}(tables, rules):
    made = {{table: empty(columns) for table, columns in STAGES["{stage}"].returns.items()}}
    first = "{first}"
    {spoil}
    return made
"""
SPOILS = {
    "raises": ("1 // 0", "{stage} failed: ZeroDivisionError"),
    "leaves": ("raise SystemExit(0)", "{stage} failed: SystemExit: 0"),
    "panics": ("pl.Series([1]).map_elements(lambda _: sys.exit(3), return_dtype=pl.Int64)", "{stage} failed: "),
    "number": ("made = 5", "{stage} returned int"),
    "list": ("made = [made[first]]", "{stage} returned list"),
    "nothing_in_it": ("made = {{}}", "{stage} returned no table “{first}”"),
    "another_name": ("made = {{'tables': made.pop(first), **made}}", "{stage} returned no table “{first}”"),
    "no_table": ("made[first] = None", "the stage {stage} returned a table “{first}” that does not fit: NoneType"),
    "eager": ("made[first] = made[first].collect()", "a table “{first}” that does not fit: DataFrame"),
    "lacks": ("made[first] = made[first].drop('{last}')", "a table “{first}” that does not fit: {last}: – ≠"),
    "float": (
        "made[first] = made[first].with_columns({last}=nw.lit(None).cast(nw.Float64))",
        "a table “{first}” that does not fit: {last}: Float64 ≠",
    ),
    "late": ("made[first] = made[first].select(nw.col('nowhere'))", "{stage} failed: ColumnNotFoundError"),
    "later": (
        "made[first] = nw.from_native(pl.LazyFrame({{'{last}': ['a']}}).select(pl.col('{last}').cast(pl.Int64)))",
        "{stage} failed: InvalidOperationError",
    ),
}


EVERYWHERE = ("raises", "number", "nothing_in_it", "eager", "lacks")
"""What is tried in every stage; the rest in one."""


@pytest.mark.parametrize(
    ("stage", "spoil"),
    [(stage, spoil) for stage in STAGES for spoil in SPOILS if stage == "score" or spoil in EVERYWHERE],
)
def test_run_names_the_plugin_whose_stage_fails(stage: str, spoil: str, project: Project, site: Site) -> None:
    first = next(iter(STAGES[stage].returns))
    last = list(RESULTS_OF_STAGES[first])[-1]
    line, said = (part.format(stage=stage, first=first, last=last) for part in SPOILS[spoil])
    site.add("sloppy", STAGE.format(stage=stage, first=first, spoil=line))
    (line,) = refused(project, "sloppy")
    assert line.startswith("error: plugin “sloppy”: ")
    assert said in line


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 // 0", "checks failed: ZeroDivisionError: integer division or modulo by zero (city_sloppy.py:20)"),
        ("yield 1 // 0", "checks failed: ZeroDivisionError"),
        ("return 5", "checks returned int"),
        ("return ['it is all wrong']", "checks returned list[str]"),
        ("return kaohe.Problem('own', 'text')", "checks returned Problem"),
        ("sys.exit()", "checks failed: SystemExit"),
    ],
)
def test_run_and_check_name_the_plugin_whose_checks_fail(lines: str, said: str, project: Project, site: Site) -> None:
    site.add("sloppy", hook("checks", "dataset", lines))
    (line,) = refused(project, "sloppy")
    assert f"plugin “sloppy”: {said}" in line
    assert line in project.kaohe("check", project.dataset, "--scheme", "sloppy").err
    assert project.kaohe("check", project.dataset, "--scheme", "changzhou").status == 0


def test_what_a_city_s_checks_find_is_told_as_any_problem(project: Project, site: Site) -> None:
    found = "kaohe.Problem('own', 'too few beds', 'add some', 'error', 'beds.csv', row=3)"
    site.add("careful", hook("checks", "dataset, rules", "assert rules.scheme.scheme == 'careful/1'", f"yield {found}"))
    assert refused(project, "careful") == ["error: beds.csv, row 3: too few beds → add some"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 // 0", "plugin “sloppy”: demo failed: ZeroDivisionError"),
        ("return 5", "plugin “sloppy”: demo returned int"),
        ("return None", "sloppy has no example year yet"),
        ("return 'sloppy/2'", "there is no scheme “sloppy/2”"),
    ],
)
def test_demo_names_the_city_whose_example_fails(lines: str, said: str, project: Project, site: Site) -> None:
    site.add("sloppy", hook("demo", "folder", lines))
    outcome = project.kaohe("demo", "sloppy", "--folder", "year")
    assert (outcome.status, outcome.out) == (1, "")
    line, _ = outcome.err.splitlines()
    assert said in line
    assert not (project.root / "year" / "run.db").exists()


def test_a_journal_that_does_not_balance_is_not_written(project: Project, site: Site) -> None:
    row = dict.fromkeys(RESULTS_OF_STAGES["journal"], "x") | {"amount": 5}
    spoil = f"made[first] = nw.from_native(pl.LazyFrame({row!r}))"
    site.add("unbalanced", STAGE.format(stage="settle", first="journal", spoil=spoil))
    assert any("entry “x” does not balance: 5 fen are left" in line for line in refused(project, "unbalanced"))


def test_an_unknown_city_or_scheme_is_refused_with_those_there_are(project: Project, site: Site) -> None:
    site.add("sound")
    (line,) = refused(project, "nowhere")
    assert line == "error: there is no city “nowhere” → installed are changzhou, qingdao, sound, tianjin"
    outcome = project.kaohe("run", project.dataset, "--scheme", "sound/2", "--out", "other.db")
    assert "error: there is no scheme “sound/2” → there is sound/1" in outcome.err
    assert outcome.status == 1


def test_a_city_with_one_scheme_may_be_named_alone(site: Site) -> None:
    site.add("sound")
    city, scheme, folder = scheme_named("sound")
    assert (city.name, scheme.scheme, folder) == ("sound", "sound/1", site.folder / "rules" / "sound")
    with pytest.raises(Refused, match="tianjin"):
        scheme_named("tianjin")


def test_a_city_that_two_distributions_claim_is_nobody_s(project: Project, site: Site) -> None:
    site.bare("twin", MODULE.format(city="twin"), module="city_twin_b")
    site.bare("twin", MODULE.format(city="twin"), module="city_twin_a")
    (line,) = refused(project, "twin")
    assert line == (
        "error: plugin “twin”: the city is there twice: city_twin_a (city_twin_a), city_twin_b (city_twin_b)"
        " → uninstall all but one: whose rules count must not be a guess"
    )


@pytest.mark.parametrize("hook", signatures())
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_a_hook_is_named(hook: str, kind: str, site: Site, tmp_path: Path) -> None:
    """Each kind of fault in each hook, with the plugin's name; the other cities load."""
    name, arguments, body, said = (part.format(hook=hook, arguments=signatures()[hook]) for part in KINDS[kind])
    site.add("sloppy", f"@hookimpl\ndef {name}({arguments.strip(', ')}):\n    {body}\n")
    with speaking("en"):
        fault = looked_at("sloppy").fault
        if hook == "demo" and not fault:  # an example year is made when somebody asks for it
            with pytest.raises(Refused) as refused:
                City.named("sloppy").demo(tmp_path, 1)
            fault = str(refused.value)
    assert fault.startswith("plugin “sloppy”: "), fault
    assert said in fault


PACKAGE = {"first": SCHEME, "second": SCHEME.replace("/1", "/2")}


def test_a_city_needs_no_line_of_python(project: Project, site: Site) -> None:
    """A folder with rule files, not even a package of Python's, is a city: its schemes, facts and tables."""
    folder = site.package("plain", PACKAGE)
    (folder / "facts.toml").write_text(FACTS.replace("colour", "plain.colour"), encoding="utf-8")
    assert list(City.named("plain").schemes()) == ["plain/1", "plain/2"]
    assert "plain.colour" in City.named("plain").facts()
    assert looked_at("plain").fault == ""
    assert project.kaohe("run", project.dataset, "--scheme", "plain/1", "--out", "run.db").status == 0
    # 10 − 4 = 6 with 30 persons, 10 with 10 persons: (6×30 + 10×10) ÷ 40 = 7
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["7"]


CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "too few beds: {beds}"
msgstr "床位不足：{beds}"
"""


def test_a_city_s_own_catalogue_needs_no_compiling(site: Site) -> None:
    folder = site.package("spoken", PACKAGE)
    (folder / "__init__.py").write_text("", encoding="utf-8")
    catalogue = folder / "locales" / "zh_CN" / "LC_MESSAGES" / "city_spoken.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    text, _ = kaohe.texts("city_spoken")
    said = text("too few beds: {beds}", beds=3)
    with speaking("zh_CN"):
        assert str(said) == "床位不足：3"
    with speaking("en"):
        assert str(said) == "too few beds: 3"


def test_a_city_of_data_answers_itself_what_it_wants(project: Project, site: Site) -> None:
    """One stage in Python beside the rule files; and hooks for schemes and facts come before them."""
    folder = site.package("mixed", PACKAGE)
    start = "from kaohe import hookimpl, defaults\nfrom pathlib import Path\nimport narwhals as nw\n"
    (folder / "__init__.py").write_text(
        start + MARKS + "\n\n" + hook("schemes", "", "return [Path(__file__).parent / 'second']"), encoding="utf-8"
    )
    assert list(City.named("mixed").schemes()) == ["mixed/2"]
    assert bases(project, "--scheme", "mixed") == ["marked"]


def test_what_a_plugin_prints_does_not_get_into_a_document(project: Project, site: Site) -> None:
    site.add("prints", "print('imported')\n" + hook("score", "", "print('called')"))
    outcome = project.kaohe("run", project.dataset, "--scheme", "prints/1", "--out", "run.db", "--json")
    assert outcome.json["scheme"] == "prints/1"
    assert outcome.err.split() == ["imported", "called"]


ANSWERS = "from kaohe.plugin import defaults\ncalls = []\n" + hook("checks", "", "calls.append('checks')") + "".join(
    hook(stage, "tables, rules", f"calls.append('{stage}')",
         f"return defaults.{stage}(tables, rules) if hasattr(defaults, '{stage}') else None")
    for stage in STAGES
)  # fmt: skip
"""A city that answers every stage, and says so."""


def test_a_city_answers_every_hook_once_in_its_own_run_and_never_in_another_s(project: Project, site: Site) -> None:
    site.add("one", ANSWERS)
    site.add("other", ANSWERS)
    assert City.named("other").has("score")
    assert project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "one.db").status == 0
    assert site.module("one").calls == ["checks", *STAGES]
    assert site.module("other").calls == []
    assert project.run().status == 0
    assert site.module("one").calls == ["checks", *STAGES]
    assert site.module("other").calls == []


def test_only_the_plugin_that_a_run_needs_is_imported(project: Project, site: Site) -> None:
    site.add("one")
    site.add("other")
    assert project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "one.db").status == 0
    assert "city_one" in sys.modules
    assert "city_other" not in sys.modules


MARKS = "calls = []\n" + hook(
    "grade",
    "tables, rules",
    "from kaohe.stages.grade import grade as core",
    "calls.append(rules.scheme.scheme)",
    "return {'results': core(tables, rules)['results'].with_columns(basis=nw.lit('marked'))}",
)
"""A city that grades as the core does, and leaves its mark."""


def bases(project: Project, *more: object) -> list[str]:
    outcome = project.kaohe("run", project.dataset, "--out", "run.db", *more)
    assert outcome.status == 0, outcome.err
    return [str(row["basis"]) for row in kaohe_rows(project.root / "run.db", "results")]


def kaohe_rows(run: Path, table: str) -> list[dict[str, object]]:
    return open_run(run).rows(table)


def test_a_city_that_overrides_one_stage_answers_instead_of_the_core(project: Project, site: Site) -> None:
    site.add("marking", MARKS)
    ours = bases(project, "--scheme", "changzhou/2022")
    assert bases(project, "--scheme", "marking/1") == ["marked"]
    assert site.module("marking").calls == ["marking/1"]
    scores = kaohe_rows(project.root / "run.db", "items")
    assert [(row["item"], row["points"]) for row in scores] == [("1", "6"), ("1", "10")]
    assert bases(project, "--scheme", "changzhou/2022") == ours == ["reading:combine.scorers=weighted"]
    assert site.module("marking").calls == ["marking/1"]


def test_a_stage_is_taken_from_another_scheme_alone(project: Project, site: Site) -> None:
    site.add("marking", MARKS)
    ours = bases(project, "--scheme", "changzhou/2022")
    scored = kaohe_rows(project.root / "run.db", "trace")
    assert bases(project, "--scheme", "changzhou/2022", "--stage", "grade=marking/1") == ["marked"] * len(ours)
    assert site.module("marking").calls == ["marking/1"]
    assert kaohe_rows(project.root / "run.db", "trace") == scored
    (about,) = kaohe_rows(project.root / "run.db", "run")
    assert json.loads(str(about["stages"])) == dict.fromkeys(STAGES, "changzhou/2022") | {"grade": "marking/1"}


CUTOFFS = '["grade.cutoffs"]\nvalue = [{ grade = "P", at_least = 0 }]\nprovenance = "published"\nsource = "Article 1"\n'


def test_a_stage_that_is_taken_uses_its_own_scheme_s_parameters(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    taken = project.run("--stage", "grade=graded/1", "--json").json
    assert taken["grades"] == {"P": 1}
    assert project.run("--json").json["grades"] == {}


def test_a_scheme_s_own_file_can_take_a_stage_from_another(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    site.add("taking", scheme=SCHEME + '[stages]\ngrade = "graded/1"\n')
    taken = project.kaohe("run", project.dataset, "--scheme", "taking/1", "--out", "run.db", "--json").json
    assert taken["grades"] == {"P": 1}
    assert taken["stages"]["grade"] == "graded/1"


def test_a_stage_that_scores_needs_a_rubric(project: Project) -> None:
    (line,) = refused(project, "changzhou", "--scheme", "changzhou/2022", "--stage", "score=qingdao/2023")
    assert "qingdao/2023 has no rubric yet" in line


NO_RUBRIC = """
@hookimpl
def rubric(scheme, folder):
    return []
"""


def test_a_scheme_without_rubric_has_nothing_to_run(project: Project, site: Site) -> None:
    site.add("bare", NO_RUBRIC)
    (line,) = refused(project, "bare")
    assert "bare/1 has no rubric yet" in line


def test_a_scheme_without_rubric_may_take_results_as_they_are_given(project: Project, site: Site) -> None:
    site.add("given", NO_RUBRIC, scheme=SCHEME + '[results_given]\nzh_CN = "另行考核"\nen = "assessed elsewhere"\n')
    project.tables["marks"] = [
        {"institution": "N1", "scorer": "D1", "item": "1", "points": "40.5"},
        {"institution": "N1", "scorer": "D1", "item": "2", "points": "50"},
        {"institution": "N1", "scorer": "D2", "item": "1", "points": "80"},
    ]
    command = ["run", project.dataset, "--scheme", "given/1", "--out", "run.db"]
    # 90.5 with 30 persons, 80 with 10: (90.5×30 + 80×10) ÷ 40 = 87.875, half up to 87.88; plain (90.5 + 80) ÷ 2.
    for more, score in (([], "87.88"), (["--reading", "combine.scorers=mean"], "85.25")):
        assert project.kaohe(*command, *more).status == 0
        (result,) = kaohe_rows(project.root / "run.db", "results")
        assert (result["score"], result["status"], result["basis"]) == (score, "ungraded", "given:marks")
    assert "score: the sum of the marks" in project.kaohe("explain", "run.db", "N1").out


def test_a_given_result_comes_from_history_where_there_are_no_marks(project: Project, site: Site) -> None:
    site.add("given", NO_RUBRIC, scheme=SCHEME + '[results_given]\nzh_CN = "另行考核"\nen = "assessed elsewhere"\n')
    row = {"institution": "N1", "scheme": "other/1", "year": "2022", "score": "81", "grade": "B"}
    project.tables["history"] = [row, {**row, "year": "2021", "score": "70"}]
    command = ["run", project.dataset, "--scheme", "given/1", "--out", "run.db"]
    assert project.kaohe(*command).status == 0
    (result,) = kaohe_rows(project.root / "run.db", "results")
    assert [result[name] for name in ("score", "grade", "status", "basis")] == [
        "81",
        "B",
        "determined",
        "given:history",
    ]
    project.tables["history"] += [{**row, "scheme": "another/1"}]
    outcome = project.kaohe("run", project.dataset, "--scheme", "given/1", "--out", "run.db")
    assert (outcome.status, "N1 has two results of the year in “history”" in outcome.err) == (1, True)


def test_demo_of_a_city_without_one(project: Project, site: Site) -> None:
    site.add("bare")
    outcome = project.kaohe("demo", "bare")
    assert (outcome.status, outcome.out) == (1, "")
    assert "bare has no example year yet" in outcome.err


@pytest.mark.parametrize("stage", ["combine", "grade"])
def test_a_stage_of_a_scheme_without_rubric_works_on_the_tables_that_scored(stage: str, project: Project) -> None:
    assert project.run("--stage", f"{stage}=qingdao/2023").status == 0
    (result,) = kaohe_rows(project.root / "run.db", "results")
    assert (result["score"], result["low"], result["high"]) == ("78.5", "78.5", "78.5")


def test_points_of_one_rubric_are_not_taken_from_another_s_items(project: Project, site: Site) -> None:
    """One complaint costs four of ten points at D1, whose 30 persons weigh three quarters."""
    site.add("host", rubric=RUBRIC.replace("points = 4", "points = 1").replace('item = "1"', 'item = "9"'))
    site.add("scored")
    command = ["run", project.dataset, "--scheme", "host/1", "--out", "run.db"]
    assert project.kaohe(*command, "--stage", "score=scored/1").status == 0
    items = [(row["scorer"], row["item"], row["points"]) for row in kaohe_rows(project.root / "run.db", "items")]
    assert items == [("D1", "1", "6"), ("D2", "1", "10")]
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["7"]
    told = project.kaohe("explain", "run.db", "N1")
    assert "1. Complaints (full score 10): 市中心 6, 溧阳市 10" in told.out
    assert project.kaohe(*command).status == 0
    assert [row["score"] for row in kaohe_rows(project.root / "run.db", "results")] == ["9.25"]


def test_changzhou_grades_what_another_scheme_s_tables_scored(project: Project, site: Site) -> None:
    site.add("scored")
    assert project.run("--stage", "score=scored/1").status == 0


def test_a_grade_that_another_scheme_determined_is_not_told_to_be_open(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    taken = project.run("--stage", "grade=graded/1", "--json").json
    assert "unset" not in {problem["code"] for problem in taken["problems"]}


def test_a_run_keeps_the_rules_of_every_stage_that_was_taken(project: Project, site: Site) -> None:
    site.add("graded", parameters=CUTOFFS)
    assert project.run("--stage", "grade=graded/1").status == 0
    assert CUTOFFS in [row["text"] for row in kaohe_rows(project.root / "run.db", "rules")]


def test_a_run_keeps_the_city_s_own_facts(project: Project, site: Site) -> None:
    site.add("counting", hook("facts", "", "return HERE.parent / 'counting-facts.toml'"))
    own = FACTS.replace("colour", "counting.colour")
    (site.folder / "rules" / "counting-facts.toml").write_text(own, encoding="utf-8")
    outcome = project.kaohe("run", project.dataset, "--scheme", "counting/1", "--out", "run.db")
    assert outcome.status == 0, outcome.err
    assert own in [row["text"] for row in kaohe_rows(project.root / "run.db", "rules")]


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("colour=changzhou/2022", f"there is no stage “colour” → the stages are {', '.join(STAGES)}"),
        ("grade=nowhere/1", "there is no city “nowhere”"),
        ("grade=changzhou/1999", "there is no scheme “changzhou/1999” → there is changzhou/2022"),
        (
            "grade=tianjin",
            "several schemes of “tianjin” are in force from 2022-01-01 to 2022-12-31 → name one: tianjin/agencies-2024",
        ),
        ("grade=raises/1", "plugin “raises”: it cannot be imported: RuntimeError: no luck"),
        ("grade=", "there is no city “”"),
    ],
)
def test_a_mix_of_unknown_or_broken_parts_is_refused_by_name(
    stage: str, said: str, project: Project, site: Site
) -> None:
    site.add("raises", "raise RuntimeError('no luck')")
    (line,) = refused(project, "changzhou", "--scheme", "changzhou/2022", "--stage", stage)
    assert said in line


def test_the_core_s_fault_is_not_blamed_on_the_city(
    project: Project, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("ours")

    site.add("one", MARKS)
    monkeypatch.setattr("kaohe.stages.combine.combine", broken)
    outcome = project.kaohe("run", project.dataset, "--scheme", "one/1", "--out", "run.db")
    line, _ = outcome.err.splitlines()
    assert line.startswith("error: plugin “kaohe”: combine failed: RuntimeError: ours (test_plugins.py:")
    assert outcome.status == 1


def test_a_city_may_be_any_object_with_hooks(site: Site, tmp_path: Path) -> None:
    site.add("sound")

    class Plugin:
        @kaohe.hookimpl
        def schemes(self) -> list[Path]:
            return [site.folder / "rules" / "sound"]

    city = City.of("sound", Plugin())
    assert list(city.schemes()) == ["sound/1"]
    assert city.has("schemes")
    assert not city.has("score")
    assert city.demo(tmp_path, 1) == {}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("lovely = 5", "TypeError: 'int' object is not callable"),
        ("def lovely(): return 5", "TypeError: city_lovely:lovely: int is not a click.Command"),
        ("def lovely(): 1 // 0", "ZeroDivisionError: integer division or modulo by zero"),
    ],
)
def test_a_feature_whose_command_does_not_load_is_named_and_the_others_stay(
    source: str, fault: str, project: Project, site: Site
) -> None:
    site.bare("lovely", source, entry="city_lovely:lovely", group="kaohe.commands")
    said = f"plugin “lovely”: it cannot be imported: {fault}"
    outcome = project.kaohe("lovely", "--folder", "anything")
    assert (outcome.status, outcome.out) == (1, "")
    assert f"error: {said}" in outcome.err
    assert project.kaohe("lovely", "--json").json["problems"][0]["message"] == said
    listed = project.kaohe("--help")
    assert (listed.status, listed.err) == (0, "")
    assert "  lovely " in listed.out
    assert "  run " in listed.out
    assert project.run().status == 0


def test_a_feature_adds_its_command(project: Project, site: Site) -> None:
    source = "import click\ndef build():\n    return click.Command('lovely', callback=lambda: click.echo('a day'))\n"
    site.bare("lovely", source, entry="city_lovely:build", group="kaohe.commands")
    assert main_output(project, "lovely") == "a day\n"


def main_output(project: Project, *arguments: str) -> str:
    """What a command prints that knows no --lang of its own."""
    with pytest.raises(SystemExit, match="0"):
        main(["--lang", "en", *arguments])
    return project.capsys.readouterr().out
