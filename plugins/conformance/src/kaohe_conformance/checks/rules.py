"""What must hold of a scheme's own files: names, sums, numbers, parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import combinations, pairwise

from attrs import has

from kaohe.model import Clause, Name, Parameter, Rubric, Veto
from kaohe.rules import load_facts
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.numerals import counted, in_english
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import bare, text

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def checks(regime: Regime, _: Results) -> Iterator[Made]:
    """The checks of the scheme, its rubrics and its parameters."""
    yield "names", "scheme", lambda: _names(regime.scheme)
    for number, document in enumerate(regime.scheme.documents, 1):
        yield "document", document.number or str(number), _bound(_document, regime, number - 1)
    for rubric in regime.tables.values():
        yield from _of_rubric(rubric)
    own = regime.city.facts_file()
    if own is not None:
        for fact in load_facts(own).values():
            yield "names", fact.fact, _bound(_names, fact)
    for name in regime.own_parameters:
        parameter = regime.parameters[name]
        yield "names", name, _bound(_names, parameter)
        yield "parameter", name, _bound(_provenance, parameter)
        if parameter.reading:
            yield "reading", name, _bound(_reading, parameter)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _of_rubric(rubric: Rubric) -> Iterator[Made]:
    code = rubric.rubric
    yield "names", code, _bound(_names, rubric)
    yield "sum", code, _bound(_sum, rubric)
    for item, clause in rubric.clauses:
        if points(clause) | measures(clause):
            yield "number", f"{code} {clause.clause}", _bound(_numbers, clause, item.full_score)
    for veto in rubric.vetoes:
        if veto.points:
            yield "number", f"{code} {veto.clause}", _bound(_numbers, veto)


def _names(thing: object) -> Iterator[Fault]:
    """Every name that the thing has, and that its parts have, in both languages."""
    if isinstance(thing, Name):
        if not CHINESE.search(thing.zh_CN):
            yield text("“{name}” is not Chinese", name=thing.zh_CN)
        if not thing.en.strip() or thing.en == thing.zh_CN:
            yield text("“{name}” has no English", name=thing.zh_CN)
        chinese, english = counted(thing.zh_CN), counted(thing.en)
        if english - chinese or chinese - english - in_english(thing.en):
            yield text("“{name}” has other numbers in English: “{english}”", name=thing.zh_CN, english=thing.en)
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from _names(part)
    elif isinstance(thing, dict):
        yield from _names(list(thing.values()))
    elif has(type(thing)):
        yield from _names([getattr(thing, one.name) for one in getattr(type(thing), "__attrs_attrs__", ())])


def _document(regime: Regime, number: int) -> Iterator[Fault]:
    document = regime.scheme.documents[number]
    for name in ("number", "title", "issuer"):
        if not getattr(document, name).strip():
            yield text("the document has no {name}", name=name)


def _sum(rubric: Rubric) -> Iterator[Fault]:
    total = sum((item.full_score for item in rubric.items), Decimal(0))
    if total != rubric.full_score:
        yield text("the items add up to {total}, not to {full}", total=total, full=rubric.full_score)


def points(rule: Clause | Veto) -> set[Decimal]:
    """The points that a clause or veto gives or takes."""
    graded = [one for parts in ("bands", "levels", "ends") for one in getattr(rule, parts, ())]
    return {Decimal(one.points) for one in [*graded, rule] if hasattr(one, "points")} - {Decimal(0)}


def measures(rule: Clause | Veto) -> set[Decimal]:
    """What a clause measures by: target, step, ends of bands and lines; not one, which is the whole or the first."""
    found = [getattr(rule, name, None) for name in ("target", "n", "step")]
    ends = ("at_least", "above", "below", "at_most")
    found += [getattr(band, end) for band in getattr(rule, "bands", ()) for end in ends]
    found += [end.at for end in getattr(rule, "ends", ())]
    return {Decimal(number) for number in found if number is not None} - {Decimal(0), Decimal(1)}


DIGITS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2}


def _said(words: str) -> set[Decimal]:
    """The numbers among the words: as digits, as percent, in Chinese."""
    found: set[Decimal] = set()
    for digits, percent in re.findall(r"(\d+(?:\.\d+)?)(%|个百分点)?", bare(words)):
        number = Decimal(digits)
        found |= {number, number / 100} if percent else {number}
    return found | {Decimal(DIGITS[one]) for one in words if one in DIGITS}


def _sums(said: set[Decimal]) -> set[Decimal]:
    return {sum(some, Decimal(0)) for size in (2, 3) for some in combinations(sorted(said), size)}


WHOLE = re.compile("满分|不得分|全扣|全部扣|扣完")
"""Words that mean all of an item's points."""


def _numbers(rule: Clause | Veto, full: Decimal | None = None) -> Iterator[Fault]:
    """By a reading each band may add to those before it; a number of things may be told by listing them.

    `full`: the item's full score, which may be said in words.
    """
    said = _said(rule.text) | ({full} if full is not None and WHOLE.search(rule.text) else set())
    graded = sorted(points(rule))
    steps = {upper - lower for lower, upper in pairwise([Decimal(0), *graded])}
    allowed = set(graded) if isinstance(rule, Clause) and rule.when and steps <= said else said
    counted = said | _sums(said) | {Decimal(part.count("、") + 1) for part in re.split("[，,；;。]", rule.text)}
    for number in sorted((points(rule) - allowed) | (measures(rule) - counted)):
        yield text("{number} does not stand in “{words}”", number=number, words=rule.text)


def _provenance(parameter: Parameter) -> Iterator[Fault]:
    unset = parameter.value is None
    if not parameter.source:
        yield text("no source is named")
    if unset and parameter.provenance == "published":
        yield text("it is published and has no value")
    if not unset and not parameter.reading and parameter.provenance == "assumption":
        yield text("a value that nobody published stands under a city's name: {value}", value=parameter.value)


def _reading(parameter: Parameter) -> Iterator[Fault]:
    if parameter.reason is None:
        yield text("it gives no reason for its default")
    if len(parameter.options) < 2:
        yield text("there is nothing to choose")
