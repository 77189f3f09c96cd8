"""A line or a block split into its label and its numbers, and what it may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Literal

from openbaar.authoring.draft.finding.printed import (
    bare,
    figures_in,
    is_footnote,
    is_total,
    kind,
    split_row,
)
from openbaar.authoring.draft.finding.sighting import SeenRow
from openbaar.authoring.draft.finding.titles import is_numbered_title
from openbaar.recipe.units import Unit
from openbaar.recipe.values import month_numbers
from openbaar.texts import INTERFACE_LANGUAGES

LONGEST_NAME = 40  # characters of such a line
LONGEST_LINE = 400  # a longer one is running text


@dataclass(frozen=True)
class Split:
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
    def is_title(self) -> bool:
        """Whether it begins another table, whatever numbers are in its title."""
        return is_numbered_title(self.unit.text)

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
        if len(self.printed) < 2 or self.are_years or self.is_title:
            return False
        return bool(figures_in(self.cells))

    @property
    def may_be_name(self) -> bool:
        """Whether it could be a part of a name that is wrapped."""
        is_short = len(self.unit.text) < LONGEST_NAME
        return is_short and not (self.cells or self.is_note or self.is_title)

    @property
    def begins_with_date(self) -> bool:
        """Whether its label ends in a month, or a day of one, and its first number is the year."""
        words = self.label.removesuffix(",").split()
        if words and words[-1].isdecimal() and len(words[-1]) <= len("31"):
            words.pop()
        is_month = bool(words) and words[-1].removesuffix(".").casefold() in _months()
        has_year = len(self.cells) > 1 and kind(self.cells[0]) == "year"
        return is_month and has_year and not self.tabbed

    @property
    def dated(self) -> Split:
        """The unit with that year as a part of its label, where it begins so; else as it is."""
        if not self.begins_with_date:
            return self
        return replace(self, label=f"{self.label} {self.cells[0]}", cells=self.cells[1:])

    def row(self, cells: tuple[str, ...]) -> SeenRow:
        """The row that its cells make."""
        row_kind: Literal["total", "data"] = "total" if is_total(cells[0]) else "data"
        return SeenRow(cells, self.first, self.last, row_kind)


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    """The names of months, in full and short, in the languages of documents."""
    return frozenset(chain.from_iterable(map(month_numbers, INTERFACE_LANGUAGES)))


def split_unit(unit: Unit) -> Split:
    if len(unit.text) > LONGEST_LINE or is_footnote(unit.text):
        return Split(unit, unit.text, ())
    if "\t" in unit.text:
        label, *cells = [cell.strip() for cell in unit.text.split("\t")]
        return Split(unit, label, tuple(cells), tabbed=True)
    label, found = split_row(unit.text)
    return Split(unit, label, tuple(found))
