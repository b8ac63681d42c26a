"""A year at the command line: run, explained, closed, corrected; and the example years."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import tomli_w
from tianjin_dataset import BACKGROUND, PLANS, Given, write
from tianjin_office import APPEAL, SCHEME, Office, year

from kaohe.loading import read_toml


def test_the_explanation_tells_the_money(office: Office) -> None:
    assert office.run("year", year())[0] == 0
    status, out, _ = office.kaohe("explain", office.folder / "year.db", "N01")
    assert status == 0
    assert "Score: 84" in out
    assert "2023-01-31 第五条 payment of 2023-01: quality deposit held -5.00" in out
    assert "第十四条 score 84" in out
    assert "F · quality deposit forfeited, no claim of the institution: -7.50 (第十四条: score 84)" in out
    assert "F · quality deposit held" not in out
    told = json.loads(office.kaohe("explain", office.folder / "year.db", "N01", "--json")[1])
    assert [entry["article"] for entry in told["journal"]].count("第五条") == 2
    assert {line[0] for entry in told["journal"] for line in entry["lines"]} == {
        "quality_deposit",
        "settlement_payable",
        "deposit_forfeited",
    }


def test_entries_and_balances_have_one_sign_and_say_so(office: Office) -> None:
    """15.00 withheld, half of it released at 84 points: every balance is the sum of the lines above it."""
    office.run("year", year())
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert "Entries, in yuan (debit positive)" in out
    assert "Balances, in yuan (debit positive)" in out
    told = json.loads(office.kaohe("explain", office.folder / "year.db", "N01", "--json")[1])
    lines = [line for entry in told["journal"] for line in entry["lines"]]
    for account, amount in (("settlement_payable", "7.50"), ("deposit_forfeited", "-7.50")):
        assert sum(Decimal(amount) for name, amount in lines if name == account) == Decimal(amount)
        (balance,) = (row["amount"] for row in told["money"] if row["account"] == account)
        assert Decimal(balance) == Decimal(amount)


def test_a_fact_is_named_in_the_language_of_the_reader(office: Office) -> None:
    events = [{"institution": "N01", "event": "E1", "date": "2023-05-01", "fact": "tianjin.violation_handled",
               "case": "C1", "investigation": "", "count": 1}]  # fmt: skip
    for written in ("zh_CN", "en"):
        dataset = write(year(events=events), "institutions", office.folder / "dataset")
        command = ["run", dataset, "--scheme", SCHEME, "--plan", PLANS["institutions"], "--out", f"{written}.db"]
        assert office.kaohe(*command, lang=written)[0] == 0
        assert "[Violation that was dealt with]" in office.kaohe("explain", f"{written}.db", "N01", lang="en")[1]
        assert "[违法违规违约行为受到处理]" in office.kaohe("explain", f"{written}.db", "N01", lang="zh_CN")[1]
    named = [office.table(name, "select * from clauses") for name in ("zh_CN", "en")]
    assert named[0] == named[1]


def test_money_that_rests_on_an_example_plan_says_so(office: Office) -> None:
    """What an example touched is marked: the result, and each entry by its score."""
    content = read_toml(PLANS["institutions"]) | {"provenance": "assumption", "source": "示例"}
    plan = office.folder / "plan.toml"
    plan.write_text(tomli_w.dumps(content), encoding="utf-8")
    dataset = write(year(), "institutions", office.folder / "dataset")
    command = ["run", dataset, "--scheme", SCHEME, "--plan", plan, "--params", office.folder / "params.toml"]
    assert office.kaohe(*command, "--out", office.folder / "year.db")[0] == 0
    assert office.table("year", "select distinct cause from journal where article = '第十四条'") == [
        ("score:84 assumption:rubric",)
    ]
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert "第十四条 score 84 (by an assumption: the table of the assessment)" in out
    dataset = write(Given(parameters={}), "agencies", office.folder / "agencies")
    setting = {"provenance": "assumption", "source": "示例"}
    values = {"combine.roles": {"agency": 1, "sub_centre": 1, "centre": 1},
              "fee.share": {"method": "steps", "ends": [{"at": 0, "share": 0.9}]}}  # fmt: skip
    params = office.folder / "trial.toml"
    params.write_text(tomli_w.dumps({name: {"value": value, **setting} for name, value in values.items()}))
    command = ["run", dataset, "--scheme", "tianjin/agencies-2024", "--plan", PLANS["agencies"], "--params", params]
    assert office.kaohe(*command, "--out", office.folder / "agencies.db")[0] == 0
    assert office.table("agencies", "select distinct cause from journal where article = '第十八条'") == [
        ("score:100 assumption:combine.roles assumption:fee.share",)
    ]


def test_the_explanation_tells_the_appeal(office: Office) -> None:
    office.run("year", year(appeals=[APPEAL]))
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert "Appeal S1 against JS 1, filed 2024-02-01" in out
    assert "answered by JS on 2024-03-10: upheld" in out
    assert "score with the finding 84, without it –; now 94" in out


def test_the_explanation_of_a_pending_one_says_why_there_is_no_score(office: Office) -> None:
    investigation = {"investigation": "D1", "institution": "N01", "opened": "2023-06-01", "closed": ""}
    assert office.run("year", year(investigations=[investigation]))[0] == 0
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert "Score: none while under investigation" in out
    assert "not computed while an investigation is open, by 第十六条" in out
    assert "F · quality deposit held: -15.00" in out


def test_a_closed_run_is_frozen_and_says_so(office: Office) -> None:
    office.run("year", year())
    status, out, _ = office.kaohe("close", office.folder / "year.db", "--date", "2024-04-01")
    assert (status, "2024-04-01" in out) == (0, True)
    assert office.table("year", "select closed from run") == [("2024-04-01",)]
    before = (office.folder / "year.db").read_bytes()
    status, _, err = office.run("year", year())
    assert status == 1
    assert "closed on 2024-04-01 and is frozen" in err
    status, _, err = office.kaohe("close", office.folder / "year.db")
    assert status == 1
    assert "--corrects" in err
    assert (office.folder / "year.db").stat().st_mode & 0o222 == 0
    (office.folder / "year.db").chmod(0o644)  # whoever may, can; the database still refuses
    with pytest.raises(sqlite3.IntegrityError, match="2024-04-01"):
        office.table("year", "update results set score = '100'")
    assert (office.folder / "year.db").read_bytes() == before


def test_whoever_gets_round_a_closed_run_is_found(office: Office) -> None:
    """The triggers dropped, the file made writable, points and digests written anew: only the noted digest tells."""
    office.run("year", year())
    path = office.folder / "year.db"
    noted = json.loads(office.kaohe("close", path, "--date", "2024-04-01", "--json")[1])["digest"]
    status, out, err = office.kaohe("verify", path, "--digest", noted)
    assert (status, err, "closed on 2024-04-01" in out) == (0, "", True)
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
    status, _, err = office.kaohe("verify", path, "--digest", noted)
    assert (status, "may be changed again" in err, "not read-only any more" in err) == (1, True, True)
    office.run("other", Given(marks={"JS": {"1": "50"}}, payments={"2023-01": "100.05", "2023-02": "200.00"}))
    forged = (office.folder / "other.db").read_bytes()
    path.write_bytes(forged)
    status, _, err = office.kaohe("verify", path)
    assert (status, err) == (0, "")
    status, _, err = office.kaohe("verify", path, "--digest", noted)
    assert (status, "not the run whose digest was noted" in err) == (1, True)


def test_a_day_of_closing_that_was_taken_out_is_found(office: Office) -> None:
    office.run("year", year())
    path = office.folder / "year.db"
    office.kaohe("close", path)
    path.chmod(0o644)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("drop trigger closed_run_update")
        connection.execute("update run set closed = null")
    status, _, err = office.kaohe("verify", path)
    assert (status, "was closed, and the day was taken out" in err) == (1, True)


def test_a_folder_of_parquet_is_closed_too(office: Office) -> None:
    dataset = write(year(), "institutions", office.folder / "dataset")
    plan = PLANS["institutions"]
    command = ["run", dataset, "--scheme", SCHEME, "--plan", plan, "--out", office.folder / "year"]
    assert office.kaohe(*command)[0] == 0
    assert office.kaohe("close", office.folder / "year", "--date", "2024-04-01")[0] == 0
    closed = [office.folder / "year", *(office.folder / "year").iterdir()]
    assert [path.name for path in closed if path.stat().st_mode & 0o222] == []
    assert office.kaohe("verify", office.folder / "year")[0] == 0
    status, _, err = office.kaohe(*command)
    assert (status, "frozen" in err) == (1, True)


def test_a_correction_leaves_the_closed_run_and_leads_from_it_to_the_new_one(office: Office) -> None:
    office.run("year", year())
    office.kaohe("close", office.folder / "year.db", "--date", "2024-01-31")
    before = (office.folder / "year.db").read_bytes()
    status, _, err = office.run("corrected", year(appeals=[APPEAL]), "--corrects", office.folder / "year.db")
    assert (status, err) == (0, "")
    assert (office.folder / "year.db").read_bytes() == before
    journal = "select * from journal where entry not like 'A-%' order by entry, account"
    assert office.table("corrected", journal) == office.table("year", journal)
    adjusting = office.table(
        "corrected",
        "select date, account, amount, article, cause, adjusts from journal where entry like 'A-%' order by account",
    )
    # 15.00 withheld; 7.50 released and 7.50 forfeited at 84 points; all released at 94.
    assert adjusting == [
        ("2024-03-10", "deposit_forfeited", "7.5", "第十四条", "score:94", "YR/2023/F//N01"),
        ("2024-03-10", "settlement_payable", "-7.5", "第十四条", "score:94", "YR/2023/F//N01"),
    ]
    ((corrects,),) = office.table("corrected", "select corrects from run")
    assert json.loads(corrects)["run"] == "year.db"
    assert len(json.loads(corrects)["digest"]) == 64


def test_a_correction_of_a_correction_goes_on_from_it(office: Office) -> None:
    office.run("first", year())
    office.run("second", year(appeals=[APPEAL]), "--corrects", office.folder / "first.db")
    office.run("third", year(), "--corrects", office.folder / "second.db")
    assert office.kaohe("verify", office.folder / "third.db")[0] == 0
    (office.folder / "second.db").rename(office.folder / "moved.db")
    assert office.kaohe("verify", office.folder / "third.db")[0] == 0
    entries = office.table("third", "select distinct entry from journal where entry like 'A-%' order by 1")
    assert entries == [("A-000001",), ("A-000002",)]
    balances = "select account, round(sum(cast(amount as real)), 2) from journal group by 1 order by 1"
    assert office.table("third", balances) == office.table("first", balances)


def test_a_correction_is_not_written_over_what_it_corrects(office: Office) -> None:
    office.run("year", year())
    status, _, err = office.run("year", year(), "--corrects", office.folder / "year.db")
    assert status == 1
    assert "stays as it was" in err


def test_another_scheme_s_run_is_not_corrected(office: Office) -> None:
    office.run("year", year())
    dataset = write(Given(), "agencies", office.folder / "agencies")
    plan = PLANS["agencies"]
    status, _, err = office.kaohe("run", dataset, "--scheme", "tianjin/agencies-2024", "--plan", plan, "--out",
                                  office.folder / "agencies.db", "--corrects", office.folder / "year.db")  # fmt: skip
    assert status == 1
    assert "tianjin/institutions-2023" in err
    assert not (office.folder / "agencies.db").exists()


def test_what_is_not_a_run_is_not_corrected_or_closed(office: Office) -> None:
    status, _, err = office.run("year", year(), "--corrects", office.folder / "nothing.db")
    assert (status, "no run here" in err) == (1, True)
    status, _, err = office.kaohe("close", office.folder / "nothing.db")
    assert (status, "no run here" in err) == (1, True)


def test_the_check_takes_the_plan(office: Office) -> None:
    dataset = write(Given(marks={"JS": {"1": "51"}}), "institutions", office.folder / "dataset")
    plan = PLANS["institutions"]
    status, _, err = office.kaohe("check", dataset, "--scheme", SCHEME, "--plan", plan)
    assert status == 1
    assert "marks.csv, row 2, column points: 51 is more than the highest mark, 50" in err


def test_the_example_years_of_both_regimes(office: Office) -> None:
    status, out, _ = office.kaohe("demo", "tianjin", "--folder", office.folder / "demo", "--json")
    assert status == 0
    agencies, institutions = json.loads(out)["regimes"]
    assert agencies["institutions"] == 6
    assert institutions["institutions"] == 2000
    assert institutions["status"]["failed"] == 5
    assert institutions["status"]["pending"] == 8
    assert institutions["status"]["determined"] > 1900
    balances = {row["account"]: row["amount"] for row in institutions["journal"]}
    assert set(balances) == {"quality_deposit", "settlement_payable", "deposit_forfeited"}
    codes = {problem["code"] for problem in agencies["problems"]}
    assert {"missing", "procedure", "ledger", "fee", "assumption"} <= codes
    ((rows,),) = Office.table(office, "demo/institutions", "select count(*) from in_payments")
    assert rows == 24_000
    articles = dict(office.table("demo/institutions", "select article, count(*) from consequences group by 1"))
    assert articles["第十七条"] == 5
    assert articles["第十五条"] > 5
    assert office.kaohe("explain", office.folder / "demo" / "institutions.db", "YL0001")[0] == 0
    assert {
        basis
        for (basis,) in office.table(
            "demo/institutions", "select distinct basis from results where status = 'determined'"
        )
    } == {"assumption:rubric"}


def test_the_example_years_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    from kaohe_tianjin.demo import write as write_demo

    for name in ("a", "b"):
        write_demo(tmp_path / name, 7)
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.csv"))
    assert len(files) > 10
    assert [(tmp_path / "a" / file).read_bytes() for file in files] == [
        (tmp_path / "b" / file).read_bytes() for file in files
    ]


def test_the_explanation_tells_what_each_score_weighs(office: Office) -> None:
    """第十四条: 0.2 × 100 + 0.4 × (90 + 100) ÷ 2 + 0.4 × 95 = 96, which an official can work out from what is shown."""
    scorers = [*BACKGROUND["agencies"]["scorers"],
               {"scorer": "FZ2", "name": "分中心二", "role": "sub_centre", "region": "Q1"}]  # fmt: skip
    marks = {"FZ1": {"1": "50"}, "FZ2": {"1": "60", "2": "100"}, "ZX": {"1": "55"}}
    dataset = write(Given(tables={"scorers": scorers}, marks=marks), "agencies", office.folder / "dataset")
    weights = {"value": {"agency": "0.2", "sub_centre": "0.4", "centre": "0.4"}, "provenance": "agreement",
               "source": "方案"}  # fmt: skip
    params = office.folder / "weights.toml"
    params.write_text(tomli_w.dumps({"combine.roles": weights}), encoding="utf-8")
    command = ["run", dataset, "--scheme", "tianjin/agencies-2024", "--plan", PLANS["agencies"], "--params", params]
    assert office.kaohe(*command, "--out", office.folder / "year.db")[0] == 0
    out = office.kaohe("explain", office.folder / "year.db", "N01", lang="zh_CN")[1]
    assert "得分：96" in out
    for line in ("自评，委托经办机构，权重0.2：100", "分中心一，分中心，权重0.4：90", "分中心二，分中心，权重0.4：100",
                 "市级综合服务中心，市级中心，权重0.4：95"):  # fmt: skip
        assert line in out
    assert "口径：同类多个考核主体的得分如何成为一个——算术平均" in out


def test_the_explanation_lists_where_the_ledgers_differ(office: Office) -> None:
    """第十二条: 账账相符、账实相符: 100.90 with the agency, 100.00 with the centre and on the voucher."""
    ledgers = [
        {"ledger": ledger, "institution": "N01", "fund": "F", "account": "5101", "month": "2024-01", "document": "P1",
         "amount": amount} for ledger, amount in (("agency", "100.90"), ("centre", "100.00"), ("voucher", "100.00"))
    ]  # fmt: skip
    dataset = write(Given(tables={"ledgers": ledgers}), "agencies", office.folder / "dataset")
    command = ["run", dataset, "--scheme", "tianjin/agencies-2024", "--plan", PLANS["agencies"]]
    assert office.kaohe(*command, "--out", office.folder / "year.db")[0] == 0
    out = office.kaohe("explain", office.folder / "year.db", "N01", lang="zh_CN")[1]
    assert "F · 5101 · 2024-01 · P1：经办机构账 100.90、中心账 100.00，经办机构账多0.90" in out
    assert out.count("经办机构账多0.90") == 4


def test_a_case_of_the_city_is_told_once_with_the_day_that_places_it(office: Office) -> None:
    """第八条: of 2022, dealt with in 2023; it stands on every department's sheet and is one case."""
    event = {"institution": "N01", "event": "E1", "date": "2022-05-01", "handled": "2023-06-02", "count": 1,
             "case": "C", "fact": "tianjin.violation_handled", "investigation": ""}  # fmt: skip
    office.run("year", year(events=[event]))
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert out.count("2022-05-01") == 1
    assert "2022-05-01 · dealt with on 2023-06-02 · E1" in out
    assert "基金管理中心" in next(line for line in out.splitlines() if "1 case, minus 2" in line)


def test_a_sentence_that_names_three_is_told_each_with_its_own_words(office: Office) -> None:
    """第十八条: 考核结果直接通报委托经办机构天津分公司及总公司、相关委办局."""
    dataset = write(Given(), "agencies", office.folder / "dataset")
    command = ["run", dataset, "--scheme", "tianjin/agencies-2024", "--plan", PLANS["agencies"]]
    assert office.kaohe(*command, "--out", office.folder / "year.db")[0] == 0
    said = [line.strip() for line in office.kaohe("explain", office.folder / "year.db", "N01")[1].splitlines()]
    start = said.index("Consequences")
    assert said[start + 1 : start + 4] == [
        "第十八条 考核结果直接通报委托经办机构天津分公司",
        "第十八条 考核结果直接通报委托经办机构……总公司",
        "第十八条 考核结果直接通报……相关委办局",
    ]


def test_a_run_holds_all_that_is_needed_to_compute_it_again(office: Office) -> None:
    """第十七条: the archive. Tables, plan and parameters are taken out of the run alone."""
    office.run("year", year(appeals=[APPEAL]))
    with (
        closing(sqlite3.connect(office.folder / "year.db")) as old,
        closing(sqlite3.connect(office.folder / "in.db")) as new,
    ):
        new.execute('create table dataset (name, "from", "to")')
        new.execute(
            "insert into dataset values (?, ?, ?)", old.execute('select name, "from", "to" from run').fetchone()
        )
        for (table,) in old.execute(
            "select name from sqlite_master where type = 'table' and name like 'in\\_%' escape '\\'"
        ).fetchall():
            rows = old.execute(f'select * from "{table}"')
            columns = ", ".join(f'"{column[0]}"' for column in rows.description)
            new.execute(f'create table "{table.removeprefix("in_")}" ({columns})')
            new.executemany(
                f'insert into "{table.removeprefix("in_")}" values ({", ".join("?" * len(rows.description))})', rows
            )
        new.commit()
        for path, text in old.execute("select path, text from rules where path like 'given/%'"):
            (office.folder / path.replace("/", "-")).write_text(text, encoding="utf-8")
    plan, params = office.folder / "given-plan-plan.toml", office.folder / "given-parameters-params.toml"
    command = ["run", office.folder / "in.db", "--scheme", SCHEME, "--plan", plan, "--params", params]
    assert office.kaohe(*command, "--out", office.folder / "again.db")[0] == 0
    for table in ("trace", "items", "scores", "results", "consequences", "journal", "appealed"):
        assert office.table("again", f"select * from {table}") == office.table("year", f"select * from {table}")


def test_the_explanation_tells_what_is_missing_of_the_procedure(office: Office) -> None:
    steps = [
        {"institution": "N01", "step": "declaration", "done": "2025-01-10"},
        {"institution": "N01", "step": "on_site", "done": ""},
    ]
    dataset = write(Given(tables={"steps": steps}), "agencies", office.folder / "dataset")
    plan = PLANS["agencies"]
    scheme = "tianjin/agencies-2024"
    assert office.kaohe("run", dataset, "--scheme", scheme, "--plan", plan, "--out", office.folder / "year.db")[0] == 0
    out = office.kaohe("explain", office.folder / "year.db", "N01")[1]
    assert "Step on site: not done (第十三条（实地考核）)" in out
    assert "Step evaluation: not recorded (第十三条（考核评议）)" in out
    assert "declaration" not in out


def test_the_template_has_the_tables_that_money_and_appeals_need(office: Office) -> None:
    for scheme, sheets in (
        (SCHEME, {"拨付", "调查", "申诉", "利害关系"}),
        ("tianjin/agencies-2024", {"账册", "申诉", "事件"}),
    ):
        target = office.folder / f"{scheme.partition('/')[2]}.xlsx"
        status, out, _ = office.kaohe("template", scheme, "--out", target, lang="zh_CN")
        assert status == 0
        assert [sheet for sheet in sheets if sheet not in out] == []
