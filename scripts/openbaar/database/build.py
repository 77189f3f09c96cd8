"""The database: the tables as SQLite, typed by their schemas, with keys, indexes and search.

It is built from nothing each time, under another name, and replaces the earlier one when every
check on it has passed. Built twice on one machine it is the same, byte for byte.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from openbaar.database.charts.drawn import names_charts
from openbaar.database.charts.png_files import Drawers
from openbaar.database.earlier import Earlier
from openbaar.database.foreign_keys import (
    foreign_key_problems,
    large_key_problems,
    repeated_key_problems,
)
from openbaar.database.indexes import all_indexes
from openbaar.database.shown.found import searched_columns
from openbaar.database.shown.search_index import TOKENIZER
from openbaar.database.site_content import add_charts, add_site_content
from openbaar.database.statements import create_statement, sql_value
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing
from openbaar.package.model import Descriptor
from openbaar.tables.dataset import Dataset, TableData, TableInFile, TableInMemory

Watch = Callable[[TableInFile, Any], None]  # a table, and a batch of its rows in Arrow
NOTHING_EARLIER = Earlier()
LARGE_PAGE = 16 * 2**10  # bytes of a page of a database with large tables: a quarter of the writes


def watch_nothing(_data: TableInFile, _batch: Any) -> None:
    """Let the rows of a large table pass."""


def build_database(
    dataset: Dataset,
    descriptor: Descriptor,
    target: Path,
    watch: Watch = watch_nothing,
    earlier: Earlier = NOTHING_EARLIER,
) -> None:
    """Build the database of `dataset` at `target`; pages show what `descriptor` says.

    `watch` sees the rows of large tables as they are read, but for tables that did not change since
    the `earlier` database was built; rows that did not are copied from it. Raises OpenbaarError,
    and leaves the file at `target` as it is, when a key is used twice or points to no row, or a
    query or a chart does not fit the tables.
    """
    problems = foreign_key_problems(dataset)
    if problems:
        raise OpenbaarError(problems)
    with replacing(target) as partial:
        try:
            _build(dataset, descriptor, partial, watch, earlier)
            with closing(_opened(partial)) as database:
                check_integrity(database, target.name, dataset.in_files)
        except sqlite3.OperationalError as error:
            raise _as_of_the_system(error, target) from error


def _build(
    dataset: Dataset, descriptor: Descriptor, path: Path, watch: Watch, earlier: Earlier
) -> None:
    """Build the database in a new file; charts come last, and are drawn while all else is added."""
    with Drawers(dataset.publication.root, path.parent) as drawers:
        if names_charts(dataset.publication):
            drawers.get_ready()
        _add_rows(dataset, path, watch, earlier)
        with closing(_opened(path)) as database:
            problems = large_key_problems(database, dataset, earlier.alike)
            if problems:
                raise OpenbaarError(problems)
            charts = add_site_content(database.conn, dataset, descriptor, earlier, drawers)
    with closing(_opened(path)) as database:
        add_charts(database.conn, charts)


def _add_rows(dataset: Dataset, path: Path, watch: Watch, earlier: Earlier) -> None:
    """Add the tables with their rows, indexes and search.

    Rows that are copied bring their indexes along; those that are loaded are sorted afterwards.
    """
    copied = all(earlier.has_rows(data.table.name) for data in dataset.in_files)
    appended = _are_appended(dataset)
    are_indexed_first = copied or appended
    with closing(_opened(path)) as database:
        if dataset.in_files:
            database.execute(f"PRAGMA page_size = {LARGE_PAGE}")
        _add_tables(database, dataset)
        if are_indexed_first:
            _add_indexes(database, dataset)
    _load_large(path, dataset, watch, earlier)
    with closing(_opened(path)) as database:
        if not are_indexed_first:
            _add_indexes(database, dataset)
        _make_searchable(database, dataset)
        (gaps,) = database.execute("PRAGMA freelist_count").fetchone()
    if gaps or not appended:
        _compact(path)


def _are_appended(dataset: Dataset) -> bool:
    """Whether each row of a large table is put behind all others, and into no index.

    Its key is the number of the row then (https://www.sqlite.org/lang_createtable.html#rowid), and
    the rows stand in its order. Their pages are full, and in the order of the file, as those are
    that VACUUM writes.
    """
    indexed = {index.table for index in all_indexes(dataset)}
    for data in dataset.in_files:
        is_indexed = data.table.name in indexed or data.table.table_schema.all_unique_keys
        if is_indexed or not data.scan.in_order or searched_columns(dataset, data):
            return False
    return bool(dataset.in_files)


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


def check_integrity(database: Database, name: str, large: Collection[TableInFile] = ()) -> None:
    """Let SQLite itself check a finished database; `name` is how messages call it.

    Where there are tables in `large` it compares no index with its rows, which takes as long as
    loading them; the foreign keys of these were checked. Raises OpenbaarError with everything that
    SQLite finds.
    """
    named = {data.table.name for data in large}
    wrong: list[str] = []
    for table in database.table_names():
        if table not in named:
            wrong += _broken_keys(database, table)
    thorough = "quick_check" if named else "integrity_check"
    for (finding,) in database.execute(f"PRAGMA {thorough}"):
        if finding != "ok":
            wrong.append(finding)
    if wrong:
        raise OpenbaarError([Problem(Place(name), message) for message in wrong])


def _broken_keys(database: Database, checked: str) -> Iterator[str]:
    """The rows of a table whose foreign keys lead to no row, in words."""
    for table, row, target, _key in database.execute(f"PRAGMA foreign_key_check({checked})"):
        message = f"row {row} of {table} points to no row of {target}"
        yield message


def _opened(path: Path) -> Database:
    """The database, written without a way back: it is thrown away when anything goes wrong.

    A journal in memory would grow with the file, whose every page VACUUM replaces.
    """
    database = Database(path)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    return database


def _add_tables(database: Database, dataset: Dataset) -> None:
    """Create the tables, and fill those whose rows are in memory."""
    with database.atomic():
        for data in dataset.tables.values():
            _create(database, dataset, data)
            if isinstance(data, TableInMemory):
                _insert(database, data)


def _load_large(path: Path, dataset: Dataset, watch: Watch, earlier: Earlier) -> None:
    """Fill the large tables. Raises OpenbaarError with every key that is used twice."""
    if not dataset.in_files:
        return
    from openbaar.database.bulk import KeyUsedTwiceError, load, pass_by

    problems: list[Problem] = []
    for data in dataset.in_files:
        if earlier.has_rows(data.table.name):
            earlier.copy_rows(path, data.table.name)
            if not earlier.has_file(data.table.name):
                pass_by(data, watch)
            continue
        try:
            load(path, data, watch)
        except KeyUsedTwiceError:
            problems += repeated_key_problems(data, path.parent)
    if problems:
        raise OpenbaarError(problems)


def _make_searchable(database: Database, dataset: Dataset) -> None:
    """Add search to the tables that are not too long for it."""
    for data in dataset.tables.values():
        searched = searched_columns(dataset, data)
        if searched:
            database.table(data.table.name).enable_fts(searched, tokenize=TOKENIZER).optimize()


def _compact(path: Path) -> None:
    """Have the tables of a database one after the other in its file, without gaps.

    They then are the same bytes however their rows came in. VACUUM without INTO writes them twice.
    No ANALYZE: what it stores differs between versions of SQLite, and the file with it.
    """
    compact = path.with_name(f"{path.name}.compact")
    try:
        with closing(_opened(path)) as database:
            database.execute("VACUUM INTO ?", [str(compact)])
        os.replace(compact, path)
    finally:
        compact.unlink(missing_ok=True)


def _create(database: Database, dataset: Dataset, data: TableData) -> None:
    statement = create_statement(data.table, data.whole, dataset.publication.language)
    try:
        database.execute(statement)
    except sqlite3.Error as error:
        place = dataset.publication.place(data.table.name)
        raise OpenbaarError(Problem(place, f"SQLite refuses the table: {error}")) from error


def _insert(database: Database, data: TableInMemory) -> None:
    """Insert the rows as they are; `insert_all` of sqlite-utils would first look for types."""
    columns = data.table.columns
    placeholders = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {data.table.name} VALUES ({placeholders})"
    rows = ([sql_value(row[column]) for column in columns] for row in data.rows)
    database.conn.executemany(statement, rows)


def _add_indexes(database: Database, dataset: Dataset) -> None:
    for index in all_indexes(dataset):
        database.table(index.table).create_index(index.columns, index.name)
