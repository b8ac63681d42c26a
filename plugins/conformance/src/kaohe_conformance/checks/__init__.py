"""Every kind of check: what holds, its level, and the module that makes the checks of that kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING

from kaohe_conformance.check import Check, Fault, Kind, Level
from kaohe_conformance.words import text

if TYPE_CHECKING:
    from kaohe_conformance.candidate import Candidate
    from kaohe_conformance.regime import Regime
    from kaohe_conformance.results import Results

Made = tuple[str, str, Callable[[], Iterable[Fault]]]
"""What a module makes: the kind, the subject, and what to do to find the faults."""

KINDS: dict[str, Kind] = {
    kind.kind: kind
    for kind in (
        Kind("names", "bronze", text("it has a name in both languages")),
        Kind("text", "bronze", text("a text of the code is said in every language")),
        Kind("document", "bronze", text("its document is named")),
        Kind("sum", "bronze", text("the items add up to the full score")),
        Kind("number", "bronze", text("the numbers stand in the clause's words")),
        Kind("parameter", "bronze", text("it is said where the value is from, or what it is needed for")),
        Kind("reading", "bronze", text("a reading has options and a reason")),
        Kind("written", "bronze", text("a rule file reads the same after it was written")),
        Kind("slip", "bronze", text("a slip in a rule file is refused with its place")),
        Kind("input", "bronze", text("bad input is refused with place and remedy")),
        Kind("case", "silver", text("a worked case comes out as worked by hand")),
        Kind("file", "silver", text("a file of cases names its article, and each case its working")),
        Kind("form", "silver", text("cases read the same from a workbook")),
        Kind("reached", "silver", text("a case reaches the clause")),
        Kind("chosen", "silver", text("a case chooses the option")),
        Kind("set", "silver", text("a case sets the parameter")),
        Kind("follows", "silver", text("the consequence follows in one case and not in another")),
        Kind("hook", "silver", text("the hook answers in a case")),
        Kind("verbatim", "gold", text("the words stand in the document")),
        Kind("article", "gold", text("the article that is cited stands in the document")),
        Kind("cited", "gold", text("what is said of a value's source is so")),
        Kind("published", "gold", text("a published value stands in the document")),
        Kind("edge", "gold", text("a case stands on the edge, and one on each side")),
        Kind("cap", "gold", text("a case reaches the cap, and one goes beyond it")),
        Kind("held", "gold", text("points stay within the item in every case")),
        Kind("balance", "gold", text("entries, funds and budgets add up to the fen in every case")),
        Kind("order", "gold", text("the order of rows changes nothing")),
        Kind("engine", "gold", text("another engine gives the same")),
        Kind("demo", "gold", text("the example year is assessed, and is the same each time")),
    )
}
"""The kinds of checks by name, in the order in which they are shown."""

MODULES = ("rules", "slips", "input", "document", "cases", "edges", "amounts", "same")


def of_city(candidate: Candidate) -> Iterator[Check]:
    """The checks of the city as a whole."""
    for module in ("texts", "hooks"):
        for kind, subject, find in import_module(f"kaohe_conformance.checks.{module}").checks(candidate):
            yield Check(KINDS[kind], subject, find)


def of_regime(regime: Regime, results: Results) -> Iterator[Check]:
    """The checks of one scheme; each subject begins with the scheme's version."""
    version = regime.scheme.scheme.partition("/")[2]
    for module in MODULES:
        for kind, subject, find in import_module(f"kaohe_conformance.checks.{module}").checks(regime, results):
            yield Check(KINDS[kind], f"{version} {subject}", find)


def wanted(candidate: Candidate, level: Level) -> set[str]:
    """The kinds of checks without which a city does not attain the level, for what it has."""
    has = candidate.capabilities
    tabled = has["rubric"] or has["plan"]
    return {
        "bronze": {"names", "document", "written", "slip"} | ({"sum"} if has["rubric"] else set()),
        "silver": {"case", "file", "form", "input"} | ({"reached"} if tabled else set()),
        "gold": {"article", "order", "held" if tabled else "balance"}
        | ({"verbatim", "edge", "cap"} if has["rubric"] else set())
        | ({"balance"} if has["settle"] or has["deposit"] or has["fee"] else set()),
    }[level]
