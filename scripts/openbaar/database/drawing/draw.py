"""Drawing a picture as SVG when the site is built, so that a page shows it without a script.

A picture is drawn for the room that it has: on a phone it is not the wide one made smaller, but has
its names above the bars and fewer figures. Title, unit, source and version are in it, because it is
shared without its page. Each mark keeps the key of its row in `data-row`, so that a page can tell
the marks of the rows it shows. `charts/pictures` decides what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openbaar.database.drawing import svg
from openbaar.database.drawing.lettering import width, wrapped
from openbaar.database.drawing.lying import lying_plot, lying_thumbnail
from openbaar.database.drawing.marks import (
    BODY,
    LEADING,
    SMALL,
    Block,
    filled,
    paragraph,
    point,
    shape,
)
from openbaar.database.drawing.picture import Kind, Picture
from openbaar.database.drawing.scales import Scale, bands, extent
from openbaar.database.drawing.svg import text
from openbaar.database.drawing.upright import upright_marks, upright_plot

# Pixels
WIDE = 880  # the column of a page is a little wider
NARROW = 358  # a phone of 390 without its margins
PHONE = 560  # narrower is a phone
THUMBNAIL = (160, 90)
TITLE, TITLE_ON_PHONE = 20, 17
SWATCH, AFTER_SWATCH = 12, 6
BETWEEN_ENTRIES = 18
LEGEND_LINE = 22


def draw(picture: Picture, room: float) -> str:
    """The picture in `room` pixels, without the categories that are folded away."""
    head = _head(picture, room)
    legend = _legend(picture, room, head.bottom)
    shown = range(len(picture.categories))[: picture.fold]
    plot = _plot(picture, room, legend.bottom, shown)
    foot = _foot(picture, room, plot.bottom)
    content = head.content + legend.content + plot.content + foot.content
    return svg.document(content, room, foot.bottom, picture.in_words(shown), "drawing")


def draw_rest(picture: Picture, room: float) -> str | None:
    """The categories that are folded away, on the scale of the others; None where none are."""
    rest = range(len(picture.categories))[picture.fold or len(picture.categories) :]
    if not rest:
        return None
    legend = _legend(picture, room, 0)
    plot = _plot(picture, room, legend.bottom, rest)
    content = legend.content + plot.content
    return svg.document(content, room, plot.bottom, picture.in_words(rest), "drawing")


def draw_thumbnail(picture: Picture) -> str:
    """A small drawing of the marks alone, which tells nothing that the page beside it does not."""
    room, height = THUMBNAIL
    if picture.form == "bars":
        content = lying_thumbnail(picture, room, height)
    else:
        scale = Scale(*extent(picture.heights), height - 2, 2)
        lengths = [category.length for category in picture.categories]
        content = upright_marks(picture, bands(lengths, 0, room), scale)
    drawing = svg.document(content, room, height, "", "thumbnail")
    return drawing.replace('role="img" aria-label=""', 'aria-hidden="true"')


def _plot(picture: Picture, room: float, top: float, shown: range) -> Block:
    on_phone = room < PHONE
    if picture.form == "bars":
        return lying_plot(picture, room, top, shown, on_phone)
    return upright_plot(picture, room, top, on_phone)


def _head(picture: Picture, room: float) -> Block:
    """The title and what is below it."""
    size = TITLE_ON_PHONE if room < PHONE else TITLE
    title = paragraph(picture.title, room, 0, size, bold=True)
    subtitle = paragraph(picture.subtitle, room, title.bottom + 2, BODY)
    return Block(title.content + subtitle.content, subtitle.bottom + 10)


def _foot(picture: Picture, room: float, top: float) -> Block:
    """Notes, then source and version."""
    content, bottom = "", top + 6
    for words in (*picture.notes, picture.source):
        block = paragraph(words, room, bottom, SMALL, soft=True)
        content += block.content
        bottom = block.bottom + 2
    return Block(content, bottom + 2)


@dataclass(frozen=True)
class _Entry:
    """A part of the legend: a swatch (none for the title) and what it means."""

    label: str
    color: str | None = None
    kind: Kind = "normal"

    @property
    def indent(self) -> float:
        """The room that the swatch needs."""
        return 0 if self.color is None else SWATCH + AFTER_SWATCH

    @property
    def length(self) -> float:
        """The room that it needs on one line."""
        return self.indent + width(self.label, BODY)


def _entries(picture: Picture) -> Iterator[_Entry]:
    """What the legend tells: what each colour is where there are several, and each kind of mark."""
    color = svg.GREY
    if len(picture.series) == 1:
        color = picture.series[0].color
    else:
        if picture.legend:
            yield _Entry(f"{picture.legend}:")
        for index, series in enumerate(picture.series):
            kinds = picture.kinds_of(index)
            yield _Entry(series.label, series.color, kinds.pop() if len(kinds) == 1 else "normal")
    for kind, label in (picture.keys or {}).items():
        yield _Entry(label, color, kind)


def _legend(picture: Picture, room: float, top: float) -> Block:
    """Swatches with their meaning, in as many lines as they need, one that is long too."""
    content, x = "", 0.0
    entries = list(_entries(picture))
    if not entries:
        return Block("", top)
    for entry in entries:
        if x > 0 and x + entry.length > room:
            x, top = 0, top + LEGEND_LINE
        if entry.color is not None:
            content += _swatch(picture, entry.color, entry.kind, x, top)
        lines = wrapped(entry.label, BODY, room - entry.indent)
        for number, line in enumerate(lines):
            top += LEADING * BODY if number else 0
            content += text(line, x + entry.indent, top + BODY, BODY, soft=entry.color is None)
        x += entry.length + BETWEEN_ENTRIES
    return Block(content, top + LEGEND_LINE + 6)


def _swatch(picture: Picture, color: str, kind: Kind, x: float, top: float) -> str:
    """A mark of this colour and kind, as the picture has them."""
    if picture.form == "lines":
        outline = shape(_series_index(picture, color))
        return point(x + SWATCH / 2, top + 2 + SWATCH / 2, color, kind, outline)
    return filled(x, top + 2, SWATCH, SWATCH, color, kind)


def _series_index(picture: Picture, color: str) -> int:
    colors = [series.color for series in picture.series]
    return colors.index(color) if color in colors else 0
