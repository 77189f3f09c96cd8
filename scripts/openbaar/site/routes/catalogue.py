"""`/catalog`: the publication as open data portals harvest it, and the records beside its files.

`/catalog` answers with Turtle or JSON-LD, whichever is asked for, and leads people to the page;
`/catalog.ttl` and `/catalog.jsonld` are the same under addresses of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import Response
from jinja2 import Environment

from openbaar.package.catalogues import dcat, rdf, sdmx, sdmx_structure
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.package.catalogues.records import FILES, RECORD_NAMES
from openbaar.package.catalogues.records import record as record_of
from openbaar.site.published import Published, document_name, publication_of
from openbaar.site.requests.language import gettext
from openbaar.site.requests.negotiate import preferred
from openbaar.site.requests.refusals import refusal
from openbaar.site.routes import downloads

HTML, TURTLE, JSON_LD = "text/html", "text/turtle", "application/ld+json"
SDMX_CSV = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
SDMX_STRUCTURE = "application/vnd.sdmx.structure+json; version=2.0.0; charset=utf-8"
ENDINGS = {"ttl": TURTLE, "jsonld": JSON_LD}
WRITERS = {TURTLE: rdf.turtle, JSON_LD: rdf.json_ld}
# What a harvester that takes anything gets comes first.
OFFERS = (TURTLE, JSON_LD, HTML)


async def catalog(datasette: Any, request: Any) -> Response:
    """`/catalog`: in the form that is asked for; a person is led on to the page (303)."""
    published = publication_of(datasette)
    chosen = preferred(request.headers.get("accept", ""), OFFERS)
    if chosen == HTML:
        address = f"/{published.name}"
        return Response.redirect(address, status=303, headers={"vary": "Accept"})
    return _answer(published, request, chosen, {"vary": "Accept"})


async def catalog_file(datasette: Any, request: Any) -> Response:
    """`/catalog.ttl` and `/catalog.jsonld`."""
    chosen = ENDINGS[request.url_vars["ending"]]
    return _answer(publication_of(datasette), request, chosen, {})


def _answer(
    published: Published, request: Any, media_type: str, headers: dict[str, str]
) -> Response:
    text = WRITERS[media_type](nodes_of(published, request), dcat.PREFIXES)
    return Response(text, content_type=f"{media_type}; charset=utf-8", headers=headers)


def nodes_of(published: Published, request: Any = None) -> list[rdf.Node]:
    """The publication as a catalogue, whose addresses are those of the site."""
    return dcat.graph(facts(published.descriptor), site_of(published, request))


async def record(datasette: Any, request: Any) -> Response:
    """`/download/<version>/<record>`: what another kind of catalogue reads, of this version."""
    published = publication_of(datasette)
    if request.url_vars["version"] != published.version:
        return await downloads.download(datasette, request)  # which knows what is left of others
    base = published.address(f"/download/{published.version}/", request)
    sizes = _document_sizes(published)
    made = record_of(request.url_vars["path"], facts(published.descriptor), sizes, base)
    return Response(made.decode("utf-8"), content_type=downloads.MEDIA_TYPES[".json"])


async def sdmx_file(datasette: Any, request: Any) -> Response:
    """`/download/<version>/sdmx/<table>.csv`: a table as SDMX-CSV, or with `.json` its structure.

    Raises DatasetteError where the author did not say how the table becomes that.
    """
    published = publication_of(datasette)
    table, ending = request.url_vars["table"], request.url_vars["ending"]
    folder = published.folder
    is_current = request.url_vars["version"] == published.version
    is_there = f"sdmx/{table}.{ending}" in sdmx_paths(published)
    if not is_current or folder is None or not is_there:
        raise refusal(404, gettext("There is no file '%(name)s'."), name=f"{table}.{ending}")

    def read(name: str) -> Iterator[sdmx.TextRow]:
        return sdmx.rows_of(folder / published.tables[name]["path"])

    resource = published.tables[table]
    if ending == "json":
        structure = sdmx_structure.message(published.descriptor, resource, read)
        return Response(structure.decode("utf-8"), content_type=SDMX_STRUCTURE)
    written = sdmx.message(resource, read)
    return Response(written.decode("utf-8"), content_type=SDMX_CSV)


def sdmx_paths(published: Published) -> list[str]:
    """The SDMX-CSV that the site offers, and their structures, by their path in the package."""
    paths = []
    for name, resource in published.tables.items():
        if "sdmx" in resource:
            paths.append(sdmx.path_of(name))
        if sdmx_structure.has_message(resource):
            paths.append(sdmx_structure.path_of(name))
    return paths


def _document_sizes(published: Published) -> dict[str, int]:
    """The size in bytes of each document that the site offers, by its path."""
    sizes = {}
    if published.folder is not None:
        for document in published.descriptor["sources"]:
            file = published.folder / document["path"]
            if file.is_file():
                sizes[document["path"]] = file.stat().st_size
    return sizes


def site_of(published: Published, request: Any) -> dcat.Site:
    """The addresses of the publication, whole ones, and the files that it offers.

    The interface for queries is told of where the site is public: a frozen copy has none.
    """

    def address(path: str) -> str:
        return published.address(path, request)

    pages = {table: address(published.path(table)) for table in published.tables}
    identifiers = {table: address(f"/id/{table}") for table in published.tables}
    documents = {}
    for document in published.descriptor["sources"]:
        path = document["path"]
        documents[path] = address(f"/source/{quote(document_name(path))}")
    return dcat.Site(
        home=address("/"),
        catalogue=address("/catalog"),
        whole=address(published.path()),
        pages=pages,
        identifiers=identifiers,
        documents=documents,
        files={table: _files(published, table, request) for table in (None, *published.tables)},
        api=address(f"{published.path()}.json") if published.public else None,
    )


def _files(published: Published, table: str | None, request: Any) -> list[dcat.OfferedFile]:
    """The files of a table, or for None those with all tables, called in each language."""
    links = {}
    for language in published.languages:
        if table is None:
            links[language] = downloads.packed_links(published, language)
        else:
            links[language] = downloads.links(published, table, language)
    offered = []
    for number, link in enumerate(links[published.languages[0]]):
        title = {language: found[number].label for language, found in links.items()}
        file = dcat.OfferedFile(
            title=title,
            address=published.address(link.address, request),
            ending=link.kind,
            media_type=downloads.MEDIA_TYPES[f".{link.kind}"],
            bytes=link.bytes,
            sha256=link.sha256,
        )
        offered.append(file)
    return offered


def links(published: Published) -> dict[str, str]:
    """What readers and programs are shown on the page of the whole: an address by its name."""
    named = {"DCAT-AP (Turtle)": "/catalog.ttl", "DCAT-AP (JSON-LD)": "/catalog.jsonld"}
    if published.folder is not None:
        files = f"/download/{published.version}"
        named["Data Package"] = f"{files}/datapackage.json"
        for name, file in RECORD_NAMES.items():
            named[name] = f"{files}/{file}"
    return named


def prepare_templates(env: Environment, published: Published | None) -> None:
    """Give templates the links that lead to what catalogues read."""
    if published is not None:
        env.globals["catalogue_links"] = links(published)


def addresses(published: Published) -> list[str]:
    """Every address of this module that answers with a file."""
    paths = [f"/catalog.{ending}" for ending in ENDINGS]
    if published.folder is not None:
        names = [*FILES, *sdmx_paths(published)]
        paths += [f"/download/{published.version}/{name}" for name in names]
    return paths


_RECORD = "|".join(re.escape(name) for name in FILES)
ROUTES = [
    (r"/catalog/?$", catalog),
    (rf"/catalog\.(?P<ending>{'|'.join(ENDINGS)})$", catalog_file),
    (rf"/download/(?P<version>[^/]+)/(?P<path>{_RECORD})$", record),
    (r"/download/(?P<version>[^/]+)/sdmx/(?P<table>\w+)\.(?P<ending>csv|json)$", sdmx_file),
]
