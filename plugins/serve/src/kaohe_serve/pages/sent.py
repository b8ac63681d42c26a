"""A form with files, as a browser sends it."""

from __future__ import annotations

from typing import Any

from litestar.datastructures import UploadFile

from kaohe_serve.ordering import Attached
from kaohe_serve.pages.rendering import Asked


async def sent(request: Asked, *wanted: str) -> tuple[dict[str, str], dict[str, list[Attached]]]:
    """What was typed, by field; and the files attached under the wanted fields, each with its name and content."""
    form = await request.form()
    fields = list(form.multi_items())
    typed = {name: value for name, value in fields if isinstance(value, str)}
    return typed, {
        field: [_file(file) for name, file in fields if name == field and _is_file(file)] for field in wanted
    }


async def fields(request: Asked, name: str) -> list[str]:
    """Everything that was chosen under one name."""
    form = await request.form()
    return [value for field, value in form.multi_items() if field == name and isinstance(value, str) and value]


def _file(file: Any) -> Attached:
    return file.filename, file.file


def _is_file(value: object) -> bool:
    return isinstance(value, UploadFile) and bool(value.filename)
