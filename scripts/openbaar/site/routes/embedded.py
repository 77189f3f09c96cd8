"""`/embed/<chart>` and `/embed/<table>/rows`: a chart, or rows, which other sites may frame.

Rows are chosen by the address as on the page of the table; in a chart all others are faded. A long
table shows its first rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.filters import Filters
from datasette.utils.asgi import Request, Response
from markupsafe import Markup, escape

from openbaar.site.pages.cells import figure, shown
from openbaar.site.pages.chips import selection_words
from openbaar.site.pages.column_places import Placed, table_columns
from openbaar.site.pages.columns import text
from openbaar.site.pages.grid import Cell, Grid, GridRow
from openbaar.site.pages.pictures import EMBED, PLACED_AS_OF, named_chart, numbered
from openbaar.site.pages.remarks import footnotes
from openbaar.site.published import Published, publication_of
from openbaar.site.requests.addresses import with_query
from openbaar.site.requests.asgi import query_pairs
from openbaar.site.requests.language import visit
from openbaar.site.routes.kept_versions import versions_with_other_figures
from openbaar.site.routes.rows import SEARCH, Chosen, Pairs, Row, chosen_rows

if TYPE_CHECKING:
    from datasette.app import Datasette

FIRST = 100  # rows that a frame shows
HEIGHTS = (280, 36, 640)  # pixels around the rows, of each of them, and at most
PLACES = ("source_lines", "status")  # of the table in its document, and why a cell is blank


async def chart(datasette: Datasette, request: Request) -> Response:
    """The page of a chart. Raises DatasetteError where there is none (404)."""
    published = publication_of(datasette)
    found = await named_chart(datasette, published, request)
    asked = [pair for pair in query_pairs(request.scope) if pair[0] != PLACED_AS_OF]
    if found.page not in published.tables:
        asked = list(found.parameters.items())
    elif asked:
        keys = await _keys(datasette, published, found.page, asked)
        found = numbered(found).with_rows(keys)
    around = _around(published, request, found.page, found.title, asked)
    variables = {**around, "chart": found}
    html = await datasette.render_template("openbaar_embed.html", variables, request=request)
    return Response.html(html)


async def _keys(datasette: Datasette, published: Published, table: str, asked: Pairs) -> list[str]:
    """The keys of the rows that a visitor chose, as the marks of a chart have them."""
    chosen = await chosen_rows(datasette, published, table, asked)
    columns = published.primary_key(table)
    return [",".join(str(row[column]) for column in columns) for row in chosen.rows]


async def rows(datasette: Datasette, request: Request) -> Response:
    """The page of rows. Raises DatasetteError for a table or a column that is not there."""
    published = publication_of(datasette)
    table = request.url_vars["table"]
    asked = [pair for pair in query_pairs(request.scope) if pair[0] != PLACED_AS_OF]
    chosen = await chosen_rows(datasette, published, table, asked, FIRST + 1)
    title = text(published.tables[table], "title")
    variables = {
        **_around(published, request, table, title, asked),
        "grid": _grid(published, chosen),
        "selected": _selected(published, table, chosen.filters),
        "more": len(chosen.rows) > FIRST,
        "first": FIRST,
        "footnotes": await footnotes(datasette, published, table),
        "sources": [text(each, "title") for each in published.tables[table].get("sources", [])],
        "published": published,
    }
    html = await datasette.render_template("openbaar_embed_rows.html", variables, request=request)
    return Response.html(html)


def _around(
    published: Published, request: Request, name: str, title: str, asked: Pairs
) -> dict[str, Any]:
    """What a frame has around what it shows: where more is, and whether figures have changed.

    The frame follows new versions; `?_version=` names the one with which it was placed there. The
    text around it may tell the figures of that one.
    """
    page = published.page_address(published.path(name), visit().language, request)
    changed = versions_with_other_figures(published, name)
    return {
        "framed": {"title": title, "language": visit().language},
        "page": with_query(page, urlencode(asked)),
        "changed": changed,
        "is_changed": request.args.get(PLACED_AS_OF) in changed,
    }


def _selected(published: Published, table: str, filters: Pairs) -> list[str]:
    """What the rows were chosen by, in words."""
    words = [f"“{value}”" for name, value in filters if name == SEARCH]
    by_column = [pair for pair in filters if pair[0] != SEARCH]
    return selection_words(published, table, Filters(by_column)) + words


def _grid(published: Published, chosen: Chosen) -> Grid:
    """The rows as the page of their table has them; links would open in the frame."""
    names = [name for name in published.column_names(chosen.table) if name not in PLACES]
    rows = chosen.rows[:FIRST]
    placed = table_columns(published, chosen.table, names, rows)
    made = []
    for row in rows:
        cells = [Cell(each, _content(published, chosen.table, each, row)) for each in placed]
        made.append(GridRow("", None, "", cells))
    return Grid(placed, made)


def _content(published: Published, table: str, placed: Placed, row: Row) -> Markup:
    value = row[placed.column.name]
    if placed.shows_figure(value):
        return escape(figure(value, placed.decimals))
    return shown(published, table, replace(placed.column, code_list=None), value, row)


def frame_of_rows(
    published: Published, table: str, query: str, count: int | None, request: Request
) -> str:
    """The HTML with which another site frames the rows that the `query` of a page chooses."""
    path = f"{EMBED}{table}/rows"
    asked = "&".join(filter(None, [query, f"{PLACED_AS_OF}={published.version}"]))
    address = f"{published.page_address(path, visit().language, request)}?{asked}"
    around, each, most = HEIGHTS
    height = min(around + each * (FIRST if count is None else count), most)
    title = text(published.tables[table], "title")
    frame = Markup(
        '<iframe src="{address}" title="{title}" width="100%" height="{height}" loading="lazy">'
        "</iframe>"
    )
    return str(frame.format(address=address, title=title, height=height))


ROUTES = [
    (rf"{EMBED}(?P<name>[^/]+)$", chart),
    (rf"{EMBED}(?P<table>[a-z][a-z0-9_]*)/rows$", rows),
]
