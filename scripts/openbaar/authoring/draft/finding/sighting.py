"""A sighting: what seems to be a table, as rows of printed cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Literal

from openbaar.authoring.draft.finding.printed import (
    SIGNS,
    bare,
    ends_as_total,
    figures_in,
    is_about_a_number,
    is_total,
    is_total_word,
    kind,
    not_blank,
    number_format,
)
from openbaar.documents.lines import Document, Line

FARTHEST_YEAR = 10  # years between two headings that are years
FARTHEST_LINES = 60  # that are looked at above a table
RowKind = Literal["data", "total", "label"]


@dataclass(frozen=True)
class SeenRow:
    """The cells of a row as printed, and the numbers of its first and last line."""

    cells: tuple[str, ...]
    first: int
    last: int
    kind: RowKind = "data"


@dataclass(frozen=True)
class Labels:
    """Years that are printed once for several rows, and the marks at them.

    `front` where one is before a row, `alone` on a line of its own, `glued` behind a last number.
    """

    front: bool
    alone: bool
    glued: bool
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sighting:
    """What seems to be a table: how its lines make rows, its rows, its headings, where it is.

    `headings` are rows of cells, one for each level, as wide as the rows; `header` is what is
    printed above the rows, `before` the numbers of the lines by which the table is found, and
    `join` how many lines make the longest row. `columns` are the borders between columns where
    those are told by position, `apart` the blank cells among the headings (level and column) that
    no heading to their left reaches over, and `starts` the pattern of the lines with which rows
    begin, where a row has several. Where it is in several `pieces`, `skipped` are the numbers of
    the lines between them that are no headings.
    `others` are the same rows with another number of cells, where spaces may part thousands.
    """

    document: Document
    units: Literal["grid", "line", "block", "cell", "columns"]
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
    columns: tuple[float, ...] = ()
    starts: str = ""
    apart: frozenset[tuple[int, int]] = frozenset()
    others: tuple[Sighting, ...] = ()
    pieces: int = 1
    skipped: tuple[int, ...] = ()

    @property
    def is_unsure(self) -> bool:
        """Whether one of its cells was recognised on a picture, and not surely."""
        cells = chain.from_iterable(row.cells for row in self.rows)
        return any(kind(cell) == "unsure" for cell in cells)

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

    @property
    def may_be_totals(self) -> list[SeenRow]:
        """The rows of data that end as totals do: `A-U Totaal`. What adds up says if they are."""
        return [row for row in self.of_kind("data") if ends_as_total(row.cells[0])]

    def of_kind(self, wanted: RowKind) -> list[SeenRow]:
        """The rows that are data, totals, or labels alone."""
        return [row for row in self.rows if row.kind == wanted]


def row_kind(cells: Sequence[str]) -> RowKind:
    """What a row of cells is.

    A total by its first text, or by one behind it that is the word for totals alone (`Gent |
    Subtotaal | 7`); a label where nothing else is printed in the row; else data.
    """
    texts = not_blank(cells)
    if texts and (is_total(texts[0]) or any(map(is_total_word, texts[1:]))):
        return "total"
    if len(texts) == 1 and texts[0] == cells[0] and kind(cells[0]) == "text":
        return "label"
    return "data"


def is_heading(cells: Sequence[str]) -> bool:
    """Whether cells seem to be headings: texts alone, or years in a row behind a text.

    A `-` is a cell of a row; a sign alone, such as `%`, is a heading that says what is counted.
    """
    printed = not_blank(cells)
    kinds = {kind(cell) for cell in printed if cell.strip() not in SIGNS}
    if not kinds or kinds & {"number", "blank"} or any(map(is_about_a_number, printed)):
        return False
    if "year" not in kinds:
        return True
    years = [cell for cell in cells if kind(cell) == "year"]
    return kind(cells[0]) != "year" and _are_near(years)


def _are_near(years: Sequence[str]) -> bool:
    """Whether there are several years, each within FARTHEST_YEAR of the one before."""
    numbers = [int(bare(year)[0]) for year in years]
    gaps = [abs(later - earlier) for earlier, later in pairwise(numbers)]
    return bool(gaps) and max(gaps) <= FARTHEST_YEAR


def is_table(rows: Sequence[SeenRow], fewest: int) -> bool:
    """Whether at least `fewest` of the rows are data, and there are numbers in them."""
    data = [row for row in rows if row.kind == "data"]
    return len(data) >= fewest and holds_numbers(data)


def holds_numbers(rows: Sequence[SeenRow]) -> bool:
    """Whether some column of the rows that are data holds numbers."""
    data = [row.cells for row in rows if row.kind == "data"]
    return any(map(_is_of_numbers, zip(*data, strict=True)))


def _is_of_numbers(column: Sequence[str]) -> bool:
    """Whether more than half of the cells of a column are numbers of one convention."""
    numbers = figures_in(column)
    is_mostly_numbers = len(numbers) > len(column) / 2
    return is_mostly_numbers and number_format(numbers) is not None


def lines_before(lines: Sequence[Line], number: int) -> list[Line]:
    """The nearest lines before line `number` that are not blank, at most FARTHEST_LINES of them.

    `lines` are those of a document, which are numbered from 1.
    """
    found: list[Line] = []
    for index in range(number - 2, -1, -1):
        if len(found) == FARTHEST_LINES:
            break
        if not lines[index].is_blank:
            found.append(lines[index])
    return found[::-1]
