"""Which indexes tables need, and what each is for.

Facets and foreign keys are looked up by their columns. A question that visitors give parameters
reads a long table whole, unless an index has all that it asks (`question_indexes`). And the page of
a part of a document looks for the rows that were read from its lines.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from openbaar.database.question_indexes import index_name, indexes_for_questions
from openbaar.tables.authored.model import Table
from openbaar.tables.dataset import Dataset
from openbaar.tables.places import LINES


class Index(NamedTuple):
    """An index of a table, and what it is for: a `kind` of thing and its name, where it has one."""

    table: str
    columns: tuple[str, ...]
    kind: Literal["facet", "key", "question", "document"]
    of: str = ""

    @property
    def name(self) -> str:
        """Its name in the database."""
        return index_name(self.table, self.columns)


def all_indexes(dataset: Dataset) -> list[Index]:
    """The indexes of all tables. Those of keys that SQLite makes itself are not among them."""
    found: list[Index] = []
    for data in dataset.tables.values():
        found += table_indexes(data.table)
    there = [(index.table, index.columns) for index in found]
    for question, table, columns in indexes_for_questions(dataset, there):
        found.append(Index(table, columns, "question", question))
    for table in sorted(dataset.placed_by_rule):
        found.append(Index(table, (LINES,), "document"))
    return found


def table_indexes(table: Table) -> list[Index]:
    """The indexes that facets and foreign keys need.

    An index is left out where the beginning of a key or of a longer index serves as well.
    """
    schema = table.table_schema
    wanted: dict[tuple[str, ...], Index] = {}
    for facet in table.facets:
        wanted[(facet,)] = Index(table.name, (facet,), "facet", facet)
    for key in schema.foreignKeys:
        target = key.reference.resource or table.name
        wanted.setdefault(key.fields, Index(table.name, key.fields, "key", target))
    keys = [schema.primaryKey, *schema.all_unique_keys]
    needed: list[Index] = []
    for columns, index in wanted.items():
        longer = [other for other in wanted if len(other) > len(columns)]
        beginnings = [other[: len(columns)] for other in (*keys, *longer)]
        if columns not in beginnings:
            needed.append(index)
    return needed
