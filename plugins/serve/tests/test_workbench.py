"""The workbench in a real browser: Debian's chromium, without a window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from handed import packed, year_files
from playwright.sync_api import Browser, expect
from serving import SCHEME, Served
from visiting import needed, visited

pytestmark = needed


@pytest.mark.parametrize(("width", "locale"), [(1280, "zh-CN"), (390, "en-US")])
def test_a_year_from_the_file_to_the_evidence_and_an_appeal(
    served: Served, browser: Browser, tmp_path: Path, width: int, locale: str
) -> None:
    """The complaint costs D1's sheet 2 points: (30 × 78 + 10 × 80) / 40 = 78.5. Upheld, it is gone: 80, so 1.5 more."""
    file = tmp_path / "year.zip"
    file.write_bytes(packed(year_files()))
    visit = visited(served, browser, width, locale)
    page = visit.page
    visit.sound()
    page.set_input_files("#files", file)
    page.locator("form[data-upload] .actions button").click()
    page.wait_for_url("**/datasets/*")
    page.select_option("#scheme", SCHEME)
    page.wait_for_url("**scheme=**")
    expect(page.locator(".note.good")).to_be_visible()
    for folded in page.locator("summary").all():
        if folded.locator("xpath=..").get_attribute("open") is None:
            folded.click()
    visit.sound()
    page.locator("form:has([name=scheme][type=hidden]) .actions button").click()
    page.wait_for_url(re.compile("/runs/"))
    visit.sound()
    page.locator("section h3 a").click()
    visit.sound()
    page.locator("tbody th a").click()
    expect(page.locator("dl.figures dd").first).to_have_text("78.5")
    visit.sound()
    page.get_by_role("link", name=re.compile("^5")).click()
    visit.sound()
    page.locator("blockquote a").first.click()
    expect(page.locator("blockquote.law")).to_have_text(
        "因服务不当、价格调整等情形导致参保人员投诉至医保部门(受托机构)或公共渠道的,查实一例扣2分。"
    )
    visit.sound()
    page.locator("tbody th a").click()
    expect(page.locator("dl.pair")).to_contain_text("投诉登记表1")
    visit.sound()
    page.locator("a.button.plain").click()
    page.fill("#filed", "2023-03-20")
    page.select_option("#decision", "upheld")
    page.fill("#department", "市医保中心")
    page.fill("#answered", "2023-04-01")
    visit.sound()
    page.locator(".actions button").click()
    page.wait_for_url(re.compile("/compare"))
    row = page.locator("[aria-labelledby=moved] tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("78.5 → 80")
    expect(row).to_contain_text("+1.5")
    visit.sound()
    row.locator("th a").click()
    expect(page.locator("[aria-labelledby=sheets] tbody tr").first).to_contain_text("+2")
    visit.sound()
    visit.alone()


@pytest.mark.parametrize(("width", "locale"), [(1280, "zh-CN"), (390, "en-US")])
def test_the_other_pages_are_sound_too(
    served: Served, browser: Browser, year: str, run: str, compared: str, collected: str, regional: list[str],
    width: int, locale: str,
) -> None:  # fmt: skip
    visit = visited(served, browser, width, locale)
    for path in (
        f"/runs/{run}/export",
        f"/runs/{run}/results",
        f"/runs/{run}/problems",
        f"/runs/{run}/basis",
        f"/runs/{run}/results?clause=annex2:5.1",
        f"/runs/{regional[1]}",
        f"/runs/{regional[1]}/regions/A",
        f"/runs/{regional[1]}/account?fund=居民&account=budget",
        f"/compare?one={regional[0]}&other={regional[1]}",
        f"/datasets/{year}/forms?scheme={SCHEME}",
        f"/datasets/{year}/compare",
        "/compare",
        compared,
        f"{compared}/results",
        f"{compared}/institutions/N1",
        f"{compared}/coverage?side={SCHEME}&kind=nursing_home",
        collected,
    ):
        visit.page.goto(served.address + path)
        visit.page.evaluate("document.querySelectorAll('details').forEach((folded) => { folded.open = true; })")
        visit.sound()
    visit.alone()
    visit.page.goto(f"{served.address}/runs/{run}/institutions/N9")  # the browser notes what is not there
    visit.sound()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_fault_is_shown_in_its_cell(served: Served, browser: Browser, tmp_path: Path, width: int) -> None:
    """And on a telephone within the window's width, so that nobody looks for it."""
    files = year_files()
    files["served.csv"] = files["served.csv"].replace(b"30", b"thirty")
    file = tmp_path / "bad.zip"
    file.write_bytes(packed(files))
    visit = visited(served, browser, width, "en-US")
    visit.page.set_input_files("#files", file)
    visit.page.locator("form[data-upload] .actions button").click()
    visit.page.wait_for_url("**/datasets/*")
    cell = visit.page.locator("td.faulty")
    expect(cell).to_have_count(1)
    expect(cell.locator(".value")).to_have_text("thirty")
    expect(cell).to_contain_text("this is not a whole number")
    box = cell.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    expect(visit.page.locator("tr", has=cell).locator("th")).to_have_text("2")
    visit.sound()
    visit.alone()


def test_everything_can_be_reached_by_the_keyboard(served: Served, browser: Browser, run: str) -> None:
    """The first stop leads past the header; a link and a field are reached and used without a mouse."""
    visit = visited(served, browser, 1280, "en-US")
    page = visit.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.goto(f"{served.address}/runs/{run}/results")
    page.locator("#words").focus()
    page.keyboard.type("甲养老")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=**")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/institutions/N1")


def test_it_works_without_script(served: Served, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "year.zip"
    file.write_bytes(packed(year_files()))
    page = visited(served, browser, 1280, "en-US", script=False).page
    page.set_input_files("#files", file)
    page.locator("form[data-upload] .actions button").click()
    page.wait_for_url("**/datasets/*")
    page.select_option("#scheme", SCHEME)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".note.good")).to_be_visible()
    page.get_by_role("button", name="Run the assessment").click()
    page.wait_for_url("**/runs/*")  # the page that watches it comes again of its own accord
    expect(page.locator("dl.figures")).to_be_visible()
