"""CSV files: written in one way, read strictly, with values typed by the schema of the table.

Written: UTF-8, comma, LF, quotes only where needed, a missing value as nothing. The same rows
always give the same bytes, and reading them gives the same rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openbaar.errors import OpenbaarError, Place, Problem, concerning
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value, value_text

Row = Mapping[str, Value]
Rows = Sequence[Row]
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
    fit their column, and keys that are empty or used twice.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    keys = _Keys(schema)
    place = Place(name)
    with concerning("reading", lambda: place):
        for record in _records(data, schema.names, name):
            place = Place(name, record.line)
            row, messages = _parsed(schema.fields, record.cells)
            if not messages:
                rows.append(row)
                messages = keys.add(row, record.line)
            problems += [Problem(place, message) for message in messages]
    if problems:
        raise OpenbaarError(problems)
    return rows


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


def _parsed(fields: Sequence[SchemaField], cells: Sequence[str]) -> tuple[Row, list[str]]:
    """The typed values of the cells, and what is wrong with those that do not fit."""
    row: dict[str, Value] = {}
    messages: list[str] = []
    for field, text in zip(fields, cells, strict=True):
        try:
            row[field.name] = parse_value(field, text)
        except ValueError as error:
            messages.append(f"{field.name}: {error}")
    return row, messages


class _Keys:
    """The keys of a table, with the line of the first row that has each value of them."""

    def __init__(self, schema: Schema) -> None:
        self.primary = schema.primaryKey
        self.first_lines: dict[Key, dict[tuple[Value, ...], int]] = {}
        for key in (schema.primaryKey, *schema.all_unique_keys):
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


def _records(data: bytes, columns: list[str], name: str) -> Iterator[Record]:
    """The records after the header, as text.

    Raises OpenbaarError when the bytes, the header or the shape of a record is wrong: after that
    nothing can be said of the cells.
    """
    reader = csv.reader(io.StringIO(_decoded(data, name), newline=""), strict=True)
    line = 1
    try:
        header = next(reader, [])
        _check_header(header, columns, name)
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) != len(columns):
                message = f"has {len(cells)} cells, not {len(columns)}"
                raise OpenbaarError(Problem(Place(name, line), message))
            yield Record(line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the record that begins here is broken: {error}"
        raise OpenbaarError(Problem(Place(name, line), message)) from error


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise OpenbaarError(Problem(Place(name), message, "save it as UTF-8")) from error


def _check_header(header: list[str], columns: list[str], name: str) -> None:
    """Raise OpenbaarError for a header that does not name the columns in order."""
    if header == columns:
        return
    expected = f"expected {','.join(columns)!r}"
    message = f"the header is {','.join(header)!r}" if header else "there is no header"
    raise OpenbaarError(Problem(Place(name, 1), message, expected))
