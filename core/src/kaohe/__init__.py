"""kaohe: annual assessment and settlement of long-term care insurance; each city's rules are a plugin.

Names load when they are first used, so that `import kaohe` costs nothing a command does not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kaohe.appeals import disputed as disputed
    from kaohe.budgets.closing import release_cause as release_cause
    from kaohe.budgets.closing import released as released
    from kaohe.budgets.faults import shares_by_grade as shares_by_grade
    from kaohe.budgets.year import Year as Year
    from kaohe.dataset import Dataset as Dataset
    from kaohe.dataset.places import at_rows as at_rows
    from kaohe.journal import Journal as Journal
    from kaohe.journal import Posting as Posting
    from kaohe.messages import listing as listing
    from kaohe.messages import speaking as speaking
    from kaohe.messages import texts as texts
    from kaohe.model import Rules as Rules
    from kaohe.money import apportion as apportion
    from kaohe.money import half_up as half_up
    from kaohe.money import percent as percent
    from kaohe.money import split as split
    from kaohe.money import within as within
    from kaohe.money import yuan as yuan
    from kaohe.plugin import defaults as defaults
    from kaohe.plugin.spec import hookimpl as hookimpl
    from kaohe.problems import Problem as Problem
    from kaohe.problems import Refused as Refused
    from kaohe.provenance import Verified as Verified
    from kaohe.provenance import verify as verify
    from kaohe.run import Run as Run
    from kaohe.run import assess as assess
    from kaohe.stages.frames import Frame as Frame
    from kaohe.stages.frames import Tables as Tables
    from kaohe.stages.frames import collected as collected
    from kaohe.stages.frames import held as held
    from kaohe.store import open_run as open_run
    from kaohe.store import save as save
    from kaohe.waterfall import Common as Common
    from kaohe.waterfall import Own as Own
    from kaohe.waterfall import by_score as by_score
    from kaohe.waterfall import cover as cover
    from kaohe.waterfall import shared as shared

_HOMES = {
    # for those who run it
    "Dataset": "kaohe.dataset",
    "Problem": "kaohe.problems",
    "Refused": "kaohe.problems",
    "Run": "kaohe.run",
    "Verified": "kaohe.provenance",
    "assess": "kaohe.run",
    "open_run": "kaohe.store",
    "save": "kaohe.store",
    "speaking": "kaohe.messages",
    "verify": "kaohe.provenance",
    # for those who write a city: `at_rows` says faults of rows with their places, `disputed` what appeals are against,
    # `defaults` holds the core's own stages, to build on
    "Frame": "kaohe.stages.frames",
    "Rules": "kaohe.model",
    "Tables": "kaohe.stages.frames",
    "at_rows": "kaohe.dataset.places",
    "defaults": "kaohe.plugin",
    "disputed": "kaohe.appeals",
    "hookimpl": "kaohe.plugin.spec",
    "listing": "kaohe.messages",
    "texts": "kaohe.messages",
    # for those who write a city's settlement
    "Common": "kaohe.waterfall",
    "Journal": "kaohe.journal",
    "Own": "kaohe.waterfall",
    "Posting": "kaohe.journal",
    "Year": "kaohe.budgets.year",
    "apportion": "kaohe.money",
    "by_score": "kaohe.waterfall",
    "collected": "kaohe.stages.frames",
    "cover": "kaohe.waterfall",
    "half_up": "kaohe.money",
    "held": "kaohe.stages.frames",
    "percent": "kaohe.money",
    "release_cause": "kaohe.budgets.closing",
    "released": "kaohe.budgets.closing",
    "shared": "kaohe.waterfall",
    "shares_by_grade": "kaohe.budgets.faults",
    "split": "kaohe.money",
    "within": "kaohe.money",
    "yuan": "kaohe.money",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kaohe' has no attribute {name!r}")
