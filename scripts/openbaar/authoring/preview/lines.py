"""What was read from each line of a document, as data that the terminal and the page both show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from openbaar.documents.lines import Line
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.records import Record
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.schema.patterns import compiled
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.reading import Reading, find_regions, read_table, recipe_of
from openbaar.tables.converting.sources import read_sources
from openbaar.tables.judging.failing import differences
from openbaar.tables.judging.sum_checks import stated_totals

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
    """One thing that was read from a line: its kind, column, value, printed text and cell."""

    kind: Kind
    column: str = ""
    value: str = ""
    printed: str = ""
    cell: str | None = None

    @property
    def told(self) -> str:
        """What was read, as people read it: `gender female ‹vrouw›`.

        The printed text is shown only where it differs from the value.
        """
        told = " ".join(word for word in (self.column, self.value) if word)
        if self.printed in ("", self.value):
            return told
        return f"{told} ‹{self.printed}›"


@dataclass(frozen=True)
class SeenLine:
    """A line: whether it was read, what was read from it, and what is wrong with it."""

    line: Line
    state: State
    parts: tuple[Part, ...]
    problems: tuple[Problem, ...]

    @property
    def concerns_table(self) -> bool:
        """Whether the line has anything to do with the table."""
        return bool(self.parts or self.problems) or self.state == "missed"


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
        """The numbers of the first and last line that concern the table; (1, 0) where none does."""
        numbers = [seen.line.number for seen in self.lines if seen.concerns_table]
        return (min(numbers), max(numbers)) if numbers else (1, 0)

    @cached_property
    def general(self) -> list[Problem]:
        """The problems that stand at no line of the document."""
        at_lines: set[int] = set()
        for seen in self.lines:
            at_lines.update(id(problem) for problem in seen.problems)
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
    if table is not None:
        _check_has_recipe(table, names)
        names = [table]
    sources = read_sources(publication, verify=True)
    regions, missing = find_regions(publication, sources.documents, sources.codes)
    found = []
    for name in names:
        each = publication.tables[name]
        if name in regions:
            reading = read_table(publication, each, regions[name].document, regions)
            reading = _with_differences(publication, reading)
        else:
            recipe = recipe_of(each)
            document = sources.documents[publication.document(recipe.document).path]
            reading = Reading(each, document, recipe, problems=missing[name])
        found.append(Preview(reading))
    return found


def _check_has_recipe(table: str, names: Sequence[str]) -> None:
    """Raises OpenbaarError where a table is none of those that have a recipe."""
    if table not in names:
        place = Place(f"tables/{table}.yaml")
        raise OpenbaarError(Problem(place, "is not a table with a recipe", nearest(table, names)))


def _with_differences(publication: Publication, reading: Reading) -> Reading:
    """The reading with the stated totals that are not the sums of its rows as problems."""
    if reading.problems:
        return reading
    table = reading.table
    verdicts = stated_totals(table.name, reading.rows, reading.totals, table.checks)
    rows = [verdict.row() for verdict in verdicts]
    return replace(reading, problems=differences(publication, rows))


def _seen_lines(reading: Reading) -> Iterator[SeenLine]:
    parts: dict[int, list[Part]] = defaultdict(list)
    for number, part in [*_surroundings(reading), *_row_parts(reading), *_left_out(reading)]:
        parts[number].append(part)
    problems, wrong = _problems_by_line(reading)
    expected: set[int] = set()  # the lines that should have been read
    if reading.region is not None:
        expected = wrong | {line.number for line in reading.region.body}
    for line in reading.document.lines:
        found = tuple(parts[line.number])
        state = "read" if found else _state_unread(line, expected)
        yield SeenLine(line, state, found, tuple(problems[line.number]))


def _state_unread(line: Line, expected: Collection[int]) -> State:
    """What is to be said of a line of which nothing was read."""
    if line.is_blank:
        return "blank"
    return "missed" if line.number in expected else "outside"


def _problems_by_line(reading: Reading) -> tuple[dict[int, list[Problem]], set[int]]:
    """The problems by the first line each of them names, and all lines that any of them names."""
    by_line: dict[int, list[Problem]] = defaultdict(list)
    wrong: set[int] = set()
    for problem in reading.problems:
        numbers = _numbers_at(reading, problem.place)
        if numbers:
            by_line[numbers[0]].append(problem)
        wrong.update(numbers)
    return by_line, wrong


def _numbers_at(reading: Reading, place: Place) -> list[int]:
    """The numbers of the lines that a place names; none where it is a place in another file."""
    if place.file != reading.document.path or place.first_line is None:
        return []
    last_line = place.last_line or place.first_line
    rows = range(place.first_line, last_line + 1)
    if not reading.document.has_pages:
        return list(rows)
    on_page = [line for line in reading.document.lines if str(line.page) == place.page]
    return [line.number for line in on_page if line.row in rows]


def _surroundings(reading: Reading) -> Iterator[tuple[int, Part]]:
    """The lines by which the table was found: anchors, headings, and the line that ends it."""
    region, recipe = reading.region, reading.recipe
    if region is None or not region.lines:
        return
    yield from _anchors(reading, region.lines[0].number)
    last = region.lines[-1].number
    if recipe.until is not None and last < len(reading.document.lines):
        yield last + 1, Part("until", value=recipe.until)
    for heading in region.header:
        yield from _headings(reading.records, *heading.unit.lines())


def _anchors(reading: Reading, end: int) -> Iterator[tuple[int, Part]]:
    """The line that each pattern of `from` matches last before line `end`, the last one first."""
    for pattern in reversed(reading.recipe.from_):
        end = _last_match(reading.document.lines[: end - 1], pattern, end)
        yield end, Part("from", value=pattern)


def _last_match(lines: Sequence[Line], pattern: str, default: int) -> int:
    """The number of the last of the lines that the pattern matches, or `default`."""
    matcher = compiled(pattern)
    for line in reversed(lines):
        if matcher.search(line.shown):
            return line.number
    return default


def _headings(records: Sequence[Record], start: int, stop: int) -> Iterator[tuple[int, Part]]:
    """The headings on the lines from `start` to `stop`.

    Those that became values of a column are shown with it.
    """
    melted = _melted_headings(records, start, stop)
    for number in range(start, stop + 1):
        for part in melted.get(number, [Part("heading")]):
            yield number, part


def _melted_headings(records: Sequence[Record], start: int, stop: int) -> dict[int, list[Part]]:
    """The headings on the lines from `start` to `stop` that became values of a column."""
    found: dict[int, dict[Part, None]] = defaultdict(dict)
    for record in records:
        for column, cell in record.cells.items():
            if cell.parsed.how == "heading" and start <= cell.first_line <= stop:
                part = Part("heading", column, _text(cell.value), cell.parsed.printed)
                found[cell.first_line][part] = None
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
    column = slot.name
    same = row.named(column)
    if len(same) > 1:
        column = f"{column} [{_heading_above(reading, same.index(slot))}]"
    parsed = slot.parsed
    value = _text(parsed.value)
    if parsed.how == "blank":
        value = f"blank: {_reason(slot, same)}"
    return Part(
        _kind(reading, row, slot.name), column, value, parsed.printed, row.unit.cell(slot.start)
    )


def _heading_above(reading: Reading, time: int) -> str:
    """The headings above a repetition as printed, `2021 | men`; its number where there are none."""
    levels: dict[str, list[str]] = defaultdict(list)
    for heading in reading.region.header if reading.region is not None else ():
        for slot in heading.slots:
            levels[slot.name].append(slot.parsed.printed)
    count = max((len(level) for level in levels.values()), default=0)
    if time >= count:
        return str(time + 1)
    return " | ".join(level[time * len(level) // count] for level in levels.values())


def _reason(slot: Slot, same: Sequence[Slot]) -> str | None:
    """Why a field is blank, where that may differ from one time that it stands there to another."""
    reasons = slot.parsed.status
    if reasons is None or isinstance(reasons, str):
        return reasons
    return reasons[same.index(slot)]


def _kind(reading: Reading, row: ReadRow, field: str) -> Kind:
    """Whether a field is the label of a group, a total, part of the key, or a value."""
    recipe = reading.recipe
    declared = recipe.cells.get(field)
    if field in recipe.group_labels:
        return "label"
    if row.is_total or (declared is not None and declared.total is not None):
        return "total"
    if field in reading.table.table_schema.primaryKey:
        return "key"
    return "value"


def _left_out(reading: Reading) -> Iterator[tuple[int, Part]]:
    """The lines that are no rows: footnotes, lines of other tables, and what the recipe drops."""
    of_notes: set[int] = set()
    for mark, span in reading.notes.items():
        of_notes.update(span.numbers)
        yield from ((number, Part("note", value=mark)) for number in span.numbers)
    if reading.region is None:
        return
    body = {line.number for line in reading.region.body if not line.is_blank}
    for number in sorted(reading.others & body - of_notes):
        yield number, Part("elsewhere")
    for unit in reading.read.dropped:
        first, last = unit.lines()
        for number in sorted(body.intersection(range(first, last + 1))):
            yield number, Part("dropped")


def _text(value: object) -> str:
    return "" if value is None else str(value)
