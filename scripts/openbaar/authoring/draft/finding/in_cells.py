"""Looking for tables in texts with one cell per line: the same kinds of cells again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openbaar.authoring.draft.finding.printed import Kind, is_total, kind
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting, holds_numbers, lines_before
from openbaar.authoring.draft.finding.titles import with_title
from openbaar.documents.lines import Document
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import Unit, make_units

FEWEST = 3  # rows that make a table
MOST_COLUMNS = 20
FIGURES: set[Kind] = {"number", "year", "blank"}


@dataclass(frozen=True)
class _Cells:
    """The cells of a document, one for each line, with what each seems to hold."""

    units: Sequence[Unit]
    kinds: Sequence[Kind]

    def is_total(self, index: int) -> bool:
        """Whether the cell at an index says that its row states totals."""
        return is_total(self.units[index].text)

    def row(self, start: int, width: int) -> SeenRow:
        """The cells from `start` as a row."""
        units = self.units[start : start + width]
        cells = tuple(unit.text.strip() for unit in units)
        first = units[0].lines()[0]
        last = units[-1].lines()[1]
        return SeenRow(cells, first, last, "total" if is_total(cells[0]) else "data")


@dataclass(frozen=True)
class _Shape:
    """Where a table begins, and how many columns and rows of data it has."""

    start: int
    width: int = 0
    rows: int = 0

    @property
    def size(self) -> int:
        """How many cells it has."""
        return self.width * self.rows

    @property
    def end(self) -> int:
        """The index of the cell after its last row."""
        return self.start + self.size


def sightings_of_cells(document: Document) -> list[Sighting]:
    """What seems to be a table: cells of the same kinds in the same order, three times or more.

    before: "2020" | "70" | "10,17%" | "2021" | "48" | "9,04%" | "2022" | "38" | "10,24%"
    after: a table of three rows and three columns
    """
    units = make_units(document.lines, Units(by="cell"))
    cells = _Cells(units, [kind(unit.text) for unit in units])
    found = []
    index = 0
    while index < len(units):
        shape = _shape_at(cells, index)
        if not shape.rows:
            index += 1
            continue
        rows = [cells.row(start, shape.width) for start in range(index, shape.end, shape.width)]
        index = shape.end
        if _states_totals(cells, shape):
            rows.append(cells.row(shape.end, shape.width))
            index += shape.width
        if holds_numbers(rows):
            found.append(_sighting(document, rows, units, shape.start))
    return found


def _shape_at(cells: _Cells, start: int) -> _Shape:
    """The largest table that begins at `start`; one without rows where none does."""
    best = _Shape(start)
    for width in range(2, MOST_COLUMNS + 1):
        first = cells.kinds[start : start + width]
        if len(first) == width and _may_be_row(first):
            shape = _Shape(start, width, _count_rows(cells, start, width))
            if shape.rows >= FEWEST and shape.size > best.size:
                best = shape
    return best


def _may_be_row(kinds: Sequence[Kind]) -> bool:
    """Whether a row begins with something and has a number after that; a text is only its label."""
    if kinds[0] == "blank" or not {"number", "year"} & set(kinds[1:]):
        return False
    return not (kinds[0] == "text" and "text" in kinds[1:])


def _count_rows(cells: _Cells, start: int, width: int) -> int:
    """How many rows of a width follow each other, up to one that states totals."""
    first = cells.kinds[start : start + width]
    count = 1
    index = start + width
    while _are_alike(first, cells.kinds[index : index + width]) and not cells.is_total(index):
        count += 1
        index += width
    return count


def _are_alike(first: Sequence[Kind], other: Sequence[Kind]) -> bool:
    """Whether two rows could be of one table: the same kinds, or different figures."""
    if len(other) < len(first):
        return False
    if first[0] != other[0]:
        return False
    for one, two in zip(first, other, strict=True):
        if one != two and not {one, two} <= FIGURES:
            return False
    return True


def _states_totals(cells: _Cells, shape: _Shape) -> bool:
    """Whether the cells below a table are a row of totals."""
    kinds = cells.kinds[shape.end : shape.end + shape.width]
    return len(kinds) == shape.width and cells.is_total(shape.end) and "text" not in kinds[1:]


def _sighting(
    document: Document, rows: Sequence[SeenRow], units: Sequence[Unit], start: int
) -> Sighting:
    """The table that begins at the unit with index `start`, with its title and its headings."""
    lines = lines_before(document.lines, rows[0].first)
    sighting = with_title(Sighting(document, "cell", tuple(rows), separator=" | "), lines)
    if not sighting.before:
        return sighting
    nearest = units[max(start - sighting.width - 1, 0) : start]
    below = [unit for unit in nearest if unit.lines()[0] > sighting.before[-1]]
    if len(below) != sighting.width:
        return sighting
    headings = tuple(" ".join(unit.text.split()) for unit in below)
    return replace(sighting, headings=(headings,))
