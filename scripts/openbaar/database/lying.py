"""Drawing what lies beside its name: bars, one below the other."""

from __future__ import annotations

from openbaar.database.lettering import widest, wrapped
from openbaar.database.marks import BODY, LEADING, SMALL, Block, baseline, filled, paragraph
from openbaar.database.picture import Mark, Picture
from openbaar.database.scales import Band, Scale, bands, extent
from openbaar.database.svg import text

# Pixels
BAR, THIN_BAR = 18, 13  # the thickness of one bar, and of one among several
BETWEEN_BARS = 12
NAMES = 0.34  # of the width, at most, for the names beside bars


def lying_plot(picture: Picture, room: float, top: float, shown: range, on_phone: bool) -> Block:
    """The bars of some categories; on a phone the names are above them."""
    names = [category.label for category in picture.categories]
    beside = not on_phone
    left = min(widest(names, BODY), NAMES * room) + 10 if beside else 0
    scale = _lying_scale(picture, left, room)
    content, begin, zero = "", top, scale.at(0)
    for index in shown:
        name = _name(names[index], room, left, top)
        block = _lying_bars(picture, index, scale, top if beside else name.bottom)
        if beside:
            name = _name(names[index], room, left, _centered(name, top, block.bottom))
        else:  # a base line from the first to the last category would cross the names
            content += baseline(zero, name.bottom, zero, block.bottom)
        content += name.content + block.content
        top = max(name.bottom, block.bottom) + BETWEEN_BARS
    if beside:
        content += baseline(zero, begin, zero, top - BETWEEN_BARS)
    return Block(content, top)


def lying_thumbnail(picture: Picture, room: float, height: float) -> str:
    """The bars alone, in a small room."""
    shown = range(len(picture.categories))[: picture.fold]
    scale = Scale(*extent(picture.values), 2, room - 2)
    content = ""
    for index, band in zip(shown, bands([1] * len(shown), 0, height), strict=True):
        inner = band.inner(height)
        marks = [mark for mark in picture.of_category(index) if mark.value is not None]
        for place, mark in enumerate(marks):
            content += lying_bar(picture, mark, scale, inner.slot(place, len(marks)))
    return content


def _centered(name: Block, top: float, bottom: float) -> float:
    """Where a name begins that stands in the middle of its bars."""
    return max(top, top + (bottom - name.bottom) / 2 - 1)


def _name(name: str, room: float, left: float, top: float) -> Block:
    """The name of a category: at the right end of its own column, or over the whole width."""
    if left == 0:
        return paragraph(name, room, top, BODY)
    content = ""
    for line in wrapped(name, BODY, left - 10):
        content += text(line, left - 10, top + BODY, BODY, "end")
        top += LEADING * BODY
    return Block(content, top)


def _lying_scale(picture: Picture, left: float, room: float) -> Scale:
    """The scale of all bars, with room for the figures at their ends."""
    figures = widest([_figure(mark) for mark in picture.drawn], SMALL) + 8
    low, high = extent(picture.values)
    start = left + 1 + (figures if low < 0 else 0)
    return Scale(low, high, start, room - figures)


def _figure(mark: Mark) -> str:
    return f"{mark.label} ?" if mark.kind == "doubtful" else mark.label


def _lying_bars(picture: Picture, index: int, scale: Scale, top: float) -> Block:
    """The bars of a category, one below the other, each with its figure; `–` where it has none."""
    marks = picture.of_category(index)
    thickness = BAR if picture.beside == 1 else THIN_BAR
    content = ""
    for mark in marks:
        band = Band(top, thickness)
        if mark.value is None:
            content += text("–", scale.at(0) + 4, band.middle + 4, SMALL, soft=True)
        else:
            content += lying_bar(picture, mark, scale, band) + _lying_figure(mark, scale, band)
        top += thickness + 1
    return Block(content, top)


def lying_bar(picture: Picture, mark: Mark, scale: Scale, band: Band) -> str:
    value = mark.value or 0
    x1, x2 = scale.at(min(0, value)), scale.at(max(0, value))
    color = picture.color(mark)
    return filled(x1, band.start, x2 - x1, band.length, color, mark.kind, mark.key)


def _lying_figure(mark: Mark, scale: Scale, band: Band) -> str:
    value = mark.value or 0
    anchor, distance = ("end", -4) if value < 0 else ("start", 4)
    return text(_figure(mark), scale.at(value) + distance, band.middle + 4, SMALL, anchor)
