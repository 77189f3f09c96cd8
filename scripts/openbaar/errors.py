"""Errors as data: a problem has a place, says what is wrong there, and how to solve it.

The code of the toolkit collects problems and raises them together in one `OpenbaarError`;
only the command line turns that into text and an exit status.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, order=True)
class Place:
    """Where something is: a file, and in it the lines and the column, both from 1.

    The same class serves a document (`sources/x.txt:107-109`), a page or sheet of one
    (`sources/x.pdf#3:12`), a cell (`sources/x.xlsx#Sheet1!B12`) and a table file
    (`tables/x.yaml:12:5`). Parts that are not known are None.
    """

    file: str
    first_line: int | None = None
    last_line: int | None = None
    column: int | None = None
    page: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        file = self.file if self.page is None else f"{self.file}#{self.page}"
        if self.cell is not None:
            return f"{file}!{self.cell}"
        if self.first_line is None:
            return file
        if self.last_line is not None and self.last_line != self.first_line:
            return f"{file}:{self.first_line}-{self.last_line}"
        if self.column is not None:
            return f"{file}:{self.first_line}:{self.column}"
        return f"{file}:{self.first_line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its place, what is wrong, and what to do about it.

    Problems that have one cause, where it is known, are `told_once`.
    """

    place: Place
    message: str
    hint: str = ""
    cause: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        return f"{text} ({self.hint})" if self.hint else text

    def as_dict(self) -> dict[str, str | int | None]:
        """The problem as plain data, for `--json`."""
        return {
            "file": self.place.file,
            "page": self.place.page,
            "cell": self.place.cell,
            "line": self.place.first_line,
            "last_line": self.place.last_line,
            "column": self.place.column,
            "message": self.message,
            "hint": self.hint,
        }


class OpenbaarError(Exception):
    """Everything that is wrong with what was asked, as a list of problems (never empty)."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def told_once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, but of those with one cause only the first, which says how many more there are.

    before: three lines whose numbers have another format than the recipe says
    after: the first of them, with `the same on 2 more lines` in its hint
    """
    first: dict[str | int, Problem] = {}
    more: Counter[str | int] = Counter()
    for number, problem in enumerate(problems):
        cause = problem.cause or number
        if cause in first:
            more[cause] += 1
        else:
            first[cause] = problem
    told = []
    for cause, problem in first.items():
        if more[cause]:
            lines = counted(more[cause], "more line")
            problem = replace(problem, hint=f"{problem.hint}; the same on {lines}")
        told.append(problem)
    return told


def counted(count: int, name: str) -> str:
    """How many there are of what has this name in English: `1 table`, `2 tables`."""
    return f"1 {name}" if count == 1 else f"{count} {name}s"


@contextmanager
def concerning(doing: str, place: Callable[[], object]) -> Iterator[None]:
    """Say what was being done and where, `reading tables/x.csv:12`, in an error nobody foresaw.

    An exception other than OpenbaarError gets a note, which `worked_on` reads. `place` is asked
    only then.
    """
    try:
        yield
    except OpenbaarError:
        raise
    except Exception as error:
        error.add_note(f"{doing} {place()}")
        raise


def worked_on(error: BaseException) -> list[str]:
    """What was being done when an unforeseen error came up, the nearest to it first."""
    return list(getattr(error, "__notes__", ()))


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word most like `word`, or all known words where none is.

    >>> nearest("regoin", ["region", "year"])
    "did you mean 'region'?"
    >>> nearest("x", ["region", "year"])
    'known: region, year'
    """
    words = sorted(known)
    if not words:
        return ""
    similar = difflib.get_close_matches(word, words, n=1)
    if similar:
        return f"did you mean '{similar[0]}'?"
    return "known: " + ", ".join(words)
