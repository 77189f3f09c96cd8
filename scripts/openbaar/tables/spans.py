"""From where to where in a document a table was read, as its page and the descriptor say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from openbaar.schema.csvfile import Row
from openbaar.tables.places import RULE


class Span(NamedTuple):
    """The first and the last line that a table was read from in a document, with their pages.

    Pages are empty where a document has none; its lines are numbered on each page.
    """

    first: int
    last: int
    page: str = ""
    last_page: str = ""

    def joined(self, other: Span) -> Span:
        """The span from the first line of both to the last one."""
        if self.page == self.last_page == other.page == other.last_page:  # most, and much faster
            return Span(min(self.first, other.first), max(self.last, other.last), *self[2:])
        first = min(self, other, key=lambda each: (page_order(each.page), each.first))
        last = max(self, other, key=lambda each: (page_order(each.last_page), each.last))
        return Span(first.first, last.last, first.page, last.last_page)


def page_order(page: str) -> list[tuple[int, str]]:
    """What to sort the names of pages by: `2` before `10`, as in a document."""
    order = []
    for digits, text in re.findall(r"([0-9]+)|([^0-9]+)", page):
        order.append((int(digits), "") if digits else (-1, text))
    return order


@dataclass
class SpanOfRows:
    """The span of the rows of `provenance` that are passed on; None before there were any."""

    span: Span | None = None

    def passed(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, which are looked at on their way; most are on the same few lines."""
        found = set()
        for row in rows:
            found.add((row["first_line"], row["last_line"], row["page"]))
            yield row
        for place in found:
            span = _span(*place)
            self.span = span if self.span is None else self.span.joined(span)


@dataclass(frozen=True)
class WhereRead:
    """What the rows of `provenance` come to.

    For each table its documents with the lines that it was read from, and the tables of which it is
    said by rule where their cells are.
    """

    spans: Mapping[str, Mapping[str, Span]]
    placed_by_rule: frozenset[str]


def where_read(provenance: Iterable[Row]) -> WhereRead:
    """What the rows of `provenance`, which may be many, come to."""
    spans: dict[str, dict[str, Span]] = {}
    by_rule: set[str] = set()
    for row in provenance:
        table = str(row["table_name"])
        if str(row["row_id"]).startswith(RULE):
            by_rule.add(table)
        documents = spans.setdefault(table, {})
        path = str(row["document"])
        span = _span(row["first_line"], row["last_line"], row["page"])
        documents[path] = documents[path].joined(span) if path in documents else span
    return WhereRead(spans, frozenset(by_rule))


def _span(first: object, last: object, page: object) -> Span:
    """The span of a row of `provenance`."""
    name = str(page or "")
    return Span(int(str(first)), int(str(last)), name, name)
