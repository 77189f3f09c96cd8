"""The site as a folder of files: which pages such a folder holds, and in which file each is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from openbaar.site.published import Published

IN_EACH_LANGUAGE = re.compile(r"/(?:cite[./]|chart/|embed/)")  # citations and charts
FILES = re.compile(
    r"/(?:catalog\.|download/|-/static/|-/static-plugins/|robots\.txt$|sitemap\.xml$)"
)
NEXT = "_next"  # the parameter with which Datasette shows the next rows
SIZE = "_size"  # and the one that says how many; here always as many as it gives
RESULTS = {".csv": "", ".json": "_shape=array"}  # files of a query's result, with what to ask
LONGEST = 100  # characters in the name of a folder
Query = list[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """Something to fetch: its path and query on the site, and its language, None for a file."""

    path: str
    query: str = ""
    language: str | None = None

    def address(self, published: Published) -> str:
        """The path and query to ask for; of a table, as many rows as Datasette gives at once."""
        address = published.addresses.of(self.path, self.language or published.languages[0])
        parameters = parse_qsl(self.query, keep_blank_values=True)
        if self.path.removeprefix(f"/{published.name}/") in published.tables:
            parameters.append((SIZE, "max"))
        return f"{address}?{urlencode(parameters)}" if parameters else address


def is_elsewhere(published: Published, link: str) -> bool:
    """Whether a link leads to another site, to a mailbox, or only to a place on its own page."""
    home = published.address("/")
    host = urlsplit(home)[:2]
    return link.startswith("#") or urlsplit(urljoin(home, link))[:2] != host


def page_at(published: Published, link: str, page: Page) -> Page | None:
    """What a link on `page` leads to on the site; None for what a folder of files does not hold.

    It holds pages with one filter (`?column=value`) and pages of the next rows, but none of the
    endless others that a visitor can ask for.
    """
    addresses = published.addresses
    here = addresses.of(page.path, page.language or published.languages[0])
    parts = urlsplit(urljoin(here, link))
    asked = addresses.asked(parts.path)
    path = _published_file(published, asked.path)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if IN_EACH_LANGUAGE.match(path):
        return Page(path, "", asked.language)
    if FILES.match(path):
        return Page(path)
    if path.startswith("/id/"):
        return _identifier(path, query, asked.language)
    if path.startswith(f"/{published.name}/"):
        return _page_of_database(published, path, query, asked.language)
    if path in ("/", f"/{published.name}") or path.startswith("/source/"):
        return _page(published, path, query, asked.language)
    return None


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


def _identifier(path: str, query: Query, language: str) -> Page | None:
    """The address of `/id/`, which leads on to the page in a language."""
    if _without_choices(query):
        return None
    return Page(path.rstrip("/"), "", language)


def _page_of_database(published: Published, path: str, query: Query, language: str) -> Page | None:
    """The page of a table, of a row or of a query, or the result of a query as a file."""
    if path.startswith(f"/{published.name}/-/"):
        return None
    ending = PurePosixPath(path).suffix
    if ending in RESULTS:
        return Page(path, RESULTS[ending])
    return _page(published, path, query, language)


def _page(published: Published, path: str, query: Query, language: str) -> Page | None:
    """The page at `path`; None where its query asks for more than one filter of a table."""
    kept = sorted(_without_choices(query))
    filters = [name for name, _ in kept if name != NEXT]
    if len(filters) > 1 or not set(filters) <= _columns(published, path):
        return None
    return Page(path, urlencode(kept), language)


def _without_choices(query: Query) -> Query:
    """The parameters that decide which rows are shown, not how."""
    return [(name, value) for name, value in query if name != SIZE]


def _columns(published: Published, path: str) -> set[str]:
    """The columns by which the page at `path` can be filtered; none where it is not of a table."""
    table = path.removeprefix(f"/{published.name}/")
    if table not in published.tables:
        return set()
    return set(published.column_names(table))


def file_of(published: Published, page: Page, is_html: bool) -> Path:
    """The file of a page: under its own path, and of HTML `index.html` in a folder of that path.

    Pages in the first language begin at the root, those in another one in a folder of its name. A
    query is one more folder: `/m/regions?part_of=x` in English is `en/m/regions/part_of=x/`.
    """
    language = page.language or published.languages[0]
    address = published.addresses.below_prefix(page.path, language)
    parts = list(PurePosixPath(address).parts[1:])
    if not is_html:
        return Path(*parts)
    if page.query:
        parts.append(_folder_name(page.query))
    return Path(*parts, "index.html")


def _folder_name(query: str) -> str:
    """A name for the folder of a query, of its own where the query has other characters in it."""
    name = re.sub(r"[^\w.=&-]", "_", query)
    if name == query and len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(query.encode()).hexdigest()
    return f"{name[: LONGEST // 2]}~{digest[:12]}"
