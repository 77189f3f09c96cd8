"""A page of the site as a file: asked of the site, with links that hold in a folder of files.

Links are made relative, so that they work in any folder and from a disk. What only a running site
can do (SQL, conditions of the visitor's choice) is left out; the rows of a table are chosen and
sorted by a script. A process that freezes has one site, which `begin` makes.
"""

from __future__ import annotations

import asyncio
import html
import json
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from babel.support import NullTranslations
from datasette.utils import path_from_row_pks

from openbaar.collector import collector_paused
from openbaar.errors import Place, Problem
from openbaar.files import Content, holds, take_again, write_content
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.site.frozen.asking import Asking
from openbaar.site.frozen.rewriting import Rows, footer_of, rewritten, with_footer
from openbaar.site.frozen.static_pages import identifier, in_each_language, known_pages
from openbaar.site.frozen.static_paths import (
    ROWS_ON_A_PAGE,
    SEARCH,
    Page,
    choices_of,
    file_of,
    has_pages_of_rows,
    is_file,
    is_on_one_page,
    path_from,
    row_anchor,
    table_at,
)
from openbaar.site.frozen.targets import is_elsewhere, target_of
from openbaar.site.pages.columns import columns_of
from openbaar.site.pages.templating import asset
from openbaar.site.published import Descriptor, publication_of
from openbaar.site.requests.asgi import header_of
from openbaar.site.routes import changes, downloads
from openbaar.site.routes.kept_versions import rows_gone
from openbaar.site.serving.serve import site
from openbaar.texts import N_, catalogue

INDEX = f"{SEARCH}/index.js"  # what the search of a site without a server finds
START = Page("/")  # in no language, so no page: what a site begins with
NOT_FOUND = "404.html"  # what servers of such folders show where there is no page
NO_JEKYLL = ".nojekyll"  # has GitHub Pages give the files as they are, from a branch too
REDIRECTS = (301, 302, 303)
ANSWERS = (200, *REDIRECTS, 410)  # a withdrawn table answers 410, with the reason
ORDERED = {"integer", "number", "year", "yearmonth", "date", "datetime", "time"}
WORDS = {  # of the script
    "these": N_("These rows as"),
    "all": N_("All rows as"),
    "ignored": N_("This copy of the site cannot choose rows by what the address asks:"),
    "search": N_("Search in these rows"),
    "sorted": N_("sorted by"),
    "up": N_("ascending"),
    "down": N_("descending"),
}
UNASKED = N_(
    "This copy of the site has no server that could answer other questions. "
    "Every table can be downloaded, as CSV and JSON, and all of them as a database."
)
REDIRECT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{path}</title>
{leading}</head>
<body><p><a href="{to}">{path}</a></p>{script}</body></html>
"""
REFRESH = '<meta http-equiv="refresh" content="0; url={to}">'


@dataclass(frozen=True)
class Making:
    """What a site is made of, the folder of its files, and the one that it takes the place of.

    Where that one `stays`, only files that are others go into the folder.
    """

    database: Path
    metadata: Path
    url: str
    folder: Path
    earlier: Path | None = None
    stays: bool = False


@dataclass
class Fetched:
    """What became of some pages.

    How many files were written, how many of them are not as they were before, to which pages each
    of them leads, and what is wrong with those that did not answer.
    """

    files: int = 0
    changed: int = 0
    leads: dict[Page, frozenset[Page]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


_of_this_process: list[Freezer] = []


def start(making: Making) -> Freezer:
    """Make the site in this process, which may then be asked for pages of it."""
    _of_this_process[:] = [Freezer(making)]
    return _of_this_process[0]


def fetch(pages: Sequence[Page]) -> Fetched:
    """Write a file of each page."""
    return _of_this_process[0].fetched(pages)


class Freezer:
    """Makes files of the pages of one site."""

    def __init__(self, making: Making) -> None:
        """Make the site as `making` says."""
        self.datasette = site(making.database, making.metadata, making.url)
        self.datasette.max_returned_rows = ROWS_ON_A_PAGE
        self.datasette.executor = None  # one page is made after the other: no thread has to wait
        self.published = publication_of(self.datasette)
        self._site = Asking(self.datasette.app())
        self._files = _Files(making)
        self._downloads = downloads.files(self.published)
        self.copied = {Page(address) for address in self._downloads}
        self.beside = {NOT_FOUND, NO_JEKYLL, *(address[1:] for address in self._downloads)}
        self._found: set[Page] = set()  # to which the page that is being made leads
        self._fetched = Fetched()

    def begun(self) -> Fetched:
        """Write the files that no page is made for; `START` leads to the pages to begin with."""
        return asyncio.run(self._begin())

    def fetched(self, pages: Sequence[Page]) -> Fetched:
        """What `fetch` returns."""
        with collector_paused():
            return asyncio.run(self._fetch_all(pages))

    def footers(self) -> dict[str, str]:
        """The footer of all pages in each language, as the site has it."""
        return asyncio.run(self._footers())

    def file_of(self, page: Page) -> str:
        """The name of the file of a page."""
        return file_of(self.published, page)

    def with_footer(self, page: Page, footer: str) -> bool:
        """Write the earlier file of a page with another footer; says whether it is another one."""
        path = file_of(self.published, page)
        folder = posixpath.dirname(path)

        def relative(link: str) -> str | None:
            return self._relative(link, page, folder)

        text = self._files.earlier(path).decode("utf-8")
        return self._files.write(path, with_footer(text, footer, relative).encode("utf-8"))

    async def _footers(self) -> dict[str, str]:
        found = {}
        for page in in_each_language(self.published, SEARCH):
            answer = await self._site.answer_with(HTTPStatus.OK, page.address(self.published))
            found[str(page.language)] = footer_of(answer.body.decode("utf-8"))
        return found

    async def _begin(self) -> Fetched:
        self._found = set()
        self._fetched = Fetched()
        for address, path in self._downloads.items():
            self._write(address[1:], path)
        self._write(NO_JEKYLL, b"")
        self._found.update(known_pages(self.published))
        self._found.update(await self._pages_of_rows())
        self._found.update(await self._changes())
        await self._write_not_found()
        self._fetched.leads[START] = frozenset(self._found)
        return self._fetched

    async def _fetch_all(self, pages: Sequence[Page]) -> Fetched:
        self._fetched = Fetched()
        for page in pages:
            self._found = set()
            await self._fetch(page)
            self._fetched.leads[page] = frozenset(self._found)
        return self._fetched

    async def _pages_of_rows(self) -> list[Page]:
        """The page of each row in each language, and the address to cite it by."""
        pages = []
        for table, resource in self.published.tables.items():
            if not has_pages_of_rows(self.published, table):
                continue
            keys = resource["schema"]["primaryKey"]
            database = self.datasette.get_database(self.published.name)
            found = await database.execute(f"SELECT {', '.join(keys)} FROM {table}")
            for key in rows_gone(self.published, table):
                pages.append(identifier(self.published, f"{table}/{key}"))
            for row in found.rows:
                path = f"{table}/{path_from_row_pks(row, keys, False)}"
                pages.append(identifier(self.published, path))
                pages += in_each_language(self.published, f"/{self.published.name}/{path}")
        return pages

    async def _changes(self) -> list[Page]:
        """What changed between versions, as pages and as files."""
        pages = []
        for old, new in await changes.compared(self.datasette, self.published):
            path = changes.path_of(old, new)
            pages.append(Page(f"{path}.json", "", self.published.languages[0]))
            pages += in_each_language(self.published, path)
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
            path = self._relative(link.removesuffix(nowhere.path[1:]), nowhere, ".")
            return None if path is None else f"{published.addresses.prefix}/{path}"

        answer = await self._site.answer_with(HTTPStatus.NOT_FOUND, nowhere.address(published))
        self._write(NOT_FOUND, rewritten(answer.body.decode("utf-8"), rooted).encode("utf-8"))

    async def _fetch(self, page: Page) -> None:
        """Write a page into its file; what it links to is fetched later."""
        path = file_of(self.published, page)
        if page.path == INDEX:
            self._write(path, await self._search_index(page))
            return
        address = page.address(self.published)
        answer = await self._site.answer(address)
        if answer.status not in ANSWERS:
            message = f"answers with status {answer.status}"
            self._fetched.problems.append(Problem(Place(address), message))
        elif answer.status in REDIRECTS:
            location = header_of(answer.headers, b"location")
            self._write(path, self._leading_on(page, path, location))
        elif is_file(page):
            self._write(path, answer.body)
        else:
            self._write(path, await self._rewritten(page, path, answer.body.decode("utf-8")))

    def _leading_on(self, page: Page, path: str, location: str) -> bytes:
        """A page that leads on to where the site redirects: to a question with the values asked."""
        folder = posixpath.dirname(path)
        to = html.escape(self._relative(location, page, folder) or location)
        leading, script = REFRESH.format(to=to), ""
        if choices_of(self.published, posixpath.basename(location)):
            address = self._relative(asset("frozen-redirect.js"), page, folder)
            leading, script = (
                f"<noscript>{leading}</noscript>",
                f'<script src="{address}"></script>',
            )
        made = REDIRECT.format(path=html.escape(page.path), to=to, leading=leading, script=script)
        return made.encode("utf-8")

    async def _rewritten(self, page: Page, path: str, text: str) -> bytes:
        """A page with links that lead to files, and with the scripts that it needs."""
        folder = posixpath.dirname(path)

        @cache  # a page of many rows leads to the same places again and again
        def relative(link: str) -> str | None:
            return self._relative(link, page, folder)

        scripts = []
        if page.path == SEARCH:
            index = replace(page, path=INDEX)
            scripts = [index.address(self.published), asset("frozen-search.js")]
        if choices_of(self.published, posixpath.basename(page.path)):
            scripts = [asset("frozen-question.js")]
        rows = await self._rows(page)
        unasked = self._words(page).gettext(UNASKED)
        return rewritten(text, relative, rows, scripts, unasked).encode("utf-8")

    def _words(self, page: Page) -> NullTranslations:
        """What the toolkit says, in the language of a page."""
        first = self.published.languages[0]
        return catalogue(page.language or first, first)

    async def _search_index(self, page: Page) -> bytes:
        """A script that tells what can be found in a language, for the page of the search."""
        search = replace(page, path=SEARCH)
        folder = posixpath.dirname(file_of(self.published, search))
        data = replace(page, path=f"{SEARCH}/index.json")
        index = await self._site.data(data.address(self.published))
        entries = []
        for entry in index["entries"]:
            here = self.published.addresses.of(entry[2], page.language or "")
            entry[2] = self._relative(here, search, folder)
            if entry[2] is not None:
                entries.append(entry)
        told = {**index, "entries": entries}
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return f"const openbaarIndex = {text};\n".encode()

    async def _rows(self, page: Page) -> Rows | None:
        """What the script of a page reads of its rows, where it is of a table that fits on it."""
        table = table_at(self.published, page.path)
        if table is None or not is_on_one_page(self.published, table):
            return None
        resource = self.published.tables[table]
        address = self.published.addresses.prefix + page.path
        rows = await self._site.data(f"{address}.json?_shape=array&_size=max")
        anchors = []
        for row in rows:
            key = path_from_row_pks(row, resource["schema"]["primaryKey"], False)
            anchors.append(row_anchor(key))
        said = self._words(page)
        words = {name: said.gettext(message) for name, message in WORDS.items()}
        file = None if table in TRUST_TABLES else self._file_of_rows(table)
        return Rows(rows, anchors, asset("frozen.js"), _ordered(resource), words, file)

    def _file_of_rows(self, table: str) -> dict[str, Any]:
        """How a file of rows that were chosen is called, and what it holds."""
        columns = columns_of(self.published, table)
        return {
            "table": table,
            "version": self.published.version,
            "columns": [each.name for each in columns],
            "booleans": [each.name for each in columns if each.type == "boolean"],
        }

    def _relative(self, link: str, page: Page, folder: str) -> str | None:
        """A link on `page` as one from `folder`; None where no file is there.

        What it leads to is fetched too.
        """
        if is_elsewhere(self.published, link):
            return link
        target = target_of(self.published, link, page)
        if target is None:
            return None
        self._found.add(target.page)
        return target.below(path_from(folder, file_of(self.published, target.page)))

    def _write(self, path: str, content: Content) -> None:
        self._fetched.files += 1
        self._fetched.changed += self._files.write(path, content)


def _ordered(resource: Descriptor) -> list[str]:
    """The columns whose values tell their order: those of a code list or a text do not."""
    return [field["name"] for field in resource["schema"]["fields"] if field["type"] in ORDERED]


class _Files:
    """The folder that is written, and the earlier one, whose files are used again."""

    def __init__(self, making: Making) -> None:
        self._folder = making.folder
        self._earlier = making.earlier
        self._stays = making.stays
        self._made: set[Path] = set()  # folders

    def earlier(self, name: str) -> bytes:
        """What is in the earlier file, which must be there."""
        assert self._earlier is not None  # noqa: S101  there is such a file
        return (self._earlier / name).read_bytes()

    def write(self, name: str, content: Content) -> bool:
        """Write a file, unless it stays; says whether it is another than before, or new."""
        if self._earlier is not None and holds(self._earlier / name, content):
            if not self._stays:
                take_again(self._earlier / name, self._place(name))
            return False
        write_content(content, self._place(name))
        return True

    def _place(self, name: str) -> Path:
        """Where a file is to be, in a folder that is there."""
        path = self._folder / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path
