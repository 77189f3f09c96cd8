"""Finding a table in its document: the lines between its anchors, below the headings it must have."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openbaar.documents.lines import SEPARATOR, Document, Line, shown
from openbaar.errors import OpenbaarError, Problem, nearest
from openbaar.recipe.language import Recipe, Units
from openbaar.recipe.units import Unit, join, make_units
from openbaar.schema.patterns import compiled

MAX_COMPARED = (
    5000  # lines looked through for the one most like an anchor that is gone; it takes a while
)


@dataclass(frozen=True)
class Region:
    """The lines of a table: all of them behind its anchor, the units of its headings, and the lines below those."""

    lines: tuple[Line, ...]
    header: tuple[Unit, ...]
    body: tuple[Line, ...]


def locate(document: Document, recipe: Recipe) -> Region:
    """Find the region that `recipe` describes.

    Raises OpenbaarError when an anchor is gone or the first one stands twice, or a heading is not as written.
    """
    if recipe.page is not None:
        document = _page(document, recipe.page)
    start = _after_anchors(document, recipe)
    end = len(document.lines)
    if recipe.until is not None:
        end = _find(document, recipe.until, start, "until")
    lines = document.lines[start:end]
    header, body = _take_header(document, recipe, lines)
    repeated, body = _take_repeated(document, recipe, body)
    return Region(lines, header + repeated, body)


def _page(document: Document, page: str) -> Document:
    """The document with the lines of one page or sheet only."""
    pages = dict.fromkeys(str(line.page) for line in document.lines)
    if page not in pages:
        message = f"recipe key 'page': there is no page '{page}'"
        raise OpenbaarError(Problem(document.place(), message, nearest(page, pages)))
    return replace(document, lines=tuple(line for line in document.lines if str(line.page) == page))


def _after_anchors(document: Document, recipe: Recipe) -> int:
    """The index of the line behind the last anchor; each is sought behind the one before."""
    index = 0
    for number, pattern in enumerate(recipe.from_):
        found = _find(document, pattern, index, "from")
        if number == 0:
            second = _search(document.lines, pattern, found + 1)
            if second is not None:
                message = f"recipe key 'from': '{pattern}' matches here and on line {document.lines[found].row}"
                hint = "put an anchor that stands once before it"
                raise OpenbaarError(
                    Problem(document.place(document.lines[second].number), message, hint)
                )
        index = found + 1
    return index


def _find(document: Document, pattern: str, start: int, key: str) -> int:
    found = _search(document.lines, pattern, start)
    if found is None:
        where = f"after line {document.lines[start - 1].row}" if start else "in the document"
        message = f"recipe key '{key}': '{pattern}' matches no line {where}"
        like = _most_alike(document.lines[start:], pattern)
        if like is None:
            place = document.place(*_numbers(document, start))
            raise OpenbaarError(Problem(place, message, "look for what changed in the document"))
        raise OpenbaarError(
            Problem(
                document.place(like.number), message, f"the line most like it is '{like.shown}'"
            )
        )
    return found


def _numbers(document: Document, start: int) -> tuple[int, int]:
    """The numbers of the line at `start`, or the last one, and of the last one."""
    last = len(document.lines) - 1
    return document.lines[min(start, last)].number, document.lines[last].number


def _most_alike(lines: Sequence[Line], pattern: str) -> Line | None:
    """The line whose beginning is most like what the pattern spells, if any is."""
    wanted = pattern.strip("^$").replace("\\", "")
    beginnings = {line.shown[: len(wanted)]: line for line in reversed(lines[:MAX_COMPARED])}
    found = difflib.get_close_matches(wanted, beginnings, n=1)
    return beginnings[found[0]] if found else None


def _search(lines: Sequence[Line], pattern: str, start: int) -> int | None:
    matcher = compiled(pattern)
    return next(
        (index for index in range(start, len(lines)) if matcher.search(lines[index].shown)), None
    )


def _take_header(
    document: Document, recipe: Recipe, lines: tuple[Line, ...]
) -> tuple[tuple[Unit, ...], tuple[Line, ...]]:
    """Part the headings from the rows below them; they must be those of the recipe, white space aside.

    One heading of the recipe may be printed as several units: `"Jaar Aantal"` where each is a line of its own.
    """
    units = make_units(lines, recipe.reading) if recipe.header else []
    taken: list[Unit] = []
    index = 0
    for expected in recipe.header:
        wanted = squeezed(expected)
        heading = units[index] if index < len(units) else None
        index += 1
        while heading and index < len(units) and _begins(heading, wanted):
            heading = join(heading, units[index])
            index += 1
        if heading is None or squeezed(heading.text) != wanted:
            printed = " ".join(heading.text.split()) if heading else "nothing"
            place = (
                document.place(*heading.lines())
                if heading
                else document.place(lines[0].number if lines else None)
            )
            message = f"recipe key 'header': expected '{expected}', found '{shown(printed)}'"
            raise OpenbaarError(
                Problem(place, message, "the headings have changed, or the anchor is elsewhere")
            )
        taken.append(heading)
    last = taken[-1].lines()[1] if taken else 0
    return tuple(taken), tuple(line for line in lines if line.number > last)


def _take_repeated(
    document: Document, recipe: Recipe, lines: tuple[Line, ...]
) -> tuple[tuple[Unit, ...], tuple[Line, ...]]:
    """Part headings that come again from the rows; they must read the same each time, and count as one."""
    if recipe.repeated is None:
        return (), lines
    pattern = compiled(recipe.repeated)
    headings = [line for line in lines if pattern.search(line.shown)]
    for line in headings:
        if squeezed(line.text) != squeezed(headings[0].text):
            message = f"recipe key 'repeated': '{line.shown}' is not the heading '{headings[0].shown}' again"
            raise OpenbaarError(
                Problem(document.place(line.number), message, "the columns may have changed here")
            )
    if not headings:
        message = f"recipe key 'repeated': '{recipe.repeated}' matches no line of the table"
        first, last = (lines[0].number, lines[-1].number) if lines else (None, None)
        raise OpenbaarError(Problem(document.place(first, last), message))
    taken = {line.number for line in headings}
    return tuple(make_units(headings[:1], Units(by="line"))), tuple(
        line for line in lines if line.number not in taken
    )


def _begins(heading: Unit, wanted: str) -> bool:
    """Whether the heading is the beginning of what is wanted, and not yet all of it."""
    printed = squeezed(heading.text)
    return wanted.startswith(printed) and printed != wanted


def squeezed(text: str) -> str:
    """The text without white space and without the separators of cells."""
    return "".join(text.replace(SEPARATOR, " ").split())
