"""What the columns of a query's result mean: what the query says of them, or else a table does."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from openbaar.limits import most
from openbaar.schema.model import SchemaField
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Query, ResultColumn
from openbaar.texts import Localized


@dataclass(frozen=True)
class TableColumn:
    """A column of a result that a table named in the SQL has too."""

    table: Table
    field: SchemaField


Meaning = SchemaField | ResultColumn
ResultColumns = Mapping[str, ResultColumn | TableColumn | None]


# What a query of an author may do: https://www.sqlite.org/c3ref/c_alter_table.html.
READING = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)
MOST_STEPS = most("query_steps")
STEPS_AT_ONCE = 100_000


def run(
    connection: sqlite3.Connection, query: Query, parameters: Mapping[str, str]
) -> sqlite3.Cursor:
    """The result of a query. A parameter that is not given is empty, as Datasette has it.

    The query is somebody else's: it can only read, so no `ATTACH` makes a file, and it is ended
    when it takes very many steps. Raises sqlite3.Error for both, as for a query that fails.
    """
    left = MOST_STEPS

    def has_used_up() -> bool:
        nonlocal left
        left -= STEPS_AT_ONCE
        return left < 0

    connection.set_progress_handler(has_used_up, STEPS_AT_ONCE)
    connection.set_authorizer(_only_reading)
    try:
        return connection.execute(query.sql, defaultdict(str, parameters))
    finally:
        connection.set_authorizer(None)


def _only_reading(action: int, first: str | None, *_more: str | None) -> int:
    """Whether SQLite may do what a query asks of it."""
    # Full text search asks whether the file has changed by a pragma.
    is_search = action == sqlite3.SQLITE_PRAGMA and first == "data_version"
    return sqlite3.SQLITE_OK if action in READING or is_search else sqlite3.SQLITE_DENY


def result_columns(
    connection: sqlite3.Connection, publication: Publication, query: Query
) -> ResultColumns:
    """The columns of the result of a query, each with what describes it; None where nothing does.

    Raises sqlite3.Error when the query fails.
    """
    tables = publication.tables_of(query)
    columns: dict[str, ResultColumn | TableColumn | None] = {}
    for name, *_ in run(connection, query, {}).description:
        if name in query.columns:
            columns[name] = query.columns[name]
        else:
            columns[name] = _table_column(tables, name)
    return columns


def meanings(columns: ResultColumns) -> dict[str, Meaning]:
    """The description of each column that has one."""
    found: dict[str, Meaning] = {}
    for name, column in columns.items():
        if isinstance(column, TableColumn):
            found[name] = column.field
        elif column is not None:
            found[name] = column
    return found


def with_units(columns: Mapping[str, Meaning]) -> dict[str, Localized]:
    """The units of the columns that are counted in one, and can be measured by a chart."""
    return {name: each.unit for name, each in columns.items() if each.unit is not None}


def _table_column(tables: list[Table], name: str) -> TableColumn | None:
    """The column `name` of the first table that has it."""
    for table in tables:
        if table.table_schema.has(name):
            return TableColumn(table, table.table_schema.field(name))
    return None
