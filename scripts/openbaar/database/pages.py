"""What the site knows beside the tables, kept in the database itself: one file holds all that a page shows.

Three hidden tables, which begin with `_` as no table of an author can: `_site` (the descriptor, the labels of codes,
the queries with their columns and choices, as JSON), `_charts` (each picture as SVG) and `_lines` (the documents, line
by line). None of them is part of the package.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from openbaar.database.charts import MAX_MARKS, Axis, Picture, draw
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.package.model import Descriptor
from openbaar.schema.model import SchemaField
from openbaar.tables.dataset import Dataset, DocumentLines
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.queries import Chart, Parameter, Query, ResultColumn
from openbaar.texts import localized

MAX_CHOICES = 500  # of one parameter; more is no list to choose from
MAX_PICTURES = 60  # of one query: one for each choice of its parameters
TABLES = """
CREATE TABLE _site (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
CREATE TABLE _charts (
  page TEXT, parameters TEXT, language TEXT, svg TEXT NOT NULL, PRIMARY KEY (page, parameters, language)
) STRICT;
CREATE TABLE _lines (
  document TEXT, page TEXT, line INTEGER, position INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (document, page, line)
) STRICT;
"""
Labels = dict[str, dict[str, Mapping[str, str]]]  # code list -> code -> its name in each language
Described = dict[str, SchemaField | ResultColumn]


def add_site(connection: sqlite3.Connection, dataset: Dataset, descriptor: Descriptor) -> None:
    """Add the hidden tables to a database that holds all others.

    Raises OpenbaarError with every parameter, column or chart of a query that does not fit its SQL or the tables.
    """
    publication = dataset.publication
    connection.executescript(TABLES)
    site = _Site(connection, publication)
    problems = [
        problem
        for name, query in publication.package.queries.items()
        for problem in site.problems(name, query)
    ]
    if problems:
        raise OpenbaarError(problems)
    content = {
        "descriptor": descriptor,
        "labels": site.labels,
        "queries": {name: site.query(query) for name, query in publication.package.queries.items()},
    }
    with connection:
        connection.executemany(
            "INSERT INTO _site VALUES (?, ?)",
            [(name, json.dumps(value, ensure_ascii=False)) for name, value in content.items()],
        )
        connection.executemany("INSERT INTO _charts VALUES (?, ?, ?, ?)", list(site.charts()))
        connection.executemany("INSERT INTO _lines VALUES (?, ?, ?, ?, ?)", _lines(dataset.lines))


def _lines(documents: DocumentLines) -> Iterator[tuple[str, str, int, int, str]]:
    """Each line of the documents, with its position in its document."""
    for path, lines in documents.items():
        for position, line in enumerate(lines, start=1):
            yield path, line.page, line.number, position, line.text


class _Site:
    """The database as far as it is filled, and what authors wrote: what follows from both."""

    def __init__(self, connection: sqlite3.Connection, publication: Publication) -> None:
        self.connection = connection
        self.publication = publication
        self.labels: Labels = dict(self._labels())

    def _labels(self) -> Iterator[tuple[str, dict[str, Mapping[str, str]]]]:
        """The names of all codes that other tables point to: the columns `title_<language>`."""
        tables = self.publication.resources
        keys = [
            key.reference for table in tables.values() for key in table.table_schema.foreignKeys
        ]
        for name, code in sorted(
            {(key.resource, key.fields[0]) for key in keys if len(key.fields) == 1}
        ):
            titles = {each: f"title_{each}" for each in self.publication.package.languages}
            columns = {
                each: column for each, column in titles.items() if column in tables[name].columns
            }
            if columns:
                rows = self._rows(f"SELECT {code}, {', '.join(columns.values())} FROM {name}")
                yield (
                    name,
                    {
                        str(row[0]): dict(zip(columns, map(str, row[1:]), strict=True))
                        for row in rows
                    },
                )

    def _rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, parameters or {}).fetchall()

    def problems(self, name: str, query: Query) -> Iterator[Problem]:
        """What does not fit in what an author wrote of a query."""
        for parameter, given in query.parameters.items():
            place = self.publication.place(None, "queries", name, "parameters", parameter)
            if not re.search(rf"[:@$]{parameter}\b", query.sql):
                yield Problem(place, f"the query has no parameter ':{parameter}'")
            yield from self._choice_problems(given, place)
        try:
            described = self._described(query)
        except sqlite3.Error:
            return  # `prove_queries` tells
        place = self.publication.place(None, "queries", name)
        for column, meaning in described.items():
            if meaning is None and query.columns:
                yield Problem(
                    place,
                    f"the column '{column}' of the result is neither in 'columns' nor in a table",
                )
        for column in query.columns:
            if column not in described:
                hint = nearest(column, described)
                yield Problem(
                    place, f"'columns' describes '{column}', which the result does not have", hint
                )
        if query.chart:
            yield from self._chart_problems(
                query.chart, described, self.publication.place(None, "queries", name, "chart")
            )

    def _choice_problems(self, parameter: Parameter, place: Place) -> Iterator[Problem]:
        if parameter.choices is None:
            return
        table, _, column = parameter.choices.partition(".")
        known = self.publication.resources
        if table not in known:
            yield Problem(place, f"there is no table '{table}'", nearest(table, known))
        elif column and column not in known[table].columns:
            yield Problem(
                place,
                f"the table '{table}' has no column '{column}'",
                nearest(column, known[table].columns),
            )

    def _chart_problems(
        self, chart: Chart, described: Mapping[str, Any], place: Place
    ) -> Iterator[Problem]:
        for column in chart.columns:
            if column not in described:
                yield Problem(
                    place, f"the result has no column '{column}'", nearest(column, described)
                )
        try:
            chart.measured(
                [column for column, meaning in described.items() if meaning and meaning.unit]
            )
        except ValueError as error:
            yield Problem(place, str(error))

    def _described(self, query: Query) -> dict[str, SchemaField | ResultColumn | None]:
        """Each column of the result with its description: the query's own, else that of a table the SQL names."""
        names = [
            each[0] for each in self.connection.execute(query.sql, defaultdict(str)).description
        ]
        return {name: query.columns.get(name) or self._field(query, name) for name in names}

    def _field(self, query: Query, column: str) -> SchemaField | None:
        table = self._table_of(query, column)
        return table.table_schema.field(column) if table else None

    def _table_of(self, query: Query, column: str) -> Table | None:
        """The first table named in the SQL that has such a column."""
        named = (
            table
            for name, table in self.publication.resources.items()
            if re.search(rf"\b{name}\b", query.sql)
        )
        return next((table for table in named if table.table_schema.has(column)), None)

    def query(self, query: Query) -> dict[str, Any]:
        """What a page of the query shows around its result, as data."""
        try:
            described = self._described(query)
        except sqlite3.Error:
            described = {}
        columns = {}
        for name, meaning in described.items():
            if isinstance(meaning, ResultColumn):
                columns[name] = meaning.model_dump(exclude_none=True)
            elif table := self._table_of(query, name):
                columns[name] = {"table": table.name}
        parameters = {
            name: {"title": given.title, "choices": self._choices(given)}
            for name, given in query.parameters.items()
        }
        return {
            "title": query.title,
            "description": query.description,
            "columns": columns,
            "parameters": parameters,
        }

    def _choices(self, parameter: Parameter) -> list[tuple[str, Mapping[str, str]]] | None:
        """The values to choose from and their names; None where a visitor types one."""
        if parameter.choices is None:
            return None
        table, _, column = parameter.choices.partition(".")
        resource = self.publication.resources[table]
        target = None if column else table
        if column and (reference := resource.table_schema.reference(column)):
            target = reference.resource
        column = column or resource.table_schema.primaryKey[0]
        sql = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY min(rowid)"
        values = [str(value) for (value,) in self._rows(f"{sql} LIMIT {MAX_CHOICES}")]
        return [(value, self._name_of(target, value)) for value in values]

    def _name_of(self, code_list: str | None, value: str) -> Mapping[str, str]:
        """The name of a code; of a table where the value is the name of one; else the value."""
        if code_list and value in self.labels.get(code_list, {}):
            return self.labels[code_list][value]
        if value in self.publication.resources:
            return self.publication.resources[value].title
        return {self.publication.language: value}

    def charts(self) -> Iterator[tuple[str, str, str, str]]:
        """Every picture: its page, the parameters it is of (JSON), its language, and its SVG."""
        for name, table in self.publication.resources.items():
            if table.chart:
                described: Described = {field.name: field for field in table.table_schema.fields}
                sql = f"SELECT {', '.join(table.columns)} FROM {name}"
                found = [dict(zip(table.columns, row, strict=True)) for row in self._rows(sql)]
                rows = _counting_up(table.chart, described, found)
                keys = [
                    ",".join(str(row[column]) for column in table.table_schema.primaryKey)
                    for row in rows
                ]
                for language in self.publication.package.languages:
                    picture = self._picture(table.chart, described, rows, keys, language, {name})
                    yield name, "{}", language, draw(picture, language)
        for name, query in self.publication.package.queries.items():
            if query.chart:
                yield from self._charts_of(name, query, query.chart)

    def _charts_of(
        self, name: str, query: Query, chart: Chart
    ) -> Iterator[tuple[str, str, str, str]]:
        """The pictures of a query: without parameters, and for each choice of them."""
        described = {
            column: meaning for column, meaning in self._described(query).items() if meaning
        }
        tables = {
            each for each in self.publication.resources if re.search(rf"\b{each}\b", query.sql)
        }
        choices = {key: self._choices(given) or [] for key, given in query.parameters.items()}
        lists = [["", *(value for value, _ in options)] for options in choices.values()]
        for given in [*product(*lists)][:MAX_PICTURES]:
            values = dict(zip(choices, given, strict=True))
            cursor = self.connection.execute(query.sql, defaultdict(str, values))
            columns = [each[0] for each in cursor.description]
            found = [
                dict(zip(["", *columns], [index, *row], strict=True))
                for index, row in enumerate(cursor.fetchall())
            ]
            rows = _counting_up(chart, described, found)
            keys = [
                str(row[""]) for row in rows
            ]  # the place of the row on the page, which no column is called
            shown = json.dumps(
                {key: value for key, value in values.items() if value}, sort_keys=True
            )
            for language in self.publication.package.languages if rows else ():
                yield (
                    name,
                    shown,
                    language,
                    draw(self._picture(chart, described, rows, keys, language, tables), language),
                )

    def _picture(
        self,
        chart: Chart,
        described: Described,
        rows: list[dict[str, Any]],
        keys: list[str],
        language: str,
        tables: set[str],
    ) -> Picture:
        """What `draw` needs to show the rows in one language. Raises OpenbaarError for too many of them."""
        if len(rows) > MAX_MARKS:
            place = self.publication.place(next(iter(tables)), "chart")
            raise OpenbaarError(
                Problem(
                    place, f"a chart of {len(rows)} rows cannot be read; {MAX_MARKS} are the most"
                )
            )

        def axis(columns: tuple[str, ...]) -> Axis:
            title = ", ".join(localized(described[column].title, language) for column in columns)
            labels = [
                " · ".join(self._label(tables, column, row[column], language) for column in columns)
                for row in rows
            ]
            return Axis(title, labels)

        measured = _measured(chart, described)
        unit = localized(described[measured].unit or {}, language)
        field = described.get(chart.color or "")
        return Picture(
            keys=keys,
            measure=f"{localized(described[measured].title, language)} ({unit})",
            values=[row[measured] for row in rows],
            category=axis(chart.x if chart.y == (measured,) else chart.y),
            color=axis((chart.color,)) if chart.color else None,
            mark=chart.mark,
            upright=chart.y == (measured,),
            ordered=isinstance(field, SchemaField) and field.type == "year",
        )

    def _label(self, tables: set[str], column: str, value: Any, language: str) -> str:
        """What a value is called: by the code list that one of the tables has for its column, else as it is."""
        for name in sorted(tables):
            reference = self.publication.resources[name].table_schema.reference(column)
            known = self.labels.get(reference.resource, {}) if reference else {}
            if str(value) in known:
                return localized(known[str(value)], language)
        return "" if value is None else str(value)


def _measured(chart: Chart, described: Described) -> str:
    """The column that a chart measures: the one of an axis that has a unit."""
    return chart.measured([name for name, meaning in described.items() if meaning.unit])


def _counting_up(
    chart: Chart, described: Described, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows in the order of what a chart tells apart by whole numbers, such as years; else as they came."""
    told = [name for name in chart.columns if name != _measured(chart, described)]
    numbers = [name for name in told if all(isinstance(row[name], int) for row in rows)]
    return sorted(rows, key=lambda row: [row[name] for name in numbers])
