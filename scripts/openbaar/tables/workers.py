"""Reading many documents in processes of this machine or on a Dask cluster.

The outcome is the same as in one process. The unit of work is a document with its tables, because
parsing it takes longest; where there are fewer documents than workers, the tables of each are dealt
out to several. A worker gets the publication as it was checked here, reads the document from the
publication's folder (so workers of a cluster must see that folder at the same path), and returns
readings or problems. They are put together in the order of the publication, whoever was done first.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.tables.convert import Gather, Gathered, Say, gather, say_nothing
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading
from openbaar.tables.sources import Sources

ATTEMPTS = 4  # a worker that dies may take the work of others with it, so a few more than one
CONNECTING = 10  # seconds to wait for a scheduler

Progress = Callable[[int, int], None]  # how many tables are done, of how many
Outcome = Gathered | list[Problem]  # what became of a part; problems where its sources failed


@dataclass(frozen=True)
class Workers:
    """An executor, how many workers it has, and what its futures raise when one has died."""

    executor: Executor
    count: int
    died: tuple[type[BaseException], ...]


Start = Callable[[], AbstractContextManager[Workers]]


def no_progress(_done: int, _total: int) -> None:
    """Report no progress."""


def in_processes(workers: int, progress: Progress = no_progress) -> Gather:
    """What gathers tables in so many processes of this machine."""

    @contextmanager
    def start() -> Iterator[Workers]:
        # Forked processes inherit whatever threads and locks this one has; spawned ones do not.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, context) as executor:
            yield Workers(executor, workers, (BrokenExecutor,))

    return _Spread(start, progress).gather


def on_cluster(address: str, progress: Progress = no_progress) -> Gather:
    """What gathers tables on a Dask cluster; `address` is that of its scheduler (`tcp://…:8786`).

    Raises OpenbaarError (once used) when distributed is not installed, or nothing answers there.
    """

    @contextmanager
    def start() -> Iterator[Workers]:
        place = Place(f"--scheduler {address}")
        client, died = _connected(address, place)
        try:
            with client, client.get_executor(pure=False) as executor:
                count = len(client.scheduler_info()["workers"])
                yield Workers(executor, max(count, 1), died)
        except (RuntimeError, ImportError) as error:
            reason = str(error) or type(error).__name__
            hint = "the scheduler and its workers need the same openbaar as here"
            raise OpenbaarError(Problem(place, f"cannot do the work: {reason}", hint)) from error

    return _Spread(start, progress).gather


def _connected(address: str, place: Place) -> tuple[Any, tuple[type[BaseException], ...]]:
    """A client of the cluster, and what its futures raise when a worker has died."""
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        hint = "pip install distributed"
        raise OpenbaarError(Problem(place, "needs the package distributed", hint)) from error
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OpenbaarError(Problem(place, f"no Dask scheduler answers: {error}")) from error
    return client, (KilledWorker, CancelledError)


@dataclass(frozen=True)
class Part:
    """A part of the work: a publication of one document, and which of its tables to read."""

    publication: Publication
    verify: bool
    names: tuple[str, ...]

    @property
    def document(self) -> str:
        """The path of the document."""
        return self.publication.package.documents[0].path

    def read(self) -> Outcome:
        """Read the part; problems are returned, because exceptions lose them between processes."""
        try:
            return gather(self.publication, self.verify, self.names, say_nothing)
        except OpenbaarError as error:
            return error.problems


@dataclass
class _Work:
    """The parts of the work by their number, and what became of those that are done."""

    parts: Mapping[int, Part]
    done: dict[int, Outcome] = field(default_factory=dict)

    @property
    def waiting(self) -> dict[int, Part]:
        """The parts that are not done yet."""
        return {index: part for index, part in self.parts.items() if index not in self.done}

    @property
    def progress(self) -> tuple[int, int]:
        """How many tables are done, of how many."""
        done = sum(len(self.parts[index].names) for index in self.done)
        return done, sum(len(part.names) for part in self.parts.values())

    @property
    def lost(self) -> list[str]:
        """The documents of the parts that are not done, each once."""
        return list(dict.fromkeys(part.document for part in self.waiting.values()))


@dataclass(frozen=True)
class _Spread:
    """Gathers tables with the workers that `start` gives.

    One that dies costs a retry of what was not done.
    """

    start: Start
    progress: Progress

    def gather(
        self, publication: Publication, verify: bool, names: Collection[str] | None, say: Say
    ) -> Gathered:
        """Gather as `convert.gather` does.

        Raises OpenbaarError with the problems of all sources, or naming the documents at which
        workers died again and again.
        """
        wanted = list(publication.tables)
        if names is not None:
            wanted = [name for name in wanted if name in names]
        work = _Work({})
        for _ in range(ATTEMPTS):
            with self.start() as workers:
                if not work.parts:
                    parts = _parts(publication, verify, wanted, workers.count)
                    work = _Work(dict(enumerate(parts)))
                self._do(work, workers)
            if not work.waiting:
                return _put_together(publication, work)
            say(f"a worker died; reading again: {', '.join(work.lost)}")
        raise OpenbaarError(_deadly(path) for path in work.lost)

    def _do(self, work: _Work, workers: Workers) -> None:
        """Do what is waiting, as far as no worker dies."""
        for index, outcome in _outcomes(workers, work.waiting):
            work.done[index] = outcome
            self.progress(*work.progress)


def _deadly(path: str) -> Problem:
    message = f"a worker died in all {ATTEMPTS} attempts to read this"
    return Problem(
        Place(path), message, "it may need more memory than there is; try it with one process"
    )


def _parts(
    publication: Publication, verify: bool, names: Collection[str], workers: int
) -> Iterator[Part]:
    """The work in parts, each of one document.

    With fewer documents than workers, several of each.
    """
    documents = publication.package.documents
    shares = max(1, workers // len(documents))
    for entry in documents:
        read = _tables_of(publication, entry)
        alone = _with_one_document(publication, entry, read)
        wanted = [name for name in read if name in names]
        # A document without wanted tables is a part too: its lines are shown, and anomalies are in
        # it.
        for share in range(max(1, min(shares, len(wanted)))):
            yield Part(alone, verify, tuple(wanted[share::shares]))


def _tables_of(publication: Publication, entry: DocumentEntry) -> dict[str, Table]:
    """The tables that are read from a document."""
    tables = {}
    for name, table in publication.tables.items():
        if table.recipe is not None and publication.document(table.recipe.document) == entry:
            tables[name] = table
    return tables


def _with_one_document(
    publication: Publication, entry: DocumentEntry, read: Mapping[str, Table]
) -> Publication:
    """The publication with one document, the tables read from it, and all authored tables."""
    tables = {name: table for name, table in publication.tables.items() if table.recipe is None}
    tables.update(read)
    package = publication.package.model_copy(update={"documents": (entry,)})
    return replace(publication, package=package, tables=tables)


def _outcomes(workers: Workers, parts: Mapping[int, Part]) -> Iterator[tuple[int, Outcome]]:
    """What became of the parts, each as soon as it is done.

    Those whose worker died are left out.
    """
    futures: dict[Future[Outcome], int] = {}
    for index, part in parts.items():
        try:
            futures[workers.executor.submit(Part.read, part)] = index
        except workers.died:
            break
    for future in as_completed(futures):
        try:
            outcome = future.result()
        except workers.died:
            continue
        yield futures[future], outcome


def _put_together(publication: Publication, work: _Work) -> Gathered:
    """The parts as one process would have gathered them.

    Raises OpenbaarError where sources failed.
    """
    gathered: list[Gathered] = []
    failures: dict[Problem, None] = {}  # what is wrong with an authored table comes with each part
    for index in work.parts:
        outcome = work.done[index]
        if isinstance(outcome, Gathered):
            gathered.append(outcome)
        else:
            failures.update(dict.fromkeys(outcome))
    if failures:
        raise OpenbaarError(failures)
    documents: dict[str, Document] = {}
    readings: dict[str, Reading] = {}
    problems: dict[str, list[Problem]] = {}
    for part in gathered:
        documents.update(part.sources.documents)
        readings.update(part.readings)
        problems.update(part.problems)
    in_order = {name: readings[name] for name in publication.tables if name in readings}
    sources = Sources(documents, gathered[0].sources.authored, gathered[0].sources.codes)
    return Gathered(sources, in_order, problems)
