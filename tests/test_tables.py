"""Tables for people: in columns where they fit, a row in lines of its own where they do not, and never cut."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from project import Project
from rich.cells import cell_len
from rich.console import Console

from kaohe.command.tables import Table
from kaohe.messages import speaking

HEADINGS = ("机构编码", "名称", "得分", "影响条款")
ROWS = [("YLCZ001", "云岫长乐养老服务中心", "90.55", "3.3、5.2"), ("JJCZ044", "枕溪", "-1,607,291.67", "")]


def printed(width: int, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS, **more: bool) -> list[str]:
    """The lines of a table in a window so wide, without the blanks behind them."""
    table = Table("机构", *headings, right=2, **more)
    for row in rows:
        table.row(*row)
    window = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    with speaking("zh_CN"):
        window.print(table)
    assert isinstance(window.file, io.StringIO)
    return [line.rstrip() for line in window.file.getvalue().splitlines()]


def test_columns_where_they_fit() -> None:
    """8, 20, 13 and 8 columns wide, and 2 behind each: 57."""
    assert printed(57, *ROWS) == [
        "机构",
        "机构编码  名称                           得分  影响条款",
        "YLCZ001   云岫长乐养老服务中心          90.55  3.3、5.2",
        "JJCZ044   枕溪                  -1,607,291.67",
    ]


def test_a_name_is_folded_before_a_row_is_taken_apart() -> None:
    """A name is folded at 14 columns, no code and no number is: 8, 14, 13, 8, and 2 behind each, 51."""
    assert printed(51, *ROWS) == [
        "机构",
        "机构编码  名称                     得分  影响条款",
        "YLCZ001   云岫长乐养老服          90.55  3.3、5.2",
        "          务中心",
        "JJCZ044   枕溪            -1,607,291.67",
    ]


def test_a_row_in_lines_of_its_own_where_they_do_not() -> None:
    assert printed(50, *ROWS) != printed(51, *ROWS)
    assert printed(40, *ROWS) == [
        "机构",
        "YLCZ001   名称：云岫长乐养老服务中心",
        "  得分：90.55   影响条款：3.3、5.2",
        "JJCZ044   名称：枕溪",
        "  得分：-1,607,291.67",
    ]


def test_lines_of_a_cell_stay_lines() -> None:
    assert printed(24, ("1", "(1)甲\n(2)乙"), headings=("序号", "评分标准评分标准评分标准"), lines=True)[1:] == [
        "1",
        "  评分标准评分标准评分标",
        "  准：(1)甲",
        "  (2)乙",
    ]


CELL = st.text(st.sampled_from("考核办法〔2023〕ab-_./ 、。12"), max_size=30).map(lambda said: " ".join(said.split()))


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4), st.integers(10, 120), st.booleans())
@example([("a" * 30, "考" * 30, "1" * 30)], 10, True)
def test_nothing_is_cut_and_nothing_is_wider_than_the_window(
    rows: list[tuple[str, ...]], width: int, lines: bool
) -> None:
    shown = printed(width, *rows, headings=("", "", ""), lines=lines)
    assert max(map(cell_len, shown)) <= width
    kept = "".join(sorted("".join(map(str.strip, shown))))
    for sign in "考核办法〔〕ab-_./、。12":
        assert kept.count(sign) >= sum(cell.count(sign) for row in rows for cell in row), sign
    assert "…" not in kept


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("columns", [60, 80, 100])
@pytest.mark.parametrize(
    "arguments", [["facts"], ["rubric", "changzhou"], ["rubric", "changzhou", "--kind", "device_rental"]]
)
def test_commands_cut_no_code(
    arguments: list[str], columns: int, lang: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COLUMNS holds where standard output is no terminal, too."""
    facts = [fact["fact"] for fact in project.kaohe("facts", "--json").json]
    monkeypatch.setenv("COLUMNS", str(columns))
    outcome = project.kaohe(*arguments, lang=lang)
    assert max(map(cell_len, outcome.out.splitlines())) <= columns
    words = {word.partition("：")[2] or word for word in outcome.out.replace("│", " ").split()}
    assert len(words & set(facts)) >= (len(facts) if arguments == ["facts"] else 20)


@pytest.mark.parametrize("columns", ["0", "", "wide", "-5"])
def test_columns_that_are_no_width_are_passed_over(
    columns: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    usual = project.kaohe("facts").out
    monkeypatch.setenv("COLUMNS", columns)
    assert project.kaohe("facts").out == usual
