"""What the templates get beside what Datasette gives them, for each kind of page."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from datasette.app import Datasette
from datasette.utils import tilde_encode, urlsafe_components
from datasette.utils.asgi import Request
from jinja2 import Environment
from markupsafe import Markup

from openbaar.site import citation, downloads, linked_data, remarks, source
from openbaar.site.cells import figure, shown
from openbaar.site.language import gettext, ngettext, visit
from openbaar.site.pictures import picture, with_rows
from openbaar.site.published import attached
from openbaar.site.site import TRUST_TABLES, Column, Site, site_of

STATIC = Path(__file__).parent / "static"
Variables = dict[str, Any]


def prepare(environment: Environment) -> None:
    """Give the templates of a Datasette the words of the site and its files."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["figure"] = figure
    environment.filters["on_this_site"] = on_this_site
    environment.globals |= {
        "asset": asset,
        "language_name": language_name,
        "in_order": in_order,
        "lookups": lambda filters: {key: display for key, display, _ in filters.lookups()},
        "row_link": row_link,
    }


@lru_cache(maxsize=16)
def asset(name: str) -> str:
    """The address of a file of ours, which is another one as soon as the file changes."""
    return f"/static/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:8]}"


def language_name(language: str) -> str:
    """What a language calls itself."""
    try:
        return str(Locale.parse(language).get_display_name(language) or language)
    except (UnknownLocaleError, ValueError):
        return language


def in_order(site: Site, column: Column, results: Iterable[Variables]) -> list[Variables]:
    """The values of a facet in the order of their code list, or as they count up, and not by how many there are."""
    codes = list(site.labels.get(column.code_list or "", {}))

    def rank(result: Variables) -> tuple[int, float, str]:
        value = result["value"]
        if str(value) in codes:
            return codes.index(str(value)), 0, ""
        return len(codes), value if isinstance(value, int | float) else 0, str(value)

    return sorted(results, key=rank)


def row_link(cell: str) -> str:
    """The address in the link that Datasette made to a row, whose key may hold commas."""
    found = re.search(r'href="([^"]*)"', str(cell))
    return unescape(found[1]) if found else ""


def on_this_site(address: str) -> str:
    """An address without its host: Datasette puts there what the visitor's program called it."""
    parts = urlsplit(address)
    return parts._replace(scheme="", netloc="").geturl() or "/"


async def variables(
    datasette: Datasette, request: Request | None, template: str, table: str | None
) -> Variables:
    """The variables for one template; none where the database is not one of ours."""
    site = site_of(datasette)
    if site is None:
        return {}
    made: Variables = {
        "site": site,
        "visit": visit(),
        "text": site.text,
        "trust_tables": TRUST_TABLES,
    }
    make = PAGES.get(template)
    if make is not None and request is not None:
        made |= await make(datasette, site, request, table)
    return made


def cell(datasette: Datasette, table: str | None, column: str, value: Any) -> Markup | None:
    """How a cell of a table or of a query's result is shown; None leaves it to Datasette."""
    site = site_of(datasette)
    if site is None:
        return None
    known = site.column(table, column) if table else site.result_column(_query_name(site), column)
    return shown(site, table, known, value)


def _query_name(site: Site) -> str | None:
    """The query whose page is being made."""
    name = visit().path.rsplit("/", 1)[-1]
    return name if name in site.queries else None


async def _home(datasette: Datasette, site: Site, request: Request, table: str | None) -> Variables:
    """The home page: the tables in groups, what to beware of, and the questions."""
    lists = site.code_lists
    groups = {
        "figures": [name for name in site.tables if name not in (*lists, *TRUST_TABLES)],
        "lists": lists,
        "trust": [name for name in site.tables if name in TRUST_TABLES],
    }
    return {
        "groups": groups,
        "warnings": await remarks.warnings(datasette, site),
        **_to_take_away(datasette, site, request),
    }


async def _table(
    datasette: Datasette, site: Site, request: Request, table: str | None
) -> Variables:
    """The page of a table: what to know before trusting it, its chart, what its columns mean."""
    if table not in site.tables:
        return {}
    drawn = await picture(datasette, site, table)
    return {
        "resource": site.tables[table],
        "footnotes": await remarks.footnotes(datasette, site, table),
        "warnings": await remarks.warnings(datasette, site, table),
        "totals": await remarks.reconciliation(datasette, site, table),
        "places": _places(site, table),
        "chart": lambda keys: with_rows(drawn, keys) if drawn else "",
        **_to_take_away(datasette, site, request, table),
    }


def _places(site: Site, table: str) -> list[remarks.Place]:
    """Where a table stands in the documents, from its first line to its last."""
    places = []
    for part in site.tables[table].get("sources", []):
        if "first_line" in part:
            place = remarks.place_of(site, {**part, "document": part["path"]})
            places += [place] if place else []
    return places


async def _row(datasette: Datasette, site: Site, request: Request, table: str | None) -> Variables:
    """The page of a row: where it stands, letter by letter, and the remarks that speak of it."""
    if table not in site.tables:
        return {}
    row_id = request.url_vars["pks"]
    key = ",".join(tilde_encode(part) for part in _parts(row_id))
    found = await _fetched(datasette, site, table, _parts(row_id))
    concerning = [
        remark
        for remark in await remarks.rows_of(datasette, site, "anomalies")
        if found
        and source.concerns(remark["rows_concerned"], found)
        and table in (remark["tables"] or "")
    ]
    ids = [remark["id"] for remark in concerning]
    return {
        "resource": site.tables[table],
        "key_label": site.key_label(table, ",".join(_parts(row_id))),
        "excerpts": await source.excerpts(datasette, site, table, key),
        "warnings": [
            each for each in await remarks.warnings(datasette, site, table) if each.id in ids
        ],
    }


def _parts(row_id: str) -> list[str]:
    return list(urlsafe_components(row_id))


async def _fetched(
    datasette: Datasette, site: Site, table: str, key: list[str]
) -> Mapping[str, Any] | None:
    """The row with that key."""
    names = site.tables[table]["schema"].get("primaryKey", [])
    if len(names) != len(key):
        return None
    where = " AND ".join(f"{name} = :k{index}" for index, name in enumerate(names))
    sql = f"SELECT * FROM {table} WHERE {where}"
    found = await datasette.get_database(site.database).execute(
        sql, {f"k{i}": part for i, part in enumerate(key)}
    )
    row = found.first()
    return dict(row) if row else None


async def _query(
    datasette: Datasette, site: Site, request: Request, table: str | None
) -> Variables:
    """The page of a query: its words, the choices for its parameters, its chart."""
    name = _query_name(site)
    if name is None:
        return {
            "query_name": None,
            "result_column": lambda column: site.result_column(None, column),
        }
    about = site.queries[name]
    given = {key: request.args.get(key) or "" for key in about["parameters"]}
    return {
        "query_name": name,
        "about": about,
        "given": given,
        "result_column": lambda column: site.result_column(name, column),
        "result_columns": lambda columns: [site.result_column(name, column) for column in columns],
        "chart": Markup(await picture(datasette, site, name, given)),  # noqa: S704  made by ourselves
        **_to_take_away(datasette, site, request, query=name),
    }


def _to_take_away(
    datasette: Datasette,
    site: Site,
    request: Request,
    table: str | None = None,
    query: str | None = None,
) -> Variables:
    """What to download and how to cite, where the site has the files of the publication too."""
    published = attached(datasette)
    if published is None:
        return {"downloads": [], "citations": [], "json_ld": ""}
    language = visit().language
    asked = None
    if query is not None:
        path = visit().path + (f"?{visit().query}" if visit().query else "")
        asked = (site.text_in(site.queries[query]["title"]), path)
    return {
        "downloads": [] if query else downloads.links(published, table, language),
        "citations": citation.blocks(published, language, table, asked, request),
        "json_ld": "" if query else linked_data.json_ld(published, table, language, request),
    }


PAGES: dict[str, Callable[[Datasette, Site, Request, str | None], Awaitable[Variables]]] = {
    "index.html": _home,
    "table.html": _table,
    "row.html": _row,
    "query.html": _query,
}
