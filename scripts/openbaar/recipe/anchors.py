"""Finding a table in its document: the lines between its anchors, below its headings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from openbaar.documents.lines import Document, Line, shown
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import template_fields
from openbaar.recipe.templates import BLANKS, Reading, attempt_loosely, template_items
from openbaar.recipe.units import Unit, join, make_units
from openbaar.recipe.values import Reader
from openbaar.schema.patterns import compiled
from openbaar.texts import shortened

# Lines that are compared for the one most like an anchor that is gone; comparing takes a while.
MAX_COMPARED = 5000
MOST_JOINED = 50  # units that make one heading
MAX_SHOWN = 81  # characters of a heading in a message
WORDS_BEFORE = 2  # words of a heading in a message before the one that differs


class Heading(NamedTuple):
    """A heading as printed: its unit, and the fields that were read in it."""

    unit: Unit
    slots: Reading


@dataclass(frozen=True)
class Region:
    """The lines of a table: all after its anchor, its headings, and the lines of its rows."""

    lines: tuple[Line, ...]
    header: tuple[Heading, ...]
    body: tuple[Line, ...]


def locate(document: Document, recipe: Recipe, readers: Mapping[str, Reader]) -> Region:
    """Find the region that `recipe` describes; `readers` read the headings that are data.

    Raises OpenbaarError when an anchor is gone or the first one matches twice, or a heading is not
    as written.
    """
    if recipe.page is not None:
        document = _only_page(document, recipe.page)
    start = _after_anchors(document, recipe)
    end = len(document.lines)
    if recipe.until is not None:
        end = _find(document, recipe.until, start, "until")
    lines = document.lines[start:end]
    if not recipe.header:
        return Region(lines, (), lines)
    return _without_headings(document, recipe, lines, readers)


def _only_page(document: Document, page: str) -> Document:
    """The document with the lines of one page or sheet only."""
    pages = dict.fromkeys(str(line.page) for line in document.lines)
    if page not in pages:
        message = f"recipe key 'page': there is no page '{page}'"
        raise OpenbaarError(Problem(document.place(), message, nearest(page, pages)))
    lines = [line for line in document.lines if str(line.page) == page]
    return replace(document, lines=tuple(lines))


def _after_anchors(document: Document, recipe: Recipe) -> int:
    """The index of the line after the last anchor; each is searched after the one before."""
    index = 0
    for position, pattern in enumerate(recipe.from_):
        found = _find(document, pattern, index, "from")
        if position == 0:
            _check_matches_once(document, pattern, found)
        index = found + 1
    return index


def _check_matches_once(document: Document, pattern: str, found: int) -> None:
    """Raise OpenbaarError where the first anchor matches another line too."""
    second = _search(document.lines, pattern, found + 1)
    if second is None:
        return
    first = document.lines[found].row
    message = f"recipe key 'from': '{pattern}' matches here and on line {first}"
    place = document.place(document.lines[second].number)
    raise OpenbaarError(Problem(place, message, "put an anchor that matches one line before it"))


def _find(document: Document, pattern: str, start: int, key: str) -> int:
    """The index of the first line from `start` that the pattern matches.

    Raises OpenbaarError where none does.
    """
    found = _search(document.lines, pattern, start)
    if found is not None:
        return found
    where = "in the document"
    if start:
        where = f"after line {document.lines[start - 1].row}"
    message = f"recipe key '{key}': '{pattern}' matches no line {where}"
    like = _most_alike(document.lines[start:], pattern)
    if like is None:
        hint = "check what changed in the document"
        raise OpenbaarError(Problem(_rest_of(document, start), message, hint))
    hint = f"the line most like it is '{like.shown}'"
    raise OpenbaarError(Problem(document.place(like.number), message, hint))


def _rest_of(document: Document, start: int) -> Place:
    """The place of the lines from `start`, or of the last line, to the end."""
    last = len(document.lines) - 1
    first = document.lines[min(start, last)]
    return document.place(first.number, document.lines[last].number)


def _most_alike(lines: Sequence[Line], pattern: str) -> Line | None:
    """The line whose beginning is most like what the pattern spells, if any is."""
    wanted = pattern.strip("^$").replace("\\", "")
    beginnings: dict[str, Line] = {}
    for line in lines[:MAX_COMPARED]:
        beginnings.setdefault(line.shown[: len(wanted)], line)
    found = difflib.get_close_matches(wanted, beginnings, n=1)
    return beginnings[found[0]] if found else None


def _search(lines: Sequence[Line], pattern: str, start: int) -> int | None:
    """The index of the first line from `start` that the pattern matches."""
    matcher = compiled(pattern)
    for index in range(start, len(lines)):
        if matcher.search(lines[index].shown):
            return index
    return None


def _without_headings(
    document: Document, recipe: Recipe, lines: tuple[Line, ...], readers: Mapping[str, Reader]
) -> Region:
    """The region with its headings set apart, wherever they come: first, and on each page again.

    Raises OpenbaarError where they are not found, or come again with other data in them.
    """
    units = make_units(lines, recipe.reading)
    search = _HeaderSearch(units, recipe.header, readers)
    found = search.all()
    if not found:
        raise OpenbaarError(_other_heading(document, recipe, lines, search))
    problems = []
    for again in found[1:]:
        if _data(again) != _data(found[0]):
            problems.append(_other_data(document, found[0], again))
    if problems:
        raise OpenbaarError(problems)
    taken = _lines_of(chain.from_iterable(found))
    body = tuple(line for line in lines if line.number not in taken)
    return Region(lines, tuple(found[0]), body)


def _lines_of(headings: Iterable[Heading]) -> set[int]:
    """The numbers of the lines on which headings stand."""
    numbers: set[int] = set()
    for heading in headings:
        first, last = heading.unit.lines()
        numbers.update(range(first, last + 1))
    return numbers


def _data(headings: Sequence[Heading]) -> list[object]:
    """What is read in headings."""
    slots = chain.from_iterable(heading.slots for heading in headings)
    return [slot.parsed.value for slot in slots]


@dataclass
class _HeaderSearch:
    """Finds the headings of a recipe among units, one of which may be a part of one."""

    units: Sequence[Unit]
    header: Sequence[str]
    readers: Mapping[str, Reader]

    def all(self) -> list[list[Heading]]:
        """The headings each time that all of them come, one after the other."""
        found: list[list[Heading]] = []
        index = 0
        while index < len(self.units):
            headings, after = self.at(index)
            if len(headings) == len(self.header):
                found.append(headings)
                index = after
            else:
                index += 1
        return found

    def at(self, index: int) -> tuple[list[Heading], int]:
        """As many of the headings as come from a unit on, and the index of the unit after them."""
        headings: list[Heading] = []
        for expected in self.header:
            heading, after = self._one(index, expected)
            if heading is None:
                break
            headings.append(heading)
            index = after
        return headings, index

    def _one(self, index: int, expected: str) -> tuple[Heading | None, int]:
        """The heading that begins with a unit, joined with the next ones as far as is needed."""
        if index >= len(self.units):
            return None, index
        unit = self.units[index]
        if not _may_begin(expected, unit.text):
            return None, index
        for after in range(index + 1, min(index + MOST_JOINED, len(self.units)) + 1):
            found = attempt_loosely(expected, unit.text, self.readers)
            if len(found.readings) == 1:
                return Heading(unit, found.readings[0]), after
            is_beginning = found.furthest == len(unit.text.rstrip(BLANKS))
            if not is_beginning or after == len(self.units):
                break
            unit = join(unit, self.units[after])
        return None, index


def _may_begin(expected: str, text: str) -> bool:
    """Whether a text begins with the first letter of a heading, or is a blank cell before it."""
    literal = template_items(expected)[0].literal.split()
    printed = text.lstrip(BLANKS)
    return not literal or not printed or printed.startswith(literal[0][0])


def _other_heading(
    document: Document, recipe: Recipe, lines: Sequence[Line], search: _HeaderSearch
) -> Problem:
    """The problem of headings that are not there: what stands at the top instead."""
    headings, index = search.at(0)
    expected = search.header[len(headings)]
    if index >= len(search.units):
        place = document.place(lines[0].number) if lines else document.place()
        start = _excerpt(expected.split(), 0)
        message = f"recipe key 'header': expected '{start}', found nothing"
        return Problem(place, message, "no line is left between 'from' and 'until'")
    unit = search.units[index]
    tried = attempt_loosely(expected, unit.text, search.readers)
    if len(tried.readings) > 1:
        ways = len(tried.readings)
        message = f"recipe key 'header': '{expected}' can be read in {ways} ways here"
        hint = "say under 'cells' what its fields look like: a pattern, or marks"
        return Problem(document.place(*unit.lines()), message, hint)
    return _differing(document.place(*unit.lines()), expected, unit, search.readers)


def _differing(place: Place, expected: str, unit: Unit, readers: Mapping[str, Reader]) -> Problem:
    """The problem of a heading that differs, shown from a few words before where it does."""
    wanted = expected.split()
    printed = [word for word in shown(unit.text).split() if word != "|"]
    same = 0
    while same < min(len(wanted), len(printed)) and _is_same(wanted[same], printed[same], readers):
        same += 1
    one, other = _excerpt(wanted, same), _excerpt(printed, same)
    message = f"recipe key 'header': expected '{one}', found '{other}'"
    hint = "the headings have changed, or the anchor is elsewhere"
    names = template_fields(wanted[same]) if same < min(len(wanted), len(printed)) else []
    if names:
        hint = (
            f"'{printed[same]}' is no {names[0]}: say under 'cells' which marks or pattern it has"
        )
    return Problem(place, message, hint)


def _is_same(wanted: str, printed: str, readers: Mapping[str, Reader]) -> bool:
    """Whether a word of a heading is printed, or read by the field that stands there."""
    if not template_fields(wanted):
        return wanted == printed
    return len(attempt_loosely(wanted, printed, readers).readings) == 1


def _excerpt(words: Sequence[str], differing: int) -> str:
    """A heading from a few words before the first one that differs, cut off where it is long."""
    start = max(differing - WORDS_BEFORE, 0)
    text = shortened(" ".join(words[start:]), MAX_SHOWN)
    return f"… {text}" if start else text


def _other_data(document: Document, first: Sequence[Heading], again: Sequence[Heading]) -> Problem:
    """The problem of headings that come again with other data in them."""
    place = document.place(*again[0].unit.lines())
    before = ", ".join(str(value) for value in _data(first))
    now = ", ".join(str(value) for value in _data(again))
    message = f"recipe key 'header': the headings come again with {now} instead of {before}"
    return Problem(place, message, "the columns have changed here: write a table of its own")
