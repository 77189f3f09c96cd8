"""Patterns that find a table again: the lines before it, the first line after it, its footnotes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from openbaar.authoring.draft.columns import escaped
from openbaar.authoring.draft.printed import MARK
from openbaar.authoring.draft.sighting import Sighting, lines_after
from openbaar.documents.lines import Line

LENGTHS = (
    30,
    60,
    120,
)  # characters of a line that a pattern spells, as few as find that line alone
LAST_CHARACTER = chr(0x10FFFF)  # comes after every other one
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
    texts = sighting.document.texts_in_order(sighting.page)
    found: list[str] = []
    start = 0
    for number in sighting.before:
        index = _index(lines, number)
        pattern = _only(texts, lines[index]) if not found else _first(lines, start, index)
        if pattern is None and not found:
            above = _line_above_found_once(lines, texts, index)
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


def _line_above_found_once(
    lines: Sequence[Line], texts: Sequence[str], index: int
) -> _Anchor | None:
    """The nearest line above that a pattern finds alone."""
    for above in range(index - 1, -1, -1):
        if not lines[above].is_blank:
            pattern = _only(texts, lines[above])
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
    region = _in_order(lines[start : _index(lines, below[-1].number) + 1])
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
    return bisect_left(lines, number, key=attrgetter("number"))


class _Beginning(NamedTuple):
    """What a pattern spells of a line: its beginning, or all of it."""

    text: str
    is_whole: bool

    @property
    def pattern(self) -> str:
        """The pattern as a recipe has it."""
        return f"^{escaped(self.text)}$" if self.is_whole else f"^{escaped(self.text)}"

    def finds(self, text: str) -> bool:
        """Whether the pattern matches a line that is shown as `text`."""
        return text == self.text if self.is_whole else text.startswith(self.text)

    def count(self, texts: Sequence[str]) -> int:
        """How many of the texts, which are in order, the pattern matches."""
        first = bisect_left(texts, self.text)
        after = self.text if self.is_whole else f"{self.text}{LAST_CHARACTER}"
        last = bisect_right(texts, after, lo=first)
        return last - first


def _beginnings(line: Line) -> list[_Beginning]:
    """What patterns may spell of a line, from short to long, in whole words, at last all of it."""
    text = line.shown
    found = []
    for length in LENGTHS:
        beginning = text[:length].rpartition(" ")[0]
        if length < len(text) and beginning:
            found.append(_Beginning(beginning, is_whole=False))
    return [*found, _Beginning(text, is_whole=True)]


def _in_order(lines: Sequence[Line]) -> list[str]:
    """The texts of lines in order, so that those with one beginning are beside each other."""
    return sorted(line.shown for line in lines)


def _only(texts: Sequence[str], line: Line) -> str | None:
    """The shortest pattern of a line that finds one of the texts, which are in order, or None."""
    for beginning in _beginnings(line):
        if beginning.count(texts) == 1:
            return beginning.pattern
    return None


def _first(lines: Sequence[Line], start: int, index: int) -> str | None:
    """The shortest pattern that finds this line first, from `start`, or None."""
    before = [line.shown for line in lines[start:index]]
    for beginning in _beginnings(lines[index]):
        if not any(beginning.finds(text) for text in before):
            return beginning.pattern
    return None
