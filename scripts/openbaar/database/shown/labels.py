"""The names of codes: what a page shows where a table has `wallonia`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication

Names = Mapping[str, Mapping[str, str]]  # code -> its name in each language
Labels = Mapping[str, Names]  # code list, or `table.column`, -> its codes


def code_labels(connection: sqlite3.Connection, publication: Publication) -> Labels:
    """The names of the codes of each code list: its columns `title_<language>`.

    A code list is a table to which another one points by a single column. A list without such
    columns is left out. The names that a column gives to its own values are under `table.column`.
    """
    labels: dict[str, Names] = _own_labels(publication)
    for name, code in sorted(publication.code_lists):
        titles = _title_columns(publication.resources[name], publication.package.languages)
        if titles:
            labels[name] = _names(connection, name, code, titles)
    return labels


def _own_labels(publication: Publication) -> dict[str, Names]:
    """The names of values that are in no code list, by the column that gives them."""
    labels: dict[str, Names] = {}
    for name, table in publication.resources.items():
        for field in table.table_schema.fields:
            if field.labels:
                labels[f"{name}.{field.name}"] = field.labels
    return labels


def _title_columns(table: Table, languages: Iterable[str]) -> dict[str, str]:
    """The column with the names in each language that has one."""
    titles = {language: f"title_{language}" for language in languages}
    return {language: name for language, name in titles.items() if name in table.columns}


def _names(
    connection: sqlite3.Connection, table: str, code: str, titles: Mapping[str, str]
) -> Names:
    """The names of the codes of one list; `titles` are its columns by language."""
    columns = ", ".join([code, *titles.values()])
    names: dict[str, Mapping[str, str]] = {}
    for found, *texts in connection.execute(f"SELECT {columns} FROM {table}"):
        names[str(found)] = dict(zip(titles, map(str, texts), strict=True))
    return names
