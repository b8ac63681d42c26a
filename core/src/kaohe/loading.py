"""TOML files into the model, through cattrs: unknown keys are faults, and all faults of a file come together."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import cattrs
from attrs import evolve, fields, has
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError, IterableValidationError
from cattrs.gen import make_dict_structure_fn

from kaohe.messages import Text, listing, text
from kaohe.model import MONEY, SHAPES, Clause, Money
from kaohe.problems import Problem, Refused

T = TypeVar("T")
MOST_DIGITS = 30
"""Powers of ten beyond which a number in a rule file can only be a slip."""


class BadValue(ValueError):
    """A value that its place does not take; carries the message for people."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message)


def _exactly(kind: type[T], otherwise: Text) -> Callable[[Any, Any], T]:
    def exact(value: Any, _: Any) -> T:
        if type(value) is not kind:
            raise BadValue(evolve(otherwise, values={"value": value}))
        return value

    return exact


def _decimal(value: Any, _: Any) -> Decimal:
    if isinstance(value, float):  # never from a file
        raise BadValue(
            text("{value} is a binary float, which is not exact: write it as text or as a Decimal", value=value)
        )
    try:
        number = Decimal(value if type(value) in (int, Decimal, str) else "")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > MOST_DIGITS:
        raise BadValue(text("“{value}” is not a number", value=value))
    return number


def _literal(value: Any, kind: Any) -> Any:
    if value not in get_args(kind):
        raise BadValue(text("“{value}” is not one of {options}", value=value, options=listing(get_args(kind))))
    return value


def _table(kind: type[T]) -> Callable[[Any, Any], T]:
    keys = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

    def table(value: Any, _: Any) -> T:
        if not isinstance(value, Mapping):
            raise BadValue(text("“{value}” is not a table of keys", value=value))
        return keys(value, kind)

    return table


def _shaped(shapes: Mapping[str, type[T]]) -> Callable[[Any, Any], T]:
    """A table whose key `shape` says which of the kinds it is."""

    def shaped(value: Any, _: Any) -> T:
        if not isinstance(value, Mapping):
            raise BadValue(text("“{value}” is not a table of keys", value=value))
        shape = value["shape"]
        if shape not in shapes:
            raise BadValue(text("unknown shape “{shape}”; the shapes are {known}", shape=shape, known=listing(shapes)))
        rest = {key: entry for key, entry in value.items() if key != "shape"}
        return converter.structure(rest, shapes[shape])

    return shaped


converter = cattrs.Converter(forbid_extra_keys=True)
converter.register_structure_hook_factory(has, _table)
converter.register_structure_hook_func(lambda kind: getattr(kind, "__origin__", None) is Literal, _literal)
converter.register_structure_hook(str, _exactly(str, text("“{value}” must be text in quotes")))
converter.register_structure_hook(int, _exactly(int, text("“{value}” must be a whole number")))
converter.register_structure_hook(bool, _exactly(bool, text("“{value}” must be true or false")))
converter.register_structure_hook(date, _exactly(date, text("“{value}” must be a date such as 2022-12-31")))
converter.register_structure_hook(Decimal, _decimal)
converter.register_structure_hook_func(lambda kind: kind is Clause, _shaped(SHAPES))
converter.register_structure_hook_func(lambda kind: kind is Money, _shaped(MONEY))


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content with exact decimals; raises Refused where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        message, remedy = text("there is no such file"), text("check the path")
    except UnicodeDecodeError:
        message, remedy = text("the file is not UTF-8 text"), text("save it as UTF-8")
    except OSError as fault:
        message, remedy = text("the file cannot be read: {fault}", fault=fault.strerror), text("check the path")
    except tomllib.TOMLDecodeError as fault:
        message = text("this is not valid TOML: {fault}", fault=fault)
        remedy = text("correct the file at that line")
    raise Refused([Problem("toml", message, remedy, file=str(path))])


def structure(content: Any, kind: type[T], file: str) -> T:
    """Content as `kind`; raises Refused with every fault, each with its key."""
    try:
        return converter.structure(content, kind)
    except Exception as fault:  # cattrs lets any exception of a nested constructor through
        raise Refused([_as_problem(file, path, cause) for path, cause in _leaves(fault, "")]) from None


def _leaves(fault: BaseException, path: str) -> Iterator[tuple[str, BaseException]]:
    if isinstance(fault, ClassValidationError):
        named, others = fault.group_exceptions()
        for cause, note in named:
            yield from _leaves(cause, f"{path}.{note.name}".lstrip("."))
        for cause in others:
            yield from _leaves(cause, path)
    elif isinstance(fault, IterableValidationError):
        elements, others = fault.group_exceptions()
        for cause, place in elements:
            yield from _leaves(cause, f"{path}[{place.index}]")
        for cause in others:
            yield from _leaves(cause, path)
    else:
        yield path, fault


def _as_problem(file: str, path: str, fault: BaseException) -> Problem:
    remedy: Text | None = None
    match fault:
        case BadValue():
            message = fault.message
        case ForbiddenExtraKeysError():
            message = text("unknown key {keys}", keys=listing(f"“{key}”" for key in sorted(fault.extra_fields)))
            known = [attribute.name for attribute in fields(fault.cl)]
            close = [match for key in sorted(fault.extra_fields) for match in get_close_matches(key, known, n=1)]
            remedy = (
                text("did you mean {close}?", close=listing(close))
                if close
                else text("the keys here are {known}", known=listing(known))
            )
        case KeyError():
            message = text("the key “{key}” is missing", key=fault.args[0])
            remedy = text("add it")
        case _:
            message = text("this value does not fit: {fault}", fault=fault)
    return Problem("rules", message, remedy, file=file, key=path)
