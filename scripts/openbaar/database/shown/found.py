"""How many rows of a large table say each text in which they are searched.

Search finds rows by their words, and a page counts what it found. A large table says the same again
and again: two million rows may name three hundred branches. The texts that differ are kept once,
with an index of their words, beside how many rows say each of them, for each combination of values
of facets. Words are then looked for in a few hundred texts, and no row is read to count it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from openbaar.database.shown.search_index import TOKENIZER
from openbaar.schema.conventions import COUNTED_ROWS, FOUND, TEXT, TEXTS
from openbaar.tables.authored.model import Table
from openbaar.tables.dataset import Dataset, TableData

MOST_TEXTS = 20_000  # of more, few are said by many rows


def searched_columns(dataset: Dataset, data: TableData) -> list[str]:
    """The columns in which the rows of a table are searched: none where it is too long for that."""
    is_short = data.cells <= dataset.publication.package.most_cells.search
    return list(data.table.search) if is_short else []


def number_of_texts(connection: sqlite3.Connection, table: Table) -> int:
    """How many texts differ, counted up to one more than `MOST_TEXTS`.

    A text is what one row says in all columns that are searched.
    """
    differing = f"SELECT DISTINCT {', '.join(table.search)} FROM {table.name}"
    (count,) = connection.execute(
        f"SELECT count(*) FROM ({differing} LIMIT {MOST_TEXTS + 1})"
    ).fetchone()
    return int(count)


def add_found(connection: sqlite3.Connection, table: Table, facets: Sequence[str]) -> None:
    """Add the texts of a table, the index of their words, and how many rows say each of them.

    The rows are counted for each combination of values of `facets`. Both tables number the texts in
    the same order.
    """
    name, searched = table.name, ", ".join(table.search)
    # The cast gives the column a type, without which SQLite would not use its index.
    number = f"CAST(dense_rank() OVER (ORDER BY {searched}) AS INTEGER) AS {TEXT}"
    told = ", ".join([number, *facets, f"count(*) AS {COUNTED_ROWS}"])
    grouped = ", ".join([*table.search, *facets])
    connection.execute(
        f"CREATE TABLE {FOUND}{name} AS SELECT {told} FROM {name} NOT INDEXED GROUP BY {grouped}"
    )
    index_found(connection, name)
    texts = f"SELECT DISTINCT {searched} FROM {name}"
    add_texts(connection, table, connection.execute(f"SELECT {number}, {searched} FROM ({texts})"))


def index_found(connection: sqlite3.Connection, table: str) -> None:
    """Let the counts of a text be found by its number."""
    connection.execute(f"CREATE INDEX {FOUND}{table}_text ON {FOUND}{table} ({TEXT})")


def add_texts(connection: sqlite3.Connection, table: Table, texts: sqlite3.Cursor) -> None:
    """Add the index of the words of `texts`, each with its number; it holds the texts too."""
    index, searched = f"{TEXTS}{table.name}", ", ".join(table.search)
    places = ", ".join("?" * len(table.search))
    connection.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5({searched}, tokenize = '{TOKENIZER}')"
    )
    with connection:
        connection.executemany(
            f"INSERT INTO {index} (rowid, {searched}) VALUES (?, {places})", texts
        )
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
