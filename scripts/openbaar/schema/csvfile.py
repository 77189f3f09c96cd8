"""CSV files: written in one way, read strictly, with values typed by the schema of the table.

Written: UTF-8, comma, LF, quotes only where needed, a missing value as nothing. The same rows
always give the same bytes, and reading them gives the same rows.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openbaar.errors import OpenbaarError, Place, Problem, concerning
from openbaar.limits import most
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value, value_text

Row = Mapping[str, Value]
Rows = Sequence[Row]
MAX_PROBLEMS = most("csv_problems")
Key = tuple[str, ...]  # the columns of a primary or unique key


class Record(NamedTuple):
    """A record of a CSV file: the line on which it begins, from 1, and its cells as text."""

    line: int
    cells: list[str]


def write_csv(columns: Sequence[str], rows: Rows) -> bytes:
    """The rows as CSV bytes, in the order of `columns`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([value_text(row[column]) for column in columns])
    return out.getvalue().encode("utf-8")


def read_csv(data: bytes, schema: Schema, name: str) -> list[Row]:
    """Read CSV bytes as rows of `schema`; `name` is how messages call the file.

    Raises OpenbaarError with every problem: bytes that are not UTF-8, a header other than the
    schema's, rows too long or too short, quotes left open, hidden characters, values that do not
    fit their column, and keys that are empty or used twice. Each has its line, and that of a value
    its column.
    """
    text = decoded(data, name)
    rows: list[Row] = []
    problems = _Problems(text, name)
    keys = _Keys(schema)
    with concerning("reading", lambda: problems.place):
        for record in _records(text, schema.names, problems):
            row, wrong = _parsed(schema.fields, record.cells)
            for index, message in wrong.items():
                problems.add(message, record.line, index)
            if not wrong:
                rows.append(row)
                for message in keys.add(row, record.line):
                    problems.add(message, record.line)
    problems.raise_any()
    return rows


def header_of(data: bytes, name: str) -> list[str]:
    """The names in the header of a CSV file. Raises OpenbaarError where there is none to read."""
    reader = csv.reader(io.StringIO(decoded(data, name), newline=""), strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise OpenbaarError(Problem(Place(name, 1), f"the header is broken: {error}")) from error
    if not header:
        raise OpenbaarError(Problem(Place(name, 1), "there is no header"))
    return header


def row_lines(data: bytes) -> list[int]:
    """The line on which each row of a CSV begins, from 1 and without the header.

    A row is not always a line: a quoted cell may contain line ends.
    """
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    begins: list[int] = []
    next_line = 1
    for _record in reader:
        begins.append(next_line)
        next_line = reader.line_num + 1
    return begins[1:]


def _parsed(fields: Sequence[SchemaField], cells: Sequence[str]) -> tuple[Row, dict[int, str]]:
    """The typed values of the cells, and by its index what is wrong with each that does not fit."""
    row: dict[str, Value] = {}
    wrong: dict[int, str] = {}
    for index, (field, text) in enumerate(zip(fields, cells, strict=True)):
        try:
            row[field.name] = parse_value(field, text)
        except ValueError as error:
            wrong[index] = f"{field.name}: {error}"
    return row, wrong


class _Problems:
    """What is wrong with the text of a CSV file, up to as many problems as anybody reads."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.place = Place(name)  # where reading is
        self.found: list[Problem] = []
        self.more = 0

    def add(self, message: str, line: int, index: int | None = None, hint: str = "") -> None:
        """Add a problem of the record that begins on `line`, or of its cell number `index`."""
        if len(self.found) >= MAX_PROBLEMS:
            self.more += 1
            return
        place = Place(self.place.file, line)
        if index is not None:
            place = cell_place(self.text, place, index)
        self.found.append(Problem(place, message, hint))

    def raise_any(self) -> None:
        """Raise OpenbaarError with the problems, if there are any."""
        if self.more:
            message = f"has {self.more} more problems"
            self.found.append(Problem(Place(self.place.file), message))
        if self.found:
            raise OpenbaarError(self.found)


def cell_place(text: str, record: Place, index: int) -> Place:
    """The line and the column at which the cell number `index` of a record begins, both from 1.

    A quoted cell begins with its quote, and one before it may have been on several lines.
    """
    lines = io.StringIO(text, newline="")
    for _ in range((record.first_line or 1) - 1):
        lines.readline()
    line, column = record.first_line or 1, 1
    is_quoted = False
    for character in iter(lambda: lines.read(1), ""):
        if index == 0:
            break
        column += 1
        if character == '"':
            is_quoted = not is_quoted
        elif character == "," and not is_quoted:
            index -= 1
        elif character == "\n":
            line, column = line + 1, 1
    return Place(record.file, line, None, column)


class _Keys:
    """The keys of a table, with the line of the first row that has each value of them."""

    def __init__(self, schema: Schema) -> None:
        self.primary = schema.primaryKey
        self.first_lines: dict[Key, dict[tuple[Value, ...], int]] = {}
        for key in (schema.primaryKey, *schema.all_unique_keys):
            if key:  # a table that somebody hands us may have none
                self.first_lines[key] = {}

    def add(self, row: Row, line: int) -> list[str]:
        """Remember the keys of `row`, and return what is wrong with them.

        As in SQL, a unique key may be empty and then equals no other; a primary key may not.
        """
        messages: list[str] = []
        for key, first_lines in self.first_lines.items():
            values = tuple(row[column] for column in key)
            if None not in values:
                first = first_lines.setdefault(values, line)
                if first != line:
                    shown = ", ".join(value_text(value) for value in values)
                    messages.append(f"the key ({shown}) is on line {first} already")
            elif key == self.primary:
                column = key[values.index(None)]
                messages.append(f"{column}: is part of the primary key, but empty")
        return messages


def _records(text: str, columns: list[str], problems: _Problems) -> Iterator[Record]:
    """The records after the header that have the right number of cells.

    Raises OpenbaarError when the header is wrong or a quote is left open: after that nothing can be
    said of the cells.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(reader, [])
        _check_header(header, columns, problems.place.file)
        line = reader.line_num + 1
        for cells in reader:
            problems.place = Place(problems.place.file, line)
            if len(cells) == len(columns):
                yield Record(line, cells)
            else:
                message = f"has {len(cells)} cells, not {len(columns)}"
                problems.add(message, line)
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the record that begins here is broken: {error}"
        problems.add(message, line, hint="look for a quote that is not closed")
        problems.raise_any()


def decoded(data: bytes, name: str) -> str:
    """The bytes of a CSV file as text.

    Raises OpenbaarError for bytes that are not UTF-8, and for a byte order mark before them, which
    other readers take for a part of the first name.
    """
    if data.startswith(codecs.BOM_UTF8):
        hint = "save it as UTF-8 without one"
        raise OpenbaarError(Problem(Place(name, 1), "begins with a byte order mark", hint))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise OpenbaarError(Problem(Place(name, line), message, "save it as UTF-8")) from error


def _check_header(header: list[str], columns: list[str], name: str) -> None:
    """Raise OpenbaarError for a header that does not name the columns in order."""
    if header == columns:
        return
    expected = f"expected {','.join(columns)!r}"
    message = f"the header is {','.join(header)!r}" if header else "there is no header"
    raise OpenbaarError(Problem(Place(name, 1), message, expected))
