"""How marks look by their kind, and lines of text: what all pictures are drawn with."""

from __future__ import annotations

from dataclasses import dataclass

from openbaar.database import svg
from openbaar.database.lettering import wrapped
from openbaar.database.picture import Kind
from openbaar.database.svg import element, hatching, number, text

# Pixels
BODY, SMALL = 14, 12  # sizes of the font
LEADING = 1.35  # of the size of the font, from one line to the next
POINT = 4.5  # radius
OUTLINE = 1.5
SHAPES = ("circle", "square", "diamond", "triangle")  # of points, so that colours are not all
DASHES: dict[Kind, str | None] = {
    "normal": None,
    "partial": None,
    "planned": "4 3",
    "doubtful": "1.5 3",
}


@dataclass(frozen=True)
class Block:
    """A part of a drawing, and where the next one may begin."""

    content: str
    bottom: float


def paragraph(
    words: str, room: float, top: float, size: float, bold: bool = False, soft: bool = False
) -> Block:
    """Lines of text that fill the room."""
    content = ""
    for line in wrapped(words, size, room, bold):
        content += text(line, 0, top + size, size, bold=bold, soft=soft)
        top += LEADING * size
    return Block(content, top)


def filled(
    x: float, y: float, wide: float, high: float, color: str, kind: Kind, key: str | None = None
) -> str:
    """A rectangle as its kind of mark looks: full, hatched, outlined, or dotted and empty."""
    if kind == "normal":
        return element(
            "rect",
            x=x,
            y=y,
            width=wide,
            height=high,
            fill="currentColor",
            class_=color,
            color=svg.COLORS[color],
            data_row=key,
        )
    drawn = _outlined(x, y, wide, high, kind)
    if kind == "partial":
        lines = hatching(x, y, wide, high)
        drawn += element("path", d=lines, stroke="currentColor", stroke_width=OUTLINE, fill="none")
    return element("g", drawn, class_=color, color=svg.COLORS[color], data_row=key)


def _outlined(x: float, y: float, wide: float, high: float, kind: Kind) -> str:
    """The edge of a rectangle, inside it, so that it is as large as one without."""
    return element(
        "rect",
        x=x + OUTLINE / 2,
        y=y + OUTLINE / 2,
        width=max(wide - OUTLINE, 0.5),
        height=max(high - OUTLINE, 0.5),
        fill="currentColor",
        fill_opacity=0 if kind == "doubtful" else 0.15,
        stroke="currentColor",
        stroke_width=OUTLINE,
        stroke_dasharray=DASHES[kind],
    )


def point(x: float, y: float, color: str, kind: Kind, shape: str, key: str | None = None) -> str:
    """A point of a line; one that is not normal is hollow, and one in doubt a cross."""
    hollow = kind != "normal"
    if kind == "doubtful":
        shape = "cross"
    return element(
        "path",
        d=_outline(x, y, shape),
        class_=f"{color} hollow" if hollow else color,
        color=svg.COLORS[color],
        fill=svg.PAPER if hollow else "currentColor",
        stroke="currentColor",
        stroke_width=2,
        data_row=key,
    )


def shape(index: int) -> str:
    """The shape of the points of a colour."""
    return SHAPES[index % len(SHAPES)]


def _outline(x: float, y: float, shape: str) -> str:
    """The path around a point, by its shape."""
    r = POINT
    if shape == "cross":
        rising = f"M{number(x - r)} {number(y + r)}L{number(x + r)} {number(y - r)}"
        return f"M{number(x - r)} {number(y - r)}L{number(x + r)} {number(y + r)}{rising}"
    if shape == "circle":
        left, right = number(x - r), number(x + r)
        arc = f"A{number(r)} {number(r)} 0 0 1"
        return f"M{left} {number(y)}{arc} {right} {number(y)}{arc} {left} {number(y)}Z"
    corners = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "diamond": [(0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)],
        "triangle": [(0, -r - 1), (r + 1, r), (-r - 1, r)],
    }[shape]
    path = "L".join(f"{number(x + dx)} {number(y + dy)}" for dx, dy in corners)
    return f"M{path}Z"


def baseline(x1: float, y1: float, x2: float, y2: float) -> str:
    """The line at zero."""
    return element(
        "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=svg.SOFT, stroke_width=1, class_="base"
    )
