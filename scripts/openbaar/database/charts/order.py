"""The form of a chart, and its categories and colours in the order in which they are drawn.

The form follows from the rows. Periods stand beside each other and count up; what is no period lies
below each other; shares that make up a whole are stacked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

from openbaar.database.charts.content import ChartContent, Key
from openbaar.database.charts.period_kinds import Periods
from openbaar.database.drawing.picture import Form
from openbaar.database.drawing.svg import KINDS, ORDER

MOST_COLUMNS = 30  # of one colour beside each other; more are a line
MOST_GROUPED = 24  # of several colours
KEPT_ORDER = 10  # more categories than these are sorted by value
WHOLE = 100  # percent
ROUNDING = 1  # percent by which rounded shares may miss the whole


class Order:
    """The categories and the colours of a chart, in the order in which they are drawn."""

    def __init__(self, content: ChartContent) -> None:
        self.content = content
        self.colors = self._colors()
        self.categories = self._categories()

    @cached_property
    def has_lengths(self) -> bool:
        """Whether the periods differ in length."""
        periods = self.content.periods
        if periods is None:
            return False
        return len({periods.period(row.values).length for row in self.content.drawn}) > 1

    @cached_property
    def palette(self) -> list[str] | None:
        """The colours: from light to dark for periods, else of different kinds; None: too many."""
        count = len(self.colors)
        if self.content.color_periods is not None and 1 < count <= len(ORDER):
            step = (len(ORDER) - 1) / (count - 1)
            return [list(ORDER)[round(index * step)] for index in range(count)]
        return list(KINDS)[:count] if count <= len(KINDS) else None

    @cached_property
    def is_stacked(self) -> bool:
        """Whether the figures of each category are parts that make up a whole of 100 percent."""
        if len(self.colors) < 2:
            return False
        sums: dict[Key, float] = {}
        for row in self.content.drawn:
            value = row.values[self.content.measured]
            if value < 0:
                return False
            key = self.content.category_of(row)
            sums[key] = sums.get(key, 0) + value
        return all(abs(total - WHOLE) <= ROUNDING for total in sums.values())

    @cached_property
    def form(self) -> Form:
        """The form that fits the rows, among periods the one that the author chose."""
        periods, mark = self.content.periods, self.content.chart.mark
        if periods is None:
            return "bars"
        if self.is_stacked and mark is None:
            return "stack"
        if mark is not None:
            return "lines" if mark == "line" else "columns"
        if self.has_lengths or periods.kind == "nested":
            return "columns"
        most = MOST_COLUMNS if len(self.colors) == 1 else MOST_GROUPED
        return "columns" if len(self.categories) * len(self.colors) <= most else "lines"

    def _colors(self) -> list[Any]:
        """The colours that have a mark."""
        column = self.content.chart.color
        if column is None:
            return [None]
        found = list(dict.fromkeys(self.content.color_of(row) for row in self.content.drawn))
        periods = self.content.color_periods
        if periods is not None and all(isinstance(value, str) for value in found):
            return sorted(found, key=lambda value: periods.period({column: value}).order)
        return self._in_order(found, [column], lambda value: (value,))

    def _in_order(
        self, found: list[Any], columns: Sequence[str], key: Callable[[Any], Key]
    ) -> list[Any]:
        """Values in the order of their code list, else as numbers count up, else as found."""
        ranks: list[list[str]] = []
        for column in columns:
            ranks.append(list(self.content.names.get(column, {})))

        def rank(value: Any) -> tuple[float, ...]:
            places: list[float] = []
            for part, codes in zip(key(value), ranks, strict=True):
                if str(part) in codes:
                    places.append(codes.index(str(part)))
                else:
                    places.append(part if isinstance(part, int | float) else len(codes))
            return tuple(places)

        return sorted(found, key=rank)

    def _categories(self) -> list[Key]:
        """The categories that have a mark."""
        content = self.content
        found = list(dict.fromkeys(content.category_of(row) for row in content.drawn))
        if content.periods is not None:
            return sorted(found, key=partial(self._moment, content.periods))
        sort = content.chart.sort
        if sort == "value" or (sort is None and len(found) > KEPT_ORDER):
            return sorted(found, key=self._total, reverse=True)
        if sort == "given" or content.is_sorted:
            return found
        return self._in_order(found, content.category, lambda key: key)

    def _moment(self, periods: Periods, category: Key) -> tuple[Any, ...]:
        """What sorts a category that is a period."""
        return periods.period(dict(zip(self.content.category, category, strict=True))).order

    def _total(self, category: Key) -> float:
        """What all colours of a category have together."""
        measured = self.content.measured
        rows = [row for row in self.content.drawn if self.content.category_of(row) == category]
        return float(sum(row.values[measured] for row in rows))
