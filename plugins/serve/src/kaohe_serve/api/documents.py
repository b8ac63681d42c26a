"""What the service answers with."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypedDict, TypeVar
from uuid import UUID

from attrs import asdict, field, fields, frozen

from kaohe.explain import Explanation
from kaohe.model import Parameter
from kaohe.statement import Balance
from kaohe_serve.computing import steps
from kaohe_serve.jobs import Computed, Job, State
from kaohe_serve.problems import ProblemEntry, entries
from kaohe_serve.shelf import StoredComparison

T = TypeVar("T")


class DocumentEntry(TypedDict):
    """A published document."""

    number: str
    title: str
    issuer: str
    published: str | None
    status: str


class SchemeEntry(TypedDict):
    """A scheme: one document's regime in one version, the kinds it assesses, and what is not there yet."""

    scheme: str
    name: str
    documents: list[DocumentEntry]
    begins: str | None
    ends: str | None
    reviewed: str
    kinds: list[str]
    absent: list[str]
    demo: bool


@frozen
class CityEntry:
    """An installed city; `fault` says why it cannot be used."""

    city: str
    fault: str
    schemes: list[SchemeEntry]


class ClauseEntry(TypedDict):
    """A clause in the document's own words; the parameters of its shape stand beside these."""

    clause: str
    number: str
    text: str
    fact: str
    shape: str
    place: str


class ItemEntry(TypedDict):
    """An item of a rubric. `full_score` is a whole number, or text where it has decimals."""

    item: str
    section: str
    name: str
    full_score: int | str
    direction: str
    clauses: list[ClauseEntry]


class VetoEntry(TypedDict):
    """A veto of a rubric."""

    clause: str
    text: str
    fact: str
    effect: str
    points: int | str | None
    place: str


class RubricEntry(TypedDict):
    """A rubric: the table by which one kind of institution is assessed."""

    scheme: str
    rubric: str
    kind: str
    name: str
    document: str
    annex: str
    full_score: int | str
    full_score_basis: str
    items: list[ItemEntry]
    vetoes: list[VetoEntry]


@frozen
class ParameterEntry:
    """A value that the rules leave open: where it comes from, and what depends on it while it is unset."""

    parameter: str
    name: str
    type: str
    value: Any
    unset: bool
    provenance: str
    source: str
    reading: bool
    reason: str
    options: dict[str, str]
    needed_for: str

    @classmethod
    def of(cls, parameter: Parameter) -> ParameterEntry:
        """A parameter in the language of the moment, its decimals as text."""
        return cls(
            parameter.parameter,
            str(parameter.name),
            parameter.type,
            plain(parameter.value),
            parameter.value is None,
            parameter.provenance,
            parameter.source,
            parameter.reading,
            str(parameter.reason or ""),
            {option: str(name) for option, name in parameter.options.items()},
            str(parameter.needed_for or ""),
        )


def plain(value: Any) -> Any:
    """A parameter's value as JSON has it; decimals as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case dict():
            return {str(key): plain(entry) for key, entry in value.items()}
        case list() | tuple():
            return [plain(entry) for entry in value]
        case _ if hasattr(value, "__attrs_attrs__"):
            return plain(asdict(value, recurse=False))
        case _:
            return str(value)


@frozen
class Checked:
    """What was found in a dataset: whether it is sound, its tables' rows, and every fault with its place."""

    sound: bool
    rows: dict[str, int]
    problems: list[ProblemEntry]


@frozen
class JobEntry:
    """One ordered run or comparison: waiting, running, done, failed or cancelled; `step` is what is done now.

    `seconds_left` is told while it runs, if one of its kind was done before.
    """

    job: UUID
    state: State
    dataset: UUID
    scheme: str
    step: str
    steps_begun: int
    steps: int
    run: UUID | None
    comparison: UUID | None
    problems: list[ProblemEntry]
    ordered: datetime
    started: datetime | None
    finished: datetime | None
    seconds_left: int | None = None

    @classmethod
    def of(cls, job: Job[Computed]) -> JobEntry:
        """A job in the language of the moment."""
        return cls(
            job.job,
            job.state,
            job.order.dataset,
            job.order.scheme,
            str(job.begun[-1]) if job.begun else "",
            len(job.begun),
            steps(job.order),
            job.outcome.run,
            job.outcome.comparison,
            entries(job.problems),
            job.ordered,
            job.started,
            job.finished,
            job.seconds_left,
        )


@frozen
class ComparisonEntry:
    """A comparison in brief."""

    comparison: UUID
    name: str
    added: datetime
    dataset: UUID
    schemes: list[str]

    @classmethod
    def of(cls, kept: StoredComparison) -> ComparisonEntry:
        """What stands on the shelf."""
        return cls(kept.comparison, kept.name, kept.added, kept.order.dataset, kept.order.schemes)


@frozen
class RunEntry:
    """A run in brief: how many results of each status and grade, and what is open."""

    run: UUID
    name: str
    scheme: str
    begins: str
    ends: str
    added: datetime
    dataset: UUID
    corrects: UUID | None
    closed: str | None
    institutions: int
    status: dict[str, int]
    grades: dict[str, int]
    problems: int


@frozen
class ResultEntry:
    """One institution's result; points as decimal text, empty where they are not determined."""

    institution: str
    name: str
    kind: str
    score: str | None
    low: str | None
    high: str | None
    rank: int | None
    grade: str | None
    status: str
    basis: str


@frozen
class Page(Generic[T]):
    """Some rows of many: `total` there are, these begin at `offset`."""

    total: int
    offset: int
    limit: int
    rows: list[T]


@frozen(kw_only=True)
class InstitutionYear(Explanation):
    """One institution's whole year: each clause with its words, cases and evidence; and its money."""

    money: list[Balance] = field(factory=list)

    @classmethod
    def of(cls, told: Explanation, money: list[Balance]) -> InstitutionYear:
        """The explanation and the money as one."""
        return cls(**{part.name: getattr(told, part.name) for part in fields(Explanation)}, money=money)


@frozen
class Service:
    """What answers here."""

    name: str
    versions: dict[str, str]
    languages: list[str]
    most_uploaded: int
