"""Reading rows: each unit of the text must fit exactly one reading of exactly one row template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openbaar.documents.lines import SEPARATOR, Document, shown
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.language import Recipe, Row, template_fields
from openbaar.recipe.settle import Kind, ReadRow, settle
from openbaar.recipe.templates import attempt
from openbaar.recipe.units import Unit, join
from openbaar.recipe.values import Reader
from openbaar.schema.patterns import compiled

# The longest unit that is read, in characters: a running text may be long, a row of a table is not.
MAX_LENGTH = {"block": 10_000, "line": 10_000, "cell": 10_000}
MAX_TEXT = 200_000
MAX_PROBLEMS = 20  # of one table; a recipe that does not fit would otherwise name every line


@dataclass(frozen=True)
class RowsRead:
    """What reading rows came to: the rows, the units that the recipe drops, and what is wrong with the rest."""

    rows: list[ReadRow] = field(default_factory=list)
    dropped: list[Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(
    document: Document, units: Sequence[Unit], recipe: Recipe, readers: Mapping[str, Reader]
) -> list[ReadRow]:
    """Read all units as rows. A unit that is no row alone may be one together with the next ones on its page.

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
    """Read the units as `read_rows` does, but return the problems beside the rows that could be read."""
    drops = [compiled(pattern) for pattern in recipe.drop]
    kept: list[Unit] = []
    dropped: list[Unit] = []
    for unit in units:
        (dropped if any(pattern.fullmatch(shown(unit.text)) for pattern in drops) else kept).append(
            unit
        )
    options: list[list[ReadRow]] = []
    problems: list[Problem] = []
    longest = MAX_LENGTH.get(recipe.reading.by or "", MAX_TEXT)
    problems += [_too_long(document, unit, longest) for unit in kept if len(unit.text) > longest]
    index, lost = 0, bool(problems)
    while (
        index < len(kept)
        and len(problems) <= MAX_PROBLEMS
        and not (problems and len(kept[index].text) > longest)
    ):
        found = _rows_at(kept, index, recipe, readers)
        counts = {count for count, _ in found}
        if len(counts) == 1:
            options.append([row for _, row in found])
            index += counts.pop()
            lost = False
            continue
        place = document.place(*kept[index].lines())
        rows = [row for _, row in found]
        problem = _ambiguous(place, rows) if found else _unread(place, kept, index, recipe, readers)
        if not (lost and recipe.reading.by == "cell"):
            problems.append(
                problem
            )  # where units are cells, one that does not fit makes the next ones not fit
        lost = True
        index += 1
    settled = settle(options)
    problems += [
        _ambiguous(document.place(*rows[0].unit.lines()), rows) for rows in settled if len(rows) > 1
    ]
    read = [part for rows in settled if len(rows) == 1 for part in _parts(rows[0])]
    return RowsRead(read, dropped, problems)


def _too_long(document: Document, unit: Unit, longest: int) -> Problem:
    message = f"recipe key 'units': {_shown(unit.text)} has {len(unit.text)} characters; at most {longest} are read as one"
    return Problem(document.place(*unit.lines()), message, "look at what parts the units")


def _templates(recipe: Recipe) -> list[tuple[Kind, Row]]:
    kinds: list[tuple[Kind, Sequence[Row]]] = [
        ("data", recipe.rows),
        ("group_total", recipe.totals.group),
        ("table_total", recipe.totals.table),
        ("label", (recipe.group.row,) if recipe.group and recipe.group.row else ()),
    ]
    return [(kind, row) for kind, rows in kinds for row in rows]


def _rows_at(
    units: Sequence[Unit], index: int, recipe: Recipe, readers: Mapping[str, Reader]
) -> list[tuple[int, ReadRow]]:
    """Every reading of the unit at `index`, alone or joined with the next ones, with how many units it takes."""
    found = []
    for count, unit, templates in _candidates(units, index, recipe):
        for kind, template in templates:
            for slots in attempt(template.row.replace(" || ", " "), unit.text, readers).readings:
                found.append((count, ReadRow(kind, template, unit, slots)))
        if found and recipe.reading.by == "line":
            break  # a line that is a row by itself is one; blocks were parted on purpose, so there both would count
    return found


def _candidates(
    units: Sequence[Unit], index: int, recipe: Recipe
) -> Iterator[tuple[int, Unit, list[tuple[Kind, Row]]]]:
    """The units from `index` as one row could hold them: how many, joined, and the templates to try on them.

    Where units are cells, a row holds as many as its template has; otherwise up to `join`, all of one page.
    """
    templates = _templates(recipe)
    by_cell = recipe.reading.by == "cell"
    most = max(_cell_count(row) for _, row in templates) if by_cell else recipe.join
    unit = units[index]
    for count in range(1, most + 1):
        if count > 1:
            if index + count > len(units) or units[index + count - 1].page != unit.page:
                return
            unit = join(unit, units[index + count - 1], SEPARATOR if by_cell else " ")
        fitting = [
            (kind, row) for kind, row in templates if not by_cell or _cell_count(row) == count
        ]
        if fitting:
            yield count, unit, fitting


def _cell_count(row: Row) -> int:
    return row.row.count(SEPARATOR) + 1


def _parts(row: ReadRow) -> list[ReadRow]:
    """The rows of a template with ` || `: each with its own fields, in the order in which they stand."""
    rows = []
    start = 0
    for part in row.template.row.split(" || "):
        count = len(template_fields(part))
        rows.append(replace(row, slots=row.slots[start : start + count]))
        start += count
    return rows


def _shown(text: str) -> str:
    text = shown(text)
    return repr(text if len(text) <= 80 else text[:77] + "…")


def _unread(
    place: Place, units: Sequence[Unit], index: int, recipe: Recipe, readers: Mapping[str, Reader]
) -> Problem:
    """The problem of a unit that fits no template, with the one that came nearest and where and why it stopped."""
    tries = [
        (attempt(row.row.replace(" || ", " "), unit.text, readers), row.row, unit)
        for _, unit, templates in _candidates(units, index, recipe)
        for _, row in templates
    ]
    message = f"recipe key 'rows': {_shown(units[index].text)} fits no row pattern"
    if not tries:
        return Problem(place, message, "the table ends in the middle of a row")
    alone = (
        len(units[index].text) + 1
    )  # a reading that goes no further gains nothing from the units joined behind
    tries = [each for each in tries if each[2] is units[index] or each[0].furthest > alone] or tries
    nearest, template, unit = max(tries, key=lambda each: each[0].furthest)
    hint = f"{_shown(template)} came nearest and stopped fitting before {_shown(unit.text[nearest.furthest :])}"
    return Problem(place, message, hint + (f": {nearest.reason}" if nearest.reason else ""))


def _ambiguous(place: Place, rows: Sequence[ReadRow]) -> Problem:
    """The problem of a unit that can be read in several ways, with the readings listed."""
    ways = [", ".join(f"{slot.name} {slot.parsed.printed!r}" for slot in row.slots) for row in rows]
    ways = [
        f"{way} (as a {row.kind.replace('_', ' ')})" if row.kind != "data" else way
        for way, row in zip(ways, rows, strict=True)
    ]
    message = f"recipe key 'rows': {_shown(rows[0].unit.text)} can be read in {len(rows)} ways: {' | '.join(ways)}"
    hint = "narrow the patterns or the marks so that one is left, or give the totals that decide"
    return Problem(place, message, hint)
