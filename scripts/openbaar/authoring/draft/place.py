"""Patterns that find a table again: the lines before it, the first line after it, its footnotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from openbaar.authoring.draft.columns import escaped
from openbaar.authoring.draft.printed import MARK
from openbaar.authoring.draft.sighting import Sighting, lines_after
from openbaar.documents.lines import Line
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
    """The lines in which a table is searched: those of its page if the recipe names it, or all."""
    lines = sighting.document.lines
    if sighting.page is None:
        return lines
    return [line for line in lines if str(line.page) == sighting.page]


def anchors(sighting: Sighting) -> list[str]:
    """The patterns of `from`: each finds its line after the one before, the first its line alone.

    Where the line before a table is there more than once, a line above that is unique comes first.
    """
    lines = lines_of(sighting)
    found: list[str] = []
    start = 0
    for number in sighting.before:
        index = _index(lines, number)
        pattern = _once(lines, index) if not found else _first(lines, start, index)
        if pattern is None and not found:
            above = _line_above_found_once(lines, index)
            if above is None:
                return []
            found.append(above.pattern)
            pattern = _first(lines, above.index + 1, index)
        if pattern is None:
            return found
        found.append(pattern)
        start = index + 1
    return found


@dataclass(frozen=True)
class _Anchor:
    """A line that a pattern finds alone."""

    index: int
    pattern: str


def _line_above_found_once(lines: Sequence[Line], index: int) -> _Anchor | None:
    """The nearest line above that a pattern finds alone."""
    for above in range(index - 1, -1, -1):
        if not lines[above].is_blank:
            pattern = _once(lines, above)
            if pattern is not None:
                return _Anchor(above, pattern)
    return None


def end(sighting: Sighting, last: int) -> str | None:
    """The pattern of `until`: the first line after `last`, unless one before is like it."""
    lines = lines_of(sighting)
    start = _first_line_of_region(sighting, lines)
    for index in range(_index(lines, last) + 1, len(lines)):
        text = lines[index].text
        if sighting.units == "cell" and text.isspace() and not _any_is_space(lines[start:index]):
            return f"^{text}$"
        if not lines[index].is_blank:
            return _first(lines, start, index)
    return None


def _any_is_space(lines: Sequence[Line]) -> bool:
    return any(line.text.isspace() for line in lines)


def _first_line_of_region(sighting: Sighting, lines: Sequence[Line]) -> int:
    """The index of the first line after the anchors."""
    return _index(lines, sighting.before[-1]) + 1 if sighting.before else 0


def footnotes(sighting: Sighting) -> list[Footnote]:
    """The lines below a table that begin with a mark, up to the first that does not.

    before: "* Datenstand: 13. Mai 2025"
    after: the mark `*` and the text "Datenstand: 13. Mai 2025"
    """
    lines = lines_of(sighting)
    below = lines_after(lines, sighting.last)[:FOOTNOTE_LINES]
    if not below:
        return []
    start = _first_line_of_region(sighting, lines)
    region = lines[start : _index(lines, below[-1].number) + 1]
    found = []
    for line in below:
        match = re.match(rf"\s*({MARK})[\W_]*(\w.*?)\s*$", line.shown)
        if match is None:
            break
        pattern = _only(region, line)
        if pattern is not None:
            found.append(Footnote(match[1], match[2], pattern, line.number))
    return found


def _index(lines: Sequence[Line], number: int) -> int:
    """The index of the line with that number."""
    for index, line in enumerate(lines):
        if line.number == number:
            return index
    raise ValueError(f"there is no line {number}")


def _patterns(line: Line) -> list[str]:
    """Patterns of a line from short to long, in whole words, the last one of all of it."""
    text = line.shown
    patterns = []
    for length in LENGTHS:
        beginning = text[:length].rpartition(" ")[0]
        if length < len(text) and beginning:
            patterns.append(f"^{escaped(beginning)}")
    return [*patterns, f"^{escaped(text)}$"]


def _count(lines: Sequence[Line], pattern: str) -> int:
    """How many lines a pattern finds."""
    matcher = compiled(pattern)
    return sum(1 for line in lines if matcher.search(line.shown))


def _only(lines: Sequence[Line], line: Line) -> str | None:
    """The shortest pattern of a line that finds one of the lines, or None."""
    for pattern in _patterns(line):
        if _count(lines, pattern) == 1:
            return pattern
    return None


def _once(lines: Sequence[Line], index: int) -> str | None:
    """The shortest pattern that finds this line alone, or None."""
    return _only(lines, lines[index])


def _first(lines: Sequence[Line], start: int, index: int) -> str | None:
    """The shortest pattern that finds this line first, from `start`, or None."""
    for pattern in _patterns(lines[index]):
        if _count(lines[start:index], pattern) == 0:
            return pattern
    return None
