"""The download for spreadsheets: a sheet per table, and one per language that documents them all.

XlsxWriter writes it: it makes the same bytes each time, needs nothing else, can be told never to read a text as a
formula or a link, and streams rows to the disk. (openpyxl stamps the moment of writing into the file.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openbaar.files import replacing
from openbaar.schema.csvfile import Rows
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.texts import catalogue, localized

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS, MAX_TEXT, MAX_NAME, MAX_DIGITS = 1_048_576, 32_767, 31, 15
MADE = datetime(
    1980, 1, 1
)  # the moment that the file states; the version of the publication says more
WIDEST = 60  # characters; a longer text is wrapped by who reads it
FORMULA_SIGNS = (
    "=",
    "+",
    "-",
    "@",
)  # a spreadsheet takes a text that begins so for a formula once it is edited
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(dataset: Dataset, target: Path) -> None:
    """Write all tables as a spreadsheet to `target`, which it takes the place of when it is complete.

    Codes show as the label that their list gives them. A table with more rows than a sheet can hold is left out, and
    the documentation says so.
    """
    publication = dataset.publication
    rows = {name: data.rows for name, data in dataset.tables.items()}
    names = sheet_names(publication.resources)
    with replacing(target) as partial, Workbook(str(partial), OPTIONS) as book:
        title = localized(publication.package.title, publication.language)
        book.set_properties({"title": title, "created": MADE})
        styles = _Styles(book)
        documented = documentation_names(publication.package.languages, names.values())
        for language, sheet_name in documented.items():
            sheet = book.add_worksheet(sheet_name)
            _write_lines(sheet, styles, _documentation(publication, rows, names, language))
        for name, table in publication.resources.items():
            if len(rows[name]) < MAX_ROWS:
                sheet = book.add_worksheet(names[name])
                labels = _labels(publication, table, rows)
                _write_table(sheet, styles, table, rows[name], labels)


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """The sheet of each table: its name, cut to what a sheet may have, with a number where two would be the same."""
    names: dict[str, str] = {}
    for table in tables:
        name, count = table[:MAX_NAME], 1
        while name in names.values():
            count += 1
            name = f"{table[: MAX_NAME - len(str(count)) - 1]}_{count}"
        names[table] = name
    return names


def documentation_names(languages: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """The name of the sheet that documents the tables in each language.

    The code of the language follows where the name is that of another sheet: it is one word in English
    and in French, and Excel takes names for the same that differ in upper and lower case only.
    """
    used = {name.lower() for name in taken}
    names = {}
    for language in languages:
        name = catalogue(language, languages[0]).gettext("Documentation")
        if name.lower() in used:
            name = f"{name} ({language})"
        used.add(name.lower())
        names[language] = name
    return names


class _Styles:
    """How cells look, made once for the whole workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head: Format = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self.date: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.counted: Format = book.add_format({"num_format": "#,##0"})
        self.text: Format = book.add_format({"quote_prefix": True})


def _labels(
    publication: Publication, table: Table, rows: Mapping[str, Rows]
) -> dict[str, dict[Value, Value]]:
    """For each column whose codes another table explains: code → label."""
    labels: dict[str, dict[Value, Value]] = {}
    for column in table.columns:
        reference = table.table_schema.reference(column)
        label = publication.resources[reference.resource].label if reference else None
        if reference and label:
            labels[column] = {
                row[reference.fields[0]]: row[label] for row in rows[reference.resource]
            }
    return labels


def _write_table(
    sheet: Worksheet,
    styles: _Styles,
    table: Table,
    rows: Rows,
    labels: Mapping[str, Mapping[Value, Value]],
) -> None:
    language = next(iter(table.title))
    fields = table.table_schema.fields
    shown = [
        [labels.get(name, {}).get(row[name], row[name]) for name in table.columns] for row in rows
    ]
    heads = [localized(field.title, language) for field in fields]
    for index, head in enumerate(
        heads
    ):  # widths come before the rows, which are written to the disk as they come
        longest = max(
            [
                len(head) + 3,
                *(len(str(row[index])) + 1 for row in shown[:1000] if row[index] is not None),
            ]
        )
        sheet.set_column(index, index, min(longest, WIDEST))
        sheet.write_string(0, index, head, styles.head)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(fields) - 1)
    for number, row in enumerate(shown, start=1):
        for index, (field, value) in enumerate(zip(fields, row, strict=True)):
            _write_cell(sheet, styles, number, index, field, value)


def _write_cell(
    sheet: Worksheet, styles: _Styles, row: int, column: int, field: SchemaField, value: Value
) -> None:
    """A number as a number where a spreadsheet holds all its digits, anything else as text; nothing as a formula."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif (
        isinstance(value, int | Decimal)
        and len(str(value).lstrip("-").replace(".", "")) <= MAX_DIGITS
    ):
        counted = isinstance(value, int) and field.unit is not None
        sheet.write_number(row, column, float(value), styles.counted if counted else None)
    elif (
        field.type == "date" and isinstance(value, str) and value >= "1900-03-01"
    ):  # earlier ones it gets wrong
        sheet.write_datetime(row, column, date.fromisoformat(value), styles.date)
    else:
        text = str(value)
        text = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
        sheet.write_string(
            row, column, text, styles.text if text.startswith(FORMULA_SIGNS) else None
        )


Line = tuple[bool, list[str | int]]  # whether it is a heading, and its cells


def _documentation(
    publication: Publication, rows: Mapping[str, Rows], names: Mapping[str, str], language: str
) -> Iterator[Line]:
    package = publication.package
    _ = catalogue(language, publication.language).gettext
    version = _("version %(version)s") % {"version": package.version}
    yield True, [localized(package.title, language)]
    yield False, [localized(package.description, language)]
    yield False, [f"{package.name}, {version}", package.homepage or ""]
    yield False, []
    yield True, [_("Source documents"), "SHA-256", _("Author"), _("Date"), _("Licence")]
    for document in package.documents:
        known = [
            _("unknown") if each == "unknown" else each for each in (document.author, document.date)
        ]
        licence = _("not stated") if document.license == "unknown" else document.license
        yield False, [localized(document.title, language), document.sha256, *known, licence]
    yield (
        False,
        [_("Licence of the additions"), ", ".join(each.title for each in package.additions)],
    )
    yield False, []
    yield True, [_("Sheet"), _("Table"), _("Title"), _("Rows"), _("Description")]
    for name, table in publication.resources.items():
        fits = len(rows[name]) < MAX_ROWS
        sheet = names[name] if fits else _("too long for a sheet; see the CSV file")
        title, what = localized(table.title, language), localized(table.description, language)
        yield False, [sheet, name, title, len(rows[name]), what]
    yield False, []
    yield True, [_("Sheet"), _("Column"), _("Title"), _("Unit"), _("Description")]
    for name, table in publication.resources.items():
        for field in table.table_schema.fields:
            unit = localized(field.unit, language) if field.unit else ""
            title, what = localized(field.title, language), localized(field.description, language)
            yield False, [names[name], field.name, title, unit, what]


def _write_lines(sheet: Worksheet, styles: _Styles, lines: Iterator[Line]) -> None:
    for column, width in enumerate((32, 32, 40, 24, 100)):
        sheet.set_column(column, column, width)
    for number, (heading, cells) in enumerate(lines):
        for column, cell in enumerate(cells):
            style = styles.head if heading else None
            if isinstance(cell, int):
                sheet.write_number(number, column, cell, style)
            else:
                sheet.write_string(number, column, cell[:MAX_TEXT], style)
