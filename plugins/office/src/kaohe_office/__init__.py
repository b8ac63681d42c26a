"""What officials hold in their hands: forms out and in, reports of a run, notices to institutions.

What stands here is for other plugins; names load when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaohe_office.forms.outcome import Collection as Collection
    from kaohe_office.making import collect_forms as collect_forms
    from kaohe_office.making import write_forms as write_forms
    from kaohe_office.making import write_notices as write_notices
    from kaohe_office.making import write_report as write_report

_HOMES = {
    "Collection": "kaohe_office.forms.outcome",
    "collect_forms": "kaohe_office.making",
    "write_forms": "kaohe_office.making",
    "write_notices": "kaohe_office.making",
    "write_report": "kaohe_office.making",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kaohe_office' has no attribute {name!r}")
