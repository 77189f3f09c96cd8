"""Reading many documents in processes of this machine or on a Dask cluster.

The outcome is the same as in one process, byte for byte. The unit of work is a document with its
tables, because parsing it takes longest; where there are fewer documents than workers, the tables
of each are dealt out to several. A worker gets the path of the job, which it reads once, reads
documents from the publication's folder and leaves files in the folder of the run (so workers of a
cluster must see the publication at the same path, or fetch and leave all that in a store). What is
long begins first, and what is short is given to a worker in batches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    as_completed,
)
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openbaar.documents.entry import DocumentEntry
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.extras import extra
from openbaar.processes import Pool, processors
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.convert import Readers, here
from openbaar.tables.converting.parts import Job, Outcome, Part, parts_of, read_parts
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.tables.converting.stored import read_stored, stored
from openbaar.tables.converting.worker_server import worker_server

ATTEMPTS = 4  # a worker that dies may take the work of others with it, so a few more than one
CONNECTING = 10  # seconds to wait for a scheduler
WORTH_A_WORKER = 3.0  # seconds of work: several times what starting one takes
SECONDS = {".pdf": 2e-6, ".txt": 8e-6, ".csv": 5e-6}  # for each byte of a document, about
SECONDS_OF_OTHERS = 5e-6
READING = "reading tables"
BATCHES = 4  # for each worker of what is left to do, so that all are done at about the same time
LONGEST_BATCH = 1.0  # seconds, so that one sees how far it is

Batch = list[Part]
Progress = Callable[[int, int], None]  # how many tables are done, of how many


@dataclass(frozen=True)
class Workers:
    """An executor, how many workers it has, and what its futures raise when one has died."""

    executor: Executor
    count: int
    died: tuple[type[BaseException], ...]


Start = Callable[[Job], AbstractContextManager[Workers]]


def no_progress(_done: int, _total: int) -> None:
    """Report no progress."""


def worthwhile(publication: Publication, documents: Sequence[DocumentEntry]) -> int:
    """How many processes are worth their start: one for each few seconds that reading may take.

    At most one for each processor and document.
    """
    seconds = sum(reading_seconds(publication, entry) for entry in documents)
    most = min(processors(), len(documents))
    return max(1, min(most, math.floor(seconds / WORTH_A_WORKER)))


def reading_seconds(publication: Publication, document: DocumentEntry) -> float:
    """About how long reading a document with its tables takes; nothing where it is missing."""
    file = publication.root / document.path
    size = file.stat().st_size if file.is_file() else 0
    return size * SECONDS.get(file.suffix.lower(), SECONDS_OF_OTHERS)


def in_worthwhile_processes(progress: Progress = no_progress) -> Readers:
    """What reads parts in as many processes as the documents that are to be read are worth."""

    def read(job: Job, names: frozenset[str] | None, say: Say) -> list[tuple[Part, Outcome]]:
        count = worthwhile(job.publication, job.documents)
        if count > 1:
            return in_processes(count, progress)(job, names, say)
        say(READING)
        return here(job, names, say_nothing)

    return read


def in_processes(workers: int, progress: Progress = no_progress) -> Readers:
    """What reads parts in so many processes of this machine."""

    @contextmanager
    def start(job: Job) -> Iterator[Workers]:
        server = worker_server(entry.path for entry in job.documents)
        with Pool(workers, server) as executor:
            yield Workers(executor, workers, (BrokenExecutor,))

    return _Spread(start, progress).read


def on_cluster(address: str, progress: Progress = no_progress, store: str | None = None) -> Readers:
    """What reads parts on a Dask cluster; `address` is that of its scheduler (`tcp://…:8786`).

    Its workers see the folder of the publication, or share the object store at `store`.

    Raises OpenbaarError (once used) when distributed is not installed, or nothing answers there.
    """

    @contextmanager
    def start(_job: Job) -> Iterator[Workers]:
        place = Place(f"--scheduler {address}")
        client, died = _connected(address, place)
        try:
            with client, client.get_executor(pure=False) as executor:
                count = len(client.scheduler_info()["workers"])
                yield Workers(executor, max(count, 1), died)
        except (RuntimeError, ImportError, FileNotFoundError) as error:
            reason = str(error) or type(error).__name__
            hint = (
                "the scheduler and its workers need the same openbaar and the same folder as here"
            )
            raise OpenbaarError(Problem(place, f"cannot do the work: {reason}", hint)) from error

    return _Spread(start, progress, store).read


def _connected(address: str, place: Place) -> tuple[Any, tuple[type[BaseException], ...]]:
    """A client of the cluster, and what its futures raise when a worker has died."""
    with extra("dask", "--scheduler"):
        from distributed import Client, KilledWorker
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise OpenbaarError(Problem(place, f"no Dask scheduler answers: {error}")) from error
    return client, (KilledWorker, CancelledError)


@dataclass
class _Work:
    """The parts of the work by their number, and what became of those that are done."""

    parts: Mapping[int, Part] = field(default_factory=dict)
    done: dict[int, Outcome] = field(default_factory=dict)
    tables: int = 0  # that are done

    def add(self, part: Part, outcome: Outcome) -> None:
        """A part is done."""
        self.done[part.number] = outcome
        self.tables += len(part.wanted)

    @property
    def waiting(self) -> list[Part]:
        """The parts that are not done yet."""
        return [part for number, part in self.parts.items() if number not in self.done]

    @property
    def all_tables(self) -> int:
        """How many tables are to be read."""
        return sum(len(part.wanted) for part in self.parts.values())

    @property
    def lost(self) -> list[str]:
        """The documents of the parts that are not done, each once."""
        return list(dict.fromkeys(part.document for part in self.waiting))


@dataclass(frozen=True)
class _Spread:
    """Reads parts with the workers that `start` gives.

    One that dies costs a retry of what was not done.
    """

    start: Start
    progress: Progress
    store: str | None = None

    def read(self, job: Job, names: frozenset[str] | None, say: Say) -> list[tuple[Part, Outcome]]:
        """Read the parts of a job as `convert.here` does.

        Raises OpenbaarError naming the documents at which workers died again and again.
        """
        say(READING)
        with self._left(job) as where:
            work = self._done(job, where, names, say)
        if work.waiting:
            raise OpenbaarError(_deadly(path) for path in work.lost)
        return [(part, work.done[number]) for number, part in work.parts.items()]

    def _left(self, job: Job) -> AbstractContextManager[Path | str]:
        """Where workers find the job during the block: a path, or an address of the store."""
        if self.store is None:
            return nullcontext(job.leave())
        return stored(job, self.store)

    def _done(self, job: Job, where: Path | str, names: frozenset[str] | None, say: Say) -> _Work:
        """The work, done as far as no worker dies again and again."""
        work = _Work()
        for attempt in range(ATTEMPTS):
            with self.start(job) as workers:
                if attempt == 0:
                    parts = parts_of(job, names, workers.count)
                    work = _Work({part.number: part for part in parts})
                    batches = in_batches(job.publication, work.waiting, workers.count)
                else:  # each by itself, to find the one at which they die
                    batches = [[part] for part in work.waiting]
                self._do(work, workers, batches, where)
            if not work.waiting:
                break
            say(f"a worker died; reading again: {', '.join(work.lost)}")
        return work

    def _do(self, work: _Work, workers: Workers, batches: Sequence[Batch], job: Path | str) -> None:
        """Do what is in the batches, as far as no worker dies."""
        total = work.all_tables
        for batch, outcomes in _outcomes(workers, batches, job):
            for part, outcome in zip(batch, outcomes, strict=True):
                work.add(part, outcome)
            self.progress(work.tables, total)


def in_batches(publication: Publication, parts: Sequence[Part], workers: int) -> list[Batch]:
    """Parts in batches, each of which is given to a worker: what is long first.

    A batch is a share of what is left, so batches become shorter, and all workers are done at about
    the same time.
    """
    seconds = {}
    for part in parts:
        entry = publication.document(part.document)
        seconds[part.number] = reading_seconds(publication, entry)
    left = sum(seconds.values())
    batches: list[Batch] = []
    room = 0.0
    for part in sorted(parts, key=lambda part: seconds[part.number], reverse=True):
        if room <= 0:
            batches.append([])
            room = min(left / (workers * BATCHES), LONGEST_BATCH)
        batches[-1].append(part)
        room -= seconds[part.number]
        left -= seconds[part.number]
    return batches


def _deadly(path: str) -> Problem:
    message = f"a worker died in all {ATTEMPTS} attempts to read this"
    return Problem(
        Place(path), message, "it may need more memory than there is; try it with one process"
    )


def _outcomes(
    workers: Workers, batches: Sequence[Batch], job: Path | str
) -> Iterator[tuple[Batch, list[Outcome]]]:
    """What became of the parts of each batch, as soon as it is done.

    Those whose worker died are left out.
    """
    futures: dict[Future[list[Outcome]], Batch] = {}
    for batch in batches:
        try:
            futures[_given(workers.executor, batch, job)] = batch
        except workers.died:
            break
    for future in as_completed(futures):
        try:
            outcomes = future.result()
        except workers.died:
            continue
        yield futures[future], outcomes


def _given(executor: Executor, batch: Batch, job: Path | str) -> Future[list[Outcome]]:
    """A batch, given to a worker, which finds the job in a folder or in a store."""
    if isinstance(job, Path):
        return executor.submit(read_parts, batch, job)
    return executor.submit(read_stored, batch, job)
