"""Whose money it is, and whose moves: regions, accounts, two runs of regional budgets."""

from __future__ import annotations

import re

from serving import Served


def shown(page: str) -> str:
    """A page's text without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_region_s_year_is_told_from_its_budget(served: Served, regional: list[str]) -> None:
    """A twentieth of 1,000 yuan is the reserve; of the 950 each of two regions alike has half."""
    page = served.client.get(f"/runs/{regional[0]}").text
    assert re.search(rf'href="/runs/{regional[0]}/regions/A">甲区.*475\.00', page, re.DOTALL)
    told = shown(served.client.get(f"/runs/{regional[0]}/regions/A").text)
    assert "split by the share of it 475.00" in told
    assert "青医保字〔2023〕1号 第3条" in told
    assert "Rate of the risk reserve: 0.05" in told
    assert served.client.get(f"/runs/{regional[0]}/regions/Z").status_code == 404


def test_an_account_says_on_whom_it_stands(served: Served, regional: list[str]) -> None:
    page = served.client.get(f"/runs/{regional[0]}/account", params={"fund": "居民", "account": "budget"})
    assert shown(page.text).count("the region itself") == 2
    assert "-475.00" in page.text
    nothing = served.client.get(f"/runs/{regional[0]}/account", params={"fund": "居民", "account": "none"})
    assert nothing.status_code == 404


def test_two_runs_that_differ_in_regions_money_alone_say_whose_moves(served: Served, regional: list[str]) -> None:
    """A tenth into the reserve: 50 yuan more in it, and 25 less for each region; no institution has any money."""
    one, other = regional
    told = shown(served.client.get("/compare", params={"one": one, "other": other}).text)
    assert "Nobody moves" not in told
    moving = told.partition("Regions whose money moves")[2]
    assert re.search(
        r"甲区 region's budget 居民 \+25\.00 乙区 region's budget 居民 \+25\.00", moving.replace("&#39;", "'")
    )
    assert "risk reserve 居民 -50.00" in told
    same = served.client.get("/compare", params={"one": one, "other": one}).text
    assert "Nobody moves" in same
