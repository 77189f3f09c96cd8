"""Counting without reading the rows: what a table of counts tells instead of the large one.

`database/shown/counts` made these tables. Datasette asks for the number of rows that a visitor
chose and for the values of each facet among them; where the choice hangs on columns of the table of
counts only, that one is asked instead, and so is the one of what search finds where rows are chosen
by words. They are of the same database file, so they always agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openbaar.schema.conventions import COUNTED_ROWS, COUNTS, FOUND, TEXT
from openbaar.site.kept.found import in_texts, without_searches
from openbaar.site.published import Descriptor

# What Datasette asks, its white space aside.
COUNT = re.compile(r"select count\(\*\) from (?P<table>\w+) where (?P<where>.+)")
FACET = re.compile(
    r"select (?P<column>\w+) as value, count\(\*\) as count from \("
    r" select [^()]+? from (?P<table>\w+)(?: where (?P<where>.+?))? \)"
    r" where (?P=column) is not null"
    r" group by (?P=column) order by count desc, value limit (?P<limit>\d+)"
)
# A choice by values of columns:
# https://docs.datasette.io/en/0.65.2/json_api.html#column-filter-arguments
TOKEN = re.compile(
    r"""\s+|[(),]|<=|>=|!=|=|<|>|''|:p\d+|\[(?P<a>\w+)\]|"(?P<b>\w+)"|(?P<word>\w+)"""
)
WORDS = {"and", "or", "not", "in", "is", "null", "like", "glob"}


def plain(sql: str) -> str:
    """SQL with one blank between its words. Datasette writes no texts into it, only parameters."""
    return " ".join(sql.split())


def from_counts(sql: str, counted: Mapping[str, Descriptor]) -> str | None:
    """What to ask instead of `sql`; None where no table of counts answers it.

    `counted` says of each large table what was counted, as `database.counts.Counted` does.
    """
    asked = plain(sql)
    facet = FACET.fullmatch(asked)
    if facet is not None:
        column = facet["column"]
        source = _source(counted, facet, column)
        if source is None:
            return None
        chosen = f"({source.where}) and " if source.where else ""
        return (
            f"select {column} as value, sum({COUNTED_ROWS}) as count from {source.table}"
            f" where {chosen}{column} is not null"
            f" group by {column} order by count desc, value limit {facet['limit']}"
        )
    count = COUNT.fullmatch(asked)
    if count is not None:
        source = _source(counted, count)
        if source is not None:
            total = f"coalesce(sum({COUNTED_ROWS}), 0)"
            return f"select {total} from {source.table} where {source.where}"
    return None


@dataclass(frozen=True)
class Source:
    """A table of counts, and which of them are asked for."""

    table: str
    where: str


def _source(counted: Mapping[str, Descriptor], asked: re.Match[str], *more: str) -> Source | None:
    """Where the counts are that have all columns that a question is about, `more` among them."""
    table, where = asked["table"], asked["where"] or ""
    known = counted.get(table)
    named = _columns_in(without_searches(where, table))
    if known is None or named is None:
        return None
    named = named.union(more)
    if named <= set(known["facets"]):
        return Source(f"{COUNTS}{table}", where)
    if known["found"] is not None and named <= {TEXT, *known["found"]}:
        return Source(f"{FOUND}{table}", in_texts(where, table))
    return None


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
