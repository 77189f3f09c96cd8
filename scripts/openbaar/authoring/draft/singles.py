"""Looking for tables in texts that hold one cell per line: the same kinds of cells come again and again."""

from __future__ import annotations

from collections.abc import Sequence

from openbaar.authoring.draft.printed import is_total, kind
from openbaar.authoring.draft.sighting import SeenRow, Sighting, holds_numbers
from openbaar.authoring.draft.texts import with_title
from openbaar.documents.lines import Document
from openbaar.recipe.language import Units
from openbaar.recipe.units import Unit, make_units

FEWEST = 3  # rows that make a table
MOST_COLUMNS = 20


def sightings_of_cells(document: Document) -> list[Sighting]:
    """What seems to be a table: cells of the same kinds in the same order, three times or more.

    before: "2020" | "70" | "10,17%" | "2021" | "48" | "9,04%" | "2022" | "38" | "10,24%"
    after: a table of three rows and three columns
    """
    units = make_units(document.lines, Units(by="cell"))
    kinds = [kind(unit.text) for unit in units]
    found = []
    index = 0
    while index < len(units):
        width, count = _period(units, kinds, index)
        if not count:
            index += 1
            continue
        rows = [
            _row(units[index + row * width : index + (row + 1) * width]) for row in range(count)
        ]
        end = index + width * count
        total = units[end : end + width]
        if (
            len(total) == width
            and is_total(total[0].text)
            and "text" not in kinds[end + 1 : end + width]
        ):
            rows.append(_row(total))
            end += width
        if holds_numbers(rows):
            found.append(_sighting(document, rows, units[:index]))
        index = end
    return found


def _period(units: Sequence[Unit], kinds: Sequence[str], start: int) -> tuple[int, int]:
    """The number of columns and of rows of the table that begins at `start`; (0, 0) where none does."""
    best = (0, 0)
    for width in range(2, MOST_COLUMNS + 1):
        first = kinds[start : start + width]
        if len(first) < width or first[0] == "blank" or not {"number", "year"} & set(first[1:]):
            continue
        if first[0] == "text" and "text" in first[1:]:
            continue
        count = 1
        while _alike(first, kinds[start + count * width : start + (count + 1) * width]):
            if is_total(units[start + count * width].text):
                break
            count += 1
        if count >= FEWEST and count * width > best[0] * best[1]:
            best = (width, count)
    return best


def _alike(first: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two rows could be of one table: the same kinds, where a blank may stand for any but the first."""
    if len(other) < len(first) or (first[0] != other[0] and {first[0], other[0]} != {"number"}):
        return False
    figures = {"number", "year", "blank"}
    return all(one == two or {one, two} <= figures for one, two in zip(first, other, strict=True))


def _row(units: Sequence[Unit]) -> SeenRow:
    cells = tuple(unit.text.strip() for unit in units)
    return SeenRow(
        cells, units[0].lines()[0], units[-1].lines()[1], "total" if is_total(cells[0]) else "data"
    )


def _sighting(document: Document, rows: Sequence[SeenRow], above: Sequence[Unit]) -> Sighting:
    lines = [line for line in document.lines if line.number < rows[0].first and not line.is_blank]
    sighting = with_title(Sighting(document, "cell", tuple(rows), separator=" | "), lines)
    below = [unit for unit in above if sighting.before and unit.lines()[0] > sighting.before[-1]]
    if len(below) == sighting.width:
        headings = tuple(" ".join(unit.text.split()) for unit in below)
        return Sighting(**{**vars(sighting), "headings": (headings,)})
    return sighting
