"""What was read from each line of a document, as data that the terminal and the page both show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from openbaar.documents.lines import Line
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.records import Record
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.schema.patterns import compiled
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading, find_regions, read_table, recipe_of
from openbaar.tables.sources import read_sources

Kind = Literal[
    "from",
    "until",
    "heading",
    "key",
    "value",
    "label",
    "total",
    "note",
    "elsewhere",
    "dropped",
    "joined",
]
State = Literal["outside", "blank", "read", "missed"]


@dataclass(frozen=True)
class Part:
    """One thing that was read from a line: what it is, of which column, its value, how and in which
    cell it stands.
    """

    kind: Kind
    column: str = ""
    value: str = ""
    printed: str = ""
    cell: str = ""

    @property
    def told(self) -> str:
        """What was read, as people read it: `gender female ‹vrouw›`.

        The printed text only where it is another.
        """
        told = " ".join(word for word in (self.column, self.value) if word)
        return told if self.printed in ("", self.value) else f"{told} ‹{self.printed}›"


@dataclass(frozen=True)
class SeenLine:
    """A line, whether it belongs to the table and was read, what was read from it, and what is
    wrong with it.
    """

    line: Line
    state: State
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Preview:
    """One table as its recipe reads it so far."""

    reading: Reading

    @cached_property
    def lines(self) -> list[SeenLine]:
        """Every line of the document, in order."""
        return list(_seen_lines(self.reading))

    @property
    def span(self) -> tuple[int, int]:
        """The numbers of the first and last line that have to do with the table.

        (1, 0) where none has.
        """
        numbers = [
            seen.line.number
            for seen in self.lines
            if seen.parts or seen.problems or seen.state == "missed"
        ]
        return (min(numbers), max(numbers)) if numbers else (1, 0)

    @cached_property
    def general(self) -> list[Problem]:
        """The problems that stand at no line of the document."""
        at_lines = {id(problem) for seen in self.lines for problem in seen.problems}
        return [problem for problem in self.reading.problems if id(problem) not in at_lines]

    @cached_property
    def rows_by_line(self) -> dict[int, list[int]]:
        """For each line the rows, counted from 1, that were made of it."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, record in enumerate(self.reading.records, start=1):
            for line in range(record.first_line, record.last_line + 1):
                found[line].append(number)
        return found


def previews(publication: Publication, table: str | None = None) -> list[Preview]:
    """Preview `table`, or all tables that have a recipe.

    Raises OpenbaarError when there is no such table, or when a document or a code list cannot be
    read at all.
    """
    names = [name for name, each in publication.tables.items() if each.recipe is not None]
    if table is not None and table not in names:
        hint = nearest(table, names)
        raise OpenbaarError(
            Problem(Place(f"tables/{table}.yaml"), "is no table with a recipe", hint)
        )
    sources = read_sources(publication, verify=True)
    regions, missing = find_regions(publication, sources.documents)
    found = []
    for name in [table] if table else names:
        each = publication.tables[name]
        if name in regions:
            reading = read_table(publication, each, regions[name][0], regions, sources.codes)
        else:
            document = sources.documents[publication.document(recipe_of(each).document).path]
            reading = Reading(each, document, recipe_of(each), problems=missing[name])
        found.append(Preview(reading))
    return found


def _seen_lines(reading: Reading) -> Iterator[SeenLine]:
    parts = defaultdict(list)
    for number, part in [*_surroundings(reading), *_row_parts(reading), *_left_out(reading)]:
        parts[number].append(part)
    problems: dict[int, list[Problem]] = defaultdict(list)
    wrong: set[int] = set()
    for problem in reading.problems:
        numbers = _numbers_at(reading, problem.place)
        wrong |= set(numbers)
        if numbers:
            problems[numbers[0]].append(problem)
    body = {line.number for line in reading.region.body} if reading.region else set()
    for line in reading.document.lines:
        found = tuple(parts[line.number])
        state: State = "read" if found else "blank" if line.is_blank else "outside"
        if not found and not line.is_blank and line.number in body:
            state = "missed"
        if state == "outside" and line.number in wrong and reading.region is not None:
            state = "missed"
        yield SeenLine(line, state, found, tuple(problems[line.number]))


def _numbers_at(reading: Reading, place: Place) -> list[int]:
    """The numbers of the lines that a place names; none where it is a place in another file."""
    if place.file != reading.document.path or place.first_line is None:
        return []
    rows = range(place.first_line, (place.last_line or place.first_line) + 1)
    if not reading.document.has_pages:
        return list(rows)
    return [
        line.number
        for line in reading.document.lines
        if str(line.page) == place.page and line.row in rows
    ]


def _surroundings(reading: Reading) -> Iterator[tuple[int, Part]]:
    """The lines by which the table was found: anchors, headings, and the line that ends it."""
    region, recipe = reading.region, reading.recipe
    if region is None or not region.lines:
        return
    first, last = region.lines[0].number, region.lines[-1].number
    end = first
    for pattern in reversed(recipe.from_):
        numbers = (line.number for line in reversed(reading.document.lines[: end - 1]))
        end = next(
            (n for n in numbers if compiled(pattern).search(reading.document.line(n).shown)), end
        )
        yield end, Part("from", value=pattern)
    if recipe.until is not None and last < len(reading.document.lines):
        yield last + 1, Part("until", value=recipe.until)
    for unit in region.header:
        start, stop = unit.lines()
        headings = _melted_headings(reading.records, start, stop)
        yield from (
            (number, Part("heading")) for number in range(start, stop + 1) if number not in headings
        )
        yield from ((number, part) for number, found in headings.items() for part in found)


def _melted_headings(records: Sequence[Record], start: int, stop: int) -> dict[int, list[Part]]:
    """The headings on the lines from `start` to `stop` that became values of a column."""
    found: dict[int, dict[Part, None]] = defaultdict(dict)
    for record in records:
        for column, cell in record.cells.items():
            if cell.parsed.how == "heading" and start <= cell.first_line <= stop:
                found[cell.first_line][
                    Part("heading", column, _text(cell.value), cell.parsed.printed)
                ] = None
    return {number: list(parts) for number, parts in found.items()}


def _row_parts(reading: Reading) -> Iterator[tuple[int, Part]]:
    """What each row holds, at the lines on which its fields begin.

    Other lines of it are joined to those.
    """
    for row in reading.read.rows:
        begun: set[int] = set()
        for slot in row.slots:
            number = row.lines(slot)[0]
            begun.add(number)
            yield number, _part(reading, row, slot)
        first, last = row.lines()
        for number in range(first, last + 1):
            if number not in begun and not reading.document.line(number).is_blank:
                yield number, Part("joined")


def _part(reading: Reading, row: ReadRow, slot: Slot) -> Part:
    recipe, schema = reading.recipe, reading.table.table_schema
    column, heading = _column_under(reading, slot.name)
    declared = recipe.fields.get(slot.name)
    kind: Kind = "key" if column in schema.primaryKey else "value"
    if recipe.group and slot.name == recipe.group.field:
        kind = "label"
    elif row.kind in ("group_total", "table_total") or (declared and declared.total):
        kind = "total"
    parsed = slot.parsed
    value = f"blank: {parsed.status}" if parsed.how == "blank" else _text(parsed.value)
    address = row.unit.cell(slot.start) or ""
    return Part(
        kind, f"{column} [{heading}]" if heading else column, value, parsed.printed, address
    )


def _column_under(reading: Reading, name: str) -> tuple[str, str]:
    """The column of a field, and the heading under which it stands where that is melted."""
    for heading, columns in reading.recipe.melt.columns.items() if reading.recipe.melt else ():
        for column, field in columns.items():
            if field == name:
                return column, heading
    return name, ""


def _left_out(reading: Reading) -> Iterator[tuple[int, Part]]:
    """The lines that are no rows: footnotes, those of other tables, and those that the recipe
    drops.
    """
    for mark, number in reading.notes.items():
        yield number, Part("note", value=mark)
    body = (
        {line.number for line in reading.region.body if not line.is_blank}
        if reading.region
        else set()
    )
    for number in sorted(reading.others & body - set(reading.notes.values())):
        yield number, Part("elsewhere")
    for unit in reading.read.dropped:
        first, last = unit.lines()
        yield from (
            (number, Part("dropped")) for number in range(first, last + 1) if number in body
        )


def _text(value: object) -> str:
    return "" if value is None else str(value)
