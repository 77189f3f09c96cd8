"""Looking for tables in grids: sheets, CSV files, tables of web pages and ruled tables of PDFs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from openbaar.authoring.draft.printed import kind
from openbaar.authoring.draft.sighting import SeenRow, Sighting, holds_numbers, is_heading, row_kind
from openbaar.documents.lines import SEPARATOR, Document, Line


def sightings_in_grid(document: Document) -> list[Sighting]:
    """What seems to be a table: rows of one width without a blank line between them, below headings of their own."""
    several_pages = len({line.page for line in document.lines}) > 1
    found = []
    for (page, *_), group in groupby(document.lines, key=_part):
        lines = list(group)
        if lines[0].is_blank or len(_cells(lines[0])) < 2:
            continue
        for part in _by_heading(lines):
            sighting = _sighting(document, part)
            if sighting is not None:
                found.append(replace(sighting, page=str(page) if several_pages else None))
    return found


def _part(line: Line) -> tuple[int | str, str, int, bool]:
    """What the lines of one table have in common: the page, the table of the page, the width, and that they hold text.

    An address is `B12` in a sheet, `table.row.column` elsewhere.
    """
    table = line.cells[0].rpartition(".")[0].rpartition(".")[0] if line.cells else ""
    return line.page, table, len(line.cells), line.is_blank


def _cells(line: Line) -> tuple[str, ...]:
    return tuple(line.text.split(SEPARATOR))


def _by_heading(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in parts, a new one where other headings come; a label alone right above headings goes with them."""
    part: list[Line] = []
    heading: list[str] | None = None
    seen_data = False
    for index, line in enumerate(lines):
        above = _is_heading_row(line) and not (
            seen_data and _has_years_below(lines[index - 1], line)
        )
        if above and seen_data and heading is not None and line.text not in heading:
            moved = [part.pop()] if part and row_kind(_cells(part[-1])) == "label" else []
            yield part
            part, heading, seen_data = moved, [line.text], False
        elif above:
            heading = [*(heading or []), line.text]
        seen_data = seen_data or not (above or row_kind(_cells(line)) == "label")
        part.append(lines[index])
    if part:
        yield part


def _is_heading_row(line: Line) -> bool:
    cells = _cells(line)
    return (
        row_kind(cells) != "label" and is_heading(cells) and sum(bool(cell) for cell in cells) > 1
    )


def _has_years_below(line: Line, below: Line) -> bool:
    """Whether two rows have years in one column: then the lower one is no heading, but a row as the upper one is."""
    return any(
        kind(one) == kind(two) == "year"
        for one, two in zip(_cells(line), _cells(below), strict=True)
    )


def _sighting(document: Document, lines: Sequence[Line]) -> Sighting | None:
    """The table in these lines, if they hold one: title, headings, rows and totals, from above to below."""
    above, start = _headings(lines)
    texts = {line.text for line in above}
    repeated = any(line.text in texts for line in lines[start:])
    rows = [
        SeenRow(_cells(line), line.number, line.number, row_kind(_cells(line)))
        for line in lines[start:]
        if line.text not in texts
    ]
    while rows and rows[-1].kind == "label":
        rows.pop()  # what stands alone below the last row is a note
    leading = [line for line in lines[:start] if line not in above]
    if repeated:
        rows = [SeenRow(_cells(line), line.number, line.number, "label") for line in leading] + rows
        leading = []
    if len([row for row in rows if row.kind == "data"]) < 2 or not holds_numbers(rows):
        return None
    before = (leading[-1],) if leading else _title_above(document, lines[0])
    return Sighting(
        document,
        "grid",
        tuple(rows),
        headings=tuple(_cells(line) for line in above),
        header=() if repeated else tuple(line.shown for line in above),
        repeated=repeated,
        before=tuple(line.number for line in before),
        title=" ".join(_cells(before[-1])).strip()
        if before and row_kind(_cells(before[-1])) == "label"
        else "",
        separator=" | ",
    )


def _headings(lines: Sequence[Line]) -> tuple[list[Line], int]:
    """The lines of headings, and the index of the first line below them; labels alone above them are none."""
    above: list[Line] = []
    for index, line in enumerate(lines):
        if _is_heading_row(line):
            above.append(line)
        elif above or row_kind(_cells(line)) != "label":
            return above, index
    return above, len(lines)


def _title_above(document: Document, line: Line) -> tuple[Line, ...]:
    """The line above the table on its page, if one is there: whatever it says, the table comes behind it."""
    earlier = [
        each for each in document.lines if each.number < line.number and each.page == line.page
    ]
    printed = [each for each in earlier if not each.is_blank]
    return tuple(printed[-1:])
