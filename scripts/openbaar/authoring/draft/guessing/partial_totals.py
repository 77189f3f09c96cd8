"""Of which rows a total is the sum, where it is not that of all rows: what adds up says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import Any

from openbaar.authoring.draft.finding.printed import bare, is_total_word, kind, unsigned
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting
from openbaar.authoring.draft.guessing.columns import Column
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.values import parse_number

NOTHING = Decimal(0)
MOST_ROWS = 1000  # of a table of which it is tried: each total is compared with each run of rows


@dataclass(frozen=True)
class PartialTotal:
    """What a row of totals is the sum of.

    Either of the group that it ends, or of the rows that have certain values, which `where` gives
    by column; of all rows where it gives none.
    """

    is_of_group: bool = False
    where: Mapping[str, Any] | None = None
    rows: frozenset[int] = frozenset()  # the indexes of these rows


ALL = PartialTotal()


def partial_totals(
    sighting: Sighting, columns: Sequence[Column], numbers: NumberFormat | None, is_grouped: bool
) -> dict[int, PartialTotal]:
    """What each row of totals is the sum of, by the number of its line.

    None where one is the sum of no rows, or a row is in no sum: that may be a heading.

    `is_grouped` says that labels which are alone on a row are those of groups.

    before: "Gent 3", "Aalst 4", "Subtotaal 7", "Genk 5", "Totaal 12"
    after: the subtotal of where {gemeente: [Gent, Aalst]}, the total of all
    """
    if len(sighting.rows) > MOST_ROWS:
        return {}
    table = _Table(sighting, columns, numbers or NumberFormat(), is_grouped)
    found: dict[int, PartialTotal] = {}
    for index, row in enumerate(sighting.rows):
        if row.kind == "total":
            total = table.total_at(index)
            if total is None:
                return {}
            found[row.first] = total
    summed = frozenset().union(*(total.rows for total in found.values()))
    return found if summed.issuperset(table.data) else {}


@dataclass(frozen=True)
class _Table:
    """The rows of a table, with their numbers."""

    sighting: Sighting
    columns: Sequence[Column]
    numbers: NumberFormat
    is_grouped: bool

    @property
    def rows(self) -> Sequence[SeenRow]:
        """All rows, totals and labels too."""
        return self.sighting.rows

    @cached_property
    def data(self) -> list[int]:
        """The indexes of the rows that are data."""
        return [index for index, row in enumerate(self.rows) if row.kind == "data"]

    @cached_property
    def numbers_of_rows(self) -> list[list[Decimal]]:
        """The numbers of each row by column; a blank is nothing."""
        formats = [column.numbers or self.numbers for column in self.columns]
        return [list(map(_number, row.cells, formats)) for row in self.rows]

    @cached_property
    def values_of_rows(self) -> list[dict[str, Any]]:
        """The values of each row by the names of their columns."""
        names = [column.name for column in self.columns]
        found = []
        for row in self.rows:
            values = map(_as_published, self.columns, row.cells)
            found.append(dict(zip(names, values, strict=True)))
        return found

    @cached_property
    def sums_of_all(self) -> list[Decimal]:
        """The sum of all rows by column."""
        return self._sums(self.data, range(len(self.columns)))

    def total_at(self, index: int) -> PartialTotal | None:
        """What the total in a row is the sum of; None where that cannot be told, or not said."""
        summed = self._summed(self.rows[index])
        if not summed:
            return None
        if self._values(index, summed) == [self.sums_of_all[each] for each in summed]:
            return PartialTotal(rows=frozenset(self.data))
        alike = self._alike(index)
        run = self._with(alike)
        if alike and self._values(index, summed) == self._sums(run, summed):
            return PartialTotal(where=alike, rows=frozenset(run))
        for run in self._runs(index, summed):
            told = self._told(run)
            if told is not None:
                return told
        return None

    def _summed(self, row: SeenRow) -> list[int]:
        """The columns in which a row states a sum."""
        found = []
        for index, column in enumerate(self.columns):
            if index and column.is_summed and kind(row.cells[index]) in ("number", "year"):
                found.append(index)
        return found

    def _values(self, index: int, summed: Sequence[int]) -> list[Decimal]:
        """The numbers of a row in these columns."""
        numbers = self.numbers_of_rows[index]
        return [numbers[each] for each in summed]

    def _sums(self, run: Sequence[int], summed: Sequence[int]) -> list[Decimal]:
        sums = [NOTHING] * len(summed)
        for index in run:
            sums = _added(sums, self._values(index, summed))
        return sums

    def _alike(self, index: int) -> dict[str, Any]:
        """The texts beside the word for a total: `Antwerpen | Subtotaal` is that of Antwerpen."""
        where: dict[str, Any] = {}
        for column, cell in zip(self.columns, self.rows[index].cells, strict=True):
            if column.is_name and cell.strip() and not is_total_word(cell):
                where[column.name] = _as_published(column, cell)
        return where

    def _with(self, where: Mapping[str, Any]) -> list[int]:
        """The rows of data that have these values."""
        found = []
        for index in self.data:
            values = self.values_of_rows[index]
            if all(values[name] == value for name, value in where.items()):
                found.append(index)
        return found

    def _runs(self, index: int, summed: Sequence[int]) -> Iterator[list[int]]:
        """The rows right above a total that add up to it, else those right below.

        They reach to another total, a label or an end of the table: others may add up by chance.
        """
        above = [each for each in self.data if each < index][::-1]
        below = [each for each in self.data if each > index]
        for rows in (above, below):
            found = self._beginnings_that_add_up(index, summed, rows)
            yield from filter(self._is_whole, found)

    def _beginnings_that_add_up(
        self, index: int, summed: Sequence[int], rows: Sequence[int]
    ) -> Iterator[list[int]]:
        wanted = self._values(index, summed)
        values = (self._values(each, summed) for each in rows)
        for count, sums in enumerate(accumulate(values, _added), start=1):
            if sums == wanted:
                yield sorted(rows[:count])

    def _is_whole(self, run: Sequence[int]) -> bool:
        """Whether no row of data stands right before a run, nor behind it."""
        before, behind = run[0] - 1, run[-1] + 1
        return not ({before, behind} & set(self.data))

    def _told(self, run: Sequence[int]) -> PartialTotal | None:
        """How a recipe says of which rows a total is; None where no column tells them apart."""
        if self.is_grouped and self._is_group(run):
            return PartialTotal(is_of_group=True, rows=frozenset(run))
        for place, column in enumerate(self.columns):
            values = [self.values_of_rows[index][column.name] for index in run]
            others = self._others(column, run)
            is_told_by = column.is_name or place == 0
            if is_told_by and all(values) and others.isdisjoint(values):
                kept = list(dict.fromkeys(values))
                where = {column.name: kept[0] if len(kept) == 1 else kept}
                return PartialTotal(where=where, rows=frozenset(run))
        return None

    def _others(self, column: Column, run: Sequence[int]) -> set[Any]:
        """The values of a column in the rows of data that are not in a run."""
        rest = set(self.data).difference(run)
        return {self.values_of_rows[index][column.name] for index in rest}

    def _is_group(self, run: Sequence[int]) -> bool:
        """Whether a run is all rows below a label, up to the next one."""
        kinds = [row.kind for row in self.rows]
        end = run[-1] + 1
        while end < len(kinds) and kinds[end] == "total":
            end += 1
        begins = run[0] > 0 and kinds[run[0] - 1] == "label"
        ends = end == len(kinds) or kinds[end] == "label"
        return begins and ends and "label" not in kinds[run[0] : run[-1]]


def _added(one: Sequence[Decimal], other: Sequence[Decimal]) -> list[Decimal]:
    return [first + second for first, second in zip(one, other, strict=True)]


def _number(text: str, numbers: NumberFormat) -> Decimal:
    """A cell as a number; a blank, or what is none, is nothing."""
    try:
        return parse_number(unsigned(bare(text)[0])[0], numbers)
    except ValueError:
        return NOTHING


def _as_published(column: Column, text: str) -> Any:
    """A label as the table has it: without its mark, a year as a number."""
    plain = bare(text)[0] if bare(text)[1] in column.marks else text.strip()
    is_number = column.type in ("integer", "year") and plain.isdecimal()
    return int(plain) if is_number else plain
