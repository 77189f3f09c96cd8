"""Where links lead on a site that is a folder of files: to a page, a place on one, or a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from openbaar.site.frozen.static_paths import (
    MANY,
    NEXT,
    RESULTS,
    SHARED,
    SIZE,
    Page,
    Query,
    choices_of,
    has_pages_of_rows,
    is_on_one_page,
    row_anchor,
)
from openbaar.site.published import Published
from openbaar.site.requests.addresses import with_query

COMPARED = re.compile("__(?:exact|in|arraycontains)$")


@dataclass(frozen=True)
class Target:
    """Where a link leads: to a page, and to a part of it, as the script of a frozen page reads it.

    `query` chooses among the rows of a page, and `fragment` is a place on it.
    """

    page: Page
    query: str = ""
    fragment: str = ""

    def below(self, path: str) -> str:
        """The link, where the page is at `path`."""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return with_query(path, self.query) + fragment


@lru_cache(maxsize=MANY)
def is_elsewhere(published: Published, link: str) -> bool:
    """Whether a link leads to another site, to a mailbox, or only to a place on its own page."""
    home = published.address("/")
    host = urlsplit(home)[:2]
    return link.startswith("#") or urlsplit(urljoin(home, link))[:2] != host


def target_of(published: Published, link: str, page: Page) -> Target | None:
    """What a link on `page` leads to on the site; None for what a folder of files does not hold.

    It holds no page of a row of a trust table, which is on the page of its table, and none of the
    endless pages that a visitor can ask for. Of a table that is on one page its own script shows
    the rows that a filter chooses; of a longer one there are pages with one filter
    (`?column=value`).
    """
    # What begins at the root leads to the same place from every page.
    return _target(published, link, None if link.startswith("/") else page)


@lru_cache(maxsize=MANY)
def _target(published: Published, link: str, page: Page | None) -> Target | None:
    addresses = published.addresses
    here = "/"
    if page is not None:
        here = addresses.of(page.path, page.language or published.languages[0])
    parts = urlsplit(urljoin(here, link))
    asked = addresses.asked(parts.path)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = sorted(pair for pair in pairs if pair[0] != SIZE)
    path = _published_file(published, asked.path)
    return _Link(published, path, query, asked.language, parts.fragment).target()


@dataclass(frozen=True)
class _Link:
    """A link on the site: the path that it leads to, and what it asks for there."""

    published: Published
    path: str
    query: Query
    language: str
    fragment: str

    def target(self) -> Target | None:
        """Where it leads; None for what a folder of files does not hold."""
        name = self.published.name
        if SHARED.match(self.path):
            return Target(Page(self.path))
        if self.path.startswith(("/-/", "/rows/")) or self.path in ("/.json", f"/{name}.json"):
            return None
        if self.path.startswith(f"/{name}/"):
            return self._in_database(self.path.removeprefix(f"/{name}/"))
        return None if self.query else self._page(self.path.rstrip("/") or "/")

    def _page(self, path: str, chosen: str = "") -> Target:
        """A page in the language of the link, and the place on it."""
        return Target(Page(path, chosen, self.language), "", self.fragment)

    def _in_database(self, path: str) -> Target | None:
        """The page of a table, of a row or of a query, or the result of a query as a file."""
        name, _, row = path.partition("/")
        if name == "-":
            return None
        if row:
            return None if self.query else self._row(name, row)
        if name in self.published.tables:
            return self._table(name)
        query = PurePosixPath(name)
        if query.suffix in RESULTS:
            return self._result(query.stem)
        values = _values(self.published, query.stem, self.query)
        return None if values is None else self._page(self.path, values)

    def _result(self, query: str) -> Target | None:
        """The result of a query as a file; what Datasette is told beside its parameters is not."""
        chosen = [pair for pair in self.query if not pair[0].startswith("_")]
        values = _values(self.published, query, chosen)
        return None if values is None else Target(Page(self.path, values))

    def _row(self, table: str, row: str) -> Target | None:
        """The page of a row; where it has none, the row on the page of its table, if it is one."""
        path = f"/{self.published.name}/{table}"
        if "." in PurePosixPath(row).suffix or table not in self.published.tables:
            return None
        if has_pages_of_rows(self.published, table):
            return Target(Page(f"{path}/{row}", "", self.language))
        if not is_on_one_page(self.published, table):
            return None
        return Target(Page(path, "", self.language), "", row_anchor(row))

    def _table(self, table: str) -> Target | None:
        """The page of a table, with what chooses among its rows."""
        columns = set(self.published.column_names(table))
        filters = [name for name, _ in self.query if name != NEXT]
        if not {COMPARED.sub("", name) for name in filters} <= columns:
            return None
        path = f"/{self.published.name}/{table}"
        if is_on_one_page(self.published, table):
            return Target(Page(path, "", self.language), urlencode(self.query), self.fragment)
        if len(filters) > 1 or not set(filters) <= columns:
            return None
        return self._page(path, urlencode(self.query))


def _published_file(published: Published, path: str) -> str:
    """The published file instead of the database and of a table's CSV or JSON.

    Of a table Datasette gives one page of rows.
    """
    name, files = published.name, f"/download/{published.version}"
    if path == f"/{name}.db":
        return f"{files}/{name}-{published.version}.db"
    match = re.fullmatch(rf"/{re.escape(name)}/(\w+)\.(csv|json)", path)
    if match is None or match[1] not in published.tables:
        return path
    return f"{files}/tables/{match[1]}.{match[2]}"


def _values(published: Published, query: str, chosen: Query) -> str | None:
    """The values of a query's parameters, as in an address; None where no page is of these."""
    given = [(name, value) for name, value in chosen if value]
    known = choices_of(published, query)
    for name, value in given:
        if value not in known.get(name, []):
            return None
    return urlencode(given)
