"""Drawing what stands above its periods: columns, stacks and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil

from openbaar.database import svg
from openbaar.database.lettering import widest, width
from openbaar.database.marks import (
    BODY,
    DASHES,
    LEADING,
    SMALL,
    Block,
    baseline,
    filled,
    point,
    shape,
)
from openbaar.database.picture import Category, Mark, Picture
from openbaar.database.scales import Band, Scale, bands, ticks
from openbaar.database.svg import element, text

# Pixels
PLOT, PLOT_ON_PHONE = 300, 230  # height of the axis that is measured
WIDEST_COLUMN = 96
MOST_TICKS = 5
FEWEST_FOR_LABEL = 17  # height of a stacked piece that has its figure in it


def upright_plot(picture: Picture, room: float, top: float, on_phone: bool) -> Block:
    """The columns or lines with their axes."""
    heights = picture.heights
    whole = all(float(value).is_integer() for value in heights)
    marked = ticks(heights, MOST_TICKS, whole)
    labels = [picture.tick_text(tick) for tick in marked]
    left = widest(labels, SMALL) + 8
    bottom = top + SMALL + 6 + (PLOT_ON_PHONE if on_phone else PLOT)
    scale = Scale(marked[0], marked[-1], bottom, top + SMALL + 6)
    places = bands([category.length for category in picture.categories], left, room)
    content = _grid(marked, labels, scale, left, room)
    content += upright_marks(picture, places, scale)
    content += baseline(left, scale.at(0), room, scale.at(0))
    content += _upright_labels(picture, places, scale)
    axis = _period_axis(picture, places, bottom)
    return Block(content + axis.content, axis.bottom)


def _grid(
    marked: Sequence[float], labels: Sequence[str], scale: Scale, left: float, right: float
) -> str:
    """A line for each tick, with its value beside it."""
    content = ""
    for tick, label in zip(marked, labels, strict=True):
        y = scale.at(tick)
        content += element(
            "line", x1=left, y1=y, x2=right, y2=y, stroke=svg.LINE, stroke_width=1, class_="grid"
        )
        content += text(label, left - 6, y + 4, SMALL, "end", soft=True)
    return content


def upright_marks(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """The columns or lines alone."""
    if picture.form == "lines":
        return _lines(picture, places, scale)
    content = ""
    for index in range(len(places)):
        for mark, band, low, high in _columns(picture, index, places[index]):
            y1, y2 = scale.at(high), scale.at(low)
            color = picture.color(mark)
            content += filled(band.start, y1, band.length, y2 - y1, color, mark.kind, mark.key)
    return content


def _columns(
    picture: Picture, index: int, place: Band
) -> Iterator[tuple[Mark, Band, float, float]]:
    """The columns of a category: each mark with its place, and the values it is between.

    A column as long as its period fills it; others keep a distance.
    """
    lengths = {category.length for category in picture.categories if not category.skipped}
    count = 1 if picture.form == "stack" else len(picture.series)
    inner = place.inner(WIDEST_COLUMN * count)
    if len(lengths) > 1:
        inner = Band(place.start + 2, place.length - 4)
    below = 0.0
    for mark in picture.of_category(index):
        if mark.value is None:
            continue
        if picture.form == "stack":
            yield mark, inner, below, below + mark.value
            below += mark.value
        else:
            slot = inner.slot(mark.series, count)
            slot = Band(slot.start, slot.length - (1 if count > 1 else 0))
            yield mark, slot, min(0, mark.value), max(0, mark.value)


def _upright_labels(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """The figures at the columns, where all of them fit; at points only the doubtful ones."""
    if picture.form == "lines":
        return _doubts(picture, places, scale)
    content = ""
    for index, place in enumerate(places):
        for mark, band, low, high in _columns(picture, index, place):
            if picture.form == "stack":
                content += _label_inside(mark, band, scale.at(high), scale.at(low))
                continue
            space = place.length if len(picture.series) == 1 else band.length + 1
            if width(mark.label, SMALL) > space:
                return ""
            y = scale.at(high) - 4 if mark.value and mark.value > 0 else scale.at(low) + SMALL + 2
            content += text(mark.label, band.middle, y, SMALL, "middle")
    return content


def _label_inside(mark: Mark, band: Band, top: float, bottom: float) -> str:
    """The figure of a stacked piece, where it has room for it."""
    if bottom - top < FEWEST_FOR_LABEL or width(mark.label, BODY) > band.length:
        return ""
    return text(mark.label, band.middle, (top + bottom) / 2 + 5, BODY, "middle", halo=True)


def _doubts(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    content = ""
    for mark in picture.drawn:
        if mark.kind == "doubtful" and mark.value is not None:
            x, y = places[mark.category].middle, scale.at(mark.value)
            content += text(f"{mark.label} ?", x, y - 9, SMALL, "middle", halo=True)
    return content


def _lines(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """For each colour the lines between neighbours in time, then its points upon them."""
    content = ""
    for index in range(len(picture.series)):
        marks = [mark for mark in picture.drawn if mark.series == index]
        marks.sort(key=lambda mark: mark.category)
        points: list[tuple[Mark, float, float]] = []
        for mark in marks:
            points.append((mark, places[mark.category].middle, scale.at(mark.value or 0)))
        for before, after in pairwise(points):
            content += _joined(before, after, picture.color(after[0]))
        for mark, x, y in points:
            content += point(x, y, picture.color(mark), mark.kind, shape(index), mark.key)
    return content


def _joined(
    before: tuple[Mark, float, float],
    after: tuple[Mark, float, float],
    color: str,
) -> str:
    """The line between two points that follow each other in time and are not in doubt."""
    first, second = before[0], after[0]
    if "doubtful" in (first.kind, second.kind) or second.category - first.category != 1:
        return ""
    return element(
        "line",
        x1=before[1],
        y1=before[2],
        x2=after[1],
        y2=after[2],
        class_=f"{color} joined",
        color=svg.COLORS[color],
        stroke="currentColor",
        stroke_width=2,
        stroke_dasharray=None if second.kind == "normal" else DASHES["planned"],
    )


def _period_axis(picture: Picture, places: Sequence[Band], top: float) -> Block:
    """The names of the periods, what is to be known of them, and the longer periods below."""
    bottom = top + SMALL + 6
    content = ""
    every = _label_every(picture.categories, places)
    for index, (category, place) in enumerate(zip(picture.categories, places, strict=True)):
        if index % every == 0 or category.skipped:
            content += text(category.label, place.middle, bottom, SMALL, "middle")
    noted = _notes_below(picture.categories, places, bottom + LEADING * SMALL)
    if noted:
        content, bottom = content + noted, bottom + LEADING * SMALL
    groups = _groups(picture.categories, places)
    if groups:
        bottom += LEADING * SMALL + 2
        content += _group_labels(groups, top, bottom)
    return Block(content, bottom + 8)


def _label_every(categories: Sequence[Category], places: Sequence[Band]) -> int:
    """1 where each period has room for its name, 2 where every second one has, and so on."""
    needed = 0.0
    for category, place in zip(categories, places, strict=True):
        needed = max(needed, width(category.label, SMALL) / place.length)
    return max(1, min(ceil(needed), len(places)))


def _notes_below(categories: Sequence[Category], places: Sequence[Band], y: float) -> str:
    """What is to be known of a period, where there is room; the legend says it too."""
    content = ""
    for category, place in zip(categories, places, strict=True):
        if category.note and width(category.note, SMALL) <= place.length:
            content += text(category.note, place.middle, y, SMALL, "middle", soft=True)
    return content


def _groups(categories: Sequence[Category], places: Sequence[Band]) -> list[tuple[str, Band]]:
    """The longer periods, each with what its categories fill together."""
    groups: list[tuple[str, Band]] = []
    for category, place in zip(categories, places, strict=True):
        if not category.group:
            continue
        if groups and groups[-1][0] == category.group:
            start = groups[-1][1].start
            groups[-1] = (category.group, Band(start, place.start + place.length - start))
        else:
            groups.append((category.group, place))
    return groups


def _group_labels(groups: Sequence[tuple[str, Band]], top: float, bottom: float) -> str:
    content = ""
    for label, place in groups:
        if width(label, SMALL, bold=True) <= place.length + 12:
            content += text(label, place.middle, bottom, SMALL, "middle", bold=True)
    for _label, place in groups[1:]:
        content += element(
            "line",
            x1=place.start,
            y1=top,
            x2=place.start,
            y2=bottom + 2,
            stroke=svg.LINE,
            stroke_width=1,
            class_="grid",
        )
    return content
