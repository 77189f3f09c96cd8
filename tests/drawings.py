"""Drawings read back: where the bars, the points and the texts of an SVG are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

from openbaar.database.drawing import lettering

SVG = "{http://www.w3.org/2000/svg}"
OUTLINE = re.compile(r"M([\d.-]+) ([\d.-]+)h([\d.-]+)v([\d.-]+)H[\d.-]+z")  # of a rectangle


@dataclass(frozen=True)
class Box:
    """A rectangle of a drawing in pixels, with the text in it or the key of its row."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def overlaps(self, other: Box) -> bool:
        """Whether the two have more than an edge in common."""
        beside = self.right <= other.left + 0.5 or other.right <= self.left + 0.5
        above = self.bottom <= other.top + 0.5 or other.bottom <= self.top + 0.5
        return not beside and not above


def parsed(svg: str) -> ElementTree.Element:
    """The drawing as elements."""
    return ElementTree.fromstring(svg)


def size(svg: str) -> tuple[float, float]:
    """The width and the height of a drawing."""
    _, _, width, height = map(float, parsed(svg).attrib["viewBox"].split())
    return width, height


def drawn(svg: str) -> list[dict[str, str]]:
    """Every element, with the attributes that it has from the groups around it, tag and text."""
    found: list[dict[str, str]] = []

    def take(element: ElementTree.Element, around: dict[str, str]) -> None:
        attributes = around | element.attrib
        found.append(attributes | {"tag": element.tag, "text": element.text or ""})
        for child in element:
            take(child, attributes)

    take(parsed(svg), {})
    return found


def texts(svg: str) -> list[Box]:
    """Every text with the room that it takes, from its highest letter to its lowest."""
    found: list[Box] = []
    for each in drawn(svg):
        if each["tag"] != f"{SVG}text":
            continue
        content, font = each["text"], float(each["font-size"])
        bold = each.get("font-weight") == "600"
        wide = lettering.width(content, font, bold) / lettering.SPARE
        x, y = float(each["x"]), float(each["y"])
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[each.get("text-anchor", "start")]
        found.append(Box(content, left, y - 0.72 * font, left + wide, y + 0.2 * font))
    return found


def words(svg: str) -> list[str]:
    """What is written in a drawing, in its order."""
    return [box.name for box in texts(svg)]


def bars(svg: str) -> dict[str, Box]:
    """The bar of each row, by its key; an outline is as large as a full bar."""
    found: dict[str, Box] = {}
    for each in drawn(svg):
        outline = OUTLINE.match(each.get("d", ""))
        if outline is None or "data-row" not in each:
            continue
        x, y, wide, high = map(float, outline.groups())
        key, edge = each["data-row"], float(each.get("stroke-width", 0)) / 2
        found[key] = Box(key, x - edge, y - edge, x + wide + edge, y + high + edge)
    return found


def points(svg: str) -> dict[str, tuple[float, float]]:
    """The middle of the point of each row of a line, by its key."""
    found: dict[str, tuple[float, float]] = {}
    for each in parsed(svg).iter(f"{SVG}path"):
        key = each.get("data-row")
        if key is not None and OUTLINE.match(each.attrib["d"]) is None:
            found[key] = _middle(each.attrib["d"])
    return found


def _middle(path: str) -> tuple[float, float]:
    """The middle of an outline, by its outermost corners."""
    for letter in "MLZ":
        path = path.replace(letter, " ")
    if "A" in path:  # a circle: from its left to its right
        start, *rest = path.split("A")
        left, y = map(float, start.split())
        right = float(rest[0].split()[-2])
        return (left + right) / 2, y
    numbers = [float(part) for part in path.split()]
    across, down = numbers[::2], numbers[1::2]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2


def joins(svg: str) -> list[tuple[float, float, float, float]]:
    """The lines between points: from where to where."""
    found: list[tuple[float, float, float, float]] = []
    for each in parsed(svg).iter(f"{SVG}line"):
        if "joined" in each.get("class", ""):
            x1, y1, x2, y2 = (float(each.attrib[name]) for name in ("x1", "y1", "x2", "y2"))
            found.append((x1, y1, x2, y2))
    return found


def hatched(svg: str) -> set[str]:
    """The keys of the rows whose bar is hatched."""
    marks = [each for each in drawn(svg) if "data-row" in each]
    return {each["data-row"] for each in marks if "zM" in each.get("d", "")}


def faults(svg: str) -> list[str]:
    """What is not where it should be: outside the drawing, or a text upon another one."""
    width, height = size(svg)
    found: list[str] = []
    for box in [*texts(svg), *bars(svg).values()]:
        if box.left < -1 or box.right > width + 1 or box.top < -1 or box.bottom > height + 1:
            found.append(f"outside: {box}")
    for one, other in combinations(texts(svg), 2):
        if one.overlaps(other):
            found.append(f"upon each other: {one.name!r} and {other.name!r}")
    return found
