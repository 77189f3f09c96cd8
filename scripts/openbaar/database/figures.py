"""Which whole numbers without a unit are figures, written with separators, and not codes or years.

It is told once, for all rows, so that a figure is written alike whichever rows a page shows, and as
the chart of its table writes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from openbaar.database.charts.choice import counted_fields, may_be_codes
from openbaar.database.charts.content import ChartRow
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.schema.model import SchemaField
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication

MOST_ROWS = 10_000  # of a table: the first ones tell what the others are


def figures(connection: sqlite3.Connection, publication: Publication) -> dict[str, list[str]]:
    """By table, the columns of whole numbers without a unit that count something."""
    found: dict[str, list[str]] = {}
    for name, table in publication.resources.items():
        fields = [each for each in counted_fields(table) if _is_open(each)]
        if fields and name not in TRUST_TABLES:
            found[name] = _figures_of(connection, table, fields)
    return found


def _is_open(field: SchemaField) -> bool:
    """Whether the schema alone does not tell: numbers with decimals, or a unit, are figures."""
    return field.unit is None and field.type == "integer"


def _figures_of(
    connection: sqlite3.Connection, table: Table, fields: Sequence[SchemaField]
) -> list[str]:
    names = [field.name for field in fields]
    columns = [*table.table_schema.primaryKey, *names]
    sql = f"SELECT {', '.join(columns)} FROM {table.name} LIMIT {MOST_ROWS}"
    rows = []
    for values in connection.execute(sql):
        rows.append(ChartRow("", dict(zip(columns, values, strict=True))))
    return [field.name for field in fields if not may_be_codes(table, field, rows)]
