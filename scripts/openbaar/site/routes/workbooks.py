"""Excel workbooks of rows that a visitor chose, and of the answer to a question.

They are in the language of the page, with what to know of the figures below them.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook

from openbaar.package import sheets
from openbaar.schema.conventions import DAYS
from openbaar.site.pages import answers, remarks
from openbaar.site.pages.columns import Column, result_column, text, text_in
from openbaar.site.pages.naming import named
from openbaar.site.published import Published
from openbaar.site.requests.language import gettext
from openbaar.site.requests.refusals import refusal

if TYPE_CHECKING:
    from datasette.app import Datasette

Row = Mapping[str, Any]


def workbook(
    published: Published,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    notes: Sequence[str],
) -> bytes:
    """A workbook with one sheet: the rows with words for codes, and notes below them."""
    headings = [sheets.Column(each.title, each.unit, each.type) for each in columns]
    shown = [_shown(published, columns, row) for row in rows]
    data = io.BytesIO()
    with Workbook(data, {**sheets.OPTIONS, "in_memory": True}) as book:
        book.set_properties({"title": title, "created": sheets.CREATED})
        sheet = book.add_worksheet(name[: sheets.MAX_NAME])
        sheets.TableSheet(sheet, sheets.Styles.of(book)).write(headings, shown, notes)
    return data.getvalue()


def _shown(published: Published, columns: Sequence[Column], row: Row) -> list[Any]:
    """The cells of a row as readers see them; a spreadsheet sorts days as they are."""
    cells = []
    for column in columns:
        value = row[column.name]
        label = named(published, column, value, row)
        cells.append(value if label is None or column.type in DAYS else label)
    return cells


def with_version(title: str, published: Published) -> str:
    """What a workbook is of: a title, and the version of the publication."""
    version = gettext("version %(version)s") % {"version": published.version}
    return f"{title}, {version}"


async def of_question(
    datasette: Datasette, published: Published, query: str, asked: Mapping[str, str]
) -> bytes:
    """The answer to a question. Raises DatasetteError where it takes too long."""
    found = await answers.result(datasette, published, query, asked)
    if found is None:
        message = gettext("The query took too long or asked for too much, and was stopped.")
        raise refusal(400, message)
    about = published.queries[query]
    columns = [result_column(published, query, name) for name in found.names]
    rows = [dict(zip(found.names, row, strict=True)) for row in found.rows]
    title = text_in(about["title"])
    notes = [
        with_version(title, published),
        answers.sentence(published, query, found, asked) or "",
        text_in(about["description"]),
        *[text(published.tables[name], "title") for name in about["tables"]],
    ]
    beware = gettext("Please note")
    for table in about["tables"]:
        for warning in await remarks.warnings(datasette, published, table):
            notes.append(f"{beware}: {warning.text}")
    told = list(dict.fromkeys(filter(None, notes)))  # a remark on two tables is told once
    return workbook(published, query, title, columns, rows, told)
