"""Columns by position: the cells of a line, where borders between columns say which they are.

Positions are points from the left edge of the page where the document was read with its layout,
else characters from the beginning of the line. So a blank cell stays one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Line, Word, text_of, without_leaders

NARROW = 2.0  # what parts two columns is at least as wide: two characters, or twice a point
NARROW_IN_POINTS = 5.0  # about twice the width of a space
SHARE_OVER = 0.25  # of a word, which may reach over a border: most of it is in one column
SLACK_IN_POINTS = 1.5  # by which a word may reach over a border: boxes of words are not exact


class Cut(NamedTuple):
    """A word, and the border between columns that goes through it."""

    word: str
    border: float


class Cells(NamedTuple):
    """The texts of a line's cells, blank ones too, and the word that a border cuts, if any."""

    texts: tuple[str, ...]
    cut: Cut | None


def words_of(line: Line) -> tuple[Word, ...]:
    """The words of a line with where they stand: in points where that is known, or in characters.

    before: "Gent   12"
    after: Gent from 0 to 4, 12 from 7 to 9

    Rows of dots that lead from a label to its figure are no words.
    """
    if line.words:
        return without_leaders(line.words)
    found = re.finditer(r"\S+", line.text.replace(SEPARATOR, " "))
    return without_leaders(Word(each.group(), each.start(), each.end()) for each in found)


def gaps(lines: Sequence[Line]) -> tuple[float, ...]:
    """The middle of each gap that runs down through all lines, from left to right.

    Lines without a wide gap are no rows of a table, such as titles and the numbers of pages: they
    are not looked at.
    """
    rows = [line for line in lines if _has_gap(line)]
    words = chain.from_iterable(map(words_of, rows))
    covered = sorted((word.start, word.end) for word in words)
    borders: list[float] = []
    reached = covered[0][1] if covered else 0.0
    for start, end in covered:
        if start - reached >= _narrow(rows[0]):
            borders.append((reached + start) / 2)
        reached = max(reached, end)
    return tuple(borders)


def _narrow(line: Line) -> float:
    return NARROW_IN_POINTS if line.words else NARROW


def _has_gap(line: Line) -> bool:
    """Whether two words of the line are so far apart that they may be in two columns."""
    words = words_of(line)
    wide = _narrow(line)
    return any(after.start - before.end >= wide for before, after in pairwise(words))


def borders_on(
    page: int | str, columns: str | tuple[float, ...] | Mapping[str, tuple[float, ...]]
) -> tuple[float, ...]:
    """The borders that a recipe gives for a page; none where it gives none for that page."""
    if isinstance(columns, tuple):
        return columns
    return columns.get(str(page), ()) if isinstance(columns, Mapping) else ()


def split_at(line: Line, borders: Sequence[float]) -> Cells:
    """The cells of a line between borders.

    before: "Gent        12", borders 5 and 10
    after: "Gent" | "" | "12"

    A line without a wide gap that a border would cut is one cell, the one in which it begins: a
    label that stands alone may be longer than its column.
    """
    slack = SLACK_IN_POINTS if line.words else 0.0
    texts: list[list[str]] = [[] for _ in range(len(borders) + 1)]
    cut = None
    for word in words_of(line):
        middle = (word.start + word.end) / 2
        texts[_column(middle, borders)].append(word.text)
        cut = cut or _cut(word, borders, slack)
    joined = tuple(" ".join(words) for words in texts)
    is_in_one = cut is None and sum(map(bool, joined)) <= 1
    if is_in_one or _has_gap(line):
        return Cells(joined, cut)
    return _one_cell(line, borders)


def _one_cell(line: Line, borders: Sequence[float]) -> Cells:
    words = words_of(line)
    texts = [""] * (len(borders) + 1)
    texts[_column(words[0].start, borders)] = text_of(words)
    return Cells(tuple(texts), None)


def _column(position: float, borders: Sequence[float]) -> int:
    """The index of the column in which a position is."""
    return sum(border <= position for border in borders)


def _cut(word: Word, borders: Sequence[float], slack: float) -> Cut | None:
    """The word with the border that goes through it, if one does.

    A word that is nearly all in one column belongs there: centred figures are of different widths.
    """
    over = max(slack, SHARE_OVER * (word.end - word.start))
    for border in borders:
        if word.start + over < border < word.end - over:
            return Cut(word.text, border)
    return None
