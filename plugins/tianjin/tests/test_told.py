"""Nothing is left out in silence: what counts nowhere, or leaves something open, is refused or told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tianjin_dataset import BACKGROUND, PLANS, Given, run, write

import kaohe
from kaohe.messages import speaking

ROLES = {"agency": "0.2", "sub_centre": "0.4", "centre": "0.4"}


def told(given: Given, regime: str, folder: Path) -> list[str]:
    """What a run, or its refusal, says in English."""
    with speaking("en"):
        try:
            return [str(problem) for problem in run(given, regime, folder).problems]
        except kaohe.Refused as refused:
            return [f"refused: {problem}" for problem in refused.problems]


def test_a_weight_of_a_role_that_there_is_not_is_refused(tmp_path: Path) -> None:
    weights = {"agency": "0.2", "sub_center": "0.4", "centre": "0.4"}
    (said,) = told(Given(parameters={"combine.roles": weights}), "agencies", tmp_path)
    assert "key combine.roles: “sub_center” is not a role of scorers → the roles are self, district, sub_centre" in said


def test_a_role_whose_scores_have_no_weight_is_told(tmp_path: Path) -> None:
    said = told(Given(parameters={"combine.roles": {"agency": "0.5", "centre": "0.5"}}), "agencies", tmp_path)
    assert any("the scores of the role “sub centre” count nothing" in line for line in said)


def test_a_role_of_whom_nobody_assesses_is_told_with_whom(tmp_path: Path) -> None:
    """Without a sub-centre its 0.4 is open: from 0.6 × 100 to 100."""
    scorers = [row for row in BACKGROUND["agencies"]["scorers"] if row["role"] != "sub_centre"]
    marks = {"FZ1": {"1": "absent", "2": "absent"}}
    given_year = Given(tables={"scorers": scorers}, marks=marks, parameters={"combine.roles": ROLES})
    with speaking("en"):
        done = run(given_year, "agencies", tmp_path)
        assert [(str(row["low"]), str(row["high"])) for row in done.results.to_dicts()] == [("60.0000", "100.0000")]
        assert any("nobody of the role “sub centre” assesses N01" in str(problem) for problem in done.problems)


def test_a_mark_by_another_area_s_sub_centre_is_refused(tmp_path: Path) -> None:
    """第十四条: 辖区分中心得分."""
    other = {"scorer": "FZ9", "name": "别区分中心", "role": "sub_centre", "region": "Q9"}
    mark = {"institution": "N01", "scorer": "FZ9", "item": "1", "points": "10", "by": ""}
    tables = {"scorers": [*BACKGROUND["agencies"]["scorers"], other], "marks": [mark]}
    (said,) = told(Given(tables=tables), "agencies", tmp_path)
    assert "marks.csv, row 8, column scorer: FZ9 does not assess N01: the mark would count nowhere" in said


def test_an_investigation_after_the_year_holds_it_up_only_in_plain_words(tmp_path: Path) -> None:
    """第十六条: 在年度协议考核工作结束前; where the end is not recorded, it is told what holds the year up."""
    opened = [{"investigation": "D9", "institution": "N01", "opened": "2026-01-01", "closed": ""}]
    said = told(Given(tables={"investigations": opened}), "institutions", tmp_path / "open")
    assert any("D9 was opened after the year and holds it up" in line and "第十六条" in line for line in said)
    steps = [{"institution": "N01", "step": "evaluation", "done": "2024-03-01"}]
    said = told(Given(tables={"investigations": opened, "steps": steps}), "institutions", tmp_path / "ended")
    assert not any("D9" in line for line in said)


def test_an_institution_without_a_plan_is_named_and_explained(office: Any) -> None:
    tables = {
        "institutions": [*BACKGROUND["institutions"]["institutions"],
                         {"institution": "N02", "name": "乙药店", "kind": "pharmacy", "region": "河东"}],
        "agreements": [*BACKGROUND["institutions"]["agreements"],
                       {"agreement": "X2", "institution": "N02", "from": "2023-01-01", "to": "2023-12-31"}],
    }  # fmt: skip
    assert office.run("year", Given(tables=tables))[0] == 0
    ((said,),) = office.table("year", "select message_en from problems where code = 'kind'")
    assert said.endswith("has no table for it (N02)")
    status, _, err = office.kaohe("explain", office.folder / "year.db", "N02")
    assert (status, "N02 is not assessed: tianjin/institutions-2023 has no table for the kind “pharmacy”" in err) == (
        1, True,
    )  # fmt: skip


def test_several_plans_may_be_named_by_text(tmp_path: Path) -> None:
    dataset = write(Given(), "institutions", tmp_path / "dataset")
    done = kaohe.assess(dataset, "tianjin/institutions-2023", plan=[str(PLANS["institutions"])])
    assert done.results["status"].to_list() == ["determined"]


# Years that do not begin with a month.


@given(st.integers(0, 60), st.integers(1, 10**8), st.lists(st.integers(1, 400), min_size=1, max_size=3))
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
def test_a_fee_adds_up_over_years_that_begin_on_any_day(
    tmp_path_factory: pytest.TempPathFactory, offset: int, fee: int, lengths: list[int]
) -> None:
    """年度 is whatever the dataset says: years that follow each other share an agreement's fee to the fen."""
    begins = first = date(2024, 1, 1) + timedelta(offset)
    last = begins + timedelta(sum(lengths) - 1)
    total = 0
    for length in lengths:
        ends = begins + timedelta(length - 1)
        folder = write(Given(), "agencies", tmp_path_factory.mktemp("year"))
        (folder / "dataset.toml").write_text(f'name = "算例"\nfrom = {begins}\nto = {ends}\n', encoding="utf-8")
        (folder / "agreements.csv").write_text(
            f"agreement,institution,from,to,fee\nX1,N01,{first},{last},{fee // 100}.{fee % 100:02}\n", encoding="utf-8"
        )
        journal = kaohe.assess(folder, "tianjin/agencies-2024", plan=PLANS["agencies"]).tables["journal"]
        total += sum(
            amount for account, amount in journal.select("account", "amount").rows() if account == "service_fee"
        )
        assert set(journal["date"]) <= {ends.isoformat()}
        begins = ends + timedelta(1)
    assert total == fee


def test_a_deposit_of_the_last_month_is_booked_within_the_year(tmp_path: Path) -> None:
    """A year from 15 January 2023 to 14 January 2024: January's deposit is booked on its last day, the 14th."""
    folder = write(Given(payments={"2023-02": "100.00", "2024-01": "100.00"}), "institutions", tmp_path)
    (folder / "dataset.toml").write_text('name = "算例"\nfrom = 2023-01-15\nto = 2024-01-14\n', encoding="utf-8")
    (folder / "agreements.csv").write_text(
        "agreement,institution,from,to,deposit_rate\nX1,N01,2023-01-15,2024-01-14,0.05\n", encoding="utf-8"
    )
    journal = kaohe.assess(folder, "tianjin/institutions-2023", plan=PLANS["institutions"]).tables["journal"]
    assert sorted(set(journal["date"])) == ["2023-02-28", "2024-01-14"]
