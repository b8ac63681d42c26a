"""What differs between two schemes' rules, such as those of two years: tables, items, clauses, parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from attrs import asdict, frozen

from kaohe.model import Clause, Item, Name, Parameter, Rubric, Veto
from kaohe_authoring.regimes import Regime

T = TypeVar("T")


@frozen
class Difference:
    """One thing that is otherwise: where, what of it, before and after; an empty side where it is not there.

    `part`: the kind whose table it is, or `scheme`, or `parameters`; `item`: of a table, or the parameter.
    """

    part: str
    item: str
    clause: str
    what: str
    before: str
    after: str


@frozen
class _Place:
    part: str
    item: str = ""
    clause: str = ""

    def differs(self, what: str, before: str, after: str) -> Difference:
        return Difference(self.part, self.item, self.clause, what, before, after)


def differences(before: Regime, after: Regime) -> list[Difference]:
    """Everything that differs, in the tables' order; raises Refused where rules do not load."""
    first, second = before.rules(), after.rules()
    found = list(_values(_Place("scheme"), _about(before), _about(after)))
    olds = {rubric.kind: rubric for rubric in before.printed().values()}
    news = {rubric.kind: rubric for rubric in after.printed().values()}
    for kind in dict.fromkeys([*olds, *news]):
        old, new = olds.get(kind), news.get(kind)
        if old is not None and new is not None:
            found += _rubric(old, new)
        else:
            found.append(_whole(_Place(kind), "rubric", old, new))
    for name in dict.fromkeys([*first.parameters, *second.parameters]):
        found += _parameter(name, first.parameters.get(name), second.parameters.get(name))
    return found


def _about(regime: Regime) -> dict[str, Any]:
    scheme = regime.scheme
    listed: dict[str, dict[str, Any]] = {
        "calendar": {step.step: step for step in scheme.calendar},
        "consequences": {rule.consequence: rule for rule in scheme.consequences},
    }
    steps = {f"{part} {key}": asdict(value) for part, entries in listed.items() for key, value in entries.items()}
    documents = "、".join(document.number for document in scheme.documents)
    return {"documents": documents, "begins": scheme.begins, "ends": scheme.ends, "scorers": scheme.scorers, **steps}


def _rubric(old: Rubric, new: Rubric) -> Iterator[Difference]:
    kind = new.kind
    yield from _values(_Place(kind), _own(old, "sections", "vetoes", "kind"), _own(new, "sections", "vetoes", "kind"))
    for before, after in _paired(list(old.items), list(new.items), lambda item: item.name, lambda item: item.item):
        code = next(item.item for item in (after, before) if item is not None)
        if before is None or after is None:
            yield _whole(_Place(kind, code), "item", before, after)
            continue
        yield from _values(_Place(kind, code), _own(before, "clauses"), _own(after, "clauses"))
        yield from _clauses(kind, code, before.clauses, after.clauses)
    yield from _clauses(kind, "", old.vetoes, new.vetoes)


def _clauses(
    kind: str, item: str, olds: Sequence[Clause | Veto], news: Sequence[Clause | Veto]
) -> Iterator[Difference]:
    """Clauses are the same where their words are, otherwise where their code is."""
    for before, after in _paired(olds, news, _words, _code):
        place = _Place(kind, item, next(clause.clause for clause in (after, before) if clause is not None))
        if before is None or after is None:
            yield _whole(place, "clause", before, after)
        else:
            yield from _values(place, _own(before), _own(after))


def _words(clause: Clause | Veto) -> tuple[str, str, str]:
    return clause.text, clause.fact, clause.when if isinstance(clause, Clause) else ""


def _code(clause: Clause | Veto) -> str:
    return clause.clause


def _paired(olds: Sequence[T], news: Sequence[T], *alike: Callable[[T], object]) -> list[tuple[T | None, T | None]]:
    """What belongs together: by the first likeness, then by the next; in the order of the new, what is gone last."""
    partner: dict[int, T] = {}
    left = list(olds)
    for likeness in alike:
        for number, new in enumerate(news):
            match = next((old for old in left if likeness(old) == likeness(new)), None)
            if number not in partner and match is not None:
                partner[number] = match
                left = [old for old in left if old is not match]
    pairs: list[tuple[T | None, T | None]] = [(partner.get(number), new) for number, new in enumerate(news)]
    return pairs + [(old, None) for old in left]


def _own(thing: Rubric | Item | Clause | Veto, *without: str) -> dict[str, Any]:
    shape = {"shape": thing.shape} if isinstance(thing, Clause) else {}
    return shape | {key: value for key, value in asdict(thing).items() if key not in without}


def _parameter(name: str, old: Parameter | None, new: Parameter | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield _whole(_Place("parameters", name), "parameter", old, new)
    else:
        yield from _values(_Place("parameters", name), asdict(old), asdict(new))


def _values(place: _Place, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield place.differs(key, _told(old.get(key)), _told(new.get(key)))


def _whole(place: _Place, what: str, old: object, new: object) -> Difference:
    return place.differs(what, _title(old), _title(new))


def _title(thing: object) -> str:
    """What a table, item, clause or parameter is called, or says."""
    match thing:
        case None:
            return ""
        case Rubric(name=name) | Parameter(name=name):
            return str(name)
        case Item(name=name, full_score=full):
            return f"{name} ({full})"
        case Clause(text=words) | Veto(text=words):
            return words
    return str(thing)


def _told(value: Any) -> str:
    """A value as one reads it, without what is not set."""
    match value:
        case None | "":
            return ""
        case {"zh_CN": zh, "en": en}:
            return str(Name(zh, en))
        case dict():
            return ", ".join(
                f"{key} = {_told(entry)}" for key, entry in value.items() if entry not in (None, "", [], {})
            )
        case list():
            return "; ".join(map(_told, value))
        case Decimal():
            return f"{value.normalize():f}"
    return str(value)
