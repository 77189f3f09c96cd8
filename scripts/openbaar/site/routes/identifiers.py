"""The addresses to cite: `/id/<table>`, `/id/<table>/<version>` and `/id/<table>/<row>`.

`/id/<table>/latest` leads to the version of now. Those of questions are in `questions.py`.

They stay when pages move. A person is led to the page in the language that the browser asks for,
unless the address names one (`/en/id/…`). By `Accept`, an address leads on (303, as
https://www.w3.org/TR/cooluris/ has it) to the form that is asked for: the page, the CSV, the rows
as JSON, the package's descriptor, a citation, JSON-LD, which is at `/id/<table>.jsonld`, or, as
Turtle, the catalogue that describes what the address names.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette.utils import tilde_decode, tilde_encode
from datasette.utils.asgi import Response

from openbaar.schema.conventions import VERSION
from openbaar.site.pages.cells import words_of_file
from openbaar.site.pages.columns import Column, column_of
from openbaar.site.published import Descriptor, Published, publication_of, text_of
from openbaar.site.requests.addresses import with_query
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.negotiate import VARY, preferred, readers_language
from openbaar.site.requests.refusals import language_of, refusal
from openbaar.site.routes import catalogue, changes, downloads, linked_data, questions
from openbaar.site.routes.citation_formats import FORMATS
from openbaar.site.routes.kept_versions import (
    address_of_key,
    described_then,
    first_rows,
    kept_descriptor,
    key_then,
    recorded_versions,
    rows_gone,
)
from openbaar.texts import localized

HTML, CSV, JSON = "text/html", "text/csv", "application/json"
JSON_LD = "application/ld+json"
LATEST = "latest"
DESCRIPTOR = "application/vnd.datapackage+json"
Forms = dict[str, str]  # the address of each form of something, by its media type


def current_forms(published: Published, table: str) -> Forms:
    """The forms of a table as it is now, the page first."""
    page = published.path(table)
    if published.folder is None:  # then Datasette's own forms are all there is
        rows = {CSV: f"{page}.csv", JSON: f"{page}.json?_shape=array"}
        return {HTML: page, **rows, **descriptions(table)}
    files = f"/download/{published.version}"
    return {
        HTML: page,
        CSV: f"{files}/tables/{table}.csv",
        JSON: f"{files}/tables/{table}.json",
        DESCRIPTOR: f"{files}/datapackage.json",
        **descriptions(table),
    }


def descriptions(table: str) -> Forms:
    """What describes a table to machines: JSON-LD, the catalogue, its citation in each format."""
    forms = {JSON_LD: f"/id/{table}.jsonld", catalogue.TURTLE: "/catalog.ttl"}
    for ending, each in FORMATS.items():
        forms[each.media_type] = f"/cite/{table}.{ending}"
    return forms


def forms_of_version(published: Published, table: str, version: str) -> Forms:
    """The forms of a table as it was in a version: of an earlier one, what is kept."""
    if published.folder is None or _is_current(published, table, version):
        return current_forms(published, table)
    root = f"/download/{version}"
    forms = {CSV: f"{root}/tables/{table}.csv"}
    if kept_descriptor(published, version) is not None:
        forms[DESCRIPTOR] = f"{root}/datapackage.json"
    return forms


def _is_current(published: Published, table: str, version: str) -> bool:
    return version == published.version and table in published.tables


async def table(datasette: Any, request: Any) -> Response:
    """`/id/<table>`: on to the table in the form that is asked for.

    301 where it has another name now. Raises DatasetteError where it was withdrawn (410) or never
    was there (404).
    """
    published = publication_of(datasette)
    name = request.url_vars["table"]
    _refuse_withdrawn(published, name)
    moved = _new_name(published, name)
    if moved is not None:
        return Response.redirect(f"/id/{moved}", status=301)
    if questions.is_question(published, name):
        return await _question(datasette, request, name, None)
    _refuse_unknown(published, name)
    return _see_other(published, request, current_forms(published, name))


async def part(datasette: Any, request: Any) -> Response:
    """`/id/<table>/<version>` or `/id/<table>/<row>`.

    What was released in a version is there for ever. Redirects and raises as `table` does.
    """
    published = publication_of(datasette)
    name, wanted = request.url_vars["table"], request.url_vars["part"]
    _refuse_withdrawn(published, name)
    if re.fullmatch(VERSION, wanted) and wanted in recorded_versions(published, name):
        return await _version(datasette, request, name, wanted)
    moved = _new_name(published, name)
    if moved is not None:
        return Response.redirect(f"/id/{moved}/{wanted}", status=301)
    if questions.is_question(published, name):
        return await _question(datasette, request, name, wanted)
    _refuse_unknown(published, name)
    if wanted == LATEST and await _row_key(datasette, published, name, wanted) is None:
        return Response.redirect(f"/id/{name}/{published.version}", status=302)
    return await _row(datasette, request, name, wanted)


async def _question(datasette: Any, request: Any, name: str, version: str | None) -> Response:
    """A question. Raises DatasetteError where it has no such version."""
    found = await questions.question(datasette, request, name, version)
    if found is None:
        message = gettext("There is no version '%(version)s' of '%(name)s'.")
        raise refusal(404, message, name=name, version=str(version))
    return found


async def _version(datasette: Any, request: Any, name: str, version: str) -> Response:
    """A version of a table: its file, or for a person the page about it."""
    published = publication_of(datasette)
    forms = forms_of_version(published, name, version)
    # Programs that take anything get the file, so it comes first.
    others = [form for form in forms if form not in (CSV, HTML)]
    offers = [CSV, HTML, *others]
    chosen = preferred(request.headers.get("accept", ""), offers)
    if chosen != HTML or published.folder is None:
        return _on(published, request, chosen, forms[chosen])
    if _language(published, request) != visit().language:
        return _on(published, request, chosen, f"/id/{name}/{version}")
    context = _about_version(published, name, version, forms)
    pairs = await changes.compared(datasette, published)
    context["compared"] = [pair for pair in pairs if version in pair]
    if (version, published.version) in pairs:
        context["change"] = changes.path_of(version, published.version)
    context["address"] = published.address(f"/id/{name}/{version}", request)
    page = await datasette.render_template("openbaar_version.html", context, request=request)
    return Response.html(page, headers={"vary": VARY})


def _about_version(published: Published, name: str, version: str, forms: Forms) -> dict[str, Any]:
    """What the page of a version says."""
    language = language_of(published)
    path = downloads.table_file(published, name, version)
    described = described_then(published, name, version)
    fields = described["schema"]["fields"] if described else []
    header, rows, has_more = first_rows(name, path)
    columns = [column_of(published, name, each) for each in header]
    key = key_then(published, name, version, header)
    return {
        "title": text_of(described or published.tables.get(name, {}), "title", language) or name,
        "table": name,
        "version": version,
        "current": published.version if name in published.tables else None,
        "described": described,
        "titles": {field["name"]: text_of(field, "title", language) for field in fields},
        "meanings_then": [_meaning(field, language) for field in fields],
        "columns": columns,
        "rows": [_as_it_was(published, columns, key, row) for row in rows],
        "has_key": bool(key),
        "has_more": has_more,
        "file": forms[CSV],
        "descriptor": forms.get(DESCRIPTOR),
        "size": downloads.size_text(path.stat().st_size, language),
        "sha256": downloads.sha256(path),
        "is_same": _is_same(published, name, version, path),
        "versions": recorded_versions(published, name),
    }


def _is_same(published: Published, table: str, version: str, path: Path) -> bool | None:
    """Whether the table of now has the very file of an earlier version; None of what has no now."""
    if table not in published.tables or version == published.version:
        return None
    now: str = published.tables[table]["hash"]
    return now == f"sha256:{downloads.sha256(path)}"


@dataclass(frozen=True)
class _RowThen:
    """A row of a version: its cells, each with its column as it is now, and its place on the page.

    The place is None where nothing is known that tells rows apart.
    """

    cells: Sequence[tuple[Column, str]]
    anchor: str | None


def _as_it_was(
    published: Published, columns: Sequence[Column], key: Sequence[int], row: Sequence[str]
) -> _RowThen:
    """A row of a file in the words of now."""
    cells = []
    for column, value in zip(columns, row, strict=False):
        cells.append((column, words_of_file(published, column, value)))
    if not key or len(row) < len(columns):
        return _RowThen(cells, None)
    return _RowThen(cells, f"row-{address_of_key(row, key)}")


def _meaning(field: Descriptor, language: str) -> dict[str, str]:
    """What a page says of a column, from what a descriptor says."""
    told = {key: text_of(field, key, language) for key in ("title", "description", "unit")}
    return {"name": field["name"], **told}


async def _row(datasette: Any, request: Any, table: str, wanted: str) -> Response:
    """On to a row in the form that is asked for.

    One that is gone is in the last version that had it. Raises DatasetteError where there is none.
    """
    published = publication_of(datasette)
    key = await _row_key(datasette, published, table, wanted)
    if key is None:
        parts = [tilde_encode(tilde_decode(part)) for part in wanted.split(",")]
        gone = rows_gone(published, table).get(",".join(parts))
        if gone is not None:
            address = f"/id/{table}/{gone}#row-{','.join(parts)}"
            return Response.redirect(address, status=303, headers={"vary": VARY})
        message = gettext("The table '%(name)s' has no row or version '%(row)s'.")
        raise refusal(404, message, name=table, row=wanted)
    page = f"{published.path(table)}/{key}"
    forms = {HTML: page, JSON: f"{page}.json?_shape=array", JSON_LD: f"/id/{table}/{key}.jsonld"}
    return _see_other(published, request, forms)


async def table_described(datasette: Any, request: Any) -> Response:
    """`/id/<table>.jsonld`: what machines read of a table."""
    published = publication_of(datasette)
    name = request.url_vars["table"]
    if name in published.queries:
        return questions.described(published, name, request)
    _refuse_unknown(published, name)
    return _described(linked_data.json_ld(published, name, language_of(published), request))


async def row_described(datasette: Any, request: Any) -> Response:
    """`/id/<table>/<row>.jsonld`: what machines read of a row."""
    published = publication_of(datasette)
    name, wanted = request.url_vars["table"], request.url_vars["row"]
    _refuse_unknown(published, name)
    row = await _row_with(datasette, published, name, wanted)
    if row is None:
        message = gettext("The table '%(name)s' has no row or version '%(row)s'.")
        raise refusal(404, message, name=name, row=wanted)
    text = linked_data.row_json_ld(published, name, wanted, row, language_of(published), request)
    return _described(text)


def _described(text: str) -> Response:
    return Response(text, content_type=f"{JSON_LD}; charset=utf-8")


async def _row_key(datasette: Any, published: Published, table: str, wanted: str) -> str | None:
    """The key of a row as Datasette writes it in addresses, None where there is no such row."""
    if await _row_with(datasette, published, table, wanted) is None:
        return None
    return ",".join(tilde_encode(tilde_decode(value)) for value in wanted.split(","))


async def _row_with(
    datasette: Any, published: Published, table: str, wanted: str
) -> dict[str, Any] | None:
    """The row with a key as it is in addresses; None where there is none.

    The row must be there under the very text of the key: SQLite would take the text '01' for the
    number 1.
    """
    columns = published.tables[table]["schema"]["primaryKey"]
    values = [tilde_decode(value) for value in wanted.split(",")]
    if len(values) != len(columns):
        return None
    where = " AND ".join(f"CAST({column} AS TEXT) = ?" for column in columns)
    sql = f"SELECT * FROM {table} WHERE {where}"
    found = await datasette.get_database(published.name).execute(sql, values)
    row = found.first()
    return None if row is None else dict(row)


def routes(published: Published) -> list[tuple[str, Any]]:
    """The addresses to cite, and the pages of tables from before they moved."""
    before = []
    for old, new in published.permalinks.get("moved", {}).items():
        path = re.escape(published.path(old))
        before.append((rf"{path}(?P<rest>(?:[/.].*)?)$", _on_to(published.path(new))))
    return [*before, *ROUTES]


def _on_to(page: str) -> Callable[[Any], Awaitable[Response]]:
    """What leads on to `page`, and to its rows, in the form that was asked of the old one."""

    async def redirected(request: Any) -> Response:
        moved = with_query(page + request.url_vars["rest"], request.query_string)
        return Response.redirect(moved, status=301)

    return redirected


def _see_other(published: Published, request: Any, forms: Forms) -> Response:
    """On to the form that the request prefers."""
    chosen = preferred(request.headers.get("accept", ""), list(forms))
    return _on(published, request, chosen, forms[chosen])


def _on(published: Published, request: Any, form: str, address: str) -> Response:
    """On to the address of a form, a page in the language of its reader."""
    if form == HTML:
        address = f"/{_language(published, request)}{address}"
    return Response.redirect(address, status=303, headers={"vary": VARY})


def _language(published: Published, request: Any) -> str:
    return readers_language(request, published.languages, visit().language)


def _new_name(published: Published, name: str) -> str | None:
    """The name that a table has now; None where it was not renamed."""
    moved: dict[str, str] = published.permalinks.get("moved", {})
    return moved.get(name)


def _refuse_withdrawn(published: Published, name: str) -> None:
    reasons = published.permalinks.get("withdrawn", {}).get(name)
    if reasons is not None:
        reason = localized(reasons, language_of(published))
        message = gettext("The table '%(name)s' has been withdrawn: %(reason)s")
        raise refusal(410, message, name=name, reason=reason)


def _refuse_unknown(published: Published, name: str) -> None:
    if name not in published.tables:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=name)


ROUTES = [
    (r"/id/(?P<table>[a-z][a-z0-9_]*)\.jsonld$", table_described),
    (r"/id/(?P<table>[a-z][a-z0-9_]*)/(?P<row>[^/]+)\.jsonld$", row_described),
    (r"/id/(?P<table>[a-z][a-z0-9_]*)/?$", table),
    (r"/id/(?P<table>[a-z][a-z0-9_]*)/(?P<part>[^/]+)/?$", part),
]
