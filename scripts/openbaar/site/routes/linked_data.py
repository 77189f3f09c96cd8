"""What machines read: JSON-LD of schema.org, the `Link` header, the sitemap and robots.txt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import Response
from markupsafe import Markup

from openbaar.package.catalogues import schema_org
from openbaar.package.catalogues.facts import Facts
from openbaar.package.catalogues.from_descriptor import facts
from openbaar.package.catalogues.schema_org import known
from openbaar.schema.conventions import NOT_SPECIFIED, UNKNOWN
from openbaar.site.published import (
    Descriptor,
    Published,
    publication_of,
    text_of,
)
from openbaar.site.routes import changes, downloads
from openbaar.texts import catalogue, is_unknown, localized

SCHEMA = "https://schema.org/"
Described = dict[str, Any]  # a thing of schema.org, or a part of one


def json_ld(
    published: Published, table: str | None = None, language: str = "en", request: Any = None
) -> Markup:
    """The description of `table`, or of the whole, as JSON that is safe between <script> tags.

    The properties are those that Google requires and recommends, as far as they are known
    (https://developers.google.com/search/docs/appearance/structured-data/dataset).
    """
    if table is None:
        return _in_script(_whole(published, language, request))
    return _in_script(_table(published, table, language, request))


def query_json_ld(published: Published, query: str, language: str, request: Any = None) -> Markup:
    """The description of a question that the figures answer, as `json_ld` makes it."""
    about = published.queries[query]
    page = published.page_address(published.path(query), language, request)
    results = published.address(published.path(query), request)
    cited = published.address(f"/id/{query}", request)
    made = _dataset(published, language)
    made |= {
        "@id": cited,
        "identifier": [cited, f"{cited}/{published.version}"],
        "url": page,
        "name": localized(about["title"], language),
        "description": localized(about["description"] or about["title"], language),
        "isPartOf": {"@type": "Dataset", "@id": _whole_address(published, request)},
        "distribution": [
            _results("CSV", "text/csv", f"{results}.csv"),
            _results("JSON", "application/json", f"{results}.json?_shape=array"),
        ],
    }
    return _in_script(known(made))


def _results(name: str, media_type: str, address: str) -> Described:
    return {
        "@type": "DataDownload",
        "name": name,
        "contentUrl": address,
        "encodingFormat": media_type,
    }


def row_json_ld(
    published: Published,
    table: str,
    key: str,
    row: Mapping[str, Any],
    language: str,
    request: Any,
) -> Markup:
    """The description of a row, as `json_ld` makes it; `key` is the row's as in addresses."""
    fields = published.tables[table]["schema"]["fields"]
    values = []
    for each in fields:
        value = row.get(each["name"])
        if value is not None:
            values.append({**_variable(each, language), "value": value})
    made = {
        "@type": "Observation",
        "@id": published.address(f"/id/{table}/{key}", request),
        "url": published.page_address(f"{published.path(table)}/{key}", language, request),
        "subjectOf": {"@type": "Dataset", "@id": published.address(f"/id/{table}", request)},
        "variableMeasured": values,
    }
    return _in_script(made)


def _in_script(described: Described) -> Markup:
    context = {"@context": SCHEMA, **described}
    text = json.dumps(context, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":  # a title with `</script>` in it would end the element
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  made by ourselves


def _whole_address(published: Published, request: Any) -> str:
    """What the publication as a whole is known by: the address of the page of its database."""
    return published.address(published.path(), request)


def _whole(published: Published, language: str, request: Any) -> Described:
    """The publication as a schema.org/Dataset, with its tables as parts and the files with all."""
    whole = _whole_address(published, request)
    made = _dataset(published, language)
    made |= {
        "@id": whole,
        "url": published.page_address(published.path(), language, request),
        "name": text_of(published.descriptor, "title", language),
        "description": _stated(published.descriptor, "description", language),
        "identifier": [whole, published.descriptor.get("id"), *_doi(published)],
        "hasPart": [],
        "distribution": _files(published, None, language, request),
    }
    if published.are_tables_listed:
        made["hasPart"] = [_part(published, name, language, request) for name in published.tables]
    made["identifier"] = [each for each in made["identifier"] if each is not None]
    return known(made)


def _table(published: Published, table: str, language: str, request: Any) -> Described:
    """A table as a schema.org/Dataset, with its columns and its files."""
    described = published.tables[table]
    cited = published.address(f"/id/{table}", request)
    made = _dataset(published, language)
    made |= {
        "@id": cited,
        "url": published.page_address(published.path(table), language, request),
        "name": text_of(described, "title", language),
        "description": _stated(described, "description", language),
        "identifier": [cited, *_doi(published)],
        "isPartOf": {"@type": "Dataset", "@id": _whole_address(published, request)},
        "variableMeasured": [_variable(each, language) for each in described["schema"]["fields"]],
        "distribution": _files(published, table, language, request),
    }
    read = {document["path"] for document in published.read_for(table)}
    if read:
        documents = [each for each in _facts(published).documents if each.path in read]
        made["isBasedOn"] = [schema_org.document(each, language) for each in documents]
    return known(made)


def _dataset(published: Published, language: str) -> Described:
    """What a table, a question and the whole are described with alike, as in each catalogue."""
    stated = _facts(published)
    if not published.are_documents_named:
        stated = replace(stated, documents=())
    return {
        **schema_org.dataset(stated, language),
        "@type": "Dataset",
        "spatialCoverage": [_place(each) for each in stated.places],
        "license": _licences(published, language),
        "isAccessibleForFree": True,
    }


@lru_cache(maxsize=4)  # each page asks for them
def _facts(published: Published) -> Facts:
    return facts(published.descriptor)


def _place(address: str) -> Described:
    return {"@type": "Place", "sameAs": address}


def _doi(published: Published) -> list[str]:
    if "doi" not in published.descriptor:
        return []
    return [f"https://doi.org/{published.descriptor['doi']}"]


def _part(published: Published, table: str, language: str, request: Any) -> Described:
    resource = published.tables[table]
    made = {
        "@type": "Dataset",
        "@id": published.address(f"/id/{table}", request),
        "name": text_of(resource, "title", language),
        "description": _stated(resource, "description", language),
    }
    return known(made)


def _licences(published: Published, language: str) -> list[Described]:
    """The licence of each document, and apart from it those of what this publication adds."""
    _ = catalogue(language, published.languages[0]).gettext
    made = []
    for licence in published.descriptor["licenses"]:
        applies = _("source document") if licence["appliesTo"] == "documents" else _("additions")
        is_stated = licence["name"] not in (UNKNOWN, NOT_SPECIFIED)
        name = licence["name"] if is_stated else _("not stated")
        work = {"@type": "CreativeWork", "name": f"{name} ({applies})", "url": licence.get("path")}
        made.append(known(work))
    return made


def _variable(field: Descriptor, language: str) -> Described:
    made = {
        "@type": "PropertyValue",
        "name": field["name"],
        "description": _stated(field, "description", language),
        "unitText": text_of(field, "unit", language),
    }
    return known(made)


def _files(published: Published, table: str | None, language: str, request: Any) -> list[Described]:
    """The files of a table; of the whole those with all tables in them."""
    if table is None:
        links = downloads.packed_links(published, language)
    else:
        links = downloads.links(published, table, language)
    made = [_download(published, link, request) for link in links]
    if table is not None and published.folder is not None:
        path = f"/download/{published.version}/tables/{table}.json"
        made.append(_results("JSON", "application/json", published.address(path, request)))
    return made


def _download(published: Published, link: downloads.Link, request: Any) -> Described:
    return {
        "@type": "DataDownload",
        "name": link.label,
        "contentUrl": published.address(link.address, request),
        "encodingFormat": downloads.MEDIA_TYPES[f".{link.kind}"].split(";")[0],
        "contentSize": f"{link.bytes} B",
        "sha256": link.sha256,
    }


def _stated(described: Descriptor, key: str, language: str) -> str | None:
    """A text of a part of the descriptor, unless it is the word for unknown."""
    said = text_of(described, key, language)
    return None if is_unknown(said) else said


async def sitemap(datasette: Any, request: Any) -> Response:
    """`/sitemap.xml`: the pages that a search engine should know, in each language."""
    published = publication_of(datasette)
    paths = ["/", published.path()]
    paths += [published.path(name) for name in (*published.tables, *published.queries)]
    for source in published.documents.values():
        for part in published.parts_of(source["path"]).all:
            paths.append(published.document_path(source["path"], part))
    compared = await changes.compared(datasette, published)
    paths += [changes.path_of(old, new) for old, new in compared]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path in paths:
        for language in published.languages:
            address = escape(published.page_address(path, language, request))
            lines.append(f"<url><loc>{address}</loc></url>")
    lines += ["</urlset>", ""]
    return Response("\n".join(lines), content_type="application/xml; charset=utf-8")


async def robots(datasette: Any, request: Any) -> Response:
    """`/robots.txt`: all may be fetched but the pages of filters and queries, which never end."""
    published = publication_of(datasette)
    sitemap_address = published.address("/sitemap.xml", request)
    filters = f"{published.addresses.prefix}/*?"
    return Response.text(f"User-agent: *\nDisallow: {filters}\nSitemap: {sitemap_address}\n")


ROUTES = [(r"/sitemap\.xml$", sitemap), (r"/robots\.txt$", robots)]
