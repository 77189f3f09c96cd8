"""The values that narrow a table, each with how many rows it has; several can be chosen.

Datasette counts the values of a facet among the rows that are shown, so that of a chosen column
only what is chosen is left. Here the other values stay, counted as if that column chose nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.database import QueryInterrupted
from datasette.filters import Filters

from openbaar.site.pages.columns import Column, column_of
from openbaar.site.pages.comparisons import comparison_words
from openbaar.site.pages.naming import named
from openbaar.site.published import Published
from openbaar.site.requests.language import gettext

if TYPE_CHECKING:
    from datasette.app import Datasette

MOST = 60  # values of a column: more are no list to choose from
LONG_LIST = 10  # values of a column: of more only the `FIRST` are shown at once
FIRST = 8
TIME_LIMIT = 400  # milliseconds to count the values of one column
Pairs = Sequence[tuple[str, str]]
Count = tuple[Any, int]  # a value and the number of its rows


@dataclass(frozen=True)
class Chip:
    """A value to choose: what it is called, its rows, whether it is chosen, where it leads."""

    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True)
class Chips:
    """The values of a column; `more` says that the site counted only some of them."""

    column: Column
    chips: Sequence[Chip]
    more: bool = False

    @property
    def first(self) -> Sequence[Chip]:
        """Those that are shown at once: all of a short list, a few of a long one."""
        return self.chips if len(self.chips) <= LONG_LIST else self.chips[:FIRST]

    @property
    def others(self) -> Sequence[Chip]:
        """Those that are folded away."""
        return self.chips[len(self.first) :]


def chosen(pairs: Pairs, column: str) -> list[str]:
    """The values of a column that the query of an address chooses, `column=` or `column__in=`."""
    values: list[str] = []
    for name, value in pairs:
        if name in (column, f"{column}__exact"):
            values.append(value)
        elif name == f"{column}__in":
            values += _listed(value)
    return values


def _listed(value: str) -> list[str]:
    """The values of `__in`, as Datasette reads them: `a,b`, or a JSON list."""
    if not value.startswith("["):
        return [part.strip() for part in value.split(",")]
    try:
        return [str(part) for part in json.loads(value)]
    except ValueError:
        return []


async def counts(
    datasette: Datasette, published: Published, table: str, pairs: Pairs
) -> dict[str, list[Count]]:
    """The values of each column that is chosen from, counted among the rows of the other choices.

    Nothing where rows are searched too: Datasette's own counts are right then.
    """
    found: dict[str, list[Count]] = {}
    if any(name.startswith(("_search", "_where", "_through")) for name, _ in pairs):
        return found
    for column in published.facets.get(table, []):
        if chosen(pairs, column) and column_of(published, table, column).type != "array":
            others = [pair for pair in _without(pairs, column) if not pair[0].startswith("_")]
            counted = await _counted(datasette, published, table, column, others)
            if counted:
                found[column] = counted
    return found


async def _counted(
    datasette: Datasette, published: Published, table: str, column: str, others: Pairs
) -> list[Count]:
    """The values of a column with the number of their rows; none where counting takes too long."""
    clauses, parameters = Filters(sorted(others)).build_where_clauses(table)
    where = f" where {' and '.join(clauses)}" if clauses else ""
    sql = f"""select {column} as value, count(*) as count from (
              select {column} from {table}{where} )
              where {column} is not null
              group by {column} order by count desc, value limit {MOST}"""
    database = datasette.get_database(published.name)
    try:
        rows = await database.execute(sql, parameters, custom_time_limit=TIME_LIMIT)
    except QueryInterrupted:
        return []
    return [(row[0], row[1]) for row in rows]


def chips(
    published: Published,
    table: str,
    facets: Mapping[str, Mapping[str, Any]],
    counted: Mapping[str, Sequence[Count]],
    pairs: Pairs,
) -> list[Chips]:
    """The values of each facet in the order of the authors, those of a visitor last.

    `facets` are what Datasette counted, by column; `counted` what `counts` did instead.
    """
    authored = published.facets.get(table, [])
    names = [*authored, *(name for name in facets if name not in authored)]
    found = []
    for name in names:
        column = column_of(published, table, name)
        results = facets.get(name, {})
        values = counted.get(name) or _counts_of(results)
        ordered = in_order(published, column, values)
        made = [_chip(published, column, count, pairs) for count in ordered]
        if made:
            found.append(Chips(column, made, bool(results.get("truncated"))))
    return found


def _counts_of(facet: Mapping[str, Any]) -> list[Count]:
    """What Datasette counted for a facet."""
    return [(each["value"], each["count"]) for each in facet.get("results", [])]


def _chip(published: Published, column: Column, counted: Count, pairs: Pairs) -> Chip:
    value, count = str(counted[0]), counted[1]
    before = chosen(pairs, column.name)
    after = [each for each in before if each != value]
    if value not in before:
        after.append(value)
    label = named(published, column, counted[0])
    return Chip(
        label=value if label is None else label,
        count=count,
        chosen=value in before,
        address=_address(published, column, after, pairs),
    )


def _address(published: Published, column: Column, values: Sequence[str], pairs: Pairs) -> str:
    """The address of the page with these values of the column chosen, and its other choices.

    As a link on that page writes it: only what comes behind the path, where there is something.
    """
    others = [pair for pair in _without(pairs, column.name) if pair[0] != "_next"]
    query = [*others, *_choosing(column, values)]
    return f"?{urlencode(query)}" if query else published.path(str(column.table))


def _choosing(column: Column, values: Sequence[str]) -> list[tuple[str, str]]:
    """What the query of an address says to choose these values of a column."""
    if column.type == "array":
        return [(f"{column.name}__arraycontains", value) for value in values]
    if len(values) < 2:
        return [(column.name, value) for value in values]
    if any("," in value for value in values):
        return [(f"{column.name}__in", json.dumps(list(values), ensure_ascii=False))]
    return [(f"{column.name}__in", ",".join(values))]


def _without(pairs: Pairs, column: str) -> list[tuple[str, str]]:
    """The query without what chooses values of a column."""
    own = (column, f"{column}__exact", f"{column}__in")
    return [pair for pair in pairs if pair[0] not in own]


def in_order(published: Published, column: Column, values: Sequence[Count]) -> list[Count]:
    """The values of a column in the order of their code list or of the tables, else counting up."""
    codes = list(published.labels.get(column.labels or "", {}))
    if column.of_trust and column.name == "table_name":
        codes = list(published.tables)

    def rank(counted: Count) -> tuple[int, float, str]:
        value = counted[0]
        if str(value) in codes:
            return codes.index(str(value)), 0, ""
        if isinstance(value, int | float):
            return len(codes), value, ""
        return len(codes), 0, str(value)

    return sorted(values, key=rank)


def selection_words(published: Published, table: str, filters: Any) -> list[str]:
    """What the rows of a page were chosen by, in words: 'Gender = vrouw'."""
    compared = {key: (display, is_alone) for key, display, is_alone in filters.lookups()}
    words = []
    for name, lookup, value in filters.selections():
        if lookup not in compared:  # Datasette passes over it
            continue
        column = column_of(published, table, name)
        display, is_alone = compared[lookup]
        sign = "=" if lookup == "in" else comparison_words(display)
        if is_alone:  # then the value says nothing, as in `?code__isnull=1`
            words.append(f"{column.title} {sign}")
            continue
        values = _listed(value) if lookup == "in" else [value]
        called = [named(published, column, each) or each for each in values]
        either = gettext(" or ").join(called)
        words.append(f"{column.title} {sign} {either}".strip())
    return words
