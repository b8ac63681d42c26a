"""The documents as a site: every link leads somewhere, every city's rules are there, nothing asks the network."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `python dev.py site` builds it; a link that leads nowhere is an error there."""
    place = tmp_path_factory.mktemp("site") / "site"
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "site.py", place], capture_output=True, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place


class Loaded(HTMLParser):
    """What a browser fetches to show a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag != "a":
            self.addresses += [value for name in ("src", "href", "srcset", "data") if (value := values.get(name))]


def test_no_page_asks_anything_of_the_network(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.addresses
        assert [address for address in loaded.addresses if re.match(r"(\w+:)?//", address)] == [], page.name
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", style.read_text(encoding="utf-8")), style.name


def test_every_document_is_there(site: Path) -> None:
    contents = (site / "index.html").read_text(encoding="utf-8")
    names = [path.stem for path in sorted(ROOT.glob("docs/*.md")) if ".intro" not in path.name]
    assert [name for name in names if f'href="docs/{name}.html"' not in contents] == []
    assert "tutorial" in names


def test_rules_stand_beside_their_law_in_both_languages(site: Path) -> None:
    words = "未按要求在规定时间内开展上门评估工作的,每例扣2分。"
    for language, rule in (("zh_CN", "每例扣2分"), ("en", "minus 2 for each case")):
        page = (site / "rules" / f"changzhou-2022.{language}.html").read_text(encoding="utf-8")
        row = next(row for row in page.split("<tr") if words in row)
        assert f"<td><p>{rule}</p></td>" in row
        assert "常医保服务〔2022〕129号" in page  # an unset parameter with its source
    planned = (site / "rules" / "tianjin-agencies-2024.en.html").read_text(encoding="utf-8")
    assert "The tables are set by the year’s plan (第十五条（在制定考核清算工作方案时" in planned
    assert "责令限期整改" in planned
