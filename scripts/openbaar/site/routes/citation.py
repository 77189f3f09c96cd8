"""How to cite: the source documents and this publication, each by itself.

A citation is an item of CSL-JSON (https://docs.citationstyles.org/en/stable/specification.html);
`citation_formats.py` makes all other formats from it. What is not known is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from datasette.utils.asgi import Response

from openbaar.schema.conventions import UNKNOWN
from openbaar.site.published import (
    Descriptor,
    Published,
    known_contributors,
    publication_of,
    text_of,
)
from openbaar.site.requests.language import gettext
from openbaar.site.requests.refusals import language_of, refusal
from openbaar.site.routes.citation_formats import FORMATS, Item, apa, date_parts
from openbaar.site.routes.downloads import version_path
from openbaar.site.routes.questions import address_to_cite
from openbaar.texts import localized, spoken

DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?")


@dataclass(frozen=True)
class Block:
    """A citation of the `source` or of this `publication`, in each format, with facts about it.

    What is not known or not there yet is None.
    """

    kind: str
    apa: str
    formats: Mapping[str, str]
    version: str | None
    date: str | None
    sha256: str | None
    doi: str | None


@dataclass(frozen=True)
class Part:
    """What is cited of a publication: the whole, a table or the result of a query."""

    id: str
    title: str
    path: str
    sha256: str | None = None


def blocks(
    published: Published,
    language: str,
    table: str | None = None,
    query: tuple[str, str] | None = None,
    request: Any = None,
) -> list[Block]:
    """The citations to show on a page: the source documents first, then this publication.

    Of the publication it is `table`, or `query` (its title and its path with the parameters in it),
    or the whole.
    """
    part = _whole(published, language)
    if query is not None:
        title, path = query
        part = replace(part, title=title, path=path)
    elif table is not None:
        part = _table(published, language, table)
    style_language = spoken(language, published.languages[0])
    found = []
    for item in sources(published, table):
        found.append(_block("source", item, style_language))
    item = publication(published, language, part, request)
    found.append(_block("publication", item, style_language))
    return found


def _block(kind: str, item: Item, language: str) -> Block:
    return Block(
        kind,
        apa(item, language),
        {ending: each.write(item) for ending, each in FORMATS.items()},
        version=item.get("version"),
        date=_date_text(item),
        sha256=item.get("custom", {}).get("sha256"),
        doi=item.get("DOI"),
    )


def sources(published: Published, table: str | None = None) -> list[Item]:
    """The source documents as items: those of `table`, or all where it names none.

    Many are not cited one by one: none of them says where a figure is from.
    """
    documents = [] if table is None else published.read_for(table)
    if not documents and published.are_documents_named:
        documents = list(published.documents.values())
    return [_document(document) for document in documents]


def _document(source: Descriptor) -> Item:
    item: Item = {
        "id": re.sub(r"\W+", "-", source["path"].rsplit("/", 1)[-1]),
        "type": "document",
        "title": source["title"],
        "author": _authors(source),
        "issued": _issued(source.get("date")),
        "custom": {"sha256": source["sha256"]},
    }
    return _without_unknown(item)


def _authors(source: Descriptor) -> list[dict[str, str]]:
    """The authors of a document one by one, else the text that says who they are."""
    authors = []
    for person in source.get("authors", []):
        if "name" in person:
            authors.append({"literal": person["name"]})
        else:
            authors.append(dict(person))
    stated = source.get("author", UNKNOWN)
    if not authors and stated != UNKNOWN:
        authors.append({"literal": stated})
    return authors


def _whole(published: Published, language: str) -> Part:
    return Part(
        id=f"{published.name}-{published.version}",
        title=text_of(published.descriptor, "title", language),
        path=version_path(published.version),
    )


def _table(published: Published, language: str, table: str) -> Part:
    resource = published.tables[table]
    return Part(
        id=f"{published.name}-{table}-{published.version}",
        title=text_of(resource, "title", language),
        path=f"/id/{table}/{published.version}",
        sha256=resource["hash"].removeprefix("sha256:"),
    )


def _query(published: Published, language: str, query: str) -> Part:
    return Part(
        id=f"{published.name}-{query}-{published.version}",
        title=localized(published.queries[query]["title"], language),
        path=address_to_cite(published, query),
    )


def publication(published: Published, language: str, part: Part, request: Any) -> Item:
    """A part of this publication as an item, or the whole of it."""
    descriptor = published.descriptor
    item: Item = {
        "id": part.id,
        "type": "dataset",
        "title": part.title,
        "author": [{"literal": each["title"]} for each in known_contributors(descriptor)],
        "issued": _issued(published.released_on),
        "version": published.version,
        "DOI": descriptor.get("doi"),
        "language": language,
    }
    whole = _whole(published, language)
    if part.title != whole.title:
        item["container-title"] = whole.title
    address = published.address(part.path, request)
    if address.startswith("http"):  # else it is not known where the site is
        item["URL"] = address
    if part.sha256 is not None:
        item["custom"] = {"sha256": part.sha256}
    return _without_unknown(item)


def _issued(date: str | None) -> Item | None:
    """A date as CSL has it; None where it is unknown.

    `2023`, `2023-05` and `2023-05-31`, perhaps with a time behind it, become numbers; another text
    stays as it is.
    """
    if date is None or date == UNKNOWN:
        return None
    match = DATE.fullmatch(date)
    if match is None:
        return {"literal": date}
    return {"date-parts": [[int(part) for part in match.groups() if part is not None]]}


def _date_text(item: Item) -> str | None:
    """The date of an item as `2023-05-31`, as far as it is known, or in its own words."""
    if "issued" not in item:
        return None
    if "literal" in item["issued"]:
        return str(item["issued"]["literal"])
    return "-".join(f"{part:02}" for part in date_parts(item))


def _without_unknown(item: Item) -> Item:
    return {key: value for key, value in item.items() if value not in (None, [])}


async def cite(datasette: Any, request: Any) -> Response:
    """`/cite/<table or query>.<format>`, and `/cite.<format>` of the whole, for a citation manager.

    Raises DatasetteError for a table that the publication does not have.
    """
    published = publication_of(datasette)
    language = language_of(published)
    table = request.url_vars.get("table")
    if table is None:
        part = _whole(published, language)
    elif table in published.tables:
        part = _table(published, language, table)
    elif table in published.queries:
        part = _query(published, language, table)
    else:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=table)
    chosen = FORMATS[request.url_vars["format"]]
    return Response(
        chosen.write(publication(published, language, part, request)),
        content_type=f"{chosen.media_type}; charset=utf-8",
    )


_ENDING = f"(?P<format>{'|'.join(FORMATS)})"
ROUTES = [
    (rf"/cite\.{_ENDING}$", cite),
    (rf"/cite/(?P<table>[a-z][a-z0-9_]*)\.{_ENDING}$", cite),
]
