"""The whole site as static files, which any web server can serve without Datasette.

Every page is asked of the site itself, as a visitor would; `frozen_pages` makes a file of it. Where
there are many, several processes do so. A page of which `made_of` knows that it is made of the same
as before is not asked for again, and any file that is as it was before is taken from the earlier
folder.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Hashes, sha256_of_folder
from openbaar.placing import FROZEN
from openbaar.processes import Pool, processors
from openbaar.site.frozen import frozen_pages
from openbaar.site.frozen.frozen_pages import START, Fetched, Freezer, Making
from openbaar.site.frozen.frozen_record import Remembered, recorded, remembered
from openbaar.site.frozen.made_of import MadeOf
from openbaar.site.frozen.static_paths import Page

Progress = Callable[[int, int], None]
NOTHING: Mapping[str, Any] = {}
OF_A_VERSION = "/download/"  # in an address that is another one in the next version
BEFORE = "before"  # in the folder beside the target: what the target held
AT_ONCE = 16  # pages that a process is given
RUNNING = 64  # times as many that are given out: each of many processes always has some
WORTH_A_PROCESS = 200  # pages: several times the work of starting one


@dataclass(frozen=True)
class Frozen:
    """How many files a frozen site has, and how many of them are not as they were before.

    `made` is how many pages were asked of the site.
    """

    files: int
    changed: int
    made: int


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
    earlier: Mapping[str, Any] = NOTHING,
    hashes: Hashes | None = None,
) -> Frozen:
    """Write the site of `database` and `metadata`, known at `url`, into the folder `target`.

    `workers` is the number of processes; by default as many as are worth their start, and at most
    one for each processor. The files are the same whatever it is. `progress` is told how many files
    are written, and of how many that are known so far. `said` is kept in the mark of the folder,
    and `earlier` is the mark of `target` where this toolkit made it for the same `url` and nobody
    changed it since: of it pages are taken that need not be made again, and the `hashes` of its
    files may be known. Raises OpenbaarError when `target` holds anything but an earlier freeze, or
    when a page does not answer; `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _working_beside(target) as work:
        _check_replaceable(target)
        folder = work / "site"
        before = target if target.exists() else None
        making = Making(database, metadata, url, folder, before)
        frozen, mark = _written(making, earlier, workers, progress)
        content = sha256_of_folder(folder, known=hashes)
        mark = {**said, **mark, "content": content, "files": frozen.files}
        (folder / FROZEN).write_text(json.dumps(mark))
        if before is not None:
            os.replace(target, work / BEFORE)
        os.replace(folder, target)
    return frozen


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
    if target.is_dir() and ((target / FROZEN).is_file() or not any(target.iterdir())):
        return
    hint = "give a folder that is new, empty, or was made by `openbaar freeze`"
    raise OpenbaarError(
        Problem(Place(str(target)), "contains other files, which would be lost", hint)
    )


def _written(
    making: Making, earlier: Mapping[str, Any], workers: int | None, progress: Progress
) -> tuple[Frozen, dict[str, Any]]:
    """Write every file of a site, and tell what its mark says of pages.

    Raises OpenbaarError with each page that does not answer.
    """
    freezer = frozen_pages.start(making)
    keeping = _Keeping(freezer, earlier)
    work = _Work(keeping, known=set(freezer.copied))
    work.end(freezer.begun())
    count = _worthwhile(len(work.waiting)) if workers is None else workers
    with _processes(making, count) as executor:
        work.do(executor, progress)
    if work.problems:
        raise OpenbaarError(sorted(work.problems, key=str))
    return Frozen(work.files, work.changed, work.made), keeping.record()


class _Keeping:
    """Takes pages from the earlier folder, and remembers what each one is made of."""

    def __init__(self, freezer: Freezer, earlier: Mapping[str, Any]) -> None:
        self._freezer = freezer
        self._made_of = MadeOf(freezer.datasette, freezer.published)
        self._earlier = remembered(earlier.get("pages", NOTHING))
        self._footers = freezer.footers()
        self._footers_before = earlier.get("footers", NOTHING)
        self._pages: dict[Page, Remembered] = {}

    def keep(self, page: Page) -> Fetched | None:
        """Take a page again; None where it has to be made."""
        before = self._earlier.get(page)
        if before is None or before.made_of != self._made_of.of(page):
            return None
        is_changed = self._freezer.keep(page, self._other_footer(page))
        if is_changed is None:
            return None
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
    made: int = 0
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
        self.made += len(fetched.leads.keys() - {START})
        self.problems += fetched.problems
        self.keeping.remember(fetched.leads)
        for led in fetched.leads.values():
            self.add(led)

    def count(self, fetched: Fetched) -> None:
        """Take down how many files there are more."""
        self.files += fetched.files
        self.changed += fetched.changed
