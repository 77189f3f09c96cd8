"""Reading tables from their documents: everything that was understood, and everything that is wrong with it.

Nothing here raises for a recipe that fails, because a recipe is written by looking at what it reads so far: `convert`
raises what `read_table` found wrong, `preview` shows it beside the lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal

from openbaar.documents.lines import SEPARATOR, Document
from openbaar.documents.reader import read_document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.anchors import Region, locate
from openbaar.recipe.codes import CodeList
from openbaar.recipe.groups import try_labels
from openbaar.recipe.language import Recipe, Units
from openbaar.recipe.patches import apply_patches
from openbaar.recipe.records import Record, StatedTotal, make_records
from openbaar.recipe.rows import RowsRead, try_rows
from openbaar.recipe.units import make_units
from openbaar.recipe.values import Parsed, field_readers
from openbaar.schema.csvfile import Row, Rows, Value
from openbaar.schema.model import Reference
from openbaar.tables.checks import Stated
from openbaar.tables.code_lists import code_list
from openbaar.tables.dataset import TableData, csv_path, read_table_data
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.trust import footnote_lines


@dataclass(frozen=True)
class Sources:
    """What recipes are applied to: the documents by path, the authored tables, the code lists among them."""

    documents: dict[str, Document]
    authored: dict[str, TableData]
    codes: dict[Reference, CodeList]


def read_sources(publication: Publication, verify: bool) -> Sources:
    """Read all documents (with `verify`, only those whose hash was recorded), authored tables and code lists.

    Raises OpenbaarError with what is wrong with any of them.
    """
    documents = {}
    problems: list[Problem] = []
    for entry in publication.package.documents:
        try:
            documents[entry.path] = read_document(publication.root, entry, verify)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    authored = _authored_tables(publication)
    tables = publication.tables
    codes = {
        each: code_list(
            publication, tables[each.resource], each.fields[0], authored[each.resource].rows
        )
        for each in _code_lists(publication, authored)
    }
    return Sources(documents, authored, codes)


def _authored_tables(publication: Publication) -> dict[str, TableData]:
    """The tables that have no recipe, from their CSV files."""
    tables: dict[str, TableData] = {}
    problems: list[Problem] = []
    for name, table in publication.tables.items():
        if table.recipe is not None:
            continue
        if not publication.csv_path(name).exists():
            message = f"has no recipe, and there is no {csv_path(name)}"
            problems.append(Problem(publication.place(name), message, "write one of the two"))
            continue
        try:
            tables[name] = read_table_data(publication, table)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return tables


def _code_lists(publication: Publication, authored: Collection[str]) -> set[Reference]:
    """What single columns point to, where that is an authored table that holds printed labels."""
    references = {
        key.reference
        for table in publication.tables.values()
        for key in table.table_schema.foreignKeys
        if len(key.fields) == 1 and key.reference.resource in authored
    }
    return {
        each for each in references if publication.tables[each.resource].table_schema.has("label")
    }


def find_regions(
    publication: Publication, documents: Mapping[str, Document]
) -> tuple[dict[str, tuple[Document, Region]], dict[str, list[Problem]]]:
    """Where each table stands, and the problems of those that were not found."""
    regions: dict[str, tuple[Document, Region]] = {}
    problems: dict[str, list[Problem]] = {}
    for name, table in publication.tables.items():
        if table.recipe is None:
            continue
        document = documents[publication.document(table.recipe.document).path]
        try:
            document = apply_patches(document, table.recipe.patch)
            regions[name] = document, locate(document, resolved(table.recipe, document))
        except OpenbaarError as error:
            problems[name] = error.problems
    return regions, problems


def resolved(recipe: Recipe, document: Document) -> Recipe:
    """The recipe as it is for this document: cells are parted in templates, and a row of a grid is a unit."""
    if document.is_grid and recipe.units is None:
        recipe = recipe.model_copy(update={"units": Units(by="line")})
    return recipe.for_cells(SEPARATOR) if document.is_grid or recipe.reading.in_cells else recipe


@dataclass
class Reading:
    """What a recipe makes of its document: the parts in the order in which they are read, as far as that went.

    `region` is None where the table was not found; `notes` are the lines of its footnotes by their marks, and `others`
    the lines that the recipe leaves to other tables. What is wrong is in `problems`; none means that it converts.
    """

    table: Table
    document: Document
    recipe: Recipe
    region: Region | None = None
    notes: dict[str, int] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    read: RowsRead = field(default_factory=RowsRead)
    records: list[Record] = field(default_factory=list)
    totals: list[StatedTotal] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def rows(self) -> Rows:
        """The rows as published, each with the lines it was read from."""
        return [self._row(record) for record in self.records]

    def _row(self, record: Record) -> Row:
        row: dict[str, Value] = {}
        for column in self.table.columns:
            if column == "source_lines":
                row[column] = self._lines_of(record)
            else:
                row[column] = record.cells[column].value
        return row

    def _lines_of(self, record: Record) -> str:
        """The lines of a record, `107-109`; with their page or sheet before them where places have one, `3:12`."""
        place = self.document.place(record.first_line, record.last_line)
        last = "" if place.last_line in (None, place.first_line) else f"-{place.last_line}"
        page = "" if place.page is None else f"{place.page}:"
        return f"{page}{place.first_line}{last}"

    @property
    def stated_totals(self) -> list[Stated]:
        """The totals that were read, as they are checked."""
        return [self._stated(total) for total in self.totals]

    def _stated(self, total: StatedTotal) -> Stated:
        cell = total.cell
        place = self.document.place(cell.first_line, cell.last_line)
        return Stated(total.column, total.where, Decimal(str(cell.value)), place)


def read_table(
    publication: Publication,
    table: Table,
    document: Document,
    regions: Mapping[str, tuple[Document, Region]],
    codes: Mapping[Reference, CodeList],
) -> Reading:
    """Read one table whose region was found, as far as its recipe understands the document.

    Only the problems of the first step that fails are kept: a row that is lost makes its group wrong too.
    """
    region = regions[table.name][1]
    recipe = resolved(recipe_of(table), document)
    reading = Reading(table, document, recipe, region, others=_lines_of(document, recipe, regions))
    lines = {
        name: found.lines for name, (other, found) in regions.items() if other.path == document.path
    }
    with _first_problems(reading):
        reading.notes = footnote_lines(publication, table, document, lines)
    left_out = set(reading.notes.values()) | reading.others
    units = make_units(
        [line for line in region.body if line.number not in left_out], recipe.reading
    )
    numbers = publication.package.numbers
    in_cells = document.is_grid or recipe.reading.in_cells
    readers = field_readers(
        table.table_schema, recipe, numbers, codes, publication.language, in_cells
    )
    reading.read = try_rows(document, units, recipe, readers)
    labelled, unlabelled = try_labels(document, reading.read.rows, recipe.group, readers)
    reading.problems = reading.problems or reading.read.problems or unlabelled
    with _first_problems(reading):
        made = make_records(document, labelled, recipe, table.table_schema, region.header, readers)
        reading.records, reading.totals = made
    if not reading.problems:
        with _first_problems(reading):
            reading.records = _with_doubts(table, reading.records)
            _check_records(table, document, reading.records)
            _check_rows_concerned(table, document, reading.records)
            _check_marks(table, document, reading.records, reading.notes)
    return reading


@contextmanager
def _first_problems(reading: Reading) -> Iterator[None]:
    """Keep the problems that the block raises, unless an earlier step had some."""
    try:
        yield
    except OpenbaarError as error:
        reading.problems = reading.problems or error.problems


def recipe_of(table: Table) -> Recipe:
    """The recipe of a table that has one. Raises ValueError for a table that is written by hand."""
    if table.recipe is None:
        raise ValueError(f"the table '{table.name}' has no recipe")
    return table.recipe


def _lines_of(
    document: Document, recipe: Recipe, regions: Mapping[str, tuple[Document, Region]]
) -> set[int]:
    """The lines of the tables of the same document that the recipe leaves out."""
    found = [regions[name] for name in recipe.without if name in regions]
    return {
        line.number
        for other, region in found
        if other.path == document.path
        for line in region.lines
    }


def _with_doubts(table: Table, records: list[Record]) -> list[Record]:
    """The records, where an anomaly gives the rows it concerns a status with that status."""
    for anomaly in table.anomalies.values():
        if anomaly.status is None:
            continue
        parsed = Parsed(anomaly.status, "", "derived")
        records = [
            replace(
                record,
                cells={**record.cells, "status": replace(record.cells["status"], parsed=parsed)},
            )
            if all(str(record.cells[name].value) == value for name, value in anomaly.rows.items())
            else record
            for record in records
        ]
    return records


def _check_records(table: Table, document: Document, records: list[Record]) -> None:
    """Each column has a cell in each record, and each key stands once."""
    if not records:
        raise OpenbaarError(
            Problem(
                document.place(),
                "no row was read between the anchors",
                "look at 'from' and 'until'",
            )
        )
    problems = []
    seen: dict[tuple[Value, ...], Record] = {}
    columns = [name for name in table.columns if name != "source_lines"]
    for record in records:
        place = document.place(record.first_line, record.last_line)
        missing = [name for name in columns if name not in record.cells]
        if missing:
            problems.append(
                Problem(place, f"no row pattern gives the column '{missing[0]}' a value here")
            )
            continue
        problems += _blank_problems(table, record, place)
        key = tuple(record.cells[name].value for name in table.table_schema.primaryKey)
        if key in seen:
            shown = ", ".join(str(part) for part in key)
            problems.append(
                Problem(place, f"the key ({shown}) was read on line {seen[key].first_line} already")
            )
        seen.setdefault(key, record)
    if problems:
        raise OpenbaarError(problems)


def _blank_problems(table: Table, record: Record, place: Place) -> Iterator[Problem]:
    """A blank cell is allowed by its column, and has one reason."""
    blank = [
        name for name, cell in record.cells.items() if cell.value is None and name in table.columns
    ]
    for name in blank:
        if table.table_schema.field(name).constraints.required:
            yield Problem(place, f"the column '{name}' is required, but blank here")
    reasons = {cell.parsed.status for cell in record.cells.values() if cell.parsed.status}
    status = record.cells.get("status")
    if blank and (status is None or status.value in (None, "normal")):
        hint = "give the table a column 'status', and the field a 'blank' with its reason"
        yield Problem(place, f"the column '{blank[0]}' is blank here without a reason", hint)
    elif len(reasons) > 1:
        listed = ", ".join(sorted(reasons))
        yield Problem(
            place,
            f"this row has blanks of several kinds ({listed}), which one status cannot tell",
            "melt it",
        )


def _check_rows_concerned(table: Table, document: Document, records: list[Record]) -> None:
    """Each anomaly and footnote that names rows of the table speaks of some, or they are gone."""
    spoken = {f"anomaly '{name}'": anomaly.rows for name, anomaly in table.anomalies.items()}
    spoken |= {
        f"footnote {mark}": footnote.applies_to for mark, footnote in table.footnotes.items()
    }
    place = document.place(records[0].first_line, records[-1].last_line)
    problems = []
    for what, rows in spoken.items():
        named = {name: value for name, value in rows.items() if name != "source_lines"}
        if not any(
            all(str(record.cells[name].value) == value for name, value in named.items())
            for record in records
        ):
            listed = ", ".join(f"{name} = {value}" for name, value in named.items())
            problems.append(
                Problem(place, f"the {what} speaks of rows with {listed}, but there are none")
            )
    if problems:
        raise OpenbaarError(problems)


def _check_marks(
    table: Table, document: Document, records: list[Record], lines: Mapping[str, int]
) -> None:
    """Each footnote's mark stands at some cell, or a mark was lost."""
    marks = {cell.parsed.mark for record in records for cell in record.cells.values()}
    lost = sorted(table.footnotes.keys() - marks)
    if lost:
        raise OpenbaarError(
            Problem(
                document.place(lines.get(mark)),
                f"key 'footnotes': the mark {mark} stands at no cell that was read",
            )
            for mark in lost
        )
