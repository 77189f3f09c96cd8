"""Units: the pieces of text in which rows are read, each knowing the lines it was made of."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from openbaar.documents import Line
from openbaar.patterns import compiled
from openbaar.recipe import Units


@dataclass(frozen=True)
class Unit:
    """A text put together from lines: where in it each line begins, and on which page it stands."""

    text: str
    starts: tuple[tuple[int, int], ...]
    page: int

    def lines(self, start: int = 0, end: int | None = None) -> tuple[int, int]:
        """The first and last line number of `text[start:end]`."""
        end = len(self.text) if end is None else end
        offsets = [offset for offset, _ in self.starts]
        first = self.starts[max(bisect_right(offsets, start) - 1, 0)][1]
        last = self.starts[max(bisect_right(offsets, max(end - 1, start)) - 1, 0)][1]
        return first, last

    def part(self, start: int, end: int) -> Unit:
        """The unit of `text[start:end]` alone."""
        kept = [(max(offset - start, 0), number) for offset, number in self.starts if offset < end]
        while len(kept) > 1 and kept[1][0] == 0:
            kept.pop(0)
        return Unit(self.text[start:end], tuple(kept), self.page)


def join(first: Unit, second: Unit) -> Unit:
    """Two units as one, with a space between them where none is printed."""
    text = first.text if first.text.endswith(" ") else first.text + " "
    moved = tuple((offset + len(text), number) for offset, number in second.starts)
    return Unit(text + second.text, first.starts + moved, first.page)


def make_units(lines: Sequence[Line], how: Units) -> list[Unit]:
    """Put lines together as `how` says; blank lines part blocks and paragraphs, and are no units themselves.

    before: ["(07) Buiten ", "Brussel/Vlaanderen", "", "434"]
    by block: "(07) Buiten Brussel/Vlaanderen" | "434"
    by line: "(07) Buiten " | "Brussel/Vlaanderen" | "434"
    """
    if how.by == "line":
        return [_wrapped([line]) for line in lines if not line.is_blank]
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
    starts, text = [], ""
    for line in lines:
        starts.append((len(text), line.number))
        text += line.text
    return Unit(text, tuple(starts), lines[0].page)


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
        if text and not text.endswith("\n") and (not text.endswith(" ") or line.text.startswith("- ")):
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
