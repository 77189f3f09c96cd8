"""A sheet of a workbook: a table with its headings, its units and what to know of it.

XlsxWriter writes it: it makes the same bytes each time, needs nothing else, can be told never to
read a text as a formula or a link, and streams rows to the disk. (openpyxl writes the time of
writing into the file.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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

    heading: Format
    date: Format
    count: Format
    text: Format
    link: Format

    @classmethod
    def of(cls, book: Workbook) -> Styles:
        """The styles of a workbook, in one order whatever uses them first."""
        styles = cls(
            heading=book.add_format(
                {"bold": True, "bottom": 1, "valign": "top", "text_wrap": True}
            ),
            date=book.add_format({"num_format": "yyyy-mm-dd"}),
            count=book.add_format({"num_format": "#,##0"}),
            text=book.add_format({"quote_prefix": True}),
            link=book.get_default_url_format(),
        )
        for style in (styles.heading, styles.date, styles.count, styles.text, styles.link):
            style._get_xf_index()  # by which cells name them
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
        for number, column in enumerate(columns):
            self._write_heading(number, column, [row[number] for row in rows[:MEASURED_ROWS]])
        self.sheet.freeze_panes(1, 0)
        self.add_filter(len(columns), len(rows))
        for line, row in enumerate(rows, start=1):
            for number, column in enumerate(columns):
                self._write_value(line, number, column, row[number])
        for line, note in enumerate(notes, start=len(rows) + 2):
            self._write_text(line, 0, note)

    def add_filter(self, columns: int, rows: int) -> None:
        """Have the headings of so many columns filter the rows below."""
        self.sheet.autofilter(0, 0, max(rows, 1), columns - 1)

    def _write_heading(self, number: int, column: Column, values: Iterable[Cell]) -> None:
        """Write the heading of a column as wide as it and the values below are."""
        width = max(len(line) for line in column.heading.split("\n")) + FILTER_BUTTON
        for value in values:
            if value is not None:
                width = max(width, len(str(value)) + 1)
        self.sheet.set_column(number, number, min(width, MAX_WIDTH))
        self.sheet.write_string(0, number, column.heading, self.styles.heading)

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
            self._write_text(row, number, str(value))

    def _write_text(self, row: int, column: int, text: str) -> None:
        """Write a text, cut where a cell cannot hold it, that never becomes a formula."""
        style = self.styles.text if text.startswith(FORMULA_SIGNS) else None
        self.sheet.write_string(row, column, shortened(text, MAX_TEXT), style)


def _is_exact(number: float | Decimal) -> bool:
    """Whether a spreadsheet holds all the digits of a number."""
    digits = str(number).lstrip("-").replace(".", "")
    return len(digits) <= MAX_DIGITS
