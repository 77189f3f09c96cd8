"""The values that a visitor may choose for a parameter of a query."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from openbaar.database.shown.labels import Labels
from openbaar.schema.conventions import DAYS
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Parameter
from openbaar.texts import day_in_words

MAX_CHOICES = 500  # more is no list to choose from
Choice = tuple[str, Mapping[str, str]]  # a value, and its name in each language that has one


@dataclass(frozen=True)
class _Column:
    """A column with values to choose from, and the code list that has their names, if any."""

    table: str
    name: str
    code_list: str | None


def choices(
    connection: sqlite3.Connection, publication: Publication, labels: Labels, parameter: Parameter
) -> list[Choice] | None:
    """The values to choose from, in the order of their table; None where a visitor types one."""
    if parameter.choices is None:
        return None
    column = _column(publication, parameter.choices)
    values = _values(connection, column)
    return [(value, _name(publication, labels, column, value)) for value in values]


def _column(publication: Publication, written: str) -> _Column:
    """The column that an author wrote as `table.column`, or as the name of a code list."""
    table, _, name = written.partition(".")
    schema = publication.resources[table].table_schema
    if not name:
        return _Column(table, schema.primaryKey[0], code_list=table)
    reference = schema.reference(name)
    if reference is None:
        return _Column(table, name, code_list=None)
    return _Column(table, name, code_list=reference.resource)


def _values(connection: sqlite3.Connection, column: _Column) -> list[str]:
    """Each value once, in the order in which the values first occur."""
    sql = f"""SELECT {column.name} FROM {column.table} WHERE {column.name} IS NOT NULL
              GROUP BY 1 ORDER BY min(rowid) LIMIT {MAX_CHOICES}"""
    return [str(value) for (value,) in connection.execute(sql)]


def _name(
    publication: Publication, labels: Labels, column: _Column, value: str
) -> Mapping[str, str]:
    """The name of a code, the title of the table that a value names, or a day in words.

    Anything else is called what it is.
    """
    if column.code_list is not None:
        names = labels.get(column.code_list, {})
        if value in names:
            return names[value]
    if value in publication.resources:
        return publication.resources[value].title
    if publication.resources[column.table].table_schema.field(column.name).type in DAYS:
        languages = publication.package.languages
        return {language: day_in_words(value, language) or value for language in languages}
    return {publication.language: value}
