"""A correction says by what else than late facts it differs, and what would be none is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tomli_w
from tianjin_dataset import PLANS, Given, write
from tianjin_office import RELEASE, SCHEME, Office, year

from kaohe.loading import read_toml


def correct(office: Office, name: str, given: Given, *options: object, plan: Path | None = None) -> tuple[int, str]:
    """Correct `year.db`: the status, and what was said of the correction, on either stream."""
    dataset = write(given, "institutions", office.folder / f"{name} dataset")
    settings = ["--plan", plan or PLANS["institutions"], "--out", office.folder / f"{name}.db"]
    if "--params" not in options:
        settings += ["--params", office.folder / "params.toml"]
    corrects = ["--corrects", office.folder / "year.db"]
    status, _, err = office.kaohe("run", dataset, "--scheme", SCHEME, *settings, *corrects, *options)
    if status:
        assert not (office.folder / f"{name}.db").exists()
        return status, err
    found = office.table(name, "select severity, message_en, remedy_en from problems where code = 'corrects'")
    return status, "\n".join(" ".join(row) for row in found)


def parameters(office: Office, name: str, **values: tuple[Any, str]) -> Path:
    content = {
        key.replace("__", "."): {"value": value, "provenance": provenance, "source": "协议"}
        for key, (value, provenance) in values.items()
    }
    path = office.folder / name
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    return path


def test_late_facts_alone_are_no_difference(office: Office) -> None:
    office.run("year", year())
    assert correct(office, "later", Given(marks={"JS": {"1": "44"}}, payments=year().payments)) == (0, "")


def test_another_value_is_said_by_its_name(office: Office) -> None:
    office.run("year", year())
    steps = {"method": "steps", "ends": [{"at": 0, "share": 0.4}, {"at": 90, "share": 1}]}
    path = parameters(office, "other.toml", deposit__release=(steps, "agreement"))
    status, said = correct(office, "later", year(), "--params", path, "--reading", "deposit.rounding=down")
    assert (status, len(said.splitlines())) == (0, 2)
    assert "(deposit.release): the run to be corrected has ≥ 0: 0.5; ≥ 90: 1, this one ≥ 0: 0.4; ≥ 90: 1" in said
    assert "(deposit.rounding): the run to be corrected has half up to the fen, this one down to the fen" in said


def test_a_value_that_was_not_set_and_now_is_is_said(office: Office) -> None:
    empty = parameters(office, "empty.toml")
    settings = ["--plan", PLANS["institutions"], "--params", empty, "--out", office.folder / "year.db"]
    dataset = write(year(), "institutions", office.folder / "dataset")
    assert office.kaohe("run", dataset, "--scheme", SCHEME, *settings)[0] == 0
    status, said = correct(office, "later", year())
    assert status == 0
    assert "(deposit.release): the run to be corrected has not set, this one ≥ 0: 0.5; ≥ 90: 1" in said


def test_another_plan_is_said_item_by_item(office: Office) -> None:
    """Item 1 is 45 instead of 50, item 2 35 instead of 30, and a violation costs 3 instead of 2."""
    office.run("year", year())
    content = read_toml(PLANS["institutions"])
    first, second, _, last = content["sections"][0]["items"]
    first["full_score"], second["full_score"], last["clauses"][0]["points"] = 45, 35, 3
    path = office.folder / "plan.toml"
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    status, said = correct(office, "later", year(), plan=path)
    assert status == 0
    assert said.startswith("warning the table “A plan for worked cases” is not the one of the run to be corrected: ")
    assert (
        "item 1: full score 45 instead of 50, item 2: full score 35 instead of 30, item 4, clause 4 what belongs"
        in said
    )


def test_a_correction_by_an_assumption_is_refused(office: Office) -> None:
    office.run("year", year())
    path = parameters(office, "trial.toml", deposit__release=(RELEASE, "assumption"))
    for options in (["--params", path], ["--set", "4.points=1"]):
        status, said = correct(office, "later", year(), *options)
        assert status == 1
        assert "rests on assumptions, the run to be corrected on none" in said
        assert "run it without --corrects" in said


def test_a_trial_is_corrected_by_a_trial(office: Office) -> None:
    path = parameters(office, "trial.toml", deposit__release=(RELEASE, "assumption"))
    settings = ["--plan", PLANS["institutions"], "--params", path, "--out", office.folder / "year.db"]
    dataset = write(year(), "institutions", office.folder / "dataset")
    assert office.kaohe("run", dataset, "--scheme", SCHEME, *settings)[0] == 0
    assert correct(office, "later", year(), "--params", path) == (0, "")


def test_a_dataset_without_its_payments_is_refused(office: Office) -> None:
    office.run("year", year())
    status, said = correct(office, "later", Given(marks={"JS": {"1": "34"}}))
    assert status == 1
    assert "the run to be corrected had the table “Payments”, this dataset has none" in said


def test_institutions_that_are_not_there_any_more_are_named(office: Office) -> None:
    two = [{"institution": code, "name": code, "kind": "medical", "region": "河东"} for code in ("N01", "N02")]
    agreements = [{"agreement": f"X{row['institution']}", "institution": row["institution"], "from": "2023-01-01",
                   "to": "2023-12-31", "deposit_rate": "0.05"} for row in two]  # fmt: skip
    marks = [{"institution": "N02", "scorer": "JS", "item": "1", "points": "40", "by": ""}]
    office.run("year", year(institutions=two, agreements=agreements, marks=marks))
    status, said = correct(office, "later", year())
    assert status == 0
    assert "1 institution of the run to be corrected is not in this dataset" in said
    assert "N02" in said
    gone = [{**two[1], "institution": "N03"}]
    other = Given(tables={"institutions": gone, "agreements": [{**agreements[0], "institution": "N03"}], "payments":
                          [{"institution": "N03", "fund": "F", "month": "2023-01", "payable": "1.00"}]})  # fmt: skip
    dataset = write(other, "institutions", office.folder / "others dataset")
    (dataset / "marks.csv").write_text("institution,scorer,item,points\nN03,JS,1,40\n", encoding="utf-8")
    command = ["run", dataset, "--scheme", SCHEME, "--plan", PLANS["institutions"], "--params",
               office.folder / "params.toml", "--corrects", office.folder / "year.db"]  # fmt: skip
    status, _, err = office.kaohe(*command, "--out", office.folder / "others.db")
    assert status == 1
    assert "none of the institutions of the run to be corrected" in err


def test_a_kind_whose_plan_was_forgotten_is_refused(office: Office) -> None:
    content = read_toml(PLANS["institutions"]) | {"rubric": "pharmacy", "kind": "pharmacy"}
    pharmacy = office.folder / "pharmacy.toml"
    pharmacy.write_text(tomli_w.dumps(content), encoding="utf-8")
    two = [{"institution": code, "name": code, "kind": kind, "region": "河东"}
           for code, kind in (("N01", "medical"), ("N02", "pharmacy"))]  # fmt: skip
    agreements = [{"agreement": f"X{row['institution']}", "institution": row["institution"], "from": "2023-01-01",
                   "to": "2023-12-31", "deposit_rate": "0.05"} for row in two]  # fmt: skip
    marks = [{"institution": "N02", "scorer": "JS", "item": "1", "points": "40", "by": ""}]
    both = year(institutions=two, agreements=agreements, marks=marks)
    office.run("year", both, "--plan", pharmacy)
    status, said = correct(office, "later", both)
    assert status == 1
    assert "the kind “pharmacy” has no table any more" in said
    assert "--plan" in said


def test_a_stage_of_another_scheme_is_refused(office: Office) -> None:
    office.run("year", year())
    status, said = correct(office, "later", year(), "--stage", "consequences=tianjin/agencies-2024")
    assert status == 1
    assert "the stage consequences is of tianjin/agencies-2024; in the run to be corrected it is of" in said


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_several_reasons_are_said_at_once(office: Office, lang: str) -> None:
    office.run("year", year())
    dataset = write(Given(marks={"JS": {"1": "34"}}), "institutions", office.folder / "dataset")
    command = ["run", dataset, "--scheme", SCHEME, "--plan", PLANS["institutions"], "--set", "4.points=1",
               "--corrects", office.folder / "year.db", "--out", office.folder / "later.db"]  # fmt: skip
    status, _, err = office.kaohe(*command, lang=lang)
    assert status == 1
    assert len([line for line in err.splitlines() if "year.db" in line]) >= 2
