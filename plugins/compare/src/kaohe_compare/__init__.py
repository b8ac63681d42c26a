"""One dataset under several schemes: what each had to go on, what came of it side by side, and why it differs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaohe_compare.attribution import Attribution as Attribution
    from kaohe_compare.attribution import attribute as attribute
    from kaohe_compare.cliff import cliff as cliff
    from kaohe_compare.comparing import Comparison as Comparison
    from kaohe_compare.comparing import compare as compare
    from kaohe_compare.difference import Difference as Difference
    from kaohe_compare.difference import diff as diff

_HOMES = {
    "Attribution": "kaohe_compare.attribution",
    "Comparison": "kaohe_compare.comparing",
    "Difference": "kaohe_compare.difference",
    "attribute": "kaohe_compare.attribution",
    "cliff": "kaohe_compare.cliff",
    "compare": "kaohe_compare.comparing",
    "diff": "kaohe_compare.difference",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kaohe_compare' has no attribute {name!r}")
