"""A sheet of a workbook: a table with its headings, its units and what to know of it.

XlsxWriter writes it: it makes the same bytes each time, needs nothing else, can be told never to
read a text as a formula or a link, and streams rows to the disk. (openpyxl writes the time of
writing into the file.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openbaar.texts import shortened

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_NAME = 31
MAX_DIGITS = 15
# Excel takes 1900 for a leap year, so it shows the dates before this one a day off:
# https://learn.microsoft.com/en-us/troubleshoot/microsoft-365-apps/excel/wrongly-assumes-1900-is-leap-year
FIRST_DATE = "1900-03-01"
# The time that the file gives as that of its making; the version of the publication says more.
CREATED = datetime(1980, 1, 1)
# A spreadsheet takes a text that begins so for a formula once it is edited.
FORMULA_SIGNS = ("=", "+", "-", "@")
# In characters, as Excel counts widths.
MAX_WIDTH = 60
FILTER_BUTTON = 3
MEASURED_ROWS = 1_000
# Of a line and of a row, in points; and in characters, where a note has room.
LINE = 15
MAX_HEIGHT = 408
NOTE_WIDTH = 50
# https://xlsxwriter.readthedocs.io/page_setup.html#worksheet-set-paper
A4 = 9
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Cell = Any  # a value of the Table Schema: a number, a text, a truth value, or None


@dataclass(frozen=True)
class Column:
    """A column as a reader sees it: its title, its unit where it has one, and its type."""

    title: str
    unit: str
    type: str

    @property
    def heading(self) -> str:
        """The title, with the unit on a line of its own."""
        return f"{self.title}\n({self.unit})" if self.unit else self.title


@dataclass(frozen=True)
class Styles:
    """How cells look, made once for the whole workbook."""

    title: Format
    heading: Format
    words: Format
    note: Format
    date: Format
    count: Format
    text: Format
    link: Format

    @classmethod
    def of(cls, book: Workbook) -> Styles:
        """The styles of a workbook, in one order whatever uses them first."""
        styles = cls(
            title=book.add_format({"bold": True, "font_size": 14}),
            heading=book.add_format(
                {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True}
            ),
            words=book.add_format({"valign": "top", "text_wrap": True}),
            note=book.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True}),
            date=book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            count=book.add_format({"num_format": "#,##0", "valign": "top"}),
            text=book.add_format({"quote_prefix": True, "valign": "top"}),
            link=book.add_format({"hyperlink": True, "valign": "top"}),
        )
        for each in fields(styles):
            getattr(styles, each.name)._get_xf_index()  # by which cells name them
        return styles


@dataclass(frozen=True)
class TableSheet:
    """A sheet for a table: its headings, its rows, and below them what to know of it."""

    sheet: Worksheet
    styles: Styles

    def write(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], notes: Iterable[str]
    ) -> None:
        """Write headings, rows and notes, in this order: a sheet is streamed to the disk."""
        widths = []
        for number, column in enumerate(columns):
            values = [row[number] for row in rows[:MEASURED_ROWS]]
            widths.append(_width(column, values))
        self._write_headings(columns, widths)
        self.sheet.freeze_panes(1, 0)
        self.lay_out(len(columns), len(rows))
        long = [number for number, width in enumerate(widths) if width == MAX_WIDTH]
        for line, row in enumerate(rows, start=1):
            self._make_high(line, [row[number] for number in long])
            for number, column in enumerate(columns):
                self._write_value(line, number, column, row[number])
        for line, note in enumerate(notes, start=len(rows) + 2):
            self._write_note(line, note, widths)

    def lay_out(self, columns: int, rows: int) -> None:
        """Have the headings of so many columns filter the rows below, and stand on each page."""
        self.sheet.autofilter(0, 0, max(rows, 1), columns - 1)
        self.sheet.repeat_rows(0)
        as_wide_as_paper(self.sheet)

    def _write_headings(self, columns: Sequence[Column], widths: Sequence[int]) -> None:
        """Write the heading of each column in its width, in a row that is high enough for all."""
        lines = [
            lines_in(column.heading, width) for column, width in zip(columns, widths, strict=True)
        ]
        self.sheet.set_row(0, height_of(max(lines)))
        for number, column in enumerate(columns):
            self.sheet.set_column(number, number, widths[number])
            self.sheet.write_string(0, number, column.heading, self.styles.heading)

    def _make_high(self, row: int, texts: Iterable[Cell]) -> None:
        """Make a row as high as the longest of the texts in its widest columns needs."""
        lines = max((lines_in(str(text), MAX_WIDTH) for text in texts), default=1)
        if lines > 1:
            self.sheet.set_row(row, height_of(lines), self.styles.words)

    def _write_note(self, row: int, note: str, widths: Sequence[int]) -> None:
        """Write a note over the columns of the table, or from the first on where these are narrow.

        No cell beside the table is written: programs would take it for one of another column.
        """
        width = sum(widths)
        if width < NOTE_WIDTH or len(widths) == 1:
            self._write_text(row, 0, note)
            return
        text = shortened(note, MAX_TEXT)
        self.sheet.set_row(row, height_of(lines_in(text, width)))
        self.sheet.merge_range(row, 0, row, len(widths) - 1, "", self.styles.note)
        self.sheet.write_string(row, 0, text, self.styles.note)

    def _write_value(self, row: int, number: int, column: Column, value: Cell) -> None:
        """Write a number as one where a spreadsheet holds all its digits, anything else as text."""
        if value is None:
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(row, number, value)
        elif isinstance(value, int | float | Decimal) and _is_exact(value):
            is_count = isinstance(value, int) and column.unit != ""
            style = self.styles.count if is_count else None
            self.sheet.write_number(row, number, float(value), style)
        elif isinstance(value, str) and column.type == "date" and value >= FIRST_DATE:
            self.sheet.write_datetime(row, number, date.fromisoformat(value), self.styles.date)
        else:
            is_long = len(str(value)) > MAX_WIDTH
            self._write_text(row, number, str(value), self.styles.words if is_long else None)

    def _write_text(self, row: int, column: int, text: str, style: Format | None = None) -> None:
        """Write a text, cut where a cell cannot hold it, that never becomes a formula."""
        if text.startswith(FORMULA_SIGNS):
            style = self.styles.text
        self.sheet.write_string(row, column, shortened(text, MAX_TEXT), style)


def _width(column: Column, values: Iterable[Cell]) -> int:
    """The width of a column in characters: as wide as its heading and the values below are."""
    width = max(len(line) for line in column.heading.split("\n")) + FILTER_BUTTON
    for value in values:
        if value is not None:
            width = max(width, len(str(value)) + 1)
    return min(width, MAX_WIDTH)


def lines_in(text: str, width: float) -> int:
    """On how many lines a text stands in a column: not every program finds that out itself."""
    return sum(max(1, ceil(len(line) / width)) for line in text.split("\n"))


def height_of(lines: int) -> int:
    """The height of a row of so many lines in points, as far as a spreadsheet allows it."""
    return min(LINE * lines, MAX_HEIGHT)


def as_wide_as_paper(sheet: Worksheet) -> None:
    """Print a sheet with all its columns beside each other, on as many pages as it is long."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def _is_exact(number: float | Decimal) -> bool:
    """Whether a spreadsheet holds all the digits of a number."""
    digits = str(number).lstrip("-").replace(".", "")
    return len(digits) <= MAX_DIGITS
