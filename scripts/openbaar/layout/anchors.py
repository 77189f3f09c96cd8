"""Finding a table in its document: the lines between its anchors, below the headings it must have."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from openbaar.documents import Line, TextDocument
from openbaar.errors import OpenbaarError, Problem
from openbaar.layout.units import Unit, make_units
from openbaar.patterns import compiled
from openbaar.recipe import Recipe

MAX_COMPARED = 5000  # lines looked through for the one most like an anchor that is gone; it takes a while


@dataclass(frozen=True)
class Region:
    """The lines of a table: all of them behind its anchor, the units of its headings, and the lines below those."""

    lines: tuple[Line, ...]
    header: tuple[Unit, ...]
    body: tuple[Line, ...]


def locate(document: TextDocument, recipe: Recipe) -> Region:
    """Find the region that `recipe` describes.

    Raises OpenbaarError when an anchor is gone or the first one stands twice, or a heading is not as written.
    """
    start = _after_anchors(document, recipe)
    end = len(document.lines)
    if recipe.until is not None:
        end = _find(document, recipe.until, start, "until")
    lines = document.lines[start:end]
    if recipe.units.by == "block":
        rest_of_anchor = next((index for index, line in enumerate(lines) if line.is_blank), len(lines))
        lines = lines[rest_of_anchor:]
    header, body = _take_header(document, recipe, lines)
    return Region(lines, header, body)


def _after_anchors(document: TextDocument, recipe: Recipe) -> int:
    """The index of the line behind the last anchor; each is sought behind the one before."""
    index = 0
    for number, pattern in enumerate(recipe.from_):
        found = _find(document, pattern, index, "from")
        if number == 0:
            second = _search(document.lines, pattern, found + 1)
            if second is not None:
                message = f"recipe key 'from': '{pattern}' matches here and on line {found + 1}"
                hint = "put an anchor that stands once before it"
                raise OpenbaarError(Problem(document.place(second + 1), message, hint))
        index = found + 1
    return index


def _find(document: TextDocument, pattern: str, start: int, key: str) -> int:
    found = _search(document.lines, pattern, start)
    if found is None:
        where = f"after line {start}" if start else "in the document"
        message = f"recipe key '{key}': '{pattern}' matches no line {where}"
        like = _most_alike(document.lines[start:], pattern)
        if like is None:
            place = document.place(start + 1, len(document.lines))
            raise OpenbaarError(Problem(place, message, "look for what changed in the document"))
        raise OpenbaarError(Problem(document.place(like.number), message, f"the line most like it is '{like.text}'"))
    return found


def _most_alike(lines: Sequence[Line], pattern: str) -> Line | None:
    """The line whose beginning is most like what the pattern spells, if any is."""
    wanted = pattern.strip("^$").replace("\\", "")
    beginnings = {line.text[: len(wanted)]: line for line in reversed(lines[:MAX_COMPARED])}
    found = difflib.get_close_matches(wanted, beginnings, n=1)
    return beginnings[found[0]] if found else None


def _search(lines: Sequence[Line], pattern: str, start: int) -> int | None:
    matcher = compiled(pattern)
    return next((index for index in range(start, len(lines)) if matcher.search(lines[index].text)), None)


def _take_header(
    document: TextDocument, recipe: Recipe, lines: tuple[Line, ...]
) -> tuple[tuple[Unit, ...], tuple[Line, ...]]:
    """Part the headings from the rows below them; they must be those of the recipe, white space aside."""
    units = make_units(lines, recipe.units) if recipe.header else []
    taken: list[Unit] = []
    for expected, unit in zip(recipe.header, [*units, *[None] * len(recipe.header)], strict=False):
        printed = " ".join(unit.text.split()) if unit else "nothing"
        if unit is None or printed != " ".join(expected.split()):
            place = document.place(*unit.lines()) if unit else document.place(lines[0].number if lines else None)
            message = f"recipe key 'header': expected '{expected}', found '{printed}'"
            raise OpenbaarError(Problem(place, message, "the headings have changed, or the anchor is elsewhere"))
        taken.append(unit)
    last = taken[-1].lines()[1] if taken else 0
    return tuple(taken), tuple(line for line in lines if line.number > last)
