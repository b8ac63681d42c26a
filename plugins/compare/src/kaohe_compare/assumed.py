"""What a comparison assumes, each said once, with the sides it holds for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from kaohe import Dataset, Rules
from kaohe.dataset import CONTRACT
from kaohe.messages import Text
from kaohe_compare.sides import Side
from kaohe_compare.words import text


@frozen
class Assumption:
    """What is assumed, and on which sides."""

    said: Text
    sides: tuple[str, ...]


def assumptions(sides: Iterable[Side], dataset: Dataset) -> list[Assumption]:
    """Kinds assessed by another's table, schemes outside their days, values and tables that nobody published."""
    found: dict[str, tuple[Text, list[str]]] = {}
    for side in sides:
        for said in dict.fromkeys(_of(side, dataset)):
            found.setdefault(str(said), (said, []))[1].append(side.name)
    return [Assumption(said, tuple(names)) for said, names in found.values()]


def _of(side: Side, dataset: Dataset) -> Iterator[Text]:
    kinds = CONTRACT["institutions"].columns["kind"]
    for kind, other in side.borrowed.items():
        yield text("{kind} is assessed as {other}", kind=kinds.shown(kind), other=kinds.shown(other))
    for rubric in side.chosen.rules.rubrics.values():
        if rubric.provenance == "assumption":
            yield text("the table “{name}” is an assumption: {source}", name=rubric.name, source=rubric.source)
    for name, rules in {source.rules.scheme.scheme: source.rules for source in side.chosen.stages.values()}.items():
        yield from _of_scheme(name, rules, dataset)


def _of_scheme(name: str, rules: Rules, dataset: Dataset) -> Iterator[Text]:
    begins, ends = rules.scheme.begins or dataset.begins, rules.scheme.ends or dataset.ends
    if not (begins <= dataset.begins and dataset.ends <= ends):
        yield text(
            "{scheme} assesses {begins} to {ends}; it is compared on {first} to {last} as if it had been in force",
            scheme=name, begins=rules.scheme.begins or "…", ends=rules.scheme.ends or "…",
            first=dataset.begins, last=dataset.ends,
        )  # fmt: skip
    for parameter in rules.parameters.values():
        if parameter.given and parameter.provenance == "assumption" and not parameter.reading:
            yield text(
                "{name} ({parameter}) is an assumption: {source}",
                name=parameter.name, parameter=parameter.parameter, source=parameter.source,
            )  # fmt: skip
