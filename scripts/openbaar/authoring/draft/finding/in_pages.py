"""Looking for tables in the pages of a PDF, by where its words stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from openbaar.authoring.draft.finding.printed import is_time, not_blank
from openbaar.authoring.draft.finding.sighting import (
    SeenRow,
    Sighting,
    is_heading,
    lines_before,
    row_kind,
)
from openbaar.authoring.draft.finding.titles import with_title
from openbaar.authoring.draft.finding.wrapped_labels import with_wrapped_labels
from openbaar.documents.lines import Document, Line, text_of
from openbaar.documents.page_headings import Cell
from openbaar.documents.page_lines import PageLine
from openbaar.documents.tables_on_page import FoundTable, find_tables
from openbaar.recipe.columns import split_at, words_of

DIGITS = 1  # of a border between columns, in points


def sightings_in_pages(document: Document) -> list[Sighting]:
    """What seems to be a table on a page: figures in columns, and the headings above them."""
    several_pages = len({line.page for line in document.lines}) > 1
    found = []
    for page, group in groupby(document.lines, key=lambda line: line.page):
        lines = list(group)
        for table in find_tables([PageLine(line.words) for line in lines]):
            sighting = sighting_of(document, lines, table)
            found.append(replace(sighting, page=str(page) if several_pages else None))
    return found


def sighting_of(document: Document, lines: Sequence[Line], table: FoundTable) -> Sighting:
    """A table as the recipe will read it: its rows are the cells between the borders."""
    borders = tuple(round(border, DIGITS) for border in table.borders)
    inside = [line for line in lines[table.first : table.last + 1] if not line.is_blank]
    start = table.headings
    first = split_at(inside[start], borders).texts
    if len(not_blank(first)) > 1 and is_heading(first):
        start += 1  # years
    rows = [_row(line, borders) for line in inside[start:]]
    above = inside[:start]
    sighting = Sighting(
        document,
        "columns",
        tuple(rows),
        headings=_headings(table, start, len(borders) + 1),
        header=tuple(text_of(words_of(line)) for line in above),
        separator=" | ",
        columns=borders,
    )
    before = lines_before(document.lines, lines[table.first].number)
    on_page = [line for line in before if line.page == lines[0].page]
    return with_title(with_wrapped_labels(sighting), on_page)


def _row(line: Line, borders: Sequence[float]) -> SeenRow:
    cells = split_at(line, borders).texts
    return SeenRow(cells, line.number, line.number, row_kind(cells))


def _headings(table: FoundTable, count: int, width: int) -> tuple[tuple[str, ...], ...]:
    """The heading of each column in `count` lines, what stands above several before its own."""
    years = [cell for cell in table.cells if table.headings <= cell.first_row < count]
    above = _without_texts_of_all([*table.over, *years], width)
    if not above:
        return ()
    headings = _headings_of(_without_texts_of_all(above, width - 1), width)
    if all(map(is_time, headings[1:])):
        return (headings,)  # "Year" above them says no more
    return (_headings_of(above, width),)


def _without_texts_of_all(cells: Sequence[Cell], width: int) -> list[Cell]:
    """The cells that are the heading of some column, of so many."""
    return [cell for cell in cells if not _is_of_all(cell, width)]


def _headings_of(cells: Sequence[Cell], width: int) -> tuple[str, ...]:
    return tuple(_heading(cells, column) for column in range(width))


def _is_of_all(cell: Cell, width: int) -> bool:
    """Whether a text above a table is the heading of no column.

    It is above all of them, or a unit above several, such as `[in thousands]`.
    """
    count = cell.last_column - cell.first_column + 1
    in_brackets = cell.text.startswith(("[", "(")) and cell.text.endswith(("]", ")"))
    return count > 1 and (count == width or in_brackets)


def _heading(cells: Sequence[Cell], column: int) -> str:
    over = [cell for cell in cells if cell.first_column <= column <= cell.last_column]
    in_order = sorted(over, key=lambda cell: cell.first_row)
    return " ".join(cell.text for cell in in_order)
