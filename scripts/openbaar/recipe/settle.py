"""Rows that can be read in several ways: the totals that the document states settle some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openbaar.recipe.language import Kind, RowTemplate
from openbaar.recipe.templates import Reading, Slot
from openbaar.recipe.units import Unit

MAX_SUMS = 100_000  # partial sums kept at a time; beyond that the totals do not decide
NOTHING = Decimal(0)


@dataclass(frozen=True)
class ReadRow:
    """A row as read: its unit, its template, and its fields in the order of the template."""

    kind: Kind
    template: RowTemplate
    unit: Unit
    slots: Reading

    def named(self, name: str) -> list[Slot]:
        """The fields called `name`, in the order in which they are printed."""
        return [slot for slot in self.slots if slot.name == name]

    def lines(self, *slots: Slot) -> tuple[int, int]:
        """The first and last line of the given fields; of the whole row when none are given."""
        if not slots:
            return self.unit.lines()
        spans = [self.unit.lines(slot.start, slot.end) for slot in slots]
        return min(first for first, _ in spans), max(last for _, last in spans)

    @property
    def is_total(self) -> bool:
        """Whether it states totals."""
        return self.kind in ("group_total", "table_total")

    def numbers(self) -> dict[str, Decimal]:
        """The numbers of the row by field; blanks and texts are left out."""
        found = {}
        for slot in self.slots:
            value = slot.parsed.value
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                found[slot.name] = Decimal(value)
        return found


Options = list[list[ReadRow]]  # for each row, every way in which it can be read
Choice = tuple[ReadRow, ...]  # one way for each of several rows
Sums = tuple[Decimal, ...]  # one for each number of a total, in its order


def settle(options: Sequence[list[ReadRow]]) -> Options:
    """Each row's one reading where it has one or the totals leave one, else all its readings.

    A total settles the rows above it, back to the total before, when exactly one choice of their
    readings and its own adds up in every column; where a table begins with a total, it settles the
    rows below it, down to the next one. A total of the table settles all its rows.

    before: "1 234 567" as 1 | 234567 or 1234 | 567, then "2 0", then the total "1 236 567"
    after: 1234 | 567
    """
    settled = list(options)
    totals = [index for index, readings in enumerate(options) if _is_total(readings)]
    are_above = bool(totals) and totals[0] == 0
    for position, index in enumerate(totals):
        if options[index][0].kind == "table_total":
            others = [each for each in range(len(options)) if each != index]
        elif are_above:
            end = totals[position + 1] if position + 1 < len(totals) else len(options)
            others = list(range(index + 1, end))
        else:
            start = totals[position - 1] + 1 if position else 0
            others = list(range(start, index))
        *rows, total = _settled_by(settled[index], [settled[each] for each in others])
        settled[index] = total
        for each, readings in zip(others, rows, strict=True):
            settled[each] = readings
    return settled


def _is_total(readings: Sequence[ReadRow]) -> bool:
    """Whether a row states totals, of a group or of the table, however it is read."""
    kinds = {reading.kind for reading in readings}
    return kinds in ({"group_total"}, {"table_total"})


def _settled_by(totals: list[ReadRow], options: Options) -> Options:
    """The rows and their total with the one choice that adds up; unchanged where there is not one.

    `totals` are the readings of the total.
    """
    unsettled = [*options, totals]
    if all(len(readings) == 1 for readings in unsettled):
        return unsettled
    choices: list[Choice] = []
    for total in totals:
        stated = total.numbers()
        if stated:
            choices += [(*rows, total) for rows in _choices_that_add_up(stated, options)]
    if len(choices) != 1:
        return unsettled
    return [[row] for row in choices[0]]


def _choices_that_add_up(stated: Mapping[str, Decimal], options: Options) -> list[Choice]:
    """Up to two choices of readings whose sums are those stated.

    Row by row, the sums that can be reached are kept with the choices that reach them. None is
    found where there are too many sums to look at.
    """
    limit = tuple(stated.values())
    only_grows = _has_no_number_below_zero(options)
    reached: dict[Sums, list[Choice]] = {tuple(NOTHING for _ in stated): [()]}
    for readings in options:
        further: dict[Sums, list[Choice]] = {}
        for sums, choices in reached.items():
            for row in readings:
                after = _added(sums, row, stated)
                if only_grows and _is_beyond(after, limit):
                    continue  # what only grows cannot come back to the total
                kept = further.setdefault(after, [])
                for choice in choices[: 2 - len(kept)]:  # two are enough to know that it is not one
                    kept.append((*choice, row))
        if len(further) > MAX_SUMS:
            return []
        reached = further
    return reached.get(limit, [])


def _has_no_number_below_zero(options: Options) -> bool:
    for readings in options:
        for row in readings:
            if any(number < 0 for number in row.numbers().values()):
                return False
    return True


def _added(sums: Sums, row: ReadRow, names: Iterable[str]) -> Sums:
    """The sums with the numbers of a row of data added; other rows add nothing."""
    if row.kind != "data":
        return sums
    numbers = row.numbers()
    return tuple(part + numbers.get(name, NOTHING) for name, part in zip(names, sums, strict=True))


def _is_beyond(sums: Sums, limit: Sums) -> bool:
    return any(part > whole for part, whole in zip(sums, limit, strict=True))
