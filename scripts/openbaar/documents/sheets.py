"""Workbooks (.xlsx, .ods) by sheet and cell, and CSV files, as grids."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from openbaar.documents.limits import MAX_CELLS, check_workbook
from openbaar.documents.lines import Document, grid_lines
from openbaar.documents.opendocument import Merged, merged_cells
from openbaar.documents.text import decode
from openbaar.errors import OpenbaarError, Place, Problem


def read_workbook(data: bytes, path: str) -> Document:
    """All sheets of a workbook, read by calamine.

    A page is a sheet, and an address is that of the sheet (`B12`). A cell merged over several rows
    stands in each of them; one merged over columns stands in the first. Numbers are written with a
    point and without thousands signs, dates as in ISO 8601. Raises OpenbaarError when it is no
    workbook, needs a password, or is too large.
    """
    import python_calamine

    check_workbook(data, path)
    merged = merged_cells(data, path) if path.lower().endswith(".ods") else {}
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        pages = [
            _sheet(workbook.get_sheet_by_name(name), name, path, merged.get(name))
            for name in workbook.sheet_names
        ]
    except (python_calamine.CalamineError, OSError) as error:
        raise OpenbaarError(
            Problem(Place(path), f"cannot be read as a workbook: {error}")
        ) from error
    return Document(path, grid_lines(pages), is_grid=True, has_pages=True)


def read_csv_grid(data: bytes, path: str) -> Document:
    """The rows of a CSV file, split at commas or semicolons: what its first line has more of."""
    text = decode(data, path)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    begins = 1
    try:
        for row in reader:
            rows.append(row)
            begins = reader.line_num + 1
    except csv.Error as error:
        message = f"the row that begins here is broken: {error}"
        raise OpenbaarError(
            Problem(Place(path, begins), message, "look for a quote that is not closed")
        ) from error
    return Document(path, grid_lines([(1, rows, _addresses(rows))]), is_grid=True)


def _sheet(
    sheet: Any, name: str, path: str, merged: Sequence[Merged] | None
) -> tuple[str, list[list[str]], list[list[str]]]:
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        size = f"{sheet.total_height} rows of {sheet.total_width} cells"
        message = f"has {size}; at most {MAX_CELLS} cells are read"
        raise OpenbaarError(Problem(Place(path, page=name), message))
    rows = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (first_row, first_column), (last_row, _) in merged or sheet.merged_cell_ranges or []:
        for row in rows[first_row + 1 : last_row + 1]:
            row[first_column] = rows[first_row][first_column]
    return name, rows, _addresses(rows)


def _text(value: Any) -> str:
    """The value of a cell as text.

    A workbook stores numbers as binary fractions of 15 digits that count.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _addresses(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[f"{_letters(c)}{r}" for c in range(len(row))] for r, row in enumerate(rows, start=1)]


def _letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA, and so on."""
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters
