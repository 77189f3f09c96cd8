"""Units: the pieces of text in which rows are read, each knowing the lines it was made of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from openbaar.documents.lines import SEPARATOR, Line
from openbaar.recipe.language import Units
from openbaar.schema.patterns import compiled


@dataclass(frozen=True)
class Unit:
    """A text put together from lines: where in it each line begins, on which page it stands, where each cell begins."""

    text: str
    starts: tuple[tuple[int, int], ...]
    page: int | str
    cells: tuple[tuple[int, str], ...] = ()

    def lines(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """The first and last line number of `text[start:end]`."""
        end = len(self.text) if end is None else end
        first = self.starts[max(bisect_right(self.starts, start, key=itemgetter(0)) - 1, 0)][1]
        last = self.starts[
            max(bisect_right(self.starts, max(end - 1, start), key=itemgetter(0)) - 1, 0)
        ][1]
        return first, last

    def cell(self, start: int) -> str | None:
        """The address of the cell in which the text at `start` stands, where the document is a grid."""
        index = bisect_right([offset for offset, _ in self.cells], start) - 1
        return self.cells[index][1] if index >= 0 else None

    def part(self, start: int, end: int) -> Unit:
        """The unit of `text[start:end]` alone."""
        first = max(bisect_right(self.starts, start, key=itemgetter(0)) - 1, 0)
        last = max(bisect_left(self.starts, end, key=itemgetter(0)), first + 1)
        kept = tuple((max(offset - start, 0), number) for offset, number in self.starts[first:last])
        return Unit(self.text[start:end], kept, self.page)


def join(first: Unit, second: Unit, separator: str = " ") -> Unit:
    """Two units as one, with `separator` between them where that is not printed already."""
    text = (
        first.text
        if first.text.endswith(separator) and separator == " "
        else first.text + separator
    )
    starts = tuple((offset + len(text), number) for offset, number in second.starts)
    cells = tuple((offset + len(text), address) for offset, address in second.cells)
    return Unit(text + second.text, first.starts + starts, first.page, first.cells + cells)


def make_units(lines: Sequence[Line], how: Units) -> list[Unit]:
    """Put lines together as `how` says; blank lines part blocks and paragraphs, and are no units themselves.

    before: ["(07) Buiten ", "Brussel/Vlaanderen", "", "434"]
    by block: "(07) Buiten Brussel/Vlaanderen" | "434"
    by line: "(07) Buiten " | "Brussel/Vlaanderen" | "434"
    by cell: "(07) Buiten Brussel/Vlaanderen" | "434"
    by aligned: a line such as "Gent   1.234    5" has the cells "Gent", "1.234" and "5"
    """
    if how.by == "line":
        return [_wrapped([line]) for line in lines if not line.is_blank]
    if how.by == "aligned":
        return [_aligned(line) for line in lines if not line.is_blank]
    if how.by == "cell":
        return _cells(lines)
    if how.starts is not None:
        return _sections(lines, how.starts)
    blocks = _blocks(lines)
    if how.split is not None:
        return _pieces([line for block in blocks for line in block], how.split)
    return [_wrapped(block) for block in blocks]


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Runs of lines that are not blank."""
    blocks: list[list[Line]] = []
    previous_blank = True
    for line in lines:
        if not line.is_blank:
            if previous_blank:
                blocks.append([])
            blocks[-1].append(line)
        previous_blank = line.is_blank
    return blocks


def _wrapped(lines: Sequence[Line]) -> Unit:
    """Wrapped lines as one: a trailing space is where words part, without one a word was broken.

    before: ["Algemene ", "arbeidsmarktco", "mpetenties"]
    after: "Algemene arbeidsmarktcompetenties"
    """
    starts: list[tuple[int, int]] = []
    cells: list[tuple[int, str]] = []
    text = ""
    for line in lines:
        starts.append((len(text), line.number))
        offset = len(text)
        for address, cell in zip(line.cells, line.text.split(SEPARATOR), strict=False):
            cells.append((offset, address))
            offset += len(cell) + len(SEPARATOR)
        text += line.text
    return Unit(text, tuple(starts), lines[0].page, tuple(cells))


def _aligned(line: Line) -> Unit:
    """A line whose cells stand in columns, two or more spaces apart, as `pdftotext -layout` writes them.

    before: "Gent      1.234     5"
    after: "Gent␟1.234␟5"
    """
    return Unit(re.sub(" {2,}", SEPARATOR, line.text.strip()), ((0, line.number),), line.page)


def _cells(lines: Sequence[Line]) -> list[Unit]:
    """Each line as a cell; one that ends in a space goes on in the next, one of spaces alone is a blank cell.

    before: ["2023", "€ ", "9.917", " ", "", "26"]
    after: "2023" | "€ 9.917" | "" | "26"
    """
    units: list[Unit] = []
    wrapped: list[Line] = []
    for line in lines:
        if not line.text:
            continue
        wrapped.append(line)
        if line.text.endswith(" ") and not line.is_blank:
            continue
        units.append(_wrapped(wrapped))
        wrapped = []
    units += [_wrapped(wrapped)] if wrapped else []
    return [replace(unit, text=unit.text.rstrip()) for unit in units]


def _sections(lines: Sequence[Line], starts: str) -> list[Unit]:
    """Parts of running text, each from a line that matches `starts` to the next one.

    Lines before the first match make a unit of their own, so that no line is lost unseen.
    """
    pattern = compiled(starts)
    parts: list[list[Line]] = []
    for line in lines:
        if pattern.search(line.text) or not parts:
            if parts or not line.is_blank:
                parts.append([])
            else:
                continue
        parts[-1].append(line)
    return [_paragraphs(part) for part in parts]


def _paragraphs(lines: Sequence[Line]) -> Unit:
    """Running text: a line that ends in a space goes on in the next; blank lines part paragraphs.

    before: ["is te leren ", "wat nodig is. ", "", "- een lijst ", "- van twee"]
    after: "is te leren wat nodig is. \\n\\n- een lijst \\n- van twee"
    """
    starts: list[tuple[int, int]] = []
    text = ""
    for line in lines:
        if line.is_blank:
            if text and not text.endswith("\n\n"):
                text = text.rstrip("\n") + "\n\n"
            continue
        if (
            text
            and not text.endswith("\n")
            and (not text.endswith(" ") or line.text.startswith("- "))
        ):
            text += "\n"
        starts.append((len(text), line.number))
        text += line.text
    return Unit(text, tuple(starts), lines[0].page)


def _pieces(lines: Sequence[Line], split: str) -> list[Unit]:
    """The pieces of a sentence: one text, parted wherever `split` matches.

    before: "koken, bakken. Ook braden", split: "[,.] "
    after: "koken" | "bakken" | "Ook braden"
    """
    if not lines:
        return []
    whole = _wrapped(lines)
    pieces, start = [], 0
    for match in compiled(split).finditer(whole.text):
        pieces.append(whole.part(start, match.start()))
        start = match.end()
    pieces.append(whole.part(start, len(whole.text)))
    return [piece for piece in pieces if piece.text.strip()]
