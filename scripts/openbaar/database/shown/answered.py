"""The questions about large tables, answered when the database is built.

A question without parameters is answered by all of a table. Of a large one that takes seconds, so
its result is kept in a table of its own, from which the site reads it.
"""

from __future__ import annotations

import re
import sqlite3
from itertools import islice
from typing import Any

from openbaar.database.shown import counts
from openbaar.database.shown.results import run
from openbaar.schema.conventions import ANSWERS
from openbaar.tables.authored.queries import Query
from openbaar.tables.dataset import Dataset

MOST_ROWS = 1000  # of a result; a page shows no more
CHANGING = re.compile(r"random|\bnow\b|current_", re.IGNORECASE)  # what SQL says of chance and time


def add_answers(connection: sqlite3.Connection, dataset: Dataset) -> list[str]:
    """Add a table with the result of each question about a large table; return their names.

    A parameter is empty, as it is where a visitor gives none. A question that fails is left out,
    and so is one with a longer result, one whose answer is another one each time, one with two
    columns of one name, which no table can have, and one with a column that is called as it is
    computed from a parameter, since the site may ask for that in other words (`narrowing`).
    """
    answered: list[str] = []
    for name, query in dataset.publication.package.queries.items():
        if CHANGING.search(query.sql) or not _is_about_a_large_table(dataset, query):
            continue
        try:
            columns, rows = _result(connection, query)
        except sqlite3.Error:  # the check that runs all queries reports it
            continue
        if len(rows) <= MOST_ROWS and _may_be_of_table(columns):
            _add(connection, f"{ANSWERS}{name}", columns, rows)
            answered.append(name)
    return answered


def _may_be_of_table(columns: list[str]) -> bool:
    """Whether columns have different names, none of which hangs on a parameter."""
    names = {column.lower() for column in columns if ":" not in column}
    return len(names) == len(columns)


def _is_about_a_large_table(dataset: Dataset, query: Query) -> bool:
    tables = dataset.publication.tables_of(query)
    return any(len(dataset.tables[table.name].rows) >= counts.FEWEST_ROWS for table in tables)


def _result(connection: sqlite3.Connection, query: Query) -> tuple[list[str], list[Any]]:
    """The columns and the rows of a result, one row more than is kept at the most."""
    found = run(connection, query, {})
    rows = list(islice(found, MOST_ROWS + 1))
    columns = [column for column, *_ in found.description]
    found.close()
    return columns, rows


def _add(
    connection: sqlite3.Connection, table: str, columns: list[str], rows: list[tuple[object, ...]]
) -> None:
    """Add a table with these rows; without types it keeps each value as it is."""
    quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    places = ", ".join("?" * len(columns))
    connection.set_progress_handler(None, 0)  # what `run` sets
    connection.execute(f"CREATE TABLE {table} ({quoted})")
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
