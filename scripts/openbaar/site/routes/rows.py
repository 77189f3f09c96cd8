"""`/rows/<table>.csv`, `.json` and `.xlsx`: all rows that a filter chooses, to take away.

Of a question there is `/rows/<question>.xlsx`, its answer to what was chosen.

The filters are those of the page of the table. Datasette's own CSV and JSON hold one page of rows;
the files of a whole table are downloads, with a hash.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette.database import QueryInterrupted
from datasette.filters import Filters
from datasette.utils import escape_fts
from datasette.utils.asgi import Response
from datasette.views.base import DatasetteError

from openbaar.schema.conventions import ROW_NUMBER
from openbaar.site.pages import remarks
from openbaar.site.pages.columns import column_of, columns_of
from openbaar.site.published import Published, publication_of, text_of
from openbaar.site.requests.asgi import query_pairs
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.limits import TooLargeError
from openbaar.site.requests.refusals import refusal
from openbaar.site.routes import workbooks
from openbaar.site.routes.downloads import MEDIA_TYPES

MOST = 100_000  # rows: more are no choice from a table, and fill the memory
SEARCH = "_search"
LONGEST = 80  # characters of the name of a file, before its version
LOOKUP = re.compile(r"__\w+$")
Row = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Chosen:
    """The rows of a table that a filter chooses, and the filter."""

    table: str
    filters: Pairs
    rows: Sequence[Row]


async def rows(datasette: Any, request: Any) -> Response:
    """All rows that the query of the address chooses, as an attachment.

    Raises DatasetteError for a table or a column that is not there (404, 400), and for more than
    `MOST` rows or a search that takes too long (413).
    """
    published = publication_of(datasette)
    table, ending = request.url_vars["table"], request.url_vars["ending"]
    query = query_pairs(request.scope)
    if table in published.queries and ending == "xlsx":  # of its other forms Datasette has pages
        asked = {name: value for name, value in query if not name.startswith("_")}
        chosen = Chosen(table, list(asked.items()), [])
        body: str | bytes = await workbooks.of_question(datasette, published, table, asked)
    else:
        chosen = await chosen_rows(datasette, published, table, query)
        body = await WRITERS[ending](datasette, published, chosen)
    name = file_name(published, chosen, ending)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, content_type=MEDIA_TYPES[f".{ending}"])


async def chosen_rows(
    datasette: Any, published: Published, table: str, query: Pairs, first: int | None = None
) -> Chosen:
    """The rows that the query of an address chooses, or only the `first` of them.

    Raises DatasetteError as `rows` does.
    """
    if table not in published.tables:
        raise refusal(404, gettext("There is no table '%(name)s'."), name=table)
    filters = _filters(published, table, query)
    order = _order(published, table, query)
    found = await _chosen(datasette, published, table, filters, order, first)
    return Chosen(table, filters, found)


def _filters(published: Published, table: str, query: Pairs) -> Pairs:
    """What chooses rows; how a page shows them is left out."""
    known = published.column_names(table)
    filters = []
    for name, value in query:
        column = LOOKUP.sub("", name)
        if name == SEARCH:
            filters.append((name, value))
        elif name.startswith("_"):
            if name in ("_where", "_through"):
                raise refusal(400, gettext("Rows chosen by SQL cannot be taken away as a file."))
        elif column in known:
            filters.append((name, value))
        else:
            raise _no_column(published, table, column)
    return filters


def _order(published: Published, table: str, query: Pairs) -> str:
    """The order of the rows as SQL, that of the page of the table with the same query."""
    asked = dict(query)
    by_author = published.sorted.get(table, ROW_NUMBER)
    ascending, descending = asked.get("_sort"), asked.get("_sort_desc")
    column = descending or ascending or by_author
    if column not in (*published.column_names(table), ROW_NUMBER):
        raise _no_column(published, table, column)
    direction = "DESC" if descending else "ASC"
    return ", ".join([f"{column} {direction}", *published.keys(table)])


def _no_column(published: Published, table: str, column: str) -> DatasetteError:
    message = gettext("There is no column '%(column)s'; the columns are: %(known)s.")
    known = ", ".join(published.column_names(table))
    return refusal(400, message, column=column[:100], known=known)


async def _chosen(
    datasette: Any,
    published: Published,
    table: str,
    filters: Pairs,
    order: str,
    first: int | None,
) -> Sequence[Row]:
    """The rows, `order` being SQL."""
    database = datasette.get_database(published.name)
    by_column = [(name, value) for name, value in filters if name != SEARCH]
    clauses, parameters = Filters(sorted(by_column)).build_where_clauses(table)
    words = dict(filters).get(SEARCH)
    index = await database.fts_table(table)
    if words and index is not None:
        clauses.append(f"rowid IN (SELECT rowid FROM {index} WHERE {index} MATCH :words)")
        parameters["words"] = escape_fts(words)
    columns = ", ".join(published.column_names(table))
    where = " AND ".join(clauses) or "1"
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {order} LIMIT {first or MOST + 1}"
    try:
        found = await database.execute(sql, parameters)
    except (QueryInterrupted, TooLargeError):
        raise _too_much() from None
    if len(found.rows) > MOST:
        raise _too_much()
    return [dict(row) for row in found.rows]


def _too_much() -> DatasetteError:
    message = gettext("These are too many rows for one file. Choose fewer, or download the table.")
    return refusal(413, message)


def file_name(published: Published, chosen: Chosen, ending: str) -> str:
    """The name of the file: 'wages_2022_female-2.0.0.csv'."""
    values = [value for _, value in chosen.filters]
    name = re.sub(r"[^A-Za-z0-9]+", "_", "_".join([chosen.table, *values]))
    return f"{name.strip('_')[:LONGEST]}-{published.version}.{ending}"


async def _csv(_datasette: Any, published: Published, chosen: Chosen) -> str:
    columns = published.column_names(chosen.table)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in chosen.rows:
        writer.writerow([_printed(published, chosen.table, name, row[name]) for name in columns])
    return text.getvalue()


def _printed(published: Published, table: str, column: str, value: Any) -> Any:
    """A value as the CSV files of a data package have it."""
    if value is not None and column_of(published, table, column).type == "boolean":
        return "true" if value else "false"
    return value


async def _json(_datasette: Any, published: Published, chosen: Chosen) -> str:
    types = {each.name: each.type for each in columns_of(published, chosen.table)}
    made = []
    for row in chosen.rows:
        made.append({name: _typed(types[name], value) for name, value in row.items()})
    return json.dumps(made, ensure_ascii=False)


def _typed(kind: str, value: Any) -> Any:
    """A value of the database as JSON has it."""
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    return json.loads(value) if kind == "array" else value


async def _workbook(datasette: Any, published: Published, chosen: Chosen) -> bytes:
    """A workbook in the language of the visit, with what to know of the table below its rows."""
    table = chosen.table
    title = text_of(published.tables[table], "title", visit().language)
    notes = await _notes(datasette, published, table)
    columns = columns_of(published, table)
    return workbooks.workbook(published, table, title, columns, chosen.rows, notes)


async def _notes(datasette: Any, published: Published, table: str) -> list[str]:
    """What the table is, where its figures are from, and what to know of them."""
    language = visit().language
    resource = published.tables[table]
    told = [workbooks.with_version(text_of(resource, "title", language), published)]
    told += [text_of(source, "title", language) for source in resource.get("sources", [])]
    for footnote in await remarks.footnotes(datasette, published, table):
        told.append(f"{footnote.mark} {footnote.text}")
    beware = gettext("Please note")
    for warning in await remarks.warnings(datasette, published, table):
        told.append(f"{beware}: {warning.text}")
    return told


WRITERS: Mapping[str, Callable[[Any, Published, Chosen], Awaitable[str | bytes]]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _workbook,
}
ROUTES = [(rf"/rows/(?P<table>[a-z][a-z0-9_]*)\.(?P<ending>{'|'.join(WRITERS)})$", rows)]
