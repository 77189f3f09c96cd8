"""The download for spreadsheets: a sheet per table, and one per language that documents them all.

XlsxWriter writes it: it makes the same bytes each time, needs nothing else, can be told never to
read a text as a formula or a link, and streams rows to the disk. (openpyxl writes the time of
writing into the file.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openbaar.files import replacing
from openbaar.schema.conventions import UNKNOWN
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset, TableData
from openbaar.texts import catalogue, localized

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
MAX_NAME = 31
MAX_DIGITS = 15
# Excel takes 1900 for a leap year, so it shows the dates before this one a day off:
# https://learn.microsoft.com/en-us/troubleshoot/microsoft-365-apps/excel/wrongly-assumes-1900-is-leap-year
FIRST_DATE = "1900-03-01"
# The time that the file gives as that of its making; the version of the publication says more.
CREATED = datetime(1980, 1, 1)
# A spreadsheet takes a text that begins so for a formula once it is edited.
FORMULA_SIGNS = ("=", "+", "-", "@")
# In characters, as Excel counts widths.
MAX_WIDTH = 60
FILTER_BUTTON = 3
MEASURED_ROWS = 1_000
DOCUMENTATION_WIDTHS = (32, 32, 40, 24, 100)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Labels = Mapping[Value, Value]  # the label of each code


def write_workbook(dataset: Dataset, target: Path) -> None:
    """Write all tables as a spreadsheet to `target`.

    It takes the place of an earlier one when it is complete. Codes show as the label that their
    list gives them. A table with more rows than the publication allows is left out, and the
    documentation says so.
    """
    publication = dataset.publication
    names = sheet_names(dataset.tables)
    documentation = documentation_names(publication.package.languages, names.values())
    with replacing(target) as partial, Workbook(str(partial), OPTIONS) as book:
        title = localized(publication.package.title, publication.language)
        book.set_properties({"title": title, "created": CREATED})
        styles = _Styles.of(book)
        for language, name in documentation.items():
            sections = _documentation(dataset, names, language)
            _write_sections(book.add_worksheet(name), styles, sections)
        for table, data in dataset.tables.items():
            if _is_shown(dataset, data):
                sheet = _TableSheet(book.add_worksheet(names[table]), styles, publication.language)
                sheet.write(data, _labels(dataset, data))


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """The name of the sheet of each table, cut to the length that Excel allows.

    Where two would be the same the later one ends in a number: `started_by_age_group_and_gender_1`
    and `…_2` become `started_by_age_group_and_gender` and `started_by_age_group_and_gend_2`.
    """
    names: dict[str, str] = {}
    for table in tables:
        name = table[:MAX_NAME]
        count = 1
        while name in names.values():
            count += 1
            ending = f"_{count}"
            name = table[: MAX_NAME - len(ending)] + ending
        names[table] = name
    return names


def documentation_names(languages: Sequence[str], taken: Iterable[str]) -> dict[str, str]:
    """The name of the sheet that documents the tables in each language.

    The code of the language follows where the name is that of another sheet: it is one word in
    English and in French, and Excel takes names for the same that differ in case only.
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


def _is_shown(dataset: Dataset, data: TableData) -> bool:
    """Whether the table fits a sheet with its heading, and the publication wants it there."""
    most = dataset.publication.package.most_cells.workbook
    return len(data.rows) < MAX_ROWS and data.cells <= most


def _labels(dataset: Dataset, data: TableData) -> dict[str, Labels]:
    """For each column with the codes of another table, the labels that this one gives them."""
    labels: dict[str, Labels] = {}
    for column in data.table.columns:
        reference = data.table.table_schema.reference(column)
        if reference is None:
            continue
        code_list = dataset.tables[reference.resource]
        if code_list.table.label is not None and _is_shown(dataset, code_list):
            labels[column] = _pairs(code_list.rows, reference.fields[0], code_list.table.label)
    return labels


def _pairs(rows: Rows, code: str, label: str) -> Labels:
    """The values of one column by those of another."""
    return {row[code]: row[label] for row in rows}


def _shown(row: Row, columns: Sequence[str], labels: Mapping[str, Labels]) -> list[Value]:
    """The cells of a row as readers see them: a label instead of its code."""
    cells = []
    for column in columns:
        value = row[column]
        if column in labels:
            value = labels[column].get(value, value)
        cells.append(value)
    return cells


@dataclass(frozen=True)
class _Styles:
    """How cells look, made once for the whole workbook."""

    heading: Format
    date: Format
    count: Format
    text: Format

    @classmethod
    def of(cls, book: Workbook) -> _Styles:
        return cls(
            heading=book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            date=book.add_format({"num_format": "yyyy-mm-dd"}),
            count=book.add_format({"num_format": "#,##0"}),
            text=book.add_format({"quote_prefix": True}),
        )


@dataclass(frozen=True)
class _TableSheet:
    """A sheet for a table, with headings in one language."""

    sheet: Worksheet
    styles: _Styles
    language: str

    def write(self, data: TableData, labels: Mapping[str, Labels]) -> None:
        """Write headings, widths and rows, in this order: the sheet is streamed to the disk."""
        fields = data.table.table_schema.fields
        rows = [_shown(row, data.table.columns, labels) for row in data.rows]
        for column, field in enumerate(fields):
            measured = [row[column] for row in rows[:MEASURED_ROWS]]
            self._write_heading(column, localized(field.title, self.language), measured)
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, max(len(rows), 1), len(fields) - 1)
        for number, row in enumerate(rows, start=1):
            for column, field in enumerate(fields):
                self._write_value(number, column, field, row[column])

    def _write_heading(self, column: int, heading: str, values: Iterable[Value]) -> None:
        """Write the heading of a column as wide as it and the values below are."""
        width = len(heading) + FILTER_BUTTON
        for value in values:
            if value is not None:
                width = max(width, len(str(value)) + 1)
        self.sheet.set_column(column, column, min(width, MAX_WIDTH))
        self.sheet.write_string(0, column, heading, self.styles.heading)

    def _write_value(self, row: int, column: int, field: SchemaField, value: Value) -> None:
        """Write a number as one where a spreadsheet holds all its digits, anything else as text."""
        if value is None:
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(row, column, value)
        elif isinstance(value, int | Decimal) and _is_exact(value):
            is_count = isinstance(value, int) and field.unit is not None
            style = self.styles.count if is_count else None
            self.sheet.write_number(row, column, float(value), style)
        elif isinstance(value, str) and field.type == "date" and value >= FIRST_DATE:
            self.sheet.write_datetime(row, column, date.fromisoformat(value), self.styles.date)
        else:
            self._write_text(row, column, str(value))

    def _write_text(self, row: int, column: int, text: str) -> None:
        """Write a text, cut where a cell cannot hold it, that never becomes a formula."""
        if len(text) > MAX_TEXT:
            text = text[: MAX_TEXT - 1] + "…"
        style = self.styles.text if text.startswith(FORMULA_SIGNS) else None
        self.sheet.write_string(row, column, text, style)


def _is_exact(number: int | Decimal) -> bool:
    """Whether a spreadsheet holds all the digits of a number."""
    digits = str(number).lstrip("-").replace(".", "")
    return len(digits) <= MAX_DIGITS


@dataclass(frozen=True)
class _Section:
    """A part of the documentation: the cells of its heading, and those of each entry below."""

    heading: list[str]
    entries: list[list[str | int]]


def _documentation(dataset: Dataset, names: Mapping[str, str], language: str) -> list[_Section]:
    """The documentation in a language; `names` are those of the sheets of tables."""
    return [
        _introduction(dataset, language),
        _documents(dataset, language),
        _tables(dataset, names, language),
        _columns(dataset, names, language),
    ]


def _introduction(dataset: Dataset, language: str) -> _Section:
    publication = dataset.publication
    package = publication.package
    _ = catalogue(language, publication.language).gettext
    version = _("version %(version)s") % {"version": package.version}
    entry: list[str | int] = [f"{package.name}, {version}"]
    if package.homepage is not None:
        entry.append(package.homepage)
    description = localized(package.description, language)
    return _Section([localized(package.title, language)], [[description], entry])


def _documents(dataset: Dataset, language: str) -> _Section:
    publication = dataset.publication
    _ = catalogue(language, publication.language).gettext
    heading = [_("Source documents"), "SHA-256", _("Author"), _("Date"), _("Licence")]
    entries: list[list[str | int]] = []
    for document in publication.package.documents:
        title = localized(document.title, language)
        author = _("unknown") if document.author == UNKNOWN else document.author
        issued = _("unknown") if document.date == UNKNOWN else document.date
        licence = _("not stated") if document.license == UNKNOWN else document.license
        entries.append([title, document.sha256, author, issued, licence])
    additions = ", ".join(licence.title for licence in publication.package.additions)
    entries.append([_("Licence of the additions"), additions])
    return _Section(heading, entries)


def _tables(dataset: Dataset, names: Mapping[str, str], language: str) -> _Section:
    _ = catalogue(language, dataset.publication.language).gettext
    heading = [_("Sheet"), _("Table"), _("Title"), _("Rows"), _("Description")]
    entries: list[list[str | int]] = []
    for name, data in dataset.tables.items():
        sheet = names[name]
        if not _is_shown(dataset, data):
            sheet = _("too long for a sheet; see the CSV file")
        title = localized(data.table.title, language)
        description = localized(data.table.description, language)
        entries.append([sheet, name, title, len(data.rows), description])
    return _Section(heading, entries)


def _columns(dataset: Dataset, names: Mapping[str, str], language: str) -> _Section:
    _ = catalogue(language, dataset.publication.language).gettext
    heading = [_("Sheet"), _("Column"), _("Title"), _("Unit"), _("Description")]
    entries: list[list[str | int]] = []
    for name, data in dataset.tables.items():
        for field in data.table.table_schema.fields:
            title = localized(field.title, language)
            unit = "" if field.unit is None else localized(field.unit, language)
            description = localized(field.description, language)
            entries.append([names[name], field.name, title, unit, description])
    return _Section(heading, entries)


def _write_sections(sheet: Worksheet, styles: _Styles, sections: Iterable[_Section]) -> None:
    """Write each section with an empty row below it."""
    for column, width in enumerate(DOCUMENTATION_WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    for section in sections:
        _write_documentation_row(sheet, row, section.heading, styles.heading)
        for number, entry in enumerate(section.entries, start=row + 1):
            _write_documentation_row(sheet, number, entry, None)
        row += len(section.entries) + 2


def _write_documentation_row(
    sheet: Worksheet, row: int, cells: Sequence[str | int], style: Format | None
) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, style)
        else:
            sheet.write_string(row, column, cell[:MAX_TEXT], style)
