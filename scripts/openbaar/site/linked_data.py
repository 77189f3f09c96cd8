"""What machines read of a page: schema.org in JSON-LD, the `Link` header, the sitemap, and what robots may fetch."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from datasette.utils.asgi import Response
from markupsafe import Markup

from openbaar.site import downloads
from openbaar.site.citation import UNKNOWN
from openbaar.site.published import Descriptor, Published, published_by, text_of
from openbaar.texts import catalogue

SCHEMA = "https://schema.org/"


def json_ld(
    published: Published, table: str | None = None, language: str = "en", request: Any = None
) -> Markup:
    """The description of `table`, or of the whole, as JSON that stands safely between <script> tags.

    The properties are those that https://developers.google.com/search/docs/appearance/structured-data/dataset
    requires and recommends, as far as they are known.
    """
    data = {"@context": SCHEMA, **dataset(published, table, language, request)}
    text = json.dumps(data, ensure_ascii=False, indent=1)
    for sign in "<>&":  # `</script>` ends the element wherever it stands
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  made by ourselves


def dataset(published: Published, table: str | None, language: str, request: Any) -> dict[str, Any]:
    """`table`, or the whole with its tables as parts, as a schema.org/Dataset."""
    described = published.tables[table] if table else published.descriptor
    page = f"/{published.name}/{table}" if table else f"/{published.name}"
    cited = f"/id/{table}" if table else page
    whole = f"/{published.name}"
    parts = (
        [] if table else [_part(published, name, language, request) for name in published.tables]
    )
    made: dict[str, Any] = {
        "@type": "Dataset",
        "@id": published.address(cited, request),
        "name": text_of(described, "title", language),
        "description": text_of(described, "description", language),
        "url": published.address(page, request),
        "identifier": [published.address(cited, request), *_doi(published)],
        "version": published.version,
        "inLanguage": language,
        "keywords": published.descriptor.get("keywords"),
        "creator": [_agent(each) for each in published.descriptor["contributors"]],
        "dateCreated": published.descriptor.get("created"),
        "license": _licence(published, language),
        "isAccessibleForFree": True,
        "isBasedOn": [_document(each, language) for each in published.descriptor["sources"]],
        "isPartOf": {"@type": "Dataset", "@id": published.address(whole, request)}
        if table
        else None,
        "hasPart": parts,
        "variableMeasured": [_variable(each, language) for each in described["schema"]["fields"]]
        if table
        else None,
        "distribution": [
            _distribution(published, link, request) for link in _files(published, table, language)
        ],
    }
    return {key: value for key, value in made.items() if value not in (None, [], "")}


def _files(published: Published, table: str | None, language: str) -> list[downloads.Link]:
    """The file of a table; of the whole the three that hold everything."""
    offered = downloads.links(published, table, language)
    return [link for link in offered if (link.rows is not None) == (table is not None)]


def _doi(published: Published) -> list[str]:
    return (
        [f"https://doi.org/{published.descriptor['doi']}"] if "doi" in published.descriptor else []
    )


def _part(published: Published, table: str, language: str, request: Any) -> dict[str, Any]:
    resource = published.tables[table]
    texts = {
        "name": text_of(resource, "title", language),
        "description": text_of(resource, "description", language),
    }
    return {"@type": "Dataset", "@id": published.address(f"/id/{table}", request), **texts}


def _agent(contributor: Descriptor) -> dict[str, str]:
    address = {"url": contributor["path"]} if "path" in contributor else {}
    return {"@type": "Organization", "name": contributor["title"], **address}


def _licence(published: Published, language: str) -> dict[str, str]:
    """What holds for the document apart from what holds for the additions: the one says nothing of the other."""
    stated = sorted({each.get("license", UNKNOWN) for each in published.descriptor["sources"]})
    _ = catalogue(language, published.languages[0]).gettext
    documents = ", ".join(_("not stated") if each == UNKNOWN else each for each in stated)
    additions = ", ".join(each["name"] for each in published.descriptor.get("additions", []))
    parts = (documents, _("source document")), (additions, _("additions"))
    return {
        "@type": "CreativeWork",
        "name": "; ".join(f"{licences} ({part})" for licences, part in parts),
    }


def _document(source: Descriptor, language: str) -> dict[str, Any]:
    known = {"author": source.get("author"), "dateCreated": source.get("date")}
    made: dict[str, Any] = {"@type": "CreativeWork", "name": text_of(source, "title", language)}
    return {**made, **{key: value for key, value in known.items() if value not in (None, UNKNOWN)}}


def _variable(field: Descriptor, language: str) -> dict[str, str]:
    unit = text_of(field, "unit", language)
    made = {
        "@type": "PropertyValue",
        "name": field["name"],
        "description": text_of(field, "description", language),
    }
    return {**made, **({"unitText": unit} if unit else {})}


def _distribution(published: Published, link: downloads.Link, request: Any) -> dict[str, Any]:
    return {
        "@type": "DataDownload",
        "name": link.label,
        "contentUrl": published.address(link.address, request),
        "encodingFormat": downloads.MEDIA_TYPES[f".{link.kind}"].split(";")[0],
        "contentSize": f"{link.bytes} B",
        "sha256": link.sha256,
    }


def link_header(published: Published, path: str, origin: str, sent: str) -> str:
    """The `Link` header of the page at `path`: FAIR Signposting (https://signposting.org/FAIR/), and what was `sent`.

    `origin` is the address of the site. Datasette 0.65 sends its address without the brackets that RFC 8288 asks for.
    """
    mended = re.sub(r"^([^<\s;]+)(?=;)", r"<\1>", sent) if sent else ""
    table = path.removeprefix(f"/{published.name}/")
    if table not in published.tables or table == path:
        return mended
    if published.folder is None:
        return mended
    file = f"{origin}/download/{published.version}/tables/{table}.csv"
    added = [
        f'<{origin}/id/{table}>; rel="cite-as"',
        f'<{SCHEMA}Dataset>; rel="type"',
        f'<{SCHEMA}AboutPage>; rel="type"',
        f'<{file}>; rel="item"; type="text/csv"',
        f'<{origin}/download/{published.version}/datapackage.json>; rel="describedby"; type="application/json"',
        *(
            f'<{origin}/cite/{table}.{ending}>; rel="describedby"; type="{kind}"'
            for ending, kind in CITED.items()
        ),
    ]
    return ", ".join([*([mended] if mended else []), *added])


CITED = {"bib": "application/x-bibtex", "json": "application/vnd.citationstyles.csl+json"}


async def sitemap(datasette: Any, request: Any) -> Response:
    """`/sitemap.xml`: the pages that a search engine should know."""
    published = published_by(datasette)
    assert published is not None
    pages = [
        "/",
        f"/{published.name}",
        *(f"/{published.name}/{table}" for table in published.tables),
    ]
    entries = "".join(
        f"<url><loc>{escape(published.address(page, request))}</loc></url>\n" for page in pages
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    kind = "application/xml; charset=utf-8"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', content_type=kind)


async def robots(datasette: Any, request: Any) -> Response:
    """`/robots.txt`: everything may be fetched but the endless pages that filters and queries make."""
    published = published_by(datasette)
    assert published is not None
    return Response.text(
        f"User-agent: *\nDisallow: /*?\nSitemap: {published.address('/sitemap.xml', request)}\n"
    )


ROUTES = [(r"/sitemap\.xml$", sitemap), (r"/robots\.txt$", robots)]
