"""kaohe over HTTP: an ASGI application that a platform can mount, and a workbench in the browser."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaohe_serve.service import application as application
    from kaohe_serve.settings import Settings as Settings

_HOMES = {"Settings": "kaohe_serve.settings", "application": "kaohe_serve.service"}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kaohe_serve' has no attribute {name!r}")
