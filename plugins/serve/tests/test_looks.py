"""How pages look to whoever prints them, moves little, or waits; and what axe says of the pages in between."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from handed import packed, year_files
from playwright.sync_api import Browser, expect
from serving import SCHEME, Served, serving
from visiting import needed, visited

from kaohe_serve import Settings

pytestmark = needed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_a_step_that_does_not_end_is_watched_and_stopped(browser: Browser, tmp_path: Path) -> None:
    """A table is a named pipe that nobody writes into, so reading the dataset never ends of its own accord."""
    with serving(Settings(folder=tmp_path)) as served:
        dataset = served.hand_in("year.zip", packed(year_files()))
        (table,) = tmp_path.glob("datasets/*/data/*/events.csv")
        table.unlink()
        os.mkfifo(table)
        job = served.client.post("/api/jobs", json={"dataset": dataset, "scheme": SCHEME}).json()["job"]
        visit = visited(served, browser, 390, "zh-CN")
        visit.page.goto(f"{served.address}/jobs/{job}")
        expect(visit.page.locator("[data-step]")).to_have_text("正在读取并检查数据集")
        visit.sound()
        visit.page.goto(f"{served.address}/")
        visit.page.get_by_role("link", name=SCHEME).click()
        visit.page.get_by_role("button", name="停止").click()
        expect(visit.page.locator(".note")).to_have_text("已停止，未写入任何内容。")
        visit.sound()
        assert list(tmp_path.glob("making/*")) == []
        visit.page.context.close()


def test_a_job_that_was_refused_says_why_and_leads_back(served: Served, browser: Browser, year: str) -> None:
    settings = {"value": "1", "provenance": "assumption", "source": "示例"}
    job = served.order(year, parameters={"nothing.known": settings})
    visit = visited(served, browser, 1280, "en-US")
    visit.page.goto(f"{served.address}/jobs/{job['job']}")
    expect(visit.page.get_by_role("alert")).to_contain_text("It was refused; nothing was written.")
    visit.sound()
    visit.page.get_by_role("link", name="Back").click()
    visit.page.wait_for_url(f"**/datasets/{year}?scheme=**")


@pytest.mark.parametrize("path", ["", "/results", "/institutions/N1", "/institutions/N1/items/5", "/basis"])
def test_a_page_is_legible_on_paper(served: Served, browser: Browser, run: str, path: str) -> None:
    """Black on white, without what can only be clicked; contrast is of brightness, so grey prints the same."""
    visit = visited(served, browser, 800, "zh-CN")
    visit.page.emulate_media(media="print")
    visit.page.goto(f"{served.address}/runs/{run}{path}")
    visit.sound()
    for gone in (".top nav", ".actions", "main form", ".foot"):
        for each in visit.page.locator(gone).all():
            expect(each).to_be_hidden()


def test_nothing_moves_for_whoever_asks_for_little_motion(served: Served, browser: Browser) -> None:
    page = visited(served, browser, 1280, "en-US").page
    for motion, moving in (("no-preference", True), ("reduce", False)):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        told = page.evaluate(
            """[...document.querySelectorAll("*")].some((at) => {
                 const style = getComputedStyle(at);
                 return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none"; })"""
        )
        assert told is moving
