"""A sighting: what seems to be a table, as rows of printed cells, before anything is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from openbaar.authoring.draft.printed import bare, is_total, kind, number_format
from openbaar.documents.lines import Document

FARTHEST_YEAR = 10  # years between two headings that are years
RowKind = Literal["data", "total", "label"]


@dataclass(frozen=True)
class SeenRow:
    """The cells of a row as printed, and the lines on which they stand."""

    cells: tuple[str, ...]
    first: int
    last: int
    kind: RowKind = "data"


@dataclass(frozen=True)
class Labels:
    """Years that stand for several rows: before a row, on a line alone, behind its last number; and their marks."""

    front: bool
    alone: bool
    glued: bool
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sighting:
    """What seems to be a table: how its lines make rows, its rows, its headings, and the lines before it.

    `headings` are rows of cells, one for each level, as wide as the rows; `header` is what is printed above the rows,
    `before` the numbers of the lines by which it is found, and `join` how many lines make the longest row.
    """

    document: Document
    units: Literal["grid", "line", "block", "cell"]
    rows: tuple[SeenRow, ...]
    headings: tuple[tuple[str, ...], ...] = ()
    header: tuple[str, ...] = ()
    repeated: bool = False
    before: tuple[int, ...] = ()
    title: str = ""
    page: str | None = None
    join: int = 1
    separator: str = " "
    labels: Labels | None = None

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.rows[0].cells)

    @property
    def first(self) -> int:
        """The number of its first line, headings aside."""
        return self.rows[0].first

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.rows[-1].last

    def column(self, index: int) -> list[str]:
        """The cells of a column in the rows that are data."""
        return [row.cells[index] for row in self.rows if row.kind == "data"]

    def of_kind(self, wanted: RowKind) -> list[SeenRow]:
        """The rows that are data, totals, or labels alone."""
        return [row for row in self.rows if row.kind == wanted]


def row_kind(cells: Sequence[str]) -> RowKind:
    """What a row of cells is: a total by its first text, a label where nothing else is printed in it, else data."""
    texts = [cell for cell in cells if cell.strip()]
    if texts and is_total(texts[0]):
        return "total"
    return "label" if len(texts) == 1 and cells[0].strip() and kind(cells[0]) == "text" else "data"


def is_heading(cells: Sequence[str]) -> bool:
    """Whether cells seem to be headings: texts alone, or years in a row behind a text; `-` is a cell of a row."""
    kinds = [kind(cell) for cell in cells if cell.strip()]
    if not kinds or "number" in kinds or "blank" in kinds:
        return False
    years = [int(bare(cell)[0]) for cell in cells if kind(cell) == "year"]
    near = all(abs(later - earlier) <= FARTHEST_YEAR for earlier, later in pairwise(years))
    return not years or (len(years) > 1 and near and kind(cells[0]) != "year")


def holds_numbers(rows: Sequence[SeenRow]) -> bool:
    """Whether some column of the rows holds numbers of one convention and little else."""
    data = [row for row in rows if row.kind == "data"]
    for index in range(len(data[0].cells) if data else 0):
        numbers = [row.cells[index] for row in data if kind(row.cells[index]) in ("number", "year")]
        if len(numbers) > len(data) / 2 and number_format(numbers) is not None:
            return True
    return False
