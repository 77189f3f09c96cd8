"""Large CSV files, read and checked by columns.

Reading a cell as a Python object takes a hundred times as long as checking it, so Arrow reads a
large file in batches and checks each column of a batch as a whole. These checks only clear: what
they let pass, `parse_value` would let pass. Rows with a cell that is not cleared are judged by
`csvfile`, as every row of a small file is, so that the verdict and the message are the same.

Arrow was chosen over DuckDB and Polars, which read a file as fast: it hands its batches to SQLite
and to Parquet without a copy, and documents columns inside Parquet.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import ConvertOptions, CSVStreamingReader, ParseOptions, ReadOptions, open_csv

from openbaar.errors import OpenbaarError
from openbaar.schema.cleared import (
    Array,
    are_whole,
    by_distinct,
    cleared_by_value,
    cleared_text,
    in_range,
    integers,
    matching,
    numbers_of,
)
from openbaar.schema.csvfile import Row, check_encoding, check_rows, check_shape
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value

BLOCK = 2**21  # bytes that are read at once; a record is shorter
SAMPLED = 40  # rows of each block that are kept for another judge
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Batch = Any


@dataclass(frozen=True)
class Sampled:
    """A row that another judge is shown: its number, from 0, and its cells."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Scan:
    """What is known of a CSV file that was read once and is right, but for its keys.

    `whole` are the columns of numbers that have no fraction anywhere; `has_quotes` tells whether a
    cell may be in quotes, and hold a line end; `in_order` whether the key is one whole number, and
    that of each row greater than that of the row before.
    """

    rows: int
    size: int
    sha256: str
    has_quotes: bool
    in_order: bool
    whole: frozenset[str]
    sample: tuple[Sampled, ...]


def scan(path: Path, schema: Schema, name: str) -> Scan | None:
    """Read a CSV file once and check everything in it but keys; `name` is how messages call it.

    None where it has to be read by rows: it is built in a way that Arrow reads otherwise than we
    do, or not at all. Raises OpenbaarError with the rows that are wrong, as `read_csv` does.
    """
    if not _has_plain_header(path, schema):
        return None
    found = _Findings(schema)
    with path.open("rb") as raw:
        file = _ReadOnce(raw)
        try:
            for batch in _text_batches(file, schema):
                found.add(batch)
        except pa.ArrowInvalid:
            _check_by_rows(path, schema, name)
            return None
    # Arrow reads `"a"b` as `ab`, and an empty line as empty cells; the csv module does not.
    if (file.has_quotes or found.doubtful) and not _has_shape(path, schema, name):
        _check_by_rows(path, schema, name)
    if found.doubtful:
        found.judged(check_rows(path, schema, name, found.doubtful))
    return Scan(
        rows=found.rows,
        size=file.size,
        sha256=file.digest.hexdigest(),
        has_quotes=file.has_quotes,
        in_order=found.in_order,
        whole=frozenset(found.whole),
        sample=tuple(found.sample),
    )


def _has_shape(path: Path, schema: Schema, name: str) -> bool:
    """Whether each record of the file has the right number of cells, and its quotes are closed."""
    try:
        check_shape(path, schema, name)
    except OpenbaarError:
        return False
    return True


def _check_by_rows(path: Path, schema: Schema, name: str) -> None:
    """Check the file as a small one is. Raises OpenbaarError with what is wrong."""
    check_encoding(path, name)
    for _row in check_rows(path, schema, name, itertools.count()):
        pass


def typed_batches(path: Path, schema: Schema, known: Scan) -> Iterator[Batch]:
    """The cells of a file of which `scan` told what is `known`, in batches; empty ones are null.

    Booleans, whole numbers and years (64 bits) and numbers (doubles) are typed, all others text.
    """
    types = {each.name: _TYPES.get(each.type, pa.string()) for each in schema.fields}
    converted = _conversion(types, check_utf8=False)
    with path.open("rb") as raw:
        yield from open_csv(raw, _reading(schema), _parsing(known.has_quotes), converted)


def row_values(path: Path, schema: Schema) -> Iterator[Row]:
    """The rows of a file that `scan` found right, typed as `read_csv` types them."""
    with path.open("rb") as raw:
        for batch in _text_batches(raw, schema):
            columns = []
            for column, each in zip(schema.fields, batch.columns, strict=True):
                columns.append(_values(column, each.to_pylist()))
            for cells in zip(*columns, strict=True):
                yield dict(zip(schema.names, cells, strict=True))


def _values(column: SchemaField, texts: list[str | None]) -> list[Value]:
    """The values of cells that are known to be right."""
    read = _READERS.get(column.type, str)
    return [None if text is None else read(text) for text in texts]


def _is_true(text: str) -> bool:
    return text == "true"


_READERS: dict[str, Callable[[str], Value]] = {
    "boolean": _is_true,
    "integer": int,
    "number": Decimal,
    "year": int,
}
_TYPES = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "year": pa.int64(),
}


def _has_plain_header(path: Path, schema: Schema) -> bool:
    """Whether the file begins with the names of the columns and no byte order mark."""
    with path.open("rb") as raw:
        if raw.read(3) == BYTE_ORDER_MARK:
            return False
    with path.open(encoding="utf-8", newline="", errors="replace") as text:
        return next(csv.reader(text), []) == schema.names


class _ReadOnce:
    """A file that is hashed while it is read."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.digest = hashlib.sha256()
        self.size = 0
        self.has_quotes = False
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        block: bytes = self.raw.read(size)
        self.digest.update(block)
        self.size += len(block)
        self.has_quotes = self.has_quotes or b'"' in block
        return block

    def close(self) -> None:
        self.closed = True


def _text_batches(file: Any, schema: Schema) -> CSVStreamingReader:
    """What Arrow reads from an open file: each column as text, an empty cell as null."""
    texts = dict.fromkeys(schema.names, pa.string())
    opened = pa.PythonFile(file, mode="r")
    return open_csv(opened, _reading(schema), _parsing(has_quotes=True), _conversion(texts))


def _reading(schema: Schema) -> ReadOptions:
    return ReadOptions(use_threads=False, block_size=BLOCK, column_names=schema.names, skip_rows=1)


def _parsing(has_quotes: bool) -> ParseOptions:
    """How records are found; it takes longer where a cell may be in quotes, and hold a line end."""
    return ParseOptions(
        quote_char='"' if has_quotes else False,
        newlines_in_values=has_quotes,
        ignore_empty_lines=False,
    )


def _conversion(types: dict[str, Any], check_utf8: bool = True) -> ConvertOptions:
    return ConvertOptions(
        check_utf8=check_utf8,
        column_types=types,
        null_values=[""],
        strings_can_be_null=True,
        true_values=["true"],
        false_values=["false"],
    )


@dataclass
class _Findings:
    """What was found in the batches so far; `doubtful` are the numbers of rows, from 0."""

    schema: Schema
    rows: int = 0
    in_order: bool = True
    last_key: int | None = None
    doubtful: array[int] = field(default_factory=lambda: array("q"))
    whole: set[str] = field(default_factory=set)
    sample: list[Sampled] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.whole = {each.name for each in self.schema.fields if each.type == "number"}
        self.in_order = _is_one_whole_number(self.schema)

    def add(self, batch: Batch) -> None:
        cleared = pa.repeat(True, len(batch))
        for column, cells in zip(self.schema.fields, batch.columns, strict=True):
            cleared = pc.and_(cleared, self._cleared(column, cells))
        if pc.all(cleared).as_py() is False:
            for row in pc.indices_nonzero(pc.invert(cleared)).to_pylist():
                self.doubtful.append(self.rows + row)
        if self.in_order:
            self.in_order = self._goes_on(batch)
        self._sample(batch.slice(0, SAMPLED))
        self.rows += len(batch)

    def _goes_on(self, batch: Batch) -> bool:
        """Whether the keys of a batch go on rising."""
        (name,) = self.schema.primaryKey
        try:
            keys = pc.cast(batch.column(name), pa.int64())
        except pa.ArrowInvalid:
            return False
        if keys.null_count or len(keys) == 0:
            return False
        before, first = self.last_key, keys[0].as_py()
        self.last_key = keys[-1].as_py()
        is_later = before is None or before < first
        return is_later and pc.all(pc.less(keys[:-1], keys[1:])).as_py() is not False

    def judged(self, rows: Iterator[Row]) -> None:
        """Take in the rows that were in doubt and are right."""
        for row in rows:
            for name in list(self.whole):
                value = row[name]
                if isinstance(value, Decimal) and value != int(value):
                    self.whole.discard(name)

    def _cleared(self, column: SchemaField, cells: Array) -> Array:
        """For each cell whether it is right beyond doubt."""
        right = self._cleared_by_type(column, cells)
        pattern = column.constraints.pattern
        if pattern is not None and column.type != "string":
            right = pc.and_(right, matching(pattern, cells))
        if cells.null_count == 0:
            return right
        is_in_key = column.name in self.schema.primaryKey
        may_be_empty = not column.constraints.required and not is_in_key
        return pc.if_else(pc.is_null(cells), may_be_empty, right)

    def _cleared_by_type(self, column: SchemaField, cells: Array) -> Array:
        """The same of cells that are filled, but for the pattern of what is no text."""
        if column.constraints.enum is not None:
            return cleared_by_value(column, cells)
        match column.type:
            case "string":
                return by_distinct(cells, partial(cleared_text, column))
            case "integer":
                return in_range(column, integers(cells))
            case "number":
                return by_distinct(cells, partial(self._cleared_number, column))
            case _:
                return cleared_by_value(column, cells)

    def _cleared_number(self, column: SchemaField, cells: Array) -> Array:
        """For each number whether it is right beyond doubt; notes that one has a fraction."""
        numbers = numbers_of(cells)
        if column.name in self.whole and not are_whole(numbers):
            self.whole.discard(column.name)
        return in_range(column, numbers)

    def _sample(self, batch: Batch) -> None:
        texts = [column.fill_null("").to_pylist() for column in batch.columns]
        for number, cells in enumerate(zip(*texts, strict=True), start=self.rows):
            self.sample.append(Sampled(number, cells))


def _is_one_whole_number(schema: Schema) -> bool:
    """Whether the key of a table is one column of whole numbers."""
    keys = [each.type for each in schema.fields if each.name in schema.primaryKey]
    return keys == ["integer"]
