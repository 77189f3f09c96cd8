"""The addresses to cite of questions: `/id/<query>` and `/id/<query>/<version>`.

The version that is served leads on to the page of the question, with what was chosen. An answer
follows from tables, of which each version is kept; so an earlier version leads to a page with the
question as it was, its SQL, and the tables of that version.
"""

from __future__ import annotations

from typing import Any

from datasette.utils.asgi import Response

from openbaar.site.pages.columns import text
from openbaar.site.published import Descriptor, Published, publication_of
from openbaar.site.requests.addresses import with_query
from openbaar.site.requests.language import visit
from openbaar.site.requests.negotiate import VARY, preferred, readers_language
from openbaar.site.requests.refusals import language_of
from openbaar.site.routes import linked_data
from openbaar.site.routes.citation_formats import FORMATS
from openbaar.site.routes.kept_versions import versions_with_other_figures
from openbaar.texts import localized

HTML, CSV, JSON = "text/html", "text/csv", "application/json"
JSON_LD = "application/ld+json"
LATEST = "latest"
Recorded = dict[str, Descriptor]  # version → title, SQL and tables of a question


def is_question(published: Published, name: str) -> bool:
    """Whether an address with this name is that of a question, also of one that is gone."""
    return name in published.queries or name in recorded(published)


def recorded(published: Published) -> dict[str, Recorded]:
    """The questions of each version that was released."""
    found: dict[str, Recorded] = published.permalinks.get("queries", {})
    return found


def versions(published: Published, name: str) -> list[str]:
    """The versions in which a question was released, and the one that is served."""
    found = list(recorded(published).get(name, {}))
    if name in published.queries and published.version not in found:
        found.append(published.version)
    return found


def address_to_cite(published: Published, name: str, chosen: str = "") -> str:
    """The path of a question in the version of now; `chosen` is the query that chooses."""
    return with_query(f"/id/{name}/{published.version}", chosen)


def forms(published: Published, name: str) -> dict[str, str]:
    """The forms of the answer of now, the page first."""
    page = published.path(name)
    found = {HTML: page, CSV: f"{page}.csv", JSON: f"{page}.json", JSON_LD: f"/id/{name}.jsonld"}
    for ending, each in FORMATS.items():
        found[each.media_type] = f"/cite/{name}.{ending}"
    return found


async def question(datasette: Any, request: Any, name: str, version: str | None) -> Response | None:
    """The answer to `/id/<query>`, or to one of its versions; None where it has no such version."""
    published = publication_of(datasette)
    if version == LATEST or (version is None and name in published.queries):
        version = published.version
    elif version is None:
        version = versions(published, name)[-1]
    if name in published.queries and version == published.version:
        return _see_other(published, name, request)
    if version not in recorded(published).get(name, {}):
        return None
    language = readers_language(request, published.languages, visit().language)
    if language != visit().language:
        address = f"/{language}/id/{name}/{version}"
        return Response.redirect(address, status=303, headers={"vary": VARY})
    context = _as_it_was(published, name, version)
    chosen = with_query("", request.query_string)
    context["chosen"] = chosen
    context["address"] = published.address(f"/id/{name}/{version}{chosen}", request)
    template = "openbaar_question_version.html"
    page = await datasette.render_template(template, context, request=request)
    return Response.html(page, headers={"vary": VARY})


def _see_other(published: Published, name: str, request: Any) -> Response:
    """On to the form of the answer that is asked for, with what was chosen."""
    offered = forms(published, name)
    chosen = preferred(request.headers.get("accept", ""), list(offered))
    pairs = [request.query_string] if request.query_string else []
    if chosen == JSON:
        pairs.append("_shape=array")
    page = offered[chosen]
    if chosen == HTML:
        page = f"/{readers_language(request, published.languages, visit().language)}{page}"
    address = with_query(page, "&".join(pairs))
    return Response.redirect(address, status=303, headers={"vary": VARY})


def _as_it_was(published: Published, name: str, version: str) -> dict[str, Any]:
    """What the page of an earlier version of a question says."""
    then = recorded(published)[name][version]
    tables = []
    for table in then["tables"]:
        known = published.tables.get(table)
        title = table if known is None else text(known, "title")
        tables.append({"title": title, "address": f"/id/{table}/{version}"})
    return {
        "title": localized(then["title"], language_of(published)),
        "query": name,
        "version": version,
        "current": published.version if name in published.queries else None,
        "is_same": _is_same(published, name, version),
        "sql": then["sql"],
        "tables": tables,
        "versions": versions(published, name),
    }


def _is_same(published: Published, name: str, version: str) -> bool:
    """Whether a question of now has the SQL and the tables of an earlier version."""
    if name not in published.queries:
        return False
    return version not in versions_with_other_figures(published, name)


def described(published: Published, name: str, request: Any) -> Response:
    """`/id/<query>.jsonld`: what machines read of a question."""
    made = linked_data.query_json_ld(published, name, language_of(published), request)
    return Response(made, content_type=f"{JSON_LD}; charset=utf-8")
