"""SVG as text: elements, hatching, and a drawing on its own outside a page.

A drawing has no style, script, identifier or address in it, so that several stand on one page and
the strictest Content-Security-Policy lets them be. Colours are those of light paper; the classes
`c1`, `o1` … let the style sheet of a page choose others.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
INK = "#1b1f24"
SOFT = "#555d66"
PAPER = "#ffffff"
LINE = "#d3d8de"
# Told apart by those who see no red or no green, after Okabe and Ito
# (https://jfly.uni-koeln.de/color/), each at least three times as dark or light as the paper.
KINDS = {
    "c1": "#0072b2",
    "c2": "#c94f00",
    "c3": "#00855f",
    "c4": "#a03677",
    "c5": "#14145e",
    "c6": "#906cfc",
    "c7": "#4f1111",
    "c8": "#80868c",
}
# From light to dark for what has an order, so that it can be read in grey too.
ORDER = {"o1": "#5b93c7", "o2": "#3a73a8", "o3": "#205584", "o4": "#0d3a60", "o5": "#06213d"}
GREY = "c8"
COLORS = {**KINDS, **ORDER}
Attribute = str | float | int | None
HALO: dict[str, Attribute] = {  # around letters
    "stroke": PAPER,
    "stroke_width": 3,
    "stroke_linejoin": "round",
    "paint_order": "stroke",
}
HATCH = 6  # pixels between the lines of a hatching
MARGIN = 16  # pixels around a drawing that stands on its own


def number(value: float) -> str:
    """A coordinate with at most one decimal, as no screen shows more: `12`, `12.5`."""
    return f"{value:.1f}".removesuffix(".0")


def element(name: str, content: str = "", /, **attributes: Attribute) -> str:
    """An element; `class_` is `class`, `data_row` is `data-row`, and None leaves one out."""
    written: list[str] = []
    for key, value in attributes.items():
        if value is None:
            continue
        text = escape(value) if isinstance(value, str) else number(value)
        written.append(f' {key.strip("_").replace("_", "-")}="{text}"')
    if not content:
        return f"<{name}{''.join(written)}/>"
    return f"<{name}{''.join(written)}>{content}</{name}>"


class Sheet:
    """Elements of which none lies upon another: what they have in common is written once."""

    def __init__(self) -> None:
        self._groups: dict[tuple[tuple[str, Attribute], ...], list[str]] = {}

    def add(self, drawn: str, **common: Attribute) -> None:
        """Add an element; `common` are attributes that it may get from a group."""
        self._groups.setdefault(tuple(common.items()), []).append(drawn)

    def write(self, content: str, x: float, y: float, size: float, **style: Any) -> None:
        """Add a line of text, as `text` draws it."""
        self.add(_words(content, x, y), **_style(size, **style))

    def drawn(self) -> str:
        """All of them, group by group."""
        groups = self._groups.items()
        return "".join(element("g", "".join(each), **dict(common)) for common, each in groups)


def text(content: str, x: float, y: float, size: float, **style: Any) -> str:
    """A line of text whose baseline is at `y`; `style` is as in `_style`."""
    return _words(content, x, y, **_style(size, **style))


def _words(content: str, x: float, y: float, **style: Attribute) -> str:
    return element("text", escape(content, quote=False), x=x, y=y, **style)


def _style(
    size: float,
    anchor: str = "start",
    bold: bool = False,
    soft: bool = False,
    halo: bool = False,
) -> dict[str, Attribute]:
    """How a text looks; a `halo` of paper keeps it legible on a mark."""
    classes = {"soft": soft, "halo": halo}
    return {
        "font_size": size,
        "text_anchor": None if anchor == "start" else anchor,
        "font_weight": "600" if bold else None,
        "class_": " ".join(name for name, has_it in classes.items() if has_it) or None,
        "fill": SOFT if soft else None,
        **(HALO if halo else {}),
    }


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """The path around a rectangle."""
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}H{number(x)}z"


def hatching(x: float, y: float, width: float, height: float) -> str:
    """The path of slanted lines that fill a rectangle, each from edge to edge.

    They rise to the right: all points of one have the same sum of their coordinates. Each begins at
    so much from the end of the one before, which is shorter than where that is.
    """
    path, pen = "", (0.0, 0.0)
    along = HATCH / 2
    while along < width + height:
        left, bottom = max(0.0, along - height), min(along, height)
        right, top = min(along, width), max(0.0, along - width)
        start, end = _rounded(x + left, y + bottom), _rounded(x + right, y + top)
        path += f"{'m' if path else 'M'}{_step(pen, start)}l{_step(start, end)}"
        pen = end
        along += HATCH
    return path


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 1), round(y, 1)


def _step(start: tuple[float, float], end: tuple[float, float]) -> str:
    """The way from one point to another."""
    return f"{number(end[0] - start[0])} {number(end[1] - start[1])}".replace(" -", "-")


def document(content: str, width: float, height: float, label: str, class_: str) -> str:
    """A whole drawing; a screen reader reads `label` instead of it."""
    return element(
        "svg",
        content,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        class_=class_,
        font_family=FONT,
        fill=INK,
    )


def standalone(drawing: str, title: str, told: str) -> str:
    """A drawing as a file of its own: on paper, with its title and its text alternative inside."""
    start, _, rest = drawing.partition(">")
    size = start.partition(' viewBox="0 0 ')[2].partition('"')[0]
    wide, high = (float(length) + 2 * MARGIN for length in size.split())
    start = re.sub(r' (id|viewBox|width|height|class)="[^"]*"', "", start)
    box = f"{-MARGIN} {-MARGIN} {number(wide)} {number(high)}"
    start += f' viewBox="{box}" width="{number(wide)}" height="{number(high)}"'
    inside = element("title", escape(title, quote=False))
    inside += element("desc", escape(told, quote=False))
    paper = element("rect", x=-MARGIN, y=-MARGIN, width=wide, height=high, fill=PAPER)
    return f"{start}>{inside}{paper}{rest}"
