"""The site as a folder of files: which pages such a folder holds, and in which file each is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, unquote, urlencode

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.published import Published
from openbaar.site.requests.addresses import with_query

# Files that have no language.
SHARED = re.compile(r"/(?:catalog\.|-/static(?:-plugins)?/|download/[^/]+/.)")
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
        return with_query(address, urlencode(parameters))


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
