"""Charts as inline SVG: plain shapes with their numbers beside them, readable without colour and without a script.

Lengths are whole pixels; what is drawn is never computed with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup, escape

WIDTH = 720
ROW = 24
SHADES = ("#08306b", "#2171b5", "#6baed6", "#bdd7e7", "#eff3ff", "#ffffff")
"""From dark to light: the order stays visible in black and white."""
INK = "#1a1a1a"
Number = int | Decimal


def scaled(value: Number, most: Number, length: int) -> int:
    """The value as a length, where `most` is the whole length."""
    return int(length * value / most) if most else 0


def _svg(height: int, title: str, parts: Sequence[str]) -> Markup:
    head = (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}"'
        f' xmlns="http://www.w3.org/2000/svg" font-size="12"><title>{escape(title)}</title>'
    )
    return Markup(head + "".join(parts) + "</svg>")


def _text(x: int, y: int, said: object, anchor: str = "start", ink: str = INK) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{ink}">{escape(said)}</text>'


def _rect(x: int, y: int, width: int, height: int, shade: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{shade}" stroke="{INK}" stroke-width="0.6"/>'


def bars(title: str, rows: Sequence[tuple[str, Number, str]]) -> Markup:
    """Horizontal bars: a label, a value, and what is said at its end."""
    most = max((value for _, value, _ in rows), default=0)
    parts = []
    for place, (label, value, said) in enumerate(rows):
        y = place * ROW
        length = scaled(value, most, 360)
        parts += [_text(210, y + 16, label, "end"), _rect(220, y + 4, length, 15, SHADES[1])]
        parts.append(_text(228 + length, y + 16, said))
    return _svg(max(1, len(rows)) * ROW + 6, title, parts)


def histogram(title: str, bins: Sequence[tuple[str, int]]) -> Markup:
    """Columns side by side with their number above and their range below."""
    most = max((number for _, number in bins), default=0)
    step = min(60, (WIDTH - 20) // max(1, len(bins)))
    parts = []
    for place, (label, number) in enumerate(bins):
        x, high = 10 + place * step, scaled(number, most, 110)
        parts.append(_rect(x + 2, 130 - high, step - 4, high, SHADES[1]))
        parts.append(_text(x + step // 2, 125 - high, number, "middle"))
        parts.append(_text(x + step // 2, 146, label, "middle"))
    return _svg(154, title, parts)


def stacked(title: str, classes: Sequence[str], rows: Mapping[str, Mapping[str, int]]) -> Markup:
    """A bar a row, divided among the classes in their order; each part says its class and number."""
    parts = []
    for place, (label, numbers) in enumerate(rows.items()):
        y, x = place * 30, 170
        whole = sum(numbers.values())
        parts += [_text(160, y + 19, label, "end"), _text(WIDTH - 5, y + 19, whole, "end")]
        for position, name in enumerate(classes):
            length = scaled(numbers.get(name, 0), whole, 490)
            if length:
                shade = SHADES[min(position, len(SHADES) - 1)]
                parts.append(_rect(x, y + 4, length, 22, shade))
                if length > 34:
                    ink = "#ffffff" if position < 2 else INK
                    parts.append(_text(x + length // 2, y + 19, f"{name} {numbers[name]}", "middle", ink))
                x += length
    return _svg(max(1, len(rows)) * 30 + 6, title, parts)


def ranges(title: str, rows: Sequence[tuple[str, Decimal, Decimal, Decimal]]) -> Markup:
    """From the lowest to the highest with a mark at the mean, on one scale."""
    low = min((row[1] for row in rows), default=Decimal(0))
    span = max((row[3] for row in rows), default=Decimal(0)) - low

    def at(value: Decimal) -> int:
        return 250 + scaled(value - low, span, 400)

    parts = []
    for place, (label, least, mean, most) in enumerate(rows):
        y = place * 40 + 24
        parts.append(_text(190, y + 4, label, "end"))
        parts.append(_rect(at(least), y - 4, max(1, at(most) - at(least)), 8, SHADES[3]))
        parts.append(_rect(at(mean) - 2, y - 9, 4, 18, SHADES[0]))
        parts.append(_text(at(least) - 5, y + 4, f"{least:.2f}", "end"))
        parts.append(_text(at(most) + 5, y + 4, f"{most:.2f}"))
        parts.append(_text(at(mean), y - 11, f"{mean:.2f}", "middle"))
    return _svg(max(1, len(rows)) * 40 + 8, title, parts)


def flows(title: str, links: Sequence[tuple[str, str, Decimal]]) -> Markup:
    """From the left to the right: bands as high as their amounts, with each end's name and sum."""
    if not links:
        return _svg(1, title, [])
    left, right = _ends(links, 0), _ends(links, 1)
    whole = sum(left.values())
    gap, body = 26, 260
    height = body + gap * max(len(left), len(right))
    tops = {0: _tops(left, whole, body, gap), 1: _tops(right, whole, body, gap)}
    used: dict[tuple[int, str], int] = {}
    parts = []
    for source, target, amount in links:
        thick = max(1, scaled(amount, whole, body))
        y1 = tops[0][source] + used.get((0, source), 0)
        y2 = tops[1][target] + used.get((1, target), 0)
        used[0, source] = used.get((0, source), 0) + thick
        used[1, target] = used.get((1, target), 0) + thick
        band = (
            f"M240 {y1} C360 {y1} 360 {y2} 480 {y2} V{y2 + thick} C360 {y2 + thick} 360 {y1 + thick} 240 {y1 + thick} Z"
        )
        said = escape(f"{source} → {target}: {amount:,.2f}")
        parts.append(f'<path d="{band}" fill="{SHADES[2]}" fill-opacity="0.6"><title>{said}</title></path>')
    for side, ends, x, anchor in ((0, left, 228, "end"), (1, right, 492, "start")):
        for name, amount in ends.items():
            y = tops[side][name]
            thick = max(1, scaled(amount, whole, body))
            parts.append(_rect(230 if side == 0 else 480, y, 10, thick, SHADES[0]))
            parts.append(_text(x, y + max(9, thick // 2 + 4), f"{name} {amount:,.2f}", anchor))
    return _svg(height, title, parts)


def _ends(links: Sequence[tuple[str, str, Decimal]], side: int) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for link in links:
        name = str(link[side])
        sums[name] = sums.get(name, Decimal(0)) + link[2]
    return sums


def _tops(ends: Mapping[str, Decimal], whole: Number, body: int, gap: int) -> dict[str, int]:
    tops, y = {}, 8
    for name, amount in ends.items():
        tops[name] = y
        y += max(1, scaled(amount, whole, body)) + gap
    return tops
