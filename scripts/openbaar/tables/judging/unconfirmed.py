"""What a person should still look at: what `openbaar init` left, and figures of pictures.

These are guesses that nobody has confirmed, texts that nobody has written, and figures that were
recognised on a scan and that no total confirms.

They are warnings: nothing is wrong as far as a program can tell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from openbaar.errors import Place, Problem
from openbaar.tables.authored.publication import Publication

_TO_WRITE = ("README.md", "LICENSE")
# Not to the end of the line: what a quoted text holds may stand before a comment.
_GUESS = re.compile(r"# guess: *(?=(?P<guess>.*?) *$)", re.MULTILINE)


@dataclass(frozen=True)
class Guess:
    """A comment with a guess: its file, the line and column where it begins, and what it says."""

    file: str
    line: int
    column: int
    says: str


def unconfirmed_guesses(publication: Publication) -> list[Problem]:
    """Each guess whose comment still stands in an authored file, with its line and column."""
    found: list[Problem] = []
    for file in publication.files.values():
        text = (publication.root / file.name).read_text("utf-8")
        found += map(_problem, guesses_in(file.name, text))
    return found


def _problem(guess: Guess) -> Problem:
    message = f"a guess of 'openbaar init' is not confirmed: {guess.says}"
    hint = (
        "look at what stands here, correct it where it is wrong, then delete the comment; "
        "`openbaar confirm` takes one answer for the same guess in all tables"
    )
    return Problem(Place(guess.file, guess.line, column=guess.column), message, hint)


def unconfirmed_figures(publication: Publication) -> list[Problem]:
    """Each table whose words were recognised on a scan, and that no stated total confirms."""
    confirmed = _confirmed_tables(publication)
    found = []
    for name, table in publication.tables.items():
        if table.recipe is None or name in confirmed:
            continue
        if publication.document(table.recipe.document).is_recognised:
            message = "its figures were recognised on a picture, and no stated total confirms them"
            hint = "give the totals under 'totals', or compare each figure with the scan"
            found.append(Problem(publication.place(name, "recipe"), message, hint))
    return found


def unwritten_texts(publication: Publication) -> list[Problem]:
    """Each text that `openbaar init` left for a person to write, at its line."""
    found = []
    for name in _TO_WRITE:
        path = publication.root / name
        text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("TODO: "):
                message = f"nobody has written this yet: {line.removeprefix('TODO: ')}"
                found.append(Problem(Place(name, number), message))
    return found


def _confirmed_tables(publication: Publication) -> set[str]:
    """The tables with a stated total that is the sum of its rows, as published last."""
    path = publication.csv_path("reconciliation")
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stated = [row for row in rows if row["kind"] == "stated_total"]
    return {row["table_name"] for row in stated if row["verdict"] == "equal"}


def guesses_in(name: str, text: str) -> Iterator[Guess]:
    """The comments with a guess in a text that is YAML; what a quoted text holds is no comment."""
    matches = list(_GUESS.finditer(text))
    if not matches:
        return
    spans = _scalars(text)
    for match in matches:
        if any(start <= match.start() < end for start, end in spans):
            continue
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        yield Guess(name, line, column, match["guess"])


def _scalars(text: str) -> list[tuple[int, int]]:
    """Where the texts and numbers of a YAML file begin and end."""
    tokens = yaml.scan(text, Loader=yaml.SafeLoader)
    scalars = [token for token in tokens if isinstance(token, yaml.ScalarToken)]
    return [(token.start_mark.index, token.end_mark.index) for token in scalars]
