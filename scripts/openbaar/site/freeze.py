"""The whole site as static files, which any web server can serve without Datasette.

Every page is fetched from the site itself, as a visitor would, and written as `…/index.html`. Then
its links are made relative, so that they work in any folder and from a disk. What only a running
site can do (filters of one's own, sorting, SQL) is left out.
"""

from __future__ import annotations

import asyncio
import html
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.utils import path_from_row_pks

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.site import catalogue, downloads
from openbaar.site.citation_formats import FORMATS
from openbaar.site.identifiers import recorded_versions
from openbaar.site.published import Published, publication_of
from openbaar.site.rewriting import links, rewritten
from openbaar.site.serve import site
from openbaar.site.static_paths import Page, file_of, is_elsewhere, page_at

Say = Callable[[str], None]
MARK = ".openbaar-frozen"  # in a folder that this module wrote and may replace
BEFORE = "before"  # in the folder beside the target: what the target held
REDIRECTS = (301, 302, 303)
ANSWERS = (200, *REDIRECTS, 410)  # a withdrawn table answers 410, with the reason
SAY_EVERY = 500  # pages
REDIRECT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{path}</title>
<meta http-equiv="refresh" content="0; url={to}"></head>
<body><p><a href="{to}">{path}</a></p></body></html>
"""


def say_nothing(_message: str) -> None:
    """Take a message about the progress, and tell nobody."""


def freeze(database: Path, metadata: Path, target: Path, url: str, say: Say = say_nothing) -> int:
    """Write the site of `database` and `metadata`, known at `url`, into the folder `target`.

    Returns the number of files; `say` is told of the progress. Raises OpenbaarError when `target`
    holds anything but an earlier freeze, or when a page does not answer; `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _working_beside(target) as work:
        _check_replaceable(target)
        folder = work / "site"
        frozen = _Freeze(site(database, metadata, url), folder)
        asyncio.run(frozen.fetch_all(say))
        if frozen.problems:
            raise OpenbaarError(frozen.problems)
        frozen.link_pages()
        (folder / MARK).write_text("")
        if target.exists():
            os.replace(target, work / BEFORE)
        os.replace(folder, target)
    return sum(path.is_file() for path in target.rglob("*"))


@contextmanager
def _working_beside(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` to work in, which is removed afterwards.

    What a killed run left there is removed too; if it was killed between its two last renames,
    `target` gets back what it held.
    """
    work = target.with_name(f".{target.name}.openbaar-freeze")
    _end(work, target)
    work.mkdir()
    try:
        yield work
    finally:
        _end(work, target)


def _end(work: Path, target: Path) -> None:
    before = work / BEFORE
    if before.exists() and not target.exists():
        os.replace(before, target)
    shutil.rmtree(work, ignore_errors=True)


def _check_replaceable(target: Path) -> None:
    """Raise OpenbaarError where something would be lost if `target` were replaced."""
    if not target.exists():
        return
    if target.is_dir() and ((target / MARK).is_file() or not any(target.iterdir())):
        return
    hint = "give a folder that is new, empty, or was made by `openbaar freeze`"
    raise OpenbaarError(
        Problem(Place(str(target)), "contains other files, which would be lost", hint)
    )


@dataclass
class _Freeze:
    """One run: each page that was fetched with its file below `folder`; which of them are HTML."""

    datasette: Any
    folder: Path
    fetched: dict[Page, Path] = field(default_factory=dict)
    html_pages: list[Page] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def published(self) -> Published:
        """The publication that the site shows."""
        return publication_of(self.datasette)

    async def fetch_all(self, say: Say) -> None:
        """Fetch every page and file: those that are known, and all that pages link to."""
        for address, path in downloads.files(self.published).items():
            self._write(Path(address[1:]), path.read_bytes())
        waiting = [*_known_pages(self.published), *await self._pages_of_rows()]
        seen = set(waiting)
        while waiting:
            for page in await self._fetch(waiting.pop()):
                if page not in seen:
                    seen.add(page)
                    waiting.append(page)
            if len(self.fetched) % SAY_EVERY == 0:
                say(f"{len(self.fetched)} pages written, {len(waiting)} to go")

    async def _pages_of_rows(self) -> list[Page]:
        """The page of each row in each language, and the address to cite it by."""
        pages = []
        for table, resource in self.published.tables.items():
            keys = resource["schema"]["primaryKey"]
            database = self.datasette.get_database(self.published.name)
            found = await database.execute(f"SELECT {', '.join(keys)} FROM {table}")
            for row in found.rows:
                path = f"{table}/{path_from_row_pks(row, keys, False)}"
                pages.append(_identifier(self.published, path))
                pages += _in_each_language(self.published, f"/{self.published.name}/{path}")
        return pages

    async def _fetch(self, page: Page) -> list[Page]:
        """Fetch a page into its file; returns the pages that it links to."""
        copied = Path(page.path[1:])
        if not page.query and (self.folder / copied).is_file():
            self.fetched[page] = copied
            return []
        address = page.address(self.published)
        answer = await self.datasette.client.get(address, headers={"accept": "text/html"})
        if answer.status_code not in ANSWERS:
            message = f"answers with status {answer.status_code}"
            self.problems.append(Problem(Place(address), message))
            return []
        text = _html_of(page, answer)
        self.fetched[page] = file_of(self.published, page, is_html=text is not None)
        if text is None:
            self._write(self.fetched[page], answer.content)
            return []
        self._write(self.fetched[page], text.encode("utf-8"))
        self.html_pages.append(page)
        return self._linked_from(page, text)

    def _write(self, path: Path, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)

    def _linked_from(self, page: Page, text: str) -> list[Page]:
        """The pages of this site that the links of a page lead to."""
        found = []
        for link in links(text):
            if not is_elsewhere(self.published, link):
                target = page_at(self.published, link, page)
                if target is not None:
                    found.append(target)
        return found

    def link_pages(self) -> None:
        """Make the links of every page lead to files, and take out those that lead to none."""
        for page in self.html_pages:
            path = self.folder / self.fetched[page]
            path.write_text(rewritten(path.read_text("utf-8"), self._linker(page)), "utf-8")

    def _linker(self, page: Page) -> Callable[[str], str | None]:
        """What turns a link on `page` into a relative one; into None where no file is there."""
        folder = self.fetched[page].parent

        def relative(link: str) -> str | None:
            if is_elsewhere(self.published, link):
                return link
            target = page_at(self.published, link, page)
            if target is None or target not in self.fetched:
                return None
            fragment = urlsplit(link).fragment
            path = os.path.relpath(self.fetched[target], folder)
            return f"{path}#{fragment}" if fragment else path

        return relative


def _html_of(page: Page, answer: Any) -> str | None:
    """The HTML of an answer, of a redirect a page that leads on; None for another kind of file."""
    if answer.status_code in REDIRECTS:
        to = html.escape(answer.headers["location"])
        return REDIRECT.format(path=html.escape(page.path), to=to)
    if "text/html" in answer.headers.get("content-type", ""):
        return str(answer.text)
    return None


def _known_pages(published: Published) -> Iterator[Page]:
    """The pages to begin with: of the whole, of the tables, and the addresses to cite."""
    yield from _in_each_language(published, "/")
    yield from _in_each_language(published, f"/{published.name}")
    for path in ("/robots.txt", "/sitemap.xml", "/favicon.ico", *catalogue.addresses(published)):
        yield Page(path)
    for table in published.tables:
        yield from _in_each_language(published, f"/{published.name}/{table}")
        yield Page(f"/download/{published.version}/tables/{table}.json")
        for ending in FORMATS:
            yield Page(f"/cite/{table}.{ending}")
    yield from _identifiers(published)


def _identifiers(published: Published) -> Iterator[Page]:
    """The addresses of tables to cite: those of now, those that were moved, and the withdrawn."""
    released = published.permalinks.get("tables", {})
    moved = published.permalinks.get("moved", {})
    withdrawn = published.permalinks.get("withdrawn", {})
    for table in sorted({*published.tables, *released, *moved, *withdrawn}):
        yield _identifier(published, table)
        if table not in withdrawn:
            for version in recorded_versions(published, table):
                yield _identifier(published, f"{table}/{version}")


def _identifier(published: Published, path: str) -> Page:
    """The page of an address below `/id/`, which leads on to the page in the first language."""
    return Page(f"/id/{path}", "", published.languages[0])


def _in_each_language(published: Published, path: str) -> list[Page]:
    return [Page(path, "", language) for language in published.languages]
