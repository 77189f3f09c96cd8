"""The columns of rows on a page: by the gaps that run down, or by the rows with the most cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from openbaar.documents.lines import Word
from openbaar.documents.page_lines import PageLine

SHARE_OF_FULL_ROWS = 0.4  # of the rows have as many cells as the table has columns
ROWS_PER_EXCEPTION = 15  # of so many rows, one may reach over a gap between columns
NARROWEST_GAP = 2.0


class Column(NamedTuple):
    """A column: from where to where its cells stand in most rows."""

    left: float
    right: float


def columns_of(rows: Sequence[PageLine]) -> list[Column]:
    """The columns of rows: by the gaps that run down, or by the rows with the most cells."""
    by_gaps = _by_gaps(rows)
    full = _fullest(rows)
    return _by_order(full) if full and len(full[0].segments) > len(by_gaps) else by_gaps


def _fullest(rows: Sequence[PageLine]) -> list[PageLine]:
    """The rows with the most cells, where that is what many rows have."""
    counts = [len(row.segments) for row in rows]
    for count in sorted(set(counts), reverse=True):
        if counts.count(count) >= max(3, SHARE_OF_FULL_ROWS * len(rows)):
            return [row for row in rows if len(row.segments) == count]
    return []


def _by_order(rows: Sequence[PageLine]) -> list[Column]:
    """The columns where the n-th cell of each row is in the n-th column."""
    columns = []
    for cells in zip(*(row.segments for row in rows), strict=True):
        left = median(cell.start for cell in cells)
        columns.append(Column(left, median(cell.end for cell in cells)))
    return columns


def _by_gaps(rows: Sequence[PageLine]) -> list[Column]:
    """The columns between the gaps that run down through the rows, but for very few of them."""
    allowed = len(rows) // ROWS_PER_EXCEPTION
    edges: list[tuple[float, int]] = []
    for row in rows:
        for segment in row.segments:
            edges += [(segment.start, 1), (segment.end, -1)]
    columns: list[Column] = []
    depth = 0
    begin = 0.0
    for position, change in sorted(edges):
        before = depth
        depth += change
        if before <= allowed < depth:
            is_near = bool(columns) and position - columns[-1].right < NARROWEST_GAP
            begin = columns.pop().left if is_near else position
        elif depth <= allowed < before:
            columns.append(Column(begin, position))
    return columns


def borders_between(rows: Sequence[PageLine], columns: Sequence[Column]) -> tuple[float, ...]:
    """Where one column ends and the next begins: where a border goes through the fewest words."""
    words = list(chain.from_iterable(row.words for row in rows))
    borders = []
    for one, two in pairwise(columns):
        middle = (one.right + two.left) / 2
        places = {middle, *(_right_of(word) for word in words if one.left < word.end < two.right)}
        between = [place for place in places if one.left < place < two.right]
        borders.append(min(between, key=lambda place: (_cuts(words, place), abs(place - middle))))
    return tuple(borders)


def _right_of(word: Word) -> float:
    return word.end + NARROWEST_GAP / 2


def _cuts(words: Sequence[Word], border: float) -> int:
    """Through how many words a border goes."""
    return sum(word.start < border < word.end for word in words)


def shared_width(segment: Word, column: Column) -> float:
    """How much of its width a text shares with a column; below zero, how far it is from it."""
    return min(segment.end, column.right) - max(segment.start, column.left)


def nearest_column(segment: Word, columns: Sequence[Column]) -> int:
    """The column with which a text shares most, or to which it is nearest."""
    return max(range(len(columns)), key=lambda index: shared_width(segment, columns[index]))
