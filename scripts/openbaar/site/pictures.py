"""The charts on pages: drawn when the site was built; rows that a page does not show are faded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup

from openbaar.site.language import visit
from openbaar.site.published import Published

if TYPE_CHECKING:
    from datasette.app import Datasette

MARK_OF_ROW = re.compile(r'data-row="([^"]*)"')
SQL = """SELECT svg FROM _charts
         WHERE page = :page AND parameters = :parameters AND language = :language"""


async def table_chart(datasette: Datasette, published: Published, table: str) -> str | None:
    """The SVG of a table; None where none was drawn."""
    return await _drawn(datasette, published, table, {})


async def query_chart(
    datasette: Datasette, published: Published, query: str, parameters: Mapping[str, str]
) -> str | None:
    """The SVG of a query with its parameters; an empty text means that one was not given."""
    given = {name: value for name, value in parameters.items() if value}
    return await _drawn(datasette, published, query, given)


async def _drawn(
    datasette: Datasette, published: Published, page: str, parameters: Mapping[str, str]
) -> str | None:
    wanted = {
        "page": page,
        "parameters": json.dumps(parameters, sort_keys=True),
        "language": visit().language,
    }
    found = await datasette.get_database(published.name).execute(SQL, wanted)
    row = found.first()
    return None if row is None else str(row["svg"])


def with_rows(svg: str, keys: Iterable[str]) -> Markup:
    """The picture with the marks of other rows faded; a line of marks fades with its first one."""
    shown = set(keys)
    drawn = {unescape(key) for key in MARK_OF_ROW.findall(svg)}
    if drawn <= shown:
        return Markup(svg)  # noqa: S704  made by ourselves

    def faded(match: re.Match[str]) -> str:
        if unescape(match[1]) in shown:
            return match[0]
        return f'class="faded" {match[0]}'

    marked = MARK_OF_ROW.sub(faded, svg)
    marked = marked.replace('class="drawing"', 'class="drawing filtered"')
    return Markup(marked)  # noqa: S704  made by ourselves
