"""Every path by the keyboard alone: what has the focus can be seen, nothing traps it, nothing happens unasked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from handed import packed, year_files
from playwright.sync_api import Browser, Page, expect
from serving import SCHEME, TOKEN, Served, serving
from visiting import needed, visited

from kaohe_serve import Settings

pytestmark = needed
STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
LOOKS = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { seen: outlined && box.width > 0 && box.height > 0,
           name: at.outerHTML.slice(0, 120), at: [...document.querySelectorAll("*")].indexOf(at) };
}"""


def walked(page: Page) -> list[int]:
    """Tab from the beginning to the end: where the focus stopped, each time to be seen."""
    page.evaluate("document.activeElement.blur()")
    stops: list[int] = []
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        found = page.evaluate(LOOKS)
        if stops and found["at"] == stops[0]:
            return stops
        assert found["seen"], found["name"]
        if 'type="date"' in found["name"] and stops and stops[-1] == found["at"]:
            continue  # year, month and day are stops of one field
        assert found["at"] not in stops, f"the focus is trapped at {found['name']}"
        stops.append(found["at"])


NAMED = """([name, at]) => name.startsWith("#") ? at.matches(name)
  : (at.ariaLabel ?? at.labels?.[0]?.innerText ?? at.innerText ?? "").startsWith(name)"""


def reach(page: Page, name: str) -> None:
    """Tab on until the link, button or field whose name begins so (or of this #id) has the focus."""
    for _ in range(page.locator(STOPS).count() + 2):
        page.keyboard.press("Tab")
        if page.evaluate(f"(name) => ({NAMED})([name, document.activeElement])", name):
            return
    raise AssertionError(f"{name} cannot be reached at {page.url}")


def follow(page: Page, name: str) -> None:
    """Reach it, press Enter there, and be on the next page."""
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def page(served: Served, browser: Browser) -> Page:
    return visited(served, browser, 1280, "en-US").page


def test_the_focus_goes_through_each_page_in_the_order_in_which_it_is_read(
    served: Served, page: Page, year: str, run: str, compared: str, regional: list[str]
) -> None:
    for path in (
        "/",
        f"/datasets/{year}?scheme={SCHEME}",
        f"/datasets/{year}/forms?scheme={SCHEME}",
        f"/datasets/{year}/compare",
        f"/runs/{run}",
        f"/runs/{run}/results",
        f"/runs/{run}/basis",
        f"/runs/{run}/export",
        f"/runs/{run}/institutions/N1",
        f"/runs/{run}/institutions/N1/appeal?table=events&row=E1",
        f"/runs/{regional[0]}/regions/A",
        f"/compare?one={regional[0]}&other={regional[1]}",
        compared,
    ):
        page.goto(served.address + path)
        stops = walked(page)
        assert stops == sorted(stops), path
        shown = "(stops) => [...document.querySelectorAll(stops)].filter((at) => at.checkVisibility()).length"
        reachable = page.evaluate(shown, STOPS)
        assert len(stops) == reachable, path


def test_a_year_is_handed_in_and_run_and_followed_to_its_evidence_and_an_appeal_decided(
    page: Page, tmp_path: Path
) -> None:
    """The complaint upheld is gone: 78.5 becomes 80."""
    file = tmp_path / "year.zip"
    file.write_bytes(packed(year_files()))
    reach(page, "Files")
    page.set_input_files("#files", file)  # the system's own window
    follow(page, "Hand in")
    page.wait_for_url("**/datasets/*")
    reach(page, "Scheme")
    page.keyboard.press("ArrowDown")
    assert "scheme=" not in page.url  # a key goes through the options, and orders nothing
    while page.locator("#scheme").input_value() != SCHEME:
        page.keyboard.press("ArrowDown")
    follow(page, "Check")
    page.wait_for_url("**scheme=**")
    follow(page, "Run the assessment")
    page.wait_for_url(re.compile("/runs/"))
    follow(page, "nursing home")
    follow(page, "甲养老院")
    page.wait_for_url("**/institutions/N1")
    follow(page, "5. ")
    follow(page, "因服务不当")
    follow(page, "E1")
    follow(page, "File an appeal")
    page.wait_for_url("**/appeal?**")
    reach(page, "Filed on")
    page.keyboard.type("03202023")
    reach(page, "Decision")
    page.keyboard.type("upheld")
    reach(page, "Enter it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("a decision says who decided, and when")
    expect(page.locator("button:focus")).to_have_text("Enter it and run anew")  # where the keyboard was
    expect(page.locator("#decision")).to_have_value("upheld")  # what was chosen is kept
    reach(page, "Department")
    page.keyboard.type("市医保中心")
    page.keyboard.press("Tab")
    page.keyboard.type("04012023")
    follow(page, "Enter it")
    page.wait_for_url(re.compile("/compare"))
    expect(page.locator("[aria-labelledby=moved] tbody tr")).to_contain_text("78.5 → 80")


def test_what_was_typed_is_kept_when_a_value_lacks_its_source(served: Served, page: Page, year: str) -> None:
    page.goto(f"{served.address}/datasets/{year}?scheme={SCHEME}")
    reach(page, "#value-1")
    page.keyboard.type("A 90\nB 0")
    reach(page, "Run the assessment")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("was given without its source")
    expect(page.locator("textarea").first).to_have_value("A 90\nB 0")


def test_the_token_is_typed_and_a_wrong_one_told(browser: Browser, tmp_path: Path) -> None:
    with serving(Settings(folder=tmp_path, token=TOKEN)) as guarded:
        visit = visited(guarded, browser, 390, "zh-CN")
        visit.sound()
        reach(visit.page, "口令")
        visit.page.keyboard.type("wrong")
        visit.page.keyboard.press("Enter")
        expect(visit.page.get_by_role("alert")).to_have_text("口令不正确。")
        visit.page.keyboard.press("Control+a")
        visit.page.keyboard.type(TOKEN)
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator(".drop")).to_be_visible()
        visit.page.context.close()
