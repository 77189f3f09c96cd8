"""Rows that can be read in several ways, settled by the totals that the document states, or left unsettled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from openbaar.recipe.language import Row
from openbaar.recipe.templates import Reading, Slot
from openbaar.recipe.units import Unit

Kind = Literal["data", "group_total", "table_total", "label"]
MAX_SUMS = 100_000  # partial sums kept at a time; beyond that the totals do not decide


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


def settle(options: Sequence[list[ReadRow]]) -> list[list[ReadRow]]:
    """For each row its one reading, where it has one or the totals leave one; else all its readings.

    A total settles the rows above it, back to the total before, when exactly one choice of their readings adds up to
    it in every column; a total of the table settles all its rows.

    before: "1 234 567" as 1 | 234567 or 1234 | 567, then "2 0", then the total "1 236 567"
    after: 1234 | 567
    """
    settled = list(options)
    start = 0
    for index, rows in enumerate(options):
        if len(rows) == 1 and rows[0].kind in ("group_total", "table_total"):
            first = 0 if rows[0].kind == "table_total" else start
            settled[first:index] = _settled_by(rows[0], settled[first:index])
            start = index + 1
    return settled


def _settled_by(total: ReadRow, options: list[list[ReadRow]]) -> list[list[ReadRow]]:
    """The rows with the one choice of readings that adds up to `total`; as they were where there is no single one."""
    if all(len(rows) == 1 for rows in options):
        return options
    stated = _numbers(total)
    # Where no number is below zero, a sum beyond the total cannot come back to it.
    only_grows = all(
        number >= 0 for rows in options for row in rows for number in _numbers(row).values()
    )
    chosen: dict[tuple[Decimal, ...], list[tuple[ReadRow, ...]]] = {
        tuple(Decimal(0) for _ in stated): [()]
    }
    for rows in options:
        sums: dict[tuple[Decimal, ...], list[tuple[ReadRow, ...]]] = {}
        for reached, ways in chosen.items():
            for row in rows:
                added = _numbers(row) if row.kind == "data" else {}
                after = tuple(
                    part + added.get(name, Decimal(0))
                    for name, part in zip(stated, reached, strict=True)
                )
                if not only_grows or all(
                    part <= whole for part, whole in zip(after, stated.values(), strict=True)
                ):
                    kept = sums.setdefault(after, [])
                    kept += [(*way, row) for way in ways[: 2 - len(kept)]]
        if len(sums) > MAX_SUMS:
            return options
        chosen = sums
    ways = chosen.get(tuple(stated.values()), [])
    return [[row] for row in ways[0]] if stated and len(ways) == 1 else options


def _numbers(row: ReadRow) -> dict[str, Decimal]:
    """The numbers of a row by field, years and blanks aside."""
    return {
        slot.name: Decimal(slot.parsed.value)
        for slot in row.slots
        if isinstance(slot.parsed.value, int | Decimal) and not isinstance(slot.parsed.value, bool)
    }
