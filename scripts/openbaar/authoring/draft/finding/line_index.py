"""The lines in which a table is searched, in an order in which beginnings are found at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from openbaar.authoring.draft.guessing.columns import escaped
from openbaar.documents.lines import Document, Line

HIGHEST = "\U0010ffff"  # comes after every other character


@dataclass(frozen=True)
class Beginning:
    """How a line begins, or all of it where it `is_whole`."""

    text: str
    is_whole: bool

    @property
    def pattern(self) -> str:
        """The pattern that finds lines that begin so."""
        return f"^{escaped(self.text)}$" if self.is_whole else f"^{escaped(self.text)}"


class LineIndex:
    """Lines in their order, found by their number and by how they begin."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self._indexes = {line.number: index for index, line in enumerate(lines)}
        in_order = sorted((line.shown, index) for index, line in enumerate(lines))
        self._texts = [text for text, _ in in_order]
        self._places = [index for _, index in in_order]

    def at(self, number: int) -> int:
        """The index of the line with that number. Raises ValueError where there is none."""
        if number not in self._indexes:
            raise ValueError(f"there is no line {number}")
        return self._indexes[number]

    def count(self, beginning: Beginning) -> int:
        """How many lines begin so."""
        return len(self._with(beginning))

    def any_between(self, beginning: Beginning, start: int, end: int) -> bool:
        """Whether one of the lines from index `start` up to `end` begins so."""
        return any(start <= self._places[order] < end for order in self._with(beginning))

    def _with(self, beginning: Beginning) -> range:
        """Where the lines that begin so are in the order of their texts."""
        last = beginning.text if beginning.is_whole else beginning.text + HIGHEST
        first = bisect_left(self._texts, beginning.text)
        return range(first, bisect_right(self._texts, last))


@dataclass(frozen=True, eq=False)
class _Searched:
    """A document, or a page of it; equal only where it is the same object."""

    document: Document
    page: str | None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Searched):
            return False
        return self.document is other.document and self.page == other.page

    def __hash__(self) -> int:
        return hash((id(self.document), self.page))


def line_index(document: Document, page: str | None) -> LineIndex:
    """The lines of a document, or of one of its pages; made once for each."""
    return _line_index(_Searched(document, page))


@lru_cache(maxsize=8)
def _line_index(searched: _Searched) -> LineIndex:
    lines = searched.document.lines
    if searched.page is None:
        return LineIndex(lines)
    return LineIndex([line for line in lines if str(line.page) == searched.page])
