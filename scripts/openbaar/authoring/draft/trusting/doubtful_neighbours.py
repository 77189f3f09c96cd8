"""Doubts about the lines beside a drafted table: they may be parts of it that were not seen.

Each is a function that returns a sentence about what it saw, or nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from openbaar.authoring.draft.finding.printed import figures_in, is_footnote, kind, split_row
from openbaar.authoring.draft.finding.titles import is_numbered_title, is_title
from openbaar.authoring.draft.trusting.doubtful_labels import is_page_mark
from openbaar.authoring.draft.trusting.finished import MANY, Finished, short
from openbaar.documents.lines import Line

NEIGHBOURS = 4  # lines before and after a table that may be rows of it
FARTHEST_LETTERS = 12  # lines above a table in which rotated headings would be
FEWEST_LETTERS = 3  # lines of one letter that are rotated text
MOST_HEADINGS = 10  # lines of headings that come again
FEWEST_ALIKE_HEADINGS = 1  # lines
FARTHEST_PIECE = 300  # lines between two pieces of a table


def label_cut_off(seen: Finished) -> str:
    """The line above the first row, or below the last, may be a part of its label."""
    first = next(iter(seen.labels), "")
    goes_on = first[:1].islower() and seen.draft.columns[0].type == "string"  # and no month
    for line in seen.lines_above(1):
        if line.text.rstrip().endswith("-") or goes_on:
            return f"the label '{short(first)}' may begin in the line above"
    for line in seen.lines_below(1):
        if line.text.strip()[:1].islower():
            return f"the line '{short(line.text)}' may be a part of the label above it"
    return ""


def single_letters(seen: Finished) -> str:
    """Lines of one letter are rotated text: its words are lost."""
    letters = sum(_is_letter(line.text.strip()) for line in seen.lines_above(FARTHEST_LETTERS))
    labels = sum(map(_is_letter, seen.labels))
    if letters >= FEWEST_LETTERS or labels > MANY * len(seen.data):
        return "lines of single letters are rotated text"
    return ""


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha()


def rows_left_out(seen: Finished) -> str:
    """Lines beside it look like rows of it: of its other half on the next page, or of a group."""
    if seen.sighting.units == "cell":
        return _cells_below(seen)
    return _row_below(seen) or _row_above(seen)


def _row_below(seen: Finished) -> str:
    """A line that may be a row, before a title or a footnote ends what is below the table."""
    for line in seen.lines_below(NEIGHBOURS):
        if is_title(line.text) or is_footnote(line.text):
            return ""
        if _may_be_row(line, seen):
            return f"the line '{short(line.text)}' below it may be a row of it"
    return ""


def _row_above(seen: Finished) -> str:
    """A line that may be a row, below the title or the line that a recipe finds the table by."""
    for line in seen.lines_above(NEIGHBOURS):
        if line.number in seen.sighting.before or is_title(line.text):
            return ""
        if _may_be_row(line, seen):
            return f"the line '{short(line.text)}' above it may be a row of it"
    return ""


def piece_of_a_table(seen: Finished) -> str:
    """The headings above it come directly below rows like its own, or come again below it."""
    lines = _lines_near(seen)
    numbers = [line.number for line in lines]
    first = bisect_left(numbers, seen.sighting.first)
    after = bisect_left(numbers, seen.sighting.last + 1)
    headings = _headings_below_rows(seen, lines[max(first - MOST_HEADINGS, 0) : first])
    if headings:
        again = _find_again(headings, lines[: first - len(headings)])
        return f"line {again} has the same headings: it may be a piece of a table" if again else ""
    return _goes_on(seen, lines[:first], lines[after : after + MOST_HEADINGS])


def _lines_near(seen: Finished) -> list[Line]:
    """The lines that are not blank, from some way above a table to some way below it."""
    near = slice(max(seen.sighting.first - FARTHEST_PIECE, 0), seen.sighting.last + FARTHEST_PIECE)
    return [line for line in seen.sighting.document.lines[near] if not line.is_blank]


def _headings_below_rows(seen: Finished, above: Sequence[Line]) -> Sequence[Line]:
    """Of the lines `above` a table those below the last that may be a row of it; else none."""
    for index in range(len(above) - FEWEST_ALIKE_HEADINGS, 0, -1):
        if _may_be_row(above[index - 1], seen):
            return above[index:]
    return ()


def _goes_on(seen: Finished, above: Sequence[Line], below: Sequence[Line]) -> str:
    """The headings above a table come again below it, and then a line that may be a row of it."""
    for count in range(FEWEST_ALIKE_HEADINGS, len(below)):
        is_again = _words(below[:count]) == _words(above[-count:])
        if is_again and _may_be_row(below[count], seen):
            return f"its headings come again on line {below[0].row}: it may go on there"
    return ""


def _words(lines: Sequence[Line]) -> list[list[str]]:
    return [line.text.split() for line in lines]


def _find_again(headings: Sequence[Line], lines: Sequence[Line]) -> int:
    """The row of the line where headings stand before, or 0."""
    wanted = _words(headings)
    for index in range(len(lines) - len(wanted), -1, -1):
        if _words(lines[index : index + len(wanted)]) == wanted:
            return lines[index].row
    return 0


def _may_be_row(line: Line, seen: Finished) -> bool:
    """Whether a line has about as many figures as a row; years alone are headings."""
    if is_numbered_title(line.text):
        return False
    _, cells = split_row(line.text)
    kinds = list(map(kind, figures_in(cells)))
    are_headings = len(kinds) > 1 and set(kinds) == {"year"}
    return len(kinds) >= max(1, seen.sighting.width - 2) and not are_headings


def _cells_below(seen: Finished) -> str:
    """A text and as many figures as a row has, somewhere below a table of one cell a line."""
    width = seen.sighting.width
    lines = list(seen.lines_below(4 * width))
    for index, line in enumerate(lines):
        if is_title(line.text):
            return ""
        behind = [kind(each.text) for each in lines[index + 1 : index + width]]
        if _may_be_rest_of_row(behind, width - 1) and not is_page_mark(line.text):
            return f"the line '{short(line.text)}' below it may begin a row of it"
    return ""


def _may_be_rest_of_row(kinds: Sequence[str], count: int) -> bool:
    """Whether cells are as many as are behind a label, half of them numbers, and none a text."""
    if len(kinds) < count or "text" in kinds:
        return False
    return kinds.count("number") >= max(1, count / 2)
