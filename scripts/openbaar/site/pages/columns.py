"""What columns, codes and rows are called on a page, in the language of the visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openbaar.schema.conventions import DAYS, TRUST_TABLES
from openbaar.site.published import Descriptor, Published, referenced_table, text_of
from openbaar.site.requests.language import visit
from openbaar.texts import day_in_words, localized


@dataclass(frozen=True)
class Column:
    """A column as a page shows it.

    `table` is the one that it is a column of. `code_list` is the table that says what its values
    mean, and `labels` where the names of its values are: that table, or the column itself.
    `names_rows` is true of a column of the primary key, `counts` of whole numbers without a unit
    that are figures.
    """

    name: str
    title: str
    description: str = ""
    unit: str = ""
    type: str = "string"
    table: str | None = None
    code_list: str | None = None
    labels: str | None = None
    names_rows: bool = False
    counts: bool = False

    @property
    def of_trust(self) -> bool:
        """Whether it is a column of a trust table."""
        return self.table in TRUST_TABLES

    @property
    def is_number(self) -> bool:
        """Whether it holds figures, written as the language writes them; a year is a name."""
        return bool(self.unit) or self.type == "number" or self.counts

    @property
    def is_quantity(self) -> bool:
        """Whether its numbers stand under each other: figures, and whole numbers that are no names.

        A whole number without a unit may be a code, so that it is written as it is.
        """
        if self.is_number:
            return True
        is_name = self.names_rows or self.of_trust or self.labels is not None
        return self.type == "integer" and not is_name


def text(described: Descriptor, key: str) -> str:
    """The text `key` of a part of the descriptor."""
    return text_of(described, key, visit().language)


def text_in(texts: Mapping[str, str]) -> str:
    """A text that is given by language."""
    return localized(texts, visit().language)


def column_of(published: Published, table: str, name: str) -> Column:
    """A column of a table; where the publication does not describe it, only its name."""
    return _column_in(published, table, name, visit().language)


@lru_cache(maxsize=2_000)  # cells ask for it, one by one
def _column_in(published: Published, table: str, name: str, language: str) -> Column:
    if table not in published.tables:
        return Column(name, name)
    for field in published.tables[table]["schema"]["fields"]:
        if field["name"] == name:
            return Column(
                name,
                title=text_of(field, "title", language),
                description=text_of(field, "description", language),
                unit=text_of(field, "unit", language),
                type=field.get("type", "string"),
                table=table,
                code_list=_code_list(published, table, name),
                labels=_labels(published, table, name),
                names_rows=name in published.primary_key(table),
                counts=name in published.figures.get(table, []),
            )
    return Column(name, name)


def _code_list(published: Published, table: str, name: str) -> str | None:
    """The table to which the column alone is a foreign key."""
    for key in published.foreign_keys(table):
        if key["fields"] == [name]:
            return referenced_table(table, key)
    return None


def _labels(published: Published, table: str, name: str) -> str | None:
    """Where the names of the values of a column are, among the labels of the publication."""
    own = f"{table}.{name}"
    return own if own in published.labels else _code_list(published, table, name)


def columns_of(published: Published, table: str) -> list[Column]:
    """All columns of a table, in order."""
    return [column_of(published, table, name) for name in published.column_names(table)]


def language_of_texts(published: Published, column: Column) -> str | None:
    """The language that the name of a column of texts ends in: `title_en`; None for any other."""
    _, _, ending = column.name.rpartition("_")
    return ending if column.name != ending and ending in published.languages else None


def parameter_title(published: Published, query: str, name: str) -> str:
    """What a parameter is called that a query does not describe: as the column of that name is."""
    for table in published.queries[query]["tables"]:
        if name in published.column_names(table):
            return column_of(published, table, name).title
    return name


def result_column(published: Published, query: str | None, name: str) -> Column:
    """A column of a query's result: as the query describes it, else as the table it is from does.

    `query` is None for SQL that a visitor wrote.
    """
    if query is None:
        return Column(name, name)
    known = published.queries[query].get("columns", {}).get(name)
    if known is None:
        return Column(name, name)
    if "table" in known:
        return column_of(published, known["table"], name)
    return Column(
        name,
        title=text_in(known["title"]),
        description=text_in(known.get("description", {})),
        unit=text_in(known.get("unit", {})),
    )


def label_of(published: Published, labels: str | None, code: Any) -> str | None:
    """The name of a code, `labels` being its code list; None where it has none."""
    if labels is None:
        return None
    names = published.labels.get(labels, {}).get(str(code))
    return text_in(names) if names else None


def key_label(published: Published, table: str, key: str) -> str:
    """What a row is called: its key (`2022,female`) with names for codes, such as '2022, vrouw'."""
    names = published.primary_key(table)
    parts = key.split(",")
    if len(names) != len(parts):
        return key
    if len(names) == 1:
        own = label_of(published, table, key)  # a row of a code list is called as its code is
        if own is not None:
            return own
    called = []
    for name, part in zip(names, parts, strict=True):
        column = column_of(published, table, name)
        called.append(label_of(published, column.labels, part) or day_of(column, part) or part)
    return ", ".join(called)


def day_of(column: Column, value: Any) -> str | None:
    """A day or a month in words; None for values of other columns."""
    return day_in_words(str(value), visit().language) if column.type in DAYS else None
