"""Several years of pending money: whatever becomes known, in whatever order, no fen is lost between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tianjin_dataset import ABSENT, PLANS, Given, write

import kaohe
from kaohe.corrections import correct
from kaohe.journal import balance
from kaohe.store import save

YEARS = (2021, 2022, 2023)
NAMES = ("N01", "N02")
RELEASE = {
    "method": "steps",
    "ends": [{"at": 0, "share": "0"}, {"at": 60, "share": "0.3333"}, {"at": 85, "share": "1"}],
}
MARKS = {"JS": ("1", 50), "JJ": ("2", 30), "CG": ("3", 10)}
"""Who marks which item, out of how many; the fourth item starts at 10 and loses 2 for each violation dealt with."""
NONE = {scorer: {item: ABSENT} for scorer, (item, _) in MARKS.items()}
"""In place of the background's marks."""


@frozen
class Known:
    """What stands of an institution when all is known: its marks, an investigation, an appeal, by year."""

    marks: Mapping[int, int]
    opened: int | None
    cases: int
    appealed: int | None
    upheld: bool
    paid: Mapping[int, int]


def knowledge() -> st.SearchStrategy[dict[str, Known]]:
    by_year = st.fixed_dictionaries({year: st.integers(0, 48) for year in YEARS})
    known = st.builds(
        Known, by_year, st.sampled_from([None, *YEARS]), st.integers(0, 4), st.sampled_from([None, *YEARS]),
        st.booleans(), st.fixed_dictionaries({year: st.integers(1, 10**9) for year in YEARS}),
    )  # fmt: skip
    return st.fixed_dictionaries(dict.fromkeys(NAMES, known))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("concluded"), st.sampled_from(NAMES)),
        st.tuples(st.just("answered"), st.sampled_from(NAMES)),
        st.tuples(st.just("run"), st.sampled_from(YEARS)),
    ),
    max_size=6,
)
"""What happens after every year was run once: an investigation is concluded, an appeal answered, a year run again."""


@given(knowledge(), STEPS)
@settings(
    max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # an example takes a second: one that fails is not worth minutes of making it smaller
)  # fmt: skip
def test_no_fen_is_lost_over_years_of_late_conclusions_appeals_and_corrections(
    tmp_path_factory: pytest.TempPathFactory, known: dict[str, Known], steps: list[tuple[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("years")
    happened: set[tuple[str, str]] = set()
    journals: dict[int, pl.DataFrame] = {}
    corrections: dict[int, int] = defaultdict(int)
    # At the end every year is run again, so that what became known last is settled too.
    for what, which in [*(("run", year) for year in YEARS), *steps, *(("run", year) for year in YEARS)]:
        if what != "run":
            happened.add((what, which))
            continue
        done = assessed(known, happened, which, folder, corrections[which])
        corrections[which] += 1
        before, journals[which] = journals.get(which), done.tables["journal"]
        assert before is None or set(before.rows()) <= set(journals[which].rows())  # nothing booked is edited
        for year, journal in journals.items():
            balance(journal)
            for name in NAMES:
                held, released, forfeited = money(journal, name)
                assert deposit(known[name], year) == released + forfeited + held
        for name in NAMES:
            assert money(journals[which], name) == settled(known[name], happened, name, which)
    whole = balance(pl.concat(journals.values()))
    pending = sum(settled(known[name], happened, name, year)[0] for name in NAMES for year in YEARS)
    found = dict(whole.group_by("account").agg(pl.col("amount").sum()).rows())
    assert -found.get("quality_deposit", 0) == pending


def deposit(known: Known, year: int) -> int:
    """5 % of what was payable, down to the fen."""
    return known.paid[year] * 5 // 100


def settled(known: Known, happened: set[tuple[str, str]], name: str, year: int) -> tuple[int, int, int]:
    """What must be held, released and forfeited of a year, by the draft.

    第十六条: whose investigation was opened in a year, or before it, and is not concluded has no result yet; the case
    counts in the first year that was held up. 第十四条: released by the score, the rest is forfeited.
    """
    whole = deposit(known, year)
    if known.opened is not None and known.opened <= year and ("concluded", name) not in happened:
        return whole, 0, 0
    score = known.marks[year] + 30 + 10 + 10
    if known.opened == year:
        score -= min(10, 2 * known.cases)
    if known.appealed == year and known.upheld and ("answered", name) in happened:
        score += 1
    share = Fraction(0) if score < 60 else Fraction(3333, 10_000) if score < 85 else Fraction(1)
    released = (2 * whole * share.numerator + share.denominator) // (2 * share.denominator)
    return 0, released, whole - released


def money(journal: pl.DataFrame, name: str) -> tuple[int, int, int]:
    """What is held, released and forfeited of an institution by a journal."""
    own = journal.filter(pl.col("institution") == name)
    sums = dict(own.group_by("account").agg(pl.col("amount").sum()).rows())
    held, forfeited = -sums.get("quality_deposit", 0), -sums.get("deposit_forfeited", 0)
    withheld = -own.filter(pl.col("account") == "quality_deposit", pl.col("article") == "第五条")["amount"].sum()
    assert withheld == held + forfeited + (withheld - sums.get("settlement_payable", 0))
    return held, withheld - sums.get("settlement_payable", 0), forfeited


def assessed(known: dict[str, Known], happened: set[tuple[str, str]], year: int, folder: Path, times: int) -> kaohe.Run:
    """The year as it is known now; from the second time on as a correction of the time before."""
    dataset = write(Given(tables=tables(known, happened, year), marks=NONE), "institutions", folder / f"{year}-{times}")
    (dataset / "dataset.toml").write_text(
        f'name = "{year}"\nfrom = {year}-01-01\nto = {year}-12-31\n', encoding="utf-8"
    )
    release = {"value": RELEASE, "provenance": "agreement", "source": "协议"}
    scheme, plan = "tianjin/institutions-2023", PLANS["institutions"]
    done = kaohe.assess(dataset, scheme, plan=plan, parameters={"deposit.release": release})
    if times:
        done = correct(done, folder / f"{year}-{times - 1}.db")
    save(done, folder / f"{year}-{times}.db")
    return done


def tables(known: dict[str, Known], happened: set[tuple[str, str]], year: int) -> dict[str, list[dict[str, Any]]]:
    """The dataset of a year: every year's assessment was concluded on 1 March after it."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, facts in known.items():
        found["institutions"].append({"institution": name, "name": name, "kind": "medical", "region": "河东"})
        found["agreements"].append({"agreement": f"X{name}", "institution": name, "from": f"{year}-01-01",
                                    "to": f"{year}-12-31", "deposit_rate": "0.05"})  # fmt: skip
        found["steps"].append({"institution": name, "step": "evaluation", "done": f"{year + 1}-03-01"})
        fen = facts.paid[year]
        found["payments"].append({"institution": name, "fund": "F", "month": f"{year}-06",
                                  "payable": f"{fen // 100}.{fen % 100:02}"})  # fmt: skip
        for scorer, (item, most) in MARKS.items():
            mark = facts.marks[year] if item == "1" else most
            found["marks"].append({"institution": name, "scorer": scorer, "item": item, "points": mark, "by": "某"})
        concluded = ("concluded", name) in happened
        if facts.opened is not None:
            end = {"closed": "2025-02-03", "conclusion": "查实"} if concluded else {"closed": "", "conclusion": ""}
            about = {"investigation": f"D{name}", "institution": name, "opened": f"{facts.opened}-06-01"}
            found["investigations"].append({**about, **end})
        if concluded and facts.opened == year and facts.cases:
            found["events"].append({"event": f"E{name}", "institution": name, "date": f"{year}-05-01",
                                    "handled": "2025-02-03", "fact": "tianjin.violation_handled", "case": f"C{name}",
                                    "count": facts.cases, "investigation": f"D{name}"})  # fmt: skip
        if facts.appealed == year:
            answer = {"department": "JS", "answered": f"{year + 1}-04-02"} if ("answered", name) in happened else {}
            decision = {"decision": "upheld", "to": facts.marks[year] + 1} if facts.upheld else {"decision": "rejected"}
            found["appeals"].append({"appeal": f"S{name}", "institution": name, "table": "marks", "row": "JS 1",
                                     "filed": f"{year + 1}-03-10", **answer,
                                     **(decision if answer else {})})  # fmt: skip
    return dict(found)


@pytest.mark.parametrize("opened", YEARS)
def test_a_case_counts_in_one_year_and_is_refused_in_the_others(opened: int, tmp_path: Path) -> None:
    """第十六条、第八条: found by an investigation, dealt with in 2025: the year in which that was opened counts it."""
    facts = Known(dict.fromkeys(YEARS, 40), opened, 2, None, upheld=False, paid=dict.fromkeys(YEARS, 100_00))
    done = {("concluded", "N01")}
    event = tables({"N01": facts}, done, opened)["events"]
    counted: list[tuple[int, set[str]]] = []
    for year in YEARS:
        rows = tables({"N01": facts}, done, year) | {"events": event}
        dataset = write(Given(tables=rows, marks=NONE), "institutions", tmp_path / str(year))
        about = f'name = "{year}"\nfrom = {year}-01-01\nto = {year}-12-31\n'
        (dataset / "dataset.toml").write_text(about, encoding="utf-8")
        try:
            kaohe.assess(dataset, "tianjin/institutions-2023", plan=PLANS["institutions"])
            counted.append((year, {"counted"}))
        except kaohe.Refused as refused:
            counted.append((year, {problem.code for problem in refused.problems}))
    assert counted == [(year, {"counted" if year == opened else "case"}) for year in YEARS]
