"""What machines read: JSON-LD of schema.org, the `Link` header, the sitemap and robots.txt."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import Response
from markupsafe import Markup

from openbaar.schema.conventions import UNKNOWN
from openbaar.site import downloads
from openbaar.site.citation_formats import FORMATS
from openbaar.site.published import Descriptor, Published, publication_of, text_of
from openbaar.texts import catalogue

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
        described = _whole(published, language, request)
    else:
        described = _table(published, table, language, request)
    text = json.dumps({"@context": SCHEMA, **described}, ensure_ascii=False, indent=1)
    for sign in "<>&":  # a title with `</script>` in it would end the element
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  made by ourselves


def _whole(published: Published, language: str, request: Any) -> Described:
    """The publication as a schema.org/Dataset, with its tables as parts and the files with all."""
    page = published.address(f"/{published.name}", request)
    made = _dataset(published, published.descriptor, language)
    made |= {
        "@id": page,
        "url": page,
        "identifier": [page, *_doi(published)],
        "hasPart": [_part(published, name, language, request) for name in published.tables],
        "distribution": _files(published, None, language, request),
    }
    return _known(made)


def _table(published: Published, table: str, language: str, request: Any) -> Described:
    """A table as a schema.org/Dataset, with its columns and its file."""
    described = published.tables[table]
    cited = published.address(f"/id/{table}", request)
    whole = published.address(f"/{published.name}", request)
    made = _dataset(published, described, language)
    made |= {
        "@id": cited,
        "url": published.address(f"/{published.name}/{table}", request),
        "identifier": [cited, *_doi(published)],
        "isPartOf": {"@type": "Dataset", "@id": whole},
        "variableMeasured": [_variable(each, language) for each in described["schema"]["fields"]],
        "distribution": _files(published, table, language, request),
    }
    return _known(made)


def _dataset(published: Published, described: Descriptor, language: str) -> Described:
    """What a table and the whole are described with alike."""
    descriptor = published.descriptor
    return {
        "@type": "Dataset",
        "name": text_of(described, "title", language),
        "description": text_of(described, "description", language),
        "version": published.version,
        "inLanguage": language,
        "keywords": descriptor.get("keywords"),
        "creator": [_organisation(each) for each in descriptor["contributors"]],
        "dateCreated": descriptor.get("created"),
        "license": _licence(published, language),
        "isAccessibleForFree": True,
        "isBasedOn": [_document(each, language) for each in descriptor["sources"]],
    }


def _doi(published: Published) -> list[str]:
    if "doi" not in published.descriptor:
        return []
    return [f"https://doi.org/{published.descriptor['doi']}"]


def _part(published: Published, table: str, language: str, request: Any) -> Described:
    resource = published.tables[table]
    return {
        "@type": "Dataset",
        "@id": published.address(f"/id/{table}", request),
        "name": text_of(resource, "title", language),
        "description": text_of(resource, "description", language),
    }


def _organisation(contributor: Descriptor) -> Described:
    made = {"@type": "Organization", "name": contributor["title"], "url": contributor.get("path")}
    return _known(made)


def _licence(published: Published, language: str) -> Described:
    """The licence of the documents, and apart from it that of what this publication adds."""
    _ = catalogue(language, published.languages[0]).gettext
    documents = {source.get("license", UNKNOWN) for source in published.descriptor["sources"]}
    if UNKNOWN in documents:
        documents = documents - {UNKNOWN} | {_("not stated")}
    additions = [each["name"] for each in published.additions]
    of_documents, of_additions = _("source document"), _("additions")
    stated = f"{', '.join(sorted(documents))} ({of_documents})"
    added = f"{', '.join(additions)} ({of_additions})"
    return {"@type": "CreativeWork", "name": f"{stated}; {added}"}


def _document(source: Descriptor, language: str) -> Described:
    made = {"@type": "CreativeWork", "name": text_of(source, "title", language)}
    for key, name in {"author": "author", "dateCreated": "date"}.items():
        if source.get(name, UNKNOWN) != UNKNOWN:
            made[key] = source[name]
    return made


def _variable(field: Descriptor, language: str) -> Described:
    made = {
        "@type": "PropertyValue",
        "name": field["name"],
        "description": text_of(field, "description", language),
        "unitText": text_of(field, "unit", language),
    }
    return _known(made)


def _files(published: Published, table: str | None, language: str, request: Any) -> list[Described]:
    """The file of a table; of the whole those with all tables in them."""
    made = []
    for link in downloads.links(published, table, language):
        holds_one_table = link.rows is not None
        if holds_one_table == (table is not None):
            made.append(_download(published, link, request))
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


def _known(made: Described) -> Described:
    """A thing without the properties that are not known."""
    return {key: value for key, value in made.items() if value not in (None, [], "")}


def link_header(published: Published, path: str, origin: str, sent: str) -> str:
    """The `Link` header of the page at `path`: what was `sent`, and of a table FAIR Signposting.

    See https://signposting.org/FAIR/. `origin` is the scheme and the host of the request. Datasette
    0.65 sends its address without the prefix of the site, and without the brackets that RFC 8288
    asks for; they are put around it.
    """
    home = published.url or origin
    links = []
    if sent:
        bracketed = re.sub(r"^([^<\s;]+)(?=;)", r"<\1>", sent)
        links.append(bracketed.replace(f"<{origin}/", f"<{home}/", 1))
    if path == f"/{published.name}":
        links.append(f'<{home}/catalog>; rel="describedby"; type="text/turtle"')
    table = path.removeprefix(f"/{published.name}/")
    if table != path and table in published.tables and published.folder is not None:
        links += _signposts(published, table, home)
    return ", ".join(links)


def _signposts(published: Published, table: str, home: str) -> list[str]:
    """What leads from the page of a table to its identifier, its file and its descriptions."""
    files = f"{home}/download/{published.version}"
    links = [
        f'<{home}/id/{table}>; rel="cite-as"',
        f'<{SCHEMA}Dataset>; rel="type"',
        f'<{SCHEMA}AboutPage>; rel="type"',
        f'<{files}/tables/{table}.csv>; rel="item"; type="text/csv"',
        f'<{files}/datapackage.json>; rel="describedby"; type="application/json"',
    ]
    for ending, each in FORMATS.items():
        address = f"{home}/cite/{table}.{ending}"
        links.append(f'<{address}>; rel="describedby"; type="{each.media_type}"')
    return links


async def sitemap(datasette: Any, request: Any) -> Response:
    """`/sitemap.xml`: the pages that a search engine should know."""
    published = publication_of(datasette)
    paths = ["/", f"/{published.name}"]
    paths += [f"/{published.name}/{table}" for table in published.tables]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    for path in paths:
        lines.append(f"<url><loc>{escape(published.address(path, request))}</loc></url>")
    lines += ["</urlset>", ""]
    return Response("\n".join(lines), content_type="application/xml; charset=utf-8")


async def robots(datasette: Any, request: Any) -> Response:
    """`/robots.txt`: all may be fetched but the pages of filters and queries, which never end."""
    sitemap_address = publication_of(datasette).address("/sitemap.xml", request)
    return Response.text(f"User-agent: *\nDisallow: /*?\nSitemap: {sitemap_address}\n")


ROUTES = [(r"/sitemap\.xml$", sitemap), (r"/robots\.txt$", robots)]
