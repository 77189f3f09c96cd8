"""What the site shows beside the tables, stored in the database: one file has all of a page.

There are four hidden tables, whose names begin with `_` as no name of an author can: `_site` (the
descriptor, the facets, the names of codes, and the queries with their columns and choices, as
JSON), `_charts` (each chart as SVG and PNG), `_lines` (the documents, line by line) and `_changes`
(what changed from one version to another, as JSON). Each large table has more, with the counts of
its facets and of what search finds, and so has each question about one, with its answer. None is
part of the package.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from openbaar.database.charts.drawn import DrawnChart, DrawnCharts, draw_charts, with_png
from openbaar.database.charts.png_files import Drawers
from openbaar.database.earlier import Earlier
from openbaar.database.figures import figures
from openbaar.database.query_checks import query_problems
from openbaar.database.shown.answered import add_answers
from openbaar.database.shown.choices import choices
from openbaar.database.shown.counts import add_counts
from openbaar.database.shown.document_parts import parts
from openbaar.database.shown.labels import Labels, code_labels
from openbaar.database.shown.results import (
    TableColumn,
    meanings,
    result_columns,
    with_units,
)
from openbaar.database.shown.search_index import add_search_index
from openbaar.errors import OpenbaarError
from openbaar.package.model import Descriptor
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Query
from openbaar.tables.dataset import Dataset, DocumentLines
from openbaar.versions.history import steps

TABLES = """
CREATE TABLE _site (name TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
CREATE TABLE _charts (
  page TEXT, parameters TEXT, language TEXT, made_of TEXT NOT NULL, name TEXT NOT NULL,
  title TEXT NOT NULL, told TEXT NOT NULL, wide TEXT NOT NULL, narrow TEXT NOT NULL,
  rest_wide TEXT, rest_narrow TEXT, thumbnail TEXT, png BLOB NOT NULL,
  PRIMARY KEY (page, parameters, language)
) STRICT;
CREATE TABLE _lines (
  document TEXT, page TEXT, line INTEGER, position INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (document, page, line)
) STRICT;
CREATE TABLE _changes (
  old TEXT, new TEXT, content TEXT NOT NULL, PRIMARY KEY (old, new)
) STRICT;
"""


def add_site_content(
    connection: sqlite3.Connection,
    dataset: Dataset,
    descriptor: Descriptor,
    earlier: Earlier,
    drawers: Drawers,
) -> DrawnCharts:
    """Add the hidden tables to a database that has all others.

    Returns the charts for `add_charts`, as `draw_charts` does. Those that were made of the same
    before are taken from the `earlier` database; the `drawers` make the PNG of the others.

    Raises OpenbaarError with every parameter, column or chart of a query that does not fit its SQL
    or the tables.
    """
    publication = dataset.publication
    problems = query_problems(connection, publication)
    if problems:
        raise OpenbaarError(problems)
    labels = code_labels(connection, publication)
    counted = add_counts(connection, dataset, earlier)
    content = {
        "answered": add_answers(connection, dataset),
        "counts": {name: asdict(each) for name, each in counted.items()},
        "descriptor": descriptor,
        "facets": {name: list(table.facets) for name, table in publication.resources.items()},
        "figures": figures(connection, publication),
        "labels": labels,
        "parts": {path: parts(lines) for path, lines in dataset.lines.items()},
        "queries": _queries(connection, publication, labels),
        "sorted": {name: table.sort for name, table in publication.resources.items() if table.sort},
    }
    charts = draw_charts(connection, publication, labels, earlier, drawers)
    connection.set_progress_handler(None, 0)  # what `run` sets for the queries of authors
    connection.executescript(TABLES)
    with connection:
        for name, value in content.items():
            text = json.dumps(value, ensure_ascii=False)
            connection.execute("INSERT INTO _site VALUES (?, ?)", (name, text))
        lines = _document_lines(dataset.lines)
        connection.executemany("INSERT INTO _lines VALUES (?, ?, ?, ?, ?)", lines)
        connection.executemany(
            "INSERT INTO _changes VALUES (?, ?, ?)", _changes(dataset, descriptor)
        )
    add_search_index(connection, dataset, labels)
    return charts


def add_charts(connection: sqlite3.Connection, charts: DrawnCharts) -> None:
    """Add the charts, once all their PNG are there."""
    places = ", ".join("?" * len(DrawnChart._fields))
    with connection:
        connection.executemany(f"INSERT INTO _charts VALUES ({places})", with_png(charts))


def _changes(dataset: Dataset, descriptor: Descriptor) -> Iterator[tuple[str, str, str]]:
    """What changed from one version to another, with both."""
    publication = dataset.publication
    withdrawn = publication.package.withdrawn
    for step in steps(publication.root, descriptor, dataset.files, withdrawn):
        content = json.dumps(step.as_data(), ensure_ascii=False)
        yield step.diff.old, step.diff.new, content


def _queries(
    connection: sqlite3.Connection, publication: Publication, labels: Labels
) -> dict[str, dict[str, Any]]:
    """What the page of each query shows around its result, as plain data."""
    content: dict[str, dict[str, Any]] = {}
    for name, query in publication.package.queries.items():
        parameters: dict[str, dict[str, Any]] = {}
        for parameter, given in query.parameters.items():
            listed = choices(connection, publication, labels, given)
            parameters[parameter] = {"title": given.title, "choices": listed}
        lead, measures = _lead(connection, publication, query)
        content[name] = {
            "title": query.title,
            "description": query.description,
            "answer": query.answer,
            "columns": _columns(connection, publication, query),
            "color": None if query.chart is None else query.chart.color,
            "lead": lead,
            "measures": measures,
            "sql": query.sql,
            "tables": [table.name for table in publication.tables_of(query)],
            "parameters": parameters,
        }
    return content


def _lead(
    connection: sqlite3.Connection, publication: Publication, query: Query
) -> tuple[list[str], int]:
    """The columns of the result that matter most, and how many of them are measured.

    They are those of its chart; what is measured comes last.
    """
    if query.chart is None:
        return [], 0
    try:
        units = with_units(meanings(result_columns(connection, publication, query)))
    except sqlite3.Error:  # the check that runs all queries reports it
        return [], 0
    measures = query.chart.measures(units)
    others = [name for name in query.chart.columns if name not in measures]
    return [*others, *measures], len(measures)


def _columns(
    connection: sqlite3.Connection, publication: Publication, query: Query
) -> dict[str, dict[str, Any]]:
    """The columns of the result that are described: the table that does so, or the description."""
    try:
        columns = result_columns(connection, publication, query)
    except sqlite3.Error:
        return {}
    content: dict[str, dict[str, Any]] = {}
    for name, column in columns.items():
        if isinstance(column, TableColumn):
            content[name] = {"table": column.table.name}
        elif column is not None:
            content[name] = column.model_dump(exclude_none=True)
    return content


def _document_lines(documents: DocumentLines) -> Iterator[tuple[str, str, int, int, str]]:
    """Each line of the documents, with its position in its document."""
    for path, lines in documents.items():
        for position, line in enumerate(lines, start=1):
            yield path, line.page, line.number, position, line.text
