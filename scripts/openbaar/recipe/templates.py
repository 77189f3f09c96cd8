"""Row templates: every way in which a text can be read as `{start_year} {province} {started}`."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR
from openbaar.recipe.values import Parsed, Reader

MAX_READINGS = 20
MAX_DOUBTS = 5  # texts of which a message may say why they are no cells
BLANKS = (
    f"{string.whitespace}{SEPARATOR}\u00a0\u2002\u2003\u2009\u202f"  # what is no word of a heading
)


class Slot(NamedTuple):
    """A field that was read: its name, what was read, and from where to where in the text."""

    name: str
    parsed: Parsed
    start: int
    end: int


Reading = tuple[Slot, ...]


class Item(NamedTuple):
    """A part of a template: a literal text, and the field after it; None at the end."""

    literal: str
    name: str | None


@lru_cache(maxsize=1024)
def template_items(template: str) -> tuple[Item, ...]:
    """The items of a template.

    before: "{a} totaal {b}"
    after: ("", a), (" totaal ", b)
    """
    parsed = string.Formatter().parse(template)
    return tuple(Item(literal, name) for literal, name, _, _ in parsed)


class Doubt(NamedTuple):
    """A text that is no cell of a field, as far as its reader can tell."""

    reader: Reader
    printed: str


class Attempt(NamedTuple):
    """What reading a text by a template came to: all readings, and how far the text fitted.

    `doubts` are the texts that should have been cells there.
    """

    readings: list[Reading]
    furthest: int
    doubts: Sequence[Doubt] = ()

    @property
    def reason(self) -> str:
        """Why the text fits no further; nothing where no reader can say.

        It is only worked out for a message: most attempts fail, and another one reads the text.
        """
        for reader, printed in self.doubts:
            reason = reader.why_not(printed)
            if reason:
                return reason
        return ""


def attempt(template: str, text: str, readers: Mapping[str, Reader]) -> Attempt:
    """All readings of the whole `text` by `template`, at most MAX_READINGS.

    White space around the text does not count, unless a blank cell that is printed as white space
    is there.
    """
    items = template_items(template)
    in_cells = _by_cells(items, text, readers)
    if in_cells:
        return Attempt(in_cells, len(text))
    readings: list[Reading] = []
    furthest = 0
    doubts: Sequence[Doubt] = ()
    for end in _ends_of(text, items, readers):
        matcher = _Matcher(items, text[:end], readers)
        for start in _starts_of(text, items, readers):
            found = matcher.match(0, start, after_blank=False)
            readings += islice(found, MAX_READINGS - len(readings))
        if matcher.furthest >= furthest:
            furthest, doubts = matcher.furthest, matcher.doubts
    return Attempt(readings, furthest, doubts)


def _by_cells(items: tuple[Item, ...], text: str, readers: Mapping[str, Reader]) -> list[Reading]:
    """The reading of cells by a template of one field for each, where each means one thing.

    No field reaches over a separator, so there is no other reading. Nothing where that cannot be
    said so easily: then the text is walked through.

    before: "2020␟man␟5", "{year}␟{gender}␟{n}"
    after: year 2020, gender man, n 5
    """
    cells = text.split(SEPARATOR)
    if not _is_of_cells(items) or len(cells) != len(items) or text != text.strip():
        return []
    slots = []
    start = 0
    for (_, name), cell in zip(items, cells, strict=True):
        reader = readers[name or ""]
        found = reader.readings(cell) if cell else ()
        if len(found) + (cell in reader.blank) != 1:
            return []
        parsed = found[0] if found else reader.blank_cell(cell)
        slots.append(Slot(name or "", parsed, start, start + len(cell)))
        start += len(cell) + len(SEPARATOR)
    return [tuple(slots)]


@lru_cache(maxsize=1024)
def _is_of_cells(items: tuple[Item, ...]) -> bool:
    """Whether a template is a field for each of several cells, and nothing else."""
    literals = [item.literal for item in items]
    between = [SEPARATOR] * (len(items) - 1)
    has_fields_only = all(item.name is not None for item in items)
    return len(items) > 1 and has_fields_only and literals == ["", *between]


def _starts_of(text: str, items: Sequence[Item], readers: Mapping[str, Reader]) -> list[int]:
    """Where a reading may begin: behind white space, and before it where a blank may be there."""
    start = len(text) - len(text.lstrip())
    may_begin_before = start > 0 and _may_be_space(items, 0, readers)
    return [0, start] if may_begin_before else [start]


def _ends_of(text: str, items: Sequence[Item], readers: Mapping[str, Reader]) -> list[int]:
    """Where a reading may end: before white space, and behind it where a blank may be there."""
    end = len(text.rstrip())
    may_end_behind = end < len(text) and _may_be_space(items, -1, readers)
    return [end, len(text)] if may_end_behind else [end]


def _may_be_space(items: Sequence[Item], index: int, readers: Mapping[str, Reader]) -> bool:
    """Whether white space may be a blank cell of the first field (0), or of the last one (-1)."""
    names = [item.name for item in items if item.name]
    return bool(names) and readers[names[index]].blank_is_space


class _Step(NamedTuple):
    """A field as it may be read somewhere: its slot, its end, and whether it is a space."""

    reading: Reading
    end: int
    is_space: bool


class _Matcher:
    """Walks through a text and a template side by side, trying each end that a field could have."""

    def __init__(self, items: Sequence[Item], text: str, readers: Mapping[str, Reader]) -> None:
        self.items = items
        self.text = text
        self.readers = readers
        self.furthest = 0
        self.doubts: list[Doubt] = []  # of what should be a cell where the text fits no further
        self.dead: set[tuple[int, int, bool]] = set()  # from where no reading reaches the end

    def match(self, index: int, position: int, after_blank: bool) -> Iterator[Reading]:
        """All readings of the text from `position` by the items from `index`.

        No space separates a blank cell, which is itself printed as a space, from the next cell: so
        k blank cells in a row appear as k+1 spaces.
        """
        if index == len(self.items):
            if position == len(self.text):
                yield ()
            return
        state = (index, position, after_blank)
        if state in self.dead:
            return
        alive = False
        for step in self._steps(index, position, after_blank):
            for rest in self.match(index + 1, step.end, step.is_space):
                alive = True
                yield step.reading + rest
        if not alive:
            self.dead.add(state)

    def _steps(self, index: int, position: int, after_blank: bool) -> Iterator[_Step]:
        """The ways to read one item: its literal must be printed here, then its field."""
        literal, name = self.items[index]
        if after_blank and literal.startswith(" "):
            literal = literal[1:]
        after = self._after(literal, position)
        if after is None:
            return
        position = after
        self._reach(position)
        if name is None:
            yield _Step((), position, False)
        else:
            yield from self._blanks(name, position)
            yield from self._values(index, name, position)

    def _blanks(self, name: str, start: int) -> Iterator[_Step]:
        reader = self.readers[name]
        for printed in reader.blank:
            if self.text.startswith(printed, start):
                end = start + len(printed)
                self._reach(end)
                slot = Slot(name, reader.blank_cell(printed), start, end)
                yield _Step((slot,), end, printed.endswith(" "))

    def _values(self, index: int, name: str, start: int) -> Iterator[_Step]:
        reader = self.readers[name]
        latest = reader.latest_end(self.text, start)
        for end in self._ends(index, start):
            readings = reader.readings(self.text[start:end]) if end <= latest else ()
            if readings:
                self._reach(end)
            elif start == self.furthest and len(self.doubts) < MAX_DOUBTS:
                self.doubts.append(Doubt(reader, self.text[start:end]))
            if end > latest:
                return
            for parsed in readings:
                yield _Step((Slot(name, parsed, start, end),), end, False)

    def _after(self, literal: str, position: int) -> int | None:
        """The position behind a literal that is printed at `position`; None where it is not."""
        return position + len(literal) if self.text.startswith(literal, position) else None

    def _reach(self, position: int) -> None:
        """Remember how far the text fitted."""
        if position > self.furthest:
            self.furthest = position
            self.doubts = []

    def _ends(self, index: int, start: int) -> Iterator[int]:
        """Where a field that begins at `start` could end.

        That is before the next literal, or anywhere where another field follows.
        """
        if index + 1 == len(self.items):
            yield len(self.text)
            return
        literal = self.items[index + 1].literal
        if not literal:
            yield from range(start + 1, len(self.text) + 1)
            return
        end = self.text.find(literal, start + 1)
        while end != -1:
            yield end
            end = self.text.find(literal, end + 1)


def attempt_loosely(template: str, text: str, readers: Mapping[str, Reader]) -> Attempt:
    """All readings of a heading: white space and borders of cells do not matter in its words.

    before: "Jaar Start {year} {year}", "Jaar  St art 2021 2022"
    after: year 2021, year 2022

    Between two fields some white space, or a border, must be printed.
    """
    matcher = _LooseMatcher(template_items(template), text.rstrip(BLANKS), readers)
    readings = list(islice(matcher.match(0, 0, after_blank=False), MAX_READINGS))
    return Attempt(readings, matcher.furthest, matcher.doubts)


class _LooseMatcher(_Matcher):
    """A matcher for which white space and borders of cells only part fields."""

    def _after(self, literal: str, position: int) -> int | None:
        after = self._after_words("".join(literal.split()), position)
        if after is None:
            return None
        if not literal or literal[-1].isspace():
            after = self._skipped(after)
        needs_space = literal.isspace() and 0 < position < len(self.text)
        return None if needs_space and after == position else after

    def _after_words(self, letters: str, position: int) -> int | None:
        """The position behind these letters, with white space between; None where they are not."""
        for letter in letters:
            position = self._skipped(position)
            if position >= len(self.text):
                self._reach(position)  # the heading may go on in the next unit
                return None
            if self.text[position] != letter:
                return None
            position += 1
        return position

    def _blanks(self, name: str, start: int) -> Iterator[_Step]:
        """A heading that is data is never blank."""
        return iter(())

    def _skipped(self, position: int) -> int:
        """The position behind white space and borders."""
        while position < len(self.text) and self.text[position] in BLANKS:
            position += 1
        return position

    def _ends(self, index: int, start: int) -> Iterator[int]:
        literal = self.items[index + 1].literal if index + 1 < len(self.items) else ""
        for end in range(start + 1, len(self.text) + 1):
            if self._after(literal, end) is not None:
                yield end
