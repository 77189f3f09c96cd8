"""What is printed for the cells of a row, marked in the lines of its document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

NumberedLine = tuple[int, str]  # the number of a line and its text


@dataclass(frozen=True)
class Piece:
    """A part of a line: printed for the cell in `column`, or for none."""

    text: str
    column: str | None = None


def highlighted(
    lines: Sequence[NumberedLine], cells: Sequence[Mapping[str, Any]]
) -> list[tuple[int, list[Piece]]]:
    """The number of each line with its text in pieces: what is printed for a cell is one.

    A cell is a row of `provenance`: it has `column_name`, `first_line`, `last_line` and `printed`.
    A wrapped line was joined to the next one with a space or without, so white space is not
    compared. No two cells share a letter: of two that are printed alike, the first gets the first
    place. A cell whose text is not found in its lines marks nothing.

    >>> cell = {"column_name": "n", "first_line": 7, "last_line": 7, "printed": "91.493"}
    >>> highlighted([(7, "vrouw 91.493")], [cell])
    [(7, [Piece(text='vrouw ', column=None), Piece(text='91.493', column='n')])]
    """
    text = "\n".join(line for _, line in lines)
    spans = _spans(lines)
    columns: list[str | None] = [None] * len(text)  # for which column each letter is printed
    for cell in cells:
        own = [span for number, span in spans if cell["first_line"] <= number <= cell["last_line"]]
        if cell["printed"] and own:
            within = slice(own[0].start, own[-1].stop)
            place = _free_place(cell["printed"], text, within, columns)
            columns[place] = [cell["column_name"]] * (place.stop - place.start)
    return [(number, _pieces(text, columns, span)) for number, span in spans]


def _spans(lines: Sequence[NumberedLine]) -> list[tuple[int, slice]]:
    """Where each line is in the text of all lines, with a line feed after each."""
    spans = []
    start = 0
    for number, line in lines:
        spans.append((number, slice(start, start + len(line))))
        start += len(line) + 1
    return spans


def _free_place(printed: str, text: str, within: slice, columns: Sequence[str | None]) -> slice:
    """The first place of a printed text with no letter marked yet; empty where there is none."""
    for place in _places(printed, text, within):
        if not any(columns[place]):
            return place
    return slice(0, 0)


def _places(printed: str, text: str, within: slice) -> Iterator[slice]:
    """Where a printed text is: first where it is by itself, then where other text touches it."""
    letters = "".join(printed.split())
    if not letters:
        return
    pattern = r"\s*".join(re.escape(letter) for letter in letters)
    alone = rf"(?<![\w.,]){pattern}(?!\w|[.,]\w)"
    for each in (alone, pattern):
        for match in re.compile(each).finditer(text, within.start, within.stop):
            yield slice(*match.span())


def _pieces(text: str, columns: Sequence[str | None], span: slice) -> list[Piece]:
    """A part of the text, divided where another column begins."""
    pieces = []
    start = span.start
    for column, letters in groupby(columns[span]):
        end = start + len(list(letters))
        pieces.append(Piece(text[start:end], column))
        start = end
    return pieces
