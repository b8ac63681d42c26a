"""The worked cases of the opinions; what is expected is compared without tolerance, to the fen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from qingdao_cases import CASES, FILES, Case, Expect
from qingdao_dataset import write_dataset, write_parameters

import kaohe
from kaohe.assembly import assemble
from kaohe.journal import balance
from kaohe.messages import speaking
from kaohe.plugin.manager import scheme_named

SCHEME = "qingdao/2023"
RULES = assemble(*scheme_named(SCHEME))
OWN = {name: parameter for name, parameter in RULES.parameters.items() if parameter.source.startswith("青医保字")}


def assessed(case: Case, folder: Path) -> kaohe.Run:
    dataset = write_dataset(folder / "dataset", case.given)
    return kaohe.assess(dataset, SCHEME, parameters=write_parameters(folder / "parameters.toml", case.given))


def yuan(amounts: Mapping[str, int]) -> dict[str, str]:
    """Fen as they are written in cases, those that are not zero."""
    return {key: f"{Decimal(amount) / 100:.2f}" for key, amount in amounts.items() if amount}


def summed(rows: pl.DataFrame, *keys: str) -> dict[str, int]:
    """Amounts by their keys, joined by a blank; blank keys are left out."""
    sums: defaultdict[str, int] = defaultdict(int)
    for *key, amount in rows.select(*keys, "amount").rows():
        sums[" ".join(part for part in key if part)] += amount
    return dict(sums)


def of_source(journal: pl.DataFrame, source: str) -> dict[str, str]:
    """What the year-end took off the regions' overspend in entries that draw on an account."""
    closing = journal.filter(pl.col("entry").str.starts_with("Y-"))
    entries = closing.filter(pl.col("account") == source, pl.col("amount") > 0)["entry"]
    met = closing.filter(
        pl.col("entry").is_in(entries.implode()), pl.col("account") == "overspend", pl.col("amount") < 0
    )
    return yuan(summed(met.with_columns(-pl.col("amount")), "region"))


def month(journal: pl.DataFrame, place: str) -> list[str]:
    region, when = place.split()
    rows = journal.filter(
        pl.col("region") == region, pl.col("date").str.starts_with(when), pl.col("entry").str.starts_with("M-")
    )
    sums = summed(rows, "account")
    signs = {"budget": 1, "deposit": -1, "paid": -1, "deferred": -1}
    return [f"{Decimal(sign * sums.get(account, 0)) / 100:.2f}" for account, sign in signs.items()]


def compared(expect: Expect, run: kaohe.Run) -> dict[str, tuple[object, object]]:
    """Everything that the case expects, beside what was found."""
    allocations, journal = run.tables["allocations"], run.tables["journal"]
    of_fund = journal.filter(pl.col("fund") == "F")
    found: dict[str, tuple[object, object]] = {}
    if expect.budgets is not None:
        budgets = allocations.filter(pl.col("step") == "budget", pl.col("region") != "")
        whole = {region: f"{Decimal(amount) / 100:.2f}" for region, amount in summed(budgets, "region").items()}
        found["budgets"] = expect.budgets, whole
    steps = summed(allocations, "region", "step")
    for step, amount in expect.steps.items():
        found[f"step {step}"] = amount, f"{Decimal(steps[step]) / 100:.2f}"
    for place, amounts in expect.months.items():
        found[f"month {place}"] = amounts, month(of_fund, place)
    if expect.covered is not None:
        sources = ("forfeited", "reserve", "budget")
        taken = {source: of_source(of_fund, source) for source in sources}
        found["covered"] = expect.covered, {source: regions for source, regions in taken.items() if regions}
    if expect.shared is not None:
        found["shared"] = expect.shared, yuan(summed(of_fund.filter(pl.col("account") == "shared"), "region"))
    if expect.open is not None:
        found["open"] = expect.open, yuan(summed(of_fund.filter(pl.col("account") == "overspend"), "region"))
    balances = summed(journal, "region", "account")
    for account, amount in expect.left.items():
        found[f"left {account}"] = amount, f"{Decimal(balances.get(account, 0)) / 100:.2f}"
    if expect.entries is not None:
        found["entries"] = expect.entries, len(of_fund)
    return found


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{stem}: {case.name}") for stem, case in CASES])
def test_case(case: Case, tmp_path: Path) -> None:
    with speaking("en"):
        if case.expect.refused:
            with pytest.raises(kaohe.Refused) as refused:
                assessed(case, tmp_path)
            faults = [str(problem) for problem in refused.value.problems if problem.severity == "error"]
            assert len(faults) == len(case.expect.refused), faults
            assert all(part in fault for part, fault in zip(case.expect.refused, faults, strict=True)), faults
            return
        run = assessed(case, tmp_path)
        found = compared(case.expect, run)
        assert {what: value for what, (_, value) in found.items()} == {
            what: value for what, (value, _) in found.items()
        }, case.working
        said = [str(problem) for problem in run.problems]
        assert all(any(part in problem for problem in said) for part in case.expect.problems), said
    balance(run.tables["journal"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for _, case in CASES if case.expect.refused])
def test_a_refusal_is_said_in_chinese_too(case: Case, tmp_path: Path) -> None:
    """Nothing of it stays English but codes and the names of parameters, tables and columns."""
    with pytest.raises(kaohe.Refused) as refused:
        assessed(case, tmp_path)
    for problem in refused.value.problems:
        assert problem.remedy is not None
        assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", f"{problem.message} {problem.remedy}")


# The cases as a whole.


@pytest.mark.parametrize("stem", FILES)
def test_cases_are_complete_and_their_names_unique(stem: str) -> None:
    file = FILES[stem]
    assert file.article
    assert len({case.name for case in file.cases}) == len(file.cases)
    for case in file.cases:
        assert case.working, case.name
        assert case.expect != Expect(), case.name


def test_every_reading_is_worked() -> None:
    """Each option of each of the opinions' own choices stands in some case, defaults as they are."""
    chosen = {
        (name, value) for _, case in CASES for name, value in case.given.parameters.items() if str(value) == value
    }
    wanted = {
        (name, option)
        for name, parameter in OWN.items()
        if parameter.type == "choice"
        for option in parameter.options
        if option != parameter.value
    }
    assert wanted <= chosen


def test_every_number_that_is_not_published_is_unset() -> None:
    numbers = {name: parameter for name, parameter in OWN.items() if parameter.type in ("share", "mapping")}
    published = {name for name, parameter in numbers.items() if parameter.value is not None}
    assert published == {"planning.chains"}
    assert OWN["planning.chains"].provenance == "published"


def test_every_reading_gives_its_reason() -> None:
    assert [name for name, parameter in OWN.items() if parameter.reading and parameter.reason is None] == []
