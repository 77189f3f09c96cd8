"""The site as a folder of files: which pages such a folder holds, and in which file each is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.published import Published

SHARED = re.compile(
    r"/(?:catalog\.|-/static(?:-plugins)?/|download/[^/]+/.)"
)  # files that have no language
# The endings of files; a document is shown on a page, whatever its own ending is.
FILE = re.compile(r"/(?!source/).*\.(?:atom|bib|csv|ico|js|json|jsonld|png|ris|svg|ttl|txt|xml)$")
Query = list[tuple[str, str]]
SEARCH = "/search"
NEXT = "_next"  # the parameter with which Datasette shows the next rows
SIZE = "_size"  # and the one that says how many; here always as many as it gives
# Files of a query's result, with what to ask beside the values of its parameters.
RESULTS: dict[str, Query] = {".csv": [], ".json": [("_shape", "array")]}
ROWS_ON_A_PAGE = 2000  # the most that a page without a server shows at once
MOST_ROWS = 10_000  # of a table whose rows have pages of their own: each is three files and more
MOST_CHOSEN = 200  # pages of one query, each of other values of its parameters
LONGEST = 100  # characters in the name of a folder
MANY = 2**16  # links that lead from many pages to the same place


@dataclass(frozen=True)
class Page:
    """Something to fetch: its path and query on the site, and its language, None for a file."""

    path: str
    query: str = ""
    language: str | None = None

    def address(self, published: Published) -> str:
        """The path and query to ask for; of a table, as many rows as a page may show."""
        address = published.addresses.of(self.path, self.language or published.languages[0])
        parameters = parse_qsl(self.query, keep_blank_values=True)
        if self.path.startswith(f"/{published.name}/"):
            parameters += RESULTS.get(PurePosixPath(self.path).suffix, [])
        if table_at(published, self.path) is not None:
            parameters.append((SIZE, "max"))
        return f"{address}?{urlencode(parameters)}" if parameters else address


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
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return path + query + fragment


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
    query = parse_qsl(parts.query, keep_blank_values=True)
    path = _published_file(published, asked.path)
    if SHARED.match(path):
        return Target(Page(path))
    if path.startswith(("/-/", "/rows/")) or path in ("/.json", f"/{published.name}.json"):
        return None
    if path.startswith(f"/{published.name}/"):
        return _in_database(published, path, query, asked.language, parts.fragment)
    if [name for name, _ in query if name != SIZE]:
        return None
    return Target(Page(path.rstrip("/") or "/", "", asked.language), "", parts.fragment)


def table_at(published: Published, path: str) -> str | None:
    """The table whose page is at `path`."""
    table = path.removeprefix(f"/{published.name}/")
    return table if table in published.tables else None


def is_on_one_page(published: Published, table: str) -> bool:
    """Whether one page shows all rows of a table."""
    rows: int = published.tables[table]["rows"]
    return rows <= ROWS_ON_A_PAGE


def has_pages_of_rows(published: Published, table: str) -> bool:
    """Whether each row of a table has a page of its own.

    Rows of trust tables have none: they are about other rows, whose pages show them.
    """
    rows: int = published.tables[table]["rows"]
    return table not in TRUST_TABLES and rows <= MOST_ROWS


def row_anchor(key: str) -> str:
    """The anchor of a row on the page of its table; `key` is as in addresses."""
    return f"row-{unquote(key)}"


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


def _in_database(
    published: Published, path: str, query: Query, language: str, fragment: str
) -> Target | None:
    """The page of a table, of a row or of a query, or the result of a query as a file."""
    name, _, row = path.removeprefix(f"/{published.name}/").partition("/")
    ending = PurePosixPath(name).suffix
    chosen = sorted((name, value) for name, value in query if name != SIZE)
    if name == "-":
        return None
    if row:
        return _row(published, name, row, language) if not chosen else None
    if name in published.tables:
        return _table(published, name, chosen, language, fragment)
    if ending in RESULTS:
        chosen = [(name, value) for name, value in chosen if not name.startswith("_")]
    values = _values(published, name.removesuffix(ending), chosen)
    if values is None:
        return None
    if ending in RESULTS:
        return Target(Page(path, values))
    return Target(Page(path, values, language), "", fragment)


def _values(published: Published, query: str, chosen: Query) -> str | None:
    """The values of a query's parameters, as in an address; None where no page is of these."""
    given = [(name, value) for name, value in chosen if value]
    known = choices_of(published, query)
    for name, value in given:
        if value not in known.get(name, []):
            return None
    return urlencode(given)


def choices_of(published: Published, query: str) -> dict[str, list[str]]:
    """The values to choose from, by the parameters of a query that have such.

    None have where the pages of all of these values together would be too many.
    """
    found = {}
    for name, parameter in published.queries.get(query, {}).get("parameters", {}).items():
        if parameter["choices"] is not None:
            found[name] = [value for value, _ in parameter["choices"]]
    pages = prod(len(values) + 1 for values in found.values())
    return found if pages <= MOST_CHOSEN else {}


def _row(published: Published, table: str, row: str, language: str) -> Target | None:
    """The page of a row; where it has none, the row on the page of its table, if that is one."""
    if "." in PurePosixPath(row).suffix or table not in published.tables:
        return None
    if has_pages_of_rows(published, table):
        return Target(Page(f"/{published.name}/{table}/{row}", "", language))
    if not is_on_one_page(published, table):
        return None
    return Target(Page(f"/{published.name}/{table}", "", language), "", row_anchor(row))


def _table(
    published: Published, table: str, query: Query, language: str, fragment: str
) -> Target | None:
    """The page of a table, with what chooses among its rows."""
    columns = set(published.column_names(table))
    filters = [name for name, _ in query if name != NEXT]
    if not {re.sub("__(?:exact|in|arraycontains)$", "", name) for name in filters} <= columns:
        return None
    path = f"/{published.name}/{table}"
    if is_on_one_page(published, table):
        return Target(Page(path, "", language), urlencode(query), fragment)
    if len(filters) > 1 or not set(filters) <= columns:
        return None
    return Target(Page(path, urlencode(query), language), "", fragment)


def is_file(page: Page) -> bool:
    """Whether something is a file, and no page."""
    return SHARED.match(page.path) is not None or FILE.match(page.path) is not None


@lru_cache(maxsize=MANY)
def file_of(published: Published, page: Page) -> str:
    """The file of a page: under its own path, and of HTML `index.html` in a folder of that path.

    Pages in the first language begin at the root, those in another one in a folder of its name. A
    query is one more folder: `/m/regions?part_of=x` in English is `en/m/regions/part_of=x/`.
    """
    language = page.language or published.languages[0]
    address = published.addresses.below_prefix(page.path, language)
    parts = [part for part in address.split("/") if part]
    chosen = [_folder_name(page.query)] if page.query else []
    if not is_file(page):
        return "/".join([*parts, *chosen, "index.html"])
    if chosen:  # of `/m/per_year.csv?year=2024`, `m/per_year/year=2024.csv`
        path = PurePosixPath(*parts)
        return f"{path.with_suffix('')}/{chosen[0]}{path.suffix}"
    return "/".join(parts)


def path_from(folder: str, file: str) -> str:
    """The path of a file as a page in `folder` links to it; both are below the same folder.

    >>> path_from("en/wages", "en/wages/per_year/index.html")
    'per_year/index.html'
    >>> path_from("en/wages", "index.html")
    '../../index.html'
    """
    here = [part for part in folder.split("/") if part not in ("", ".")]
    there = file.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


def _folder_name(query: str) -> str:
    """A name for the folder of a query, of its own where the query has other characters in it."""
    name = re.sub(r"[^\w.=&-]", "_", query)
    if name == query and len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(query.encode()).hexdigest()
    return f"{name[: LONGEST // 2]}~{digest[:12]}"
