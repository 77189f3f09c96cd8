"""Drawing a picture as SVG when the site is built, so that a page shows it without a script.

Vega-Lite draws (https://vega.github.io/vega-lite/docs/) through vl-convert, which needs no browser
and no network. Each mark keeps the key of its row in `data-row`, so that a page can tell the marks
of the rows it shows. `charts.py` decides what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

VEGA_LITE = "6.4"
# Told apart by those who see no red or no green (Okabe and Ito, https://jfly.uni-koeln.de/color/),
# without the yellow that is too light for paper.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8c510a", "#737373"]
# From light to dark for what has an order, so that it can be read in grey too.
ORDERED = ["#8db3d9", "#4f8abf", "#1f5f99", "#0b3a66", "#06213d"]
STRIPPED = ("role", "aria-label", "aria-roledescription", "aria-hidden", "pointer-events", "style")
SVG = "http://www.w3.org/2000/svg"
Spec = dict[str, Any]  # a part of a specification of Vega-Lite

# Pixels
UPRIGHT_HEIGHT = 260  # of the axis that is measured
LYING_WIDTH = 380  # of the axis that is measured
NARROWEST = 240
WIDEST = 640
UPRIGHT_BAR = 13
LYING_BAR = 9
BETWEEN_BANDS = 12
SMALLEST_BAND = 24
POINT_BAND = 70
LONGEST_LEVEL_LABEL = 8  # in characters; longer labels are slanted
MARGIN = 5
# The font of a reader may be wider than the one that labels are measured with: DejaVu Sans by about
# 15 percent than Arial. So each character of a label gets a little more room.
SPARE_ROOM = 1.2


@dataclass(frozen=True)
class Axis:
    """What an axis or the legend shows: its title, and the label of each row in their order."""

    title: str
    labels: Sequence[str]

    @property
    def distinct(self) -> list[str]:
        """Each label once, in the order in which they first occur."""
        return list(dict.fromkeys(self.labels))


@dataclass(frozen=True)
class Picture:
    """What is to be drawn: a value of each row, by category and perhaps by colour.

    `keys` identify the rows. Bars are `upright`, with the categories below them, or lie beside the
    categories. `ordered` colours go from light to dark. A value of None has no mark.
    """

    keys: Sequence[str]
    measure: str
    values: Sequence[float | None]
    category: Axis
    color: Axis | None = None
    mark: str = "bar"
    upright: bool = True
    ordered: bool = False


def draw(picture: Picture, language: str) -> str | None:
    """The picture as SVG for an HTML page, its numbers as `language` writes them.

    To a screen reader it is one image whose name says what it shows; the page has the figures as a
    table beside it. None where no row has a mark.
    """
    import vl_convert  # a large library that only a build needs

    if all(value is None for value in picture.values):
        return None
    svg = vl_convert.vegalite_to_svg(
        _specification(picture), vl_version=VEGA_LITE, format_locale=_number_format(language)
    )
    return _cleaned(svg, _name(picture))


def _name(picture: Picture) -> str:
    """What the picture shows, in words: `Number (municipalities): Year, Region`."""
    titles = [picture.category.title]
    if picture.color is not None:
        titles.append(picture.color.title)
    return f"{picture.measure}: {', '.join(filter(None, titles))}"


def _specification(picture: Picture) -> Spec:
    """The whole picture as Vega-Lite reads it."""
    width, height = _size(picture)
    return {
        "data": {"values": _data(picture)},
        "mark": _mark(picture),
        "encoding": _encoding(picture),
        "width": width,
        "height": height,
        "padding": _padding(picture),
        "config": _config(),
    }


def _padding(picture: Picture) -> Spec:
    """The margins, wide enough for the names beside lying bars in another font."""
    left = MARGIN
    if not picture.upright:
        left += _spare_room(picture.category)
    return {"left": left, "right": MARGIN, "top": MARGIN, "bottom": MARGIN}


def _spare_room(axis: Axis) -> int:
    """How much wider than measured the longest label may be, in pixels."""
    return round(SPARE_ROOM * max(map(len, axis.labels)))


def _data(picture: Picture) -> list[Spec]:
    """The rows with what is drawn of them."""
    rows: list[Spec] = []
    for index, key in enumerate(picture.keys):
        row = {
            "key": key,
            "value": picture.values[index],
            "category": picture.category.labels[index],
        }
        if picture.color is not None:
            row["color"] = picture.color.labels[index]
        rows.append(row)
    return rows


def _mark(picture: Picture) -> Spec:
    """How a row is shown; colours that tell rows apart are an encoding, the only one is not."""
    mark: Spec = {"type": "bar"}
    if picture.mark == "line":
        mark = {"type": "line", "point": {"size": 60}}
    if picture.color is None:
        mark["color"] = COLORS[0]
    return mark


def _encoding(picture: Picture) -> Spec:
    """Which part of a row is along which axis, and what tells rows of one category apart."""
    category: Spec = {
        "field": "category",
        "type": "nominal",
        "sort": None,
        "title": picture.category.title or None,
    }
    measure: Spec = {"field": "value", "type": "quantitative", "title": picture.measure}
    encoding: Spec = {"description": {"field": "key"}}
    if picture.upright:
        category["axis"] = {"labelAngle": _label_angle(picture.category)}
        encoding |= {"x": category, "y": measure}
    else:
        # The title is above the names, which may be long, and not across them.
        above = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -10}
        category["axis"] = above
        encoding |= {"x": measure, "y": category}
    if picture.color is not None:
        encoding["color"] = _color(picture.color, picture.ordered)
        if picture.mark == "bar":
            offset = "xOffset" if picture.upright else "yOffset"
            encoding[offset] = {"field": "color", "sort": picture.color.distinct}
    return encoding


def _label_angle(axis: Axis) -> int:
    """In degrees: level where the labels are short, else slanted."""
    longest = max(map(len, axis.labels))
    return 0 if longest <= LONGEST_LEVEL_LABEL else -40


def _color(axis: Axis, ordered: bool) -> Spec:
    """The encoding of colours, with its legend."""
    values = axis.distinct
    colors = COLORS
    if ordered and 1 < len(values) <= len(ORDERED):
        colors = _spread(len(values))
    used = [colors[index % len(colors)] for index in range(len(values))]
    return {
        "field": "color",
        "type": "nominal",
        "scale": {"domain": values, "range": used},
        "legend": {
            "orient": "top",
            "direction": "horizontal",
            "columns": 4,
            "columnPadding": 2 * MARGIN + _spare_room(axis),
            "title": axis.title,
        },
    }


def _spread(count: int) -> list[str]:
    """That many colours, at least two, spread evenly from the lightest to the darkest."""
    step = (len(ORDERED) - 1) / (count - 1)
    return [ORDERED[round(index * step)] for index in range(count)]


def _size(picture: Picture) -> tuple[int, int]:
    """The width and the height of what the axes enclose, in pixels."""
    along_categories = _length_of_categories(picture)
    if picture.upright:
        return min(max(along_categories, NARROWEST), WIDEST), UPRIGHT_HEIGHT
    return LYING_WIDTH, along_categories


def _length_of_categories(picture: Picture) -> int:
    """How long the axis of the categories should be for its bars or points, in pixels."""
    bands = len(picture.category.distinct)
    if picture.mark == "line":
        return bands * POINT_BAND
    bars = 1 if picture.color is None else len(picture.color.distinct)
    bar = UPRIGHT_BAR if picture.upright else LYING_BAR
    return bands * max(bars * bar + BETWEEN_BANDS, SMALLEST_BAND)


def _config() -> Spec:
    """What all pictures have in common."""
    text: Spec = {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#222",
        "titleColor": "#222",
        "labelLimit": 260,
    }
    return {
        "font": "sans-serif",
        "background": None,
        "view": {"stroke": None},
        "axis": {**text, "gridColor": "#ddd"},
        "legend": text,
        "bar": {"stroke": None},
    }


def _number_format(language: str) -> Spec:
    """How numbers are written, for d3-format (https://d3js.org/d3-format#formatLocale)."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return {
        "decimal": get_decimal_symbol(locale),
        "thousands": get_group_symbol(locale),
        "grouping": [3],
        "currency": ["", ""],
    }


def _cleaned(svg: str, name: str) -> str:
    """The SVG as one image called `name`, with its rows marked.

    What a strict Content-Security-Policy refuses is removed.

    Before: `<path aria-label="2021" role="graphics-symbol" aria-roledescription="bar" …>`
    After: `<path data-row="2021" …>`
    """
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314  made by ourselves
    for element in root.iter():
        label = element.get("aria-label")
        if label and element.get("aria-roledescription") in ("bar", "point"):
            element.set("data-row", label)
        for attribute in STRIPPED:
            element.attrib.pop(attribute, None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", name)
    root.set("class", "drawing")
    return ElementTree.tostring(root, encoding="unicode")
