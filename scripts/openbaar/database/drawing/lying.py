"""Drawing what lies beside its name: bars, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from openbaar.database.drawing.lettering import widest, wrapped
from openbaar.database.drawing.marks import BASE, BODY, LEADING, SMALL, Block, fill
from openbaar.database.drawing.picture import Mark, Picture
from openbaar.database.drawing.scales import Band, Scale, bands, extent
from openbaar.database.drawing.svg import Sheet, element, number

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
    sheet, zero = Sheet(), number(scale.at(0))
    begin = top = ceil(top)  # whole pixels are sharp, and short
    bases = ""
    for index in shown:
        name = wrapped(names[index], BODY, left - 10 if beside else room)
        high = ceil(LEADING * BODY * len(name))
        bars = top if beside else top + high
        bottom = _lying_bars(sheet, picture, index, scale, bars)
        if beside:
            top = max(top, top + (bottom - top - high) // 2 - 1)  # in the middle of its bars
            _write_name(sheet, name, left - 10, top, "end")
        else:  # a base line from the first to the last category would cross the names
            _write_name(sheet, name, 0, top, "start")
            bases += f"M{zero} {bars}V{bottom}"
        top = max(top + high, bottom) + BETWEEN_BARS
    bases = bases or f"M{zero} {begin}V{top - BETWEEN_BARS}"
    return Block(sheet.drawn() + element("path", d=bases, **BASE), top)


def lying_thumbnail(picture: Picture, room: float, height: float) -> str:
    """The bars alone, in a small room."""
    shown = range(len(picture.categories))[: picture.fold]
    scale = Scale(*extent(picture.values), 2, room - 2)
    sheet = Sheet()
    for index, band in zip(shown, bands([1] * len(shown), 0, height), strict=True):
        inner = band.inner(height)
        marks = [mark for mark in picture.of_category(index) if mark.value is not None]
        for place, mark in enumerate(marks):
            _draw_bar(sheet, picture, mark, scale, inner.slot(place, len(marks)))
    return sheet.drawn()


def _write_name(sheet: Sheet, lines: Sequence[str], x: float, top: float, anchor: str) -> None:
    """The name of a category: at the right end of its own column, or over the whole width."""
    for number_of_line, line in enumerate(lines):
        y = top + BODY + number_of_line * LEADING * BODY
        sheet.write(line, round(x), round(y), BODY, anchor=anchor)


def _lying_scale(picture: Picture, left: float, room: float) -> Scale:
    """The scale of all bars, with room for the figures at their ends."""
    figures = widest([_figure(mark) for mark in picture.drawn], SMALL) + 8
    low, high = extent(picture.values)
    start = left + 1 + (figures if low < 0 else 0)
    return Scale(low, high, start, room - figures)


def _figure(mark: Mark) -> str:
    return f"{mark.label} ?" if mark.kind == "doubtful" else mark.label


def _lying_bars(sheet: Sheet, picture: Picture, index: int, scale: Scale, top: int) -> int:
    """The bars of a category, one below the other, each with its figure; `–` where it has none.

    Returns where they end.
    """
    thickness = BAR if picture.beside == 1 else THIN_BAR
    for mark in picture.of_category(index):
        band = Band(top, thickness)
        if mark.value is None:
            sheet.write("–", scale.at(0) + 4, band.middle + 4, SMALL, soft=True)
        else:
            _draw_bar(sheet, picture, mark, scale, band)
            anchor, distance = ("end", -4) if mark.value < 0 else ("start", 4)
            x = round(scale.at(mark.value) + distance)
            sheet.write(_figure(mark), x, round(band.middle + 4), SMALL, anchor=anchor)
        top += thickness + 1
    return top


def _draw_bar(sheet: Sheet, picture: Picture, mark: Mark, scale: Scale, band: Band) -> None:
    value = mark.value or 0
    x1, x2 = scale.at(min(0, value)), scale.at(max(0, value))
    box = (x1, band.start, x2 - x1, band.length)
    fill(sheet, box, picture.color(mark), mark.kind, mark.key)
