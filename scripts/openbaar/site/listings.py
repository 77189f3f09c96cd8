"""The pages above addresses to cite and files: `/id/` and `/download`, which list what is below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response

from openbaar.site import downloads
from openbaar.site.columns import text, text_in
from openbaar.site.language import gettext, visit
from openbaar.site.published import publication_of

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
    listed = []
    for link in downloads.links(published, None, visit().language):
        listed.append({"title": link.label, "address": link.address, "aside": link.size})
    context = {"heading": gettext("Download"), "told": "", "listed": listed}
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


ROUTES = [(r"/id/?$", identifiers), (r"/download/?$", files)]
