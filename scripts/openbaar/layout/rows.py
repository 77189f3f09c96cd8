"""Reading rows: each unit of the text must fit exactly one reading of exactly one row template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from openbaar.documents import TextDocument
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.layout.templates import Reading, Slot, readings
from openbaar.layout.units import Unit, join
from openbaar.patterns import compiled
from openbaar.recipe import Recipe, Row
from openbaar.values import Reader

MAX_JOINED = 3  # a label, a wrapped name and the numbers: no row of a printed table needed more
Kind = Literal["data", "group_total", "table_total"]


@dataclass(frozen=True)
class ReadRow:
    """A row as read: the unit it stands in, its template, and its fields in the order of the template."""

    kind: Kind
    template: Row
    unit: Unit
    slots: Reading

    def named(self, name: str) -> list[Slot]:
        """The fields called `name`, in the order in which they stand."""
        return [slot for slot in self.slots if slot.name == name]

    def lines(self, *slots: Slot) -> tuple[int, int]:
        """The first and last line of the given fields; of the whole row when none are given."""
        if not slots:
            return self.unit.lines()
        spans = [self.unit.lines(slot.start, slot.end) for slot in slots]
        return min(first for first, _ in spans), max(last for _, last in spans)


def read_rows(
    document: TextDocument, units: Sequence[Unit], recipe: Recipe, readers: Mapping[str, Reader]
) -> list[ReadRow]:
    """Read all units as rows. A unit that is no row alone may be one together with the next ones on its page.

    before: "2020" | "vrouw 91.493", with the template "{start_year} {gender} {started}"
    after: start_year 2020, gender vrouw, started 91.493

    Raises OpenbaarError with every unit that fits no template, or more than one reading.
    """
    kept = [unit for unit in units if not any(compiled(pattern).search(unit.text) for pattern in recipe.drop)]
    rows: list[ReadRow] = []
    problems: list[Problem] = []
    index = 0
    while index < len(kept):
        found = _rows_at(kept, index, recipe, readers)
        if len(found) == 1:
            rows.append(found[0][1])
            index += found[0][0]
            continue
        place = document.place(*kept[index].lines())
        problems.append(_ambiguous(place, found) if found else _unread(place, kept[index], recipe, readers))
        index += 1
    if problems:
        raise OpenbaarError(problems)
    return rows


def _templates(recipe: Recipe) -> list[tuple[Kind, Row]]:
    kinds: list[tuple[Kind, Sequence[Row]]] = [
        ("data", recipe.rows),
        ("group_total", recipe.totals.group),
        ("table_total", recipe.totals.table),
    ]
    return [(kind, row) for kind, rows in kinds for row in rows]


def _rows_at(
    units: Sequence[Unit], index: int, recipe: Recipe, readers: Mapping[str, Reader]
) -> list[tuple[int, ReadRow]]:
    """Every reading of the unit at `index`, alone or joined with the next ones, with how many units it takes."""
    joinable = MAX_JOINED if recipe.units.by else 1
    unit = units[index]
    found = []
    for count in range(1, joinable + 1):
        if count > 1:
            if index + count > len(units) or units[index + count - 1].page != unit.page:
                break
            unit = join(unit, units[index + count - 1])
        for kind, template in _templates(recipe):
            for slots in readings(template.row, unit.text, readers)[0]:
                found.append((count, ReadRow(kind, template, unit, slots)))
        if found and recipe.units.by == "line":
            break  # a line that is a row by itself is one; blocks were parted on purpose, so there both would count
    return found


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "…")


def _unread(place: Place, unit: Unit, recipe: Recipe, readers: Mapping[str, Reader]) -> Problem:
    """The problem of a unit that fits no template, with the one that came nearest and where it stopped."""
    reached = {row.row: readings(row.row, unit.text, readers)[1] for _, row in _templates(recipe)}
    template = max(reached, key=lambda name: reached[name])
    rest = unit.text[reached[template] :]
    message = f"recipe key 'rows': {_shown(unit.text)} fits no row pattern"
    hint = f"'{template}' came nearest and stopped fitting before {_shown(rest)}"
    return Problem(place, message, hint)


def _ambiguous(place: Place, found: Sequence[tuple[int, ReadRow]]) -> Problem:
    """The problem of a unit that can be read in several ways, with the readings listed."""
    ways = []
    for _, row in found:
        ways.append(", ".join(f"{slot.name} {slot.parsed.printed!r}" for slot in row.slots))
    message = f"recipe key 'rows': {_shown(found[0][1].unit.text)} can be read in {len(found)} ways: {' | '.join(ways)}"
    return Problem(place, message, "narrow the patterns or the marks so that one is left")
