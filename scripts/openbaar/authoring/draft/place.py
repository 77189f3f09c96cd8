"""Patterns that find a table again: the lines before it, the first line after it, its footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openbaar.authoring.draft.columns import escaped
from openbaar.authoring.draft.printed import MARK
from openbaar.authoring.draft.sighting import Sighting
from openbaar.documents.lines import Document, Line
from openbaar.schema.patterns import compiled

LENGTHS = (
    30,
    60,
    120,
)  # characters of a line that a pattern spells, as few as find that line alone
FOOTNOTE_LINES = 8  # lines below a table that may be footnotes


@dataclass(frozen=True)
class Footnote:
    """A footnote below a table: its mark, its text, and the pattern of its line."""

    mark: str
    text: str
    line: str
    number: int


def lines_of(sighting: Sighting) -> Sequence[Line]:
    """The lines among which a table is sought: those of its page, where the recipe names that, or all."""
    document: Document = sighting.document
    return [line for line in document.lines if sighting.page in (None, str(line.page))]


def anchors(sighting: Sighting) -> list[str]:
    """The patterns of `from`: each finds its line behind the one before, and the first line stands once.

    Where the line before a table stands more than once, one above it that does not is put before it.
    """
    lines = lines_of(sighting)
    found: list[str] = []
    start = 0
    for number in sighting.before:
        index = _index(lines, number)
        if not found and _once(lines, index) is None:
            above = next(
                (i for i in range(index - 1, -1, -1) if not lines[i].is_blank and _once(lines, i)),
                None,
            )
            if above is None:
                return []
            found.append(_once(lines, above) or "")
            start = above + 1
        pattern = _once(lines, index) if not found else _first(lines, start, index)
        if pattern is None:
            return found
        found.append(pattern)
        start = index + 1
    return found


def end(sighting: Sighting, last: int) -> str | None:
    """The pattern of `until`: the first line behind line `last`, where no earlier line of the table is like it."""
    lines = lines_of(sighting)
    start = _index(lines, sighting.before[-1]) + 1 if sighting.before else 0
    cells = sighting.units == "cell"
    for index in range(_index(lines, last) + 1, len(lines)):
        if (
            cells
            and lines[index].text.isspace()
            and not any(each.text.isspace() for each in lines[start:index])
        ):
            return f"^{lines[index].text}$"
        if not lines[index].is_blank:
            return _first(lines, start, index)
    return None


def footnotes(sighting: Sighting) -> list[Footnote]:
    """The lines below a table that begin with a mark, up to the first that does not.

    before: "* Datenstand: 13. Mai 2025"
    after: the mark `*` and the text "Datenstand: 13. Mai 2025"
    """
    lines = lines_of(sighting)
    start = _index(lines, sighting.before[-1]) + 1 if sighting.before else 0
    below = [line for line in lines if line.number > sighting.last and not line.is_blank][
        :FOOTNOTE_LINES
    ]
    region = lines[start : _index(lines, below[-1].number) + 1] if below else []
    found = []
    for line in below:
        match = re.match(rf"\s*({MARK})[\W_]*(\w.*?)\s*$", line.shown)
        if match is None:
            break
        pattern = next((each for each in _patterns(line) if _count(region, each) == 1), None)
        if pattern is not None:
            found.append(Footnote(match[1], match[2], pattern, line.number))
    return found


def _index(lines: Sequence[Line], number: int) -> int:
    return next(index for index, line in enumerate(lines) if line.number == number)


def _patterns(line: Line) -> list[str]:
    """Patterns of a line from short to long, in whole words, the last one of all of it."""
    text = line.shown
    beginnings = [text[:length].rpartition(" ")[0] for length in LENGTHS if length < len(text)]
    return [*(f"^{escaped(each)}" for each in beginnings if each), f"^{escaped(text)}$"]


def _count(lines: Sequence[Line], pattern: str) -> int:
    return sum(1 for line in lines if compiled(pattern).search(line.shown))


def _once(lines: Sequence[Line], index: int) -> str | None:
    """The shortest pattern that finds this line alone, or None."""
    return next((each for each in _patterns(lines[index]) if _count(lines, each) == 1), None)


def _first(lines: Sequence[Line], start: int, index: int) -> str | None:
    """The shortest pattern that finds this line first, from `start`, or None."""
    return next(
        (each for each in _patterns(lines[index]) if not _count(lines[start:index], each)), None
    )
