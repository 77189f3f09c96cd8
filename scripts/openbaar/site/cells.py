"""How a value is shown: a code by its name, a figure as its language writes it, lines as a link."""

from __future__ import annotations

import json
import re
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from openbaar.site.columns import Column, label_of, text
from openbaar.site.language import gettext, locale
from openbaar.site.published import Published

BLANK = Markup(
    '<span class="blank" title="{0}"><span aria-hidden="true">—</span>'
    '<span class="hidden">{0}</span></span>'
)


def shown(published: Published, table: str | None, column: Column, value: Any) -> Markup:
    """The value of a cell as HTML. `table` is None for the result of a query."""
    if isinstance(value, dict):  # a foreign key that Datasette has looked up, with its label
        value = value["value"]
    if value is None or value == "":
        return BLANK.format(gettext("blank"))
    if isinstance(value, bytes):
        return Markup("<em>{}</em>").format(gettext("binary data"))
    link = _named_link(published, column, value)
    if link is not None:
        return link
    if isinstance(value, int | float) and column.is_number:
        return escape(figure(value))
    return _shown_text(published, table, column, str(value))


def _named_link(published: Published, column: Column, value: Any) -> Markup | None:
    """The name of a table or the label of a code, as a link; None where the value is neither."""
    if column.name == "table_name" and value in published.tables:
        return _link(published.path(value), text(published.tables[value], "title"))
    label = label_of(published, column.code_list, value)
    if column.code_list is None or label is None:
        return None
    return _link(published.path(column.code_list, str(value)), label)


def _shown_text(published: Published, table: str | None, column: Column, value: str) -> Markup:
    """A text: lines of a document and addresses as links, a list with commas."""
    if column.name == "source_lines" and table in published.tables:
        return _lines_link(published, table, value)
    if column.type == "array":
        return escape(_with_commas(value))
    if re.fullmatch(r"https?://[^\s<>\"]+", value):
        return _link(value, value)
    return escape(value)


def figure(value: Any) -> str:
    """A number as the language of the visit writes it."""
    return str(format_decimal(value, locale=locale()))


def _lines_link(published: Published, table: str, numbers: str) -> Markup:
    """The lines of a row, such as '471-474', as a link where they can only be of one document."""
    documents = set()
    for source in published.tables[table].get("sources", []):
        if "first_line" in source:
            documents.add(source["path"])
    found = re.fullmatch(r"(\d+)(?:-\d+)?", numbers)
    if len(documents) != 1 or found is None:
        return escape(numbers)
    return _link(published.line_path(documents.pop(), None, int(found[1])), numbers)


def _with_commas(value: str) -> str:
    """A list that is kept as JSON, with commas: '["a", "b"]' → 'a, b'; other texts as they are."""
    try:
        items = json.loads(value)
    except ValueError:
        return value
    return ", ".join(map(str, items)) if isinstance(items, list) else value


def _link(address: str, words: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, words)
