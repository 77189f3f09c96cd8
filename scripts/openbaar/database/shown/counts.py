"""How many rows of a large table each combination of values of its facets has.

A page counts the values of each facet among the rows that a visitor chose. Of a large table each of
these counts would read all rows; here they are read once, into a table of a few thousand rows that
answers the same questions: a small data cube (https://www.w3.org/TR/vocab-data-cube/). Another one
counts what search finds (`found`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from openbaar.database.earlier import Earlier
from openbaar.database.shown.found import (
    MOST_TEXTS,
    add_found,
    number_of_texts,
    searched_columns,
)
from openbaar.schema.conventions import COUNTED_ROWS, COUNTS, FOUND
from openbaar.tables.authored.model import Table
from openbaar.tables.dataset import Dataset, TableData

FEWEST_ROWS = 10_000  # fewer are counted in a few thousandths of a second
MOST_COMBINATIONS = 20_000  # more take as long to read as an index
ROWS_OF_EACH_TEXT = 4  # on average, for each combination: of fewer, counts are no shorter than rows


@dataclass(frozen=True)
class Counted:
    """By what the rows of a large table were counted.

    `facets` are the columns of its table of counts. `searched` are the columns that are searched,
    and `found` those by whose values the rows of each text were counted; None where they were not.
    """

    facets: list[str]
    searched: list[str]
    found: list[str] | None


def add_counts(
    connection: sqlite3.Connection, dataset: Dataset, earlier: Earlier
) -> dict[str, Counted]:
    """Count the rows of each large table by its facets and by what search finds.

    The counts of a table whose rows are those of an `earlier` edition are copied from there.
    """
    counted: dict[str, Counted] = {}
    for name, data in dataset.tables.items():
        if len(data.rows) < FEWEST_ROWS:
            continue
        searched = searched_columns(dataset, data)
        if earlier.has_counts(data.table, searched):
            counted[name] = Counted(**earlier.counted[name])
            earlier.copy_counts(connection, data.table)
        else:
            counted[name] = _counted(connection, data, searched)
    return counted


def _counted(connection: sqlite3.Connection, data: TableData, searched: list[str]) -> Counted:
    """Count the rows of a table."""
    values = _values_of_facets(connection, data.table)
    facets = _of_combinations(values, MOST_COMBINATIONS)
    found = None
    if searched:
        texts = number_of_texts(connection, data.table)
        if texts <= MOST_TEXTS:
            found = _of_combinations(values, len(data.rows) // ROWS_OF_EACH_TEXT // texts)
            add_found(connection, data.table, found)
    if facets:
        _add_counts_of_facets(connection, data.table.name, facets, found)
    return Counted(facets, searched, found)


def _values_of_facets(connection: sqlite3.Connection, table: Table) -> dict[str, int]:
    """How many values each facet has, blank being one more.

    A facet of lists is counted by what is in each list, which no combination tells.
    """
    values: dict[str, int] = {}
    for facet in table.facets:
        if table.table_schema.field(facet).type != "array":
            sql = f"SELECT count(DISTINCT {facet}) + 1 FROM {table.name}"
            (values[facet],) = connection.execute(sql).fetchone()
    return values


def _of_combinations(values: Mapping[str, int], most: int) -> list[str]:
    """The facets of whose values there are at most so many combinations.

    Those with the most values are left out.
    """
    columns = list(values)
    while columns and prod(values[column] for column in columns) > most:
        columns.remove(max(columns, key=values.__getitem__))
    return columns


def _add_counts_of_facets(
    connection: sqlite3.Connection, table: str, facets: list[str], found: list[str] | None
) -> None:
    """Add the table of counts, from the longer one of what search finds where that tells enough."""
    listed = ", ".join(facets)
    rows, source = "count(*)", f"{table} NOT INDEXED"
    if found is not None and set(facets) <= set(found):
        rows, source = f"sum({COUNTED_ROWS})", f"{FOUND}{table}"
    connection.execute(
        f"CREATE TABLE {COUNTS}{table} AS"
        f" SELECT {listed}, {rows} AS {COUNTED_ROWS} FROM {source} GROUP BY {listed}"
    )
