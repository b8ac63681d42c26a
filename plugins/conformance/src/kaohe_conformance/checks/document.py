"""What must hold against the document itself: the words, the articles, the published values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import permutations, product
from typing import Any

from attrs import asdict

from kaohe.loading import read_toml
from kaohe.messages import listing
from kaohe.model import Clause, Consequence, Cutoff, Deadline, Document, Item, Parameter, Rubric, Section, Veto
from kaohe.plans import files as outlines
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.places import DOCUMENT, Places, plain
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import text


def checks(regime: Regime, _: Results) -> Iterator[Made]:
    """The checks of the scheme's words and citations, where there is a source to hold them against."""
    if not regime.source:
        return
    source, places, scheme = plain(regime.source), Places(regime.printed_source, regime.printed), regime.scheme
    for number, document in enumerate(scheme.documents, 1):
        yield "verbatim", f"document {number}", _bound(_document, document, source)
    for rubric in regime.printed.values():
        printed = places.annex(rubric.annex)
        yield "verbatim", rubric.rubric, _bound(_table, regime, rubric, source)
        for section in rubric.sections:
            yield "verbatim", f"{rubric.rubric} {section.section}", _bound(_section, section, printed)
            for item in section.items:
                yield "verbatim", f"{rubric.rubric} {item.item}", _bound(_item, item, printed)
                for clause in item.clauses:
                    yield (
                        "verbatim",
                        f"{rubric.rubric} {clause.clause} {clause.when}".strip(),
                        _bound(_words, clause, printed),
                    )
        for veto in rubric.vetoes:
            yield "verbatim", f"{rubric.rubric} {veto.clause}", _bound(_words, veto, printed)
    for consequence in scheme.consequences:
        if consequence.text:
            yield "verbatim", consequence.consequence, _bound(_follows, consequence, places)
    for name, outline in _outlines(regime).items():
        yield "verbatim", name, _bound(_outline, outline, source)
    for name, paper in _papers(regime).items():
        yield "verbatim", f"papers.toml {name}", _bound(_paper, paper, source, places)
    for place, article in citations(asdict(scheme)):
        yield "article", f"{place} {article}", _bound(_placed, regime, places, article)
    for deadline in scheme.calendar:
        if deadline.due is not None:
            yield "article", f"{deadline.step} {deadline.due}", _bound(_due, deadline, places)
    if scheme.evidenced is not None:
        yield "article", "evidenced", _bound(_named, places, scheme.evidenced.article, scheme.evidenced.grades)
    if scheme.draw is not None and regime.parameters["draw.share"].provenance == "published":
        share = _as_printed(regime.parameters["draw.share"].value)
        yield "article", "draw", _bound(_any_of, places, scheme.draw.article, share)
    for file in sorted({work.file for work in regime.works}):
        article = next(work.article for work in regime.works if work.file == file)
        yield "article", f"{file} {article}", _bound(_articles, article, source)
    for name in regime.own_parameters:
        parameter = regime.parameters[name]
        if parameter.source:
            yield "cited", name, _bound(_cited, regime, places, parameter)
        if parameter.provenance == "published" and parameter.value is not None:
            yield "published", name, _bound(_published, places, parameter)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _text(words: str, source: str) -> Iterator[Fault]:
    if plain(words) not in source:
        yield text("“{words}” does not stand in the document", words=words)


# The words.


def _document(document: Document, source: str) -> Iterator[Fault]:
    """Its number, title and issuer are printed (a document says 市 of its own city), and the day of its publication."""
    for words in (document.number, document.title):
        yield from _text(words, source)
    for issuer in document.issuer.split():
        if plain(issuer[issuer.find("市") :]) not in source:
            yield from _text(issuer, source)
    if document.published is not None:
        day = document.published
        printed = (f"{day.year}年{day.month}月{day.day}日", str(day))
        if not any(one in source for one in printed):
            yield text("“{words}” does not stand in the document", words=printed[0])


def _words(rule: Clause | Veto, source: str) -> Iterator[Fault]:
    yield from _text(rule.number + rule.text, source)


def _table(regime: Regime, rubric: Rubric, source: str) -> Iterator[Fault]:
    """The table's document is the scheme's, its annex is there, and its full score is printed if it says so."""
    yield from _numbered(regime, rubric.document)
    yield from _text(rubric.annex, source)
    if rubric.full_score_basis == "printed":
        yield from _full(rubric.full_score, source)


def _full(score: Decimal, source: str) -> Iterator[Fault]:
    """百分制 says 100."""
    if not _stands(f"{score}分", source) and not (score == 100 and "百分制" in source):
        yield text("“{words}” does not stand in the document", words=f"{score}分")


def _section(section: Section, source: str) -> Iterator[Fault]:
    """The section's name beside its first item's, with or without that one's number between them."""
    first = section.items[0]
    yield from _row([[first.item, ""], [section.name], [first.name]], source)


def _item(item: Item, source: str) -> Iterator[Fault]:
    """The item as it is printed: name, full score, each numbered line once; in whatever order the columns are."""
    lines = dict.fromkeys(clause.number + clause.text for clause in item.clauses)
    score = str(item.full_score)
    yield from _row([[item.name], [score, f"{score}分", f"({score}分)"], ["".join(lines)]], source)


def _row(cells: list[list[str]], source: str) -> Iterator[Fault]:
    """Cells of a table stand side by side in some order, each in one of its forms."""
    rows = ("".join(map(plain, order)) for row in product(*cells) for order in permutations(row))
    if not any(row in source for row in rows):
        yield text("“{words}” does not stand in the document", words=" ".join(forms[0] for forms in cells))


def _follows(consequence: Consequence, places: Places) -> Iterator[Fault]:
    """The words of a consequence stand in its article; with …… for what is left out of a sentence."""
    sentence = "[^。]+".join(re.escape(part) for part in plain(consequence.text).split("……"))
    if not any(re.search(sentence, words or "") for _, words in places.cited(consequence.article)):
        yield text("“{words}” does not stand in {article}", words=consequence.text, article=consequence.article)


def _outlines(regime: Regime) -> dict[str, Mapping[str, Any]]:
    """The plans that the document outlines, by their place."""
    return {f"plans/{file.name}": read_toml(file) for file in outlines(regime.folder)}


def _outline(outline: Mapping[str, Any], source: str) -> Iterator[Fault]:
    """An outline's parts, items and clauses are named as in the document; what a clause is called goes by its item."""
    yield from _full(outline["full_score"], source)
    for section in outline["sections"]:
        for item in section["items"]:
            for words in (section["name"], item["name"], *(clause["text"] for clause in item["clauses"])):
                yield from _text(words, source)
            for clause in item["clauses"]:
                if clause["clause"] != item["item"] and not clause["clause"].startswith(f"{item['item']}."):
                    yield text("clause {clause} stands in item {item}", clause=clause["clause"], item=item["item"])


def _papers(regime: Regime) -> dict[str, Any]:
    """What the scheme's document prints for institutions to hand in, part by part."""
    file = regime.folder / "papers.toml"
    return read_toml(file) if file.exists() else {}


def _paper(content: Any, source: str, places: Places) -> Iterator[Fault]:
    """All that is Chinese in it is printed: what has a number behind its number, what has an article in that."""
    if isinstance(content, Mapping):
        if "number" in content and "text" in content:
            yield from _text(f"{content['number']}.{content['text']}", source)
        if "article" in content and "text" in content:
            yield from _any_of(places, content["article"], [content["text"]])
        elif "annex" in content and "title" in content:
            yield from _text(content["annex"] + content["title"], source)
        for key, value in content.items():
            yield from _paper(value, source, places) if key != "article" else ()
    elif isinstance(content, list):
        for value in content:
            yield from _paper(value, source, places)
    elif isinstance(content, str) and (CHINESE.search(content) or re.search(r"\d{5}", content)):
        yield from _text(content, source)


CHINESE = re.compile(r"[\u4e00-\u9fff]")


# The citations.

CITED = {
    "article",
    "agreement",
    "recusal",
    "planned",
    "due",
    "result",
    "loss",
    "withheld",
    "settled",
    "failed",
    "pending",
    "opened",
    "bounded",
    "split",
    "beyond",
}
"""Keys of a scheme's file that hold an article."""


def citations(content: Mapping[str, object], place: str = "") -> Iterator[tuple[str, str]]:
    """Every article that a scheme's file cites, with the key where it stands."""
    for key, value in content.items():
        here = f"{place}.{key}".lstrip(".")
        if isinstance(value, Mapping):
            yield from citations(value, here)
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                if isinstance(entry, Mapping):
                    yield from citations(entry, f"{here}[{number}]")
        elif (
            isinstance(value, str)
            and value
            and (key == "article" or (key in CITED and re.search(r"第|^[一二三四五六七八九十]、", value)))
        ):
            yield here, value


def _numbered(regime: Regime, words: str) -> Iterator[Fault]:
    """A document's number is one of the scheme's, or one that its document names."""
    known = {plain(document.number) for document in regime.scheme.documents}
    for number in DOCUMENT.findall(plain(words)):
        if number not in known and number not in plain(regime.source):
            yield text("“{words}” does not stand in the document", words=number)


def _there(places: Places, citation: str) -> Iterator[Fault]:
    """Every place that is cited is there."""
    for place, words in places.cited(citation):
        if words is None:
            yield text("“{words}” does not stand in the document", words=place)


def _placed(regime: Regime, places: Places, citation: str) -> Iterator[Fault]:
    """The document is the scheme's, the place is in it, and what is said in brackets stands there."""
    yield from _numbered(regime, citation)
    yield from _there(places, citation)
    found = [words or "" for _, words in places.cited(citation)]
    for bracketed in re.findall(r"（([^）]+)）", citation):
        if found and plain(bracketed) not in "".join(found):
            yield text("“{words}” does not stand in {article}", words=bracketed, article=citation)


def _any_of(places: Places, citation: str, said: Iterable[str]) -> Iterator[Fault]:
    """One of these ways to say it stands in a place that is cited."""
    found = [words or "" for _, words in places.cited(citation)]
    ways = list(said)
    if not any(_stands(plain(way), words) for way in ways for words in found or [plain(places.source)]):
        yield text("“{words}” does not stand in {article}", words=ways[0], article=citation)


def _stands(way: str, words: str) -> bool:
    """Whether it stands there, and not as part of a longer number."""
    before, after = (r"(?<![\d.])" if way[:1].isdigit() else ""), (r"(?![\d%])" if way[-1:].isdigit() else "")
    return re.search(before + re.escape(way) + after, words) is not None


def _published(places: Places, parameter: Parameter) -> Iterator[Fault]:
    """The value stands in a place that is cited; of cutoffs each, but the lowest."""
    value = parameter.value
    cutoffs = [one.at_least for one in value if isinstance(one, Cutoff)] if isinstance(value, list) else []
    for number in [value] if isinstance(value, Decimal) else filter(None, cutoffs):
        yield from _any_of(places, parameter.source, _as_printed(number))


def _as_printed(value: Decimal) -> list[str]:
    """A number as documents print it: as it is, or as a percentage."""
    return [format(value.normalize(), "f"), f"{format((value * 100).normalize(), 'f')}%"]


def _due(deadline: Deadline, places: Places) -> Iterator[Fault]:
    """The day by which a step is to be taken stands in its article."""
    assert deadline.due is not None
    yield from _any_of(places, deadline.article, [f"{deadline.due.month}月{deadline.due.day}日"])


def _named(places: Places, citation: str, names: Iterable[str]) -> Iterator[Fault]:
    for name in names:
        yield from _any_of(places, citation, [name])


def _articles(article: str, source: str) -> Iterator[Fault]:
    """Every numbered article, annex or heading that is named stands in the document."""
    named = re.findall(r"第[一二三四五六七八九十百]+条|附件\d+|[一二三四五六七八九十]、[^,;，；(（]+", article)
    for part in named:
        yield from _text(part, source)


QUOTED = re.compile(r"“([^”]+)”|(?<=[条项)\d一二三四五六七八九十])[（(]([^）)“]+)[）)]")
"""What is quoted, and what is said in brackets behind a place."""


SENTENCE = 4
"""From so many characters on a quotation is of one place, and not a word of them all."""


def quotes(words: str, source: str) -> list[str]:
    """The quotations among the words that stand in the document, in their parts."""
    said = [part for found in QUOTED.findall(words) for part in re.split("……|…", plain("".join(found)))]
    return [part for part in said if len(part) >= SENTENCE and part in source]


def _cited(regime: Regime, places: Places, parameter: Parameter) -> Iterator[Fault]:
    """The places are there; in each stands something that is quoted, and nothing is quoted from elsewhere."""
    yield from _numbered(regime, parameter.source)
    yield from _there(places, parameter.source)
    found = {place: words for place, words in places.cited(parameter.source) if words is not None}
    reason = parameter.reason.zh_CN if parameter.reason else ""
    said = quotes(f"{parameter.source} {reason}", plain(regime.source))
    for place, words in found.items():
        if not any(quoted in words for quoted in said):
            yield text("nothing that is quoted stands in {place}: quote the words", place=place)
    for quoted in said if found else ():
        if not any(quoted in words for words in found.values()):
            yield text("“{words}” stands in another place than {places}", words=quoted, places=listing(found))
