"""The charts on pages: drawn when the site was built, shown with the rows that a page shows told from the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape

from datasette.app import Datasette
from markupsafe import Markup

from openbaar.site.language import visit
from openbaar.site.site import Site


async def picture(
    datasette: Datasette, site: Site, page: str, parameters: Mapping[str, str] | None = None
) -> str:
    """The SVG of a table, or of a query with its parameters; '' where none was drawn."""
    given = {name: value for name, value in (parameters or {}).items() if value}
    sql = "SELECT svg FROM _charts WHERE page = :page AND parameters = :parameters AND language = :language"
    wanted = {
        "page": page,
        "parameters": json.dumps(given, sort_keys=True),
        "language": visit().language,
    }
    found = await datasette.get_database(site.database).execute(sql, wanted)
    row = found.first()
    return str(row["svg"]) if row else ""


def with_rows(svg: str, keys: Iterable[str]) -> Markup:
    """The picture with the marks of all other rows faded; a line that joins marks goes with the first faded one."""
    wanted = set(keys)
    marked = {unescape(key) for key in re.findall(r'data-row="([^"]*)"', svg)}

    def faded(match: re.Match[str]) -> str:
        return match[0] if unescape(match[1]) in wanted else f'class="faded" {match[0]}'

    if not marked <= wanted:
        svg = re.sub(r'data-row="([^"]*)"', faded, svg).replace(
            'class="drawing"', 'class="drawing filtered"'
        )
    return Markup(svg)  # noqa: S704  made by ourselves
