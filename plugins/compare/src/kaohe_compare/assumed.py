"""What a comparison assumes, each said once."""

from __future__ import annotations

from collections.abc import Iterator

from kaohe import Dataset, Problem
from kaohe.dataset import CONTRACT
from kaohe_compare.sides import Side
from kaohe_compare.words import text


def assumed(side: Side, dataset: Dataset) -> Iterator[Problem]:
    """Kinds assessed by another's table, a scheme outside its days, values and tables that nobody published."""
    kinds = CONTRACT["institutions"].columns["kind"]
    for kind, other in side.borrowed.items():
        message = text("{side}: {kind} is assessed as {other}", side=side.name, kind=kinds.shown(kind), other=kinds.shown(other))
        yield Problem("assumption", message, text("its document has no table for it"), "note", table="results")
    schemes = {source.rules.scheme.scheme: source.rules for source in side.chosen.stages.values()}
    for name, rules in schemes.items():
        begins, ends = rules.scheme.begins or dataset.begins, rules.scheme.ends or dataset.ends
        if not (begins <= dataset.begins and dataset.ends <= ends):
            message = text(
                "{side}: {scheme} assesses {begins} to {ends}; the dataset covers {first} to {last}",
                side=side.name, scheme=name, begins=rules.scheme.begins or "…", ends=rules.scheme.ends or "…",
                first=dataset.begins, last=dataset.ends,
            )  # fmt: skip
            yield Problem("assumption", message, text("compared as if it had been in force"), "note", table="results")
        for parameter in rules.parameters.values():
            if parameter.given and parameter.provenance == "assumption" and not parameter.reading:
                message = text(
                    "{side}: {name} ({parameter}) is an assumption: {source}",
                    side=side.name, name=parameter.name, parameter=parameter.parameter, source=parameter.source,
                )  # fmt: skip
                yield Problem("assumption", message, None, "note", table="results")
    for rubric in side.chosen.rules.rubrics.values():
        if rubric.provenance == "assumption":
            message = text("{side}: the table “{name}” is an assumption: {source}", side=side.name, name=rubric.name, source=rubric.source)
            yield Problem("assumption", message, None, "note", table="results")
