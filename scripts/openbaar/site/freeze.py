"""The whole site as static files, for the day that nobody runs Datasette: any web server can serve the folder.

Every page is fetched from the site itself, as a visitor would, and written as `…/index.html`; its links then lead to
the other files, by relative paths, so that they work from any folder and from a disk. What only a running site can do
(filters of one's own, sorting, SQL) is taken out.
"""

from __future__ import annotations

import asyncio
import html
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.utils import path_from_row_pks

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.site import citation
from openbaar.site.downloads import files
from openbaar.site.identifiers import recorded_versions
from openbaar.site.published import Published, published_by
from openbaar.site.rewriting import rewritten
from openbaar.site.serve import site
from openbaar.site.static_paths import Page, file_of, is_elsewhere, page_at

Say = Callable[[str], None]
MARK = ".openbaar-frozen"  # in a folder that we wrote, and may write anew
REDIRECT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{path}</title>
<meta http-equiv="refresh" content="0; url={to}"></head><body><p><a href="{to}">{path}</a></p></body></html>
"""


def freeze(
    database: Path, metadata: Path, target: Path, url: str, say: Say = lambda message: None
) -> int:
    """Write the site that `database` and `metadata` make, as it is known at `url`, into the folder `target`.

    Returns the number of files. Raises OpenbaarError when `target` holds anything but an earlier freeze, or when a
    page does not answer; `target` is then as it was.
    """
    if target.exists() and not (
        target.is_dir() and (not any(target.iterdir()) or (target / MARK).is_file())
    ):
        hint = "give a folder that is new, empty, or was made by `openbaar freeze`"
        raise OpenbaarError(
            Problem(Place(str(target)), "holds something else, which would be lost", hint)
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as name:
        folder = Path(name) / "site"
        frozen = _Freeze.of(site(database, metadata, url), folder)
        asyncio.run(frozen.fetch_all(say))
        if frozen.problems:
            raise OpenbaarError(frozen.problems)
        frozen.link()
        (folder / MARK).write_text("")
        if target.exists():
            os.replace(target, Path(name) / "before")  # removed with the temporary folder
        os.replace(folder, target)
    return sum(path.is_file() for path in target.rglob("*"))


@dataclass
class _Freeze:
    """One run: what was fetched, each with its file below `folder`; of these the pages, whose links are to be made."""

    datasette: Any
    published: Published
    folder: Path
    fetched: dict[Page, Path] = field(default_factory=dict)
    pages: dict[Page, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, datasette: Any, folder: Path) -> _Freeze:
        """A run for the publication that `datasette` shows."""
        published = published_by(datasette)
        assert published is not None
        return cls(datasette, published, folder)

    async def fetch_all(self, say: Say) -> None:
        """Fetch every page and file, beginning with those that we know of and following the links in them."""
        for address, path in files(self.published).items():
            self._write(Path(address[1:]), path.read_bytes())
        waiting = [*_known_pages(self.published), *[page async for page in self._rows()]]
        seen = set(waiting)
        while waiting:
            found = set(await self._fetch(waiting.pop())) - seen
            seen |= found
            waiting += sorted(found, key=lambda page: (page.path, page.query, page.language))
            if len(self.fetched) % 500 == 0:
                say(f"{len(self.fetched)} pages written, {len(waiting)} to go")

    async def _rows(self) -> AsyncIterator[Page]:
        """The page of each row in each language, and the address that one cites."""
        database = self.datasette.get_database(self.published.name)
        first = self.published.languages[0]
        for table, resource in self.published.tables.items():
            keys = resource["schema"]["primaryKey"]
            found = await database.execute(f"SELECT {', '.join(keys)} FROM {table}")
            for row in found.rows:
                key = path_from_row_pks(row, keys, False)
                yield Page(f"/id/{table}/{key}", "", first)
                for language in self.published.languages:
                    yield Page(f"/{self.published.name}/{table}/{key}", "", language)

    async def _fetch(self, page: Page) -> list[Page]:
        """Fetch one page into its file; returns the pages that it links to."""
        path = self.folder / page.path[1:]
        if not page.query and path.is_file():
            self.fetched[page] = Path(page.path[1:])
            return []
        headers = {
            "accept": "text/html",
            "accept-language": page.language or self.published.languages[0],
        }
        answer = await self.datasette.client.get(page.address(self.published), headers=headers)
        text = None
        if answer.status_code in (301, 302, 303):
            to = html.escape(answer.headers["location"])
            text = REDIRECT.format(path=html.escape(page.path), to=to)
        elif answer.status_code not in (200, 410):  # a withdrawn table answers 410, with the reason
            self.problems.append(
                Problem(
                    Place(page.address(self.published)), f"answers with status {answer.status_code}"
                )
            )
            return []
        elif "text/html" in answer.headers.get("content-type", ""):
            text = answer.text
        self.fetched[page] = file_of(self.published, page, text is not None)
        self._write(self.fetched[page], answer.content if text is None else text.encode("utf-8"))
        return [] if text is None else self._links(page, text)

    def _links(self, page: Page, text: str) -> list[Page]:
        """The pages that a page links to. Remembers that its own links are to be made."""
        self.pages[page] = self.fetched[page]
        found: list[Page] = []

        def look(link: str) -> str:
            target = (
                None if is_elsewhere(self.published, link) else page_at(self.published, link, page)
            )
            found.extend([target] if target else [])
            return link

        rewritten(text, look)
        return found

    def _write(self, path: Path, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)

    def link(self) -> None:
        """Make the links of every page lead to the files; those that lead to none are taken out."""
        for page, path in self.pages.items():
            text = (self.folder / path).read_text("utf-8")
            (self.folder / path).write_text(rewritten(text, self._linker(page)), "utf-8")

    def _linker(self, page: Page) -> Callable[[str], str | None]:
        def relative(link: str) -> str | None:
            if is_elsewhere(self.published, link):
                return link
            target = page_at(self.published, link, page)
            file = self.fetched.get(target) if target else None
            fragment = urlsplit(link).fragment
            return (
                os.path.relpath(file, self.pages[page].parent)
                + (f"#{fragment}" if fragment else "")
                if file
                else None
            )

        return relative


def _known_pages(published: Published) -> Iterator[Page]:
    """The pages to begin with: those of the whole and of the tables in each language, and the addresses one cites."""
    first = published.languages[0]
    for path in [
        "/",
        f"/{published.name}",
        *(f"/{published.name}/{table}" for table in published.tables),
    ]:
        yield from (Page(path, "", language) for language in published.languages)
    yield from (Page("/robots.txt"), Page("/sitemap.xml"), Page("/favicon.ico"))
    for table in published.tables:
        yield Page(f"/download/{published.version}/tables/{table}.json")
        yield from (Page(f"/cite/{table}.{ending}") for ending in citation.FORMATS)
    moved, withdrawn = (published.permalinks.get(key, {}) for key in ("moved", "withdrawn"))
    for name in sorted(
        {*published.tables, *published.permalinks.get("tables", {}), *moved, *withdrawn}
    ):
        yield Page(f"/id/{name}", "", first)
        versions = [] if name in withdrawn else recorded_versions(published, name)
        yield from (Page(f"/id/{name}/{version}", "", first) for version in versions)
