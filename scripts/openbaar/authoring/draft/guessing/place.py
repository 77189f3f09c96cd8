"""Patterns that find a table again: the lines before it, the first line after it, its footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from openbaar.authoring.draft.finding.line_index import Beginning, LineIndex, line_index
from openbaar.authoring.draft.finding.printed import NOTE_MARK, is_source
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.documents.lines import Line

LENGTHS = (
    30,
    60,
    120,
)  # characters of a line that a pattern spells, as few as find that line alone
FOOTNOTE_LINES = 8  # lines below a table that may be footnotes
FARTHEST_UNIQUE = 200  # lines above a table in which one is looked for that is there once
_NOTE = re.compile(rf"\s*({NOTE_MARK})[\W_]*(\w.*?)\s*$")


@dataclass(frozen=True)
class Footnote:
    """A footnote: its mark, its text, the pattern of its line, and whether that is right below.

    Else it is farther down, and no line of the table's own.
    """

    mark: str
    text: str
    line: str
    number: int
    is_below: bool = True


def anchors(sighting: Sighting) -> list[str]:
    """The patterns of `from`: each finds its line after the one before, the first its line alone.

    Where the line before a table is there more than once, a line above that is unique comes first.
    """
    lines = _lines_of(sighting)
    found: list[str] = []
    start = 0
    for number in sighting.before:
        index = lines.at(number)
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


def _lines_of(sighting: Sighting) -> LineIndex:
    """The lines in which a table is searched: those of its page if the recipe names it, or all."""
    return line_index(sighting.document, sighting.page)


@dataclass(frozen=True)
class _Anchor:
    """A line that a pattern finds alone."""

    index: int
    pattern: str


def _line_above_found_once(lines: LineIndex, index: int) -> _Anchor | None:
    """The nearest line above that a pattern finds alone."""
    for above in range(index - 1, max(index - FARTHEST_UNIQUE, -1), -1):
        if not lines.lines[above].is_blank:
            pattern = _once(lines, above)
            if pattern is not None:
                return _Anchor(above, pattern)
    return None


def end(sighting: Sighting, last: int) -> str | None:
    """The pattern of `until`: the first line after `last`, unless one before is like it."""
    lines = _lines_of(sighting)
    start = _first_line_of_region(sighting, lines)
    for index in range(lines.at(last) + 1, len(lines.lines)):
        text = lines.lines[index].text
        is_blank_cell = sighting.units == "cell" and text.isspace()
        if is_blank_cell and not any(line.text.isspace() for line in lines.lines[start:index]):
            return f"^{text}$"
        if not lines.lines[index].is_blank:
            return _first(lines, start, index)
    return None


def surroundings(sighting: Sighting) -> tuple[int, int]:
    """The numbers of the first and last line of a part of the document in which it is found too.

    The part goes on behind the table to a line that is not blank, where there is one.
    """
    lines = sighting.document.lines
    first = max(min([sighting.first, *sighting.before]) - FARTHEST_UNIQUE - 1, 1)
    if not anchors(sighting) or sighting.page is not None:
        first = 1
    last = min(sighting.last + 4 * FOOTNOTE_LINES, len(lines))
    if _notes_at_end(sighting):
        return first, len(lines)
    while last < len(lines) and lines[last - 1].is_blank:
        last += 1
    return first, last


def _first_line_of_region(sighting: Sighting, lines: LineIndex) -> int:
    """The index of the first line after the anchors."""
    return lines.at(sighting.before[-1]) + 1 if sighting.before else 0


def footnotes(sighting: Sighting) -> list[Footnote]:
    """The footnotes of a table: right below it, behind its source, and at the end of the document.

    before: "* Datenstand: 13. Mai 2025"
    after: the mark `*` and the text "Datenstand: 13. Mai 2025"
    """
    below, behind = _lines_of_notes(sighting)
    elsewhere = [*behind, *_notes_at_end(sighting)]
    return [*_in_region(sighting, below), *_outside(sighting, elsewhere)]


def _lines_of_notes(sighting: Sighting) -> tuple[list[Line], list[Line]]:
    """The lines below a table that begin with a mark, up to the first that does not.

    Those behind the line that names the source of the table are apart.
    """
    below: list[Line] = []
    behind: list[Line] = []
    found = below
    lines = _lines_of(sighting)
    for line in _lines_below(lines, lines.at(sighting.last)):
        if _NOTE.match(line.shown):
            found.append(line)
        elif is_source(line.shown):
            found = behind
        else:
            break
    return below, behind


def _notes_at_end(sighting: Sighting) -> list[Line]:
    """The last lines of a document that are the notes of Word: `[1] Datenstand: 13. Mai 2025`."""
    found: list[Line] = []
    for line in reversed(sighting.document.lines[sighting.last :]):
        match = _NOTE.match(line.shown)
        if match is None or not match[1].startswith("["):
            break
        found.append(line)
    return found[::-1]


def _in_region(sighting: Sighting, below: Sequence[Line]) -> list[Footnote]:
    """The footnotes on lines right below a table, which are looked for from its beginning on."""
    if not below:
        return []
    lines = _lines_of(sighting)
    start = _first_line_of_region(sighting, lines)
    region = LineIndex(lines.lines[start : lines.at(below[-1].number) + 1])
    return _footnotes_on(below, region, is_below=True)


def _outside(sighting: Sighting, elsewhere: Sequence[Line]) -> list[Footnote]:
    """The footnotes on lines that are outside of the table, which no other line may be like."""
    return _footnotes_on(elsewhere, line_index(sighting.document, None), is_below=False)


def _footnotes_on(lines: Sequence[Line], among: LineIndex, is_below: bool) -> list[Footnote]:
    found = []
    for line in lines:
        match = _NOTE.match(line.shown)
        pattern = _once(among, among.at(line.number))
        if match is not None and pattern is not None:
            text = match[2].rstrip(" |")
            found.append(Footnote(match[1], text, pattern, line.number, is_below))
    return found


def _lines_below(lines: LineIndex, index: int) -> Iterator[Line]:
    """The next lines that are not blank, as many as may be footnotes."""
    below = range(index + 1, len(lines.lines))
    printed = (lines.lines[each] for each in below if not lines.lines[each].is_blank)
    return islice(printed, FOOTNOTE_LINES)


def _beginnings(line: Line) -> list[Beginning]:
    """How a line begins from short to long, in whole words, the last one all of it."""
    text = line.shown
    beginnings = []
    for length in LENGTHS:
        words = text[:length].rpartition(" ")[0]
        if length < len(text) and words:
            beginnings.append(Beginning(words, is_whole=False))
    return [*beginnings, Beginning(text, is_whole=True)]


def _once(lines: LineIndex, index: int) -> str | None:
    """The shortest pattern that finds this line alone, or None."""
    for beginning in _beginnings(lines.lines[index]):
        if lines.count(beginning) == 1:
            return beginning.pattern
    return None


def _first(lines: LineIndex, start: int, index: int) -> str | None:
    """The shortest pattern that finds this line first, from `start`, or None."""
    for beginning in _beginnings(lines.lines[index]):
        if not lines.any_between(beginning, start, index):
            return beginning.pattern
    return None
