"""Many documents: reading spread over processes of this machine or over a Dask cluster, with the same outcome.

The unit of work is a document with its tables, because parsing it is what takes long; where there are fewer documents
than workers, the tables of each are dealt out to several. A worker gets the publication as it was checked here, reads
the document from the publication's folder (so workers of a cluster must see that folder at the same path), and gives
back rows or problems. They are put together in the order of the publication, whoever was done first.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.tables.convert import Gather, Gathered, Say, gather
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading
from openbaar.tables.sources import Sources

ATTEMPTS = 4  # a worker that dies may take the work of others with it, so a few more than one
CONNECTING = 10  # seconds to wait for a scheduler

Progress = Callable[[int, int], None]  # how many tables are done, of how many


def in_processes(workers: int, progress: Progress = lambda done, all_: None) -> Gather:
    """What gathers tables in so many processes of this machine."""

    @contextmanager
    def pool() -> Iterator[Workers]:
        # Processes that are forked inherit whatever threads and locks this one has; new ones do not.
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as executor:
            yield Workers(executor, workers, (BrokenExecutor,))

    return _gather_with(pool, progress)


def on_cluster(address: str, progress: Progress = lambda done, all_: None) -> Gather:
    """What gathers tables on the Dask cluster whose scheduler listens at `address`, such as `tcp://127.0.0.1:8786`.

    Raises OpenbaarError (once used) when distributed is not installed, or nothing answers there.
    """

    @contextmanager
    def cluster() -> Iterator[Workers]:
        place = Place(f"--scheduler {address}")
        try:
            from distributed import Client, KilledWorker
        except ImportError as error:
            raise OpenbaarError(
                Problem(place, "needs the package distributed", "pip install distributed")
            ) from error
        try:
            client = Client(address, timeout=CONNECTING, set_as_default=False)
        except (OSError, ValueError) as error:
            raise OpenbaarError(Problem(place, f"no Dask scheduler answers: {error}")) from error
        try:
            with client, client.get_executor(pure=False) as executor:
                count = len(client.scheduler_info()["workers"])
                yield Workers(executor, max(count, 1), (KilledWorker, CancelledError))
        except (RuntimeError, ImportError) as error:
            hint = "the scheduler and its workers need the same openbaar as here"
            message = f"cannot do the work: {str(error) or type(error).__name__}"
            raise OpenbaarError(Problem(place, message, hint)) from error

    return _gather_with(cluster, progress)


@dataclass(frozen=True)
class Workers:
    """An executor, how many workers it has, and what its futures raise when one of them has died."""

    executor: Executor
    count: int
    died: tuple[type[BaseException], ...]


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

    def read(self) -> Gathered | list[Problem]:
        """Read the part; the problems of its sources are returned, because exceptions lose them between processes."""
        try:
            return gather(self.publication, self.verify, self.names, lambda message: None)
        except OpenbaarError as error:
            return error.problems


def _gather_with(
    workers: Callable[[], AbstractContextManager[Workers]], progress: Progress
) -> Gather:
    def spread(
        publication: Publication, verify: bool, names: Collection[str] | None, say: Say
    ) -> Gathered:
        wanted = [name for name in publication.tables if names is None or name in names]
        return _put_together(
            publication, map_tables(workers, publication, verify, wanted, say, progress)
        )

    return spread


def map_tables(
    workers: Callable[[], AbstractContextManager[Workers]],
    publication: Publication,
    verify: bool,
    names: Collection[str],
    say: Say,
    progress: Progress,
) -> list[Gathered]:
    """What workers read of the tables called `names`, document by document.

    A worker that dies costs a retry of what was not done yet. Raises OpenbaarError with the problems of all sources,
    or naming the documents at which workers died again and again.
    """
    done: dict[int, Gathered | list[Problem]] = {}
    parts: dict[int, Part] = {}
    for _ in range(ATTEMPTS):
        with workers() as available:
            parts = parts or dict(enumerate(_parts(publication, verify, names, available.count)))
            waiting = {index: part for index, part in parts.items() if index not in done}
            for index, outcome in _outcomes(available, waiting):
                done[index] = outcome
                progress(
                    sum(len(parts[each].names) for each in done),
                    sum(len(part.names) for part in parts.values()),
                )
        lost = [part.document for index, part in parts.items() if index not in done]
        if not lost:
            return _unless_problems([done[index] for index in parts])
        say(f"a worker died; reading again: {', '.join(dict.fromkeys(lost))}")
    message = f"a worker died each of {ATTEMPTS} times that this was read"
    hint = "it may need more memory than there is; try it with one process"
    raise OpenbaarError(Problem(Place(path), message, hint) for path in dict.fromkeys(lost))


def _parts(
    publication: Publication, verify: bool, names: Collection[str], workers: int
) -> Iterator[Part]:
    """The work in parts, each of one document; with fewer documents than workers, several of each document."""
    documents = publication.package.documents
    authored = {name: table for name, table in publication.tables.items() if table.recipe is None}
    times = max(1, workers // len(documents))
    for entry in documents:
        read = {
            name: table
            for name, table in publication.tables.items()
            if table.recipe and publication.document(table.recipe.document) == entry
        }
        package = publication.package.model_copy(update={"documents": (entry,)})
        alone = replace(publication, package=package, tables=authored | read)
        wanted = [name for name in read if name in names]
        for start in range(min(times, len(wanted)) or 1):
            yield Part(alone, verify, tuple(wanted[start::times]))


def _outcomes(
    workers: Workers, parts: Mapping[int, Part]
) -> Iterator[tuple[int, Gathered | list[Problem]]]:
    """What became of the parts, each as soon as it is done; those whose worker died are left out."""
    futures = {}
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


def _unless_problems(outcomes: list[Gathered | list[Problem]]) -> list[Gathered]:
    """The outcomes, if all sources could be read."""
    problems = [problem for outcome in outcomes if isinstance(outcome, list) for problem in outcome]
    if problems:
        raise OpenbaarError(dict.fromkeys(problems))
    return [outcome for outcome in outcomes if isinstance(outcome, Gathered)]


def _put_together(publication: Publication, parts: list[Gathered]) -> Gathered:
    """The parts as one process would have gathered them."""
    documents = {
        path: document for part in parts for path, document in part.sources.documents.items()
    }
    readings = {name: each for part in parts for name, each in part.readings.items()}
    problems = {name: found for part in parts for name, found in part.problems.items()}
    sources = Sources(documents, parts[0].sources.authored, parts[0].sources.codes)
    return Gathered(sources, _in_order(publication, readings), problems)


def _in_order(publication: Publication, readings: Mapping[str, Reading]) -> dict[str, Reading]:
    return {name: readings[name] for name in publication.tables if name in readings}
