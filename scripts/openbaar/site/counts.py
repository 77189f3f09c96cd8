"""Counting without reading the rows: what a table of counts tells instead of the large one.

`database/counts.py` made these tables. Datasette asks for the number of rows that a visitor chose
and for the values of each facet among them; where the choice hangs on columns of the table of
counts only, that one is asked instead. Both are of the same database file, so they always agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from openbaar.schema.conventions import COUNTED_ROWS, COUNTS

# What Datasette asks, its white space aside.
COUNT = re.compile(r"select count\(\*\) from (?P<table>\w+) where (?P<where>.+)")
FACET = re.compile(
    r"select (?P<column>\w+) as value, count\(\*\) as count from \("
    r" select [^()]+? from (?P<table>\w+)(?: where (?P<where>.+?))? \)"
    r" where (?P=column) is not null"
    r" group by (?P=column) order by count desc, value limit (?P<limit>\d+)"
)
# A choice by values of columns: https://docs.datasette.io/en/0.65.2/json_api.html#column-filter-arguments
TOKEN = re.compile(
    r"""\s+|[(),]|<=|>=|!=|=|<|>|''|:p\d+|\[(?P<a>\w+)\]|"(?P<b>\w+)"|(?P<word>\w+)"""
)
WORDS = {"and", "or", "not", "in", "is", "null", "like", "glob"}


def plain(sql: str) -> str:
    """SQL with one blank between its words. Datasette writes no texts into it, only parameters."""
    return " ".join(sql.split())


def from_counts(sql: str, counted: Mapping[str, Sequence[str]]) -> str | None:
    """What to ask instead of `sql`; None where no table of counts answers it.

    `counted` has the columns of the table of counts of each large table.
    """
    asked = plain(sql)
    facet = FACET.fullmatch(asked)
    if facet is not None and _tells(counted, facet, facet["column"]):
        column = facet["column"]
        chosen = f"({facet['where']}) and " if facet["where"] else ""
        return (
            f"select {column} as value, sum({COUNTED_ROWS}) as count from {COUNTS}{facet['table']}"
            f" where {chosen}{column} is not null"
            f" group by {column} order by count desc, value limit {facet['limit']}"
        )
    count = COUNT.fullmatch(asked)
    if count is not None and _tells(counted, count):
        return (
            f"select coalesce(sum({COUNTED_ROWS}), 0) from {COUNTS}{count['table']}"
            f" where {count['where']}"
        )
    return None


def _tells(counted: Mapping[str, Sequence[str]], asked: re.Match[str], *more: str) -> bool:
    """Whether a table of counts has all columns that a question is about, `more` among them."""
    columns = counted.get(asked["table"])
    if columns is None:
        return False
    named = _columns_in(asked["where"] or "")
    return named is not None and named.union(more) <= set(columns)


def _columns_in(where: str) -> set[str] | None:
    """The columns that a choice hangs on; None where it hangs on anything else."""
    named: set[str] = set()
    at = 0
    while at < len(where):
        token = TOKEN.match(where, at)
        if token is None:
            return None
        at = token.end()
        name = token["a"] or token["b"] or token["word"]
        if name is not None and (token["word"] is None or name not in WORDS):
            named.add(name)
    return named
