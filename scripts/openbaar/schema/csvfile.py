"""CSV files: written in one way, read strictly, with values typed by the schema of the table.

Written: UTF-8, comma, LF, quotes only where needed, a missing value as nothing. The same rows
always give the same bytes, and reading them gives the same rows.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from openbaar.errors import OpenbaarError, Place, Problem, concerning
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value, value_text

Row = Mapping[str, Value]
Rows = Sequence[Row]
Key = tuple[str, ...]  # the columns of a primary or unique key
MOST_PROBLEMS = 1_000  # of a large file; whoever reads more of them is not helped
BLOCK = 2**20  # bytes


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
    text = io.StringIO(_decoded(data, name), newline="")
    place = Place(name)
    with concerning("reading", lambda: place):
        for record in _records(text, schema.names, name):
            place = Place(name, record.line)
            row, messages = _parsed(schema.fields, record.cells)
            if not messages:
                rows.append(row)
                messages = keys.add(row, record.line)
            problems += [Problem(place, message) for message in messages]
    if problems:
        raise OpenbaarError(problems)
    return rows


def row_lines(text: Iterable[str]) -> Iterator[int]:
    """The line on which each row of a CSV begins, from 1 and without the header.

    A row is not always a line: a quoted cell may contain line ends.
    """
    reader = csv.reader(text)
    next(reader, None)
    line = reader.line_num + 1
    for _record in reader:
        yield line
        line = reader.line_num + 1


def check_shape(path: Path, schema: Schema, name: str) -> None:
    """Raise OpenbaarError when the bytes, the header or a record of a CSV file are broken.

    It looks at no value, and takes as much memory for a large file as for a small one.
    """
    for _record in _records_of(path, schema, name):
        pass


def check_rows(path: Path, schema: Schema, name: str, numbers: Iterable[int]) -> Iterator[Row]:
    """Read the rows with these ascending numbers, from 0, of a CSV file.

    Raises OpenbaarError when the last is read, with what is wrong with any, but for keys that are
    used twice.
    """
    problems: list[Problem] = []
    wanted = iter(numbers)
    next_wanted = next(wanted, None)
    for number, record in enumerate(_records_of(path, schema, name)):
        if number != next_wanted:
            continue
        next_wanted = next(wanted, None)
        row, messages = _parsed(schema.fields, record.cells)
        if not messages:
            messages = _Keys(schema).add(row, record.line)
        if not messages:
            yield row
        problems += [Problem(Place(name, record.line), message) for message in messages]
        if len(problems) >= MOST_PROBLEMS:
            problems = problems[:MOST_PROBLEMS]
            hint = "correct these, then try again"
            problems.append(Problem(Place(name), "may have more problems than these", hint))
            break
    if problems:
        raise OpenbaarError(problems)


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


def used_twice(values: Iterable[Value], first_line: int) -> str:
    """What is wrong with a row whose key is that of a row before it."""
    shown = ", ".join(value_text(value) for value in values)
    return f"the key ({shown}) is on line {first_line} already"


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
                    messages.append(used_twice(values, first))
            elif key == self.primary:
                column = key[values.index(None)]
                messages.append(f"{column}: is part of the primary key, but empty")
        return messages


def _records_of(path: Path, schema: Schema, name: str) -> Iterator[Record]:
    """The records of a file, read as they are needed. Raises OpenbaarError as `_records` does."""
    with path.open(encoding="utf-8", newline="") as text:
        try:
            yield from _records(text, schema.names, name)
        except UnicodeDecodeError as error:
            _check_encoding(path, name)
            raise AssertionError("the file changed while it was read") from error


def _records(text: Iterable[str], columns: list[str], name: str) -> Iterator[Record]:
    """The records after the header, as text.

    Raises OpenbaarError when the header or the shape of a record is wrong: after that nothing can
    be said of the cells.
    """
    reader = csv.reader(text, strict=True)
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
        raise _not_utf8(name, error.start, data[error.start]) from error


def _check_encoding(path: Path, name: str) -> None:
    """Raise OpenbaarError with the first byte of a file that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            read += len(block)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # What it decodes begins with the bytes that the block before left over.
                position = read - len(error.object) + error.start
                raise _not_utf8(name, position, error.object[error.start]) from error
            if not block:
                return


def _not_utf8(name: str, position: int, byte: int) -> OpenbaarError:
    message = f"is not UTF-8: byte {position} is 0x{byte:02x}"
    return OpenbaarError(Problem(Place(name), message, "save it as UTF-8"))


def _check_header(header: list[str], columns: list[str], name: str) -> None:
    """Raise OpenbaarError for a header that does not name the columns in order."""
    if header == columns:
        return
    expected = f"expected {','.join(columns)!r}"
    message = f"the header is {','.join(header)!r}" if header else "there is no header"
    raise OpenbaarError(Problem(Place(name, 1), message, expected))
