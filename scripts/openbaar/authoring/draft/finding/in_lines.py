"""Looking for tables in texts whose rows are lines: a label, then numbers, again and again."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from openbaar.authoring.draft.finding.labels import with_labels
from openbaar.authoring.draft.finding.page_breaks import is_page_head, page_heads
from openbaar.authoring.draft.finding.printed import (
    bare,
    is_footnote,
    is_total,
    kind,
    regrouped,
    split_row,
)
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting, holds_numbers, lines_before
from openbaar.authoring.draft.finding.titles import is_title, with_title
from openbaar.documents.lines import Document
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import Unit, make_units

FEWEST = 3  # rows that make a table
FEWEST_SHARE = 0.7  # of the rows of a run that have to fit one width
LONGEST_GAP = 2  # lines between two rows that may be a wrapped name
LONGEST_NAME = 40  # characters of such a line
MOST_PARTED = 3  # numbers of a row that a space parts in each of them
LONGEST_LINE = 400  # a longer one is running text
# A number whose thousands are separated by a sign, so spaces separate none.
_SEPARATED = re.compile(r"-?\d{1,3}(?:[.,'’]\d{3})+(?!\d)")


@dataclass(frozen=True)
class _Split:
    """A unit split into its label and its numbers, or into its cells where tabs separate them."""

    unit: Unit
    label: str
    cells: tuple[str, ...]
    tabbed: bool = False

    @property
    def first(self) -> int:
        """The number of its first line."""
        return self.unit.lines()[0]

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.unit.lines()[1]

    @property
    def printed(self) -> tuple[str, ...]:
        """All its cells, the label first where it has one."""
        return (self.label, *self.cells) if self.label else self.cells

    @property
    def is_note(self) -> bool:
        """Whether it explains a mark, which ends a table."""
        return is_footnote(self.unit.text)

    @property
    def is_total(self) -> bool:
        """Whether it states a total."""
        return bool(self.label) and is_total(self.label)

    @property
    def holds_two_rows(self) -> bool:
        """Whether a total is inside its label, as in "4 59.188 totaal 214.532"."""
        return not self.is_total and any(is_total(word) for word in self.label.split()[1:])

    @property
    def is_label(self) -> bool:
        """Whether it is a year alone, which may be the label of a merged cell."""
        return not self.label and len(self.cells) == 1 and kind(bare(self.cells[0])[0]) == "year"

    @property
    def are_years(self) -> bool:
        """Whether its cells are several years and nothing else, as those of headings are."""
        return len(self.cells) > 1 and {kind(cell) for cell in self.cells} == {"year"}

    @property
    def is_row(self) -> bool:
        """Whether it could be a row of a table: two cells or more, a number among them."""
        if len(self.printed) < 2 or self.are_years:
            return False
        return any(kind(cell) in ("number", "year") for cell in self.cells)

    @property
    def may_be_name(self) -> bool:
        """Whether it could be a part of a name that is wrapped."""
        is_short = len(self.unit.text) < LONGEST_NAME
        return is_short and not self.cells and not self.is_note

    def row(self, cells: tuple[str, ...]) -> SeenRow:
        """The row that its cells make."""
        row_kind: Literal["total", "data"] = "total" if is_total(cells[0]) else "data"
        return SeenRow(cells, self.first, self.last, row_kind)


def sightings_in_lines(document: Document, units: Literal["line", "block"]) -> list[Sighting]:
    """What seems to be a table: three lines or blocks or more, each a label and as many numbers."""
    splits = [_split(unit) for unit in make_units(document.lines, Units(by=units))]
    found = []
    joined, breaks = _across_pages(document, splits)
    for run in _runs(joined):
        bare = Sighting(document, units, (), separator=_separator(run), skipped=breaks)
        for seen in _seen_rows(run):
            if _is_table(seen.rows):
                found.append(_sighting(bare, seen, splits))
    return found


def _across_pages(
    document: Document, splits: Sequence[_Split]
) -> tuple[list[_Split], tuple[int, ...]]:
    """The units without the heads of pages between two rows, and the numbers of these lines.

    The rows have as many cells, so that they are of one table.
    """
    heads = page_heads(document)
    kept: list[_Split] = []
    dropped: list[int] = []
    passing: list[_Split] = []  # heads of a page, of which the row below is not known yet
    for split in splits:
        if kept and kept[-1].is_row and _is_head(document, split, heads):
            passing.append(split)
            continue
        if passing and _go_together(kept[-1], split) and not all(each.cells for each in passing):
            dropped += [each.first for each in passing]
        else:
            kept += passing
        passing = []
        kept.append(split)
    return [*kept, *passing], tuple(dropped)


def _is_head(document: Document, split: _Split, heads: set[str]) -> bool:
    is_of_one_line = split.first == split.last
    return is_of_one_line and not split.is_row and is_page_head(document.line(split.first), heads)


def _go_together(above: _Split, below: _Split) -> bool:
    """Whether two units are rows of as many cells, the first of which is no total."""
    are_rows = above.is_row and below.is_row and not above.is_total
    return are_rows and len(above.printed) == len(below.printed)


def _separator(run: Sequence[_Split]) -> str:
    """What stands between the cells of a run of rows."""
    return "\t" if all(each.tabbed for each in run if each.is_row) else " "


def _sighting(bare: Sighting, seen: _SeenRows, splits: Sequence[_Split]) -> Sighting:
    """A sighting of a table, with the other widths that its rows may have."""
    tables = [each for each in seen.others if _is_table(each.rows)]
    others = tuple(_with_rows(bare, each, splits) for each in tables)
    return replace(_with_rows(bare, seen, splits), others=others)


def _with_rows(sighting: Sighting, seen: _SeenRows, splits: Sequence[_Split]) -> Sighting:
    """A sighting with these rows, and what stands around them."""
    first, last = seen.rows[0].first, seen.rows[-1].last
    skipped = tuple(number for number in sighting.skipped if first < number < last)
    made = replace(sighting, rows=tuple(seen.rows), join=seen.join, skipped=skipped)
    return with_labels(_with_surroundings(made, splits))


def _is_table(rows: Sequence[SeenRow]) -> bool:
    data = [row for row in rows if row.kind == "data"]
    return len(data) >= FEWEST and holds_numbers(rows)


def _split(unit: Unit) -> _Split:
    if len(unit.text) > LONGEST_LINE or is_footnote(unit.text):
        return _Split(unit, unit.text, ())
    if "\t" in unit.text:
        label, *cells = [cell.strip() for cell in unit.text.split("\t")]
        return _Split(unit, label, tuple(cells), tabbed=True)
    label, found = split_row(unit.text)
    return _Split(unit, label, tuple(found))


def _runs(splits: Sequence[_Split]) -> Iterator[list[_Split]]:
    """Rows that follow each other, with at most LONGEST_GAP short lines between two of them."""
    run: list[_Split] = []
    gap: list[_Split] = []
    for split in splits:
        if split.is_row or split.is_label:
            run += [*gap, split] if run else [split]
            gap = []
        elif split.may_be_name and len(gap) < LONGEST_GAP:
            gap.append(split)
        else:
            yield run
            run = []
            gap = []
    yield run


@dataclass
class _SeenRows:
    """The rows of a run that fit a width, and how many lines make the longest of them."""

    rows: list[SeenRow] = field(default_factory=list)
    join: int = 1
    others: list[_SeenRows] = field(default_factory=list)

    def add(self, row: SeenRow | None, split: _Split, names: int) -> None:
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


def _seen_rows(run: Sequence[_Split]) -> list[_SeenRows]:
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


def _has_separated_thousands(split: _Split) -> bool:
    return any(_SEPARATED.match(cell) for cell in split.cells)


@dataclass(frozen=True)
class _Widths:
    """Fits rows to a width; where `is_spaced`, spaces may separate thousands, so widths differ."""

    is_spaced: bool

    def best(self, rows: Sequence[_Split]) -> int:
        """The width that fits the rows best, the largest one of equals."""
        widths = sorted({len(row.printed) for row in rows}, reverse=True)
        return max(widths, key=lambda width: sum(self._fit(row, width) for row in rows))

    def others(self, rows: Sequence[_Split], best: int) -> list[int]:
        """Other widths that rows may have, from narrow to wide; none where no space parts digits.

        A row that states totals shows which is right.
        """
        if not self.is_spaced or not any(row.is_total for row in rows):
            return []
        lengths = [len(row.printed) for row in rows]
        narrowest = max(min(lengths) - MOST_PARTED, 2)
        return [width for width in range(narrowest, max(lengths) + 1) if width != best]

    def _fit(self, split: _Split, width: int) -> float:
        """How well a row fits: well, with some numbers as part of its label, or not at all."""
        if self._regrouped(split, width) is not None:
            return 1
        if self.fitted(split, width) is not None:
            return 0.5
        return 0

    def fitted(self, split: _Split, width: int) -> tuple[str, ...] | None:
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

    def _regrouped(self, split: _Split, width: int) -> tuple[str, ...] | None:
        """The cells of a row as `width` cells, put together where spaces separate thousands."""
        if len(split.printed) == width:
            return split.printed
        if not self.is_spaced:
            return None
        label = (split.label,) if split.label else ()
        merged = regrouped(split.cells, width - len(label))
        return None if merged is None else (*label, *merged)


def _parts_of_one_width(run: Sequence[_Split]) -> list[_SeenRows]:
    """Rows of as many cells that follow each other."""
    parts: list[list[_Split]] = [[]]
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
            seen.append(_SeenRows([split.row(split.printed) for split in part]))
    return seen


def _joined(run: Sequence[_Split], width: int, widths: _Widths) -> _SeenRows:
    """The rows that fit; one whose name is on the lines before it takes those in."""
    seen = _SeenRows()
    names: list[_Split] = []
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


def _label_row(split: _Split, width: int) -> SeenRow:
    blanks = [""] * (width - 1)
    return SeenRow((split.cells[0], *blanks), split.first, split.last, "label")


def _row_below_names(
    split: _Split,
    cells: tuple[str, ...] | None,
    names: Sequence[_Split],
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


def _goes_on(name: _Split, row: _Split) -> bool:
    """Whether a line without numbers is the beginning of the name of the row below it.

    If not, it is a heading above that row.
    """
    return name.unit.text.endswith((" ", "-")) or row.label[:1].islower()


def _with_surroundings(sighting: Sighting, splits: Sequence[_Split]) -> Sighting:
    """The sighting with its headings and its title."""
    above = _split_above(sighting.first, splits)
    lines = sighting.document.lines
    headings = _headings(above, sighting.width) if above is not None else ()
    if above is None or not headings:
        return with_title(sighting, lines_before(lines, sighting.first))
    printed = [line.text.strip() for line in lines[above.first - 1 : sighting.first - 1]]
    header = " ".join(filter(None, printed))
    sighting = replace(sighting, headings=(headings,), header=(header,))
    return with_title(sighting, lines_before(lines, above.first))


def _split_above(number: int, splits: Sequence[_Split]) -> _Split | None:
    """The last unit that ends before line `number`."""
    index = bisect_left(splits, number, key=lambda split: split.last)
    return splits[index - 1] if index else None


def _headings(split: _Split, width: int) -> tuple[str, ...]:
    """The headings of a line: as many words, or a text and years; () where it is not one."""
    if is_title(split.unit.text):
        return ()
    if split.tabbed and len(split.printed) == width:
        return split.printed
    if split.are_years and len(split.cells) == width - 1:
        return (split.label, *split.cells)
    words = tuple(split.unit.text.split())
    holds_number = any(kind(word) == "number" for word in words)
    return words if len(words) == width and not holds_number else ()
