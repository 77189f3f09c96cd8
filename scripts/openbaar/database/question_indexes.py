"""Indexes for the questions that visitors ask of a long table with a choice of their own.

What a question asks without parameters is answered when the database is built. With one it reads
all rows, each time. An index with all columns that it asks for is shorter than the table, and has
the rows in the order in which they are added up. Which one serves, SQLite itself says: each order
of the columns is tried on tables without rows, and the plan that sorts least is taken
(https://www.sqlite.org/eqp.html).
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import permutations
from typing import NamedTuple

from openbaar.database.results import run
from openbaar.database.statements import create_statement
from openbaar.tables.dataset import Dataset
from openbaar.tables.queries import Query

FEWEST_ROWS = 50_000  # fewer are read in a hundredth of a second or two
MOST_COLUMNS = 4  # of an index: one with more is hardly shorter than its table
TRIED = "tried"  # the name of the index that is tried
WHOLE = re.compile(r"SCAN \w+(?! USING COVERING INDEX)\b")  # a step of a plan
Columns = tuple[str, ...]


class Plan(NamedTuple):
    """How SQLite would answer a question: the less it sorts and reads, the better."""

    sorted: int  # how often it sorts, or groups by sorting
    read_whole: int  # how many tables it reads from end to end
    is_covered: bool  # whether it asks the index that is tried, and not its table


def indexes_for_questions(
    dataset: Dataset, there: Sequence[tuple[str, Columns]]
) -> Iterator[tuple[str, str, Columns]]:
    """A question, its table, and the columns of the index that it needs, where there is one.

    `there` are the indexes that there are anyway, each as its table and columns.
    """
    long = [name for name, data in dataset.tables.items() if len(data.rows) >= FEWEST_ROWS]
    if not long:
        return
    with closing(_tables_without_rows(dataset)) as connection:
        for table, columns in there:
            _create_index(connection, table, columns)
        for name, query in dataset.publication.package.queries.items():
            for table in _asked(dataset, query, long):
                best = _best_index(connection, query, table)
                if best is not None:
                    _create_index(connection, table, best)
                    yield name, table, best


def _asked(dataset: Dataset, query: Query, tables: Sequence[str]) -> list[str]:
    """Those of the tables that a question with parameters asks."""
    if not query.parameters:
        return []
    asked = {table.name for table in dataset.publication.tables_of(query)}
    return [name for name in tables if name in asked]


def _tables_without_rows(dataset: Dataset) -> sqlite3.Connection:
    """A database in memory with the tables of a publication, and no rows."""
    connection = sqlite3.connect(":memory:")
    language = dataset.publication.language
    for data in dataset.tables.values():
        connection.execute(create_statement(data.table, data.whole, language))
    return connection


def _create_index(
    connection: sqlite3.Connection, table: str, columns: Columns, name: str = ""
) -> None:
    called = name or f"idx_{table}_{'_'.join(columns)}"
    connection.execute(f"CREATE INDEX {called} ON {table} ({', '.join(columns)})")


def _best_index(connection: sqlite3.Connection, query: Query, table: str) -> Columns | None:
    """The columns of the index that serves a question best; None where it needs none."""
    try:
        columns = _columns_read(connection, query, table)
        without_index = _plan(connection, query)
    except sqlite3.Error:  # the check that runs all queries reports it
        return None
    if len(columns) > MOST_COLUMNS:
        return None
    plans = {}
    for order in permutations(columns):
        _create_index(connection, table, order, TRIED)
        plan = _plan(connection, query)
        connection.execute(f"DROP INDEX {TRIED}")
        if plan.is_covered and plan.read_whole < without_index.read_whole:
            plans[order] = plan
    return min(plans, key=plans.__getitem__, default=None)


def _columns_read(connection: sqlite3.Connection, query: Query, table: str) -> list[str]:
    """The columns of a table that a question reads, in alphabetical order."""
    read: set[str] = set()

    def note(action: int, first: str | None, second: str | None, *_more: str | None) -> int:
        if action == sqlite3.SQLITE_READ and first == table and second:
            read.add(second)
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        connection.execute(f"EXPLAIN {query.sql}", defaultdict(str))
    finally:
        connection.set_authorizer(None)
    return sorted(read)


def _plan(connection: sqlite3.Connection, query: Query) -> Plan:
    """How SQLite would answer a question with the indexes that there are."""
    explained = query.model_copy(update={"sql": f"EXPLAIN QUERY PLAN {query.sql}"})
    steps = [step for *_, step in run(connection, explained, {})]
    sorts = [step for step in steps if "USE TEMP B-TREE" in step]
    whole = [step for step in steps if WHOLE.match(step)]
    return Plan(len(sorts), len(whole), any(f"COVERING INDEX {TRIED}" in step for step in steps))
