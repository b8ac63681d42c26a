"""Files and folders handed in as an official does it: dropped, dropped beside, chosen; and refused where they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from handed import packed, year_files
from playwright.sync_api import Browser, Page, expect
from serving import Served
from visiting import Visit, needed, visited

pytestmark = needed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The clean year as a folder named as a table, with a folder of a table's parts, and what systems put there."""
    found = tmp_path / "dataset"
    (found / "events").mkdir(parents=True)
    for name, content in year_files(name="拖放的年度").items():
        (found / ("events/a.csv" if name == "events.csv" else name)).write_bytes(content)
    (found / ".DS_Store").write_bytes(b"\0")
    (found / "~$year.xlsx").write_bytes(b"\0")
    return found


def drop(page: Page, path: Path, x: int, y: int) -> None:
    """Let a file or a folder fall there, as the system's file manager does."""
    browser = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})


def handed_in(visit: Visit) -> dict[str, int]:
    """The rows of the dataset that is shown, by table."""
    visit.page.wait_for_url("**/datasets/*")
    found = visit.served.client.get(f"/api{visit.page.url.removeprefix(visit.served.address)}/check").json()
    return dict(found["rows"])


@pytest.mark.parametrize("place", ["on it", "beside it"])
def test_a_folder_is_dropped(served: Served, browser: Browser, folder: Path, place: str) -> None:
    """Whoever misses the field by an inch hands in all the same, and does not leave the workbench."""
    visit = visited(served, browser, 1280, "en-US")
    box = visit.page.locator(".drop").bounding_box()
    assert box is not None
    drop(visit.page, folder, int(box["x"]) + 30, int(box["y"]) + 20 if place == "on it" else 20)
    assert {"institutions": 1, "events": 1, "served": 2}.items() <= handed_in(visit).items()
    visit.alone()


def test_a_folder_is_chosen_with_the_keyboard_alone(served: Served, browser: Browser, folder: Path) -> None:
    visit = visited(served, browser, 390, "zh-CN")
    page = visit.page
    page.locator("#files").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#folder")).to_be_focused()
    page.set_input_files("#folder", folder)
    page.keyboard.press("Tab")
    expect(page.locator("form[data-upload] .actions button")).to_be_focused()
    page.keyboard.press("Enter")
    assert {"institutions": 1, "events": 1}.items() <= handed_in(visit).items()


def test_what_falls_on_a_page_without_a_field_does_not_replace_it(
    served: Served, browser: Browser, folder: Path, run: str
) -> None:
    page = visited(served, browser, 1280, "en-US").page
    page.goto(f"{served.address}/runs/{run}")
    drop(page, folder / "served.csv", 300, 300)
    page.locator("a.button").first.click()
    page.wait_for_url("**/results")


def test_a_refused_file_is_told_where_it_was_handed_in_and_another_can_follow(
    served: Served, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "bad.zip").write_bytes(packed({"run.exe": b"MZ"}))
    (tmp_path / "year.zip").write_bytes(packed(year_files()))
    visit = visited(served, browser, 1280, "zh-CN")
    page = visit.page
    button = page.locator("form[data-upload] .actions button")
    page.set_input_files("#files", tmp_path / "bad.zip")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("“run.exe”不属于数据集")
    expect(page.locator("#files")).to_have_value("")
    visit.sound()
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("没有提交文件")
    page.set_input_files("#files", tmp_path / "year.zip")
    button.click()
    assert handed_in(visit)["institutions"] == 1


def test_what_is_too_large_is_refused_before_it_is_sent(served: Served, browser: Browser, tmp_path: Path) -> None:
    """The limit of the page is put down to a kilobyte."""
    (tmp_path / "year.csv").write_bytes(b"\0" * 1025)
    visit = visited(served, browser, 1280, "en-US")
    page = visit.page
    page.evaluate("document.querySelector('form[data-upload]').dataset.most = 1024")
    page.set_input_files("#files", tmp_path / "year.csv")
    page.locator("form[data-upload] .actions button").click()
    expect(page.get_by_role("alert")).to_have_text(
        "This is larger than 100 MB, the most that can be handed in at a time."
    )
    assert json.dumps(visit.asked).count("/datasets") == 0
