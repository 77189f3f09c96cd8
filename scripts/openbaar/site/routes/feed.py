"""`/feed.atom`: the versions of the publication, for those who follow it by a feed reader.

See https://www.rfc-editor.org/rfc/rfc4287. What changed in a version is told by the hashes that
were recorded of its files. When it was released is known where its authors say so,
and of an earlier version where its descriptor is kept. The standard asks each entry for a date; a
date is not made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from datasette.utils.asgi import Response

from openbaar.site.published import Published, publication_of, text_of
from openbaar.site.requests.language import gettext
from openbaar.site.requests.refusals import language_of
from openbaar.site.routes import changes
from openbaar.site.routes.kept_versions import numbers_of, released_then

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
Released = Mapping[str, Mapping[str, str]]  # table → version → hash of its file


async def feed(datasette: Any, request: Any) -> Response:
    """The feed in the language of its address."""
    published = publication_of(datasette)
    before = await changes.versions_before(datasette, published)
    text = _atom(published, language_of(published), before, request)
    return Response(text, content_type=MEDIA_TYPE)


def _atom(published: Published, language: str, before: Mapping[str, str], request: Any) -> str:
    """The feed; `before` has the version with which each was compared."""
    title = text_of(published.descriptor, "title", language)
    home = published.page_address("/", language, request)
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(root, "id", home)
    _add(root, "title", title)
    ElementTree.SubElement(root, "link", rel="alternate", href=home)
    own = published.page_address("/feed.atom", language, request)
    ElementTree.SubElement(root, "link", rel="self", href=own)
    _add_date(root, published.released_on)
    for contributor in published.descriptor["contributors"]:
        _add(ElementTree.SubElement(root, "author"), "name", contributor["title"])
    for version in versions(published):
        entry = ElementTree.SubElement(root, "entry")
        _add(entry, "id", published.address(f"/download/{version}/", request))
        called = gettext("version %(version)s") % {"version": version}
        _add(entry, "title", f"{title}, {called}")
        about = changes.path_of(before[version], version) if version in before else "/"
        page = published.page_address(about, language, request)
        ElementTree.SubElement(entry, "link", rel="alternate", href=page)
        if version == published.version:
            _add_date(entry, published.released_on)
        else:
            _add_date(entry, released_then(published, version))
        _add(entry, "summary", _changes(published, version, language))
    text: str = ElementTree.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _add_date(parent: ElementTree.Element, date: str | None) -> None:
    if date is not None:
        _add(parent, "updated", f"{date}T00:00:00Z")


def versions(published: Published) -> list[str]:
    """The versions that were released and the one that is shown, the newest first."""
    released: Released = published.permalinks.get("tables", {})
    found = {published.version}
    for hashes in released.values():
        found |= set(hashes)
    return sorted(found, key=numbers_of, reverse=True)


def _changes(published: Published, version: str, language: str) -> str:
    """Which tables are new in a version, which changed and which are gone, in words."""
    older = [each for each in versions(published) if numbers_of(each) < numbers_of(version)]
    after = _hashes(published, version)
    if not older:
        return _listed(published, gettext("Tables: %(tables)s."), list(after), language)
    before = _hashes(published, older[0])
    told = {
        gettext("New tables: %(tables)s."): _only_in(after, before),
        gettext("Changed tables: %(tables)s."): _changed(before, after),
        gettext("Tables that are gone: %(tables)s."): _only_in(before, after),
    }
    sentences = [_listed(published, words, names, language) for words, names in told.items()]
    return " ".join(filter(None, sentences)) or gettext("No figures changed.")


def _only_in(tables: Mapping[str, str], others: Mapping[str, str]) -> list[str]:
    return [name for name in tables if name not in others]


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The tables of both versions that have another hash now."""
    return [name for name, found in after.items() if before.get(name, found) != found]


def _hashes(published: Published, version: str) -> dict[str, str]:
    """The hash of each table of a version, by its name."""
    if version == published.version:
        hashes = {name: resource["hash"] for name, resource in published.tables.items()}
        return {name: found.removeprefix("sha256:") for name, found in hashes.items()}
    released: Released = published.permalinks.get("tables", {})
    return {name: hashes[version] for name, hashes in released.items() if version in hashes}


def _listed(published: Published, message: str, names: list[str], language: str) -> str:
    """A sentence that lists tables by their titles; nothing where there are none."""
    if not names:
        return ""
    titles = []
    for name in names:
        known = published.tables.get(name)
        titles.append(name if known is None else text_of(known, "title", language))
    return message % {"tables": "; ".join(titles)}


ROUTES = [(r"/feed\.atom$", feed)]
