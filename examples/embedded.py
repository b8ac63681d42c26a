"""A platform's own tables, assessed in its own process: nothing is written, printed or configured."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

import kaohe


def assessed(tables: Mapping[str, pd.DataFrame], scheme: str, language: str = "zh_CN") -> dict[str, Any]:
    """The results and remarks as plain data, or what is wrong with the tables; `dataset` is one row: name, from, to."""
    with kaohe.speaking(language):
        try:
            run = kaohe.assess(tables, scheme)
        except kaohe.Refused as refused:
            return {"results": None, "problems": [told(problem) for problem in refused.problems]}
        return {"results": run.results.to_dict("records"), "problems": [told(problem) for problem in run.problems]}


def told(problem: kaohe.Problem) -> dict[str, Any]:
    """A problem with its place in our tables."""
    place = {"table": problem.table, "row": problem.row, "column": problem.column}
    return {"severity": problem.severity, "code": problem.code, "message": str(problem.message), **place}
