"""How far a command is: on a terminal, a bar with the time that is left.

A command says beforehand which steps it will take, and about how long each takes. How long this
machine really takes is measured from the start, so only the shares matter. What is done within two
seconds shows nothing.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

if TYPE_CHECKING:
    from openbaar.tables.authored.publication import Publication

SHOWN_AFTER = 2.0  # seconds
DRAWN_EVERY = 0.5  # seconds
WIDTH = 24  # characters
READING_TABLES = "reading tables"
WRITING_PAGES = "writing the pages"
ALMOST = 0.95  # how far a step can seem to be that has not ended


class Step(NamedTuple):
    """What a command says when it begins with it, and about how many seconds it takes."""

    message: str
    seconds: float


# Seconds on a processor of 2020, as `openbaar publish -v` shows them: for a publication of any
# size, and for each byte of its CSV files.
SECONDS_OF_A_TABLE = 0.02
DESCRIBING = ("describing the package", 0.2, 1e-7)
CHECKING = (("validating the package", 0.0, 0.0),)  # beside what follows
BUILDING = (("building the database", 0.8, 4e-6), ("running every query", 0.1, 0.0))
PACKING = (("packing the downloads", 0.5, 1e-6),)


def reading(publication: Publication, names: Sequence[str] = ()) -> list[Step]:
    """Opening the documents and reading the tables called `names`, or all that have a recipe."""
    from openbaar.tables.converting.workers import reading_seconds

    wanted = names or list(publication.tables)
    steps = []
    for entry in publication.package.documents:
        half = reading_seconds(publication, entry) / 2
        steps.append(Step(f"opening {entry.path}", half))
        of_it = [name for name in publication.read_from(entry.path) if name in wanted]
        for name in of_it:
            steps.append(Step(f"reading {name}", SECONDS_OF_A_TABLE + half / len(of_it)))
    return steps


def updating(publication: Publication, file: Path) -> list[Step]:
    """Trying the recipes on another edition of a document."""
    return [*reading(publication), Step(f"opening sources/{file.name}", 0.0)]


def converting(publication: Publication, one_by_one: bool, names: Sequence[str] = ()) -> list[Step]:
    """Reading tables; processes that share the work say only how many are done."""
    steps = reading(publication, names)
    return steps if one_by_one else [Step(READING_TABLES, sum(step.seconds for step in steps))]


def generating(publication: Publication, one_by_one: bool = True) -> list[Step]:
    """Reading all tables and describing the package."""
    return [*converting(publication, one_by_one), *_steps(publication, (DESCRIBING,))]


def checking(publication: Publication, one_by_one: bool = True) -> list[Step]:
    """All that finds out whether something is wrong."""
    steps = _steps(publication, (*CHECKING, *BUILDING))
    return [*generating(publication, one_by_one), *steps]


def building(publication: Publication) -> list[Step]:
    """Making the database of the CSV files as they are."""
    return _steps(publication, BUILDING)


def publishing(publication: Publication, one_by_one: bool = True) -> list[Step]:
    """All that `publish` does."""
    return [*checking(publication, one_by_one), *_steps(publication, PACKING)]


def releasing(publication: Publication) -> list[Step]:
    """Finding out what changed, then all that `publish` does."""
    return [*generating(publication), *publishing(publication)]


def _steps(publication: Publication, known: Sequence[tuple[str, float, float]]) -> list[Step]:
    size = sum(path.stat().st_size for path in (publication.root / "tables").glob("*.csv"))
    return [Step(message, seconds + each * size) for message, seconds, each in known]


def sending(files: Mapping[str, Path]) -> list[Step]:
    """Sending files, by their name, which takes as long as they are large."""
    return [Step(f"sending {name}", float(path.stat().st_size)) for name, path in files.items()]


def freezing() -> list[Step]:
    """Writing the pages of a site, of which it says how many there are."""
    return [Step(WRITING_PAGES, 1.0)]


class Bar:
    """How far a command is, drawn on a terminal again and again until it ends."""

    def __init__(self, steps: Sequence[Step], file: TextIO) -> None:
        self._known = {step.message for step in steps}
        self._waiting = list(steps)
        self._current = Step("", 0.0)
        self._total = sum(step.seconds for step in steps)
        self._done = 0.0  # seconds of the steps that have ended, as they were said beforehand
        self._part: float | None = None  # how much of the current step is done, where it is known
        self._began = self._step_began = time.monotonic()
        self._file = file
        self._drawn = False
        self._lock = threading.Lock()

    def step(self, message: str) -> bool:
        """Begin with a step. Returns whether it is one of those that were said beforehand."""
        if message not in self._known:
            return False
        with self._lock:
            self._done += self._current.seconds
            self._current = self._taken(message)
            self._part = None
            self._step_began = time.monotonic()
        return True

    def _taken(self, message: str) -> Step:
        """The next step of that name; one that is done once more counts as nothing.

        Steps before it are left out, as those are that read what did not change.
        """
        for index, step in enumerate(self._waiting):
            if step.message == message:
                self._total -= sum(each.seconds for each in self._waiting[:index])
                del self._waiting[: index + 1]
                return step
        return Step(message, 0.0)

    def part(self, done: int, total: int) -> None:
        """Say how much of the step is done."""
        with self._lock:
            self._part = done / max(total, 1)

    @property
    def share(self) -> float:
        """How much of all steps is done, from 0 to 1."""
        if self._total == 0:
            return 0.0
        return (self._done + self._current.seconds * self._share_of_step()) / self._total

    def _share_of_step(self) -> float:
        if self._part is not None:
            return self._part
        elapsed = time.monotonic() - self._step_began
        return min(elapsed / (self._current.seconds or 1.0), ALMOST)

    def draw(self) -> None:
        """Draw the bar as it is now, unless the command may be done at once or has yet to begin."""
        with self._lock:
            elapsed = time.monotonic() - self._began
            if elapsed < SHOWN_AFTER or not self._current.message:
                return
            share = self.share
            filled = "#" * round(share * WIDTH)
            left = ""
            if share > 0:
                left = f"about {duration(elapsed / share - elapsed)} left"
            self._write(f"[{filled:-<{WIDTH}}] {left}  {self._current.message}")
            self._drawn = True

    def clear(self) -> None:
        """Take the bar away, so that a line can be printed where it was."""
        with self._lock:
            if self._drawn:
                self._write("")
                self._file.write("\r")
                self._file.flush()
                self._drawn = False

    def _write(self, line: str) -> None:
        room = shutil.get_terminal_size().columns - 1
        self._file.write("\r" + line[:room].ljust(room))
        self._file.flush()


def duration(seconds: float) -> str:
    """A time in words, as exactly as it can be known.

    >>> duration(12.3), duration(90), duration(5400)
    ('12 s', '2 min', '1.5 h')
    """
    if seconds < 60:
        return f"{max(round(seconds), 1)} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


@contextmanager
def drawn(bar: Bar) -> Iterator[Bar]:
    """Draw a bar again and again while something is done."""
    from openbaar.processes import signals_wait  # a sixth of the time in which `--help` answers

    ended = threading.Event()

    def draw() -> None:
        while not ended.wait(DRAWN_EVERY):
            bar.draw()

    drawing = threading.Thread(target=draw, daemon=True)
    with signals_wait():
        drawing.start()
    try:
        yield bar
    finally:
        ended.set()
        drawing.join()
        bar.clear()
