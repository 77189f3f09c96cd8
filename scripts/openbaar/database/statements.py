"""The SQL that creates the tables of a publication."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Table
from openbaar.texts import Localized, localized

SqlValue = str | int | float | None
# Those of https://www.sqlite.org/stricttables.html; that of a number depends on its values.
SQL_TYPES = {
    "array": "TEXT",
    "boolean": "INTEGER",
    "date": "TEXT",
    "integer": "INTEGER",
    "string": "TEXT",
    "year": "INTEGER",
    "yearmonth": "TEXT",
}


def create_statement(table: Table, whole: Collection[str], language: str) -> str:
    """The CREATE TABLE statement of `table`, with its documentation in `language` as comments.

    SQLite keeps the comments, so that the file explains itself wherever it goes. `whole` are the
    columns whose numbers have no fraction.
    """
    schema = table.table_schema
    lines = [f"-- {_comment(table.title, table.description, language)}"]
    for field in schema.fields:
        definition = f"{field.name} {sql_type(field, whole)}"
        if field.constraints.required or field.name in schema.primaryKey:
            definition += " NOT NULL"
        lines.append(f"{definition}, -- {_column_comment(field, language)}")
    lines.append(",\n  ".join(_table_constraints(schema)))
    body = "\n  ".join(lines)
    return f"CREATE TABLE {table.name} (\n  {body}\n) STRICT"


def sql_type(field: SchemaField, whole: Collection[str]) -> str:
    """The SQL type of a column; whole numbers are INTEGER, so that 581 is not shown as 581.0."""
    if field.type in SQL_TYPES:
        return SQL_TYPES[field.type]
    return "INTEGER" if field.name in whole else "REAL"


def sql_value(value: Value) -> SqlValue:
    """The value as SQLite takes it.

    A decimal number has at most 15 digits, which a REAL holds exactly as printed.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _table_constraints(schema: Schema) -> list[str]:
    """The primary key, the unique keys and the foreign keys."""
    constraints = [f"PRIMARY KEY ({', '.join(schema.primaryKey)})"]
    for columns in schema.all_unique_keys:
        constraints.append(f"UNIQUE ({', '.join(columns)})")
    for key in schema.foreignKeys:
        target = f"{key.reference.resource} ({', '.join(key.reference.fields)})"
        constraints.append(f"FOREIGN KEY ({', '.join(key.fields)}) REFERENCES {target}")
    return constraints


def _column_comment(field: SchemaField, language: str) -> str:
    comment = _comment(field.title, field.description, language)
    if field.unit is None:
        return comment
    return f"{comment} [{_on_one_line(localized(field.unit, language))}]"


def _comment(title: Localized, description: Localized, language: str) -> str:
    return _on_one_line(f"{localized(title, language)}: {localized(description, language)}")


def _on_one_line(text: str) -> str:
    """The text without line ends, so that it stays within its comment."""
    return " ".join(text.split())
