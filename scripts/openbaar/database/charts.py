"""Charts as SVG, drawn when the site is built, so that a page needs no script and no library to show one.

Vega-Lite draws them (https://vega.github.io/vega-lite/docs/) through vl-convert, which needs no browser and no network.
Each mark keeps the key of its row in `data-row`, so that a page can tell the marks of the rows it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

MAX_MARKS = 500  # a picture of more bars says nothing
# Told apart by those who see no red or no green (Okabe and Ito, https://jfly.uni-koeln.de/color/), without the yellow
# that is too light for paper.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8c510a", "#737373"]
# From light to dark for what has an order, so that it can be read in grey too.
ORDERED = ["#8db3d9", "#4f8abf", "#1f5f99", "#0b3a66", "#06213d"]
STRIPPED = ("role", "aria-label", "aria-roledescription", "aria-hidden", "pointer-events", "style")
SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Axis:
    """What an axis or the legend shows: its title, and the label of each row in the order of the rows."""

    title: str
    labels: Sequence[str]


@dataclass(frozen=True)
class Picture:
    """What is to be drawn: a value of each row, by category and perhaps by colour.

    `keys` name the rows. `upright` bars stand on the category, others lie beside it. `ordered` colours go from light
    to dark. A value of None has no mark.
    """

    keys: Sequence[str]
    measure: str
    values: Sequence[float | None]
    category: Axis
    color: Axis | None = None
    mark: str = "bar"
    upright: bool = True
    ordered: bool = False


def draw(picture: Picture, language: str) -> str:
    """The picture as SVG for an HTML page, its numbers written as `language` writes them; '' where nothing has a mark.

    To a screen reader it is one image that says what it shows; the page has the figures as a table beside it.
    """
    import vl_convert  # a large library that only a build needs

    if not any(value is not None for value in picture.values):
        return ""
    svg = vl_convert.vegalite_to_svg(
        _spec(picture), vl_version="6.4", format_locale=_number_format(language)
    )
    shown = [axis.title for axis in (picture.category, picture.color) if axis and axis.title]
    return _cleaned(svg, f"{picture.measure}: {', '.join(shown)}")


def _spec(picture: Picture) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {"key": key, "value": value, "category": picture.category.labels[index]}
        for index, (key, value) in enumerate(zip(picture.keys, picture.values, strict=True))
    ]
    across, along = ("x", "y") if picture.upright else ("y", "x")
    encoding: dict[str, Any] = {
        across: {
            "field": "category",
            "type": "nominal",
            "sort": None,
            "title": picture.category.title or None,
        },
        along: {"field": "value", "type": "quantitative", "title": picture.measure},
        "description": {"field": "key"},
    }
    if picture.upright:
        encoding["x"]["axis"] = {
            "labelAngle": 0 if max(map(len, picture.category.labels)) <= 8 else -40
        }
    else:  # above the names, which may be long, and not across them
        encoding["y"]["axis"] = {
            "titleAngle": 0,
            "titleAlign": "right",
            "titleX": -8,
            "titleY": -10,
        }
    groups = 1
    if picture.color is not None:
        for row, label in zip(rows, picture.color.labels, strict=True):
            row["color"] = label
        domain = list(dict.fromkeys(picture.color.labels))
        groups = len(domain)
        encoding["color"] = _color(domain, picture.color.title, picture.ordered)
        if picture.mark == "bar":
            encoding[f"{across}Offset"] = {"field": "color", "sort": domain}
    bands = len(dict.fromkeys(picture.category.labels))
    size = {across: _step(bands, groups, picture), along: 260 if picture.upright else 380}
    mark: dict[str, Any] = (
        {"type": "line", "point": {"size": 60}} if picture.mark == "line" else {"type": "bar"}
    )
    return {
        "data": {"values": rows},
        "mark": {**mark, **({} if picture.color else {"color": COLORS[0]})},
        "encoding": encoding,
        "width": size["x"],
        "height": size["y"],
        "config": _config(),
    }


def _color(domain: Sequence[str], title: str, ordered: bool) -> dict[str, Any]:
    """The encoding of colours: of those in order as few as are needed, spread from light to dark."""
    palette = COLORS
    if ordered and 1 < len(domain) <= len(ORDERED):
        palette = [
            ORDERED[round(index * (len(ORDERED) - 1) / (len(domain) - 1))]
            for index in range(len(domain))
        ]
    colors = [palette[index % len(palette)] for index in range(len(domain))]
    legend = {"orient": "top", "direction": "horizontal", "columns": 4, "title": title}
    return {
        "field": "color",
        "type": "nominal",
        "scale": {"domain": domain, "range": colors},
        "legend": legend,
    }


def _step(bands: int, groups: int, picture: Picture) -> int:
    """How wide the axis of the categories is, in pixels: as wide as its bars need, within reason."""
    needed = (
        bands * max(groups * (13 if picture.upright else 9) + 12, 24)
        if picture.mark == "bar"
        else bands * 70
    )
    return min(max(needed, 240), 640) if picture.upright else needed


def _config() -> dict[str, Any]:
    text = {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#222",
    }
    return {
        "font": "sans-serif",
        "background": None,
        "view": {"stroke": None},
        "axis": {**text, "titleColor": "#222", "gridColor": "#ddd", "labelLimit": 260},
        "legend": {**text, "titleColor": "#222", "labelLimit": 260},
        "bar": {"stroke": None},
    }


def _number_format(language: str) -> dict[str, Any]:
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
    """The SVG, called `name`, its rows marked, without what a strict Content-Security-Policy refuses."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)  # noqa: S314
    for mark in root.iter():
        if mark.get("aria-roledescription") in ("bar", "point") and mark.get("aria-label"):
            mark.set("data-row", str(mark.get("aria-label")))
        for attribute in STRIPPED:
            mark.attrib.pop(attribute, None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-label", name)
    root.set("class", "drawing")
    return ElementTree.tostring(root, encoding="unicode")
