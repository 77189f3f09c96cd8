"""How a value is shown: a code by its name, a figure as its language writes it, lines as a link."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from openbaar.schema.conventions import NORMAL, STATUS
from openbaar.site.pages.columns import Column, column_of
from openbaar.site.pages.naming import named
from openbaar.site.published import Published
from openbaar.site.requests.language import gettext, visit
from openbaar.tables.places import RULE
from openbaar.texts import figure_text

BLANK = Markup('<abbr title="{0}">—</abbr>')
BECAUSE = Markup('<abbr title="{0}">—</abbr><small class="why">{0}</small>')  # seen on a phone
Row = Mapping[str, Any]
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
LINES = re.compile(r"(?:(\w+):)?(\d+)(?:-\d+)?")  # perhaps with the page before them


class Unwritten:
    """A cell that becomes HTML when a page shows it.

    Datasette asks for every cell of a page, also for those that our pages leave out, or write with
    the digits of their column.
    """

    __slots__ = ("_write",)

    def __init__(self, *write: Any) -> None:
        """`write` is a function that gives the HTML, and what is given to it."""
        self._write = write

    def __html__(self) -> Markup:
        function, *given = self._write
        html: Markup = function(*given)
        return html

    def __str__(self) -> str:
        return str(self.__html__())


def shown(
    published: Published,
    table: str | None,
    column: Column,
    value: Any,
    row: Mapping[str, Any] | None = None,
) -> Markup:
    """The value of a cell as HTML. `table` is None for the result of a query.

    `row` is the row that the cell stands in, by the names of its columns, where that is known.
    """
    if isinstance(value, dict):  # a foreign key that Datasette has looked up, with its label
        value = value["value"]
    if value is None or value == "":
        return _blank_cell(published, table, column, row or {})
    if isinstance(value, bytes):
        return Markup("<em>{}</em>").format(gettext("binary data"))
    found = _named(published, column, value, row)
    if found is not None:
        return found
    if isinstance(value, int | float) and column.is_number:
        return escape(figure(value))
    return _shown_text(published, table, column, str(value))


def _blank_cell(
    published: Published, table: str | None, column: Column, row: Mapping[str, Any]
) -> Markup:
    """A dash; where the status of the row gives the reason why a figure is blank, with that."""
    status = row.get(STATUS)
    if not column.is_quantity or table is None or status in (None, NORMAL):
        return _blank(gettext("blank"))
    reason = named(published, column_of(published, table, STATUS), status)
    return _blank_because(str(status) if reason is None else reason)


@lru_cache(maxsize=20)
def _blank(word: str) -> Markup:
    return BLANK.format(word)


@lru_cache(maxsize=100)
def _blank_because(reason: str) -> Markup:
    return BECAUSE.format(reason)


def _named(
    published: Published, column: Column, value: Any, row: Mapping[str, Any] | None
) -> Markup | None:
    """A value by its name, with a link to where it leads; None where it has neither."""
    name = named(published, column, value, row)
    address = _address(published, column, value, row or {})
    if name is None and address is None:
        return None
    words = str(value) if name is None else name
    return escape(words) if address is None else link(address, words)


def _address(published: Published, column: Column, value: Any, row: Row) -> str | None:
    """Where a value leads to: a table, the row of a code, a line of a document; or nowhere."""
    if column.name == "table_name" and value in published.tables:
        return published.path(value)
    if column.of_trust:
        find = ADDRESSES.get(column.name)
        return None if find is None else find(published, value, row)
    if column.code_list is not None:
        return published.path(column.code_list, str(value))
    return None


def _table_named(published: Published, name: Any, _row: Row) -> str | None:
    return published.path(name) if name in published.tables else None


def _row_named(published: Published, key: Any, row: Row) -> str | None:
    """The row of a key, which is as addresses have it; the table, where it is about many rows."""
    table = row.get("table_name")
    if table not in published.tables:
        return None
    address = published.path(str(table))
    return address if str(key).startswith(RULE) else f"{address}/{key}"


def _anomaly_named(published: Published, name: Any, _row: Row) -> str | None:
    return published.path("anomalies", str(name))


def _line_named(published: Published, line: Any, row: Row) -> str | None:
    document = row.get("document")
    return published.line_path(str(document), row.get("page"), int(line)) if document else None


# Where the values of the columns of trust tables lead to.
ADDRESSES: Mapping[str, Callable[[Published, Any, Row], str | None]] = {
    "compared_with": _table_named,
    "row_id": _row_named,
    "anomaly": _anomaly_named,
    "first_line": _line_named,
}


def _shown_text(published: Published, table: str | None, column: Column, value: str) -> Markup:
    """A text: lines of a document and addresses as links, a list with commas."""
    if column.name == "source_lines" and table in published.tables:
        return _lines_link(published, table, value)
    if column.type == "array":
        return escape(_with_commas(value))
    if ADDRESS.fullmatch(value):
        return link(value, value)
    return escape(value)


def words_of_file(published: Published, column: Column, value: str) -> str:
    """The value of a cell of a CSV file in words: a code by its name, a figure with its digits."""
    called = named(published, column, value)
    if called is not None or not column.is_number:
        return value if called is None else called
    try:
        return figure(json.loads(value))
    except ValueError:
        return value


def figure(value: Any, decimals: int | None = None) -> str:
    """A number as the language of the visit writes it, with so many digits behind the point."""
    return _figure_in(value, decimals, visit().language)


@lru_cache(maxsize=20_000, typed=True)
def _figure_in(value: Any, decimals: int | None, language: str) -> str:
    return figure_text(value, decimals, language)


def _lines_link(published: Published, table: str, numbers: str) -> Markup:
    """The lines of a row, such as '471-474', as a link where they can only be of one document."""
    document = _only_document(published, table)
    found = LINES.fullmatch(numbers)
    if document is None or found is None:
        return escape(numbers)
    return link(published.line_path(document, found[1], int(found[2])), numbers)


@lru_cache(maxsize=1_000)  # each row asks for it
def _only_document(published: Published, table: str) -> str | None:
    """The document that all of a table is in; None where there are several or none."""
    documents = set()
    for source in published.tables[table].get("sources", []):
        if "first_line" in source:
            documents.add(source["path"])
    return documents.pop() if len(documents) == 1 else None


def _with_commas(value: str) -> str:
    """A list that is kept as JSON, with commas: '["a", "b"]' → 'a, b'; other texts as they are."""
    try:
        items = json.loads(value)
    except ValueError:
        return value
    return ", ".join(map(str, items)) if isinstance(items, list) else value


def link(address: str | None, words: str) -> Markup:
    """A link; `format` of Markup would take ten times as long, and a page has hundreds."""
    return Markup(f'<a href="{escape(address)}">{escape(words)}</a>')  # noqa: S704  both escaped
