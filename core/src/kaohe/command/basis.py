"""What a result rests on, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaohe.messages import text


def basis_said(code: str, parameters: Mapping[str, Mapping[str, Any]]) -> str:
    """What a code of a result's basis means; `parameters` are the run's, by name."""
    from kaohe.dataset import CONTRACT

    what, _, name = code.partition(":")
    name, _, option = name.partition("=")
    parameter = parameters.get(name, {})
    match what:
        case "reading":
            option = parameter.get("option") or option
            return str(text("reading: {name} — {option}", name=parameter.get("name", name), option=option))
        case "assumption":
            if name == "rubric":
                return str(text("rests on an assumption: the table is an example, or departs from the document"))
            if "/" in name:
                return str(text("rests on an assumption: {name} is {value}", name=name, value=option))
            source = parameter.get("source") or "–"
            return str(
                text("rests on an assumption: {name} ({source})", name=parameter.get("name", name), source=source)
            )
        case "article":
            return str(text("graded by {article}", article=code.partition(":")[2]))
        case "pending":
            return str(
                text("not computed while an investigation is open, by {article}", article=code.partition(":")[2])
            )
        case "failed":
            return str(text("failed, by {article}", article=code.partition(":")[2]))
        case "given":
            sources = {"marks": text("score: the sum of the marks"), "history": text("result as it is on record")}
            return str(sources[name])
        case "open":
            step = CONTRACT["steps"].columns["step"].shown(name)
            return str(text("open until it is recorded: {step}", step=step))
        case _:
            return str(text("veto: clause {clause}", clause=name))
