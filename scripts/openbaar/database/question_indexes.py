"""Indexes for the questions that visitors ask of a long table with a choice of their own.

What a question asks without parameters is answered when the database is built. With one it reads
all rows, each time. An index with all columns that it asks for is shorter than the table, and has
the rows that were chosen beside each other, in the order in which they are added up. Which one
serves, SQLite itself says: each order of the columns is tried on tables without rows, and the plan
that reads and sorts least is taken (https://www.sqlite.org/eqp.html).
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from itertools import permutations
from typing import NamedTuple

from openbaar.database.narrowing import narrowed
from openbaar.database.shown.results import run
from openbaar.database.statements import create_statement
from openbaar.tables.authored.queries import Query
from openbaar.tables.dataset import Dataset

FEWEST_ROWS = 50_000  # fewer are read in a hundredth of a second or two
MOST_COLUMNS = 4  # of an index: one with more is hardly shorter than its table
TRIED = "tried"  # the name of the index that is tried
# Steps of a plan (https://www.sqlite.org/eqp.html#table_and_index_scans).
ALL_OF_INDEX = re.compile(r"SCAN \w+ USING COVERING INDEX")
ALL_OF_TABLE = re.compile(r"SCAN \w+(?! USING COVERING INDEX)\b")
BY_INDEX = re.compile(r"SEARCH \w+ USING INDEX (\w+)")
Columns = tuple[str, ...]


class Plan(NamedTuple):
    """How SQLite would answer a question: the less it reads and sorts, the better."""

    tables: int  # how many tables it reads from end to end
    indexes: int  # how many indexes it reads from end to end
    looked_up: int  # how often it finds many rows by an index, and reads each in its table
    sorted: int  # how often it sorts, or groups by sorting
    is_covered: bool  # whether it asks the index that is tried, and not its table

    @property
    def read(self) -> tuple[int, int, int]:
        """What it reads, the slowest first."""
        return self.tables, self.indexes, self.looked_up


def indexes_for_questions(
    dataset: Dataset, there: Sequence[tuple[str, Columns]]
) -> Iterator[tuple[str, str, Columns]]:
    """A question, its table, and the columns of the index that it needs, where there is one.

    `there` are the indexes that there are anyway, each as its table and columns.
    """
    asking = list(_asking(dataset))
    if not asking:
        return
    with closing(_tables_without_rows(dataset)) as connection:
        of_many = _facet_indexes(dataset)
        for table, columns in there:
            _create_index(connection, table, columns)
        for name, query, table in asking:
            best = _best_index(connection, query, table, of_many)
            if best is not None:
                _create_index(connection, table, best)
                of_many.add(index_name(table, best))
                yield name, table, best


def _asking(dataset: Dataset) -> Iterator[tuple[str, Query, str]]:
    """The questions with parameters, each once for each long table that it asks."""
    long = [name for name, data in dataset.tables.items() if len(data.rows) >= FEWEST_ROWS]
    queries = dataset.publication.package.queries
    for name, query in queries.items():
        asked = {table.name for table in dataset.publication.tables_of(query)}
        if query.parameters:
            yield from ((name, query, table) for table in long if table in asked)


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
    called = name or index_name(table, columns)
    connection.execute(f"CREATE INDEX {called} ON {table} ({', '.join(columns)})")


def index_name(table: str, columns: Columns) -> str:
    """What an index of these columns is called in the database."""
    return f"idx_{table}_{'_'.join(columns)}"


def _facet_indexes(dataset: Dataset) -> set[str]:
    """The names of the indexes of facets, where those have one of their own."""
    names = set()
    for data in dataset.tables.values():
        names |= {index_name(data.table.name, (facet,)) for facet in data.table.facets}
    return names


def _best_index(
    connection: sqlite3.Connection, query: Query, table: str, of_many: Collection[str]
) -> Columns | None:
    """The columns of the index that serves a question best; None where it needs none."""
    try:
        columns = _columns_read(connection, query, table)
        without_index = _plan(connection, query, of_many)
    except sqlite3.Error:  # the check that runs all queries reports it
        return None
    if len(columns) > MOST_COLUMNS:
        return None
    plans = {}
    for order in permutations(columns):
        _create_index(connection, table, order, TRIED)
        plan = _plan(connection, query, of_many)
        connection.execute(f"DROP INDEX {TRIED}")
        if plan.is_covered and plan.read < without_index.read:
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


def _plan(connection: sqlite3.Connection, query: Query, of_many: Collection[str]) -> Plan:
    """How SQLite would answer a question with the indexes that there are, where all is chosen.

    `of_many` are the names of the indexes by which many rows are found: those of facets and of
    other questions.
    """
    sql = narrowed(query.sql, query.parameters)
    explained = query.model_copy(update={"sql": f"EXPLAIN QUERY PLAN {sql}"})
    steps = [step for *_, step in run(connection, explained, {})]
    by_index = [found[1] for found in map(BY_INDEX.match, steps) if found]
    return Plan(
        tables=sum(ALL_OF_TABLE.match(step) is not None for step in steps),
        indexes=sum(ALL_OF_INDEX.match(step) is not None for step in steps),
        looked_up=sum(name in of_many for name in by_index),
        sorted=sum("USE TEMP B-TREE" in step for step in steps),
        is_covered=any(f"COVERING INDEX {TRIED}" in step for step in steps),
    )
