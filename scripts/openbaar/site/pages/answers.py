"""What a query answers, in a sentence: what its authors say, or else what its figures show.

Authors may write `answer` with the names of columns in braces: `{women}` is the value in the first
row of the result, `{women.last}` that in the last one. Where they wrote none, or a visitor chose
other rows, the sentence is made of what the chart of the query measures: over time the last value
and the first, otherwise the highest and the lowest.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.database import QueryInterrupted

from openbaar.site.pages.cells import figure
from openbaar.site.pages.column_values import decimals_of
from openbaar.site.pages.columns import Column, result_column, text_in
from openbaar.site.pages.naming import named
from openbaar.site.published import Published
from openbaar.site.requests.language import gettext, visit

if TYPE_CHECKING:
    from datasette.app import Datasette

PLACEHOLDER = re.compile(r"\{(\w+)(\.last)?\}")
NO_BREAK = "\u00a0"  # a space at which no line ends
MOST_OTHERS = 5  # questions to go on with
HEADLINES = 3  # answers on the home page


@dataclass(frozen=True)
class Result:
    """The result of a query as it is: the names of its columns, and its rows."""

    names: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Headline:
    """A question with its answer, for the home page."""

    query: str
    question: str
    answer: str


async def result(
    datasette: Datasette, published: Published, query: str, asked: Mapping[str, str]
) -> Result | None:
    """The result of a query for what a visitor asked; None where it fails, as the page tells."""
    database = datasette.get_database(published.name)
    sql = published.queries[query]["sql"]
    try:
        found = await database.execute(sql, defaultdict(str, asked), truncate=True)
    except (sqlite3.Error, QueryInterrupted):
        return None
    return Result(found.columns, [tuple(row) for row in found.rows])


async def headlines(datasette: Datasette, published: Published) -> list[Headline]:
    """The first answers of a publication that fit in a sentence; kept, as nothing changes them."""
    known = _headlines.setdefault(datasette, {})
    language = visit().language
    if language not in known:
        known[language] = await _made_headlines(datasette, published)
    return known[language]


_headlines: WeakKeyDictionary[Datasette, dict[str, list[Headline]]] = WeakKeyDictionary()


async def _made_headlines(datasette: Datasette, published: Published) -> list[Headline]:
    found: list[Headline] = []
    for name, query in published.queries.items():
        if len(found) == HEADLINES:
            break
        answer = sentence(published, name, await result(datasette, published, name, {}), {})
        if answer:
            found.append(Headline(name, text_in(query["title"]), answer))
    return found


def sentence(
    published: Published, query: str, found: Result | None, asked: Mapping[str, str]
) -> str | None:
    """What a query answers; None where its result says nothing in a sentence."""
    if found is None or not found.rows:
        return None
    about = published.queries[query]
    columns = {name: result_column(published, query, name) for name in found.names}
    said = text_in(about.get("answer", {}))
    if said and not any(asked.get(name) for name in about["parameters"]):
        return _filled(published, said, found, columns)
    *others, measured = about["lead"] or [""]
    if measured not in columns or about.get("measures", 1) > 1:  # one sentence tells one figure
        return None
    return _of_measured(_Measured(published, columns, found, others, measured), about["color"])


def _filled(published: Published, said: str, found: Result, columns: Mapping[str, Column]) -> str:
    """The sentence of an author with the values of the first and the last row."""

    def value(match: re.Match[str]) -> str:
        row = found.rows[-1 if match[2] else 0]
        position = list(found.names).index(match[1])
        return _value(published, columns[match[1]], row[position], _decimals(found, match[1]))

    return _unbroken(PLACEHOLDER.sub(value, said))


def _unbroken(said: str) -> str:
    """A sentence in which no line begins with the sign of a percentage."""
    return said.replace(" %", f"{NO_BREAK}%")


def _value(published: Published, column: Column, value: Any, decimals: int | None) -> str:
    """A value in words, or as the language writes figures."""
    name = named(published, column, value)
    if name is not None:
        return name
    if value is None:
        return gettext("unknown")
    if isinstance(value, int | float) and column.is_number:
        return figure(value, decimals)
    return str(value)


def _decimals(found: Result, column: str) -> int:
    position = list(found.names).index(column)
    return decimals_of([row[position] for row in found.rows])


@dataclass(frozen=True)
class _Measured:
    """The rows of a result in which the column `measured` has a figure, told by the `others`."""

    published: Published
    columns: Mapping[str, Column]
    found: Result
    others: Sequence[str]
    measured: str

    @cached_property
    def rows(self) -> list[Sequence[Any]]:
        """The rows that have a figure."""
        at = self.position(self.measured)
        return [row for row in self.found.rows if row[at] is not None]

    @property
    def is_over_time(self) -> bool:
        """Whether the first of the other columns holds periods."""
        return self.columns[self.others[0]].type in ("year", "yearmonth", "date")

    def position(self, column: str) -> int:
        """Where a column stands in a row."""
        return list(self.found.names).index(column)

    def figure(self, row: Sequence[Any]) -> Any:
        """The figure of a row."""
        return row[self.position(self.measured)]

    def told(self, row: Sequence[Any]) -> str:
        """The figure of a row with its unit, in words."""
        about = self.columns[self.measured]
        decimals = _decimals(self.found, self.measured)
        value = _value(self.published, about, self.figure(row), decimals)
        return _unbroken(f"{value} {about.unit}".strip())

    def called(self, row: Sequence[Any]) -> str:
        """What a row is about, in words."""
        parts = []
        for name in self.others:
            about = self.columns[name]
            part = _value(self.published, about, row[self.position(name)], None)
            is_number = about.type == "integer" and about.labels is None
            parts.append(f"{about.title} {part}" if is_number else part)
        return ", ".join(parts)

    def of_greatest(self, color: str) -> list[Sequence[Any]]:
        """The rows of the color that is the greatest in the last period."""
        periods = [self.position(name) for name in self.others if name != color]
        last = [self.rows[-1][at] for at in periods]
        latest = [row for row in self.rows if [row[at] for at in periods] == last]
        at = self.position(color)
        greatest = max(latest, key=self.figure)
        return [row for row in self.rows if row[at] == greatest[at]]


def _of_measured(of: _Measured, color: str | None) -> str | None:
    """The sentence that figures make; None where there are none, or all are the same."""
    if not of.rows:
        return None
    words = {"column": of.columns[of.measured].title}
    if len(of.rows) == 1 or not of.others:
        return gettext("%(column)s: %(value)s.") % {**words, "value": of.told(of.rows[0])}
    if of.is_over_time:
        rows = of.of_greatest(color) if color is not None and color in of.found.names else of.rows
        first, last = rows[0], rows[-1]
        message = gettext("%(column)s: %(last)s (%(at_last)s), against %(first)s (%(at_first)s).")
    else:
        first, last = min(of.rows, key=of.figure), max(of.rows, key=of.figure)
        if of.figure(first) == of.figure(last):
            return None
        message = gettext(
            "%(column)s: most for %(at_last)s (%(last)s), least for %(at_first)s (%(first)s)."
        )
    words |= {"last": of.told(last), "first": of.told(first)}
    return message % {**words, "at_last": of.called(last), "at_first": of.called(first)}


def others_like(published: Published, query: str) -> list[str]:
    """Other questions to go on with: first those about the same tables."""
    own = set(published.queries[query]["tables"])

    def distance(name: str) -> int:
        return 0 if own & set(published.queries[name]["tables"]) else 1

    others = [name for name in published.queries if name != query]
    return sorted(others, key=distance)[:MOST_OTHERS]
