"""The days that a dataset covers, looked up before its tables are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kaohe.dataset.check import check
from kaohe.dataset.handed import handed
from kaohe.dataset.model import Dataset
from kaohe.dataset.read import read
from kaohe.model import Needs

TABLE = "dataset"


def year_of(dataset: Dataset | Path | str | Mapping[str, Any]) -> tuple[date, date] | None:
    """The first and the last day of a dataset, as a caller has it; None where it does not say them, or not rightly.

    Of files only the table `dataset` is read. Raises Refused where a path is no dataset.
    """
    if isinstance(dataset, Dataset):
        return dataset.begins, dataset.ends
    if isinstance(dataset, Mapping):
        raws, _, _ = handed({name: content for name, content in dataset.items() if name == TABLE})
    else:
        raws, _, _ = read(Path(dataset), only=TABLE)
    found, _ = check(raws, {}, "", {}, Needs())
    return None if found is None else (found.begins, found.ends)
