"""How much a query on the database of a publication may read, hold and find out.

What a query may find out holds for every site. The limits on memory hold for a public one only: at
home, people ask large queries of their own data.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any
from weakref import WeakKeyDictionary

from openbaar.site.published import Published

# https://docs.datasette.io/en/0.65.2/settings.html, in force on a public site.
SETTINGS: dict[str, int | bool] = {
    "sql_time_limit_ms": 1000,
    "max_returned_rows": 1000,
    "allow_csv_stream": False,  # holds a thread until its reader has it all; whole tables are files
    "default_cache_ttl": 300,  # a cache in front may answer for five minutes
}
# https://www.sqlite.org/c3ref/c_limit_attached.html
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 2_000_000,  # bytes of one value or one row
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
MAX_RESULT = 5_000_000  # characters and bytes in all rows of one result
HEAP = 100_000_000  # bytes that SQLite may hold in the whole process
DENIED_FUNCTIONS = {"fts3_tokenizer", "load_extension"}  # the first one tells an address in memory
SQLITE_FUNCTION = 31  # https://www.sqlite.org/c3ref/c_alter_table.html; Python gives it no name


class TooLargeError(sqlite3.OperationalError):
    """The rows of a result hold more than they may."""


def limit_process() -> None:
    """Cap the memory of SQLite in this process for good.

    See https://www.sqlite.org/pragma.html#pragma_hard_heap_limit.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA hard_heap_limit = {HEAP}")


def limit_connection(connection: sqlite3.Connection, published: Published) -> None:
    """Keep a query from asking about the machine, and on a public site from filling the memory."""
    connection.set_authorizer(_authorize)
    if not published.public:
        return
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    # A table that its authors made wider than that is still read, with the columns of a join.
    columns = max(LIMITS[sqlite3.SQLITE_LIMIT_COLUMN], 2 * _widest(published))
    connection.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, columns)
    connection.row_factory = _row_within_budget()


def _widest(published: Published) -> int:
    """The number of columns of the widest table."""
    return max((len(published.column_names(table)) for table in published.tables), default=0)


def _row_within_budget() -> Callable[[sqlite3.Cursor, tuple[Any, ...]], sqlite3.Row]:
    """What makes rows as Datasette has them, until those of one cursor hold too much."""
    spent: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        total = spent.get(cursor, 0)
        for value in values:
            if isinstance(value, str | bytes):
                total += len(value)
        if total > MAX_RESULT:
            raise TooLargeError("the result is too large")
        spent[cursor] = total
        return sqlite3.Row(cursor, values)

    return row


def _authorize(action: int, first: str | None, second: str | None, *_others: str | None) -> int:
    """Answer SQLite for each part of a statement. The path of the database reads as NULL."""
    if action == SQLITE_FUNCTION and second in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and first == "pragma_database_list" and second == "file":
        return sqlite3.SQLITE_IGNORE
    return sqlite3.SQLITE_OK
