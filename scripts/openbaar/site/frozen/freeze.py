"""The whole site as static files, which any web server can serve without Datasette.

Every page is asked of the site itself, as a visitor would; `frozen_pages` makes a file of it. Where
there are many, several processes do so. A page of which `made_of` knows that it is made of the same
as before is not asked for again, and any file that is as it was before is taken from the earlier
folder.
"""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from openbaar.collector import collector_paused
from openbaar.errors import OpenbaarError, Problem
from openbaar.files import hashes_of_folder, sha256_of_hashes
from openbaar.placing import FROZEN
from openbaar.processes import Pool, processors
from openbaar.site.frozen import frozen_pages
from openbaar.site.frozen.frozen_pages import Fetched, Freezer, Making
from openbaar.site.frozen.frozen_record import Earlier, Remembered, recorded, remembered
from openbaar.site.frozen.in_place import (
    MADE,
    check_replaceable,
    replace_files,
    replace_folder,
    working_beside,
)
from openbaar.site.frozen.made_of import MadeOf
from openbaar.site.frozen.static_paths import Page

Progress = Callable[[int, int], None]
NOTHING: Mapping[str, Any] = {}
OF_A_VERSION = "/download/"  # in an address that is another one in the next version
AT_ONCE = 16  # pages that a process is given
RUNNING = 64  # times as many that are given out: each of many processes always has some
WORTH_A_PROCESS = 200  # pages: several times the work of starting one


@dataclass(frozen=True)
class Frozen:
    """How many files a frozen site has, and how many of them are not as they were before."""

    files: int
    changed: int


def no_progress(_done: int, _total: int) -> None:
    """Take how far it is, and tell nobody."""


def freeze(
    database: Path,
    metadata: Path,
    target: Path,
    url: str,
    progress: Progress = no_progress,
    workers: int | None = None,
    said: Mapping[str, str] = NOTHING,
    earlier: Earlier | None = None,
) -> Frozen:
    """Write the site of `database` and `metadata`, known at `url`, into the folder `target`.

    `workers` is the number of processes; by default as many as are worth their start, and at most
    one for each processor. The files are the same whatever it is. `progress` is told how many files
    are written, and of how many that are known so far. `said` is kept in the mark of the folder,
    and `earlier` is what `target` holds where this toolkit made it for the same `url` and nobody
    changed it since: files of it stay that need not be made again. Raises OpenbaarError when
    `target` holds anything but an earlier freeze, or when a page does not answer; `target` stays as
    it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with working_beside(target) as work:
        check_replaceable(target)
        folder = work / MADE
        folder.mkdir()
        before = target if target.exists() else None
        making = Making(database, metadata, url, folder, before, earlier is not None)
        frozen, names, pages = _written(making, earlier, workers, progress)
        hashes = hashes_of_folder(folder)
        if earlier is not None:
            hashes = {name: hashes.get(name) or earlier.hashes[name] for name in names}
        mark = {**said, **pages, "content": sha256_of_hashes(hashes), "files": frozen.files}
        (folder / FROZEN).write_text(json.dumps(mark))
        if earlier is None:
            replace_folder(target, work)
        else:
            replace_files(target, earlier.hashes.keys() - names, work)
    return frozen


def _written(
    making: Making, earlier: Earlier | None, workers: int | None, progress: Progress
) -> tuple[Frozen, set[str], dict[str, Any]]:
    """Write the files of a site; tell which it has, and what its mark says of pages.

    Raises OpenbaarError with each page that does not answer.
    """
    with collector_paused():
        freezer = frozen_pages.start(making)
        keeping = _Keeping(freezer, earlier)
        work = _Work(keeping, known=set(freezer.copied))
        work.end(freezer.begun())
    count = _worthwhile(len(work.waiting)) if workers is None else workers
    with _processes(making, count) as executor:
        work.do(executor, progress)
    if work.problems:
        raise OpenbaarError(sorted(work.problems, key=str))
    names = {*freezer.beside, *map(freezer.file_of, work.known)}
    return Frozen(work.files, work.changed), names, keeping.record()


class _Keeping:
    """Lets pages of the earlier site stay, and remembers what each one is made of."""

    def __init__(self, freezer: Freezer, earlier: Earlier | None) -> None:
        mark = NOTHING if earlier is None else earlier.mark
        self._freezer = freezer
        self._made_of = MadeOf(freezer.datasette, freezer.published)
        self._files = NOTHING if earlier is None else earlier.hashes
        self._earlier = remembered(mark.get("pages", NOTHING))
        self._footers = freezer.footers()
        self._footers_before = mark.get("footers", NOTHING)
        self._pages: dict[Page, Remembered] = {}

    def keep(self, page: Page) -> Fetched | None:
        """Let a page stay, with the footer of now; None where it has to be made."""
        before = self._earlier.get(page)
        if before is None or before.made_of != self._made_of.of(page):
            return None
        if self._freezer.file_of(page) not in self._files:
            return None
        footer = self._other_footer(page)
        is_changed = footer is not None and self._freezer.with_footer(page, footer)
        self._pages[page] = before
        return Fetched(1, int(is_changed), {page: before.leads})

    def _other_footer(self, page: Page) -> str | None:
        """The footer of now, where a page that is kept has the one of an earlier version."""
        if not self._made_of.is_of_row(page):
            return None
        footer = self._footers[str(page.language)]
        return None if footer == self._footers_before.get(page.language) else footer

    def remember(self, leads: Mapping[Page, frozenset[Page]]) -> None:
        """Remember pages that were made, those of which it is known what they are made of."""
        for page, led in leads.items():
            made_of = self._made_of.of(page)
            if made_of is not None and self._holds(page, led):
                self._pages[page] = Remembered(made_of, led)

    def _holds(self, page: Page, led: frozenset[Page]) -> bool:
        """Whether a page leads to the same as long as it is made of the same."""
        if not self._made_of.is_of_row(page):
            return True
        return not any(OF_A_VERSION in each.path for each in led)

    def record(self) -> dict[str, Any]:
        """What the mark of the folder says of them."""
        return {"footers": self._footers, "pages": recorded(self._pages)}


def _worthwhile(pages: int) -> int:
    """How many processes are worth their start for so many pages."""
    return max(1, min(processors(), pages // WORTH_A_PROCESS))


@contextmanager
def _processes(making: Making, count: int) -> Iterator[Executor]:
    """What fetches pages: so many processes, or this one where one is enough."""
    if count == 1:
        yield _ThisProcess()
        return
    with Pool(count, _context(), frozen_pages.start, making) as executor:
        yield executor


def _context() -> BaseContext:
    """How processes are started: as copies of this one, which have everything loaded.

    Beside other threads a copy could wait for ever for what one of them held.
    """
    is_alone = threading.active_count() == 1
    can_copy = "fork" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if is_alone and can_copy else "spawn")


class _ThisProcess(Executor):
    """Does what it is given at once, in this process."""

    def submit(self, *asked: object, **named: object) -> Future[object]:  # type: ignore[override]
        """The outcome of a function, which is the first of what is given."""
        function, *given = asked
        done: Future[object] = Future()
        try:
            done.set_result(function(*given, **named))  # type: ignore[operator]
        except Exception as error:
            done.set_exception(error)
        return done


@dataclass
class _Work:
    """The pages that are known, those that nobody was given yet, and what became of the others."""

    keeping: _Keeping
    known: set[Page]
    files: int = 0
    changed: int = 0
    waiting: list[Page] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, found: Iterable[Page]) -> None:
        """Take pages again, and those they lead to, or let them wait to be fetched; each once."""
        unseen = list(found)
        while unseen:
            page = unseen.pop()
            if page in self.known:
                continue
            self.known.add(page)
            kept = self.keeping.keep(page)
            if kept is None:
                self.waiting.append(page)
            else:
                self.count(kept)
                unseen += kept.leads[page]

    def do(self, executor: Executor, progress: Progress) -> None:
        """Fetch what waits, and what that leads to."""
        running: set[Future[Fetched]] = set()
        while self.waiting or running:
            while self.waiting and len(running) < RUNNING:
                running.add(executor.submit(frozen_pages.fetch, self._taken()))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                self.end(each.result())
            progress(self.files, len(self.known))

    def _taken(self) -> list[Page]:
        """Some of what waits, which waits no longer."""
        taken = self.waiting[:AT_ONCE]
        del self.waiting[:AT_ONCE]
        return taken

    def end(self, fetched: Fetched) -> None:
        """Take down what became of some pages that were made, and to which they lead."""
        self.count(fetched)
        self.problems += fetched.problems
        self.keeping.remember(fetched.leads)
        for led in fetched.leads.values():
            self.add(led)

    def count(self, fetched: Fetched) -> None:
        """Take down how many files there are more."""
        self.files += fetched.files
        self.changed += fetched.changed
