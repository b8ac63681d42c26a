"""What if a clause were another: values that a user sets in a run's rubrics; and in what two tables differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from attrs import evolve

from kaohe.loading import converter, structure
from kaohe.messages import Text, listing, text
from kaohe.model import Changed, Clause, Fact, Item, Rubric, Section, Veto
from kaohe.problems import Problem, Refused, refuse_errors
from kaohe.rubric import faults

FIXED = {"clause", "text", "number", "fact", "when", "by", "of", "effect"}
"""What a clause is and where it stands; everything else of it may be set."""

Rule = Clause | Veto
Found = tuple[str, Rule, list[str]]
"""A rubric's code, a clause of it, and the way to the value within the clause."""


def changed(
    rubrics: Mapping[str, Rubric], changes: Mapping[str, Any], facts: Mapping[str, Fact]
) -> tuple[dict[str, Rubric], list[Changed]]:
    """The rubrics with values set by name, and what was set.

    A name is `CLAUSE.KEY`, such as `3.2.points`, `RUBRIC/CLAUSE.KEY` where several tables have the clause, and
    `3.2.bands.1.points` for the first of its bands. Raises Refused with every name that means nothing and all that
    no longer holds of a rubric.
    """
    problems: list[Problem] = []
    made: list[Changed] = []
    new = dict(rubrics)
    for name, value in changes.items():
        try:
            rubric, rule, way = _found(name, new)
            changed_rule, before = _set(rule, way, value, name)
        except Refused as refused:
            problems += refused.problems
            continue
        new[rubric] = _with(new[rubric], changed_rule)
        made.append(Changed(rubric, rule.clause, ".".join(way), before, str(value)))
    for rubric in dict.fromkeys(change.rubric for change in made):
        problems += faults(new[rubric], facts, rubric)
    refuse_errors(problems)
    return new, made


def _rules(rubric: Rubric) -> Iterator[Rule]:
    yield from (clause for _, clause in rubric.clauses)
    yield from rubric.vetoes


def _found(name: str, rubrics: Mapping[str, Rubric]) -> Found:
    """What a name means; raises Refused where that is nothing, or not clear."""
    own, slash, rest = name.rpartition("/")
    places = [
        (code, rule, rest.removeprefix(f"{rule.clause}.").split("."))
        for code, rubric in rubrics.items()
        if not slash or code == own
        for rule in _rules(rubric)
        if rest.startswith(f"{rule.clause}.")
    ]
    meant = [place for place in places if place[2][0] in converter.unstructure(place[1]).keys() - FIXED]
    if len(meant) == 1:
        return meant[0]
    known = [f"{code}/{rule.clause}" for code, rubric in rubrics.items() for rule in _rules(rubric)]
    if meant:
        message = text("“{name}” is there several times", name=name)
        names = listing(f"{code}/{rule.clause}.{'.'.join(way)}" for code, rule, way in meant)
        raise Refused([Problem("set", message, text("say which is meant: {names}", names=names))])
    message = text("no clause has “{name}”", name=name)
    if places:
        keys = listing(sorted(converter.unstructure(places[0][1]).keys() - FIXED))
        raise Refused([Problem("set", message, text("the keys here are {known}", known=keys))])
    close = get_close_matches(name.rpartition(".")[0], [*known, *(one.partition("/")[2] for one in known)], n=3)
    remedy = text("did you mean {close}?", close=listing(close or known[:9]))
    raise Refused([Problem("set", message, remedy)])


def _set(rule: Rule, way: list[str], value: Any, name: str) -> tuple[Rule, str]:
    """The clause with the value set, and what was there before; raises Refused where it does not take it."""
    content = converter.unstructure(rule)
    place: Any = content
    try:
        for step in way[:-1]:
            place = place[int(step) - 1] if isinstance(place, list) else place[step]
        before, place[way[-1]] = place[way[-1]], value
    except (LookupError, TypeError, ValueError):
        message = text("no clause has “{name}”", name=name)
        raise Refused([Problem("set", message, text("bands and levels are counted from 1: bands.1.points"))]) from None
    if isinstance(rule, Veto):
        return structure(content, Veto, name), str(before)
    return structure({**content, "shape": rule.shape}, Clause, name), str(before)


def _with(rubric: Rubric, rule: Rule) -> Rubric:
    """The rubric with this clause or veto in place of the one of the same code."""
    if isinstance(rule, Veto):
        return evolve(rubric, vetoes=[rule if veto.clause == rule.clause else veto for veto in rubric.vetoes])

    def item(one: Item) -> Item:
        return evolve(one, clauses=[rule if clause.clause == rule.clause else clause for clause in one.clauses])

    def section(one: Section) -> Section:
        return evolve(one, items=[item(each) for each in one.items])

    return evolve(rubric, sections=[section(one) for one in rubric.sections])


def differing(before: Rubric, after: Rubric) -> list[Text]:
    """In what a table differs from an earlier one: its full score, items and vetoes, by their codes."""
    parts = []
    if before.full_score != after.full_score:
        parts.append(_otherwise(before.full_score, after.full_score))
    there, here = ({item.item: item for item in rubric.items} for rubric in (before, after))
    for code in [*there, *(code for code in here if code not in there)]:
        one, other = there.get(code), here.get(code)
        if one is None or other is None:
            parts.append(
                text("item {item} is new", item=code) if one is None else text("item {item} is gone", item=code)
            )
        elif one.full_score != other.full_score:
            full = _otherwise(one.full_score, other.full_score)
            parts.append(text("item {item}: {difference}", item=code, difference=full))
        elif one != other:
            rules = _others([*one.clauses], [*other.clauses])
            parts.append(text("item {item}, clause {rules}", item=code, rules=listing(rules)) if rules else
                         text("item {item}", item=code))  # fmt: skip
    return parts + [text("veto {clause}", clause=code) for code in _others([*before.vetoes], [*after.vetoes])]


def _otherwise(before: Decimal, after: Decimal) -> Text:
    return text("full score {after} instead of {before}", before=before, after=after)


def _others(before: list[Rule], after: list[Rule]) -> list[str]:
    """The codes of clauses that are not the same in both."""
    there, here = ({rule.clause: rule for rule in rules} for rules in (before, after))
    return [code for code in {**there, **here} if there.get(code) != here.get(code)]
