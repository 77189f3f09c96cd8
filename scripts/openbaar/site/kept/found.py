"""What search finds in a table, without reading what is not shown.

Datasette asks for the rows whose numbers are among all those that the index of words finds: to
count them, to count the values of each facet, and to show the first hundred. `database/shown/found`
counted the rows of each text of a large table, so that words need only be looked for in its texts.
And as rows stand in the order of their numbers, the first ones found are the first ones shown.
"""

from __future__ import annotations

import re

from openbaar.schema.conventions import TEXT, TEXTS
from openbaar.site.kept.later_pages import KEYS

# What Datasette asks, its white space aside; `within` is the index, or a column in which it looks.
SEARCH = (
    r"rowid in \(select rowid from (?P<index>\w+) where (?P<within>\w+)"
    r" match (?P<words>:search\w*|escape_fts\(:search\w*\))\)"
)
# The rows after those that were shown, which stand in the order of their numbers.
LATER = rf"\(rowid > (?P<last>:p\d+) or \(rowid = (?P=last) and {KEYS}\)\)"
SEARCHES = re.compile(SEARCH)
COUNT = re.compile(rf"select count\(\*\) from (?P<table>\w+) where {SEARCH}")
ROWS = re.compile(
    rf"(?P<begin>select [^()]+? from (?P<table>\w+)) where {SEARCH}"
    rf"(?P<later> and {LATER})? (?P<end>order by rowid(?:, [\w, ]+)? limit (?P<limit>\d+))"
)


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


def from_index(asked: str) -> str | None:
    """What to ask the index of words instead of the table; None where that does not tell it."""
    count = COUNT.fullmatch(asked)
    if count is not None and count["index"] == _index(count["table"]):
        return f"select count(*) from {count['index']} where {_matches(count)}"
    rows = ROWS.fullmatch(asked)
    if rows is not None and rows["index"] == _index(rows["table"]):
        return _first_rows(rows)
    return None


def _first_rows(asked: re.Match[str]) -> str:
    """What finds no more rows than are shown: the first ones, or those after the last one shown."""
    most, later = int(asked["limit"]), ""
    if asked["last"] is not None:
        most += 1  # the last one shown is among them
        later = f" and rowid >= cast({asked['last']} as integer)"  # an index knows no types
    first = (
        f"select rowid from {asked['index']} where {_matches(asked)}{later}"
        f" order by rowid limit {most}"
    )
    return f"{asked['begin']} where rowid in ({first}){asked['later'] or ''} {asked['end']}"


def _matches(search: re.Match[str]) -> str:
    return f"{search['within']} match {search['words']}"


def _index(table: str) -> str:
    return f"{table}_fts"
