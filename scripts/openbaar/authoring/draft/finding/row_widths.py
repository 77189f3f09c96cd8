"""The rows of a run of lines, in the number of cells that fits most of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from openbaar.authoring.draft.finding.printed import (
    kind,
    regrouped,
)
from openbaar.authoring.draft.finding.sighting import SeenRow
from openbaar.authoring.draft.finding.split_units import Split

FEWEST = 3  # rows that make a table
FEWEST_SHARE = 0.7  # of the rows of a run that have to fit one width
MOST_PARTED = 3  # numbers of a row that a space parts in each of them
# A number whose thousands are separated by a sign, so spaces separate none.
_SEPARATED = re.compile(r"-?\d{1,3}(?:[.,'’]\d{3})+(?!\d)")


@dataclass
class SeenRows:
    """The rows of a run that fit a width, and how many lines make the longest of them."""

    rows: list[SeenRow] = field(default_factory=list)
    join: int = 1
    others: list[SeenRows] = field(default_factory=list)

    def add(self, row: SeenRow | None, split: Split, names: int) -> None:
        """Add the row that a line makes, if any, perhaps with so many lines of its name above."""
        if row is None:
            return
        if row.first != split.first:
            self.join = max(self.join, names + 1)
        self.rows.append(row)

    def remove_labels_at_end(self) -> None:
        """Remove labels below which no row is."""
        while self.rows and self.rows[-1].kind == "label":
            self.rows.pop()


def seen_rows(run: Sequence[Split]) -> list[SeenRows]:
    """The rows of a run in the width that fits most of them; in parts where too few fit."""
    rows = [split for split in run if split.is_row]
    if not rows:
        return []
    widths = _Widths(is_spaced=not any(_has_separated_thousands(row) for row in rows))
    best = widths.best(rows)
    seen = _joined(run, best, widths)
    if len(seen.rows) < max(FEWEST, len(rows) * FEWEST_SHARE):
        return _parts_of_one_width(run)
    for width in widths.others(rows, best):
        other = _joined(run, width, widths)
        if len(other.rows) >= len(seen.rows):
            seen.others.append(other)
    return [seen]


def _has_separated_thousands(split: Split) -> bool:
    return any(_SEPARATED.match(cell) for cell in split.cells)


@dataclass(frozen=True)
class _Widths:
    """Fits rows to a width; where `is_spaced`, spaces may separate thousands, so widths differ."""

    is_spaced: bool

    def best(self, rows: Sequence[Split]) -> int:
        """The width that fits the rows best, the largest one of equals."""
        widths = sorted({len(row.printed) for row in rows}, reverse=True)
        return max(widths, key=lambda width: sum(self._fit(row, width) for row in rows))

    def others(self, rows: Sequence[Split], best: int) -> list[int]:
        """Other widths that rows may have, from narrow to wide; none where no space parts digits.

        A row that states totals shows which is right.
        """
        if not self.is_spaced or not any(row.is_total for row in rows):
            return []
        lengths = [len(row.printed) for row in rows]
        narrowest = max(min(lengths) - MOST_PARTED, 2)
        return [width for width in range(narrowest, max(lengths) + 1) if width != best]

    def _fit(self, split: Split, width: int) -> float:
        """How well a row fits: well, with some numbers as part of its label, or not at all."""
        if self._regrouped(split, width) is not None:
            return 1
        if self.fitted(split, width) is not None:
            return 0.5
        return 0

    def fitted(self, split: Split, width: int) -> tuple[str, ...] | None:
        """The cells of a row as `width` cells, its first numbers in its label where need be.

        None where it does not fit, or holds two rows: a person has to look at that.
        """
        if not split.is_row or split.holds_two_rows:
            return None
        whole = self._regrouped(split, width)
        extra = len(split.printed) - width
        if whole is not None or extra < 1 or split.is_total:
            return whole
        if split.label:
            label = " ".join([split.label, *split.cells[:extra]])
            return (label, *split.cells[extra:])
        if extra == 1 and kind(split.cells[0]) == "year":
            label = " ".join(split.cells[:2])
            return (label, *split.cells[2:])
        return None

    def _regrouped(self, split: Split, width: int) -> tuple[str, ...] | None:
        """The cells of a row as `width` cells, put together where spaces separate thousands."""
        if len(split.printed) == width:
            return split.printed
        if not self.is_spaced:
            return None
        label = (split.label,) if split.label else ()
        merged = regrouped(split.cells, width - len(label))
        return None if merged is None else (*label, *merged)


def _parts_of_one_width(run: Sequence[Split]) -> list[SeenRows]:
    """Rows of as many cells that follow each other."""
    parts: list[list[Split]] = [[]]
    for split in run:
        if not split.is_row:
            parts.append([])
        elif parts[-1] and len(split.printed) != len(parts[-1][0].printed):
            parts.append([split])
        else:
            parts[-1].append(split)
    seen = []
    for part in parts:
        if len(part) >= FEWEST:
            seen.append(SeenRows([split.row(split.printed) for split in part]))
    return seen


def _joined(run: Sequence[Split], width: int, widths: _Widths) -> SeenRows:
    """The rows that fit; one whose name is on the lines before it takes those in."""
    seen = SeenRows()
    names: list[Split] = []
    for split in run:
        cells = widths.fitted(split, width)
        if split.is_label and seen.rows:
            seen.rows.append(_label_row(split, len(seen.rows[0].cells)))
        elif cells is None and not split.cells:
            names.append(split)
        else:
            row = _row_below_names(split, cells, names, seen.rows)
            seen.add(row, split, len(names))
            names = []
    seen.remove_labels_at_end()
    return seen


def _label_row(split: Split, width: int) -> SeenRow:
    blanks = [""] * (width - 1)
    return SeenRow((split.cells[0], *blanks), split.first, split.last, "label")


def _row_below_names(
    split: Split,
    cells: tuple[str, ...] | None,
    names: Sequence[Split],
    rows: Sequence[SeenRow],
) -> SeenRow | None:
    """The row that a line makes, with the lines `names` before it where its name begins in them.

    `cells` are the cells of the line where it fits the width of the table.
    """
    name = " ".join(each.label for each in names)
    if cells is None:
        is_name_missing = bool(names and rows) and len(split.cells) == len(rows[0].cells) - 1
        if not is_name_missing:
            return None
        return SeenRow((name, *split.cells), names[0].first, split.last)
    if names and _goes_on(names[-1], split):
        row = split.row((f"{name} {cells[0]}", *cells[1:]))
        return replace(row, first=names[0].first)
    return split.row(cells)


def _goes_on(name: Split, row: Split) -> bool:
    """Whether a line without numbers is the beginning of the name of the row below it.

    If not, it is a heading above that row.
    """
    return name.unit.text.endswith((" ", "-")) or row.label[:1].islower()
