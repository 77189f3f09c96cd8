"""What search finds in a table, without reading what is not shown.

Datasette asks for the rows whose numbers are among all those that the index of words finds: to
count them, to count the values of each facet, and to show the first hundred. `database/found.py`
counted the rows of each text of a large table, so that words need only be looked for in its texts.
And where rows stand in the order of their key, the first ones found are the first ones shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openbaar.schema.conventions import TEXT, TEXTS

# What Datasette asks, its white space aside; `within` is the index, or a column in which it looks.
SEARCH = (
    r"rowid in \(select rowid from (?P<index>\w+) where (?P<within>\w+)"
    r" match (?P<words>:search\w*|escape_fts\(:search\w*\))\)"
)
SEARCHES = re.compile(SEARCH)
COUNT = re.compile(rf"select count\(\*\) from (?P<table>\w+) where {SEARCH}")
ROWS = re.compile(
    rf"(?P<begin>select [^()]+? from (?P<table>\w+)) where {SEARCH}"
    r"(?: and \(\((?P<column>\w+) > (?P<last>:p\d+)\)\))?"
    r" (?P<end>order by (?P<order>\w+(?:, \w+)*) limit (?P<limit>\d+))"
)


@dataclass(frozen=True)
class Order:
    """The order of the rows of a table: its key, and whether that is the number of the row."""

    key: str
    is_row_number: bool


def in_texts(where: str, table: str) -> str:
    """A choice of rows by words, as one of the texts that hold them."""

    def texts(search: re.Match[str]) -> str:
        index = f"{TEXTS}{table}"
        if search["index"] != _index(table):
            return search[0]
        within = index if search["within"] == search["index"] else search["within"]
        return f"{TEXT} in (select rowid from {index} where {within} match {search['words']})"

    return SEARCHES.sub(texts, where)


def without_searches(where: str, table: str) -> str:
    """A choice of rows, with the name of a column where it chooses by words."""

    def column(search: re.Match[str]) -> str:
        return TEXT if search["index"] == _index(table) else search[0]

    return SEARCHES.sub(column, where)


def from_index(asked: str, ordered: Mapping[str, Order]) -> str | None:
    """What to ask the index of words instead of the table; None where that does not tell it.

    `ordered` are the tables whose rows stand in the order of their key.
    """
    count = COUNT.fullmatch(asked)
    if count is not None and count["index"] == _index(count["table"]):
        return f"select count(*) from {count['index']} where {_matches(count)}"
    rows = ROWS.fullmatch(asked)
    if rows is not None and rows["index"] == _index(rows["table"]):
        order = ordered.get(rows["table"])
        if order is not None and order.key == rows["order"]:
            return _first_rows(rows, order)
    return None


def _first_rows(asked: re.Match[str], order: Order) -> str | None:
    """What finds no more rows than are shown; None where the index does not tell where to begin."""
    later, chosen = "", ""
    if asked["last"] is not None:
        if not order.is_row_number or asked["column"] != order.key:
            return None
        later = f" and rowid > cast({asked['last']} as integer)"  # an index knows no types
        chosen = f" and {order.key} > {asked['last']}"
    first = (
        f"select rowid from {asked['index']} where {_matches(asked)}{later}"
        f" order by rowid limit {asked['limit']}"
    )
    return f"{asked['begin']} where rowid in ({first}){chosen} {asked['end']}"


def _matches(search: re.Match[str]) -> str:
    return f"{search['within']} match {search['words']}"


def _index(table: str) -> str:
    return f"{table}_fts"
