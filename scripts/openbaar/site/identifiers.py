"""The addresses that one cites: `/id/<table>`, `/id/<table>/<version>` and `/id/<table>/<row>`.

They stay when pages move. An address leads on to the form that is asked for, by `Accept` (303, as
https://www.w3.org/TR/cooluris/ has it): the page, the CSV, the rows as JSON, or the package's descriptor.
"""

from __future__ import annotations

import re
from typing import Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from openbaar.schema.conventions import VERSION
from openbaar.site import downloads
from openbaar.site.language import gettext
from openbaar.site.negotiate import preferred
from openbaar.site.published import Published, published_by, text_of
from openbaar.site.refusals import language_of, refusal
from openbaar.texts import localized

HTML, CSV, JSON = "text/html", "text/csv", "application/json"
DESCRIPTOR = "application/vnd.datapackage+json"


def forms(published: Published, table: str, version: str | None = None) -> dict[str, str]:
    """The forms of a table by their media type, each with the address where it stands, the page first.

    Of an earlier version there is the CSV as it was, and a page that says so.
    """
    version = version or published.version
    if published.folder is None:  # then Datasette's own forms are all there is
        page = published.path(table)
        return {HTML: page, CSV: f"{page}.csv", JSON: f"{page}.json?_shape=array"}
    file = f"/download/{version}/tables/{table}"
    if version != published.version or table not in published.tables:
        return {CSV: f"{file}.csv"}
    page = f"/{published.name}/{table}"
    return {
        HTML: page,
        CSV: f"{file}.csv",
        JSON: f"{file}.json",
        DESCRIPTOR: f"/download/{version}/datapackage.json",
    }


def recorded_versions(published: Published, table: str) -> list[str]:
    """The versions in which `table` was released, as `tables/permalinks.json` has them, and the one that is served."""
    recorded = list(published.permalinks.get("tables", {}).get(table, {}))
    current = (
        [published.version]
        if table in published.tables and published.version not in recorded
        else []
    )
    return recorded + current


async def table(datasette: Any, request: Any) -> Response:
    """`/id/<table>`: on to the table in the form that is asked for; 301, 410 or 404 where it is not there now."""
    published = _publication(datasette)
    name = request.url_vars["table"]
    _refuse_withdrawn(published, name)
    if name in _moved(published):
        return Response.redirect(f"/id/{_moved(published)[name]}", status=301)
    if name not in published.tables:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=name)
    return _see_other(request, forms(published, name))


async def part(datasette: Any, request: Any) -> Response:
    """`/id/<table>/<version>` or `/id/<table>/<row>`. What was released in a version stands there for ever."""
    published = _publication(datasette)
    name, wanted = request.url_vars["table"], request.url_vars["part"]
    _refuse_withdrawn(published, name)
    if re.fullmatch(VERSION, wanted) and wanted in recorded_versions(published, name):
        return await _version(datasette, request, published, name, wanted)
    if name in _moved(published):
        return Response.redirect(f"/id/{_moved(published)[name]}/{wanted}", status=301)
    if name not in published.tables:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=name)
    key = await _row_key(datasette, published, name, wanted)
    if key is None:
        message = gettext("The table '%(name)s' has no row or version '%(row)s'.")
        raise refusal(404, message, name=name, row=wanted)
    page = f"/{published.name}/{name}/{key}"
    return _see_other(request, {HTML: page, JSON: f"{page}.json?_shape=array"})


async def _version(
    datasette: Any, request: Any, published: Published, name: str, version: str
) -> Response:
    """A version of a table: its file, or for a person the page that tells of it."""
    offers = forms(published, name, version)
    chosen = preferred(
        request.headers.get("accept", ""), [CSV, HTML, *(form for form in offers if form != CSV)]
    )
    if chosen != HTML:
        return _see_other(request, {chosen: offers[chosen]})
    language = language_of(published)
    if published.folder is None:
        return _see_other(request, {HTML: offers[HTML]})
    file = downloads.files(published)[offers[CSV]]
    described = published.tables.get(name, {})
    context = {
        "title": text_of(described, "title", language) or name,
        "table": name,
        "version": version,
        "current": published.version if name in published.tables else None,
        "address": published.address(f"/id/{name}/{version}", request),
        "file": offers[CSV],
        "size": downloads.size_text(file.stat().st_size, language),
        "sha256": downloads.sha256(file),
        "versions": recorded_versions(published, name),
    }
    page = await datasette.render_template("openbaar_version.html", context, request=request)
    return Response.html(page, headers={"vary": "Accept, Accept-Language"})


async def _row_key(datasette: Any, published: Published, table: str, wanted: str) -> str | None:
    """The key of a row as Datasette writes it in addresses, None where there is no such row.

    The row must be there under the very text of the key: SQLite would take the text '01' for the number 1.
    """
    columns = published.tables[table]["schema"]["primaryKey"]
    values = [tilde_decode(value) for value in wanted.split(",")]
    if len(values) != len(columns):
        return None
    where = " AND ".join(f"CAST({column} AS TEXT) = ?" for column in columns)
    sql = f"SELECT 1 FROM {table} WHERE {where}"
    found = await datasette.get_database(published.name).execute(sql, values)
    return ",".join(tilde_encode(value) for value in values) if found.rows else None


def _see_other(request: Any, offers: dict[str, str]) -> Response:
    chosen = preferred(request.headers.get("accept", ""), list(offers))
    return Response("", status=303, headers={"location": offers[chosen], "vary": "Accept"})


def _publication(datasette: Any) -> Published:
    published = published_by(datasette)
    assert published is not None
    return published


def _moved(published: Published) -> dict[str, str]:
    return dict(published.permalinks.get("moved", {}))


def _refuse_withdrawn(published: Published, name: str) -> None:
    reasons = published.permalinks.get("withdrawn", {}).get(name)
    if reasons is not None:
        reason = localized(reasons, language_of(published))
        message = gettext("The table '%(name)s' has been withdrawn: %(reason)s")
        raise refusal(410, message, name=name, reason=reason)


ROUTES = [
    (r"/id/(?P<table>[a-z][a-z0-9_]*)/?$", table),
    (r"/id/(?P<table>[a-z][a-z0-9_]*)/(?P<part>[^/]+)/?$", part),
]
