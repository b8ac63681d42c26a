"""What a scheme's data names must be there: parameters of the right type, options, readings, columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from attrs import Attribute, fields, has

from kaohe.dataset import CONTRACT
from kaohe.messages import Text, listing, text
from kaohe.model import SOURCES, Budgets, Parameter, Product, Scheme, Source
from kaohe.problems import Problem


def faults(scheme: Scheme, parameters: Mapping[str, Parameter], file: str) -> list[Problem]:
    """What the scheme's mechanisms name and is not there, or is something else, each with its key."""
    found = []
    for name, kind in (("budgets", scheme.budgets), ("money", scheme.money)):
        for key, (message, remedy) in _faults(kind, name, scheme, parameters):
            found.append(Problem("rules", message, remedy, file=file, key=key))
    return found


Fault = tuple[str, tuple[Text, Text | None]]


def _faults(said: Any, place: str, scheme: Scheme, parameters: Mapping[str, Parameter]) -> Iterator[Fault]:
    if isinstance(said, Sequence) and not isinstance(said, str):
        for number, entry in enumerate(said):
            yield from _faults(entry, f"{place}[{number}]", scheme, parameters)
    if not has(type(said)):
        return
    for attribute in fields(type(said)):
        value, key = getattr(said, attribute.name), f"{place}.{attribute.name}"
        yield from _faults(value, key, scheme, parameters)
        if value and attribute.metadata:
            fault = _named(attribute, value, scheme, parameters)
            yield from [] if fault is None else [(key, fault)]
    if isinstance(said, Source) and said.source not in SOURCES and not (said.own or said.common):
        message = text("“{source}” is not a source, and no column says how much it holds", source=said.source)
        yield place, (message, text("the sources are {sources}; name a column otherwise", sources=listing(SOURCES)))
    if isinstance(said, Product):
        yield from _factors(said, place, scheme, parameters)
    if isinstance(said, Budgets) and said.base != "spending" and (said.least or said.most):
        message = text("a floor or cap is a share of last year's spending, not of “{base}”", base=said.base)
        yield place, (message, text("leave out least and most"))


def _factors(said: Product, place: str, scheme: Scheme, parameters: Mapping[str, Parameter]) -> Iterator[Fault]:
    """A product is of columns and parameters, one of which is money."""
    columns = {**CONTRACT[said.table].columns, **scheme.needs.columns.get(said.table, {})} if said.table in (
        "payments", "institutions") else {}  # fmt: skip
    types: dict[str, str] = {name: column.type for name, column in columns.items()}
    types |= {name: parameter.type for name, parameter in parameters.items()}
    if not columns:
        yield f"{place}.table", (text("a product is of rows of payments or of institutions"), None)
    elif unknown := [name for name in said.factors if name not in types]:
        message = text("“{names}” is neither a column nor a parameter", names=listing(unknown))
        yield f"{place}.factors", (message, text("the columns are {columns}", columns=listing(columns)))
    elif sum(types[name] in ("money", "amount") for name in said.factors) != 1:
        message = text("a product has one factor that is money: a money column, or a parameter of the type amount")
        yield f"{place}.factors", (message, None)


def _named(
    attribute: Attribute[Any], value: str, scheme: Scheme, parameters: Mapping[str, Parameter]
) -> tuple[Text, Text | None] | None:
    """What is wrong with a name that a field holds; None where nothing is."""
    metadata = attribute.metadata
    if table := metadata.get("table"):
        columns = [*CONTRACT[table].columns, *scheme.needs.columns.get(table, {})]
        if value in columns:
            return None
        message = text("the table “{table}” has no column “{column}”", table=table, column=value)
        return message, text("the columns are {columns}; a further one is declared under [needs.columns.{table}]",
                             columns=listing(columns), table=table)  # fmt: skip
    options, types = list(metadata.get("options", ())), metadata.get("types", ())
    if value in options:
        return None
    name, _, option = value.partition("=") if metadata.get("reading") else (value, "", "")
    parameter = parameters.get(name)
    if parameter is None:
        message = text("“{value}” is neither an option nor a parameter", value=name)
        close = get_close_matches(name, [*options, *parameters], n=1)
        return message, text("did you mean {close}?", close=listing(close)) if close else _wanted(options, types)
    if metadata.get("reading"):
        fits = option in parameter.options
    else:
        fits = parameter.type in types or (bool(options) and parameter.type == "choice")
        fits = fits and set(parameter.options) <= set(options)
    if fits:
        return None
    return text("the parameter “{parameter}” does not fit here", parameter=value), _wanted(options, types)


def _wanted(options: list[str], types: tuple[str, ...]) -> Text:
    """What a field takes."""
    if not options and not types:
        return text("write it as PARAMETER=OPTION")
    if not options:
        return text("name a parameter of the type {types}", types=listing(types))
    return text("write one of {options}, or name a choice that has them", options=listing(options))
