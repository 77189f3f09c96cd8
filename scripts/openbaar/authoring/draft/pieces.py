"""A table in pieces: its headings come again in the middle, or the head of a page stands there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from openbaar.authoring.draft.sighting import SeenRow, Sighting, lines_before
from openbaar.authoring.draft.titles import is_title
from openbaar.documents.lines import Document, Line
from openbaar.recipe.columns import split_at

MOST_BETWEEN = 14  # lines between two pieces, headings that come again included
FEWEST_HEADS = 3  # lines that are alike but for their digits are heads or feet of pages
JOINED_UNITS = ("line", "columns")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class _Bridge:
    """What stands between two pieces: heads and feet of pages, then the headings again."""

    page_heads: Sequence[Line]
    headings: Sequence[Line]


def joined(document: Document, sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings, those that are pieces of one table as one.

    before: rows | "Kreis 2011 2022" | rows, below the same headings
    after: one sighting, whose headings come again
    """
    heads = _page_heads(document)
    made: list[Sighting] = []
    for sighting in sightings:
        bridge = _bridge(made[-1], sighting, heads) if made else None
        if bridge is None:
            made.append(sighting)
        else:
            made[-1] = _together(made[-1], sighting, bridge)
    return made


def _page_heads(document: Document) -> set[str]:
    """What heads and feet of pages look like, digits aside."""
    shapes = Counter(_shape(line) for line in document.lines if not line.is_blank)
    return {shape for shape, count in shapes.items() if count >= FEWEST_HEADS}


def _shape(line: Line) -> str:
    return _DIGITS.sub("0", " ".join(line.text.split()))


def _bridge(one: Sighting, two: Sighting, heads: set[str]) -> _Bridge | None:
    """What stands between two sightings, where they may be pieces of one table; else None."""
    if not _are_alike(one, two) or one.rows[-1].kind == "total":
        return None
    lines = one.document.lines
    between = [line for line in lines[one.last : two.first - 1] if not line.is_blank]
    if not between or len(between) > MOST_BETWEEN or any(is_title(each.text) for each in between):
        return None
    above = lines_before(lines, one.first)
    count = _alike_at_end(above, between)
    rest = between[: len(between) - count]
    if any(_shape(line) not in heads or not re.search(r"\d", line.text) for line in rest):
        return None
    return _Bridge(rest, between[len(between) - count :])


def _are_alike(one: Sighting, two: Sighting) -> bool:
    """Whether two sightings are read in the same way."""
    if one.units not in JOINED_UNITS or one.labels or two.labels or one.width != two.width:
        return False
    if (one.units, one.separator) != (two.units, two.separator):
        return False
    return one.units == "line" or _split_by(one, two) is not None


def _split_by(one: Sighting, two: Sighting) -> tuple[SeenRow, ...] | None:
    """The rows of `two` between the borders of `one`; None where they would not be the same."""
    for row in two.rows:
        found = split_at(two.document.line(row.first), one.columns)
        if found.cut is not None or found.texts != row.cells:
            return None
    return two.rows


def _alike_at_end(one: Sequence[Line], other: Sequence[Line]) -> int:
    """How many lines at the end of two runs are the same."""
    count = 0
    for first, second in zip(reversed(one), reversed(other), strict=False):
        if first.text.split() != second.text.split():
            break
        count += 1
    return count


def _together(one: Sighting, two: Sighting, bridge: _Bridge) -> Sighting:
    """Two pieces as one sighting."""
    whole = replace(
        one,
        rows=(*one.rows, *two.rows),
        page=one.page if one.page == two.page else None,
        skipped=(*one.skipped, *(line.number for line in bridge.page_heads)),
        join=max(one.join, two.join),
    )
    if not bridge.headings or one.skipped or one.pieces > 1:
        return replace(whole, pieces=one.pieces + 1)
    return replace(
        whole,
        pieces=one.pieces + 1,
        header=tuple(" ".join(line.text.split()) for line in bridge.headings),
        before=tuple(_before(one, len(bridge.headings))),
    )


def _before(one: Sighting, headings: int) -> Iterator[int]:
    """The lines by which the first piece is found: its title, and the line above its headings."""
    above = lines_before(one.document.lines, one.first)
    last = above[-headings - 1].number if len(above) > headings else 0
    yield from (number for number in one.before if number < last)
    if last:
        yield last
