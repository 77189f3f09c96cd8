"""Row templates: every way in which a text can be read as `{start_year} {province} {started}`."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from openbaar.recipe.values import Parsed, Reader

MAX_READINGS = 20


@dataclass(frozen=True)
class Slot:
    """A field that was read: its name, what was read, and from where to where in the text."""

    name: str
    parsed: Parsed
    start: int
    end: int


Reading = tuple[Slot, ...]


@lru_cache(maxsize=1024)
def template_items(template: str) -> tuple[tuple[str, str | None], ...]:
    """The template as pairs of a literal and the field behind it: `"{a} totaal {b}"` -> ("", a), (" totaal ", b)."""
    return tuple((literal, name) for literal, name, _, _ in string.Formatter().parse(template))


@dataclass(frozen=True)
class Attempt:
    """What reading a text by a template came to: all readings, how far the text fitted, and why it did no further."""

    readings: list[Reading]
    furthest: int
    reason: str


def attempt(template: str, text: str, readers: Mapping[str, Reader]) -> Attempt:
    """All readings of the whole `text` by `template`, at most MAX_READINGS.

    White space around the text does not count, unless a blank cell that is printed as white space stands there.
    """
    items = template_items(template)
    names = [name for _, name in items if name]
    ends = {len(text.rstrip())}
    if names and readers[names[-1]].blank_is_space:
        ends.add(len(text))
    start = len(text) - len(text.lstrip())
    starts = {start} | ({0} if names and readers[names[0]].blank_is_space else set())
    found: list[Reading] = []
    furthest, reason = 0, ""
    for end in sorted(ends):
        matcher = _Matcher(items, text[:end], readers)
        for begin in sorted(starts):
            found += islice(matcher.match(0, begin, False), MAX_READINGS - len(found))
        if matcher.furthest >= furthest:
            furthest, reason = matcher.furthest, matcher.reason
    return Attempt(found, furthest, reason)


class _Matcher:
    """Walks through a text and a template side by side, trying each end that a field could have."""

    def __init__(
        self, items: tuple[tuple[str, str | None], ...], text: str, readers: Mapping[str, Reader]
    ) -> None:
        self.items, self.text, self.readers = items, text, readers
        self.furthest = 0
        self.reason = ""
        self.dead: set[tuple[int, int, bool]] = set()

    def match(self, item: int, position: int, after_blank: bool) -> Iterator[Reading]:
        """All readings of the text from `position` by the items from `item`.

        Behind a blank cell, which is itself printed as a space, no space parts it from the next cell:
        so k blank cells in a row show as k+1 spaces.
        """
        if item == len(self.items):
            if position == len(self.text):
                yield ()
            return
        state = (item, position, after_blank)
        if state in self.dead:
            return
        alive = False
        literal, name = self.items[item]
        if after_blank and literal.startswith(" "):
            literal = literal[1:]
        if self.text.startswith(literal, position):
            position += len(literal)
            self._reach(position)
            if name is None:
                slots: Iterator[tuple[Reading, int, bool]] = iter([((), position, False)])
            else:
                slots = self._slots(item, name, position)
            for head, end, blank in slots:
                for rest in self.match(item + 1, end, blank):
                    alive = True
                    yield head + rest
        if not alive:
            self.dead.add(state)

    def _slots(self, item: int, name: str, start: int) -> Iterator[tuple[Reading, int, bool]]:
        reader = self.readers[name]
        for printed in reader.blank:
            if self.text.startswith(printed, start):
                end = start + len(printed)
                self._reach(end)
                yield (
                    (Slot(name, reader.blank_cell(printed), start, end),),
                    end,
                    printed.endswith(" "),
                )
        for end in self._ends(item, start):
            parsed = reader.read(self.text[start:end])
            if parsed is not None:
                self._reach(end)
                yield (Slot(name, parsed, start, end),), end, False
            elif start == self.furthest and not self.reason:
                self.reason = reader.why_not(self.text[start:end])

    def _reach(self, position: int) -> None:
        if position > self.furthest:
            self.furthest, self.reason = position, ""

    def _ends(self, item: int, start: int) -> Iterator[int]:
        """Where a field that begins at `start` could end: before the next literal, or anywhere before a field."""
        last = item + 1 == len(self.items)
        literal = "" if last else self.items[item + 1][0]
        if last:
            yield len(self.text)
        elif literal:
            end = self.text.find(literal, start + 1)
            while end != -1:
                yield end
                end = self.text.find(literal, end + 1)
        else:
            yield from range(start + 1, len(self.text) + 1)
