"""The headings of a table on a page: what each line of them stands above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from openbaar.documents.lines import Word
from openbaar.documents.page_columns import Column, nearest_column, shared_width
from openbaar.documents.page_lines import PageLine, is_figure

MOST_OFF_CENTRE = 0.05  # of the width of several columns over which a heading is centred
FEWEST_ALIKE = 3  # upper headings that are each above as many columns


class Spot(NamedTuple):
    """A text in a row, and from which column to which it stands."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table: from which row to which, from which column to which, and its text."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    text: str


def heading_spots(line: PageLine, columns: Sequence[Column]) -> list[Spot]:
    """The cells of a line of headings, which stand above all columns that they touch."""
    spots = []
    for segment in line.segments:
        touched = [n for n, column in enumerate(columns) if shared_width(segment, column) > 0]
        touched = touched or [nearest_column(segment, columns)]
        spots.append(Spot(touched[0], touched[-1], segment.text))
    return spots


def spread_headings(lines: Sequence[PageLine], columns: Sequence[Column]) -> list[Cell]:
    """The cells of headings, those of lines clearly above the next one spread.

    A line close above the next one may be the first of a heading that is wrapped.
    """
    found = [heading_spots(line, columns) for line in lines]
    for index, (line, below) in enumerate(pairwise(lines)):
        if line.is_clearly_above(below) and not _goes_on(lines[index:], found[index:]):
            found[index] = _spread(line, found[index], columns)
    return heading_cells(found)


def _goes_on(lines: Sequence[PageLine], spots: Sequence[Sequence[Spot]]) -> bool:
    """Whether the only text of a line goes on in the next two, which are as far from each other.

    before: "Less:" above "Exclusions &" above "Unallowables"
    """
    if len(lines) < 3 or len(spots[0]) > 1:
        return False
    line, below, last = lines[:3]
    places = [{spot[:2] for spot in each} for each in spots[:3]]
    return bool(set.intersection(*places)) and line.gap(below) <= below.gap(last)


def _spread(line: PageLine, spots: Sequence[Spot], columns: Sequence[Column]) -> list[Spot]:
    """The cells of an upper line of headings, each above all columns that it is centred over.

    before: "Total" above the second of three columns, "Public" above the fifth
    after: "Total" above the first three, "Public" above the next three

    Of several, each is above as many columns as the others where that can be, as days are.
    """
    most = len(columns) - 1 if len(spots) >= FEWEST_ALIKE else 0
    for count in range(most, 1, -1):
        alike = _widest_way(line, spots, columns, count)
        if alike is not None:
            return list(alike.spots)
    widest = _widest_way(line, spots, columns)
    return list(spots) if widest is None else list(widest.spots)


def _widest_way(
    line: PageLine, spots: Sequence[Spot], columns: Sequence[Column], count: int | None = None
) -> _Way | None:
    """The way to spread headings above the most columns, each above `count` where that is given.

    No two are above one column. Of ways with as many columns, that with the texts nearest to the
    middle is taken.
    """
    ways: dict[int, _Way] = {-1: _Way()}  # by the last column that is taken
    for segment, spot in zip(line.segments, spots, strict=True):
        longer: dict[int, _Way] = {}
        for taken, way in ways.items():
            for first, last, off in _spans(segment, spot, taken, columns):
                if count not in (None, last - first + 1):
                    continue
                tried = way.with_spot(Spot(first, last, spot.text), off)
                if last not in longer or tried.rank > longer[last].rank:
                    longer[last] = tried
        ways = longer
    return max(ways.values(), key=lambda way: way.rank, default=None)


def _spans(
    segment: Word, spot: Spot, taken: int, columns: Sequence[Column]
) -> Iterator[tuple[int, int, float]]:
    """The columns behind `taken` that a heading may be above, and how far it is off their middle.

    Those that it touches, and more where it is centred over them; not the first column, which holds
    labels, unless it touches that.
    """
    middle = (segment.start + segment.end) / 2
    leftmost = 0 if spot.first == 0 else 1
    for first in range(max(taken + 1, leftmost), spot.first + 1):
        for last in range(spot.last, len(columns)):
            left, right = columns[first].left, columns[last].right
            off = abs((left + right) / 2 - middle)
            is_touched = (first, last) == (spot.first, spot.last)
            if is_touched or off <= MOST_OFF_CENTRE * (right - left):
                yield first, last, off


class _Way(NamedTuple):
    """A way to spread some headings: above how many columns they are, how far off the middle."""

    spots: tuple[Spot, ...] = ()
    above: int = 0
    off: float = 0

    @property
    def rank(self) -> tuple[int, float]:
        """What it is compared by: the number of columns, then how near it is to the middle."""
        return self.above, -self.off

    def with_spot(self, spot: Spot, off: float) -> _Way:
        """The way with one heading more."""
        above = self.above + spot.last - spot.first + 1
        return _Way((*self.spots, spot), above, self.off + off)


def heading_cells(lines: Sequence[Sequence[Spot]]) -> list[Cell]:
    """The cells of headings; texts below each other above the same columns are one."""
    cells: list[Cell] = []
    lowest: dict[tuple[int, int], int] = {}  # the index of the lowest cell above such columns
    for row, spots in enumerate(lines):
        for first, last, text in spots:
            above = lowest.get((first, last))
            goes_on = above is not None and cells[above].last_row == row - 1
            if above is not None and goes_on and not is_figure(text):
                joined = f"{cells[above].text} {text}"
                cells[above] = Cell(cells[above].first_row, row, first, last, joined)
            else:
                lowest[first, last] = len(cells)
                cells.append(Cell(row, row, first, last, text))
    return cells
