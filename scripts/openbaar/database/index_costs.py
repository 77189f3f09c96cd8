"""What the indexes of long tables cost, and which give little for it: building says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from openbaar.database.indexes import Index, all_indexes
from openbaar.database.question_indexes import FEWEST_ROWS
from openbaar.tables.dataset import Dataset

FIRST_ROWS = 20_000  # of a table, read in a few thousandths of a second
ROWS_OF_PAGE = 100
MUCH = 0.75  # of a table: an index that is as long as that is read no faster
MEGABYTE = 10**6


def costs_of_indexes(dataset: Dataset, database: Path) -> list[str]:
    """A sentence for each index of a long table: its size, what it is for, whether it gives little.

    Nothing where SQLite was built without what tells sizes (https://www.sqlite.org/dbstat.html).
    """
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return list(_sentences(connection, dataset))
        except sqlite3.OperationalError:
            return []


def _sentences(connection: sqlite3.Connection, dataset: Dataset) -> Iterator[str]:
    for index in all_indexes(dataset):
        if len(dataset.tables[index.table].rows) < FEWEST_ROWS:
            continue
        size = _size(connection, index.name)
        told = f"{index.table} ({', '.join(index.columns)})"
        use = f"{index.kind} {index.of}".strip()
        sentence = f"index of {told} for the {use}: {size / MEGABYTE:.1f} MB"
        little = _why_little(connection, index, size)
        yield f"{sentence}, which is more than it gives: {little}" if little else sentence


def _size(connection: sqlite3.Connection, name: str) -> int:
    """The bytes of a table or an index."""
    sql = "SELECT sum(pgsize) FROM dbstat WHERE name = ?"
    (size,) = connection.execute(sql, (name,)).fetchone()
    return int(size)


def _why_little(connection: sqlite3.Connection, index: Index, size: int) -> str:
    """Why an index gives less than it costs; nothing where it does not."""
    if size > MUCH * _size(connection, index.table):
        return "it is about as long as the table"
    if index.kind == "facet" and _are_found_at_once(connection, index):
        return f"each value has a page of rows among the first {FIRST_ROWS:,}"
    return ""


def _are_found_at_once(connection: sqlite3.Connection, index: Index) -> bool:
    """Whether reading on from the first row soon finds a page of rows for each value of a facet."""
    (column,) = index.columns
    found = f"SELECT 1 FROM {index.table} WHERE rowid <= {FIRST_ROWS} AND {column} IS NOT NULL"
    pages = f"{found} GROUP BY {column} HAVING count(*) >= {ROWS_OF_PAGE}"
    values = f"SELECT count(DISTINCT {column}) FROM {index.table}"
    sql = f"SELECT (SELECT count(*) FROM ({pages})) = ({values})"
    (are_found,) = connection.execute(sql).fetchone()
    return bool(are_found)
