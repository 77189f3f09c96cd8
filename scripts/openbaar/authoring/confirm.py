"""`openbaar confirm`: one answer of a person for the same guess in many tables.

A guess is a comment of `init` or `add`, and is confirmed by deleting it. Only a person can tell
that it is right, so that each is shown before.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content
from openbaar.holding import alone
from openbaar.placing import write_files
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.tables.judging.unconfirmed import Guess, guesses_in

# How the head of a draft begins that is not to be believed as it stands, as `init` writes it.
DOUBTFUL = re.compile(r"^# (?:Converts, but needs a look|Does not convert yet)", re.MULTILINE)
MOST_LINES = 15  # of YAML that are shown of a guess


@dataclass(frozen=True)
class Unconfirmed:
    """The guesses that one answer may be for, by what they say that they are.

    `left_out` are the tables whose drafts need a look of their own.
    """

    kinds: Mapping[str, Sequence[Guess]]
    left_out: Sequence[str]

    @property
    def guesses(self) -> list[Guess]:
        """All of them."""
        return list(chain.from_iterable(self.kinds.values()))


def unconfirmed(publication: Publication, tables: Collection[str]) -> Unconfirmed:
    """The guesses of some tables, or, where none is named, of all files.

    Then the tables are left out whose drafts do not convert, or need a look. Raises OpenbaarError
    for a table that is not there.
    """
    _check_are_there(publication, tables)
    kinds: dict[str, list[Guess]] = {}
    left_out: list[str] = []
    for name, file in publication.files.items():
        text = (publication.root / file.name).read_text("utf-8")
        guesses = list(guesses_in(file.name, text))
        if not guesses or (tables and name not in tables):
            continue
        if not tables and DOUBTFUL.search(text):
            left_out.append(name)
            continue
        for guess in guesses:
            kinds.setdefault(guess.says, []).append(guess)
    return Unconfirmed(kinds, left_out)


def _check_are_there(publication: Publication, tables: Collection[str]) -> None:
    problems = []
    for name in tables:
        if name not in publication.files:
            hint = f"the tables are {', '.join(publication.tables)}"
            problems.append(Problem(Place("tables"), f"has no table '{name}'", hint))
    if problems:
        raise OpenbaarError(problems)


def shown(root: Path, guess: Guess) -> list[str]:
    """What is guessed: the lines of YAML, those that belong to the key too."""
    lines = (root / guess.file).read_text("utf-8").split("\n")
    first = lines[guess.line - 1][: guess.column - 1].rstrip()
    below = takewhile(lambda line: _is_below(first, line), lines[guess.line :])
    found = [first, *(line[: _comment_at(line)].rstrip() for line in below)]
    left = len(found) - MOST_LINES
    return found if left <= 0 else [*found[:MOST_LINES], f"… and {left} more lines"]


def _is_below(key: str, line: str) -> bool:
    """Whether a line belongs to the key above it: it stands farther to the right, or is an item."""
    if not line.strip():
        return False
    indent = _indent(line)
    is_item = line[indent:].startswith("- ")
    farthest_left = _indent(key) if is_item else _indent(key) + 1
    return indent >= farthest_left


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _comment_at(line: str) -> int:
    """Where the comment of another guess begins; the end of the line where there is none."""
    found = line.find("  # guess: ")
    return len(line) if found < 0 else found


def confirm(root: Path, guesses: Sequence[Guess], say: Say = say_nothing) -> list[str]:
    """Delete the comments of these guesses; returns the files that changed.

    Raises OpenbaarError where a file is no longer as it was when they were found.
    """
    files: dict[str, Content] = {}
    with alone(root, say) as work:
        for name in dict.fromkeys(guess.file for guess in guesses):
            of_file = [guess for guess in guesses if guess.file == name]
            files[name] = _without(root, name, of_file).encode("utf-8")
        return write_files(root, files, work)


def _without(root: Path, name: str, guesses: Sequence[Guess]) -> str:
    """The text of a file without the comments of these guesses; its line ends stay."""
    text = (root / name).read_bytes().decode("utf-8")
    as_read = text.replace("\r\n", "\n")
    known = {(guess.line, guess.says) for guess in guesses_in(name, as_read)}
    if not {(guess.line, guess.says) for guess in guesses} <= known:
        message = "has changed while its guesses were shown"
        raise OpenbaarError(Problem(Place(name), message, "run the command again"))
    lines = text.split("\n")  # as guesses count them: a quoted text may hold other line breaks
    for guess in guesses:
        line = lines[guess.line - 1]
        end = "\r" if line.endswith("\r") else ""
        lines[guess.line - 1] = line[: guess.column - 1].rstrip() + end
    return "\n".join(lines)


def of_kinds(found: Unconfirmed, named: Sequence[str]) -> list[Guess]:
    """The guesses that begin with one of these words; raises OpenbaarError where none does.

    No words begin no guess: those of a script may be blank by mistake.
    """
    chosen: list[Guess] = []
    for words in named:
        kinds = [kind for kind in found.kinds if kind.startswith(words)]
        if not words or not kinds:
            message = f"has no guess that begins with '{words}'"
            hint = "`openbaar check` lists those that are left"
            raise OpenbaarError(Problem(Place("tables"), message, hint))
        chosen += chain.from_iterable(found.kinds[kind] for kind in kinds)
    return list(dict.fromkeys(chosen))
