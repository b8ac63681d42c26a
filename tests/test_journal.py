"""Double entries in fen: every entry and every fund sums to zero, and each posting says why it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaohe.journal import SCHEMA, balance
from kaohe.messages import speaking
from kaohe.problems import Refused

LARGE = 10**18
"""In fen; ten of these do not fit into 64 bits."""

Posting = dict[str, object]


def posting(entry: str, account: str, amount: object, fund: str = "F", **other: object) -> Posting:
    return {
        "entry": entry,
        "fund": fund,
        "account": account,
        "amount": amount,
        "article": "第四条",
        "cause": "N1",
        **other,
    }


def journal(postings: Iterable[Posting]) -> pl.DataFrame:
    rows = [dict.fromkeys(SCHEMA) | row for row in postings]
    return pl.DataFrame(rows, schema=SCHEMA)


def sums(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    return {(fund, account): amount for fund, account, amount in balance(journal(postings)).rows()}


def faults(postings: Iterable[Posting]) -> list[str]:
    with pytest.raises(Refused) as refused, speaking("en"):
        balance(journal(postings))
    assert {(problem.code, problem.table) for problem in refused.value.problems} == {("journal", "journal")}
    with speaking("en"):
        return [str(problem.message) for problem in refused.value.problems]


WITHHELD = [posting("1", "payable", -500), posting("1", "deposit", 500)]
RELEASED = [posting("2", "deposit", -120), posting("2", "payable", 70), posting("2", "interest", 50)]


def test_each_account_of_each_fund_is_summed_in_order() -> None:
    other = [posting("3", "payable", 9, "A"), posting("3", "deposit", -9, "A")]
    table = balance(journal([*RELEASED, *other, *WITHHELD]))
    assert table.columns == ["fund", "account", "amount"]
    assert table.rows() == [
        ("A", "deposit", -9),
        ("A", "payable", 9),
        ("F", "deposit", 380),
        ("F", "interest", 50),
        ("F", "payable", -430),
    ]


def test_an_empty_journal_balances() -> None:
    table = balance(journal([]))
    assert table.columns == ["fund", "account", "amount"]
    assert table.rows() == []


def test_an_entry_that_does_not_balance_is_named_with_what_is_left() -> None:
    assert faults([*WITHHELD, posting("2", "deposit", -120), posting("2", "payable", 121)]) == [
        "entry “2” does not balance: 1 fen are left",
        "fund “F” does not balance: 1 fen are left",
    ]


def test_two_entries_that_make_up_for_each_other_do_not_balance() -> None:
    crossed = [posting("1", "payable", -500), posting("1", "deposit", 499)]
    crossed += [posting("2", "payable", -500), posting("2", "deposit", 501)]
    assert faults(crossed) == [
        "entry “1” does not balance: -1 fen are left",
        "entry “2” does not balance: 1 fen are left",
    ]


def test_a_fund_does_not_lend_to_another() -> None:
    assert faults([posting("1", "payable", -500, "A"), posting("1", "deposit", 500, "B")]) == [
        "fund “A” does not balance: -500 fen are left",
        "fund “B” does not balance: 500 fen are left",
    ]


@pytest.mark.parametrize("column", ["article", "cause", "account", "fund"])
@pytest.mark.parametrize("blank", ["", None])
def test_a_posting_that_lacks_something_is_named_once_for_its_entry(column: str, blank: object) -> None:
    bare = [row | {column: blank} for row in WITHHELD]
    assert faults([*RELEASED, *bare]) == [f"entry “1” has no {column}"]


def test_a_posting_without_amount_is_not_nothing() -> None:
    assert faults([*WITHHELD, posting("1", "payable", None)]) == ["entry “1” has no amount"]


def test_a_posting_belongs_to_an_entry() -> None:
    assert faults(row | {"entry": None} for row in WITHHELD) == ["entry “None” has no entry"]


def test_all_faults_come_together() -> None:
    bare = [row | {"article": "", "cause": None} for row in WITHHELD]
    crooked = [posting("2", "payable", 1)]
    assert faults([*bare, *crooked]) == [
        "entry “2” does not balance: 1 fen are left",
        "fund “F” does not balance: 1 fen are left",
        "entry “1” has no article",
        "entry “1” has no cause",
    ]


def test_sums_beyond_64_bits_are_exact() -> None:
    paid = [posting(f"{number}", "payable", -LARGE) for number in range(20)]
    kept = [posting(f"{number}", "deposit", LARGE) for number in range(20)]
    assert sums([*paid, *kept]) == {("F", "deposit"): 20 * LARGE, ("F", "payable"): -20 * LARGE}


def test_one_fen_is_not_lost_beside_a_national_year() -> None:
    paid = [posting(f"{number}", "payable", -LARGE) for number in range(20)]
    kept = [posting(f"{number}", "deposit", LARGE) for number in range(20)]
    kept[7] = kept[7] | {"amount": LARGE + 1}
    assert faults([*paid, *kept]) == [
        "entry “7” does not balance: 1 fen are left",
        "fund “F” does not balance: 1 fen are left",
    ]


def test_what_is_zero_only_in_64_bits_does_not_balance() -> None:
    assert faults([posting("1", "deposit", 2**60)] * 16) == [
        f"entry “1” does not balance: {2**64} fen are left",
        f"fund “F” does not balance: {2**64} fen are left",
    ]


@st.composite
def double_entries(draw: st.DrawFn) -> list[Posting]:
    """Entries of one fund each, whose last posting takes what is left; in any order."""
    postings: list[Posting] = []
    for number in range(draw(st.integers(1, 6))):
        fund = draw(st.sampled_from("ABC"))
        amounts = draw(st.lists(st.integers(-LARGE, LARGE), min_size=1, max_size=5))
        accounts = draw(st.lists(st.sampled_from("wxyz"), min_size=len(amounts) + 1, max_size=len(amounts) + 1))
        amounts.append(-sum(amounts))
        postings += map(posting, [f"{number}"] * len(amounts), accounts, amounts, [fund] * len(amounts))
    return draw(st.permutations(postings))


def summed(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """The same in whole numbers of Python."""
    total: Counter[tuple[str, str]] = Counter()
    for row in postings:
        total[str(row["fund"]), str(row["account"])] += int(str(row["amount"]))
    return dict(total)


@given(double_entries())
def test_double_entries_balance_whatever_they_are(postings: list[Posting]) -> None:
    found = sums(postings)
    assert found == summed(postings)
    assert sum(found.values()) == 0
    assert list(found) == sorted(found)


@given(double_entries(), st.data())
def test_a_posting_that_is_changed_is_found_with_the_exact_difference(
    postings: list[Posting], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(postings) - 1))
    change = data.draw(st.integers(-LARGE, LARGE).filter(bool))
    row = postings[place]
    postings[place] = row | {"amount": int(str(row["amount"])) + change}
    assert faults(postings) == [
        f"entry “{row['entry']}” does not balance: {change} fen are left",
        f"fund “{row['fund']}” does not balance: {change} fen are left",
    ]
