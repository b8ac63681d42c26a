"""Schemes: one document's regime in one version, and everything a run computes with."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from attrs import field, frozen

from kaohe.model.budgets import Budgets
from kaohe.model.facts import Fact, Name
from kaohe.model.money import Money
from kaohe.model.parameters import Parameter
from kaohe.model.rubrics import Rubric
from kaohe.model.tables import Column

Feature = Literal["marks", "roles", "deposit", "fee"]


@frozen
class Document:
    """A published document. A draft for comment is not in force."""

    number: str
    title: str
    issuer: str
    published: date | None = None
    status: Literal["in_force", "draft", "incomplete"] = "in_force"


@frozen(kw_only=True)
class Consequence:
    """What follows from a result, as data: consequence, article, and for whom.

    Those meant have one of the `grades`; one of the `statuses`; a score below the points of the parameter `below`,
    in `years` years in a row; a score not below those of the parameter `at_least`; an event of `facts`. Each of these
    that is given must hold; none means everyone. `due`: the parameter with the day by which it is to be done. `text`:
    the document's words, with …… for what a sentence says between them of something else.
    """

    consequence: str
    article: str
    text: str = ""
    grades: list[str] = field(factory=list)
    statuses: list[str] = field(factory=list)
    below: str = ""
    at_least: str = ""
    years: int = 1
    facts: list[str] = field(factory=list)
    due: str = ""


@frozen
class Deadline:
    """A step of the procedure, by when it is to be taken (if the document says so), and where that stands.

    `kinds`: whom it concerns; empty means all. `everyone`: whether all of them take it, or only some.
    """

    step: str
    article: str
    due: date | None = None
    kinds: list[str] = field(factory=list)
    everyone: bool = True


@frozen
class Evidenced:
    """Grades that must stand on evidence, and where that stands."""

    grades: list[str]
    article: str


@frozen
class Draw:
    """Whose registered staff is drawn at random, and where that stands; `draw.share` says how many of them."""

    kinds: list[str]
    article: str


@frozen
class Needs:
    """Tables, and further columns of them, that a scheme cannot do without.

    `offers`: tables that it reads where they are there; the template has them too.
    """

    tables: list[str] = field(factory=list)
    offers: list[str] = field(factory=list)
    columns: dict[str, dict[str, Column]] = field(factory=dict)


@frozen(kw_only=True)
class Standing:
    """Results that are no number. `pending`: the article by which who is under investigation has no score yet.

    `failed`: the article by which whoever an event of `facts` is recorded of, or who hands in `steps` late or not
    at all, has failed, with the grade `grade` and no score.
    """

    pending: str = ""
    failed: str = ""
    facts: list[str] = field(factory=list)
    steps: list[str] = field(factory=list)
    grade: str = ""


@frozen(kw_only=True)
class Deposit:
    """The quality deposit: the articles by which it is withheld, and released or forfeited by the result.

    `failed`: the article by which whoever has failed forfeits all of it.
    """

    withheld: str
    settled: str
    failed: str = ""


@frozen(kw_only=True)
class Fee:
    """The service fee: the articles by which it is due, reduced by the result, and reduced by losses.

    `losses`: the facts whose amounts are deducted; `conditions`: columns of events that must all say yes.
    """

    due: str
    result: str
    loss: str = ""
    losses: list[str] = field(factory=list)
    conditions: list[str] = field(factory=list)


@frozen(kw_only=True)
class Scheme:
    """One document's regime in one version; `scheme` is `city/version`.

    `begins` and `ends`: the days it assesses. `reviewed`: when somebody last looked. `absent`: what the
    plugin does not do yet, in words. `stages`: stages taken from other schemes. `agreement`: the article by
    which only institutions with an agreement in the year are assessed. `lent`: for a kind without a table of
    its own, the parameter that may name one. `features`: mechanisms of the core that it uses, each with its
    parameters. `scorers`: what the scorers' scores weigh by: persons served, roles, or the part that each marks.
    `recusal`: the article by which nobody marks where they have an interest. `graded`: whether a score leads to
    a grade. `planned`: the article by which its table is set anew each year. `deposit`, `fee`: the articles by
    which the core's own settlement moves money. `results_given`: where the document names no rubric, what it says
    instead; results of kinds without a table are then taken from marks or history. `budgets`: how the core splits
    funds over regions, settles their months and their year-end. `money`: steps by which money moves by institution.
    """

    scheme: str
    name: Name
    documents: list[Document]
    begins: date | None = None
    ends: date | None = None
    reviewed: date
    absent: list[Name] = field(factory=list)
    needs: Needs = field(factory=Needs)
    stages: dict[str, str] = field(factory=dict)
    consequences: list[Consequence] = field(factory=list)
    agreement: str = ""
    calendar: list[Deadline] = field(factory=list)
    evidenced: Evidenced | None = None
    draw: Draw | None = None
    lent: dict[str, str] = field(factory=dict)
    features: list[Feature] = field(factory=list)
    scorers: Literal["persons", "by_role", "parts"] = "persons"
    standing: Standing | None = None
    recusal: str = ""
    graded: bool = True
    planned: str = ""
    deposit: Deposit | None = None
    fee: Fee | None = None
    results_given: Name | None = None
    budgets: Budgets | None = None
    money: list[Money] = field(factory=list)

    def version_of(self, other: str) -> bool:
        """Whether the other name is of the same scheme, in this version or another: `city/2023` beside `city/2022`."""
        return re.sub(r"\d+$", "", other) == re.sub(r"\d+$", "", self.scheme)

    def in_force(self, first: date, last: date) -> bool:
        """Whether it assesses every day from the first to the last."""
        return (self.begins is None or self.begins <= first) and (self.ends is None or last <= self.ends)

    @property
    def city(self) -> str:
        """The plugin that the scheme belongs to."""
        return self.scheme.partition("/")[0]


@frozen
class Changed:
    """A value of a clause that was set for one run to see what would be: an assumption on all that it touches."""

    rubric: str
    clause: str
    key: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.rubric}/{self.clause}.{self.key}={self.after}"


@frozen(kw_only=True, eq=False)
class Rules:
    """Everything a run computes with: a scheme with its rubrics, the vocabulary and the parameters in force.

    Nothing in it changes once it is made, so that what follows from it is computed once (`stages.tabulate`).
    `kinds`: the rubric by which each kind of institution is assessed. `files` are the rule files as they were,
    by path, for the run to keep. `changes`: what was set in the rubrics for this run alone. `replaced`: the published
    rubrics in whose place a plan has put others, by the others' codes.
    """

    scheme: Scheme
    rubrics: dict[str, Rubric]
    kinds: dict[str, str]
    facts: dict[str, Fact]
    parameters: dict[str, Parameter]
    files: dict[str, str] = field(factory=dict)
    changes: list[Changed] = field(factory=list)
    replaced: dict[str, Rubric] = field(factory=dict)

    def value(self, parameter: str) -> Any:
        """The parameter's value, or None where it is unset."""
        return self.parameters[parameter].value

    def option(self, said: str) -> Any:
        """An option as the scheme says it, or the value of the parameter that it names instead."""
        return self.value(said) if said in self.parameters else said

    def holds(self, reading: str) -> bool:
        """Whether a reading (`PARAMETER=OPTION`) is chosen; a blank one always holds."""
        name, _, option = reading.partition("=")
        return not reading or self.value(name) == option


def assumptions(rules: Rules, *parameters: str) -> str:
    """Those of the parameters whose values are assumed, as codes that follow others: ` assumption:PARAMETER`."""
    return "".join(f" assumption:{name}" for name in parameters if rules.parameters[name].assumed)
