"""The download for spreadsheets: a sheet per table, and one per language that documents all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openbaar.files import replacing
from openbaar.package.sheets import (
    CREATED,
    MAX_NAME,
    MAX_ROWS,
    MAX_TEXT,
    OPTIONS,
    Column,
    Styles,
    TableSheet,
)
from openbaar.schema.conventions import UNKNOWN
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset, TableData
from openbaar.texts import catalogue, localized

DOCUMENTATION_WIDTHS = (32, 32, 40, 24, 100)
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
    with replacing(target) as partial, _written(partial) as book:
        title = localized(publication.package.title, publication.language)
        book.set_properties({"title": title, "created": CREATED})
        styles = Styles.of(book)
        for language, name in documentation.items():
            sections = _documentation(dataset, names, language)
            _write_sections(book.add_worksheet(name), styles, sections)
        for table, data in dataset.tables.items():
            if _is_shown(dataset, data):
                sheet = TableSheet(book.add_worksheet(names[table]), styles)
                _write_table(sheet, dataset, data)


@contextmanager
def _written(path: Path) -> Iterator[Workbook]:
    """A workbook that is written to `path` when the block ends, with what it needs beside it."""
    try:
        with Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
            yield book
    except FileCreateError as error:
        raise error.args[0] from error  # the error of the system


def _write_table(sheet: TableSheet, dataset: Dataset, data: TableData) -> None:
    """Write a table with headings in the first language, and below it what to know of it."""
    language = dataset.publication.language
    labels = _labels(dataset, data)
    rows = [_shown(row, data.table.columns, labels) for row in data.rows]
    columns = [_column(field, language) for field in data.table.table_schema.fields]
    sheet.write(columns, rows, _notes(dataset, data, language))


def _column(field: SchemaField, language: str) -> Column:
    unit = "" if field.unit is None else localized(field.unit, language)
    return Column(localized(field.title, language), unit, field.type)


def _notes(dataset: Dataset, data: TableData, language: str) -> Iterator[str]:
    """What a reader of a table must know: its footnotes, the points to note, how it was read."""
    _ = catalogue(language, dataset.publication.language).gettext
    beware = _("Please note")
    name, text = data.table.name, f"text_{language}"
    for row in dataset.rows("footnotes"):
        if row["table_name"] == name:
            yield f"{row['mark']} {row[text]}"
    for row in dataset.rows("anomalies"):
        if name in json.loads(str(row["tables"] or "[]")):
            yield f"{beware}: {row[text]}"
    for note in data.table.notes:
        yield localized(note, language)


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
class _Section:
    """A part of the documentation: the cells of its heading, and those of each entry below.

    The first cell of an entry leads to the sheet that it names, where `sheets` says so.
    """

    heading: list[str]
    entries: list[list[str | int]]
    sheets: frozenset[str] = frozenset()


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
    return _Section(heading, entries, frozenset(names.values()))


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


def _write_sections(sheet: Worksheet, styles: Styles, sections: Iterable[_Section]) -> None:
    """Write each section with an empty row below it."""
    for column, width in enumerate(DOCUMENTATION_WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    for section in sections:
        _write_documentation_row(sheet, row, section.heading, styles.heading)
        for number, entry in enumerate(section.entries, start=row + 1):
            _write_documentation_row(sheet, number, entry, None)
            if entry[0] in section.sheets:
                address = f"internal:'{entry[0]}'!A1"
                sheet.write_url(number, 0, address, styles.link, str(entry[0]))
        row += len(section.entries) + 2


def _write_documentation_row(
    sheet: Worksheet, row: int, cells: Sequence[str | int], style: Format | None
) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, style)
        else:
            sheet.write_string(row, column, cell[:MAX_TEXT], style)
