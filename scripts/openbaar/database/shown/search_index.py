"""The index that the search of the site asks: all words of a publication, and its documents.

It holds the titles and descriptions of tables, columns and queries, the names of codes, the remarks
and footnotes, in each language, and the lines of the documents. A number that is printed with marks
between its thousands is found without them too.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from openbaar.database.shown.labels import Labels
from openbaar.schema.conventions import GROUPED_NUMBER
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.dataset import Dataset, DocumentLine
from openbaar.texts import localized

TOKENIZER = "unicode61 remove_diacritics 2"  # `geevalueerd` finds `geëvalueerd`
TABLE = f"""
CREATE VIRTUAL TABLE _search USING fts5(
  kind UNINDEXED, language UNINDEXED, name UNINDEXED, part UNINDEXED, line UNINDEXED,
  title, text, numbers, tokenize = '{TOKENIZER}'
);
"""


class Entry(NamedTuple):
    """Something to find, in one language ('' for the lines of a document).

    `name` is the table, query or document that it is of; `part` a column, code, row or page of it.
    """

    kind: str
    language: str
    name: str
    part: str
    line: int | None
    title: str
    text: str

    @property
    def numbers(self) -> str:
        """Its numbers without the marks between thousands, where they are printed with them."""
        return " ".join(plain_numbers(self.text))


def plain_numbers(text: str) -> list[str]:
    """The numbers of a text that have marks between their thousands, without these.

    >>> plain_numbers("568.694 online cursisten in 2020")
    ['568694']
    """
    return [re.sub(r"\D", "", number) for number in re.findall(GROUPED_NUMBER, text)]


def add_search_index(connection: sqlite3.Connection, dataset: Dataset, labels: Labels) -> None:
    """Add the table `_search` to the database; `labels` are the names of codes."""
    connection.executescript(TABLE)
    with connection:
        rows = ((*entry, entry.numbers) for entry in _entries(dataset, labels))
        connection.executemany("INSERT INTO _search VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute("INSERT INTO _search (_search) VALUES ('optimize')")


def _entries(dataset: Dataset, labels: Labels) -> Iterator[Entry]:
    publication = dataset.publication
    for language in publication.package.languages:
        yield from _questions(publication, language)
        for table in publication.resources.values():
            yield from _of_table(table, language)
        for code_list, names in labels.items():
            if code_list in publication.resources:
                yield from _codes(dataset, code_list, names, language)
        yield from _remarks(dataset, language)
    for path, lines in dataset.lines.items():
        yield from _lines(path, lines)


def _questions(publication: Publication, language: str) -> Iterator[Entry]:
    for name, query in publication.package.queries.items():
        title, told = localized(query.title, language), localized(query.description, language)
        yield Entry("question", language, name, "", None, title, told)


def _lines(path: str, lines: Iterable[DocumentLine]) -> Iterator[Entry]:
    """The lines of a document on which anything is printed."""
    for line in lines:
        if line.text.strip():
            yield Entry("line", "", path, line.page, line.number, "", line.text)


def _of_table(table: Table, language: str) -> Iterator[Entry]:
    """A table and its columns."""
    title = localized(table.title, language)
    told = localized(table.description, language)
    yield Entry("table", language, table.name, "", None, title, told)
    for field in table.table_schema.fields:
        unit = localized(field.unit, language) if field.unit is not None else ""
        told = " ".join(part for part in (localized(field.description, language), unit) if part)
        named = localized(field.title, language)
        yield Entry("column", language, table.name, field.name, None, named, told)


def _codes(
    dataset: Dataset, code_list: str, names: Mapping[str, Mapping[str, str]], language: str
) -> Iterator[Entry]:
    """The codes of a list by their names, and by what else its row says of them."""
    table = dataset.tables[code_list].table
    code_column = table.table_schema.primaryKey[0]
    for row in dataset.rows(code_list):
        code = str(row[code_column])
        if code in names:
            others = [str(value) for value in row.values() if value is not None]
            title = localized(names[code], language)
            yield Entry("code", language, code_list, code, None, title, " ".join(others))


def _remarks(dataset: Dataset, language: str) -> Iterator[Entry]:
    """The remarks and the footnotes."""
    for row in dataset.rows("anomalies"):
        text = str(row[f"text_{language}"] or "")
        yield Entry("remark", language, "anomalies", str(row["id"]), None, "", text)
    for row in dataset.rows("footnotes"):
        text = str(row[f"text_{language}"] or "")
        yield Entry("remark", language, str(row["table_name"]), "", None, "", text)
