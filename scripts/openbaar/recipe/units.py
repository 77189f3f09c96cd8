"""Units: the pieces of text in which rows are read, each knowing the lines it was made of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Line, wrapped
from openbaar.recipe.columns import Cut, borders_on, gaps, split_at
from openbaar.recipe.unit_keys import Units
from openbaar.schema.patterns import compiled


class LineStart(NamedTuple):
    """Where in a unit a line begins, and its number."""

    offset: int
    number: int


class RowStart(NamedTuple):
    """Where in a unit a row of a grid begins, and the addresses of its cells."""

    offset: int
    addresses: Sequence[str]


OFFSET = itemgetter(0)


class Unit(NamedTuple):
    """A text put together from lines: where each line and each row of a grid begins, its page.

    `cut` is a word that a border between columns goes through, where there is one.
    """

    text: str
    starts: tuple[LineStart, ...]
    page: int | str
    rows: tuple[RowStart, ...] = ()
    cut: Cut | None = None

    def lines(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """The first and last line number of `text[start:end]`."""
        if len(self.starts) == 1:
            return self.starts[0].number, self.starts[0].number
        last_character = len(self.text) - 1 if end is None else end - 1
        first = self._piece_at(start)
        last = self._piece_at(max(last_character, start))
        numbers = [piece.number for piece in self.starts[first : last + 1]]
        return min(numbers), max(numbers)

    def _piece_at(self, offset: int) -> int:
        """The index of the piece of a line in which the character at `offset` is."""
        return max(bisect_right(self.starts, offset, key=OFFSET) - 1, 0)

    def cell(self, start: int) -> str | None:
        """The address of the cell in which the text at `start` is, where the document is a grid."""
        if not self.rows:
            return None
        index = bisect_right(self.rows, start, key=OFFSET) - 1 if len(self.rows) > 1 else 0
        offset, addresses = self.rows[index]
        cell = self.text.count(SEPARATOR, offset, start)
        return addresses[min(cell, len(addresses) - 1)]

    def part(self, start: int, end: int) -> Unit:
        """The unit of `text[start:end]` alone."""
        first = max(bisect_right(self.starts, start, key=OFFSET) - 1, 0)
        last = max(bisect_left(self.starts, end, key=OFFSET), first + 1)
        kept = [
            LineStart(max(offset - start, 0), number) for offset, number in self.starts[first:last]
        ]
        return Unit(self.text[start:end], tuple(kept), self.page)


def join(first: Unit, second: Unit, separator: str = " ") -> Unit:
    """Two units as one, with `separator` between them where that is not printed already."""
    text = first.text
    if separator != " " or not text.endswith(" "):
        text += separator
    starts = [LineStart(offset + len(text), number) for offset, number in second.starts]
    rows = [RowStart(offset + len(text), addresses) for offset, addresses in second.rows]
    return Unit(
        text + second.text,
        (*first.starts, *starts),
        first.page,
        (*first.rows, *rows),
        first.cut or second.cut,
    )


def make_units(lines: Sequence[Line], how: Units) -> list[Unit]:
    """Put lines together as `how` says.

    Blank lines separate blocks and paragraphs, and are no units.

    before: ["(07) Buiten ", "Brussel/Vlaanderen", "", "434"]
    by block: "(07) Buiten Brussel/Vlaanderen" | "434"
    by line: "(07) Buiten " | "Brussel/Vlaanderen" | "434"
    by cell: "(07) Buiten Brussel/Vlaanderen" | "434"
    by aligned: a line such as "Gent   1.234    5" has the cells "Gent", "1.234" and "5"
    """
    if how.columns is not None:
        return _in_columns(_printed(lines), how)
    if how.starts is not None:
        return _sections(lines, how.starts)
    if how.split is not None:
        return _pieces(_printed(lines), how.split)
    return list(UNITS_BY[how.by or "block"](lines))


def _printed(lines: Sequence[Line]) -> list[Line]:
    """The lines on which anything stands."""
    return [line for line in lines if not line.is_blank]


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines that are not blank."""
    blocks: list[list[Line]] = []
    previous_is_blank = True
    for line in lines:
        if not line.is_blank:
            if previous_is_blank:
                blocks.append([])
            blocks[-1].append(line)
        previous_is_blank = line.is_blank
    return blocks


def _wrapped(lines: Sequence[Line]) -> Unit:
    """Wrapped lines as one: a trailing space is where words end, without one a word was broken.

    before: ["Algemene ", "arbeidsmarktco", "mpetenties"]
    after: "Algemene arbeidsmarktcompetenties"
    """
    starts: list[LineStart] = []
    rows: list[RowStart] = []
    length = 0
    for line in lines:
        starts.append(LineStart(length, line.number))
        if line.cells:
            rows.append(RowStart(length, line.cells))
        length += len(line.text)
    text = "".join(line.text for line in lines)
    return Unit(text, tuple(starts), lines[0].page, tuple(rows))


def _of_line(line: Line) -> Unit:
    """A line as it is."""
    rows = (RowStart(0, line.cells),) if line.cells else ()
    return Unit(line.text, (LineStart(0, line.number),), line.page, rows)


def _aligned(line: Line) -> Unit:
    """A line whose cells are two or more spaces apart, as `pdftotext -layout` writes them.

    before: "Gent      1.234     5"
    after: "Gent␟1.234␟5"
    """
    text = re.sub(" {2,}", SEPARATOR, line.text.strip())
    return Unit(text, (LineStart(0, line.number),), line.page)


def _in_columns(lines: Sequence[Line], how: Units) -> list[Unit]:
    """Lines whose cells stand between borders; several lines are one row where `starts` says so."""
    found = gaps(lines) if how.columns == "gaps" else ()
    rows: list[list[_PlacedLine]] = []
    for line in lines:
        borders = found or borders_on(line.page, how.columns or "gaps")
        placed = _PlacedLine(line, *split_at(line, borders))
        if rows and _goes_on(rows[-1][0], placed, how.starts):
            rows[-1].append(placed)
        else:
            rows.append([placed])
    return [_row_of_cells(row) for row in rows]


def _goes_on(first: _PlacedLine, placed: _PlacedLine, starts: str | None) -> bool:
    """Whether a line is of the row that begins with another one: on its page, and no new start."""
    if starts is None or first.line.page != placed.line.page:
        return False
    return compiled(starts).search(placed.shown) is None


class _PlacedLine(NamedTuple):
    """A line with the texts of its cells, and the word that a border cuts."""

    line: Line
    cells: tuple[str, ...]
    cut: Cut | None

    @property
    def shown(self) -> str:
        """The cells as patterns see them."""
        return " | ".join(self.cells)


def _row_of_cells(row: Sequence[_PlacedLine]) -> Unit:
    """The row that several lines make: below each other in a cell is one text.

    before: "Algemene" | "12" over "competenties" | ""
    after: "Algemene competenties" | "12"
    """
    starts = [LineStart(0, row[0].line.number)]
    cells: list[str] = []
    column_begins = 0
    for column in range(len(row[0].cells)):
        printed = [placed for placed in row if placed.cells[column]]
        for index, placed in enumerate(printed):
            before = wrapped([each.cells[column] for each in printed[: index + 1]])
            begins = column_begins + len(before) - len(placed.cells[column])
            starts.append(LineStart(begins, placed.line.number))
        cells.append(wrapped([placed.cells[column] for placed in printed]))
        column_begins += len(cells[-1]) + len(SEPARATOR)
    cut = next((placed.cut for placed in row if placed.cut is not None), None)
    return Unit(SEPARATOR.join(cells), tuple(starts), row[0].line.page, cut=cut)


def _cells(lines: Sequence[Line]) -> Iterator[Unit]:
    """Each line as a cell.

    A line that ends in a space continues in the next one, unless every line does; spaces alone are
    a blank cell.

    before: ["2023", "€ ", "9.917", " ", "", "26"]
    after: "2023" | "€ 9.917" | "" | "26"

    before: ["2023 ", "9.917 ", "26 "]
    after: "2023" | "9.917" | "26"
    """
    wrapped: list[Line] = []
    may_go_on = not all(map(_ends_in_space, _printed(lines)))
    for line in lines:
        if not line.text:
            continue
        wrapped.append(line)
        goes_on = may_go_on and _ends_in_space(line) and not line.is_blank
        if not goes_on:
            yield _stripped(_wrapped(wrapped))
            wrapped = []
    if wrapped:
        yield _stripped(_wrapped(wrapped))


def _ends_in_space(line: Line) -> bool:
    return line.text.endswith(" ")


def _stripped(unit: Unit) -> Unit:
    return unit._replace(text=unit.text.rstrip())


# The ways to put lines together that need no more than a name.
UNITS_BY: Mapping[str, Callable[[Sequence[Line]], Iterable[Unit]]] = {
    "block": lambda lines: map(_wrapped, _blocks(lines)),
    "line": lambda lines: map(_of_line, _printed(lines)),
    "aligned": lambda lines: map(_aligned, _printed(lines)),
    "cell": _cells,
}


def _sections(lines: Sequence[Line], starts: str) -> list[Unit]:
    """Parts of running text, each from a line that matches `starts` to the next one.

    Lines before the first match make a unit of their own, so that no line is lost unseen.
    """
    pattern = compiled(starts)
    parts: list[list[Line]] = []
    for line in lines:
        if pattern.search(line.text):
            parts.append([])
        elif not parts:
            if line.is_blank:
                continue
            parts.append([])
        parts[-1].append(line)
    return [_paragraphs(part) for part in parts]


@dataclass
class _RunningText:
    """Running text while lines are added to it."""

    text: str = ""
    starts: list[LineStart] = field(default_factory=list)

    def end_paragraph(self) -> None:
        """A blank line ends a paragraph, once."""
        if self.text and not self.text.endswith("\n\n"):
            self.text = self.text.rstrip("\n") + "\n\n"

    def add(self, line: Line) -> None:
        """Add a line, which goes on where the one before ends in a space."""
        continues = self.text.endswith(" ") and not line.text.startswith("- ")
        if self.text and not self.text.endswith("\n") and not continues:
            self.text += "\n"
        self.starts.append(LineStart(len(self.text), line.number))
        self.text += line.text


def _paragraphs(lines: Sequence[Line]) -> Unit:
    """Running text.

    A line that ends in a space continues in the next one; blank lines separate paragraphs.

    before: ["is te leren ", "wat nodig is. ", "", "- een lijst ", "- van twee"]
    after: "is te leren wat nodig is. \\n\\n- een lijst \\n- van twee"
    """
    running = _RunningText()
    for line in lines:
        if line.is_blank:
            running.end_paragraph()
        else:
            running.add(line)
    return Unit(running.text, tuple(running.starts), lines[0].page)


def _pieces(lines: Sequence[Line], split: str) -> list[Unit]:
    """The pieces of a sentence: one text, separated wherever `split` matches.

    before: "koken, bakken. Ook braden", split: "[,.] "
    after: "koken" | "bakken" | "Ook braden"
    """
    if not lines:
        return []
    whole = _wrapped(lines)
    pieces: list[Unit] = []
    start = 0
    for match in compiled(split).finditer(whole.text):
        pieces.append(whole.part(start, match.start()))
        start = match.end()
    pieces.append(whole.part(start, len(whole.text)))
    return [piece for piece in pieces if piece.text.strip()]
