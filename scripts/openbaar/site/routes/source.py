"""The pages of documents: their lines, in parts where there are many, with what each became.

A page is empty ("") for a document that has none, here as in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette import NotFound, Response

from openbaar.site.document_parts import Part
from openbaar.site.pages.columns import text
from openbaar.site.pages.remarks import passage_text
from openbaar.site.published import Descriptor, Published, publication_of
from openbaar.site.requests.language import gettext
from openbaar.site.routes.document_lines import ShownLine, Span, outcomes_of
from openbaar.site.routes.highlighting import Piece

if TYPE_CHECKING:
    from datasette.app import Datasette


@dataclass(frozen=True)
class Content:
    """A part of a document that became a table: where it begins, and what it became."""

    title: str
    place: str
    address: str


@dataclass(frozen=True)
class ShownPart:
    """A part of a document as a page names it: its number, its first line, its address."""

    number: int
    begins: str
    address: str


async def document(request: Any, datasette: Datasette) -> Response:
    """The page of a document. Raises NotFound for one that the publication does not have."""
    published = publication_of(datasette)
    source, part = _asked(published, request.url_vars["document"])
    database = datasette.get_database(published.name)
    lines = await _lines_of_part(database, published, source["path"], part)
    parts = published.parts_of(source["path"])
    shown_parts = [_shown_part(published, source["path"], each) for each in parts.all]
    context = {
        "source": source,
        "lines": lines,
        "contents": _contents(published, source["path"]) if part.number == 1 else [],
        "parts": shown_parts if len(shown_parts) > 1 else [],
        "part": part,
        "before": shown_parts[part.number - 2] if part.number > 1 else None,
        "after": shown_parts[part.number] if part.number < len(shown_parts) else None,
    }
    page = await datasette.render_template("openbaar_source.html", context, request=request)
    return Response.html(page)


def _asked(published: Published, name: str) -> tuple[Descriptor, Part]:
    """The document and its part that an address names. Raises NotFound where there is none."""
    number = 1
    if name not in published.documents:
        name, _, digits = name.rpartition("/part/")
        number = int(digits) if re.fullmatch(r"[1-9][0-9]{0,6}", digits) else 0
    source = published.documents.get(name)
    part = None if source is None else published.parts_of(source["path"]).numbered(number)
    if source is None or part is None:
        raise NotFound(gettext("This document does not exist."))
    return source, part


def _shown_part(published: Published, path: str, part: Part) -> ShownPart:
    words = passage_text(part.page, part.line, part.line)
    return ShownPart(part.number, words, published.line_path(path, part.page, part.line))


async def _lines_of_part(
    database: Any, published: Published, path: str, part: Part
) -> list[ShownLine]:
    """The lines of a part of a document, with what each became."""
    found = await _lines_between(database, published, path, part)
    pages = list(dict.fromkeys(row["page"] for row in found))
    numbers = [row["line"] for row in found]
    span = Span(path, pages, min(numbers, default=0), max(numbers, default=0))
    outcomes = await outcomes_of(database, published, span)
    lines = []
    for row in found:
        line = ShownLine(row["page"], row["line"], [Piece(row["text"])])
        if not line.is_blank:
            line = replace(line, links=outcomes.get((line.page, line.number), []))
        lines.append(line)
    return lines


async def _lines_between(database: Any, published: Published, path: str, part: Part) -> list[Any]:
    """The lines of a document from the first one of a part to that of the next one."""
    position = (
        "(SELECT position FROM _lines WHERE document = :path AND page = :{0} AND line = :{1})"
    )
    where = ""
    asked: dict[str, Any] = {"path": path}
    parts = published.parts_of(path)
    if len(parts.all) > 1:
        where = f" AND position >= {position.format('page', 'line')}"
        asked |= {"page": part.page, "line": part.line}
    after = parts.numbered(part.number + 1)
    if after is not None:
        where += f" AND position < {position.format('next_page', 'next_line')}"
        asked |= {"next_page": after.page, "next_line": after.line}
    sql = f"SELECT page, line, text FROM _lines WHERE document = :path{where} ORDER BY position"
    return list(await database.execute(sql, asked))


async def documents(request: Any, datasette: Datasette) -> Response:
    """`/source/`: all documents."""
    published = publication_of(datasette)
    listed = []
    for name, source in published.documents.items():
        listed.append({"title": text(source, "title"), "address": f"/source/{quote(name)}"})
    context = {"heading": gettext("Source documents"), "listed": listed, "told": ""}
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


ROUTES = [(r"/source/?$", documents), (r"/source/(?P<document>[^?]+)$", document)]


def _contents(published: Published, path: str) -> list[Content]:
    """The tables that were read from a document, in the order in which they begin there."""
    found = []
    for name, resource in published.tables.items():
        for part in resource.get("sources", []):
            if part.get("path") == path and "first_line" in part:
                found.append((part.get("page") or "", part["first_line"], name, part))
    contents = []
    for page, first, name, part in sorted(found, key=lambda each: (len(each[0]), each[:3])):
        place = passage_text(page, first, part.get("last_line", first), part.get("last_page"))
        title = text(published.tables[name], "title")
        address = published.line_path(path, page or None, first)
        contents.append(Content(title, place, address))
    return contents
