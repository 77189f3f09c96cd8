"""CSV files: written in one way, read strictly, with values typed by the schema of the table.

Written: UTF-8, comma, LF, quotes only where needed, a missing value as nothing. The same rows
always give the same bytes, and reading them gives the same rows.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

from openbaar.errors import OpenbaarError, Place, Problem, concerning
from openbaar.files import behind, not_utf8, text_of
from openbaar.limits import let_cells_be_long, most
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value, value_text

Row = Mapping[str, Value]
Rows = Sequence[Row]
Key = tuple[str, ...]  # the columns of a primary or unique key
MOST_PROBLEMS = most("csv_problems")
BLOCK = 2**20  # bytes
BYTE_ORDER_MARK = "\ufeff"
WRITTEN_AS_IS = frozenset([str, int, type(None)])  # by the csv module, as by `value_text`


class Record(NamedTuple):
    """A record of a CSV file: the line on which it begins, from 1, and its cells as text."""

    line: int
    cells: list[str]


def write_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The rows as CSV bytes, in the order of `columns`."""
    out = io.StringIO()
    write_header(out, columns)
    write_rows(out, columns, rows)
    return out.getvalue().encode("utf-8")


def write_header(out: TextIO, columns: Sequence[str]) -> None:
    """Write the header of a CSV file."""
    csv.writer(out, lineterminator="\n").writerow(columns)


def write_rows(out: TextIO, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows to a CSV file as they come; returns how many they were."""
    writer = csv.writer(out, lineterminator="\n")
    count = 0
    for row in rows:
        values = map(row.__getitem__, columns)
        writer.writerow(
            [each if each.__class__ in WRITTEN_AS_IS else value_text(each) for each in values]
        )
        count += 1
    return count


def read_csv(data: bytes, schema: Schema, name: str) -> list[Row]:
    """Read CSV bytes as rows of `schema`; `name` is how messages call the file.

    Raises OpenbaarError with every problem: bytes that are not UTF-8, a header other than the
    schema's, rows too long or too short, quotes left open, hidden characters, values that do not
    fit their column, and keys that are empty or used twice. Each has its line, and that of a value
    its column.
    """
    text = text_of(data, name)
    rows: list[Row] = []
    problems = _Problems(name, lambda: io.StringIO(text, newline=""))
    keys = _Keys(schema)
    with concerning("reading", lambda: problems.place):
        for record in _records(io.StringIO(text, newline=""), schema.names, problems):
            row = problems.row(schema.fields, record)
            if row is not None:
                rows.append(row)
                problems.add_all(keys.add(row, record.line), record.line)
    problems.raise_any()
    return rows


def header_of(data: bytes, name: str) -> list[str]:
    """The names in the header of a CSV file. Raises OpenbaarError where there is none to read."""
    reader = csv.reader(io.StringIO(text_of(data, name), newline=""), strict=True)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise OpenbaarError(Problem(Place(name, 1), f"the header is broken: {error}")) from error
    if not header or header[0].startswith(BYTE_ORDER_MARK):
        _check_header(header, [], name)
        raise OpenbaarError(Problem(Place(name, 1), "there is no header"))
    return header


def read_cells(data: bytes, name: str) -> tuple[list[str], list[list[str]]]:
    """The header of a CSV file, and the cells of its rows as they are printed.

    Raises OpenbaarError with every row that is too long or too short, or where a quote is left
    open.
    """
    columns = header_of(data, name)
    text = text_of(data, name)
    problems = _Problems(name, lambda: io.StringIO(text, newline=""))
    records = _records(io.StringIO(text, newline=""), columns, problems)
    rows = [record.cells for record in records]
    problems.raise_any()
    return columns, rows


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
    problems = _problems_of(path, name)
    for _record in _records_of(path, schema, problems):
        pass
    problems.raise_any()


def check_rows(path: Path, schema: Schema, name: str, numbers: Iterable[int]) -> Iterator[Row]:
    """Read the rows with these ascending numbers, from 0, of a CSV file.

    Raises OpenbaarError when the last is read, with what is wrong with any, but for keys that are
    used twice.
    """
    problems = _problems_of(path, name)
    wanted = iter(numbers)
    next_wanted = next(wanted, None)
    for number, record in enumerate(_records_of(path, schema, problems)):
        if number != next_wanted:
            continue
        next_wanted = next(wanted, None)
        row = problems.row(schema.fields, record)
        if row is None:
            continue
        messages = _Keys(schema).add(row, record.line)
        problems.add_all(messages, record.line)
        if not messages:
            yield row
    problems.raise_any()


class _Problems:
    """What is wrong with a CSV file, up to as many problems as anybody reads.

    `reopened` gives its text from the start: where a cell stands is only looked up for a problem.
    """

    def __init__(self, name: str, reopened: Callable[[], TextIO]) -> None:
        self.reopened = reopened
        self.place = Place(name)  # where reading is
        self.found: list[Problem] = []

    def row(self, fields: Sequence[SchemaField], record: Record) -> Row | None:
        """The typed values of a record; None where some do not fit, which are problems."""
        row: dict[str, Value] = {}
        fits = True
        for index, (field, text) in enumerate(zip(fields, record.cells, strict=True)):
            try:
                row[field.name] = parse_value(field, text)
            except ValueError as error:
                fits = False
                with self.reopened() as lines:
                    place = cell_place(lines, Place(self.place.file, record.line), index)
                self.add(Problem(place, f"{field.name}: {error}"))
        return row if fits else None

    def add_all(self, messages: Iterable[str], line: int) -> None:
        """Add what is wrong with the record that begins on `line`."""
        for message in messages:
            self.add(Problem(Place(self.place.file, line), message))

    def add(self, problem: Problem) -> None:
        """Add a problem. Raises OpenbaarError with all of them when there are too many."""
        if len(self.found) == MOST_PROBLEMS:
            hint = "correct these, then try again"
            place = Place(self.place.file)
            self.found.append(Problem(place, "may have more problems than these", hint))
            self.raise_any()
        self.found.append(problem)

    def raise_any(self) -> None:
        """Raise OpenbaarError with the problems, if there are any."""
        if self.found:
            raise OpenbaarError(self.found)


def cell_place(lines: TextIO, record: Place, index: int) -> Place:
    """The line and the column at which the cell number `index` of a record begins, both from 1.

    A quoted cell begins with its quote, and one before it may have been on several lines.
    """
    line, column = record.first_line or 1, 1
    for _ in range(line - 1):
        lines.readline()
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
                    messages.append(used_twice(values, first))
            elif key == self.primary:
                column = key[values.index(None)]
                messages.append(f"{column}: is part of the primary key, but empty")
        return messages


def _problems_of(path: Path, name: str) -> _Problems:
    return _Problems(name, lambda: path.open(encoding="utf-8", newline=""))


def _records_of(path: Path, schema: Schema, problems: _Problems) -> Iterator[Record]:
    """The records of a file, read as they are needed. Raises OpenbaarError as `_records` does."""
    with path.open(encoding="utf-8", newline="") as text:
        try:
            yield from _records(text, schema.names, problems)
        except UnicodeDecodeError as error:
            check_encoding(path, problems.place.file)
            raise AssertionError("the file changed while it was read") from error


def _records(text: Iterable[str], columns: list[str], problems: _Problems) -> Iterator[Record]:
    """The records after the header that have the right number of cells.

    Raises OpenbaarError when the header is wrong or a quote is left open: after that nothing can be
    said of the cells.
    """
    name = problems.place.file
    let_cells_be_long()
    reader = csv.reader(text, strict=True)
    line = 1
    try:
        header = next(reader, [])
        _check_header(header, columns, name)
        line = reader.line_num + 1
        for cells in reader:
            problems.place = Place(name, line)
            if len(cells) == len(columns):
                yield Record(line, cells)
            else:
                message = f"has {len(cells)} cells, not {len(columns)}"
                problems.add(Problem(problems.place, message))
            line = reader.line_num + 1
    except csv.Error as error:
        message = f"the record that begins here is broken: {error}"
        problems.add(Problem(Place(name, line), message, "look for a quote that is not closed"))
        problems.raise_any()


def check_encoding(path: Path, name: str) -> None:
    """Raise OpenbaarError with the first byte of a file that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    place = Place(name, 1, None, 1)
    read = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            read += len(block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # What it decodes begins with the bytes that the block before left over.
                raise not_utf8(error, place, read - len(error.object)) from error
            place = behind(place, text)
            if not block:
                return


def _check_header(header: list[str], columns: list[str], name: str) -> None:
    """Raise OpenbaarError for a header that does not name the columns in order."""
    if header == columns:
        return
    if header and header[0].startswith(BYTE_ORDER_MARK):  # others take it for a part of the name
        hint = "save it as UTF-8 without one"
        raise OpenbaarError(Problem(Place(name, 1), "begins with a byte order mark", hint))
    expected = f"expected {','.join(columns)!r}"
    message = f"the header is {','.join(header)!r}" if header else "there is no header"
    raise OpenbaarError(Problem(Place(name, 1), message, expected))
