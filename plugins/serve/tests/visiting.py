"""Visits to the workbench in a real browser: Debian's chromium, without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from attrs import define, field
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from serving import Served

CHROMIUM = shutil.which("chromium")
needed = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (apt-get install chromium)")
PATIENCE = 120_000
"""Milliseconds that a busy machine may take."""


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser; root needs it without a sandbox."""
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@define
class Visit:
    """A page of the workbench, and everything that it asked for or complained of."""

    served: Served
    page: Page
    asked: list[str] = field(factory=list)
    said: list[str] = field(factory=list)

    def sound(self) -> None:
        """Nothing serious for whoever cannot see it, nothing wider than the window, and one heading of the page."""
        found = Axe().run(self.page).response["violations"]
        serious = [
            (each["id"], node["html"])
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert serious == [], self.page.url
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        expect(self.page.locator("h1")).to_have_count(1)

    def alone(self) -> None:
        """No request left this machine, and the browser had nothing to complain of."""
        assert self.asked
        assert [url for url in self.asked if not url.startswith((self.served.address, "data:", "blob:"))] == []
        assert self.said == []


def visited(served: Served, browser: Browser, width: int, locale: str, *, script: bool = True) -> Visit:
    """A browser of this width and language, at the first page."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale, java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    visit = Visit(served, page)
    page.on("request", lambda request: visit.asked.append(request.url))
    page.on("console", lambda message: visit.said.append(message.text))
    page.on("pageerror", lambda fault: visit.said.append(str(fault)))
    page.goto(served.address)
    return visit
