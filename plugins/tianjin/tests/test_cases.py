"""The worked cases of both drafts; what is expected was worked out by hand and is compared without tolerance."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from tianjin_cases import CASES, Case, Expect, balances, run

import kaohe
from kaohe.messages import speaking

LISTED = [(stem, case) for stem, file in CASES.items() for case in file.cases]


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def check(done: kaohe.Run, expect: Expect) -> None:
    """Hold the run against what the case says of N01."""
    result = done.results.row(by_predicate=pl.col("institution") == "N01", named=True)
    for name in ("score", "low", "high"):
        if (said := getattr(expect, name)) is not None:
            assert result[name] == Decimal(said), name
    for name in ("status", "grade", "rank"):
        if (said := getattr(expect, name)) is not None:
            assert result[name] == said, name
    if expect.status in ("pending", "failed"):
        assert (result["score"], result["low"], result["high"], result["rank"]) == (None, None, None, None)
    if expect.low is not None:
        assert result["score"] is None
    scores = dict(done.scores.filter(pl.col("institution") == "N01").select("scorer", "score").rows())
    for scorer, points in expect.scores.items():
        assert scores[scorer] == Decimal(points), scorer
    journal = done.tables["journal"]
    if expect.balances is not None:
        assert balances(journal) == {name: fen(amount) for name, amount in expect.balances.items()}
    if expect.entries is not None:
        sums = journal.group_by("article", "account").agg(pl.col("amount").sum()).rows()
        found: dict[str, dict[str, int]] = {}
        for article, account, amount in sums:
            found.setdefault(article, {})[account] = amount
        assert found == {
            article: {account: fen(amount) for account, amount in lines.items()}
            for article, lines in expect.entries.items()
        }
    if expect.funds is not None:
        own = {fund: journal.filter(pl.col("fund") == fund) for fund in journal["fund"].unique()}
        assert {fund: balances(rows) for fund, rows in own.items()} == {
            fund: {account: fen(amount) for account, amount in lines.items()} for fund, lines in expect.funds.items()
        }
    if expect.consequences is not None:
        own = done.tables["consequences"].filter(pl.col("institution") == "N01")["consequence"]
        assert sorted(own) == sorted(expect.consequences)
    for code, number in expect.problems.items():
        assert sum(problem.code == code for problem in done.problems) == number, code
    if expect.differences is not None:
        columns = ["account", "month", "document", "left", "right", "difference"]
        rows = done.tables["reconciliation"].select(columns).rows()
        assert [[*map(str, row[:-1]), row[-1]] for row in rows] == [
            [*row[:-1], fen(row[-1])] for row in expect.differences
        ]
    for appeal, (found_in, found_out, now) in expect.appealed.items():
        row = done.frame("appealed").row(by_predicate=pl.col("appeal") == appeal, named=True)
        said = [None if text == "–" else Decimal(text) for text in (found_in, found_out, now)]
        assert [row["score_in"], row["score_out"], row["score"]] == said


@pytest.mark.parametrize(("stem", "case"), LISTED, ids=[f"{stem}: {case.name}" for stem, case in LISTED])
def test_a_worked_case(stem: str, case: Case, tmp_path: Path) -> None:
    regime = stem.partition("/")[0]
    if case.expect.refused:
        with pytest.raises(kaohe.Refused) as refused, speaking("zh_CN"):
            run(case.given, regime, tmp_path)
        said = "\n".join(str(problem) for problem in refused.value.problems)
        assert [part for part in case.expect.refused if part not in said] == [], said
        return
    first = run(case.given, regime, tmp_path)
    check(first, case.expect)
    if case.later is None:
        return
    second = run(case.later.given, regime, tmp_path / "later", tmp_path / "run.db")
    check(second, case.later.expect)
    old, new = first.tables["journal"], second.tables["journal"]
    adjusting = new.filter(pl.col("entry").str.starts_with("A-"))
    assert new.filter(~pl.col("entry").str.starts_with("A-")).equals(old), "the first settlement stays as it was"
    assert adjusting["entry"].str.starts_with("A-").all()
    assert set(adjusting["adjusts"].drop_nulls()) <= set(old["entry"])


ARTICLES = {
    "agencies": [
        "第十二条",
        "第十三条",
        "第十四条",
        "第十五条",
        "第十六条",
        "第十八条",
        "第十九条",
        "第二十条",
        "第二十一条",
    ],
    "institutions": ["第四条", "第五条", "第八条", "第十一条", "第十四条", "第十五条", "第十六条", "第十七条"],
}
"""The articles that move a score or a fen."""


@pytest.mark.parametrize("regime", ARTICLES)
def test_every_article_that_moves_a_score_or_a_fen_has_cases(regime: str) -> None:
    named = " ".join(file.article for stem, file in CASES.items() if stem.startswith(regime) and file.cases)
    assert [article for article in ARTICLES[regime] if article not in named] == []
