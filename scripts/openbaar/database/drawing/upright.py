"""Drawing what stands above its periods: columns, stacks and lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from openbaar.database.drawing import svg
from openbaar.database.drawing.lettering import widest, width
from openbaar.database.drawing.marks import (
    BODY,
    DASHES,
    LEADING,
    SMALL,
    Block,
    baseline,
    fill,
    point,
    shape,
)
from openbaar.database.drawing.picture import Category, Mark, Picture
from openbaar.database.drawing.scales import Band, Scale, bands, ticks
from openbaar.database.drawing.svg import Attribute, Sheet, element, text

# Pixels
PLOT, PLOT_ON_PHONE = 300, 230  # height of the axis that is measured
WIDEST_COLUMN = 96
MOST_TICKS = 5
BETWEEN_NAMES = 3
GRID: dict[str, Attribute] = {
    "stroke": svg.LINE,
    "stroke_width": 1,
    "fill": "none",
    "class_": "grid",
}
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
    below = SMALL + 4 if min(heights, default=0) < 0 else 0  # for the figures of columns there
    axis = _period_axis(picture, places, bottom + below)
    return Block(content + axis.content, axis.bottom)


def _grid(
    marked: Sequence[float], labels: Sequence[str], scale: Scale, left: float, right: float
) -> str:
    """A line for each tick, with its value beside it."""
    sheet = Sheet()
    for tick, label in zip(marked, labels, strict=True):
        y = scale.at(tick)
        sheet.add(element("line", x1=left, y1=y, x2=right, y2=y), **GRID)
        sheet.write(label, left - 6, y + 4, SMALL, anchor="end", soft=True)
    return sheet.drawn()


def upright_marks(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """The columns or lines alone."""
    if picture.form == "lines":
        return _lines(picture, places, scale)
    sheet = Sheet()
    for index in range(len(places)):
        for mark, band, low, high in _columns(picture, index, places[index]):
            y1, y2 = scale.at(high), scale.at(low)
            box = (band.start, y1, band.length, y2 - y1)
            fill(sheet, box, picture.color(mark), mark.kind, mark.key)
    return sheet.drawn()


def _columns(
    picture: Picture, index: int, place: Band
) -> Iterator[tuple[Mark, Band, float, float]]:
    """The columns of a category: each mark with its place, and the values it is between.

    A column as long as its period fills it; others keep a distance.
    """
    inner = _room(picture, place)
    below = 0.0
    for mark in picture.of_category(index):
        if mark.value is None:
            continue
        if picture.form == "stack":
            yield mark, inner, below, below + mark.value
            below += mark.value
        else:
            slot = _beside_others(picture, inner, mark)
            yield mark, slot, min(0, mark.value), max(0, mark.value)


def _room(picture: Picture, place: Band) -> Band:
    """The room for the columns of a category, as wide as its period where those differ."""
    lengths = {category.length for category in picture.categories if not category.skipped}
    if len(lengths) > 1:
        return Band(place.start + 2, place.length - 4)
    return place.inner(WIDEST_COLUMN * picture.beside)


def _beside_others(picture: Picture, room: Band, mark: Mark) -> Band:
    """The place of a column in the room of its category, a little apart from those beside it."""
    if picture.beside == 1:
        return room.slot(0, 1)
    slot = room.slot(mark.series, picture.beside)
    return Band(slot.start, slot.length - 1)


def _upright_labels(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """The figures at the columns, where all of them fit; at points only the doubtful ones."""
    if picture.form == "lines":
        return _doubts(picture, places, scale)
    sheet = Sheet()
    for index, place in enumerate(places):
        for mark, band, low, high in _columns(picture, index, place):
            if picture.form == "stack":
                _label_inside(sheet, mark, band, scale.at(high), scale.at(low))
                continue
            space = place.length if picture.beside == 1 else band.length + 1
            if width(mark.label, SMALL) > space:
                return ""
            y = scale.at(high) - 4 if high > 0 or low == 0 else scale.at(low) + SMALL + 2
            sheet.write(mark.label, band.middle, y, SMALL, anchor="middle")
    return sheet.drawn()


def _label_inside(sheet: Sheet, mark: Mark, band: Band, top: float, bottom: float) -> None:
    """The figure of a stacked piece, where it has room for it."""
    if bottom - top >= FEWEST_FOR_LABEL and width(mark.label, BODY) <= band.length:
        y = (top + bottom) / 2 + 5
        sheet.write(mark.label, band.middle, y, BODY, anchor="middle", halo=True)


def _doubts(picture: Picture, places: Sequence[Band], scale: Scale) -> str:
    """The figures of points in doubt, but those that would stand upon another one.

    None reaches to the left of the axis, where the values of the ticks are.
    """
    content = ""
    taken: list[Band] = []
    for mark in picture.drawn:
        if mark.kind != "doubtful" or mark.value is None:
            continue
        figure = f"{mark.label} ?"
        wide = width(figure, SMALL)
        start = max(places[mark.category].middle - wide / 2, places[0].start)
        place = Band(start, wide)
        is_free = all(place.is_beside(other) for other in taken)
        if is_free and place.end <= places[-1].end:
            y = scale.at(mark.value) - 9
            content += text(figure, place.middle, y, SMALL, anchor="middle", halo=True)
            taken.append(place)
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
        fill="none",
        stroke="currentColor",
        stroke_width=2,
        stroke_dasharray=None if second.kind == "normal" else DASHES["planned"],
    )


def _period_axis(picture: Picture, places: Sequence[Band], top: float) -> Block:
    """The names of the periods, what is to be known of them, and the longer periods below."""
    bottom = top + SMALL + 6
    content = ""
    names = [category.label for category in picture.categories]
    for name, x in _where_they_fit(names, places):
        content += text(name, x, bottom, SMALL, anchor="middle")
    noted = _notes_below(picture.categories, places, bottom + LEADING * SMALL)
    if noted:
        content, bottom = content + noted, bottom + LEADING * SMALL
    groups = _groups(picture.categories, places)
    if groups:
        bottom += LEADING * SMALL + 2
        content += _group_labels(groups, top, bottom)
    return Block(content, bottom + 8)


def _where_they_fit(
    names: Sequence[str], places: Sequence[Band], bold: bool = False
) -> Iterator[tuple[str, float]]:
    """The names that there is room for, from the first one on, each with its middle."""
    end = places[-1].end
    taken = 0.0
    for name, place in zip(names, places, strict=True):
        wide = width(name, SMALL, bold)
        x = max(wide / 2, min(place.middle, end - wide / 2))
        if x - wide / 2 >= taken:
            yield name, x
            taken = x + wide / 2 + BETWEEN_NAMES


def _notes_below(categories: Sequence[Category], places: Sequence[Band], y: float) -> str:
    """What is to be known of a period, where there is room; the legend says it too."""
    content = ""
    for category, place in zip(categories, places, strict=True):
        if category.note and width(category.note, SMALL) <= place.length:
            content += text(category.note, place.middle, y, SMALL, anchor="middle", soft=True)
    return content


def _groups(categories: Sequence[Category], places: Sequence[Band]) -> list[tuple[str, Band]]:
    """The longer periods, each with what its categories fill together."""
    groups: list[tuple[str, Band]] = []
    for category, place in zip(categories, places, strict=True):
        if not category.group:
            continue
        if groups and groups[-1][0] == category.group:
            start = groups[-1][1].start
            groups[-1] = (category.group, Band(start, place.end - start))
        else:
            groups.append((category.group, place))
    return groups


def _group_labels(groups: Sequence[tuple[str, Band]], top: float, bottom: float) -> str:
    content = ""
    names, places = [label for label, _ in groups], [place for _, place in groups]
    for name, x in _where_they_fit(names, places, bold=True):
        content += text(name, x, bottom, SMALL, anchor="middle", bold=True)
    for place in places[1:]:
        x = place.start
        content += element("line", x1=x, y1=top, x2=x, y2=bottom + 2, **GRID)
    return content
