"""Runs and comparisons computed, in a process of their own."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from kaohe import Problem, Refused, assess
from kaohe.corrections import correct
from kaohe.store import save
from kaohe_serve.jobs import Computed, Outcome
from kaohe_serve.shelf import COMPARISON, RUN, ComparisonOrder, Order, Shelf, StoredComparison
from kaohe_serve.versions import understood
from kaohe_serve.words import text
from kaohe_serve.work import parameters, written
from kaohe_serve.worker import Say

STEPS = 11
"""Steps of a run, each of which says that it begins."""


def steps(order: Computed) -> int:
    """How many steps an order takes; a comparison reads, computes each side, and attributes."""
    return 3 + len(order.schemes) if isinstance(order, ComparisonOrder) else STEPS + (order.corrects is not None)


def compute(shelf: Shelf, made: Shelf, order: Computed, say: Say) -> Outcome:
    """Do what was ordered; raises Refused."""
    if isinstance(order, ComparisonOrder):
        return Outcome(comparison=_compare(shelf, made, order, say))
    return Outcome(run=_run(shelf, made, order, say))


def _run(shelf: Shelf, made: Shelf, order: Order, say: Say) -> UUID:
    dataset = shelf.dataset(order.dataset)
    with made.adding_run() as (number, draft):
        done = assess(
            shelf.data(dataset),
            order.scheme,
            plan=written(order.plan, draft),
            parameters=parameters(order.scheme, order.parameters),
            readings=order.readings,
            stages=order.stages,
            progress=say,
        )
        if order.corrects is not None:
            say(text("leading from the old journal to the new one"))
            with understood([shelf.file(order.corrects)]):
                done = correct(done, shelf.file(order.corrects))
        say(text("writing the run"))
        save(done, draft / RUN)
        return made.finish_run(draft, number, done.dataset.name, order).run


def _compare(shelf: Shelf, made: Shelf, order: ComparisonOrder, say: Say) -> UUID:
    try:
        from kaohe_compare import compare
        from kaohe_compare.save import save
        from kaohe_compare.tables import document
    except ImportError:
        remedy = text("install kaohe-compare")
        raise Refused([Problem("compare", text("comparing is not installed here"), remedy)]) from None
    with TemporaryDirectory() as folder:
        found = compare(
            shelf.data(shelf.dataset(order.dataset)),
            order.schemes,
            kinds=order.kinds,
            plans={
                scheme: written(plan, Path(folder), f"{at}-") for at, (scheme, plan) in enumerate(order.plans.items())
            },
            parameters={scheme: parameters(scheme, given) for scheme, given in order.parameters.items()},
            readings=order.readings,
            progress=say,
        )
    say(text("attributing the differences"))
    with made.adding_comparison() as (number, draft):
        save(found, (draft / COMPARISON).with_suffix(".db"))
        with suppress(Refused):  # more rows than a sheet holds: there is the database
            save(found, (draft / COMPARISON).with_suffix(".xlsx"))
        facts = {code: fact for side in found.sides.values() for code, fact in side.chosen.rules.facts.items()}
        kept = StoredComparison(
            comparison=number,
            name=found.dataset.name,
            added=datetime.now(UTC),
            order=order,
            facts={code: (fact.name.zh_CN, fact.name.en) for code, fact in facts.items()},
        )
        return made.finish_comparison(draft, kept, document(found))
