"""How a value is shown: a code by its name, a figure as the language writes it, a line by a link to it."""

from __future__ import annotations

import json
import re
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup, escape

from openbaar.site.language import gettext, locale
from openbaar.site.site import Column, Site


def shown(site: Site, table: str | None, column: Column, value: Any) -> Markup:
    """The value of a cell as HTML. `table` is None for the result of a query."""
    if isinstance(value, dict):  # Datasette's expanded foreign key
        value = value["value"]
    if value in (None, ""):
        return Markup(
            '<span class="blank" title="{0}"><span aria-hidden="true">—</span><span class="hidden">{0}</span></span>'
        ).format(gettext("blank"))
    if isinstance(value, bytes):
        return Markup("<em>{}</em>").format(gettext("binary data"))
    if column.name == "table_name" and value in site.tables:
        return _link(site.address(value), site.text(site.tables[value], "title"))
    label = site.label(column.code_list, value)
    if label is not None and column.code_list:
        return _link(site.address(column.code_list, str(value)), label)
    return _plain(site, table, column, value)


def _plain(site: Site, table: str | None, column: Column, value: Any) -> Markup:
    """A value that is no code."""
    if isinstance(value, int | float) and column.is_number:
        return escape(format_decimal(value, locale=locale()))
    text = str(value)
    if column.name == "source_lines":
        return _lines(site, table, text)
    if column.type == "array":
        return escape(_listed(text))
    if re.fullmatch(r"https?://[^\s<>\"]+", text):
        return _link(text, text)
    return escape(text)


def figure(value: Any) -> str:
    """A number as the language of the visit writes it."""
    return format_decimal(value, locale=locale())


def _lines(site: Site, table: str | None, text: str) -> Markup:
    """The lines of a row, such as '471-474', as a link to them where it is certain of which document they are."""
    sources = {
        part["path"]
        for part in site.tables.get(table or "", {}).get("sources", [])
        if "first_line" in part
    }
    found = re.fullmatch(r"(\d+)(?:-\d+)?", text)
    if len(sources) != 1 or not found:
        return escape(text)
    return _link(site.line_address(sources.pop(), None, int(found[1])), text)


def _listed(text: str) -> str:
    """A list that is kept as JSON, with commas."""
    try:
        items = json.loads(text)
    except ValueError:
        return text
    return ", ".join(map(str, items)) if isinstance(items, list) else text


def _link(address: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text)
