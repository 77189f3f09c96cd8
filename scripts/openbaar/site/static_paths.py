"""The site as a folder of files: which of its addresses such a folder can hold, and where each of them stands in it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from openbaar.site.published import Published

KEPT = re.compile(
    r"/(?:$|id/|cite|download/|source/|-/static/|-/static-plugins/|robots\.txt$|sitemap\.xml$)"
)
LANGUAGE = "lang"  # the parameter that chooses the language of a page
NEXT = "_next"  # the parameter with which Datasette shows the next rows
SIZE = "_size"  # and the one that says how many; here always as many as it gives
LONGEST = 100  # characters of a folder's name


@dataclass(frozen=True)
class Page:
    """Something to fetch: its path and query on the site, and the language of a page; of a file that is empty."""

    path: str
    query: str = ""
    language: str = ""

    def address(self, published: Published) -> str:
        """The path with its query, as one asks for it; of a table as many rows as Datasette gives at once."""
        table = self.path.removeprefix(f"/{published.name}/")
        query = "&".join(
            filter(None, [self.query, f"{SIZE}=max" if table in published.tables else ""])
        )
        return f"{self.path}?{query}" if query else self.path


def is_elsewhere(published: Published, link: str) -> bool:
    """Whether a link leads to another site, to a mailbox, or only to a place on its own page."""
    parts = urlsplit(link)
    own = urlsplit(published.url or "").netloc
    return (
        parts.scheme not in ("", "http", "https")
        or parts.netloc not in ("", own)
        or not (parts.path or parts.query)
    )


def page_at(published: Published, link: str, page: Page) -> Page | None:
    """What a link on `page` leads to on the site; None for what a folder of files cannot hold.

    It can hold pages with one filter (`?column=value`) and pages of the next rows, but not what visitors think up.
    """
    parts = urlsplit(link)
    path = _file_instead(published, parts.path or page.path)
    below = f"/{published.name}/"
    if not (KEPT.match(path) or path == below[:-1] or path.startswith(below)) or path.startswith(
        f"{below}-/"
    ):
        return None
    if path.startswith(below) and path.endswith((".csv", ".json")):  # the result of a query
        return Page(path, "_shape=array" if path.endswith(".json") else "")
    if not path.startswith((below, "/id/", "/source/")) and "." in path.rsplit("/", 1)[-1]:
        return Page(path)
    return _page(published, path, parse_qsl(parts.query, keep_blank_values=True), page.language)


def _file_instead(published: Published, path: str) -> str:
    """For the database and for a table's CSV and JSON the published file, of which Datasette gives a page of rows."""
    name, version = published.name, published.version
    if path == f"/{name}.db":
        return f"/download/{version}/{name}-{version}.db"
    match = re.fullmatch(rf"/{re.escape(name)}/(\w+)\.(csv|json)", path)
    if match is None or match.group(1) not in published.tables:
        return path
    return f"/download/{version}/tables/{match.group(1)}.{match.group(2)}"


def _page(
    published: Published, path: str, query: list[tuple[str, str]], language: str
) -> Page | None:
    first = published.languages[0]
    asked = [value for key, value in query if key == LANGUAGE and value in published.languages]
    rest = sorted((key, value) for key, value in query if key not in (LANGUAGE, SIZE))
    if path.startswith("/id/"):  # these lead on, and stand there once
        return None if rest else Page(path.rstrip("/"), "", first)
    resource = published.tables.get(path.rsplit("/", 1)[-1])
    columns = {field["name"] for field in resource["schema"]["fields"]} if resource else set()
    filters = [key for key, _ in rest if key != NEXT]
    if (
        len(filters) > 1
        or not set(filters) <= columns
        or len(rest) - len(filters) > (1 if resource else 0)
    ):
        return None
    return Page(path, urlencode(rest), asked[0] if asked else language or first)


def file_of(published: Published, page: Page, is_html: bool) -> Path:
    """Where a page stands: a file under its own path, a page as `index.html` in a folder of that path.

    The first language stands at the root, another one in a folder of its name; a query is one more folder.
    """
    parts = [part for part in page.path.split("/") if part]
    if not is_html:
        return Path(*parts)
    if page.language not in ("", published.languages[0]):
        parts.insert(0, page.language)
    if page.query:
        name = re.sub(r"[^\w.=&-]", "_", page.query)
        if name != page.query or len(name) > LONGEST:
            name = f"{name[: LONGEST // 2]}~{hashlib.sha256(page.query.encode()).hexdigest()[:12]}"
        parts.append(name)
    return Path(*parts, "index.html")
