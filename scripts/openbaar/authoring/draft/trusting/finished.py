"""A draft that converts, as those see it who judge whether it may be trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from openbaar.authoring.draft.finding.printed import kind, texts_in, unsigned
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting
from openbaar.authoring.draft.guessing.draft import Draft
from openbaar.documents.lines import Line
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.values import parse_number
from openbaar.tables.judging.verdicts import Verdict

MANY = 0.3  # of the rows: more than a coincidence
FEWEST_SUMMED = 3  # cells of a row that show anything by their sum, or by their number
FEWEST_ALIKE = 5  # rows that are alike


@dataclass(frozen=True)
class Finished:
    """A draft that converts: what was seen, what is guessed, and how its totals came out."""

    draft: Draft
    verdicts: Sequence[Verdict]

    @property
    def sighting(self) -> Sighting:
        """What was seen."""
        return self.draft.sighting

    @property
    def data(self) -> list[SeenRow]:
        """The rows that are data."""
        return self.sighting.of_kind("data")

    @property
    def labels(self) -> list[str]:
        """The first cells of the rows of data."""
        return self.sighting.column(0)

    @property
    def is_parted(self) -> bool:
        """Whether the document itself parts the cells, by rules, tabs or places on the page."""
        return self.sighting.units in ("grid", "columns") or self.sighting.separator == "\t"

    @property
    def is_guessed(self) -> bool:
        """Whether it is guessed where one cell of a line ends and the next begins."""
        return not self.is_parted and self.sighting.units != "cell"

    @property
    def has_headings(self) -> bool:
        """Whether each column has a heading."""
        headings = self.sighting.headings
        return bool(headings) and all(headings[-1][1:])

    @property
    def totals_equal(self) -> bool:
        """Whether totals are stated, and all of them are the sums of their rows."""
        return bool(self.verdicts) and all(each.outcome == "equal" for each in self.verdicts)

    @property
    def rows_add_up(self) -> bool:
        """Whether the last number of each row is the sum of those before it."""
        sums = [_numbers(row.cells, self.draft.numbers) for row in self.data]
        if not all(len(numbers) >= FEWEST_SUMMED for numbers in sums):
            return False
        return all(numbers[-1] == sum(numbers[:-1]) > 0 for numbers in sums)

    @property
    def rows_are_alike(self) -> bool:
        """Whether many rows are a text without digits and then as many figures, none put together.

        Then no other reading has as many cells in every row.
        """
        labels = self.labels
        texts = [label for label in texts_in(labels) if not re.search(r"\d", label)]
        is_wide = self.sighting.width >= FEWEST_SUMMED
        are_told_apart = len(set(labels)) == len(labels)
        return is_wide and are_told_apart and len(texts) == len(labels) >= FEWEST_ALIKE

    @property
    def is_labelled(self) -> bool:
        """Whether the first column says what a row is about: by a text, a year or a day."""
        first = self.draft.columns[0]
        return first.is_name and not first.empty

    def lines_below(self, count: int) -> Iterator[Line]:
        """The next lines that are not blank."""
        lines = self.sighting.document.lines
        last = self.sighting.last
        below = (line for line in lines[last : last + 4 * count] if not line.is_blank)
        yield from islice(below, count)

    def lines_above(self, count: int) -> Iterator[Line]:
        """The lines above the first row that are not blank, the nearest first."""
        lines = self.sighting.document.lines
        first = self.sighting.first - 1
        above = lines[max(first - 4 * count, 0) : first]
        yield from islice((line for line in reversed(above) if not line.is_blank), count)


def _numbers(cells: Sequence[str], numbers: NumberFormat | None) -> list[Decimal]:
    """The numbers of a row, a blank as 0; none where a cell is no number."""
    found = []
    for cell in cells[1:]:
        text = "0" if kind(cell) == "blank" else unsigned(cell)[0]
        try:
            found.append(Decimal(parse_number(text, numbers or NumberFormat())))
        except ValueError:
            return []
    return found


def short(text: str) -> str:
    """A text as it is quoted in a doubt."""
    return text.strip()[:40]
