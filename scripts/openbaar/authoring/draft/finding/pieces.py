"""A table in pieces: its headings come again in the middle, or the head of a page stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from openbaar.authoring.draft.finding.page_breaks import is_page_head, page_heads
from openbaar.authoring.draft.finding.printed import kind, split_row
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting, lines_before
from openbaar.authoring.draft.finding.titles import is_title
from openbaar.documents.lines import Document, Line
from openbaar.recipe.columns import split_at

MOST_BETWEEN = 14  # lines between two pieces, headings that come again included
JOINED_UNITS = ("line", "columns", "cell")


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
    heads = page_heads(document)
    made: list[Sighting] = []
    for sighting in (_without_page_breaks(each, heads) for each in sightings):
        bridge = _bridge(made[-1], sighting, heads) if made else None
        if bridge is None:
            made.append(sighting)
        else:
            made[-1] = _together(made[-1], sighting, bridge)
    return made


def _without_page_breaks(sighting: Sighting, heads: set[str]) -> Sighting:
    """The sighting without rows that are heads of pages, or its headings that come again."""
    if sighting.units not in JOINED_UNITS:
        return sighting
    lines = sighting.document.lines[sighting.first - 1 : sighting.last]
    printed = _printed(lines)
    again = _headings_again(sighting, printed)
    if not again:
        return sighting
    pages = {line.number for line in printed if is_page_head(line, heads)}
    pages -= {row.first for row in sighting.rows if _has_figures(row)}
    rows = tuple(_trimmed_rows(sighting, again | pages))
    skipped = tuple(sorted({*sighting.skipped, *pages}))
    trimmed = replace(sighting, rows=rows, skipped=skipped, pieces=2)
    if not trimmed.of_kind("data"):
        return sighting
    is_of_one_line = all(row.first == row.last for row in rows)
    return replace(trimmed, join=1) if is_of_one_line else trimmed


def _has_figures(row: SeenRow) -> bool:
    """Whether a row has several figures, which the head of a page has not.

    Rows of short numbers are alike but for their digits, as heads of pages are.
    """
    figures = [cell for cell in row.cells[1:] if kind(cell) == "number"]
    return len(figures) > 1


def _headings_again(sighting: Sighting, lines: Sequence[Line]) -> set[int]:
    """The numbers of the lines in a sighting that are its headings once more."""
    headings = _headings(sighting)
    if not headings:
        return set()
    count = len(headings)
    found: set[int] = set()
    for index in range(len(lines) - count + 1):
        run = lines[index : index + count]
        if _words(run) == headings:
            found.update(line.number for line in run)
    return found


def _headings(sighting: Sighting) -> list[list[str]]:
    """The words of each line above a sighting that holds a part of its headings."""
    wanted = list(chain.from_iterable(heading.split() for heading in sighting.header))
    above = lines_before(sighting.document.lines, sighting.first)
    for count in range(min(MOST_BETWEEN, len(above)), 0, -1):
        words = _words(above[-count:])
        if list(chain.from_iterable(words)) == wanted:
            return words
    return []


def _words(lines: Sequence[Line]) -> list[list[str]]:
    return [line.text.split() for line in lines]


def _printed(lines: Sequence[Line]) -> list[Line]:
    """The lines on which anything is printed."""
    return [line for line in lines if not line.is_blank]


def _trimmed_rows(sighting: Sighting, removed: set[int]) -> Iterator[SeenRow]:
    """The rows without the lines that are removed, as far as anything is left of them."""
    for row in sighting.rows:
        trimmed = _trimmed(sighting.document, row, removed)
        if trimmed is not None:
            yield trimmed


def _trimmed(document: Document, row: SeenRow, removed: set[int]) -> SeenRow | None:
    """A row without the lines before it that are removed; None where nothing is left."""
    numbers = [each for each in range(row.first, row.last + 1) if not document.line(each).is_blank]
    lost: list[str] = []
    while numbers and numbers[0] in removed:
        lost.append(" ".join(document.line(numbers.pop(0)).text.split()))
    if not numbers or not lost:
        return row if numbers else None
    label = " ".join(row.cells[0].split()).removeprefix(" ".join(lost)).strip()
    return replace(row, cells=(label, *row.cells[1:]), first=numbers[0])


def _bridge(one: Sighting, two: Sighting, heads: set[str]) -> _Bridge | None:
    """What stands between two sightings, where they may be pieces of one table; else None."""
    if not _are_alike(one, two) or one.rows[-1].kind == "total":
        return None
    lines = one.document.lines
    between = _printed(lines[one.last : two.first - 1])
    if not 0 < len(between) <= MOST_BETWEEN:
        return None
    if any(is_title(line.text) for line in between):
        return None
    above = lines_before(lines, one.first)
    count = _alike_at_end(above, between)
    start = len(between) - count
    rest, headings = between[:start], between[start:]
    if not all(is_page_head(line, heads) and not _is_row_of(one, line) for line in rest):
        return None
    return _Bridge(rest, headings)


def _is_row_of(sighting: Sighting, line: Line) -> bool:
    """Whether a line has as many cells as the rows, which come again in other tables too."""
    label, cells = split_row(line.text)
    return bool(label) and len(cells) == sighting.width - 1


def _are_alike(one: Sighting, two: Sighting) -> bool:
    """Whether two sightings are read in the same way."""
    if one.labels or two.labels or one.units not in JOINED_UNITS:
        return False
    if (one.units, one.separator, one.width) != (two.units, two.separator, two.width):
        return False
    return one.units != "columns" or _split_by(one, two) is not None


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
