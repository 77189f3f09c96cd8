"""The words of a page as lines, and each line as the cells that gaps part.

Lengths are points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from openbaar.documents.lines import UNSURE, Word

LONG_LINE = 12  # words of a line that is running text where nothing parts them
LONG_CELL = 5  # words of a cell that is running text
# Shares of the height of a line, which is about the size of its type.
WIDE = 0.75  # a gap that may part two cells; a space is about a third of it
CLEARLY_ABOVE = 0.4  # a gap between two lines that are not of one text
BETWEEN_FIGURES = 0.32  # a gap that parts two numbers, not the thousands of one
FARTHEST_SIGN = 6  # between a sign of currency and its number
_DASHES = ("-", "–", "—", "−", "to", "+")
_SIGNS = ("$", "€", "£", "($", "¥")
_CLOSING = ("%", ")", "%)")
_FIGURE = re.compile(
    rf"{UNSURE}?"
    r"[(\[<>~≈±+\-−–$€£¥]*\s?(?:[$€£]\s?)?[.,]?\d[\d.,'’/:\s]*"
    r"\s?(?:[%*†‡°)\]]|pp|[a-z]{1,2}\b|st|nd|rd|th)*"
)
_BLANKS = frozenset(["-", "–", "—", "−", "…", "...", "..", ".", "*", "--", "---", "X", "x"])
_BLANK_WORDS = frozenset(["NA", "N/A", "n/a", "n.a.", "NS", "ND", "(D)", "(NA)", "(X)", "(Z)"])
_SHORT_ANSWERS = frozenset(["yes", "no", "na", "y", "n", "ja", "nee", "nein", "oui", "non"])


@dataclass(frozen=True)
class PageLine:
    """What is printed at one height of a page: its words from left to right."""

    words: tuple[Word, ...]

    @cached_property
    def segments(self) -> tuple[Word, ...]:
        """The words, those put together between which there is no gap."""
        segments: list[Word] = []
        for word in self.words:
            if segments and _goes_on(segments[-1], word, self.height):
                segments[-1] = _together(segments[-1], word)
            else:
                segments.append(word)
        return tuple(segments)

    @cached_property
    def height(self) -> float:
        """About the size of its type."""
        return median(word.bottom - word.top for word in self.words)

    @cached_property
    def top(self) -> float:
        """Where it begins."""
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        """Where it ends."""
        return max(word.bottom for word in self.words)

    def is_clearly_above(self, below: PageLine) -> bool:
        """Whether it is farther from the line below than the lines of one text are."""
        return self.gap(below) > CLEARLY_ABOVE * self.height

    def gap(self, below: PageLine) -> float:
        """How far it is from the line below."""
        return below.top - self.bottom

    @property
    def has_figures(self) -> bool:
        """Whether one of its cells is a figure."""
        return any(is_figure(segment.text) for segment in self.segments)

    @property
    def is_row(self) -> bool:
        """Whether at least half of its cells behind the first are figures."""
        behind = self.segments[1:]
        figures = sum(is_figure(segment.text) for segment in behind)
        return figures > 0 and 2 * figures >= len(behind)

    @property
    def may_be_row(self) -> bool:
        """Whether it has several cells that are no running text."""
        if len(self.segments) < 2:
            return False
        return self.has_figures or len(self.words) <= LONG_CELL * len(self.segments)

    @property
    def may_be_label(self) -> bool:
        """Whether it is one short text."""
        return len(self.segments) == 1 and len(self.words) <= LONG_LINE


def is_figure(text: str) -> bool:
    """Whether a cell holds a number, or what stands for one that is not there."""
    text = text.strip()
    if text in _BLANKS or text in _BLANK_WORDS or text.casefold() in _SHORT_ANSWERS:
        return True
    return _FIGURE.fullmatch(text) is not None


def lines_of(words: Sequence[Word]) -> list[PageLine]:
    """Words as lines, from above to below; what is raised or lowered stays with its line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: (each.top + each.bottom, each.start)):
        for line in reversed(lines[-3:]):
            if _is_on(word, line):
                line.append(word)
                break
        else:
            lines.append([word])
    made = [PageLine(tuple(sorted(line, key=lambda each: each.start))) for line in lines]
    return sorted(made, key=lambda line: line.top)


def _is_on(word: Word, line: Sequence[Word]) -> bool:
    """Whether a word stands at the height of a line: at least half of the lower one of the two."""
    top = median(each.top for each in line)
    bottom = median(each.bottom for each in line)
    shared = min(bottom, word.bottom) - max(top, word.top)
    return shared >= 0.5 * min(bottom - top, word.bottom - word.top)


def _goes_on(segment: Word, word: Word, height: float) -> bool:
    """Whether a word belongs to what is printed before it."""
    gap = word.start - segment.end
    if segment.text in _SIGNS and is_figure(word.text):
        return gap < FARTHEST_SIGN * height
    if word.text in _CLOSING or word.text in _DASHES or segment.text[-1:] in _DASHES:
        return gap < WIDE * height
    if is_figure(segment.text) and is_figure(word.text):
        return gap < BETWEEN_FIGURES * height
    return gap < WIDE * height


def _together(one: Word, other: Word) -> Word:
    return Word(
        f"{one.text} {other.text}",
        min(one.start, other.start),
        max(one.end, other.end),
        min(one.top, other.top),
        max(one.bottom, other.bottom),
    )
