"""What is wrong with a publication, and what a person should look at; nothing is put in place."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, holds
from openbaar.holding import alone
from openbaar.publishing.generate import Files, generate
from openbaar.publishing.stage import stage
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.convert import Readers, here
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.tables.judging.unconfirmed import (
    unconfirmed_figures,
    unconfirmed_guesses,
    unwritten_texts,
)
from openbaar.tables.judging.unstated import unstated_facts


@dataclass(frozen=True)
class Findings:
    """What is wrong with a publication, and what a person should look at in its documents."""

    problems: list[Problem]
    doubts: Sequence[Problem] = ()


def examine(publication: Publication, say: Say = say_nothing, readers: Readers = here) -> Findings:
    """Everything that is wrong with the publication, files that are out of date included.

    And what its recipes may have missed in the documents; `warnings` are what authored files hold.
    """
    with alone(publication.root, say) as staging:
        try:
            generated = generate(publication, staging, say, readers)
        except OpenbaarError as error:
            return Findings(error.problems)
        problems = stage(generated, staging, say)
        problems += _orphaned(publication, generated.files)
        problems += _outdated(publication, generated.files)
    return Findings(problems, generated.dataset.doubts)


def check(
    publication: Publication, say: Say = say_nothing, readers: Readers = here
) -> list[Problem]:
    """What is wrong with the publication, as `examine` finds it."""
    return examine(publication, say, readers).problems


def warnings(publication: Publication) -> list[Problem]:
    """What a person should still look at, although nothing is wrong as far as a program can tell.

    These are the guesses of `openbaar init` that no person has confirmed, tables whose figures were
    recognised on pictures and are confirmed by no total, texts that nobody has written, and what
    catalogues ask for in vain.
    """
    return [
        *unconfirmed_guesses(publication),
        *unconfirmed_figures(publication),
        *unwritten_texts(publication),
        *unstated_facts(publication),
    ]


def _orphaned(publication: Publication, files: Files) -> Iterator[Problem]:
    """Each CSV file on disk that no table has."""
    for path in sorted((publication.root / "tables").glob("[!.]*.csv")):
        name = f"tables/{path.name}"
        if name not in files:
            yield Problem(Place(name), "belongs to no table", "remove it, or describe the table")


def _outdated(publication: Publication, files: Files) -> Iterator[Problem]:
    """Each file on disk that is not what was generated now, with the first line that differs."""
    hint = "run `openbaar publish` and look at what changed"
    for name, data in files.items():
        path = publication.root / name
        if not path.is_file():
            yield Problem(Place(name), "is missing", hint)
            continue
        if not holds(path, data):
            yield Problem(Place(name, _first_difference(path, data)), "is out of date", hint)


def _first_difference(before: Path, after: Content) -> int:
    """The number of the first line in which two files differ; 1 where only their line ends do."""
    with before.open("rb") as old_lines, _opened(after) as new_lines:
        return _first_different_line(old_lines, new_lines)


def _opened(content: Content) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _first_different_line(before: BinaryIO, after: BinaryIO) -> int:
    pairs = zip_longest(before, after)
    for number, (old, new) in enumerate(pairs, start=1):
        if _without_end(old) != _without_end(new):
            return number
    return 1


def _without_end(line: bytes | None) -> bytes | None:
    return None if line is None else line.rstrip(b"\r\n")
