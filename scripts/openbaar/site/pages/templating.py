"""What every template of ours may ask: words, addresses of files, and what Datasette gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from datasette.utils.asgi import Request, Response
from jinja2 import Environment

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.kept import kept_parts
from openbaar.site.pages import chips, columns
from openbaar.site.pages.cells import figure
from openbaar.site.pages.comparisons import comparison_words
from openbaar.site.pages.grid import query_grid, table_grid
from openbaar.site.pages.pictures import frame_code
from openbaar.site.published import PLUGIN, Published
from openbaar.site.requests.language import gettext, ngettext, visit
from openbaar.site.routes import downloads
from openbaar.site.routes.embedded import frame_of_rows
from openbaar.site.routes.signposts import signposts
from openbaar.tables.judging.wording import is_sheet
from openbaar.texts import language_name

STATIC = Path(__file__).parent.parent / "static"
STATIC_PATH = f"/-/static-plugins/{PLUGIN}"  # where Datasette serves that folder
Variables = dict[str, Any]  # what a template gets, by name
NOT_FOUND = re.compile(r"(Database|Table|Row|Record|Query|Page)?\b.*not found", re.IGNORECASE)
SORTING = ("_sort", "_sort_desc", "_next")  # parameters that a link by which to sort leaves out


def prepare(environment: Environment, published: Published | None) -> None:
    """Give the templates of a Datasette the words and texts they use.

    `published` is what it shows; None where that is nothing of ours.
    """
    environment.add_extension("jinja2.ext.i18n")
    install: Any = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True)
    environment.filters["figure"] = figure
    environment.filters["size"] = size
    environment.filters["on_this_site"] = on_this_site
    environment.globals["published"] = published
    environment.globals["kept"] = kept_parts.written
    environment.globals["layout"] = partial(layout, published)
    if published is not None:
        environment.globals |= _texts(published)


def _texts(published: Published) -> Variables:
    """What every template of ours may ask of a publication, in the language of the visit."""
    return {
        "asset": asset,
        "by_column": by_column,
        "column_of": partial(columns.column_of, published),
        "comparison_words": comparison_words,
        "columns_of": partial(columns.columns_of, published),
        "chips": partial(chips.chips, published),
        "frame_code": frame_code,
        "frame_of_rows": partial(frame_of_rows, published),
        "is_datasettes": is_datasettes,
        "kept_everywhere": kept_parts.of_all_pages(),
        "is_sheet": is_sheet,
        "key_label": partial(columns.key_label, published),
        "label_of": partial(columns.label_of, published),
        "language_name": language_name,
        "parameter_title": partial(columns.parameter_title, published),
        "query_grid": partial(query_grid, published),
        "row_keys": row_keys,
        "report_address": partial(report_address, published),
        "result_column": partial(columns.result_column, published),
        "selection_words": partial(chips.selection_words, published),
        "table_grid": partial(table_grid, published, address=row_link),
        "signposts": partial(signposts, published),
        "sort_links": sort_links,
        "text": columns.text,
        "text_in": columns.text_in,
        "trust_tables": TRUST_TABLES,
        "visit": visit,
    }


def report_address(published: Published) -> str:
    """Where a reader tells of an error: a mail that names the version, else the contact's page.

    A script adds the address of the page that the reader sees.
    """
    contact = published.contact or {}
    if "email" not in contact:
        return str(contact.get("path", ""))
    title = columns.text(published.descriptor, "title")
    version = gettext("version %(version)s") % {"version": published.version}
    return f"mailto:{quote(contact['email'], safe='@')}?subject={quote(f'{title}, {version}')}"


def size(count: int) -> str:
    """A number of bytes in the language of the visit."""
    return downloads.size_text(count, visit().language)


def is_datasettes(message: str) -> bool:
    """Whether Datasette said, in English, that something is not there."""
    return NOT_FOUND.match(message) is not None


def layout(published: Published | None, name: str, database: str | None = None) -> str:
    """Our own template instead of Datasette's `name`, but Datasette's for another `database`."""
    if published is None or database not in (None, published.name):
        return f"default:{name}"
    return f"openbaar_{name}"


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """The address of a file of ours, which is another one as soon as the file changes."""
    return f"{STATIC_PATH}/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:8]}"


async def former_asset(request: Request) -> Response:
    """`/static/<file>`, the address before Datasette served the files: on to the one of now."""
    return Response.redirect(f"{STATIC_PATH}/{request.url_vars['name']}", status=301)


ROUTES = [(r"/static/(?P<name>openbaar\.(css|js))$", former_asset)]


def by_column(results: Any) -> dict[str, Variables]:
    """What Datasette counted for its facets, by the name of the column that each is of."""
    facets = results.get("results", results)  # Datasette 1.0 tells beside them which timed out
    return {facet["name"]: facet for facet in facets.values()}


@dataclass(frozen=True)
class SortLink:
    """Where the heading of a column leads, and how the rows are sorted by it now, if at all."""

    address: str
    sorted: str | None


def sort_links(
    shown_columns: Any, sort: str | None, sort_desc: str | None, next_url: str | None
) -> Callable[[str], SortLink | None]:
    """What gives the link of each heading: by that column, the other way round where it is already.

    Only upwards where there are more pages: Datasette loses rows when it pages downwards.
    """
    sortable = {column["name"] for column in shown_columns if column["sortable"]}
    sorted_now = {sort_desc: "descending", sort: "ascending"}

    def link(name: str) -> SortLink | None:
        if name not in sortable:
            return None
        now = sorted_now.get(name)
        key = "_sort_desc" if now == "ascending" and not next_url else "_sort"
        asked = parse_qsl(visit().query, keep_blank_values=True)
        kept = [pair for pair in asked if pair[0] not in SORTING]
        return SortLink(f"?{urlencode([*kept, (key, name)])}#rows", now)

    return link


def row_link(cell: str) -> str:
    """The address in the link that Datasette made to a row, whose key may hold commas."""
    found = re.search(r'href="([^"]*)"', str(cell))
    return unescape(found[1]) if found else ""


def row_keys(display_rows: Any) -> list[str]:
    """The keys of the rows of a page as their addresses have them, of what Datasette shows."""
    return [next(iter(row))["raw"] for row in display_rows]


def on_this_site(address: str) -> str:
    """An address without its host: Datasette puts there what the visitor's program called it."""
    text = str(address)  # Datasette's own kind of text is slow to ask
    if text.startswith("/") and not text.startswith("//"):
        return text
    parts = urlsplit(text)
    return parts._replace(scheme="", netloc="").geturl() or "/"
