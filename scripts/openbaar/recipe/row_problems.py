"""What is wrong with units that are no rows, in the words of those who write recipes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Document, shown
from openbaar.errors import Problem
from openbaar.recipe.candidates import attempted, candidates
from openbaar.recipe.language import Recipe
from openbaar.recipe.settle import ReadRow, Undecided
from openbaar.recipe.templates import Attempt, Slot
from openbaar.recipe.units import Unit
from openbaar.recipe.values import Reader
from openbaar.texts import shortened

# The longest unit that is read, in characters: a running text may be long, a row of a table is not.
MAX_LENGTH = {"block": 10_000, "line": 10_000, "cell": 10_000}
MAX_TEXT = 200_000
MAX_PROBLEMS = 20  # of one table; a recipe that does not fit would otherwise name every line
MAX_SHOWN = 80  # characters of a unit in a message


def longest_unit(recipe: Recipe) -> int:
    """How long a unit may be, in characters."""
    return MAX_LENGTH.get(recipe.reading.by or "", MAX_TEXT)


def too_long(document: Document, units: Sequence[Unit], recipe: Recipe) -> list[Problem]:
    """The units that are longer than those that are read."""
    longest = longest_unit(recipe)
    problems = []
    for unit in units:
        if len(unit.text) > longest:
            message = (
                f"recipe key 'by': {_quoted(unit.text)} has {len(unit.text)} characters;"
                f" at most {longest} are read as one"
            )
            place = document.place(*unit.lines())
            problems.append(Problem(place, message, "look at what separates the units"))
    return problems


def cut_words(document: Document, units: Sequence[Unit]) -> list[Problem]:
    """The units in which a border between columns goes through a word."""
    problems = []
    for unit in units:
        if unit.cut is not None:
            word, border = unit.cut
            message = f"recipe key 'columns': the border at {border:g} goes through '{word}'"
            hint = "move the border, or skip the line where it is no row"
            problems.append(Problem(document.place(*unit.lines()), message, hint))
    return problems[:MAX_PROBLEMS]


def _quoted(text: str) -> str:
    """A text as messages show it, cut where it is long."""
    return repr(shortened(shown(text), MAX_SHOWN))


def _with_spaces(rest: str) -> str:
    """What is left of a text, and the first character in it that only looks like a space.

    Spaces at its beginning are shown, because then they are what did not fit.
    """
    if rest[:1] == " " and SEPARATOR not in rest[:3]:
        spaces = len(rest) - len(rest.lstrip(" "))
        return _quoted("␣" * spaces + rest[spaces:])
    blank = [letter for letter in rest if letter.isspace()]
    odd = [letter for letter in blank if letter not in " \n\t"]
    if odd:
        return f"{_quoted(rest)}, which holds {_character(odd[0])}, not a space"
    return _quoted(rest)


def _character(character: str) -> str:
    """A character by its number and name: `U+2002 EN SPACE`."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} {name}"


class _Tried(NamedTuple):
    """A template that was tried on a unit, and how far it came."""

    attempt: Attempt
    template: str
    unit: Unit


def _tries(
    units: Sequence[Unit], index: int, recipe: Recipe, readers: Mapping[str, Reader]
) -> list[_Tried]:
    """Every template tried on the unit at `index`, alone and joined with the next ones."""
    tries = []
    for candidate in candidates(units, index, recipe, recipe.kinds_of_rows):
        for _, template in candidate.templates:
            tried = attempted(template, candidate.unit, readers)
            tries.append(_Tried(tried, template.row, candidate.unit))
    return tries


def unread(
    document: Document,
    units: Sequence[Unit],
    index: int,
    recipe: Recipe,
    readers: Mapping[str, Reader],
) -> Problem:
    """The problem of a unit that fits no template: which came nearest, and where it stopped."""
    unit = units[index]
    place = document.place(*unit.lines())
    message = f"recipe key 'rows': {_quoted(unit.text)} fits no row pattern"
    tries = _tries(units, index, recipe, readers)
    if not tries:
        return Problem(place, message, "the table ends in the middle of a row")
    nearest = _nearest(tries, unit)
    rest = nearest.unit.text[nearest.attempt.furthest :]
    template_shown = _quoted(nearest.template)
    hint = f"{template_shown} came nearest and stopped fitting before {_with_spaces(rest)}"
    reason = nearest.attempt.reason
    if not reason:
        return Problem(place, message, hint)
    is_alone = nearest.unit is unit  # joined with others, one of these may be what is wrong
    cause = f"{nearest.template}: {_without_value(reason)}" if is_alone else ""
    return Problem(place, message, f"{hint}: {reason}", cause)


def _without_value(reason: str) -> str:
    """Why a cell could not be read, without what it prints: what it has in common with others.

    before: '3.009' is not a number with thousands ',', decimals '.'
    after: is not a number with thousands ',', decimals '.'
    """
    return reason.partition("' ")[2]


def _nearest(tries: Sequence[_Tried], alone: Unit) -> _Tried:
    """The try that came furthest.

    Joined units count only where they gained something over the one alone.
    """
    useful = []
    for tried in tries:
        if tried.unit is alone or tried.attempt.furthest > len(alone.text) + 1:
            useful.append(tried)
    return max(useful or tries, key=lambda tried: tried.attempt.furthest)


def ambiguous(
    document: Document,
    rows: Sequence[ReadRow],
    unit: Unit | None = None,
    total: Undecided | None = None,
) -> Problem:
    """The problem of a unit that can be read in several ways, with the readings listed.

    `total` is the stated total that did not decide, where there is one.
    """
    at = rows[0].unit if unit is None else unit
    ways = " | ".join(_way(row) for row in rows)
    text = _quoted(rows[0].unit.text)
    message = f"recipe key 'rows': {text} can be read in {len(rows)} ways: {ways}"
    hint = "narrow the patterns or the marks so that one is left, or give the totals that decide"
    if total is not None:
        line = document.line(total.total.lines()[0]).row
        hint = f"the total on line {line} {total.why}; narrow the patterns or the marks"
    return Problem(document.place(*at.lines()), message, hint)


def _way(row: ReadRow) -> str:
    """A reading in words: `year '2020', started '5' (as a group total)`."""
    fields = ", ".join(_slot_in_words(slot) for slot in row.slots)
    if row.kind == "data":
        return fields
    return f"{fields} (as a {row.kind.replace('_', ' ')})"


def _slot_in_words(slot: Slot) -> str:
    words = f"{slot.name} {slot.parsed.printed!r}"
    mark = slot.parsed.mark
    if mark is not None and mark.isalnum():  # which could be a digit of the number instead
        words += f" as {slot.parsed.value} with the mark {mark}"
    return words
