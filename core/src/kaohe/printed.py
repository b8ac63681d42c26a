"""A rubric as people read it: its table in Markdown or HTML, each clause's words beside its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from html import escape

from kaohe.messages import Text, language, listing, text
from kaohe.model import (
    Band,
    Bands,
    Clause,
    Fact,
    Item,
    Line,
    LookUp,
    Mark,
    Once,
    Peers,
    PerCase,
    PerN,
    Rubric,
    Rules,
    ShortOf,
    Veto,
)

Row = list[object]

STYLE = """\
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2em auto; max-width: 72em; }
table { border-collapse: collapse; width: 100%; margin: 1em 0; }
th, td { border: 1px solid #999; padding: .4em .6em; text-align: left; vertical-align: top; }
th { background: #eef2f7; }
@media print { body { margin: 0; font-size: 10pt; } tr { break-inside: avoid; } }
"""


def worth(clause: Clause, item: Item) -> Text:
    """What a clause takes or gives, in words."""
    amount = _amount(item)
    match clause:
        case PerCase(points=points):
            return text("{amount} for each case", amount=amount(points))
        case Once(points=points):
            return text("{amount} once, however many cases", amount=amount(points))
        case ShortOf(points=points, target=target):
            return text("{amount} for each one short of {target}", amount=amount(points), target=target)
        case PerN(points=points, n=n):
            return text("{amount} for each full {n}", amount=amount(points), n=n)
        case Peers(points=points, step=step):
            return text("{amount} for each full {n} above the average of its peers", amount=amount(points), n=step)
        case Bands(bands=bands):
            told = (text("{range}: {amount}", range=_range(band), amount=amount(band.points)) for band in bands)
            return text("{bands}; nothing outside", bands=listing(told))
        case LookUp(levels=levels):
            told = (text("{range}: {amount}", range=level.value, amount=amount(level.points)) for level in levels)
            return text("{bands}; nothing outside", bands=listing(told))
        case Line(ends=ends):
            told = (text("{range}: {amount}", range=end.at, amount=amount(end.points)) for end in ends)
            return text("{bands}; in a straight line between", bands=listing(told))
        case Mark(out_of=out_of):
            return text("a mark out of {most}, in proportion", most=out_of or item.full_score)
    raise AssertionError(clause)


def _amount(item: Item) -> Callable[[Decimal], Text]:
    """Points with what the item does with them."""
    if item.direction == "deduct":
        return lambda points: text("minus {points}", points=points)
    return lambda points: text("plus {points}", points=points)


def _range(band: Band) -> str:
    """A band as mathematics writes it."""
    lower = f"{band.at_least} ≤ " if band.at_least is not None else f"{band.above} < " if band.above is not None else ""
    upper = f" ≤ {band.at_most}" if band.at_most is not None else f" < {band.below}" if band.below is not None else ""
    return f"{lower}x{upper}"


def _effect(veto: Veto) -> Text:
    if veto.effect == "zero":
        return text("the score becomes 0")
    return text("minus {points} of the combined score, not below 0", points=veto.points)


def headings() -> Row:
    """The columns of a rubric's table."""
    return [text("no."), text("item"), text("full score"), text("the document's words"), text("rule"), text("fact")]


def rows(rubric: Rubric, facts: dict[str, Fact]) -> Iterator[Row]:
    """A row for each clause and veto: number, item, full score, words, rule, fact."""
    for item in rubric.items:
        for position, clause in enumerate(item.clauses):
            about: Row = [item.item, item.name, item.full_score] if position == 0 else ["", "", ""]
            yield [*about, f"{clause.number}{clause.text}", worth(clause, item), _fact(clause.fact, facts)]
    for veto in rubric.vetoes:
        yield ["", text("veto"), "", f"{veto.number}{veto.text}", _effect(veto), _fact(veto.fact, facts)]


def _fact(code: str, facts: dict[str, Fact]) -> str:
    return f"{facts[code].name} ({code})" if code in facts else code


def _title(rubric: Rubric) -> str:
    return f"{rubric.annex} {rubric.name}".strip()


def _caption(rubric: Rubric) -> Text:
    basis = {"printed": text("total as printed"), "sum": text("total: sum of the items; the document prints none")}
    caption = text(
        "{document} · {total} ({basis})",
        document=rubric.document,
        total=rubric.full_score,
        basis=basis[rubric.full_score_basis],
    )
    if rubric.provenance == "assumption":
        return text("{caption} · an assumption: {source}", caption=caption, source=rubric.source)
    return caption


def markdown_table(headings: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown."""

    def line(cells: Iterable[object]) -> str:
        escaped = (str(cell).replace("|", r"\|").replace("\n", "<br>") for cell in cells)
        return f"| {' | '.join(escaped)} |"

    columns = list(headings)
    return "\n".join([line(columns), "|---" * len(columns) + "|", *map(line, rows)])


def markdown(rules: Rules, rubrics: Iterable[Rubric]) -> str:
    """The tables as Markdown, a row for each clause."""
    parts = [f"# {rules.scheme.name}"]
    for rubric in rubrics:
        table = markdown_table(headings(), rows(rubric, rules.facts))
        parts += [f"## {_title(rubric)}", str(_caption(rubric)), table]
    return "\n\n".join(parts) + "\n"


def html(rules: Rules, rubrics: Iterable[Rubric]) -> str:
    """The tables as one page that asks nothing of the network."""

    def line(cells: Iterable[object], tag: str) -> str:
        return "".join(f"<{tag}>{escape(str(cell)).replace(chr(10), '<br>')}</{tag}>" for cell in cells)

    title = escape(str(rules.scheme.name))
    parts = [f"<h1>{title}</h1>"]
    for rubric in rubrics:
        body = "\n".join(f"<tr>{line(row, 'td')}</tr>" for row in rows(rubric, rules.facts))
        parts.append(
            f"<h2>{escape(_title(rubric))}</h2>\n<p>{escape(str(_caption(rubric)))}</p>\n"
            f"<table>\n<thead><tr>{line(headings(), 'th')}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        )
    spoken = language().replace("_", "-")
    head = f'<meta charset="utf-8">\n<title>{title}</title>\n<style>\n{STYLE}</style>'
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="{spoken}">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'
