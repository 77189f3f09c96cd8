"""What a chart shows: its rows, and what is known of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openbaar.database.charts.period_kinds import Periods
from openbaar.database.charts.periods import periods_of
from openbaar.database.charts.row_kinds import Finding
from openbaar.database.shown.labels import Names
from openbaar.database.shown.results import Meaning, with_units
from openbaar.tables.authored.queries import Chart

Key = tuple[Any, ...]  # the values that tell a category from others


@dataclass(frozen=True)
class ChartRow:
    """A row of a chart: the key by which a page knows it, and its values by column."""

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ChartContent:
    """What a chart shows: its rows, and what is known of their columns.

    `columns` describes them, `names` has the names of the codes of those that hold codes, in the
    order of their list. `findings` tell rows that are not like others. `is_sorted` says that the
    rows are in an order that someone chose. `measure` is the column that is measured where that may
    have no unit; of a chart of several, `folded` makes one column. `title`, `about` and `source`
    are in each language.
    """

    chart: Chart
    columns: Mapping[str, Meaning]
    names: Mapping[str, Names]
    rows: Sequence[ChartRow]
    findings: Sequence[Finding] = ()
    is_sorted: bool = False
    title: Mapping[str, str] | None = None
    about: Mapping[str, str] | None = None
    measure: str | None = None
    source: Mapping[str, str] | None = None

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The columns that are measured: those of an axis that have a unit, or `measure`."""
        if self.measure is not None:
            return (self.measure,)
        return self.chart.measures(with_units(self.columns))

    @cached_property
    def measured(self) -> str:
        """The column that is measured, the only one once the content is `folded`."""
        (measured,) = self.measures
        return measured

    @cached_property
    def category(self) -> tuple[str, ...]:
        """The columns of the other axis."""
        return self.chart.x if self.chart.y == (self.measured,) else self.chart.y

    @cached_property
    def values(self) -> list[Mapping[str, Any]]:
        """The values of each row by column."""
        return [row.values for row in self.rows]

    @cached_property
    def drawn(self) -> list[ChartRow]:
        """The rows that have a figure."""
        return [row for row in self.rows if row.values[self.measured] is not None]

    @cached_property
    def periods(self) -> Periods | None:
        """How the categories are periods; None where they are not."""
        return periods_of(self.category, self.columns, self.values)

    @cached_property
    def color_periods(self) -> Periods | None:
        """How the colours are periods; None where they are not."""
        if self.chart.color is None:
            return None
        return periods_of([self.chart.color], self.columns, self.values)

    @cached_property
    def all_periods(self) -> list[Periods]:
        """Every axis that holds periods."""
        return [each for each in (self.periods, self.color_periods) if each is not None]

    def finding(self, row: ChartRow) -> Finding | None:
        """Why a row is not like others; None where it is."""
        return self._found.get(row.key)

    @cached_property
    def _found(self) -> dict[str, Finding]:
        """The first finding that applies to each row, by the key of the row."""
        found: dict[str, Finding] = {}
        for row in self.rows:
            for each in self.findings:
                if each.applies(row.values, self.all_periods):
                    found.setdefault(row.key, each)
        return found

    def category_of(self, row: ChartRow) -> Key:
        """What tells the category of a row from others."""
        return tuple(row.values[column] for column in self.category)

    def color_of(self, row: ChartRow) -> Any:
        """What tells the colour of a row from others."""
        return None if self.chart.color is None else row.values[self.chart.color]
