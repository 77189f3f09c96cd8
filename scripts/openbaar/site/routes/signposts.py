"""Signposts: from the page of something to its identifier, files and descriptions, for machines.

They are those of FAIR Signposting (https://signposting.org/FAIR/), with what leads from a version
to others (https://www.rfc-editor.org/rfc/rfc5829). A site sends them as a header; pages have them
too, since a folder of files has no headers of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from openbaar.schema.conventions import TRUST_TABLES, VERSION
from openbaar.site.published import Published
from openbaar.site.routes import downloads, questions
from openbaar.site.routes.citation_formats import FORMATS
from openbaar.site.routes.kept_versions import kept_descriptor, numbers_of, recorded_versions

SCHEMA = "https://schema.org/"
TURTLE = "text/turtle"
JSON_LD = "application/ld+json"
IN_ADDRESSES = ":/?#[]@!$&'()*+,;=%~"  # what has a meaning there, and is not escaped again


@dataclass(frozen=True)
class Signpost:
    """Where a page leads: by which relation, the full address, and its media type if it has one."""

    rel: str
    address: str
    type: str | None = None

    @property
    def header(self) -> str:
        """The link as https://www.rfc-editor.org/rfc/rfc8288 writes it, in ASCII as headers are."""
        media_type = "" if self.type is None else f'; type="{self.type}"'
        return f'<{quote(self.address, safe=IN_ADDRESSES)}>; rel="{self.rel}"{media_type}'


def link_header(published: Published, path: str, origin: str, sent: str) -> str:
    """The `Link` header of the page at `path`: what was `sent`, and its signposts.

    `origin` is the scheme and the host of the request. Datasette 0.65 sends its address without
    the prefix of the site, and without the brackets that RFC 8288 asks for; they are put around it.
    """
    home = published.url or origin
    links = []
    if sent:
        bracketed = re.sub(r"^([^<\s;]+)(?=;)", r"<\1>", sent)
        links.append(bracketed.replace(f"<{origin}/", f"<{home}/", 1))
    links += [each.header for each in signposts(published, path, home)]
    return ", ".join(links)


def signposts(published: Published, path: str, home: str) -> list[Signpost]:
    """The signposts of the page at `path`, none where it has none; `home` begins each address."""
    return list(_of_page(published, path.split("/")[1:], home))


def _of_page(published: Published, parts: list[str], home: str) -> Iterator[Signpost]:
    database = published.name
    match parts:
        case [""] | ["download", published.version]:
            yield from _of_whole(published, home)
        case [each] if each == database:
            yield Signpost("describedby", f"{home}/catalog.ttl", TURTLE)
        case [each, table] if each == database and table in published.tables:
            yield from _of_table(published, table, home)
        case [each, query] if each == database and query in published.queries:
            yield Signpost("cite-as", f"{home}/id/{query}/{published.version}")
            yield Signpost("describedby", f"{home}/id/{query}.jsonld", JSON_LD)
        case [each, table, row] if each == database and _has_identifiers(published, table):
            key, _, _ = row.partition(".")  # behind it a format: a key writes a point as ~2E
            yield Signpost("cite-as", f"{home}/id/{table}/{key}")
        case ["id", name, version] if re.fullmatch(VERSION, version):
            yield from _of_version(published, name, version, home)
            yield from _of_earlier_question(published, name, version, home)


def _has_identifiers(published: Published, table: str) -> bool:
    """Whether people cite the rows of a table: those of trust tables are about other rows."""
    return table in published.tables and table not in TRUST_TABLES


def _of_whole(published: Published, home: str) -> Iterator[Signpost]:
    """The publication as a whole, which is cited by the page of its version."""
    yield Signpost("cite-as", home + downloads.version_path(published.version))
    yield Signpost("type", f"{SCHEMA}Dataset")
    yield Signpost("type", f"{SCHEMA}AboutPage")
    yield Signpost("describedby", f"{home}/catalog.ttl", TURTLE)
    for ending, each in FORMATS.items():
        yield Signpost("describedby", f"{home}/cite.{ending}", each.media_type)
    yield from _licences(published)


def _of_table(published: Published, table: str, home: str) -> Iterator[Signpost]:
    """A table, which is cited by its version, so that a citation keeps its figures."""
    if published.folder is None:
        return
    yield from _of_dataset(table, published.version, home)
    descriptor = f"{home}/download/{published.version}/datapackage.json"
    yield Signpost("describedby", descriptor, "application/json")
    yield Signpost("describedby", f"{home}/id/{table}.jsonld", JSON_LD)
    for ending, each in FORMATS.items():
        yield Signpost("describedby", f"{home}/cite/{table}.{ending}", each.media_type)
    yield from _licences(published)


def _of_dataset(table: str, version: str, home: str) -> Iterator[Signpost]:
    """What each version of a table has: its own address, what it is, and its file."""
    yield Signpost("cite-as", f"{home}/id/{table}/{version}")
    yield Signpost("type", f"{SCHEMA}Dataset")
    yield Signpost("type", f"{SCHEMA}AboutPage")
    yield Signpost("item", f"{home}/download/{version}/tables/{table}.csv", "text/csv")


def _of_version(published: Published, table: str, version: str, home: str) -> Iterator[Signpost]:
    """A version of a table: its own address and file, and the versions around it."""
    versions = recorded_versions(published, table)
    if version not in versions or published.folder is None:
        return
    yield from _of_dataset(table, version, home)
    if version == published.version or kept_descriptor(published, version) is not None:
        descriptor = f"{home}/download/{version}/datapackage.json"
        yield Signpost("describedby", descriptor, "application/json")
    yield from _around(versions, version, f"{home}/id/{table}")
    if table in published.tables:
        yield Signpost("latest-version", f"{home}/id/{table}/{published.version}")


def _of_earlier_question(
    published: Published, name: str, version: str, home: str
) -> Iterator[Signpost]:
    """An earlier version of a question, which has a page; that of now leads on to its answer."""
    versions = sorted(questions.versions(published, name), key=numbers_of)
    if version not in versions:
        return
    yield Signpost("cite-as", f"{home}/id/{name}/{version}")
    yield from _around(versions, version, f"{home}/id/{name}")
    if name in published.queries:
        yield Signpost("latest-version", f"{home}/id/{name}/{published.version}")


def _around(versions: Sequence[str], version: str, address: str) -> Iterator[Signpost]:
    """The versions before and after one of something that has an `address` to cite."""
    for before, after in pairwise(versions):
        if after == version:
            yield Signpost("predecessor-version", f"{address}/{before}")
        if before == version:
            yield Signpost("successor-version", f"{address}/{after}")


def _licences(published: Published) -> Iterator[Signpost]:
    for licence in published.descriptor["licenses"]:
        if "path" in licence:
            yield Signpost("license", licence["path"])
