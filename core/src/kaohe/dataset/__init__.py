"""Datasets: the contract of the tables, reading their four forms, checking them, an empty workbook to fill in."""

from kaohe.dataset.contract import CONTRACT, Table
from kaohe.dataset.model import Dataset

__all__ = ["CONTRACT", "Dataset", "Table"]
