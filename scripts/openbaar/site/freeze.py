"""The whole site as static files, which any web server can serve without Datasette.

Every page is asked of the site itself, as a visitor would, and written as `…/index.html`, with its
links made relative, so that they work in any folder and from a disk. What only a running site can
do (sorting, SQL) is left out; the rows of a table are chosen by a script.
"""

from __future__ import annotations

import asyncio
import html
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from datasette.utils import path_from_row_pks

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site import catalogue, changes, downloads, questions
from openbaar.site.citation_formats import FORMATS
from openbaar.site.grid import own_order
from openbaar.site.identifiers import LATEST, recorded_versions
from openbaar.site.pages import asset
from openbaar.site.published import Published, publication_of
from openbaar.site.rewriting import Rows, rewritten
from openbaar.site.serve import site
from openbaar.site.static_paths import (
    RESULTS,
    ROWS_ON_A_PAGE,
    Page,
    file_of,
    is_elsewhere,
    is_file,
    is_on_one_page,
    row_anchor,
    table_at,
    target_of,
)

Say = Callable[[str], None]
SEARCH = "/search"
MARK = ".openbaar-frozen"  # in a folder that this module wrote and may replace
NOT_FOUND = Path("404.html")  # what servers of such folders show where there is no page
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
        shown = site(database, metadata, url)
        shown.max_returned_rows = ROWS_ON_A_PAGE
        frozen = _Freeze(shown, folder)
        asyncio.run(frozen.fetch_all(say))
        if frozen.problems:
            raise OpenbaarError(frozen.problems)
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
    """One run: where the pages go, those that were asked for, and those that are yet to be."""

    datasette: Any
    folder: Path
    seen: set[Page] = field(default_factory=set)
    waiting: list[Page] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def published(self) -> Published:
        """The publication that the site shows."""
        return publication_of(self.datasette)

    async def fetch_all(self, say: Say) -> None:
        """Fetch every page and file: those that are known, and all that pages link to."""
        for address, path in downloads.files(self.published).items():
            self._write(Path(address[1:]), path.read_bytes())
            self.seen.add(Page(address))
        for page in [
            *_known_pages(self.published),
            *await self._pages_of_rows(),
            *await self._changes(),
        ]:
            self._await(page)
        await self._write_not_found()
        while self.waiting:
            await self._fetch(self.waiting.pop())
            if len(self.seen) % SAY_EVERY == 0:
                say(f"{len(self.seen)} pages written, {len(self.waiting)} to go")

    def _await(self, page: Page) -> None:
        if page not in self.seen:
            self.seen.add(page)
            self.waiting.append(page)

    async def _pages_of_rows(self) -> list[Page]:
        """The page of each row in each language, and the address to cite it by.

        The trust tables have none: their rows are about other rows, whose pages show them.
        """
        pages = []
        for table, resource in self.published.tables.items():
            if table in TRUST_TABLES:
                continue
            keys = resource["schema"]["primaryKey"]
            database = self.datasette.get_database(self.published.name)
            found = await database.execute(f"SELECT {', '.join(keys)} FROM {table}")
            for row in found.rows:
                path = f"{table}/{path_from_row_pks(row, keys, False)}"
                pages.append(_identifier(self.published, path))
                pages += _in_each_language(self.published, f"/{self.published.name}/{path}")
        return pages

    async def _changes(self) -> list[Page]:
        """What changed between versions, as pages and as files."""
        pages = []
        for old, new in await changes.compared(self.datasette, self.published):
            path = changes.path_of(old, new)
            pages += [Page(f"{path}.json"), *_in_each_language(self.published, path)]
        return pages

    async def _write_not_found(self) -> None:
        """The page that says that there is no page.

        It is shown at any address, so its links begin at the root of the host. Those to itself in
        another language lead to the home page.
        """
        published = self.published
        nowhere = Page("/404")

        def rooted(link: str) -> str | None:
            if is_elsewhere(published, link):
                return link
            path = self._relative(link.removesuffix(nowhere.path[1:]), nowhere, Path())
            return None if path is None else f"{published.addresses.prefix}/{path}"

        answer = await self._answer(nowhere.address(published))
        self._write(NOT_FOUND, rewritten(answer.text, rooted).encode("utf-8"))

    async def _answer(self, address: str) -> Any:
        return await self.datasette.client.get(address, headers={"accept": "text/html"})

    async def _fetch(self, page: Page) -> None:
        """Write a page into its file; what it links to is fetched later."""
        address = page.address(self.published)
        answer = await self._answer(address)
        if answer.status_code not in ANSWERS:
            message = f"answers with status {answer.status_code}"
            self.problems.append(Problem(Place(address), message))
            return
        path = file_of(self.published, page)
        if answer.status_code in REDIRECTS:
            text = self._leading_on(page, path, answer.headers["location"])
            self._write(path, text.encode("utf-8"))
        elif is_file(page):
            self._write(path, answer.content)
        else:
            await self._write_page(page, path, answer.text)

    def _leading_on(self, page: Page, path: Path, location: str) -> str:
        """A page that leads on to where the site redirects."""
        to = self._relative(location, page, path.parent) or location
        return REDIRECT.format(path=html.escape(page.path), to=html.escape(to))

    async def _write_page(self, page: Page, path: Path, text: str) -> None:
        def relative(link: str) -> str | None:
            return self._relative(link, page, path.parent)

        rows = await self._rows(page)
        scripts = await self._search_scripts(page) if page.path == SEARCH else []
        self._write(path, rewritten(text, relative, rows, scripts).encode("utf-8"))

    async def _search_scripts(self, page: Page) -> list[str]:
        """The addresses of what can be found in the language of a page, and of what finds it."""
        data = replace(page, path=f"{SEARCH}/index.json")
        script = replace(page, path=f"{SEARCH}/index.js")
        path = file_of(self.published, script)
        index = (await self._answer(data.address(self.published))).json()
        for entry in index["entries"]:
            here = self.published.addresses.of(entry[2], page.language or "")
            entry[2] = self._relative(here, page, path.parent)
        index["entries"] = [entry for entry in index["entries"] if entry[2] is not None]
        told = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
        self.seen.add(script)
        self._write(path, f"const openbaarIndex = {told};\n".encode())
        return [script.address(self.published), asset("frozen-search.js")]

    async def _rows(self, page: Page) -> Rows | None:
        """What the script of a page reads of its rows, where it is of a table that fits on it."""
        table = table_at(self.published, page.path)
        if table is None or not is_on_one_page(self.published, table):
            return None
        resource = self.published.tables[table]
        address = self.published.addresses.prefix + page.path
        answer = await self._answer(f"{address}.json?_shape=array&_size=max")
        rows = answer.json()
        order = own_order(self.published, table)
        if order is not None:
            rows = sorted(rows, key=order)
        anchors = []
        for row in rows:
            key = path_from_row_pks(row, resource["schema"]["primaryKey"], False)
            anchors.append(row_anchor(key))
        return Rows(rows, anchors, asset("frozen.js"))

    def _relative(self, link: str, page: Page, folder: Path) -> str | None:
        """A link on `page` as one from `folder`; None where no file is there.

        What it leads to is fetched too.
        """
        if is_elsewhere(self.published, link):
            return link
        target = target_of(self.published, link, page)
        if target is None:
            return None
        self._await(target.page)
        path = os.path.relpath(file_of(self.published, target.page), folder)
        return target.below(path)

    def _write(self, path: Path, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)


def _known_pages(published: Published) -> Iterator[Page]:
    """The pages to begin with: of the whole, of the tables, and the addresses to cite."""
    yield from _in_each_language(published, "/")
    yield from _in_each_language(published, f"/{published.name}")
    yield from _in_each_language(published, SEARCH)
    for path in catalogue.addresses(published):
        yield Page(path)
    for path in ("/robots.txt", "/sitemap.xml", "/favicon.ico"):
        yield Page(path, "", published.languages[0])
    for query in published.queries:
        yield from _in_each_language(published, f"/{published.name}/{query}")
        for ending in FORMATS:
            yield from _in_each_language(published, f"/cite/{query}.{ending}")
        yield from _in_each_language(published, f"/id/{query}.jsonld")
        for ending, asked in RESULTS.items():
            yield Page(f"/{published.name}/{query}{ending}", asked)
    for table in published.tables:
        yield from _in_each_language(published, f"/{published.name}/{table}")
        yield Page(f"/download/{published.version}/tables/{table}.json")
        yield from _in_each_language(published, f"/id/{table}.jsonld")
        for ending in FORMATS:
            yield from _in_each_language(published, f"/cite/{table}.{ending}")
    yield from _identifiers(published)


def _identifiers(published: Published) -> Iterator[Page]:
    """The addresses of tables to cite: those of now, those that were moved, and the withdrawn."""
    released = published.permalinks.get("tables", {})
    moved = published.permalinks.get("moved", {})
    withdrawn = published.permalinks.get("withdrawn", {})
    for table in sorted({*published.tables, *released, *moved, *withdrawn}):
        yield _identifier(published, table)
        if table in published.tables:
            yield _identifier(published, f"{table}/{LATEST}")
        if table not in withdrawn:
            for version in recorded_versions(published, table):
                yield _identifier(published, f"{table}/{version}")
    for query in sorted({*published.queries, *questions.recorded(published)}):
        yield _identifier(published, query)
        for version in questions.versions(published, query):
            yield _identifier(published, f"{query}/{version}")


def _identifier(published: Published, path: str) -> Page:
    """The page of an address below `/id/`, which leads on to the page in the first language."""
    return Page(f"/id/{path}", "", published.languages[0])


def _in_each_language(published: Published, path: str) -> list[Page]:
    return [Page(path, "", language) for language in published.languages]
