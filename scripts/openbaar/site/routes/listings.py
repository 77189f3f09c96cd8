"""The pages above addresses to cite and files, which list what is below them.

They are `/id/`, `/download` and, of each version, `/download/<version>`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response

from openbaar.schema.conventions import VERSION
from openbaar.site.pages.columns import text, text_in
from openbaar.site.published import publication_of
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.refusals import refusal
from openbaar.site.routes import changes, downloads, feed

if TYPE_CHECKING:
    from datasette.app import Datasette


async def identifiers(request: Any, datasette: Datasette) -> Response:
    """`/id/`: the address to cite of each table and of each question."""
    published = publication_of(datasette)
    listed = []
    for name, resource in published.tables.items():
        listed.append({"title": text(resource, "title"), "address": f"/id/{name}"})
    for name, query in published.queries.items():
        listed.append({"title": text_in(query["title"]), "address": f"/id/{name}"})
    context = {
        "heading": gettext("Addresses to cite"),
        "told": gettext(
            "These addresses stay when pages move. A version behind one leads to the figures of "
            "that version, the key of a row to that row."
        ),
        "listed": listed,
    }
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


async def files(request: Any, datasette: Datasette) -> Response:
    """`/download`: the files to take away; `/download/` leads there."""
    if request.path.endswith("/"):
        return Response.redirect("/download", status=301)
    published = publication_of(datasette)
    listed = _listed(downloads.links(published, None, visit().language))
    context = {"heading": gettext("Download"), "told": "", "listed": listed}
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


async def version(request: Any, datasette: Datasette) -> Response:
    """`/download/<version>`: a version as it is cited, with its files and what changed in it.

    An address with a slash at the end leads there. Raises DatasetteError where there is no such
    version.
    """
    asked = request.url_vars["version"]
    if request.path.endswith("/"):
        return Response.redirect(downloads.version_path(asked), status=301)
    published = publication_of(datasette)
    if asked not in feed.versions(published):
        raise refusal(404, gettext("There is no version '%(version)s'."), version=asked)
    title = text(published.descriptor, "title")
    called = gettext("version %(version)s") % {"version": asked}
    listed = [{"title": title, "address": "/"}]
    before = await changes.versions_before(datasette, published)
    if asked in before:
        address = changes.path_of(before[asked], asked)
        listed.append({"title": gettext("What changed"), "address": address})
    listed += _listed(downloads.version_links(published, asked, visit().language))
    told = gettext(
        "These are the files of this version, as they were published. They will not change."
    )
    if asked != published.version:
        message = gettext("The current version is %(current)s.")
        told += " " + message % {"current": published.version}
    context = {"heading": f"{title}, {called}", "told": told, "listed": listed}
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


def _listed(links: Sequence[downloads.Link]) -> list[dict[str, str]]:
    return [{"title": each.label, "address": each.address, "aside": each.size} for each in links]


ROUTES = [
    (r"/id/?$", identifiers),
    (r"/download/?$", files),
    (rf"/download/(?P<version>{VERSION})/?$", version),
]
