"""Finding a table in its document: the lines between its anchors, below its headings."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openbaar.documents.lines import SEPARATOR, Document, Line, shown
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.language import Recipe, Units
from openbaar.recipe.units import Unit, join, make_units
from openbaar.schema.patterns import compiled

# Lines that are compared for the one most like an anchor that is gone; comparing takes a while.
MAX_COMPARED = 5000


@dataclass(frozen=True)
class Region:
    """The lines of a table: all after its anchor, its headings as units, and the lines below."""

    lines: tuple[Line, ...]
    header: tuple[Unit, ...]
    body: tuple[Line, ...]


def locate(document: Document, recipe: Recipe) -> Region:
    """Find the region that `recipe` describes.

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
    header = _header(document, recipe, lines)
    body = _below(lines, header)
    if recipe.repeated is None:
        return Region(lines, header, body)
    repeated = _repeated_headings(document, recipe.repeated, body)
    taken = {line.number for line in repeated}
    once = make_units(repeated[:1], Units(by="line"))
    rest = tuple(line for line in body if line.number not in taken)
    return Region(lines, (*header, *once), rest)


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


def _header(document: Document, recipe: Recipe, lines: Sequence[Line]) -> tuple[Unit, ...]:
    """The units of the headings; they must be those of the recipe, white space aside.

    One heading of the recipe may be printed as several units: `"Jaar Aantal"` where each is a line
    of its own. Raises OpenbaarError where a heading is another one.
    """
    if not recipe.header:
        return ()
    units = make_units(lines, recipe.reading)
    headings: list[Unit] = []
    index = 0
    for expected in recipe.header:
        if index >= len(units):
            place = document.place(lines[0].number) if lines else document.place()
            raise OpenbaarError(_other_heading(place, expected, "nothing"))
        heading, index = _heading(units, index, expected)
        if squeezed(heading.text) != squeezed(expected):
            printed = shown(" ".join(heading.text.split()))
            raise OpenbaarError(_other_heading(document.place(*heading.lines()), expected, printed))
        headings.append(heading)
    return tuple(headings)


def _heading(units: Sequence[Unit], index: int, expected: str) -> tuple[Unit, int]:
    """The heading that begins with the unit at `index`, joined while it is only a beginning.

    And the next index.
    """
    wanted = squeezed(expected)
    heading = units[index]
    index += 1
    while index < len(units) and _is_beginning(heading, wanted):
        heading = join(heading, units[index])
        index += 1
    return heading, index


def _is_beginning(heading: Unit, wanted: str) -> bool:
    """Whether the heading is the beginning of what is wanted, and not yet all of it."""
    printed = squeezed(heading.text)
    return wanted.startswith(printed) and printed != wanted


def _other_heading(place: Place, expected: str, printed: str) -> Problem:
    message = f"recipe key 'header': expected '{expected}', found '{printed}'"
    return Problem(place, message, "the headings have changed, or the anchor is elsewhere")


def _below(lines: Sequence[Line], header: Sequence[Unit]) -> tuple[Line, ...]:
    """The lines below the headings."""
    last = header[-1].lines()[1] if header else 0
    return tuple(line for line in lines if line.number > last)


def _repeated_headings(document: Document, pattern: str, lines: Sequence[Line]) -> list[Line]:
    """Headings that come again; they must read the same each time.

    Raises OpenbaarError where they do not.
    """
    matcher = compiled(pattern)
    headings = [line for line in lines if matcher.search(line.shown)]
    if not headings:
        place = document.place()
        if lines:
            place = document.place(lines[0].number, lines[-1].number)
        message = f"recipe key 'repeated': '{pattern}' matches no line of the table"
        raise OpenbaarError(Problem(place, message))
    first = headings[0]
    for line in headings:
        if squeezed(line.text) != squeezed(first.text):
            message = (
                f"recipe key 'repeated': '{line.shown}' is not the heading '{first.shown}' again"
            )
            hint = "the columns may have changed here"
            raise OpenbaarError(Problem(document.place(line.number), message, hint))
    return headings


def squeezed(text: str) -> str:
    """The text without white space and without the separators of cells."""
    return "".join(text.replace(SEPARATOR, " ").split())
