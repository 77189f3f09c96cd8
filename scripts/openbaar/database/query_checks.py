"""Checks of queries: what authors wrote about them fits their SQL, and they find something."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from openbaar.database.shown.results import (
    ResultColumns,
    meanings,
    result_columns,
    run,
    with_units,
)
from openbaar.errors import Place, Problem, nearest
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Chart, Parameter, Query

FEWEST_FACET_VALUES = 2  # fewer separate nothing
MOST_FACET_VALUES = 60  # more fill a page


def query_problems(connection: sqlite3.Connection, publication: Publication) -> list[Problem]:
    """Every parameter, column and chart of a query that does not fit its SQL or the tables.

    Of a query that fails, only the parameters are checked; `result_problems` reports the failure.
    """
    problems: list[Problem] = []
    for name, query in publication.package.queries.items():
        problems += _parameter_problems(publication, name, query)
        try:
            columns = result_columns(connection, publication, query)
        except sqlite3.Error:
            continue
        problems += _column_problems(publication, name, query, columns)
        problems += _answer_problems(publication, name, query, columns)
        if query.chart is not None:
            place = publication.place(None, "queries", name, "chart")
            problems += _chart_problems(query.chart, columns, place)
    return problems


def result_problems(database: Path, publication: Publication) -> list[Problem]:
    """Queries of a finished database that fail or find nothing, and facets that do not help.

    A query runs with all its parameters empty, as Datasette runs it when none is given. It cannot
    write, because the database is opened read-only.
    """
    address = f"{database.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        queries = _failing_queries(connection, publication)
        return queries + _facet_problems(connection, publication)


def _parameter_problems(publication: Publication, name: str, query: Query) -> list[Problem]:
    problems: list[Problem] = []
    for parameter, given in query.parameters.items():
        place = publication.place(None, "queries", name, "parameters", parameter)
        if not re.search(rf"[:@$]{parameter}\b", query.sql):
            problems.append(Problem(place, f"the query has no parameter ':{parameter}'"))
        problems += _choice_problems(publication, given, place)
    return problems


def _choice_problems(publication: Publication, given: Parameter, place: Place) -> list[Problem]:
    """What is wrong with the `choices` of a parameter."""
    if given.choices is None:
        return []
    name, _, column = given.choices.partition(".")
    tables = publication.resources
    if name not in tables:
        return [Problem(place, f"there is no table '{name}'", nearest(name, tables))]
    known = tables[name].columns
    if column and column not in known:
        message = f"the table '{name}' has no column '{column}'"
        return [Problem(place, message, nearest(column, known))]
    return []


def _column_problems(
    publication: Publication, name: str, query: Query, columns: ResultColumns
) -> list[Problem]:
    """Columns of the result that nothing describes, where the author describes any, and others."""
    place = publication.place(None, "queries", name)
    problems: list[Problem] = []
    for column, meaning in columns.items():
        if meaning is None and query.columns:
            message = f"the column '{column}' of the result is neither in 'columns' nor in a table"
            problems.append(Problem(place, message))
    for column in query.columns:
        if column not in columns:
            message = f"'columns' describes '{column}', which the result does not have"
            problems.append(Problem(place, message, nearest(column, columns)))
    return problems


def _answer_problems(
    publication: Publication, name: str, query: Query, columns: ResultColumns
) -> list[Problem]:
    """Columns that the answer of a query names, and its result does not have."""
    problems: list[Problem] = []
    for language, said in query.answer.items():
        for column in re.findall(r"\{(.*?)\}", said):
            if column.removesuffix(".last") not in columns:
                place = publication.place(None, "queries", name, "answer", language)
                message = f"the answer names '{column}', which the result does not have"
                problems.append(Problem(place, message, nearest(column, columns)))
    return problems


def _chart_problems(chart: Chart, columns: ResultColumns, place: Place) -> list[Problem]:
    """Columns of a chart that are not in the result or have no title, and an axis without unit."""
    problems: list[Problem] = []
    described = meanings(columns)
    for column in chart.columns:
        if column not in columns:
            message = f"the result has no column '{column}'"
            problems.append(Problem(place, message, nearest(column, columns)))
        elif column not in described:
            message = f"the column '{column}' of the chart is neither in 'columns' nor in a table"
            problems.append(Problem(place, message, "give it a title in 'columns'"))
    for column in chart.columns_of_rows:
        if column not in columns:
            message = f"the result has no column '{column}'"
            problems.append(Problem(place, message, nearest(column, columns)))
    try:
        chart.measures(with_units(described))
    except ValueError as error:
        problems.append(Problem(place, str(error)))
    return problems


def _failing_queries(connection: sqlite3.Connection, publication: Publication) -> list[Problem]:
    problems: list[Problem] = []
    for name, query in publication.package.queries.items():
        place = publication.place(None, "queries", name, "sql")
        try:
            found = run(connection, query, {}).fetchone()
        except sqlite3.Error as error:
            problems.append(Problem(place, f"the query '{name}' fails: {error}"))
            continue
        if found is None:
            problems.append(Problem(place, f"the query '{name}' finds no row"))
    return problems


def _facet_problems(connection: sqlite3.Connection, publication: Publication) -> list[Problem]:
    """Facets of the authors' tables with so few or so many values that they help no reader."""
    problems: list[Problem] = []
    for name, table in publication.tables.items():
        for index, facet in enumerate(table.facets):
            sql = f"SELECT count(DISTINCT {facet}) FROM {name}"
            (count,) = connection.execute(sql).fetchone()
            if not FEWEST_FACET_VALUES <= count <= MOST_FACET_VALUES:
                expected = f"not {FEWEST_FACET_VALUES} to {MOST_FACET_VALUES}"
                message = f"the facet '{facet}' has {count} values, {expected}"
                problems.append(Problem(publication.place(name, "facets", index), message))
    return problems
