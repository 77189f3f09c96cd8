"""Publishing many publications at once: each by a worker process that reads and writes it.

A worker gets the path of a publication and sends back how it went, and nothing else; those that did
not change since they were last published need no worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.processes import Pool, processors, server_of
from openbaar.publishing.staleness import would_differ

# What workers import before they are asked for anything.
IMPORTED = [
    "openbaar.publishing.publish",
    "openbaar.tables.authored.references",
    "openbaar.cli.main",
]
Progress = Callable[[int], None]  # told how many more publications are done


@dataclass(frozen=True)
class Outcome:
    """How publishing went: the folder, the files in git that changed, or all that is wrong.

    `doubts` are what a person should look at, although it was published.
    """

    folder: Path
    changed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()


def publish_changed(
    folders: Sequence[Path], workers: int | None, again: bool, progress: Progress
) -> list[Outcome]:
    """Publish those publications that changed; all of them with `again`.

    `workers` is the number of processes; by default one for each processor, and no more than there
    are publications. Returns the outcome of each that was published, in the order of `folders`.
    """
    stale = list(dict.fromkeys(folders))
    if not again:
        stale = [folder for folder in stale if would_differ(folder)]
    progress(len(folders) - len(stale))
    count = min(workers or processors(), len(stale))
    outcomes = {}
    made = map(publish_one, stale) if count < 2 else _by_workers(stale, count)
    for outcome in made:
        outcomes[outcome.folder] = outcome
        progress(1)
    return [outcomes[folder] for folder in stale]


def publish_one(folder: Path) -> Outcome:
    """Publish the publication in a folder; what is wrong is returned, and never raised."""
    from openbaar.publishing.publish import publish
    from openbaar.tables.authored.references import load_publication

    doubts: list[Problem] = []
    try:
        changed = publish(load_publication(folder.resolve()), warn=doubts.extend)
    except OpenbaarError as error:
        return Outcome(folder, problems=_within(folder, error.problems))
    except Exception as error:
        return Outcome(folder, problems=(_unforeseen(folder, error),))
    return Outcome(folder, changed=tuple(changed), doubts=_within(folder, doubts))


def _by_workers(folders: Sequence[Path], count: int) -> Iterator[Outcome]:
    """The outcome of each publication, as it is done."""
    server = server_of(IMPORTED)
    with Pool(count, server) as pool:
        waiting = {pool.submit(publish_one, folder): folder for folder in folders}
        for done in as_completed(waiting):
            yield _outcome(done, waiting[done])


def _outcome(done: Future[Outcome], folder: Path) -> Outcome:
    """What a worker sent back; a problem where it was ended before it could."""
    error = done.exception()
    if error is None:
        return done.result()
    return Outcome(folder, problems=(_unforeseen(folder, error),))


def _unforeseen(folder: Path, error: BaseException) -> Problem:
    message = f"could not be published: {type(error).__name__}: {error}"
    return Problem(Place(str(folder)), message, "publish it by itself, with `--project`")


def _within(folder: Path, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems with the folder of their publication before the file of each."""
    found = []
    for problem in problems:
        file = (folder / problem.place.file).as_posix()
        found.append(replace(problem, place=replace(problem.place, file=file)))
    return tuple(found)
