"""Reading tables from their documents: what was understood, and what is wrong.

Nothing here raises for a recipe that fails, because a recipe is written by looking at what it reads
so far: `convert` raises what `read_table` found wrong, `preview` shows it beside the lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, overload

from openbaar.documents.lines import SEPARATOR, Document
from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.anchors import Region, locate
from openbaar.recipe.codes import CodeList
from openbaar.recipe.groups import LabelledRow, label_rows
from openbaar.recipe.language import Recipe
from openbaar.recipe.patches import Patched, apply_patches, mark_patched
from openbaar.recipe.records import Record, StatedTotal, make_records
from openbaar.recipe.rows import RowsRead, read_rows
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import Unit, make_units
from openbaar.recipe.unmatched import unmatched
from openbaar.recipe.values import Parsed, Reader, field_readers
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.model import Reference
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.judging.record_checks import (
    concern_problems,
    has_values,
    mark_problems,
    record_problems,
)
from openbaar.tables.judging.trust import LineSpan, footnote_lines
from openbaar.tables.judging.verdicts import lines_text


class Located(NamedTuple):
    """Where a table is: its document, patched as its recipe says, and the region in it.

    And the readers of its fields, which found the headings that are data.
    """

    document: Document
    region: Region
    recipe: Recipe
    readers: Mapping[str, Reader]


# Where each table is, and the problems of those that were not found.
Regions = tuple[dict[str, Located], dict[str, list[Problem]]]


def find_regions(
    publication: Publication,
    documents: Mapping[str, Document],
    codes: Mapping[Reference, CodeList],
) -> Regions:
    """Where each table is, and the problems of those that were not found."""
    regions: dict[str, Located] = {}
    problems: dict[str, list[Problem]] = {}
    for name, table in publication.tables.items():
        if table.recipe is None:
            continue
        document = documents[publication.document(table.recipe.document).path]
        try:
            document = apply_patches(document, table.recipe.patch)
            recipe = resolved(table.recipe, document)
            readers = _readers(publication, table, document, recipe, codes)
            region = locate(document, recipe, readers)
            regions[name] = Located(document, region, recipe, readers)
        except OpenbaarError as error:
            problems[name] = error.problems
    return regions, problems


def resolved(recipe: Recipe, document: Document) -> Recipe:
    """The recipe for this document.

    Its templates have the document's separator of cells, and a row of a grid is a unit. In running
    text there is a template for each place where the label of a group may stand.
    """
    if document.is_grid and recipe.by is None:
        recipe = recipe.model_copy(update={"by": Units(by="line")})
    if in_cells(recipe, document):
        return recipe.for_cells(SEPARATOR)
    return recipe.for_text()


def in_cells(recipe: Recipe, document: Document) -> bool:
    """Whether rows are made of cells, in the document or by how the recipe reads it."""
    return document.is_grid or recipe.reading.in_cells


@dataclass(frozen=True)
class Reading:
    """What a recipe makes of its document, part by part, as far as reading went.

    `region` is None where the table was not found; `notes` are the lines of its footnotes by their
    marks, and `others` the lines that the recipe leaves to other tables. What is wrong is in
    `problems`; a table without problems converts.
    """

    table: Table
    document: Document
    recipe: Recipe
    region: Region | None = None
    notes: Mapping[str, LineSpan] = field(default_factory=dict)
    others: frozenset[int] = frozenset()
    read: RowsRead = field(default_factory=RowsRead)
    records: Sequence[Record] = ()
    totals: Sequence[StatedTotal] = ()
    problems: list[Problem] = field(default_factory=list)
    patched: Sequence[Patched] = ()

    @property
    def rows(self) -> Rows:
        """The rows as published, each with the lines it was read from, made when asked for."""
        return _PublishedRows(self)


@dataclass(frozen=True)
class _PublishedRows(Sequence[Row]):
    """The rows of a reading, made of its records each time: both would take much memory."""

    reading: Reading

    def __len__(self) -> int:
        return len(self.reading.records)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Rows: ...

    def __getitem__(self, index: int | slice) -> Row | Rows:
        if isinstance(index, slice):
            return [self._published(record) for record in self.reading.records[index]]
        return self._published(self.reading.records[index])

    def __iter__(self) -> Iterator[Row]:
        return map(self._published, self.reading.records)

    @cached_property
    def _columns(self) -> list[str]:
        return self.reading.table.columns

    def _published(self, record: Record) -> Row:
        row: dict[str, Value] = {}
        for column in self._columns:
            if column == "source_lines":
                row[column] = self._lines_of(record)
            else:
                row[column] = record.cells[column].parsed.value
        return row

    def _lines_of(self, record: Record) -> str:
        """The lines of a record, `107-109`.

        With their page or sheet before them where places have one, `3:12`.
        """
        return lines_text(self.reading.document.place(record.first_line, record.last_line))


def read_table(
    publication: Publication,
    table: Table,
    document: Document,
    regions: Mapping[str, Located],
) -> Reading:
    """Read one table whose region was found, as far as its recipe understands the document.

    Each step goes on with what the one before understood, but only the problems of the first step
    that fails are kept: a row that is lost makes its group wrong too.
    """
    _, region, recipe, readers = regions[table.name]
    others = lines_of_others(document, recipe, regions)
    notes, note_problems = _footnotes(publication, table, document, regions)
    of_notes = [span.numbers for span in notes.values()]
    units = _units(region, recipe, others.union(*of_notes))
    read = read_rows(document, units, recipe, readers)
    labelled, label_problems = label_rows(document, read.rows, recipe.groups, readers)
    reading = Reading(table, document, recipe, region, notes, others, read)
    reading, made_problems = _with_records(reading, labelled)
    problems = _of_first_step(
        note_problems,
        read.problems,
        _unmatched(publication, reading),
        label_problems,
        made_problems,
    )
    if not problems:
        records, patched = mark_patched(document, recipe.patch, reading.records)
        reading = replace(reading, records=_with_doubts(table, records), patched=patched)
        problems = _of_first_step(*_checked(reading))
    return replace(reading, problems=problems)


def _of_first_step(*steps: Sequence[Problem]) -> list[Problem]:
    """The problems of the first step that has some."""
    for problems in steps:
        if problems:
            return list(problems)
    return []


def _unmatched(publication: Publication, reading: Reading) -> list[Problem]:
    """The patterns of rows to skip and the templates of totals that nothing in a table fits."""
    table = reading.table
    problems = []
    for path, pattern in unmatched(recipe_of(table), reading.recipe, reading.read):
        message = f"recipe key '{path[0]}': nothing in the table fits '{pattern}'"
        hint = "correct it, look at 'from' and 'until', or remove it"
        problems.append(Problem(publication.place(table.name, "recipe", *path), message, hint))
    return problems


def recipe_of(table: Table) -> Recipe:
    """The recipe of a table that has one. Raises ValueError for a table that is written by hand."""
    if table.recipe is None:
        raise ValueError(f"the table '{table.name}' has no recipe")
    return table.recipe


def lines_of_others(
    document: Document, recipe: Recipe, regions: Mapping[str, Located]
) -> frozenset[int]:
    """The lines of the tables of the same document that the recipe leaves out."""
    numbers: set[int] = set()
    for name in recipe.skipped_tables:
        located = regions.get(name)
        if located is not None and located.document.path == document.path:
            numbers.update(line.number for line in located.region.lines)
    return frozenset(numbers)


def _footnotes(
    publication: Publication, table: Table, document: Document, regions: Mapping[str, Located]
) -> tuple[Mapping[str, LineSpan], Sequence[Problem]]:
    """The lines of the footnotes by their marks, and what is wrong with them."""
    lines = {}
    for name, located in regions.items():
        if located.document.path == document.path:
            lines[name] = located.region.lines
    try:
        return footnote_lines(publication, table, document, lines), ()
    except OpenbaarError as error:
        return {}, error.problems


def _readers(
    publication: Publication,
    table: Table,
    document: Document,
    recipe: Recipe,
    codes: Mapping[Reference, CodeList],
) -> dict[str, Reader]:
    return field_readers(
        table.table_schema,
        recipe,
        publication.package.numbers,
        codes,
        publication.language,
        in_cells(recipe, document),
    )


def _units(region: Region, recipe: Recipe, left_out: frozenset[int]) -> list[Unit]:
    """What rows are read in: the lines below the headings that are not other tables' or notes."""
    lines = [line for line in region.body if line.number not in left_out]
    return make_units(lines, recipe.reading)


def _with_records(
    reading: Reading, labelled: Sequence[LabelledRow]
) -> tuple[Reading, Sequence[Problem]]:
    """The reading with the records and totals of its rows, and what is wrong with them."""
    header = reading.region.header if reading.region is not None else ()
    schema = reading.table.table_schema
    try:
        records, totals = make_records(reading.document, labelled, reading.recipe, schema, header)
    except OpenbaarError as error:
        return reading, error.problems
    return replace(reading, records=records, totals=totals), ()


def _with_doubts(table: Table, records: Sequence[Record]) -> list[Record]:
    """The records, where an anomaly gives the rows it concerns a status with that status."""
    doubted = list(records)
    for anomaly in table.anomalies.values():
        if anomaly.status is None:
            continue
        for index, record in enumerate(doubted):
            if has_values(record, anomaly.rows):
                doubted[index] = _with_status(record, anomaly.status)
    return doubted


def _with_status(record: Record, status: str) -> Record:
    parsed = Parsed(status, "", "derived")
    cell = record.cells["status"]._replace(parsed=parsed)
    return record._replace(cells={**record.cells, "status": cell})


def _checked(reading: Reading) -> list[list[Problem]]:
    """What is wrong with the records, by what was looked at.

    The later looks need records without problems.
    """
    problems = record_problems(reading.table, reading.document, reading.records)
    if problems:
        return [problems]
    return [
        concern_problems(reading.table, reading.document, reading.records),
        mark_problems(reading.table, reading.document, reading.records, reading.notes),
    ]
