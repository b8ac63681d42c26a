"""The example year tells the four stories: within budget, saved by deposits, saved by the reserve, sharing."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest
from qingdao_dataset import Given, Institution, Region, write_dataset, write_parameters

import kaohe
from kaohe.command import letter as letters
from kaohe.command import main
from kaohe.command.regional import regional
from kaohe.corrections import correct
from kaohe.demo import Demo, make
from kaohe.explain import explain
from kaohe.journal import balance
from kaohe.letter import Letter, letter
from kaohe.messages import speaking
from kaohe.store import open_run, save
from kaohe_qingdao.demo import write


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    (made,) = make("qingdao", 2022, tmp_path_factory.mktemp("demo"))
    return made


@pytest.fixture(scope="module")
def run(demo: Demo) -> kaohe.Run:
    return demo.run


def told(demo: Demo, region: str, lang: str = "zh_CN") -> tuple[Letter, list[str]]:
    with speaking(lang):
        found = letter(open_run(demo.out), region)
        return found, list(letters.lines(found))


def test_eight_regions_two_funds_three_years_twelve_months(run: kaohe.Run) -> None:
    settled = regional(run)
    assert settled.group_by("fund").len().sort("fund").rows() == [("居民", 8), ("职工", 8)]
    years = run.dataset.tables["regions"].filter(pl.col("spending").is_not_null()).collect()["year"].unique().sort()
    assert years.to_list() == ["2020", "2021", "2022"]
    assert run.dataset.tables["payments"].collect()["month"].n_unique() == 12
    assert not [problem for problem in run.problems if problem.severity == "error"]


@pytest.mark.parametrize("fund", ["职工", "居民"])
def test_budgets_and_reserve_are_the_budget_and_the_journal_balances(run: kaohe.Run, fund: str) -> None:
    rows = run.tables["allocations"].filter(pl.col("fund") == fund)
    parts = rows.filter((pl.col("step") == "budget") & (pl.col("region") != "") | (pl.col("step") == "reserve"))
    (budget,) = rows.filter(pl.col("step") == "budget", pl.col("region") == "")["amount"]
    assert parts["amount"].sum() == budget
    journal = run.tables["journal"]
    balance(journal)
    for month in range(1, 13):
        assert journal.filter(pl.col("date") <= f"2023-{month:02}-31")["amount"].sum() == 0


def story(run: kaohe.Run, fund: str, region: str) -> set[str]:
    """What bore something of a region's overspend."""
    row = regional(run).row(by_predicate=(pl.col("fund") == fund) & (pl.col("region") == region), named=True)
    assert row["open"] == 0
    return {name for name in ("forfeited", "reserve", "shared") if row[name]}


def test_the_four_stories_are_there(run: kaohe.Run) -> None:
    assert story(run, "职工", "JZ") == set()
    assert story(run, "职工", "LS") == {"forfeited"}
    assert story(run, "职工", "XH") == {"forfeited", "reserve"}
    assert story(run, "居民", "LX") == {"forfeited", "reserve", "shared"}


def test_the_letter_to_a_region_that_shares(demo: Demo) -> None:
    found, lines = told(demo, "LX")
    assert lines[0] == "关于莱西市（LX）2023年度长护险资金决算情况的函"
    residents = found.funds[0]
    assert [step.step for step in residents.steps] == [
        "last_year",
        "base",
        "growth",
        "services",
        "beneficiaries",
        "budget",
    ]
    assert sum(step.amount for step in residents.steps[1:-1]) == residents.steps[-1].amount
    assert len(residents.months) == 12
    assert residents.cost == sum(month.payable for month in residents.months)
    assert residents.overspend == residents.cost - residents.steps[-1].amount
    assert residents.overspend == sum(cover.amount for cover in residents.covers)
    assert [cover.source for cover in residents.covers] == ["forfeited", "reserve", "shared"]
    assert any(line.startswith(f"  你区（市）应分担 {residents.shared:,.2f}元（经办考核得分 79分）") for line in lines)


def test_the_letter_to_a_region_within_its_budget(demo: Demo) -> None:
    found, lines = told(demo, "JZ", "en")
    employees = found.funds[1]
    assert (employees.overspend, employees.covers, employees.shared) == (0, [], 0)
    assert f"  Your cost is within your available funds; {employees.unused:,.2f} are left." in lines


def test_the_letter_is_in_the_language_of_the_moment_whatever_the_run_s_was(demo: Demo) -> None:
    """What the city itself says, names and titles of its data, stays as it is; no sentence or name of ours does."""
    _, english = told(demo, "LX", "en")
    own = re.compile(
        r"莱西市|即墨区|平度市|居民|职工|青医保字〔2023〕1号 第\d条|示例，非公布值|2023年度青岛市.*虚构\)|[（）；]"
    )
    assert [line for line in english if re.search(r"[\u4e00-\u9fff]", own.sub("", line))] == []
    _, chinese = told(demo, "LX", "zh_CN")
    assert [line for line in chinese if re.search(r"[a-z]{3,} [a-z]{3,}", line)] == []


def test_the_letter_gives_the_figures_of_each_factor(demo: Demo) -> None:
    _, lines = told(demo, "LX", "en")
    growth = next(line for line in lines if line.startswith("  adjusted by historical growth"))
    assert growth.endswith("2022: 26,000,000; weight 0.3)")


def test_a_deposit_waits_for_its_result(demo: Demo) -> None:
    waiting = [
        one for region in ("SN", "LS", "CY") for fund in told(demo, region)[0].funds for one in fund.deposits.waiting
    ]
    assert len(set(waiting)) == 1


def test_the_months_of_a_region_use_up_its_budget_and_no_more(demo: Demo) -> None:
    for fund in told(demo, "PD")[0].funds:
        assert sum(month.within for month in fund.months) == min(fund.cost, fund.steps[-1].amount)
        for month in fund.months:
            assert month.payable == month.deposit + month.paid + month.deferred
        assert fund.paid_late == sum((month.deferred for month in fund.months), Decimal(0))


def test_every_assumption_is_said(run: kaohe.Run) -> None:
    said = [str(problem.message) for problem in run.problems if problem.code == "assumption"]
    for name in (
        "reserve.rate",
        "deposit.rate",
        "allocation.growth",
        "allocation.services",
        "allocation.beneficiaries",
    ):
        assert any(name in message for message in said)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write(tmp_path / folder, 7)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_run_too(seed: int, tmp_path: Path) -> None:
    (made,) = make("qingdao", seed, tmp_path)
    found = made.run
    assert regional(found)["open"].sum() == 0


def test_the_letter_says_what_it_rests_on(demo: Demo) -> None:
    found, lines = told(demo, "LX", "en")
    assert {ground.parameter for ground in found.assumptions} >= {"reserve.rate", "deposit.rate", "allocation.growth"}
    assert {ground.parameter for ground in found.readings} >= {"sharing.who", "reserve.division", "deposit.release"}
    assert "  Rate of the risk reserve (reserve.rate): 0.03 (示例，非公布值)" in lines


def balances(demo: Demo, institution: str) -> dict[tuple[str, str], Decimal]:
    """What an institution's explanation leaves in its accounts."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in explain(open_run(demo.out), institution).journal:
        for account, amount in entry.lines:
            sums[entry.fund, account] += Decimal(amount)
    return {place: amount for place, amount in sums.items() if amount}


def test_an_institution_is_told_its_money(demo: Demo) -> None:
    run = demo.run.dataset.tables["payments"].collect()
    found = balances(demo, "LX001")
    for fund in ("职工", "居民"):
        payable = run.filter(pl.col("institution") == "LX001", pl.col("fund") == fund)["payable"].sum()
        parts = {account: amount for (of_fund, account), amount in found.items() if of_fund == fund}
        assert parts.keys() == {"paid", "released", "forfeited"}
        assert -sum(parts.values()) * 100 == payable


def test_a_third_party_is_told_what_it_may_draw(demo: Demo) -> None:
    # 9,600,000 × 93 % = 8,928,000.
    drawn = {account: amount for (_, account), amount in balances(demo, "DSF1").items()}
    assert drawn == {"cost": 9_600_000, "drawn": -8_928_000, "not_drawn": -672_000}


def small(folder: Path, **given: object) -> list[str]:
    """The letter to region B of a small city, of whose two regions only A has payments."""
    regions = {
        "A": Region(spending=["300.00"], institutions={"I": Institution(payable=["100.00"], mark="90")}),
        "B": Region(spending=["200.00"]),
    }
    case = Given(regions=regions, **given)  # type: ignore[arg-type]
    dataset = write_dataset(folder / "dataset", case)
    done = kaohe.assess(dataset, "qingdao/2023", parameters=write_parameters(folder / "parameters.toml", case))
    save(done, folder / "run.db")
    with speaking("en"):
        return list(letters.lines(letter(open_run(folder / "run.db"), "B")))


def test_the_letter_to_a_region_without_payments(tmp_path: Path) -> None:
    lines = small(tmp_path)
    assert "  Nothing was payable." in lines
    # 1000 − 5 % = 950, by 3 : 2.
    assert "  Your cost is within your available funds; 380.00 are left." in lines


def test_the_letter_before_the_year_end(tmp_path: Path) -> None:
    lines = small(tmp_path, actual="")
    assert "The year-end is not settled yet: the fund's actual revenue is not recorded." in lines
    assert not any("available funds" in line for line in lines)


def test_a_correction_stands_below_the_letter_it_corrects(demo: Demo, tmp_path: Path) -> None:
    """An institution of LX loses points later: what is forfeited more, region LX shares less."""
    folder = tmp_path / "dataset"
    copytree(demo.dataset, folder)
    marks = folder / "评分.csv"
    lines = marks.read_text(encoding="utf-8-sig").splitlines()
    lowered = [re.sub(r"^(LX001,JB-LX,1),[0-9.]+", r"\1,20", line) for line in lines]
    marks.write_text("\n".join(lowered), encoding="utf-8-sig")
    fresh = kaohe.assess(folder, "qingdao/2023", parameters=demo.parameters)
    corrected = correct(fresh, demo.out)
    save(corrected, tmp_path / "corrected.db")
    before = told(demo, "LX")[0].funds[0]
    with speaking("en"):
        after = letter(open_run(tmp_path / "corrected.db"), "LX").funds[0]
    assert (after.covers, after.shared, after.overspend) == (before.covers, before.shared, before.overspend)
    moved = {line.account: line.amount for line in after.corrected}
    expected = regional(fresh).row(by_predicate=(pl.col("fund") == "居民") & (pl.col("region") == "LX"), named=True)
    assert after.shared + moved["shared"] == Decimal(expected["shared"]) / 100


def test_a_region_is_explained_on_the_command_line(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["explain", str(demo.out), "LX", "--lang", "en"])
    assert done.value.code == 0
    assert capsys.readouterr().out.startswith("To 莱西市 (LX): the settlement of 2023\n")
    with pytest.raises(SystemExit) as done:
        main(["explain", str(demo.out), "XX", "--lang", "en"])
    assert done.value.code == 1
    assert "no result for the institution “XX”" in capsys.readouterr().err
