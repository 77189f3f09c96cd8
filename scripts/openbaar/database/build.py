"""The database: the tables as SQLite, typed by their schemas, with keys, indexes and search.

It is built from nothing each time, under another name, and replaces the earlier one when every
check on it has passed. Built twice on one machine it is the same, byte for byte.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from decimal import Decimal
from pathlib import Path

from sqlite_utils import Database

from openbaar.database.foreign_keys import foreign_key_problems
from openbaar.database.search_index import TOKENIZER
from openbaar.database.site_content import add_site_content
from openbaar.database.statements import create_statement, index_columns
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing
from openbaar.package.model import Descriptor
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset, TableData
from openbaar.tables.model import Table

SqlValue = str | int | float | None


def build_database(dataset: Dataset, descriptor: Descriptor, target: Path) -> None:
    """Build the database of `dataset` at `target`; pages show what `descriptor` says.

    Raises OpenbaarError, and leaves the file at `target` as it is, when a foreign key points to no
    row, or a query or a chart does not fit the tables.
    """
    problems = foreign_key_problems(dataset)
    if problems:
        raise OpenbaarError(problems)
    with replacing(target) as partial:
        database = Database(partial)
        try:
            _add_tables(database, dataset)
            add_site_content(database.conn, dataset, descriptor)
            check_integrity(database, target.name)
        except sqlite3.OperationalError as error:
            raise _as_of_the_system(error, target) from error
        finally:
            database.close()


def _as_of_the_system(error: sqlite3.OperationalError, target: Path) -> Exception:
    """An error of the disk as the operating system reports it; any other as it is.

    SQLite has codes of its own: https://www.sqlite.org/rescode.html.
    """
    code = error.sqlite_errorcode & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return OSError(errno.EIO, str(error), str(target))
    return error


def check_integrity(database: Database, name: str) -> None:
    """Let SQLite itself check a finished database; `name` is how messages call it.

    Raises OpenbaarError with everything that SQLite finds.
    """
    place = Place(name)
    problems: list[Problem] = []
    for table, row, target, _key in database.execute("PRAGMA foreign_key_check"):
        message = f"row {row} of {table} points to no row of {target}"
        problems.append(Problem(place, message))
    for (finding,) in database.execute("PRAGMA integrity_check"):
        if finding != "ok":
            problems.append(Problem(place, finding))
    if problems:
        raise OpenbaarError(problems)


def _add_tables(database: Database, dataset: Dataset) -> None:
    """Create the tables, fill them, and make them fast to search."""
    # Nothing is lost when the machine stops halfway: the file is thrown away then.
    database.execute("PRAGMA journal_mode = MEMORY")
    database.execute("PRAGMA synchronous = OFF")
    with database.atomic():
        for data in dataset.tables.values():
            _create(database, dataset, data)
            _insert(database, data)
    for data in dataset.tables.values():
        _add_indexes(database, data.table)
    # No ANALYZE: what it stores differs between versions of SQLite, and the file with it.
    database.vacuum()


def _create(database: Database, dataset: Dataset, data: TableData) -> None:
    statement = create_statement(data.table, data.rows, dataset.publication.language)
    try:
        database.execute(statement)
    except sqlite3.Error as error:
        place = dataset.publication.place(data.table.name)
        raise OpenbaarError(Problem(place, f"SQLite refuses the table: {error}")) from error


def _insert(database: Database, data: TableData) -> None:
    """Insert the rows as they are; `insert_all` of sqlite-utils would first look for types."""
    columns = data.table.columns
    placeholders = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {data.table.name} VALUES ({placeholders})"
    rows = ([_sql_value(row[column]) for column in columns] for row in data.rows)
    database.conn.executemany(statement, rows)


def _add_indexes(database: Database, table: Table) -> None:
    for columns in index_columns(table):
        database.table(table.name).create_index(columns)
    if table.search:
        database.table(table.name).enable_fts(table.search, tokenize=TOKENIZER).optimize()


def _sql_value(value: Value) -> SqlValue:
    """The value as SQLite takes it.

    A decimal number has at most 15 digits, which a REAL holds exactly as printed.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value
