"""What the charts of tables and queries show: rows, titles, units and names of codes together."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from operator import attrgetter
from typing import Any

from openbaar.database.charts.choice import Choice, chosen_chart
from openbaar.database.charts.content import ChartContent, ChartRow
from openbaar.database.charts.folded import folded
from openbaar.database.charts.row_kinds import findings, not_whole
from openbaar.database.shown.choices import choices
from openbaar.database.shown.labels import Labels, Names
from openbaar.database.shown.results import Meaning, meanings, result_columns, run
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.queries import Chart, Query
from openbaar.texts import Localized, catalogue, is_unknown, localized

MAX_MARKS = 500  # a picture with more bars says nothing
MAX_ROWS = 100_000  # of a result that is read to count its bars; a query may never end
MAX_CHARTS = 60  # of one query: one for each choice of its parameters


def content_of_table(
    connection: sqlite3.Connection,
    publication: Publication,
    table: Table,
    labels: Labels,
) -> ChartContent | None:
    """What the chart of a table shows, the one that its author names or that its rows allow.

    A row is known by its primary key, as on its own page. None for a table without a chart.
    """
    chart, measure = table.chart, None
    if chart is None:
        choice = _chosen(connection, publication, table)
        if choice is None:
            return None
        chart = choice.chart
        measure = choice.measured[0] if len(choice.measured) == 1 else None
    rows = _rows(connection, table)
    columns: dict[str, Meaning] = {field.name: field for field in table.table_schema.fields}
    title = _title(table, measure)
    content = ChartContent(chart, columns, {}, rows, title=title, measure=measure)
    if len(content.measures) == 1:  # several are the colours
        chart = _with_kinds(chart, table, rows)
    content = replace(content, chart=chart, names=_names([table], labels, chart))
    return _told(connection, folded(content), publication, [table])


def _chosen(
    connection: sqlite3.Connection, publication: Publication, table: Table
) -> Choice | None:
    """The chart that the rows of a table allow; none of what its author wants no chart of."""
    lists = {name for name, _ in publication.code_lists}
    if not table.may_be_charted or table.name in lists or table.name in TRUST_TABLES:
        return None
    rows = _rows(connection, table, MAX_MARKS + 1)
    choice = None if len(rows) > MAX_MARKS else chosen_chart(table, rows)
    if choice is not None and len(rows) * len(choice.measured) > MAX_MARKS:
        return None
    return choice


def _rows(connection: sqlite3.Connection, table: Table, most: int = -1) -> list[ChartRow]:
    """The rows of a table, at most so many; -1 for all."""
    sql = f"SELECT {', '.join(table.columns)} FROM {table.name} LIMIT ?"
    rows: list[ChartRow] = []
    for values in _values_by_column(connection.execute(sql, [most])):
        key = ",".join(str(values[column]) for column in table.table_schema.primaryKey)
        rows.append(ChartRow(key, values))
    return rows


def _title(table: Table, measure: str | None) -> Localized:
    """The title of the chart of a table: that of the table; of what it measures where none is."""
    if measure is not None and any(is_unknown(text) for text in table.title.values()):
        return table.table_schema.field(measure).title
    return table.title


def _with_kinds(chart: Chart, table: Table, rows: Iterable[ChartRow]) -> Chart:
    """The chart with a colour for each kind of row, where nothing else tells the kinds apart.

    A column that allows only a few values (`enum`) says of what kind a row is: spent or planned.
    """
    if chart.color is not None:
        return chart
    told = {*chart.columns, *chart.columns_of_rows}
    for field in table.table_schema.fields:
        kinds = {row.values[field.name] for row in rows}
        if field.constraints.enum is not None and field.name not in told and len(kinds) > 1:
            return chart.model_copy(update={"color": field.name})
    return chart


def contents_of_query(
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
    tables = publication.tables_of(query)
    names = _names(tables, labels, chart)
    is_sorted = re.search(r"\border\s+by\b", query.sql, re.IGNORECASE) is not None
    for chosen in islice(_choices(connection, publication, query, labels), MAX_CHARTS):
        given = {parameter: value for parameter, (value, _) in chosen.items()}
        rows: list[ChartRow] = []
        found = islice(_values_by_column(run(connection, query, given)), MAX_ROWS)
        for index, values in enumerate(found):
            rows.append(ChartRow(str(index), values))
        about = _about(connection, query, chosen, tables, publication.package.languages)
        content = ChartContent(
            chart, columns, names, rows, is_sorted=is_sorted, title=query.title, about=about
        )
        yield given, _told(connection, folded(content), publication, tables)


def _told(
    connection: sqlite3.Connection,
    content: ChartContent,
    publication: Publication,
    tables: list[Table],
) -> ChartContent:
    """What a chart shows, with what is known of its rows and where they come from."""
    package = publication.package
    found = findings(connection, content.chart, tables, content.all_periods, package)
    return replace(content, findings=found, source=_source(publication, tables))


def _source(publication: Publication, tables: Iterable[Table]) -> Localized:
    """Where the figures come from, and the publication with its version, in each language."""
    package = publication.package
    told = Localized()
    for language in package.languages:
        words = catalogue(language, publication.language)
        parts: list[str] = []
        title = localized(package.title, language)
        title = package.name if is_unknown(title) else title
        sources = _source_titles(publication, tables, language)
        if sources and sources != [title]:
            message = words.gettext("Source: %(source)s.")
            parts.append(message % {"source": "; ".join(sources)})
        message = words.gettext("%(publication)s, version %(version)s.")
        parts.append(message % {"publication": title, "version": package.version})
        told[language] = " ".join(parts)
    return told


def _source_titles(publication: Publication, tables: Iterable[Table], language: str) -> list[str]:
    """The titles of the documents of tables, each once; without any, those of other sources.

    The other sources are those of code lists, which give names and no figures.
    """
    titles: dict[str, None] = {}
    for table in tables:
        if table.recipe is not None:
            document = publication.document(table.recipe.document)
            titles[localized(document.title, language)] = None
    if titles:
        return list(titles)
    for table in tables:
        for source in table.sources:
            titles[source.title] = None
    return list(titles)


def _values_by_column(result: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """The rows of a result, each with its values by the name of their column."""
    columns = [name for name, *_ in result.description]
    for values in result:
        yield dict(zip(columns, values, strict=True))


Chosen = Mapping[str, tuple[str, Mapping[str, str]]]  # parameter -> value and its name


def _choices(
    connection: sqlite3.Connection, publication: Publication, query: Query, labels: Labels
) -> Iterator[Chosen]:
    """Each combination of choices of the parameters; one that is not chosen is left out."""
    options: list[list[tuple[str, Mapping[str, str]]]] = []
    for parameter in query.parameters.values():
        listed = choices(connection, publication, labels, parameter) or []
        options.append([("", {}), *listed])
    for combination in product(*options):
        chosen = zip(query.parameters, combination, strict=True)
        yield {name: choice for name, choice in chosen if choice[0]}


def _about(
    connection: sqlite3.Connection,
    query: Query,
    chosen: Chosen,
    tables: list[Table],
    languages: Sequence[str],
) -> Localized:
    """What was chosen, in words: `Year: 2022`, and of a period that is not whole, until when."""
    parts: dict[str, list[str]] = {language: [] for language in languages}
    for name, (value, label) in chosen.items():
        parameter = query.parameters[name]
        column = (parameter.choices or "").partition(".")[2]
        finding = not_whole(connection, tables, column, value, languages) if column else None
        for language in languages:
            told = f"{localized(parameter.title, language)}: {localized(label, language)}"
            if finding is not None:
                told += f" ({localized(finding.text, language)})"
            parts[language].append(told)
    return Localized({language: " · ".join(each) for language, each in parts.items()})


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
                found[column] = {**found.get(column, {}), **names}
    return found
