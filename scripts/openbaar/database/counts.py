"""How many rows of a large table each combination of values of its facets has.

A page counts the values of each facet among the rows that a visitor chose. Of a large table each of
these counts would read all rows; here they are read once, into a table of a few thousand rows that
answers the same questions: a small data cube (https://www.w3.org/TR/vocab-data-cube/).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from math import prod

from openbaar.database.earlier import Earlier
from openbaar.schema.conventions import COUNTED_ROWS, COUNTS
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import Table

FEWEST_ROWS = 10_000  # fewer are counted in a few thousandths of a second
MOST_COMBINATIONS = 20_000  # more take as long to read as an index


def add_counts(
    connection: sqlite3.Connection, dataset: Dataset, earlier: Earlier
) -> Mapping[str, list[str]]:
    """Add a table of counts for each large table with facets; return the columns of each.

    The counts of a table whose rows are those of an `earlier` edition are copied from there.
    """
    counted: dict[str, list[str]] = {}
    for name, data in dataset.tables.items():
        if len(data.rows) < FEWEST_ROWS:
            continue
        if earlier.has_counts(data.table):
            counted[name] = earlier.counted[name]
            earlier.copy_counts(connection, name)
            continue
        columns = _counted_columns(connection, data.table)
        if columns:
            counted[name] = columns
            listed = ", ".join(columns)
            connection.execute(
                f"CREATE TABLE {COUNTS}{name} AS"
                f" SELECT {listed}, count(*) AS {COUNTED_ROWS} FROM {name} GROUP BY {listed}"
            )
    return counted


def _counted_columns(connection: sqlite3.Connection, table: Table) -> list[str]:
    """The facets of a table in whose combinations its rows are counted.

    Those with the most values are left out where there would be too many combinations. A facet of
    lists is counted by what is in each list, which no combination tells.
    """
    values: dict[str, int] = {}
    for facet in table.facets:
        if table.table_schema.field(facet).type != "array":
            sql = f"SELECT count(DISTINCT {facet}) + 1 FROM {table.name}"  # blank is one more
            (values[facet],) = connection.execute(sql).fetchone()
    columns = list(values)
    while prod(values[column] for column in columns) > MOST_COMBINATIONS:
        columns.remove(max(columns, key=values.__getitem__))
    return columns
