"""What is wrong with a plugin is told by its name, before anything is run, and every other city still runs."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from cities import FACTS, FEATURES, OWN, RUBRIC, SCHEME, Site, hook, refused
from project import Project

from kaohe.messages import speaking
from kaohe.plugin import spec
from kaohe.plugin.manager import City
from kaohe.probe import looked_at
from kaohe.problems import Refused


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
