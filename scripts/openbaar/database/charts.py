"""The charts of tables and queries: what each one shows, in each language of the publication.

An author writes which columns a chart shows. Here their rows, titles, units and names of codes
become a `Picture`, which `drawing.py` draws.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from operator import attrgetter
from typing import Any, NamedTuple

from openbaar.database.choices import choices
from openbaar.database.drawing import Axis, Picture, draw
from openbaar.database.labels import Labels, Names
from openbaar.database.results import (
    Meaning,
    meanings,
    result_columns,
    run,
    tables_named,
    with_units,
)
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.model import SchemaField
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.queries import Chart, Query
from openbaar.texts import localized

MAX_MARKS = 500  # a picture with more bars says nothing
MAX_ROWS = 100_000  # of a result that is read to count its bars; a query may never end
MAX_CHARTS = 60  # of one query: one for each choice of its parameters


class DrawnChart(NamedTuple):
    """A chart as it is stored: its page, the parameters it is of as JSON, its language, the SVG."""

    page: str
    parameters: str
    language: str
    svg: str


@dataclass(frozen=True)
class ChartRow:
    """A row of a chart: the key by which a page knows it, and its values by column."""

    key: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class ChartContent:
    """What a chart shows: its rows, and what is known of their columns.

    `columns` describes them, and `names` has the names of the codes of those that hold codes.
    """

    chart: Chart
    columns: Mapping[str, Meaning]
    names: Mapping[str, Names]
    rows: Sequence[ChartRow]

    @property
    def measured(self) -> str:
        """The column that is measured: the one of an axis that has a unit."""
        return self.chart.measured(with_units(self.columns))

    def values(self, column: str) -> list[Any]:
        """The values of a column, in the order of the rows."""
        return [row.values[column] for row in self.rows]


def draw_charts(
    connection: sqlite3.Connection, publication: Publication, labels: Labels
) -> list[DrawnChart]:
    """Every chart of the publication, for each choice of parameters, in each language.

    A chart that has nothing to show is left out, and so is the chart of a query that fails. Raises
    OpenbaarError for a chart with more rows than a reader can tell apart.
    """
    drawn: list[DrawnChart] = []
    languages = publication.package.languages
    for name, table in publication.resources.items():
        if table.chart is not None:
            content = _content_of_table(connection, table, table.chart, labels)
            _check_size(content, publication.place(name, "chart"))
            drawn += _drawn(name, {}, content, languages)
    for name, query in publication.package.queries.items():
        if query.chart is not None:
            place = publication.place(None, "queries", name, "chart")
            contents = _contents_of_query(connection, publication, query, query.chart, labels)
            for given, content in contents:
                _check_size(content, place)
                drawn += _drawn(name, given, content, languages)
    return drawn


def _check_size(content: ChartContent, place: Place) -> None:
    count = len(content.rows)
    if count > MAX_MARKS:
        message = f"the chart would show {count} rows; a reader can tell {MAX_MARKS} apart at most"
        raise OpenbaarError(Problem(place, message, "chart a query that finds fewer"))


def _drawn(
    page: str, given: Mapping[str, str], content: ChartContent, languages: Iterable[str]
) -> Iterator[DrawnChart]:
    """A chart in each language; none where no row has a value."""
    parameters = json.dumps(given, sort_keys=True)
    for language in languages:
        svg = draw(picture(content, language), language)
        if svg is not None:
            yield DrawnChart(page, parameters, language, svg)


def _content_of_table(
    connection: sqlite3.Connection, table: Table, chart: Chart, labels: Labels
) -> ChartContent:
    """What the chart of a table shows; a row is known by its primary key, as on its own page."""
    result = connection.execute(f"SELECT {', '.join(table.columns)} FROM {table.name}")
    rows: list[ChartRow] = []
    for values in _values_by_column(result):
        key = ",".join(str(values[column]) for column in table.table_schema.primaryKey)
        rows.append(ChartRow(key, values))
    columns: dict[str, Meaning] = {field.name: field for field in table.table_schema.fields}
    return _sorted(ChartContent(chart, columns, _names([table], labels, chart), rows))


def _contents_of_query(
    connection: sqlite3.Connection,
    publication: Publication,
    query: Query,
    chart: Chart,
    labels: Labels,
) -> Iterator[tuple[Mapping[str, str], ChartContent]]:
    """What the chart of a query shows, without parameters and for each choice of them.

    A row is known by its place in the result, from 0.
    """
    try:
        columns = meanings(result_columns(connection, publication, query))
    except sqlite3.Error:
        return  # `result_problems` reports it
    names = _names(tables_named(publication, query), labels, chart)
    for given in islice(_given(connection, publication, query, labels), MAX_CHARTS):
        rows: list[ChartRow] = []
        found = islice(_values_by_column(run(connection, query, given)), MAX_ROWS)
        for index, values in enumerate(found):
            rows.append(ChartRow(str(index), values))
        yield given, _sorted(ChartContent(chart, columns, names, rows))


def _values_by_column(result: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """The rows of a result, each with its values by the name of their column."""
    columns = [name for name, *_ in result.description]
    for values in result:
        yield dict(zip(columns, values, strict=True))


def _given(
    connection: sqlite3.Connection, publication: Publication, query: Query, labels: Labels
) -> Iterator[Mapping[str, str]]:
    """Each combination of choices of the parameters; one that is not chosen is left out."""
    options: list[list[str]] = []
    for parameter in query.parameters.values():
        values = [""]
        listed = choices(connection, publication, labels, parameter)
        if listed is not None:
            values += [value for value, _name in listed]
        options.append(values)
    for combination in product(*options):
        given = zip(query.parameters, combination, strict=True)
        yield {name: value for name, value in given if value}


def _names(tables: Iterable[Table], labels: Labels, chart: Chart) -> dict[str, Names]:
    """The names of codes by column, by the code lists to which these tables point.

    Where two tables point to different lists, the names of the first table by name come first.
    """
    found: dict[str, Names] = {}
    for table in sorted(tables, key=attrgetter("name")):
        for column in chart.columns:
            reference = table.table_schema.reference(column)
            if reference is not None:
                names = labels.get(reference.resource, {})
                found[column] = {**names, **found.get(column, {})}
    return found


def _sorted(content: ChartContent) -> ChartContent:
    """The content with rows that count up in the columns of whole numbers, such as years.

    The column that is measured does not count, and rows that are equal stay in their order.
    """
    counted: list[str] = []
    for column in content.chart.columns:
        is_whole = all(isinstance(value, int) for value in content.values(column))
        if is_whole and column != content.measured:
            counted.append(column)

    def numbers(row: ChartRow) -> list[int]:
        return [row.values[column] for column in counted]

    rows = sorted(content.rows, key=numbers)
    return ChartContent(content.chart, content.columns, content.names, rows)


def picture(content: ChartContent, language: str) -> Picture:
    """What is to be drawn of a chart in one language."""
    chart = content.chart
    measured = content.measured
    is_upright = chart.y == (measured,)
    categories = chart.x if is_upright else chart.y
    color: Axis | None = None
    is_ordered = False
    if chart.color is not None:
        color = _axis(content, [chart.color], language)
        is_ordered = _has_order(content.columns[chart.color])
    return Picture(
        keys=[row.key for row in content.rows],
        measure=_measure_title(content.columns[measured], language),
        values=content.values(measured),
        category=_axis(content, categories, language),
        color=color,
        mark=chart.mark,
        upright=is_upright,
        ordered=is_ordered,
    )


def _measure_title(column: Meaning, language: str) -> str:
    """The title of the column that is measured, with its unit: `Number (municipalities)`."""
    title = localized(column.title, language)
    if column.unit is None:
        return title
    return f"{title} ({localized(column.unit, language)})"


def _axis(content: ChartContent, columns: Sequence[str], language: str) -> Axis:
    """An axis of one column, or of several whose values are shown together."""
    titles = [localized(content.columns[column].title, language) for column in columns]
    labels: list[str] = []
    for row in content.rows:
        parts = [_label(content, column, row.values[column], language) for column in columns]
        labels.append(" · ".join(parts))
    return Axis(", ".join(titles), labels)


def _label(content: ChartContent, column: str, value: Any, language: str) -> str:
    """A value as a reader sees it: a code by its name, an empty one as nothing."""
    if value is None:
        return ""
    text = str(value)
    names = content.names.get(column, {})
    if text in names:
        return localized(names[text], language)
    return text


def _has_order(column: Meaning) -> bool:
    """Whether the values of a column follow each other, as years do and regions do not."""
    return isinstance(column, SchemaField) and column.type == "year"
