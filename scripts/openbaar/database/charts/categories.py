"""The categories of a chart: the places along its axis, with what is missing between periods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from openbaar.database.charts.chart_words import ChartWords
from openbaar.database.charts.content import ChartContent, ChartRow, Key
from openbaar.database.charts.order import Order
from openbaar.database.charts.period_kinds import Period
from openbaar.database.drawing.picture import Category


@dataclass
class Categories:
    """The categories of a chart in one language, and the place of each on the axis."""

    content: ChartContent
    order: Order
    words: ChartWords

    def placed(self) -> tuple[list[Category], dict[Key, int]]:
        """The categories, with one that is skipped where periods are missing, and their places."""
        categories: list[Category] = []
        places: dict[Key, int] = {}
        for key in self.order.categories:
            if self.content.periods is not None and places:
                categories += self._skipped(key)
            places[key] = len(categories)
            categories.append(self.of(key))
        return categories, places

    def _skipped(self, key: Key) -> list[Category]:
        """What stands between a period and the one before it, where others are between them."""
        index = self.order.categories.index(key)
        before = self._period(self.order.categories[index - 1])
        period = self._period(key)
        if period.parts is None or before.parts is None:
            return []
        distance = period.parts - before.parts - before.length + 1
        if distance <= self._usual_distance:
            return []
        return [Category("…", length=0.5, skipped=True)]

    @cached_property
    def _usual_distance(self) -> int:
        """The distance of neighbours in time: 1 for each year, 5 for each fifth one."""
        distances: list[int] = []
        keys = self.order.categories
        for first, second in pairwise(keys):
            before, after = self._period(first), self._period(second)
            if before.parts is not None and after.parts is not None:
                distances.append(after.parts - before.parts - before.length + 1)
        return min(distances, default=1)

    def _period(self, key: Key) -> Period:
        periods = self.content.periods
        assert periods is not None  # noqa: S101  asked of periods only
        return periods.period(dict(zip(self.content.category, key, strict=True)))

    def of(self, key: Key) -> Category:
        """The category of a key."""
        values = dict(zip(self.content.category, key, strict=True))
        periods = self.content.periods
        if periods is None:
            parts = [self.words.label(column, value) for column, value in values.items()]
            return Category(" · ".join(parts))
        label = periods.label(values, self.words.language)
        if periods.kind == "nested":
            column = self.content.category[1]
            label = self.words.label(column, values[column])
        return Category(
            label=label,
            group=periods.group(values),
            note=self._note(key),
            length=periods.period(values).length if self.order.has_lengths else 1,
        )

    def _note(self, key: Key) -> str:
        """What all marks of a category have in common that others have not: `to May`."""
        found = {self.content.finding(row) for row in self._rows_of(key)}
        if len(found) != 1:
            return ""
        (finding,) = found
        return "" if finding is None else self.words.localized(finding.text)

    def _rows_of(self, key: Key) -> list[ChartRow]:
        return [row for row in self.content.drawn if self.content.category_of(row) == key]

    def full_label(self, key: Key) -> str:
        """What a category is called with the group above it."""
        category = self.of(key)
        return f"{category.group} {category.label}".strip()

    def length_of(self, row: ChartRow) -> int:
        """The years of the period of a row; 1 where all are as long, or none are periods."""
        if not self.order.has_lengths:
            return 1
        return int(self._period(self.content.category_of(row)).length)
