"""Reading rows: each unit of the text must fit exactly one reading of exactly one row template."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Document, shown
from openbaar.errors import OpenbaarError, Problem, concerning
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import KindOfRow, RowTemplate, template_fields
from openbaar.recipe.settle import Options, ReadRow, Undecided, settle, undecided
from openbaar.recipe.templates import Attempt, Slot, attempt, template_items
from openbaar.recipe.units import Unit, join
from openbaar.recipe.values import Reader
from openbaar.schema.patterns import compiled

# The longest unit that is read, in characters: a running text may be long, a row of a table is not.
MAX_LENGTH = {"block": 10_000, "line": 10_000, "cell": 10_000}
MAX_TEXT = 200_000
MAX_PROBLEMS = 20  # of one table; a recipe that does not fit would otherwise name every line
MAX_SHOWN = 80  # characters of a unit in a message


@dataclass(frozen=True)
class RowsRead:
    """What reading rows came to: the rows, the units that are dropped, and the problems."""

    rows: list[ReadRow] = field(default_factory=list)
    dropped: list[Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(
    document: Document, units: Sequence[Unit], recipe: Recipe, readers: Mapping[str, Reader]
) -> list[ReadRow]:
    """Read all units as rows.

    A unit that is no row by itself may be one together with the next ones on its page.

    before: "2020" | "vrouw 91.493", with the template "{start_year} {gender} {started}"
    after: start_year 2020, gender vrouw, started 91.493

    Raises OpenbaarError with every unit that fits no template, or more than one reading.
    """
    read = try_rows(document, units, recipe, readers)
    if read.problems:
        raise OpenbaarError(read.problems)
    return read.rows


def try_rows(
    document: Document, units: Sequence[Unit], recipe: Recipe, readers: Mapping[str, Reader]
) -> RowsRead:
    """Read the units as `read_rows` does, but return the problems beside the rows."""
    kept, dropped = _without_dropped(units, recipe)
    refused = _too_long(document, kept, recipe) + _cut(document, kept)
    walk = _Walk(document, kept, recipe, readers)
    options = walk.options(told_before=len(refused))
    problems = refused + walk.problems
    settled = settle(options)
    rows: list[ReadRow] = []
    for readings in settled:
        if len(readings) == 1:
            rows += _parts(readings[0])
    if len(problems) < MAX_PROBLEMS:
        problems += _undecided(document, settled)[: MAX_PROBLEMS - len(problems)]
    return RowsRead(rows, dropped, problems)


def _undecided(document: Document, settled: Options) -> list[Problem]:
    """The problems of rows that no total settles, each with the total that should have."""
    if all(len(readings) == 1 for readings in settled):
        return []
    totals = undecided(settled)
    problems = []
    for index, readings in enumerate(settled):
        if len(readings) > 1:
            problems.append(_ambiguous(document, readings, total=totals.get(index)))
    return problems


def _without_dropped(units: Sequence[Unit], recipe: Recipe) -> tuple[list[Unit], list[Unit]]:
    """The units that are read, and those that the recipe skips."""
    patterns = [compiled(pattern) for pattern in recipe.skipped_patterns]
    kept: list[Unit] = []
    dropped: list[Unit] = []
    for unit in units:
        text = shown(unit.text)
        is_dropped = any(pattern.fullmatch(text) for pattern in patterns)
        (dropped if is_dropped else kept).append(unit)
    return kept, dropped


def _longest(recipe: Recipe) -> int:
    """How long a unit may be, in characters."""
    if recipe.reading.by is None:
        return MAX_TEXT
    return MAX_LENGTH.get(recipe.reading.by, MAX_TEXT)


def _too_long(document: Document, units: Sequence[Unit], recipe: Recipe) -> list[Problem]:
    longest = _longest(recipe)
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


def _cut(document: Document, units: Sequence[Unit]) -> list[Problem]:
    """The units in which a border between columns goes through a word."""
    problems = []
    for unit in units:
        if unit.cut is not None:
            word, border = unit.cut
            message = f"recipe key 'columns': the border at {border:g} goes through '{word}'"
            hint = "move the border, or skip the line where it is no row"
            problems.append(Problem(document.place(*unit.lines()), message, hint))
    return problems[:MAX_PROBLEMS]


class _Found(NamedTuple):
    """A reading of units as one row, and how many units it takes."""

    taken: int
    row: ReadRow


@dataclass
class _Walk:
    """Walks through the units from the first to the last, and collects what fits no template."""

    document: Document
    units: Sequence[Unit]
    recipe: Recipe
    readers: Mapping[str, Reader]
    problems: list[Problem] = field(default_factory=list)
    index: int = 0  # the unit that is being read

    @cached_property
    def _kinds(self) -> list[KindOfRow]:
        """The templates to try; the recipe makes the list each time that it is asked."""
        return self.recipe.kinds_of_rows

    def options(self, told_before: int) -> list[list[ReadRow]]:
        """For each row all its readings. Stops after MAX_PROBLEMS, `told_before` included."""
        with concerning("reading", lambda: self.document.place(*self.units[self.index].lines())):
            return self._options(told_before)

    def _options(self, told_before: int) -> list[list[ReadRow]]:
        options: list[list[ReadRow]] = []
        longest = _longest(self.recipe)
        lost = told_before > 0
        while self.index < len(self.units) and told_before + len(self.problems) <= MAX_PROBLEMS:
            if lost and len(self.units[self.index].text) > longest:
                break
            found = self._readings()
            counts = {each.taken for each in found}
            if len(counts) == 1:
                options.append([each.row for each in found])
                self.index += found[0].taken
                lost = False
                continue
            # Where units are cells, one that does not fit makes the next ones not fit.
            if not (lost and self.recipe.reading.by == "cell"):
                self.problems.append(self._problem_at(self.index, found))
            lost = True
            self.index += 1
        return options

    def _readings(self) -> list[_Found]:
        """Every reading of the unit that is being read, alone or joined with the next ones."""
        found: list[_Found] = []
        for candidate in _candidates(self.units, self.index, self.recipe, self._kinds):
            for kind, template in candidate.templates:
                for slots in _attempt(template, candidate.unit, self.readers).readings:
                    row = ReadRow(kind, template, candidate.unit, slots)
                    found.append(_Found(candidate.taken, row))
            # A line that is a row by itself is one; blocks were separated on purpose, so there both
            # count.
            if found and self.recipe.reading.by == "line":
                break
        return _by_rank(found)

    def _problem_at(self, index: int, found: Sequence[_Found]) -> Problem:
        """Why the unit at `index` is no row: it fits nothing, or rows of different lengths."""
        if found:
            return _ambiguous(self.document, [each.row for each in found], self.units[index])
        return _unread(self.document, self.units, index, self.recipe, self.readers)


def _by_rank(found: Sequence[_Found]) -> list[_Found]:
    """The readings without those that a total outranks: free text that holds its printed words.

    before: "Totaal 12" as a row of data with the label Totaal, or by the template "Totaal {n}"
    after: the total
    """
    if len(found) < 2:
        return list(found)
    words: dict[int, list[str]] = {}
    for taken, row in found:
        if row.is_total:
            words.setdefault(taken, []).extend(_literal_words(row.template))
    if not words:
        return list(found)
    kept = []
    for each in found:
        texts = each.row.texts() if each.row.kind == "data" else []
        printed = set(chain.from_iterable(text.split() for text in texts))
        if printed.isdisjoint(words.get(each.taken, ())):
            kept.append(each)
    return kept


def _literal_words(template: RowTemplate) -> list[str]:
    """The words that a template prints itself."""
    literals = " ".join(item.literal for item in template_items(template.row))
    return [word for word in literals.replace(SEPARATOR, " ").split() if word[:1].isalpha()]


def _attempt(template: RowTemplate, unit: Unit, readers: Mapping[str, Reader]) -> Attempt:
    return attempt(template.row.replace(" || ", " "), unit.text, readers)


class _Candidate(NamedTuple):
    """Units as one row could hold them: how many, joined, and the templates to try on them."""

    taken: int
    unit: Unit
    templates: list[KindOfRow]


def _candidates(
    units: Sequence[Unit], index: int, recipe: Recipe, templates: list[KindOfRow]
) -> Iterator[_Candidate]:
    """The units from `index` as one row could hold them, with the `templates` to try.

    Where units are cells, a row holds as many as its template has; otherwise up to `join`, all of
    one page.
    """
    if recipe.reading.by != "cell":
        for count, unit in _joined(units, index, recipe.join, " "):
            yield _Candidate(count, unit, templates)
        return
    by_count: dict[int, list[KindOfRow]] = {}
    for each in templates:
        by_count.setdefault(_cell_count(each.template), []).append(each)
    for count, unit in _joined(units, index, max(by_count), SEPARATOR):
        if count in by_count:
            yield _Candidate(count, unit, by_count[count])


def _joined(
    units: Sequence[Unit], index: int, most: int, separator: str
) -> Iterator[tuple[int, Unit]]:
    """The unit at `index` alone, and joined with the next ones of its page up to `most` of them."""
    unit = units[index]
    yield 1, unit
    for count, following in enumerate(units[index + 1 : index + most], start=2):
        if following.page != unit.page:
            return
        unit = join(unit, following, separator)
        yield count, unit


def _cell_count(template: RowTemplate) -> int:
    return template.row.count(SEPARATOR) + 1


def _parts(row: ReadRow) -> list[ReadRow]:
    """The rows of a template with ` || `, each with its own fields in their printed order."""
    if len(row.template.parts) == 1:
        return [row]
    rows = []
    start = 0
    for part in row.template.parts:
        end = start + len(template_fields(part))
        rows.append(row._replace(slots=row.slots[start:end]))
        start = end
    return rows


def _quoted(text: str) -> str:
    """A text as messages show it, cut where it is long."""
    text = shown(text)
    if len(text) > MAX_SHOWN:
        text = text[: MAX_SHOWN - 3] + "…"
    return repr(text)


def _with_spaces(rest: str) -> str:
    """What is left of a text, and the first character in it that only looks like a space.

    Spaces at its beginning are shown, because then they are what did not fit.
    """
    if rest[:1] == " " and SEPARATOR not in rest[:3]:
        spaces = len(rest) - len(rest.lstrip(" "))
        return _quoted("␣" * spaces + rest[spaces:])
    spaces_in_it = [letter for letter in rest if letter.isspace()]
    odd = [letter for letter in spaces_in_it if letter not in " \n\t"]
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


def _unread(
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
    tries: list[_Tried] = []
    for candidate in _candidates(units, index, recipe, recipe.kinds_of_rows):
        for _, template in candidate.templates:
            tried = _attempt(template, candidate.unit, readers)
            tries.append(_Tried(tried, template.row, candidate.unit))
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


def _ambiguous(
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
