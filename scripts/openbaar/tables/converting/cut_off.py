"""Rows that a table may have lost: lines after its end that fit its templates, and no table reads.

An author may leave them out on purpose, so they are something to look at, and no error.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from openbaar.documents.lines import Document, Line
from openbaar.errors import Problem
from openbaar.recipe.rows import read_rows
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.units import make_units
from openbaar.tables.converting.reading import Located, in_cells

MOST_LINES = 20  # after a table, in which its next rows are looked for
MOST_UNITS = 2  # made of these lines, that may be rows
FEWEST_NUMBERS = 2  # in running text, where `{label} {n}` fits each line that ends in a number
YEARS = range(1800, 2200)  # numbers that head columns


def cut_off(name: str, regions: Mapping[str, Located]) -> list[Problem]:
    """What looks like the next row of a table, or like its total, right after its end.

    At most one problem, at the line; `regions` are those of all tables of the document.
    """
    located = regions[name]
    document, _, recipe, readers = located
    units = make_units(_lines_after(located, regions), recipe.reading)
    nearest = {unit.lines() for unit in units[:MOST_UNITS]}
    for row in read_rows(document, units, recipe, readers).rows:
        if row.unit.lines() in nearest and _is_figures(row, in_cells(recipe, document)):
            what = "the total" if row.is_total else "a row"
            message = f"recipe key 'until': this line looks like {what}, but no table reads it"
            hint = "let the table end after it; if it is no row, name it under 'skip' then"
            return [Problem(document.place(*row.unit.lines()), message, hint)]
    return []


def _lines_after(located: Located, regions: Mapping[str, Located]) -> list[Line]:
    """The lines after a table that ends before its page does, as far as no table reads them."""
    document, region, recipe, _ = located
    if recipe.until is None or not region.lines:
        return []
    last = region.lines[-1]
    read = _lines_read(document, regions)
    lines = []
    for line in document.lines[last.number : last.number + MOST_LINES]:
        if line.number in read or line.page != last.page:
            break
        lines.append(line)
    return lines


def _lines_read(document: Document, regions: Mapping[str, Located]) -> set[int]:
    """The numbers of the lines of a document that are of some table."""
    read: set[int] = set()
    for each in regions.values():
        if each.document.path == document.path:
            read.update(line.number for line in each.region.lines)
    return read


def _is_figures(row: ReadRow, are_cells: bool) -> bool:
    """Whether a row holds figures, and not only years, as a line of headings does."""
    numbers = list(row.numbers().values())
    if row.is_total:
        return bool(numbers)
    if all(_is_year(number) for number in numbers):
        return False
    return are_cells or len(numbers) >= FEWEST_NUMBERS


def _is_year(number: Decimal) -> bool:
    return number in YEARS
