"""How marks look by their kind, and lines of text: what all pictures are drawn with."""

from __future__ import annotations

from dataclasses import dataclass

from openbaar.database.drawing import svg
from openbaar.database.drawing.lettering import wrapped
from openbaar.database.drawing.picture import Kind
from openbaar.database.drawing.svg import (
    Attribute,
    Sheet,
    element,
    hatching,
    number,
    rectangle,
    text,
)

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


def filled(x: float, y: float, wide: float, high: float, color: str, kind: Kind) -> str:
    """A rectangle as its kind of mark looks: full, hatched, outlined, or dotted and empty."""
    return _shape(x, y, wide, high, kind, **_paint(color, kind))


def fill(
    sheet: Sheet,
    box: tuple[float, float, float, float],
    color: str,
    kind: Kind,
    key: str | None = None,
) -> None:
    """Put a rectangle on a sheet: a box of left, top, width and height, as `filled` draws it."""
    sheet.add(_shape(*box, kind, data_row=key), **_paint(color, kind))


def _paint(color: str, kind: Kind) -> dict[str, Attribute]:
    """How a kind of mark is painted in a color."""
    paint: dict[str, Attribute] = {
        "class_": color,
        "color": svg.COLORS[color],
        "fill": "currentColor",
    }
    if kind == "normal":
        return paint
    outline: dict[str, Attribute] = {
        "fill_opacity": 0 if kind == "doubtful" else 0.15,
        "stroke": "currentColor",
        "stroke_width": OUTLINE,
        "stroke_dasharray": DASHES[kind],
    }
    return paint | outline


def _shape(
    x: float, y: float, wide: float, high: float, kind: Kind, **attributes: Attribute
) -> str:
    """A rectangle, or the edge inside it, so that it is as large as one without; the hatching."""
    path = rectangle(x, y, wide, high)
    if kind != "normal":
        edge = OUTLINE / 2
        inner = max(wide - OUTLINE, 0.5), max(high - OUTLINE, 0.5)
        path = rectangle(x + edge, y + edge, *inner)
    if kind == "partial":
        path += hatching(x, y, wide, high)
    return element("path", d=path, **attributes)


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


BASE: dict[str, Attribute] = {
    "stroke": svg.SOFT,
    "stroke_width": 1,
    "fill": "none",  # pdfium draws the inside of a line too, as a hair
    "class_": "base",
}


def baseline(x1: float, y1: float, x2: float, y2: float) -> str:
    """The line at zero."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **BASE)
