"""Workbooks (.xlsx, .ods, .xls) by sheet and cell, and CSV files, as grids."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Literal, overload

from openbaar.documents.entry import Encoding
from openbaar.documents.limits import MAX_CELLS, check_cells, check_workbook
from openbaar.documents.lines import COVERED, Document, Line, grid_line, grid_lines, repeatable
from openbaar.documents.ods_parts import parts_of_ods
from openbaar.documents.opendocument import Merged, merged_cells
from openbaar.documents.text import decode
from openbaar.documents.workbook_parts import Area, SheetParts, letters, problems_of
from openbaar.documents.xlsx_parts import parts_of_xlsx
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import BROKEN_ZIP
from openbaar.limits import let_cells_be_long, most

MAX_CELL = most("cell_characters")
DELIMITERS = (";", "\t", ",")  # from the rarest in texts and numbers to the most frequent
_STATED = re.compile(r"sep=(.)\r?\n")  # the first line of a CSV file, which Excel does not show
_QUOTED = re.compile(r'"[^"]*"')
LINES_TO_TELL = 1000  # of a CSV file, by which its delimiter is told
# One part for all that may follow the first digit: a strange cell of many spaces costs no more.
_LIKE_NUMBER = re.compile(r"\s*[-−–+]?\d[\d.,'’\s]*").fullmatch
UNCLOSED = "look for a quote that is not closed"
Hidden = Literal["read", "skip"]
Page = tuple[str, list[list[str]], Sequence[Sequence[str]]]  # a sheet's name, texts, addresses


@dataclass(frozen=True, slots=True)
class RowAddresses(Sequence[str]):
    """The addresses of the cells of a row of a sheet, each made when it is asked for.

    before: row 7, 3 cells
    after: A7, B7, C7
    """

    row: int
    width: int

    def __len__(self) -> int:
        return self.width

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        columns = range(self.width)[index]
        if isinstance(columns, range):
            return [f"{letters(column)}{self.row}" for column in columns]
        return f"{letters(columns)}{self.row}"


def read_workbook(data: bytes, path: str, hidden: Hidden | None = None) -> Document:
    """All sheets of a workbook, read by calamine.

    A page is a sheet, and an address is that of the sheet (`B12`). A label merged over several rows
    stands in each of them, a number once, in the first; what is merged over columns stands in the
    first. Blank columns at the left of a sheet are left out. Numbers are written with a point and
    without thousands signs, what is formatted as a percentage as one (`12.5%`; not in an .xls),
    dates as in ISO 8601.
    `hidden` says whether hidden sheets, rows and columns are read or left out.

    Raises OpenbaarError when it is no workbook, needs a password, or is too large; has cells in
    error or formulas that were never computed; or has hidden parts and `hidden` does not say what
    to do. Of an .xls, only hidden sheets are known.
    """
    import python_calamine

    is_old = path.lower().endswith(".xls")
    parts: dict[str, SheetParts] = {}
    merged: Mapping[str, Sequence[Merged]] = {}
    if is_old:
        _check_old(data, path)
    else:
        check_workbook(data, path)
        if path.lower().endswith(".ods"):
            merged = merged_cells(data, path)
        parts = _sheet_parts(data, path)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(data))
        if is_old:
            parts = {each.name: _old_parts(each) for each in workbook.sheets_metadata}
        _refuse(parts, path, hidden)
        left_out = parts if hidden == "skip" else {}
        pages = []
        texts: set[str] = set()
        for name in workbook.sheet_names:
            of_sheet = left_out.get(name, SheetParts(name))
            if of_sheet.is_hidden:
                continue
            seen = workbook.get_sheet_by_name(name)
            of_all = parts.get(name, SheetParts(name))
            sheet = _sheet(seen, of_all, path, merged.get(name), texts)
            pages.append(_without_margin(_without_hidden(sheet, of_sheet)))
    except (python_calamine.CalamineError, OSError) as error:
        raise OpenbaarError(
            Problem(Place(path), f"cannot be read as a workbook: {error}")
        ) from error
    lines = grid_lines(pages)
    return Document(path, lines, is_grid=True, has_pages=True, typed=frozenset(texts))


def read_csv_grid(data: bytes, path: str, encoding: Encoding | None = None) -> Document:
    """The rows of a CSV file, split at semicolons, tabs or commas: what parts most lines alike."""
    text = decode(data, path, encoding)
    delimiter = _delimiter(text)
    if _STATED.match(text):
        text = text[text.index("\n") :]
    let_cells_be_long()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    begins = 1
    try:
        for number, row in enumerate(reader, start=1):
            longest = max(map(len, row), default=0)
            if longest > MAX_CELL:
                message = f"has a cell of {longest} characters; at most {MAX_CELL} are read"
                raise OpenbaarError(Problem(Place(path, begins), message, UNCLOSED))
            lines.append(grid_line(number, row, 1, number, RowAddresses(number, len(row))))
            begins = reader.line_num + 1
    except csv.Error as error:
        message = f"the row that begins here is broken: {error}"
        raise OpenbaarError(Problem(Place(path, begins), message, UNCLOSED)) from error
    return Document(path, tuple(lines), is_grid=True)


def _delimiter(text: str) -> str:
    """What parts the most lines into the same number of cells; of two, the rarer one in texts.

    A decimal comma comes as often as the semicolons between the figures, or less.
    """
    stated = _STATED.match(text)
    if stated is not None:
        return stated[1]
    lines = _QUOTED.sub("", text).split("\n", LINES_TO_TELL)[:LINES_TO_TELL]
    return max(DELIMITERS, key=lambda delimiter: _alike(lines, delimiter))


def _alike(lines: Sequence[str], delimiter: str) -> int:
    """How many lines have the number of delimiters that most lines have which have any."""
    counts = Counter(line.count(delimiter) for line in lines)
    del counts[0]
    return max(counts.values(), default=0)


def _sheet_parts(data: bytes, path: str) -> dict[str, SheetParts]:
    """What the values of a workbook do not show, by the name of its sheet.

    The bytes were checked by `check_workbook`. Raises OpenbaarError when they are no workbook, and
    when a sheet is so large that calamine would end the process for want of memory.
    """
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            is_ods = path.lower().endswith(".ods")
            found = parts_of_ods(archive) if is_ods else parts_of_xlsx(archive)
            known = {parts.name: parts for parts in found}
    except (KeyError, etree.XMLSyntaxError, *BROKEN_ZIP) as error:
        message = f"cannot be read as a workbook: {error}"
        raise OpenbaarError(Problem(Place(path), message)) from error
    for parts in known.values():
        check_cells(*parts.corner, Place(path))
    return known


def _check_old(data: bytes, path: str) -> None:
    """Raise OpenbaarError for an .xls that would end this process, or leave it in disorder."""
    from openbaar.documents.old_workbooks import gets_through

    if not gets_through(data):
        message = "cannot be read as a workbook: it is damaged"
        hint = "open it in a spreadsheet program, and save it as .xlsx"
        raise OpenbaarError(Problem(Place(path), message, hint))


def _old_parts(sheet: Any) -> SheetParts:
    """What is known of a sheet of an .xls: whether it is hidden."""
    is_visible = str(sheet.visible).rpartition(".")[2] == "Visible"
    return SheetParts(sheet.name, is_hidden=not is_visible)


def _refuse(parts: Mapping[str, SheetParts], path: str, hidden: Hidden | None) -> None:
    """Raise OpenbaarError for what cannot be read, or is hidden without a word about it."""
    problems: list[Problem] = []
    for each in parts.values():
        is_left_out = each.is_hidden and hidden == "skip"
        if not is_left_out:
            problems += problems_of(each, path, hidden_is_known=hidden is not None)
    if problems:
        raise OpenbaarError(problems)


def _without_hidden(sheet: Page, parts: SheetParts) -> Page:
    """A sheet without its hidden rows and columns; addresses stay those of the sheet."""
    if not parts.rows and not parts.columns:
        return sheet
    name, rows, addresses = sheet
    columns = [index for index in range(_width(rows)) if index + 1 not in parts.columns]
    kept_rows = []
    kept_addresses = []
    for number, (row, addressed) in enumerate(zip(rows, addresses, strict=True), start=1):
        if number not in parts.rows:
            kept_rows.append([row[column] for column in columns])
            kept_addresses.append([addressed[column] for column in columns])
    return name, kept_rows, kept_addresses


def _without_margin(sheet: Page) -> Page:
    """A sheet without the columns to the left of all that it holds; addresses stay."""
    name, rows, addresses = sheet
    margin = min((_margin(row) for row in rows), default=0)
    if margin == 0 or margin == _width(rows):
        return sheet
    return name, [row[margin:] for row in rows], [each[margin:] for each in addresses]


def _margin(row: Sequence[str]) -> int:
    """How many blank cells a row begins with."""
    return next((index for index, cell in enumerate(row) if cell.strip()), len(row))


def _width(rows: Sequence[Sequence[str]]) -> int:
    return len(rows[0]) if rows else 0


def _sheet(
    sheet: Any, parts: SheetParts, path: str, merged: Sequence[Merged] | None, texts: set[str]
) -> Page:
    """The cells of a sheet; those that are texts and look like numbers are added to `texts`."""
    _check_size(sheet, Place(path, page=parts.name))
    values = sheet.to_python(skip_empty_area=False)
    rows = [list(map(_text, row)) for row in values]
    for row in values:
        typed = [value for value in row if isinstance(value, str)]
        texts.update(filter(_LIKE_NUMBER, typed))
    _show(rows, parts.percents, _percent)
    for area, power in parts.scaled:
        _show(rows, [area], partial(_scaled, power))
    ranges = merged or sheet.merged_cell_ranges or []
    _check_apart(ranges, rows, Place(path, page=parts.name))
    for first, last in ranges:
        _spread(rows, first, last)
    return parts.name, rows, _addresses(rows)


def _check_size(sheet: Any, place: Place) -> None:
    """Raise OpenbaarError for a sheet of very many cells."""
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        size = f"{sheet.total_height} rows of {sheet.total_width} cells"
        message = f"has {size}; at most {MAX_CELLS} cells are read"
        raise OpenbaarError(Problem(place, message))


def _check_apart(ranges: Sequence[Merged], rows: Sequence[list[str]], place: Place) -> None:
    """Raise OpenbaarError for merged cells that cover more cells than a sheet may have.

    No program writes such, since merged cells do not overlap.
    """
    covered = 0
    for (first_row, first_column), (last_row, last_column) in ranges:
        height = len(rows[first_row : last_row + 1])
        width = len(range(_width(rows))[first_column : last_column + 1])
        covered += height * width
    if covered > MAX_CELLS:
        message = f"has merged cells over {covered} cells; at most {MAX_CELLS} are read"
        raise OpenbaarError(Problem(place, message, "take apart those that overlap"))


def _show(rows: Sequence[list[str]], areas: Collection[Area], shown: Callable[[str], str]) -> None:
    """Write the numbers in some areas as the workbook shows them."""
    for numbers, columns in areas:
        part = slice(columns.start - 1, columns.stop - 1)
        for row in rows[numbers.start - 1 : numbers.stop - 1]:
            row[part] = list(map(shown, row[part]))


def _spread(rows: list[list[str]], first: tuple[int, int], last: tuple[int, int]) -> None:
    """Put the label of a merged cell into the rows that it reaches over; `first` is its corner."""
    (first_row, first_column), (last_row, last_column) = first, last
    for row in rows[first_row : last_row + 1]:
        beside = len(row[first_column + 1 : last_column + 1])
        row[first_column + 1 : last_column + 1] = [COVERED] * beside
    for row in rows[first_row + 1 : last_row + 1]:
        row[first_column] = repeatable(rows[first_row][first_column], first_column)


def _percent(text: str) -> str:
    """A number as a cell shows it that is formatted as a percentage, with all its digits.

    before: "0.125"
    after: "12.5%"
    """
    number = _times(2, text)
    return text if number is None else f"{number}%"


def _scaled(power: int, text: str) -> str:
    """A number in thousands or the like, with all its digits; what is none stays.

    before: -3, "1234500"
    after: "1234.5"
    """
    number = _times(power, text)
    return text if number is None else number


def _times(power: int, text: str) -> str | None:
    """A number times a power of ten; None for what is none, or has very many digits then."""
    if "e" in text:
        return None
    try:
        return f"{Decimal(text).scaleb(power).normalize():f}"
    except InvalidOperation:  # it is blank
        return None


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


def _addresses(rows: Sequence[Sequence[str]]) -> list[RowAddresses]:
    return [RowAddresses(number, len(row)) for number, row in enumerate(rows, start=1)]
