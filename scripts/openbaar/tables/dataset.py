"""The tables of a publication with their rows, and the lines of its documents.

The two halves of the toolkit meet here and nowhere else: converting ends in a `Dataset`, and the
package, the database and the site are made of one. Each CSV file is read or written once, and its
rows are passed on typed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from openbaar.errors import OpenbaarError, Problem
from openbaar.files import read_inside
from openbaar.limits import most
from openbaar.schema.csvfile import Rows, read_csv, write_csv
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication


class DocumentLine(NamedTuple):
    """A line of a document as a page shows it.

    It has its page or sheet ('' where there are none), its number, and its text.
    """

    page: str
    number: int
    text: str


DocumentLines = Mapping[str, tuple[DocumentLine, ...]]  # by the path of the document


@dataclass(frozen=True)
class TableData:
    """A table with its rows, and the bytes of the CSV file that holds them."""

    table: Table
    rows: Rows
    csv: bytes

    @property
    def path(self) -> str:
        """The path of the CSV file in the publication."""
        return csv_path(self.table.name)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the CSV file, in hexadecimal."""
        return hashlib.sha256(self.csv).hexdigest()


@dataclass(frozen=True)
class Dataset:
    """A publication with its data: all tables, the trust tables last, and its documents' lines."""

    publication: Publication
    tables: Mapping[str, TableData]
    lines: DocumentLines = field(default_factory=dict)

    def rows(self, table: str) -> Rows:
        """The rows of a table."""
        return self.tables[table].rows

    @property
    def files(self) -> dict[str, bytes]:
        """The CSV files by their path in the publication."""
        return {data.path: data.csv for data in self.tables.values()}


def csv_path(table: str) -> str:
    """The path of a table's CSV file in the publication."""
    return f"tables/{table}.csv"


def table_data(table: Table, rows: Rows) -> TableData:
    """A table with rows that were made by the toolkit, and their CSV file."""
    return TableData(table, rows, write_csv(table.columns, rows))


def read_table_data(publication: Publication, table: Table) -> TableData:
    """A table with the rows of its CSV file, each checked against the schema.

    Raises OpenbaarError with every problem of the file.
    """
    path = csv_path(table.name)
    data = read_inside(publication.root, path, most("table_bytes"))
    return TableData(table, read_csv(data, table.table_schema, path), data)


def read_dataset(publication: Publication) -> Dataset:
    """The dataset in the folder of the publication, as `openbaar convert` last wrote it.

    Raises OpenbaarError with every problem of every CSV file.
    """
    tables: dict[str, TableData] = {}
    problems: list[Problem] = []
    for name, table in publication.resources.items():
        if not publication.csv_path(name).exists():
            place = publication.place(name)
            problems.append(
                Problem(place, f"{csv_path(name)} is missing", "run `openbaar convert`")
            )
            continue
        try:
            tables[name] = read_table_data(publication, table)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return Dataset(publication, tables, _read_lines(lines_path(publication)))


def lines_path(publication: Publication) -> Path:
    """The file in which converting leaves the lines of the documents for the pages of the site."""
    return publication.root / "build" / f"{publication.package.name}.lines.json"


def lines_bytes(lines: DocumentLines) -> bytes:
    """The lines of the documents as the bytes of their file."""
    return (json.dumps(lines, ensure_ascii=False, indent=0) + "\n").encode("utf-8")


def _read_lines(path: Path) -> DocumentLines:
    """The lines that converting left; none where no document was converted here."""
    if not path.is_file():
        return {}
    content = json.loads(path.read_bytes())
    return {
        document: tuple(DocumentLine(*line) for line in lines)
        for document, lines in content.items()
    }
