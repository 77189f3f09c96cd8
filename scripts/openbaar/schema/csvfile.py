"""CSV files: written one way, read strictly, with values typed by the table's schema.

Written: UTF-8, comma, LF, quotes only where needed, a missing value as nothing. The same rows always give
the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.patterns import compiled

Value = str | int | Decimal | bool | None
Row = Mapping[str, Value]
Rows = Sequence[Row]
INT64 = 2**63
# Our own cap on a cell: that of the csv module is one for the whole process, and frictionless raises it.
MAX_CELL = 100_000
# Characters that change how a text reads without being seen: controls, bidirectional marks
# (https://www.unicode.org/reports/tr9/) and zero-width characters.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def write_csv(columns: Iterable[str], rows: Iterable[Mapping[str, Value]]) -> bytes:
    """The rows as CSV bytes, in the order of `columns`."""
    columns = list(columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_print(row[column]) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8")


def _print(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def read_csv(data: bytes, schema: Schema, name: str) -> list[dict[str, Value]]:
    """Read CSV bytes as rows of `schema`; `name` is how messages call the file.

    Raises OpenbaarError with every problem: bytes that are not UTF-8, a header other than the schema's,
    rows too long or too short, quotes left open, hidden characters, and values that do not fit their column.
    """
    fields = schema.fields
    rows: list[dict[str, Value]] = []
    problems: list[Problem] = []
    keys = _Keys(schema)
    for line, cells in _records(data, schema.names, name):
        row: dict[str, Value] = {}
        for field, text in zip(fields, cells, strict=True):
            try:
                row[field.name] = parse_value(field, text)
            except ValueError as error:
                problems.append(Problem(Place(name, line), f"{field.name}: {error}"))
        if len(row) == len(fields):
            rows.append(row)
            problems += [
                Problem(Place(name, line), message) for message in keys.broken_by(row, line)
            ]
    if problems:
        raise OpenbaarError(problems)
    return rows


def row_lines(data: bytes) -> list[int]:
    """The line on which each row of a CSV begins, the header left out; a quoted cell may hold line ends."""
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
    ends = [reader.line_num for _ in reader]
    return [end + 1 for end in ends[:-1]]


class _Keys:
    """The keys of a table: which rows hold which values, so that a row that breaks one is told of the first."""

    def __init__(self, schema: Schema) -> None:
        single = [(field.name,) for field in schema.fields if field.constraints.unique]
        self.primary = schema.primaryKey
        self.seen: dict[tuple[str, ...], dict[tuple[Value, ...], int]] = {
            key: {} for key in (schema.primaryKey, *schema.uniqueKeys, *single)
        }

    def broken_by(self, row: Mapping[str, Value], line: int) -> Iterator[str]:
        """What is wrong with the keys of `row`. As in SQL, only a unique key may be empty, and then equals nothing."""
        for columns, seen in self.seen.items():
            values = tuple(row[column] for column in columns)
            if None in values:
                if columns == self.primary:
                    yield f"{columns[values.index(None)]}: is part of the key, but empty"
                continue
            if values in seen:
                shown = ", ".join(str(value) for value in values)
                yield f"the key ({shown}) stands on line {seen[values]} already"
            seen.setdefault(values, line)


def _records(data: bytes, columns: list[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """The records behind the header, each with the line on which it begins."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise OpenbaarError(Problem(Place(name), message, "save it as UTF-8")) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(reader, None)
        if header != columns:
            found = "nothing" if header is None else ",".join(header)
            raise OpenbaarError(
                Problem(
                    Place(name, 1), f"the header is {found!r}", f"expected {','.join(columns)!r}"
                )
            )
        line = reader.line_num + 1
        for record in reader:
            if len(record) != len(columns):
                raise OpenbaarError(
                    Problem(Place(name, line), f"has {len(record)} cells, not {len(columns)}")
                )
            yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise OpenbaarError(
            Problem(Place(name, line), f"the record that begins here is broken: {error}")
        ) from error


def parse_value(field: SchemaField, text: str) -> Value:
    """The typed value of a CSV cell, None when it is empty. Raises ValueError saying what does not fit."""
    constraints = field.constraints
    if text == "":
        if constraints.required:
            raise ValueError("is required, but empty")
        return None
    if len(text) > MAX_CELL:
        raise ValueError(f"has {len(text)} characters; at most {MAX_CELL} are read")
    hidden = HIDDEN.search(text)
    if hidden:
        raise ValueError(f"holds the hidden character U+{ord(hidden.group()):04X}")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(f"{text!r} is not in Unicode's normal form C")
    value = _TYPES[field.type](text)
    if (
        isinstance(value, int | Decimal)
        and constraints.minimum is not None
        and value < constraints.minimum
    ):
        raise ValueError(f"{text} is below the minimum {constraints.minimum}")
    if (
        isinstance(value, int | Decimal)
        and constraints.maximum is not None
        and value > constraints.maximum
    ):
        raise ValueError(f"{text} is above the maximum {constraints.maximum}")
    if constraints.pattern is not None and not compiled(constraints.pattern).fullmatch(text):
        raise ValueError(f"{text!r} does not match {constraints.pattern!r}")
    if constraints.enum is not None and value not in constraints.enum:
        raise ValueError(f"{text!r} is none of {', '.join(str(item) for item in constraints.enum)}")
    return value


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?(0|[1-9][0-9]{0,18})", text) or not -INT64 <= int(text) < INT64:
        raise ValueError(f"{text!r} is not a whole number of at most 64 bits")
    return int(text)


def _year(text: str) -> int:
    if not re.fullmatch("[0-9]{4}", text):
        raise ValueError(f"{text!r} is not a year of four digits")
    return int(text)


def _number(text: str) -> Decimal:
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text):
        raise ValueError(f"{text!r} is not a decimal number")
    if len(re.sub("[^0-9]", "", text).lstrip("0")) > 15:
        raise ValueError(f"{text!r} has more than 15 digits, which a database would round")
    return Decimal(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def _date(text: str) -> str:
    if not re.fullmatch(
        "[0-9]{4}-[0-9]{2}-[0-9]{2}", text
    ):  # fromisoformat takes 20230131 and 2023-W05-2 too
        raise ValueError(f"{text!r} is not a date such as 2023-01-31")
    return date.fromisoformat(text).isoformat()


def _array(text: str) -> str:
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{text!r} is not a JSON array: {error.msg}") from error
    if not isinstance(items, list):
        raise ValueError(f"{text!r} is not a JSON array")
    return text


_TYPES: dict[str, Callable[[str], Value]] = {
    "string": str,
    "integer": _integer,
    "year": _year,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "array": _array,
}
