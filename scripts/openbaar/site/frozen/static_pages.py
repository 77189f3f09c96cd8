"""The pages of a site as a folder of files that are known before any page is made."""

from __future__ import annotations

from collections.abc import Iterator

from openbaar.site.frozen.static_paths import RESULTS, SEARCH, Page
from openbaar.site.published import Published
from openbaar.site.routes import catalogue, questions
from openbaar.site.routes.citation_formats import FORMATS
from openbaar.site.routes.downloads import version_path
from openbaar.site.routes.feed import versions
from openbaar.site.routes.identifiers import LATEST
from openbaar.site.routes.kept_versions import recorded_versions


def known_pages(published: Published) -> Iterator[Page]:
    """The pages to begin with: of the whole, of the tables, and the addresses to cite."""
    yield from in_each_language(published, "/")
    yield from in_each_language(published, f"/{published.name}")
    yield from in_each_language(published, SEARCH)
    for path in catalogue.addresses(published):
        yield Page(path)
    for version in versions(published):
        yield from in_each_language(published, version_path(version))
    for path in ("/catalog", "/robots.txt", "/sitemap.xml", "/favicon.ico"):
        yield Page(path, "", published.languages[0])
    for query in published.queries:
        yield from _pages_about(published, query)
        for ending in RESULTS:
            yield Page(f"/{published.name}/{query}{ending}")
    for table in published.tables:
        yield from _pages_about(published, table)
        yield Page(f"/download/{published.version}/tables/{table}.json")
    yield from _identifiers(published)


def _pages_about(published: Published, name: str) -> Iterator[Page]:
    """The page of a table or a question, and what describes and cites it, in each language."""
    yield from in_each_language(published, f"/{published.name}/{name}")
    yield from in_each_language(published, f"/id/{name}.jsonld")
    for ending in FORMATS:
        yield from in_each_language(published, f"/cite/{name}.{ending}")


def _identifiers(published: Published) -> Iterator[Page]:
    """The addresses to cite of questions and tables, also of tables that moved or are withdrawn."""
    released = published.permalinks.get("tables", {})
    moved = published.permalinks.get("moved", {})
    withdrawn = published.permalinks.get("withdrawn", {})
    for table in sorted({*published.tables, *released, *moved, *withdrawn}):
        yield identifier(published, table)
        if table in published.tables:
            yield identifier(published, f"{table}/{LATEST}")
        if table not in withdrawn:
            for version in recorded_versions(published, table):
                yield identifier(published, f"{table}/{version}")
    for query in sorted({*published.queries, *questions.recorded(published)}):
        yield identifier(published, query)
        for version in questions.versions(published, query):
            yield identifier(published, f"{query}/{version}")


def identifier(published: Published, path: str) -> Page:
    """The page of an address below `/id/`, which leads on to the page in the first language."""
    return Page(f"/id/{path}", "", published.languages[0])


def in_each_language(published: Published, path: str) -> list[Page]:
    """The page at a path, in each language of the publication."""
    return [Page(path, "", language) for language in published.languages]
