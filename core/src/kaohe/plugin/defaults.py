"""The core's own implementation of the stages, as an ordinary plugin that answers last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kaohe.plugin.spec import hookimpl

if TYPE_CHECKING:
    from kaohe.model import Rules, Scheme
    from kaohe.stages.frames import Tables


@hookimpl(trylast=True)
def rubric(scheme: Scheme, folder: Path) -> list[Path]:  # noqa: ARG001
    """Every TOML file in the folder `rubrics` of the scheme."""
    return sorted((folder / "rubrics").glob("*.toml"))


@hookimpl(trylast=True)
def exempt(tables: Tables, rules: Rules) -> Tables:
    """Institutions without an agreement in the year, where the scheme asks for one."""
    from kaohe.stages.exempt import exempt as stage

    return stage(tables, rules)


@hookimpl(trylast=True)
def score(tables: Tables, rules: Rules) -> Tables:
    """Facts joined to clauses, each clause by its shape."""
    from kaohe.stages.score import score as stage

    return stage(tables, rules)


@hookimpl(trylast=True)
def combine(tables: Tables, rules: Rules) -> Tables:
    """Items within their caps, sheets as sums, institutions by the chosen way, or by the scorers' roles."""
    from kaohe.stages.combine import combine as by_persons
    from kaohe.stages.roles import combine as by_role

    stage = by_persons if rules.scheme.scorers == "persons" else by_role
    return stage(tables, rules)


@hookimpl(trylast=True)
def grade(tables: Tables, rules: Rules) -> Tables:
    """Vetoes, then rank and cutoffs; given results where the scheme names no rubric."""
    from kaohe.stages.given import given
    from kaohe.stages.grade import grade as stage

    if rules.scheme.results_given is None:
        return stage(tables, rules)
    if not rules.rubrics:
        return {"results": given(tables, rules)}
    import narwhals as nw

    return {"results": nw.concat([stage(tables, rules)["results"], given(tables, rules)])}


@hookimpl(trylast=True)
def consequences(tables: Tables, rules: Rules) -> Tables:
    """The scheme's ladder of consequences by grade."""
    from kaohe.stages.consequences import consequences as stage

    return stage(tables, rules)


@hookimpl(trylast=True)
def allocate(tables: Tables, rules: Rules) -> Tables | None:
    """Funds split over the regions, where the scheme has budgets."""
    from kaohe.budgets.stages import allocate as stage

    return None if rules.scheme.budgets is None else stage(tables, rules, rules.scheme.budgets)


@hookimpl(trylast=True)
def settle(tables: Tables, rules: Rules) -> Tables:
    """Regional budgets, money by institution, the quality deposit, the service fee: what the scheme has."""
    from kaohe.stages.settle import settle as stage

    parts = [stage(tables, rules)["journal"]]
    if rules.scheme.budgets is None and not rules.scheme.money:
        return {"journal": parts[0]}
    import narwhals as nw

    from kaohe.budgets.stages import settle as budgets
    from kaohe.payouts import settle as payouts
    from kaohe.stages.frames import held

    if rules.scheme.money:
        parts.insert(0, held(payouts(tables, rules)))
    if rules.scheme.budgets is not None:
        parts.insert(0, held(budgets(tables, rules, rules.scheme.budgets)))
    return {"journal": nw.concat(parts)}
