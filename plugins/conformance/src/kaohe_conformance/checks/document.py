"""What must hold against the document itself: the words, the articles, the published values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from attrs import asdict

from kaohe.messages import listing
from kaohe.model import Clause, Item, Parameter, Section, Veto
from kaohe_conformance.check import Fault
from kaohe_conformance.checks import Made
from kaohe_conformance.regime import Regime
from kaohe_conformance.results import Results
from kaohe_conformance.words import bare, text

WIDTHS = str.maketrans("，：；（）！？．", ",:;()!?.")
"""Punctuation that one document prints wide and another narrow."""


def plain(words: str) -> str:
    """The words without white space, all punctuation narrow."""
    return bare(words).translate(WIDTHS)


def checks(regime: Regime, _: Results) -> Iterator[Made]:
    """The checks of the scheme's words and citations, where there is a source to hold them against."""
    if not regime.source:
        return
    source = plain(regime.source)
    for rubric in regime.printed.values():
        for section in rubric.sections:
            yield "verbatim", f"{rubric.rubric} {section.section}", _bound(_section, section, source)
            for item in section.items:
                yield "verbatim", f"{rubric.rubric} {item.item}", _bound(_item, item, source)
                for clause in item.clauses:
                    yield (
                        "verbatim",
                        f"{rubric.rubric} {clause.clause} {clause.when}".strip(),
                        _bound(_words, clause, source),
                    )
        for veto in rubric.vetoes:
            yield "verbatim", f"{rubric.rubric} {veto.clause}", _bound(_words, veto, source)
    for consequence in regime.scheme.consequences:
        if consequence.text:
            yield "verbatim", consequence.consequence, _bound(_quoted, consequence.text, source)
    for place, article in citations(asdict(regime.scheme)):
        yield "article", f"{place} {article}", _bound(_placed, regime, article, source)
    for file in sorted({work.file for work in regime.works}):
        article = next(work.article for work in regime.works if work.file == file)
        yield "article", f"{file} {article}", _bound(_articles, article, source)
    for name in regime.own_parameters:
        parameter = regime.parameters[name]
        if parameter.source:
            yield "cited", name, _bound(_cited, regime, parameter)
        if parameter.provenance == "published" and parameter.value is not None:
            yield "published", name, _bound(_published, parameter, source)


def _bound(function: Callable[..., Iterable[Fault]], *arguments: object) -> Callable[[], Iterable[Fault]]:
    return lambda: function(*arguments)


def _text(words: str, source: str) -> Iterator[Fault]:
    if plain(words) not in source:
        yield text("“{words}” does not stand in the document", words=words)


def _quoted(words: str, source: str) -> Iterator[Fault]:
    """A sentence, or parts of one sentence in their order with …… for what is left out between them."""
    parts = [re.escape(part) for part in plain(words).split("……")]
    if not re.search("[^。]+".join(parts), source):
        yield text("“{words}” does not stand in the document", words=words)


def _words(rule: Clause | Veto, source: str) -> Iterator[Fault]:
    yield from _text(rule.number + rule.text, source)


def _section(section: Section, source: str) -> Iterator[Fault]:
    """The section's name, before its first item."""
    first = section.items[0]
    yield from _text(f"{first.item}{section.name}{first.name}{first.full_score}", source)


def _item(item: Item, source: str) -> Iterator[Fault]:
    """The item as it is printed: name, full score, each numbered line once."""
    lines = dict.fromkeys(clause.number + clause.text for clause in item.clauses)
    yield from _text(f"{item.name}{item.full_score}{''.join(lines)}", source)


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
ARTICLE = re.compile(r"第[一二三四五六七八九十百]+条")
NUMBERED = re.compile(r"(?:\S*号\s*)?第(\d+)条")
"""An item that the document numbers “3.”, cited with the document's own number or without it."""


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


def _placed(regime: Regime, article: str, source: str) -> Iterator[Fault]:
    """The document is the scheme's, and the article is in it."""
    yield from _numbered(regime, article)
    yield from _article(DOCUMENT.sub("", plain(article)) or article, source)


def _article(article: str, source: str) -> Iterator[Fault]:
    """An article or item by its number; a place in a notice by its headings, each after the one before."""
    if item := NUMBERED.fullmatch(article):
        if not re.search(rf"(?<![\d.]){item[1]}\.(?!\d)", source):
            yield text("“{part}” of “{article}” does not stand in the document", part=f"{item[1]}.", article=article)
        return
    if ARTICLE.match(article):
        yield from _articles(article, source)
        return
    place = 0
    for part in [part for part in re.split(r"(?=\([一二三四五六七八九十]+\))|(?<=\))(?=\d)", plain(article)) if part]:
        found = source.find(f"{part}." if part.isdigit() else part, place)
        if found < 0:
            yield text("“{part}” of “{article}” does not stand in the document", part=part, article=article)
            return
        place = found + len(part)


def _articles(article: str, source: str) -> Iterator[Fault]:
    """Every numbered article, annex or heading that is named stands in the document."""
    named = re.findall(r"第[一二三四五六七八九十百]+条|附件\d+|[一二三四五六七八九十]、[^,;，；(（]+", article)
    for part in named:
        yield from _text(part, source)


DOCUMENT = re.compile(r"[\u4e00-\u9fff]+〔\d{4}〕\d+号")
HEADING = re.compile(r"^\s*(?:第([一二三四五六七八九十百]+)条|(\d+)[.．、])", re.MULTILINE)
QUOTED = re.compile(r"“([^”]+)”|(?<=条)（([^）]+)）")
"""What is quoted, and what is said in brackets behind an article's number."""
NUMERALS = "零一二三四五六七八九"


def _number(numeral: str) -> int:
    """第十二条 as 12."""
    if numeral.isdigit():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    return (NUMERALS.index(tens or "一") * 10 if ten else 0) + (NUMERALS.index(ones) if ones else 0)


def articles(source: str) -> dict[int, str]:
    """The numbered articles, or items, of a document, each with its words."""
    heads = list(HEADING.finditer(source))
    ends = [*(head.start() for head in heads[1:]), len(source)][: len(heads)]
    return {
        _number(head.group(1) or head.group(2)): plain(source[head.start() : end])
        for head, end in zip(heads, ends, strict=True)
    }


def _cited(regime: Regime, parameter: Parameter) -> Iterator[Fault]:
    """The document is one of the scheme's or is named by it; what is quoted stands in one of the articles cited."""
    source = plain(regime.source)
    yield from _numbered(regime, parameter.source)
    named = articles(regime.printed_source)
    reason = parameter.reason.zh_CN if parameter.reason else ""
    cited = re.findall(r"第([一二三四五六七八九十百]+|\d+)条", parameter.source + reason.replace("《民法典》第", ""))
    missing = [one for one in cited if _number(one) not in named]
    for one in missing if named else ():
        yield text("“{words}” does not stand in the document", words=f"第{one}条")
    words = "".join(named.get(_number(one), "") for one in cited)
    said = [quoted or bracketed for quoted, bracketed in QUOTED.findall(parameter.source + reason)]
    for quoted in said if cited and named else ():
        for part in filter(None, re.split("……|…", plain(quoted))):
            if part in source and part not in words:
                yield text("“{words}” stands in another article than {articles}", words=part, articles=listing(cited))


def _published(parameter: Parameter, source: str) -> Iterator[Fault]:
    """The value, as it is or as a percentage, is printed."""
    value = parameter.value
    if not isinstance(value, Decimal):
        return
    said = {format(value.normalize(), "f"), f"{format((value * 100).normalize(), 'f')}%"}
    quoted = re.findall(r"[（(]([^）)]*\d[^）)]*)[）)]", parameter.source)
    for words in [source, *(plain(one) for one in quoted)]:
        if any(re.search(rf"(?<![\d.]){re.escape(one)}", words) for one in said):
            continue
        yield text("{value} does not stand in the document", value=value)
