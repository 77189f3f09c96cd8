"""The database: the tables as SQLite, typed by their schemas, with keys, indexes, full text search and comments.

It is built from nothing each time, under another name, and takes the place of the earlier one when every
check on it has passed. Built twice on one machine it is the same, byte for byte.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from sqlite_utils import Database

from openbaar.database.pages import add_site
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing
from openbaar.package.model import Descriptor
from openbaar.schema.csvfile import Rows, row_lines
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.texts import Localized, localized

# https://www.sqlite.org/stricttables.html; a number is decided by its values, see _sql_type.
SQL_TYPES = dict.fromkeys(("string", "date", "array"), "TEXT") | dict.fromkeys(
    ("integer", "year", "boolean"), "INTEGER"
)
TOKENIZER = "unicode61 remove_diacritics 2"  # finds geëvalueerd when asked for geevalueerd


def build_database(dataset: Dataset, descriptor: Descriptor, target: Path) -> None:
    """Build the database of `dataset` at `target`; pages show what `descriptor` says.

    Raises OpenbaarError, and leaves what stands at `target` as it is, when a foreign key points to no row, or a
    query or a chart does not fit the tables.
    """
    problems = list(_broken_keys(dataset))
    if problems:
        raise OpenbaarError(problems)
    with replacing(target) as partial:
        database = Database(partial)
        try:
            _fill(database, dataset)
            add_site(database.conn, dataset, descriptor)
            _prove(database, target.name)
        finally:
            database.close()


def prove_queries(database: Path, publication: Publication) -> list[Problem]:
    """Canned queries that fail or find nothing, and facets of the authors' tables that part nothing or too much.

    A query runs with all its parameters empty, as Datasette runs it when none is given.
    """
    problems: list[Problem] = []
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        for name, query in publication.package.queries.items():
            place = publication.place(None, "queries", name, "sql")
            try:
                if connection.execute(query.sql, defaultdict(str)).fetchone() is None:
                    problems.append(Problem(place, f"the query '{name}' finds no row"))
            except sqlite3.Error as error:
                problems.append(Problem(place, f"the query '{name}' fails: {error}"))
        for name, table in publication.tables.items():
            for index, facet in enumerate(table.facets):
                (values,) = connection.execute(
                    f"SELECT count(DISTINCT {facet}) FROM {name}"
                ).fetchone()
                if not 2 <= values <= 60:
                    place = publication.place(name, "facets", index)
                    problems.append(
                        Problem(place, f"the facet '{facet}' has {values} values, not 2 to 60")
                    )
    return problems


def create_statement(table: Table, rows: Rows, language: str) -> str:
    """The CREATE TABLE statement of `table`, with its documentation in `language` as comments.

    SQLite keeps the comments, so that the file explains itself wherever it goes.
    """
    schema = table.table_schema
    lines = [f"-- {_comment(table.title, table.description, None, language)}"]
    for field in schema.fields:
        required = (
            " NOT NULL" if field.constraints.required or field.name in schema.primaryKey else ""
        )
        comment = _comment(field.title, field.description, field.unit, language)
        lines.append(f"{field.name} {_sql_type(field, rows)}{required}, -- {comment}")
    unique = [
        *schema.uniqueKeys,
        *((field.name,) for field in schema.fields if field.constraints.unique),
    ]
    keys = [
        f"PRIMARY KEY ({', '.join(schema.primaryKey)})",
        *(f"UNIQUE ({', '.join(key)})" for key in unique),
    ]
    for key in schema.foreignKeys:
        target = f"{key.reference.resource} ({', '.join(key.reference.fields)})"
        keys.append(f"FOREIGN KEY ({', '.join(key.fields)}) REFERENCES {target}")
    body = "\n  ".join([*lines, ",\n  ".join(keys)])
    return f"CREATE TABLE {table.name} (\n  {body}\n) STRICT"


def _comment(
    title: Localized, description: Localized, unit: Localized | None, language: str
) -> str:
    text = f"{localized(title, language)}: {localized(description, language)}"
    return " ".join(f"{text} [{localized(unit, language)}]".split() if unit else text.split())


def _sql_type(field: SchemaField, rows: Rows) -> str:
    """The SQL type of a column. Numbers that are all whole are INTEGER, so that 616214 is not shown as 616214.0."""
    if field.type != "number":
        return SQL_TYPES[field.type]
    whole = all(
        value is None or value == int(value) for value in _decimals(row[field.name] for row in rows)
    )
    return "INTEGER" if whole else "REAL"


def _decimals(values: Iterator[Value]) -> Iterator[Decimal]:
    return (value for value in values if isinstance(value, Decimal))


def _sql_value(value: Value) -> str | int | float | None:
    """The value as SQLite takes it. A decimal has at most 15 digits, which a REAL holds exactly as printed."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return int(value) if isinstance(value, bool) else value


def _broken_keys(dataset: Dataset) -> Iterator[Problem]:
    """Rows whose foreign key points to no row. As in SQL, a key with an empty part points nowhere and may."""
    for data in dataset.tables.values():
        for key in data.table.table_schema.foreignKeys:
            target, columns = key.reference.resource, key.reference.fields
            known = {tuple(row[column] for column in columns) for row in dataset.rows(target)}
            values = [tuple(row[column] for column in key.fields) for row in data.rows]
            broken = [
                index
                for index, value in enumerate(values)
                if None not in value and value not in known
            ]
            lines = row_lines(data.csv) if broken else []
            for index in broken:
                shown = ", ".join(str(part) for part in values[index])
                message = (
                    f"{', '.join(key.fields)}: '{shown}' does not stand in {target}"
                    f" ({', '.join(columns)})"
                )
                yield Problem(Place(data.path, lines[index]), message, f"see tables/{target}.csv")


def _fill(database: Database, dataset: Dataset) -> None:
    publication = dataset.publication
    database.execute("PRAGMA journal_mode = MEMORY")  # the file is thrown away when anything fails
    database.execute("PRAGMA synchronous = OFF")
    with database.atomic():
        for name, table in publication.resources.items():
            _create(database, publication, table, dataset.rows(name))
            # executemany, because insert_all commits every 100 rows and takes twenty times as long
            marks = ", ".join("?" for _ in table.columns)
            values = (
                [_sql_value(row[column]) for column in table.columns] for row in dataset.rows(name)
            )
            database.conn.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
    for table in publication.resources.values():
        for columns in index_columns(table):
            database.table(table.name).create_index(columns)
        if table.search:
            database.table(table.name).enable_fts(table.search, tokenize=TOKENIZER).optimize()
    # No ANALYZE: what it stores differs between versions of SQLite, and the dump would differ with it.
    database.vacuum()


def _create(database: Database, publication: Publication, table: Table, rows: Rows) -> None:
    try:
        database.execute(create_statement(table, rows, publication.language))
    except sqlite3.Error as error:
        raise OpenbaarError(
            Problem(publication.place(table.name), f"SQLite refuses the table: {error}")
        ) from error


def index_columns(table: Table) -> list[tuple[str, ...]]:
    """The indexes that facets and foreign keys need, without those that the beginning of another key serves."""
    schema = table.table_schema
    wanted = dict.fromkeys(
        [*((facet,) for facet in table.facets), *(key.fields for key in schema.foreignKeys)]
    )
    single = [(field.name,) for field in schema.fields if field.constraints.unique]
    served = [schema.primaryKey, *schema.uniqueKeys, *single]

    def is_served(columns: tuple[str, ...]) -> bool:
        longer = [other for other in wanted if other != columns]
        return any(other[: len(columns)] == columns for other in [*served, *longer])

    return [columns for columns in wanted if not is_served(columns)]


def _prove(database: Database, name: str) -> None:
    """Let SQLite itself check the finished file. Raises OpenbaarError with what it finds."""
    broken = database.execute("PRAGMA foreign_key_check").fetchall()
    damage = [text for (text,) in database.execute("PRAGMA integrity_check") if text != "ok"]
    findings = [
        f"row {row} of {table} points to no row of {target}" for table, row, target, _ in broken
    ] + damage
    if findings:
        raise OpenbaarError(Problem(Place(name), finding) for finding in findings)
