"""The download for spreadsheets, in one language: a sheet that documents all, and one per table."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from openbaar.files import replacing
from openbaar.package.kept_sheets import KeptSheet, KeptSheets, hash_of
from openbaar.package.sheets import (
    CREATED,
    MAX_NAME,
    MAX_ROWS,
    MAX_TEXT,
    OPTIONS,
    Column,
    Styles,
    TableSheet,
    as_wide_as_paper,
    height_of,
    lines_in,
)
from openbaar.schema.conventions import UNKNOWN
from openbaar.schema.csvfile import Row
from openbaar.schema.model import SchemaField
from openbaar.schema.values import Value
from openbaar.tables.dataset import Dataset, TableData
from openbaar.texts import catalogue, localized

DOCUMENTATION_WIDTHS = (32, 32, 40, 24, 100)
NOTHING_KEPT = KeptSheets()
Labels = Mapping[Value, Value]  # the label of each code


def write_workbook(
    dataset: Dataset, target: Path, language: str, kept: KeptSheets = NOTHING_KEPT
) -> dict[str, str]:
    """Write all tables in a language as a spreadsheet to `target`, sheets that are `kept` as is.

    It takes the place of an earlier one when it is complete. Codes show as the label that their
    list gives them. A table with more rows than the publication allows is left out, and the
    documentation says so. Returns, by a hash of what each sheet of a table is made of, its name in
    the file.
    """
    made: dict[str, str] = {}
    publication = dataset.publication
    names = sheet_names(dataset.tables)
    documentation = documentation_name(language, publication.language, names.values())
    with replacing(target) as partial, _written(partial) as book:
        title = localized(publication.package.title, language)
        book.set_properties({"title": title, "created": CREATED})
        styles = Styles.of(book)
        sections = _documentation(dataset, names, language)
        _write_sections(book.add_worksheet(documentation), styles, sections)
        for table, data in dataset.tables.items():
            if _is_shown(dataset, data):
                shown = _SheetOf(dataset, data, language)
                made_of = _write_table(book, styles, names[table], shown, kept)
                made[made_of] = f"xl/worksheets/sheet{len(book.worksheets())}.xml"
    return made


@contextmanager
def _written(path: Path) -> Iterator[Workbook]:
    """A workbook that is written to `path` when the block ends, with what it needs beside it."""
    try:
        with Workbook(str(path), {**OPTIONS, "tmpdir": str(path.parent)}) as book:
            yield book
    except FileCreateError as error:
        raise error.args[0] from error  # the error of the system


@dataclass(frozen=True)
class _SheetOf:
    """What the sheet of a table shows: its rows below headings, and then what to know of it."""

    dataset: Dataset
    data: TableData
    language: str

    @cached_property
    def columns(self) -> list[Column]:
        """The columns with their headings."""
        return [_column(field, self.language) for field in self.data.table.table_schema.fields]

    @cached_property
    def notes(self) -> list[str]:
        """What to know."""
        return list(_notes(self.dataset, self.data, self.language))

    @cached_property
    def _code_lists(self) -> dict[str, _CodeList]:
        return _code_lists(self.dataset, self.data, self.language)

    @property
    def rows(self) -> list[list[Value]]:
        """The cells as readers see them."""
        labels = {}
        for column, code_list in self._code_lists.items():
            labels[column] = code_list.labels
        return [_shown(row, self.data.table.columns, labels) for row in self.data.rows]

    @property
    def made_of(self) -> str:
        """One hash of what the sheet is made of, which is plain data."""
        columns = [(column.title, column.unit, column.type) for column in self.columns]
        lists = {}
        for column, code_list in self._code_lists.items():
            lists[column] = code_list.made_of
        names = self.data.table.columns
        return hash_of(self.data.sha256, list(names), columns, lists, self.notes)


def _write_table(
    book: Workbook, styles: Styles, name: str, shown: _SheetOf, kept: KeptSheets
) -> str:
    """Write the sheet of a table, or take the one that is kept; returns what it is made of."""
    made_of = shown.made_of
    read = kept.reader(made_of)
    if read is None:
        sheet = TableSheet(book.add_worksheet(name), styles)
        sheet.write(shown.columns, shown.rows, shown.notes)
    else:
        sheet = TableSheet(book.add_worksheet(name, KeptSheet), styles)
        sheet.sheet.read = read
        sheet.lay_out(len(shown.columns), len(shown.data.rows))  # the workbook names its ranges
    return made_of


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


def documentation_name(language: str, first_language: str, taken: Collection[str]) -> str:
    """The name of the sheet that documents the tables in a language.

    The code of the language follows where a table has that name: Excel takes names for the same
    that differ in case only.
    """
    name = catalogue(language, first_language).gettext("Documentation")
    if name.lower() in {other.lower() for other in taken}:
        return f"{name} ({language})"
    return name


def _is_shown(dataset: Dataset, data: TableData) -> bool:
    """Whether the table fits a sheet with its heading, and the publication wants it there."""
    most = dataset.publication.package.most_cells.workbook
    return len(data.rows) < MAX_ROWS and data.cells <= most


@dataclass(frozen=True)
class _CodeList:
    """A table that gives the codes in one of its columns a label."""

    data: TableData
    code: str
    label: str

    @property
    def labels(self) -> Labels:
        """The label of each code."""
        return {row[self.code]: row[self.label] for row in self.data.rows}

    @property
    def made_of(self) -> list[str]:
        """What these are made of."""
        schema = self.data.table.table_schema
        types = [schema.field(column).type for column in (self.code, self.label)]
        return [self.data.sha256, self.code, self.label, *types]


def _code_lists(dataset: Dataset, data: TableData, language: str) -> dict[str, _CodeList]:
    """For each column with the codes of another table, this table, if it labels them."""
    lists: dict[str, _CodeList] = {}
    for column in data.table.columns:
        reference = data.table.table_schema.reference(column)
        if reference is None:
            continue
        code_list = dataset.tables[reference.resource]
        label = _label(code_list, language, dataset.publication.language)
        if label is not None and _is_shown(dataset, code_list):
            lists[column] = _CodeList(code_list, reference.fields[0], label)
    return lists


def _label(code_list: TableData, language: str, first_language: str) -> str | None:
    """The column that labels codes: `label`, or in another language `title_<language>`, if any."""
    label, title = code_list.table.label, f"title_{language}"
    if label is None or language == first_language:
        return label
    return title if title in code_list.table.columns else label


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
    """Write each section with an empty row below it; the first heading is the title of all."""
    as_wide_as_paper(sheet)
    for column, width in enumerate(DOCUMENTATION_WIDTHS):
        sheet.set_column(column, column, width)
    row = 0
    for section in sections:
        style = styles.heading if row else styles.title
        _write_documentation_row(sheet, row, section.heading, style)
        for number, entry in enumerate(section.entries, start=row + 1):
            is_whole = len(entry) == len(DOCUMENTATION_WIDTHS)  # a text alone is as wide as it is
            if is_whole:
                sheet.set_row(number, height_of(_lines_of(entry)))
            _write_documentation_row(sheet, number, entry, styles.words if is_whole else None)
            if entry[0] in section.sheets:
                address = f"internal:'{entry[0]}'!A1"
                sheet.write_url(number, 0, address, styles.link, str(entry[0]))
        row += len(section.entries) + 2


def _lines_of(entry: Iterable[str | int]) -> int:
    """On how many lines the cells of an entry stand."""
    cells = zip(entry, DOCUMENTATION_WIDTHS, strict=True)
    return max(lines_in(str(cell), width) for cell, width in cells)


def _write_documentation_row(
    sheet: Worksheet, row: int, cells: Sequence[str | int], style: Format | None
) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(row, column, cell, style)
        else:
            sheet.write_string(row, column, cell[:MAX_TEXT], style)
