"""What a scheme is made of: facts, rubrics, clauses, parameters. Plain frozen data; `loading` and `rules` load it."""

from kaohe.model.facts import UNITS_PER_POINT, Fact, Name, points, units
from kaohe.model.parameters import Cutoff, Parameter, Provenance
from kaohe.model.rubrics import (
    SHAPES,
    Band,
    Bands,
    Clause,
    Item,
    Level,
    LookUp,
    Once,
    Peers,
    PerCase,
    PerN,
    Rubric,
    Section,
    ShortOf,
    Veto,
)
from kaohe.model.schemes import Consequence, Deadline, Document, Draw, Evidenced, Needs, Rules, Scheme
from kaohe.model.tables import Column

__all__ = [
    "SHAPES",
    "UNITS_PER_POINT",
    "Band",
    "Bands",
    "Clause",
    "Column",
    "Consequence",
    "Cutoff",
    "Deadline",
    "Document",
    "Draw",
    "Evidenced",
    "Fact",
    "Item",
    "Level",
    "LookUp",
    "Name",
    "Needs",
    "Once",
    "Parameter",
    "Peers",
    "PerCase",
    "PerN",
    "Provenance",
    "Rubric",
    "Rules",
    "Scheme",
    "Section",
    "ShortOf",
    "Veto",
    "points",
    "units",
]
