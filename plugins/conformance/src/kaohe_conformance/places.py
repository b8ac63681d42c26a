"""Where a citation points to: the words of an article, an item, a heading or a row of a table, in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kaohe.model import Rubric
from kaohe_conformance.numerals import NUMERAL, number
from kaohe_conformance.words import bare

WIDTHS = str.maketrans("，：；（）！？．", ",:;()!?.")
"""Punctuation that one document prints wide and another narrow."""
DOCUMENT = re.compile(r"[\u4e00-\u9fff]+〔\d{4}〕\d+号")
HEADING = re.compile(
    rf"^[^\S\n]*(?:附件(?P<annex>\d+)(?=\s)|第(?P<article>{NUMERAL})条|(?P<part>{NUMERAL})、|[(（](?P<section>{NUMERAL})[)）]"
    rf"|(?P<item>\d+)[.．、]|(?P<end>起草说明)\s*$)",
    re.MULTILINE,
)
DEPTHS = ("end", "annex", "article", "part", "section", "item")
"""Kinds of headings, the widest first."""
ROW = re.compile(r"附件(\d+)第(\d+)项((?:\(\d+\))*)")
ARTICLE = re.compile(rf"第({NUMERAL}|\d+)条")
PATH = re.compile(rf"^(?P<part>{NUMERAL})(?P<title>、[^,;()]*)?(?:\((?P<section>{NUMERAL})\)(?P<item>\d+)?)?")
"""四、考核安排(二)2: a place in a notice by its headings."""


def plain(words: str) -> str:
    """The words without white space, all punctuation narrow."""
    return bare(words).translate(WIDTHS)


class Places:
    """The numbered places of a document and of the tables that it prints."""

    def __init__(self, source: str, tables: Mapping[str, Rubric]) -> None:
        self.source = source
        self.tables = {table.annex: table for table in tables.values()}
        self.heads = [(found, DEPTHS.index(str(found.lastgroup))) for found in HEADING.finditer(source)]

    def cited(self, citation: str) -> Iterator[tuple[str, str | None]]:
        """Each place that is cited, with its words; None where there is no such place."""
        words = plain(citation)
        words = words.rpartition("号")[2] if DOCUMENT.search(words) and "号" in words else words
        rows = list(ROW.finditer(words))
        for row in rows:
            yield row[0], self._row(row[1], row[2], re.findall(r"\(\d+\)", row[3]))
        articles = list(ARTICLE.finditer(words))
        for article in articles:
            yield article[0], self._article(number(article[1]))
        path = PATH.match(words)
        if path and not rows and not articles:
            steps = {kind: number(path[kind]) for kind in ("part", "section", "item") if path[kind] is not None}
            there = path["part"] + (path["title"] or "") in plain(self.source)
            yield path[0], self._below(steps) if there else None

    def annex(self, name: str) -> str:
        """The words of an annex; the whole document's where it has no such heading."""
        said = re.fullmatch(r"附件(\d+)", name)
        found = self._below({"annex": int(said[1])}) if said else None
        return plain(self.source) if found is None else found

    def _row(self, annex: str, item: str, numbers: list[str]) -> str | None:
        table = self.tables.get(f"附件{annex}")
        found = [one for one in (table.items if table else ()) if one.item == item]
        clauses = [clause for one in found for clause in one.clauses if not numbers or plain(clause.number) in numbers]
        return plain("".join(clause.text for clause in clauses)) if clauses else None

    def _article(self, wanted: int) -> str | None:
        """An article; or, in a document that has none, the item of that number."""
        kind = "article" if any(found["article"] for found, _ in self.heads) else "item"
        return self._below({kind: wanted})

    def _below(self, steps: Mapping[str, int]) -> str | None:
        """What stands under a heading, under a heading of it, and so on."""
        first, last = 0, len(self.heads)
        begin, end = 0, len(self.source)
        for kind, wanted in steps.items():
            at = next(
                (n for n in range(first, last) if self.heads[n][0][kind] and number(self.heads[n][0][kind]) == wanted),
                None,
            )
            if at is None:
                return None
            until = next((n for n in range(at + 1, last) if self.heads[n][1] <= self.heads[at][1]), last)
            begin = self.heads[at][0].start()
            end = self.heads[until][0].start() if until < len(self.heads) else end
            first, last = at + 1, until
        return plain(self.source[begin:end])
