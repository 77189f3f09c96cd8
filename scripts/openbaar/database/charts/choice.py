"""Which chart shows a table whose author names none: what its key and its figures allow.

Where several charts would be as good, or any could mislead, there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openbaar.database.charts.content import ChartRow
from openbaar.database.charts.period_kinds import PeriodKind
from openbaar.database.charts.periods import periods_of
from openbaar.database.drawing.svg import KINDS, ORDER
from openbaar.schema.model import SchemaField
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.queries import Chart
from openbaar.tables.judging.row_checks import PercentCheck

FEWEST = 3  # rows with a figure: of fewer a picture tells no more than the table
MOST_CATEGORIES = 100  # names below each other, of which ten are shown at first
LONGEST_NAME = 60  # characters: a longer text is a sentence
SHORTEST_CODE = 4  # digits of what may be a postal code or the number of a place
PARTS_OF_YEARS: Sequence[PeriodKind | None] = ("quarter", "month")
TIMES: Sequence[PeriodKind | None] = ("year", "school year", *PARTS_OF_YEARS)
TOLERANCE = 0.001  # by which a printed total may differ from its parts, because they are rounded


@dataclass(frozen=True)
class Choice:
    """A chart, and the columns that it measures; one that is alone may have no unit."""

    chart: Chart
    measured: tuple[str, ...]


def chosen_chart(table: Table, rows: Sequence[ChartRow]) -> Choice | None:
    """The chart of a table whose author names none; None where no chart is honest.

    Its figures are those of the only column that counts something, or of several that count in one
    unit: of several units, a picture of one would pass for the whole. Periods stand along the axis,
    a few names are colours, and more names stand below each other, with a colour for each period.
    Several columns are the colours themselves.
    """
    measured = _measured(table, rows)
    drawn = [row for row in rows if any(row.values[name] is not None for name in measured)]
    if len(drawn) < FEWEST or 2 * len(drawn) < len(rows):
        return None
    chart = _Axes(table, measured, drawn).chart()
    return None if chart is None else Choice(chart, measured)


def _measured(table: Table, rows: Sequence[ChartRow]) -> tuple[str, ...]:
    """The columns of the only unit, without their total; else the only one that is no code.

    Percentages that a check works out of other columns say nothing that these do not.
    """
    shares = {each.percent for each in table.checks if isinstance(each, PercentCheck)}
    counted = [field for field in counted_fields(table) if field.name not in shares]
    with_unit = [field for field in counted if field.unit is not None]
    if with_unit:
        return _measured_together(with_unit, rows)
    numbers = [field.name for field in counted if not may_be_codes(table, field, rows)]
    return tuple(numbers) if len(numbers) == 1 else ()


def _measured_together(
    with_unit: Sequence[SchemaField], rows: Sequence[ChartRow]
) -> tuple[str, ...]:
    """The columns of one unit without their total; none of several units, or of too many."""
    if any(field.unit != with_unit[0].unit for field in with_unit):
        return ()
    measures = _without_total([field.name for field in with_unit], rows)
    return tuple(measures) if len(measures) <= len(KINDS) else ()


def _without_total(measures: Sequence[str], rows: Sequence[ChartRow]) -> list[str]:
    """The columns that are not, in each row, the sum of all others: a total beside its parts."""
    groups: list[dict[Any, float]] = []
    for row in rows:
        figures = {name: row.values[name] for name in measures}
        if None not in figures.values():
            groups.append({name: float(figure) for name, figure in figures.items()})
    suspects = set(measures) if groups else set()
    for figures_of_row in groups:
        suspects &= _totals(figures_of_row)
    return [name for name in measures if suspects != {name}]


def counted_fields(table: Table) -> list[SchemaField]:
    """The columns that may count something: of numbers that are no key and have no names."""
    return [field for field in table.table_schema.fields if _is_counted(table, field)]


def _is_counted(table: Table, field: SchemaField) -> bool:
    schema = table.table_schema
    if field.type not in ("integer", "number") or field.name in schema.primaryKey:
        return False
    return schema.reference(field.name) is None and field.constraints.enum is None


def may_be_codes(table: Table, field: SchemaField, rows: Sequence[ChartRow]) -> bool:
    """Whether whole numbers may be names: all with as many digits, and one for each name."""
    if field.type != "integer":
        return False
    names = [name for name in table.table_schema.primaryKey if not _is_time(table, name, rows)]
    codes = _only_codes(field.name, names, rows)
    lengths = {len(str(code)) for code in codes}
    return bool(names) and len(lengths) == 1 and min(lengths) >= SHORTEST_CODE


def _only_codes(column: str, names: Sequence[str], rows: Sequence[ChartRow]) -> Collection[Any]:
    """The number of each name in a column; none where a name has several."""
    code_of: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        code = row.values[column]
        if code is None:
            continue
        named = tuple(row.values[name] for name in names)
        if code_of.setdefault(named, code) != code:
            return ()
    return code_of.values()


def _is_time(table: Table, column: str, rows: Sequence[ChartRow]) -> bool:
    """Whether a column holds periods of some length, which need no other one to be told."""
    return _kind_of_periods(table, [column], rows) in TIMES


def _kind_of_periods(
    table: Table, columns: Sequence[str], rows: Sequence[ChartRow]
) -> PeriodKind | None:
    """The kind of periods that these columns hold together; None where they hold none."""
    fields = {field.name: field for field in table.table_schema.fields}
    found = periods_of(columns, fields, [row.values for row in rows])
    return None if found is None else found.kind


@dataclass(frozen=True)
class _Axes:
    """What may stand along the axes: the columns of the key, of rows that have a figure."""

    table: Table
    measured: tuple[str, ...]
    rows: Sequence[ChartRow]

    def chart(self) -> Chart | None:
        """Periods of the key along one axis, its names as colours or along the other."""
        key = self.table.table_schema.primaryKey
        periods = self._periods()
        names = [name for name in key if name not in periods]
        if not names and periods:
            return Chart(x=tuple(periods), y=self.measured)
        if len(names) != 1:
            return None
        (name,) = names
        if not self._are_names(name) or self._have_total(periods, name):
            return None
        return self._chart_of_names(name, periods)

    def _periods(self) -> list[str]:
        """The columns of the key that hold years or months, or a year and its quarter or month."""
        key = self.table.table_schema.primaryKey
        times = [name for name in key if _is_time(self.table, name, self.rows)]
        if len(times) != 1:
            return []
        others = [name for name in key if name not in times]
        for name in others:
            if _kind_of_periods(self.table, [*times, name], self.rows) in PARTS_OF_YEARS:
                return [*times, name]
        return times

    def _are_names(self, column: str) -> bool:
        """Whether a column of the key tells things apart by short names, and not by numbers."""
        if self.table.table_schema.field(column).type != "string":
            return False
        return all(len(str(row.values[column])) <= LONGEST_NAME for row in self.rows)

    def _have_total(self, periods: Sequence[str], name: str) -> bool:
        """Whether one name is the total of the others, by any column that is measured."""
        return any(_has_total(self._by_period(periods, name, each)) for each in self.measured)

    def _by_period(self, periods: Sequence[str], name: str, measure: str) -> list[dict[Any, float]]:
        """The figures of each period by name."""
        groups: dict[tuple[Any, ...], dict[Any, float]] = {}
        for row in self.rows:
            figure = row.values[measure]
            if figure is not None:
                period = tuple(row.values[column] for column in periods)
                groups.setdefault(period, {})[row.values[name]] = float(figure)
        return list(groups.values())

    def _chart_of_names(self, name: str, periods: Sequence[str]) -> Chart | None:
        """Few names are colours above the periods; more of them stand below each other.

        Where several columns are the colours, the names are alone.
        """
        count = self._distinct(name)
        if periods and len(self.measured) > 1:
            return None
        if periods and count <= len(KINDS):
            return Chart(x=tuple(periods), y=self.measured, color=name)
        if count > MOST_CATEGORIES or len(periods) > 1:
            return None
        if not periods:
            return Chart(x=self.measured, y=(name,))
        (color,) = periods
        if self._distinct(color) > len(ORDER):
            return None
        return Chart(x=self.measured, y=(name,), color=color)

    def _distinct(self, column: str) -> int:
        """How many values a column has."""
        return len({row.values[column] for row in self.rows})


def _has_total(periods: Sequence[Mapping[Any, float]]) -> bool:
    """Whether one name is the sum of all others in each period, as a total that is a row.

    `periods` are the figures of each by name. A name that is alone in all its periods counts too:
    it is of another kind than the others.
    """
    if not periods:
        return False
    everyone = set().union(*periods)
    together = set().union(*(figures for figures in periods if len(figures) > 1))
    if len(everyone) > 1 and together != everyone:
        return True
    return bool(set.intersection(*map(_totals, periods)))


def _totals(figures: Mapping[Any, float]) -> set[Any]:
    """The names whose figure is the sum of those of all others, of which there are at least two."""
    if len(figures) < FEWEST:
        return set()
    whole = sum(figures.values())
    return {name for name, figure in figures.items() if _is_half(figure, whole)}


def _is_half(figure: float, whole: float) -> bool:
    """Whether a figure is the sum of all others: half of all together, as far as rounding tells."""
    return figure != 0 and abs(whole - 2 * figure) <= TOLERANCE * abs(figure)
