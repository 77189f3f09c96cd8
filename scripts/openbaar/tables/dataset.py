"""The tables of a publication with their rows, and the lines of its documents.

The two halves of the toolkit meet here and nowhere else: converting ends in a `Dataset`, and the
package, the database and the site are made of one. Each CSV file is read or written once, and its
rows are passed on typed.
"""

from __future__ import annotations

import hashlib
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

from openbaar.errors import OpenbaarError, Problem
from openbaar.extras import extra
from openbaar.files import Content, inside, read_inside
from openbaar.limits import most
from openbaar.schema.csvfile import Row, Rows, read_csv, row_lines, write_csv
from openbaar.schema.model import Schema
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.spans import Span, WhereRead, where_read

if TYPE_CHECKING:
    from openbaar.schema.columns import Scan

LARGE = 2**20  # bytes; a smaller CSV file is read before Arrow is loaded


class DocumentLine(NamedTuple):
    """A line of a document as a page shows it.

    It has its page or sheet ('' where there are none), its number, and its text.
    """

    page: str
    number: int
    text: str


DocumentLines = Mapping[str, tuple[DocumentLine, ...]]  # by the path of the document


@dataclass(frozen=True)
class RowsInFile(Sequence[Row]):
    """The rows of a large table: how many they are is known, the others are read when needed."""

    file: Path
    schema: Schema
    length: int

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Row]:
        from openbaar.schema.columns import row_values

        return row_values(self.file, self.schema)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return list(islice(self, *index.indices(len(self))))
        number = range(len(self))[index]
        return next(islice(self, number, None))


@dataclass(frozen=True)
class TableData(ABC):
    """A table with its rows, typed by the schema, and the CSV file that holds them."""

    table: Table
    rows: Rows

    @property
    def path(self) -> str:
        """The path of the CSV file in the publication."""
        return csv_path(self.table.name)

    @property
    def cells(self) -> int:
        """How many cells the table has, the empty ones included."""
        return len(self.rows) * len(self.table.columns)

    @property
    @abstractmethod
    def content(self) -> Content:
        """The CSV file."""

    @property
    @abstractmethod
    def size(self) -> int:
        """The number of bytes of the CSV file."""

    @property
    @abstractmethod
    def sha256(self) -> str:
        """The SHA-256 of the CSV file, in hexadecimal."""

    @property
    @abstractmethod
    def whole(self) -> Collection[str]:
        """The columns of numbers that have no fraction in any row."""

    @abstractmethod
    def lines(self) -> Iterator[int]:
        """The line of the CSV file on which each row begins."""


@dataclass(frozen=True)
class TableInMemory(TableData):
    """A table whose rows are all in memory, as those are that the toolkit made."""

    csv: bytes

    @property
    def content(self) -> bytes:
        """The CSV file."""
        return self.csv

    @property
    def size(self) -> int:
        """The number of bytes of the CSV file."""
        return len(self.csv)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the CSV file, in hexadecimal."""
        return hashlib.sha256(self.csv).hexdigest()

    @cached_property
    def whole(self) -> Collection[str]:
        """The columns of numbers that have no fraction in any row."""
        fields = self.table.table_schema.fields
        return {each.name for each in fields if self._is_whole(each.name)}

    def _is_whole(self, column: str) -> bool:
        for row in self.rows:
            value = row[column]
            if isinstance(value, Decimal) and value != int(value):
                return False
        return True

    def lines(self) -> Iterator[int]:
        """The line of the CSV file on which each row begins."""
        return row_lines(io.StringIO(self.csv.decode("utf-8"), newline=""))


@dataclass(frozen=True)
class TableInFile(TableData):
    """A large table, which stays in its file; each use of its rows reads them again."""

    file: Path
    scan: Scan

    @property
    def content(self) -> Path:
        """The CSV file."""
        return self.file

    @property
    def size(self) -> int:
        """The number of bytes of the CSV file."""
        return self.scan.size

    @property
    def sha256(self) -> str:
        """The SHA-256 of the CSV file, in hexadecimal."""
        return self.scan.sha256

    @property
    def whole(self) -> Collection[str]:
        """The columns of numbers that have no fraction in any row."""
        return self.scan.whole

    def lines(self) -> Iterator[int]:
        """The line of the CSV file on which each row begins."""
        with self.file.open(encoding="utf-8", newline="") as text:
            yield from row_lines(text)


@dataclass(frozen=True)
class Dataset:
    """A publication with its data: all tables, the trust tables last, and its documents' lines.

    `doubts` are what a person should look at in what was read of documents.
    `read` is what the rows of `provenance` come to, where that is known without reading them.
    """

    publication: Publication
    tables: Mapping[str, TableData]
    lines: DocumentLines = field(default_factory=dict)
    doubts: Sequence[Problem] = ()
    read: WhereRead | None = None

    def rows(self, table: str) -> Rows:
        """The rows of a table."""
        return self.tables[table].rows

    @property
    def spans(self) -> Mapping[str, Mapping[str, Span]]:
        """For each table its documents with the lines it was read from, by `provenance`."""
        return self._where_read.spans

    @property
    def placed_by_rule(self) -> frozenset[str]:
        """The tables of which `provenance` says once for each column where its cells are."""
        return self._where_read.placed_by_rule

    @cached_property
    def _where_read(self) -> WhereRead:
        return self.read or where_read(self.rows("provenance"))

    @property
    def files(self) -> dict[str, Content]:
        """The CSV files by their path in the publication."""
        return {data.path: data.content for data in self.tables.values()}

    @property
    def in_files(self) -> list[TableInFile]:
        """The large tables."""
        return [data for data in self.tables.values() if isinstance(data, TableInFile)]


def csv_path(table: str) -> str:
    """The path of a table's CSV file in the publication."""
    return f"tables/{table}.csv"


def table_data(table: Table, rows: Rows) -> TableInMemory:
    """A table with rows that were made by the toolkit, and their CSV file."""
    return TableInMemory(table, rows, write_csv(table.columns, rows))


def read_table_data(publication: Publication, table: Table) -> TableData:
    """A table with the rows of its CSV file, each checked against the schema.

    Whether a key of a large table is used twice is left to the database. Raises OpenbaarError with
    every problem of the file.
    """
    return table_in_file(table, inside(publication.root, csv_path(table.name)), publication.root)


def read_tables_data(
    publication: Publication,
    tables: Iterable[Table],
    missing: Callable[[Publication, str], Problem],
) -> dict[str, TableData]:
    """These tables with the rows of their CSV files, by name.

    Raises OpenbaarError with every problem of every file, for one that is not there the `missing`.
    """
    found: dict[str, TableData] = {}
    problems: list[Problem] = []
    for table in tables:
        if not publication.csv_path(table.name).exists():
            problems.append(missing(publication, table.name))
            continue
        try:
            found[table.name] = read_table_data(publication, table)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return found


def table_in_file(table: Table, file: Path, root: Path) -> TableData:
    """A table whose CSV file is this one; raises OpenbaarError as `read_table_data` does.

    What is found in a large one is kept in the publication in `root`.
    """
    path = csv_path(table.name)
    if file.stat().st_size >= LARGE:
        large = _large_table(table, file, root)
        if large is not None:
            return large
    data = read_inside(file.parent, file.name, most("table_bytes"))
    return TableInMemory(table, read_csv(data, table.table_schema, path), data)


def table_held(table: Table, file: Path) -> TableInMemory:
    """A table whose CSV file was made by the toolkit, all of it in memory."""
    data = file.read_bytes()
    return TableInMemory(table, read_csv(data, table.table_schema, csv_path(table.name)), data)


def _large_table(table: Table, file: Path, root: Path) -> TableInFile | None:
    """A table that stays in its file; None where that can only be read by rows."""
    with extra("large", f"{csv_path(table.name)}, which has {LARGE} bytes or more,"):
        from openbaar.tables.kept_scans import scanned

    found = scanned(root, file, table.table_schema, csv_path(table.name))
    if found is None:
        return None
    rows = RowsInFile(file, table.table_schema, found.rows)
    return TableInFile(table, rows, file, found)


def read_dataset(publication: Publication) -> Dataset:
    """The dataset in the folder of the publication, as `openbaar convert` last wrote it.

    Raises OpenbaarError with every problem of every CSV file.
    """
    tables = read_tables_data(publication, publication.resources.values(), _not_converted)
    return Dataset(publication, tables, read_lines(lines_path(publication)))


def _not_converted(publication: Publication, name: str) -> Problem:
    place = publication.place(name)
    return Problem(place, f"{csv_path(name)} is missing", "run `openbaar convert`")


def lines_path(publication: Publication) -> Path:
    """The file in which converting leaves the lines of the documents for the pages of the site."""
    return publication.root / "build" / f"{publication.package.name}.lines.json"


def lines_as_json(lines: Iterable[DocumentLine]) -> Iterator[str]:
    """The lines of a document in JSON, piece by piece: each value on a line of the file."""
    before = "[\n[\n"
    for line in lines:
        yield f"{before}{_encode(line.page)},\n{line.number},\n{_encode(line.text)}"
        before = "\n],\n[\n"
    yield "[]" if before.startswith("[") else "\n]\n]"


_encode = json.JSONEncoder(ensure_ascii=False).encode  # of a text, which takes it no time


def read_lines(path: Path) -> DocumentLines:
    """The lines that converting left; none where no document was converted here."""
    if not path.is_file():
        return {}
    found = {}
    for document, lines in json.loads(path.read_bytes()).items():
        found[document] = tuple(starmap(DocumentLine, lines))
    return found
