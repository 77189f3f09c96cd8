"""From rows to records: headings that are data are melted into rows, totals are kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.groups import LabelledRow, data_slots
from openbaar.recipe.language import Melt, Recipe, heading_parts, template_fields
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.recipe.units import Unit
from openbaar.recipe.values import Cell, Parsed, Reader
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value

Cells = dict[str, Cell]  # by column


@dataclass(frozen=True)
class Record:
    """A row of the table to be: its cells by column, and the lines it was read from."""

    cells: Mapping[str, Cell]
    first_line: int
    last_line: int


@dataclass(frozen=True)
class StatedTotal:
    """A total that a document states: of which column, over which rows, how much, and where."""

    column: str
    where: Mapping[str, Value]
    value: Decimal
    place: Place


def make_records(
    document: Document,
    rows: Sequence[LabelledRow],
    recipe: Recipe,
    schema: Schema,
    header: Sequence[Unit],
    readers: Mapping[str, Reader],
) -> tuple[list[Record], list[StatedTotal]]:
    """The records and the stated totals of labelled rows.

    before: HOUT | blank | 113 | 112, under the headings 2021 | 2022 | 2023
    after: HOUT 2021 blank | HOUT 2022 113 | HOUT 2023 112

    Raises OpenbaarError when a heading is not in the header, or a column is set to what it cannot
    hold.
    """
    headings = _melted_headings(document, recipe, header, readers)
    maker = _Maker(document, recipe, schema)
    records: list[Record] = []
    totals: list[StatedTotal] = []
    for row, label in rows:
        base: Cells = {}
        if recipe.group is not None and label is not None:
            base = {recipe.group.field: label}
        for part in _melted(row, recipe, headings):
            key = base | part.heading
            totals += maker.totals(row, part.slots, key)
            if row.kind == "data":
                records.append(maker.record(row, part.slots, key))
    if recipe.count is not None:
        records = [_numbered(record, recipe.count, n) for n, record in enumerate(records, start=1)]
    return records, totals


def _numbered(record: Record, column: str, number: int) -> Record:
    cell = Cell(Parsed(number, "", "derived"), record.first_line, record.last_line)
    return replace(record, cells={**record.cells, column: cell})


def _melted_headings(
    document: Document, recipe: Recipe, header: Sequence[Unit], readers: Mapping[str, Reader]
) -> dict[str, Cells]:
    """The cells of each melted heading by their columns, found in the header from left to right.

    Under stacked headings the upper one is printed once above several; it is found once and holds
    for all of them.
    """
    if recipe.melt is None:
        return {}
    search = _HeadingSearch(document, header, readers, is_lost=bool(recipe.melt.why))
    lowest = recipe.melt.into[-1]
    found: dict[str, Cells] = {}
    above: dict[
        str, tuple[str, Cell]
    ] = {}  # the last heading of each level, as printed and as read
    for printed in recipe.melt.columns:
        found[printed] = {}
        for column, part in zip(recipe.melt.into, heading_parts(printed), strict=True):
            is_the_same = column in above and above[column][0] == part
            if column == lowest or not is_the_same:
                above[column] = (part, search.next(column, part))
            found[printed][column] = above[column][1]
    return found


@dataclass
class _HeadingSearch:
    """Finds the headings of each level in the header, one after the other."""

    document: Document
    header: Sequence[Unit]
    readers: Mapping[str, Reader]
    is_lost: bool  # whether the document lost its headings, so that there is nothing to find
    reached: dict[str, tuple[int, int]] = field(default_factory=dict)  # unit and offset, by column

    def next(self, column: str, printed: str) -> Cell:
        """The next cell of `column` that is printed so.

        Where the headings were lost, what it would have been. Raises OpenbaarError when it is not
        there, or its text is no value of the column.
        """
        parsed = self.readers[column].read(printed)
        if parsed is not None and self.is_lost:
            return Cell(replace(parsed, printed="", how="derived"), *self._lines())
        place = self._find(column, printed)
        if parsed is None or place is None:
            raise OpenbaarError(self._missing(column, printed))
        index, start = place
        end = start + len(printed)
        self.reached[column] = (index, end)
        unit = self.header[index]
        heading = replace(parsed, how="heading")
        return Cell(heading, *unit.lines(start, end), unit.cell(start))

    def _find(self, column: str, printed: str) -> tuple[int, int] | None:
        """In which unit of the header, and where in it, the next such heading is."""
        index, offset = self.reached.get(column, (0, 0))
        while index < len(self.header):
            start = _find_word(self.header[index].text, printed, offset)
            if start is not None:
                return index, start
            index += 1
            offset = 0
        return None

    def _missing(self, column: str, printed: str) -> Problem:
        place = self.document.place(*self._lines()) if self.header else self.document.place()
        message = f"recipe key 'melt': the heading '{printed}' was not found, or is not a {column}"
        return Problem(place, message, "write it as printed, marks included")

    def _lines(self) -> tuple[int, int]:
        """The first and last line of the header.

        The first line of the document where there is none.
        """
        if not self.header:
            first = self.document.lines[0].number
            return first, first
        return self.header[0].lines()[0], self.header[-1].lines()[1]


def _find_word(text: str, printed: str, start: int) -> int | None:
    """Where `printed` is in `text` from `start` on, not as a part of a longer word or number."""
    found = text.find(printed, start)
    while found >= 0:
        end = found + len(printed)
        before, after = text[max(found - 1, 0) : found], text[end : end + 1]
        if not _touches(before, printed[0]) and not _touches(printed[-1], after):
            return found
        found = text.find(printed, found + 1)
    return None


def _touches(left: str, right: str) -> bool:
    """Whether two characters side by side are part of one word or number."""
    return bool(left and right) and (left + right).isalnum()


class _Part(NamedTuple):
    """What a row holds under one heading, or in one repetition: heading cells, and fields."""

    heading: Cells
    slots: list[Slot]


def _melted(row: ReadRow, recipe: Recipe, headings: Mapping[str, Cells]) -> list[_Part]:
    """The row once for each heading, with the fields under it renamed to their columns."""
    slots = data_slots(row, recipe.group)
    if recipe.melt is None:
        return [_Part({}, part) for part in _repeated(slots)]
    melted_names = _melted_names(recipe.melt)
    kept = [slot for slot in slots if slot.name not in melted_names]
    parts = []
    for printed, columns in recipe.melt.columns.items():
        column_of = {name: column for column, name in columns.items()}
        under = [replace(s, name=column_of[s.name]) for s in slots if s.name in column_of]
        parts.append(_Part(dict(headings[printed]), kept + under))
    return parts


def _melted_names(melt: Melt) -> set[str]:
    """The fields below headings."""
    names: set[str] = set()
    for columns in melt.columns.values():
        names.update(columns.values())
    return names


def _repeated(slots: Sequence[Slot]) -> list[list[Slot]]:
    """A field that comes twice in a row makes two records that differ only in that field."""
    by_name: dict[str, list[Slot]] = {}
    for slot in slots:
        by_name.setdefault(slot.name, []).append(slot)
    times = max((len(same) for same in by_name.values()), default=1)
    parts: list[list[Slot]] = []
    for time in range(times):
        parts.append([same[min(time, len(same) - 1)] for same in by_name.values()])
    return parts


@dataclass(frozen=True)
class _Maker:
    """Makes the records and totals of rows of one table."""

    document: Document
    recipe: Recipe
    schema: Schema

    def totals(
        self, row: ReadRow, slots: Sequence[Slot], key: Mapping[str, Cell]
    ) -> list[StatedTotal]:
        """The totals that a row states.

        They are the fields declared so, or all columns of a row that states totals. A column of the
        key in such a row is no total, but says of which rows it is one.

        before: "2020 | total | 7", where the year is a merged cell
        after: the total of 2020 is 7
        """
        where = {column: cell.value for column, cell in key.items()}
        if row.kind != "data":
            for slot in slots:
                if slot.name in self.schema.primaryKey:
                    where[slot.name] = slot.parsed.value
        totals = []
        for slot in slots:
            column = self._total_of(row, slot, where)
            if column is not None and slot.parsed.value is not None:
                value = Decimal(str(slot.parsed.value))
                place = self.document.place(*row.lines(slot))
                totals.append(StatedTotal(column, where, value, place))
        return totals

    def _total_of(self, row: ReadRow, slot: Slot, where: Mapping[str, Value]) -> str | None:
        """The column whose total a field states; None where it states none."""
        declared = self.recipe.fields.get(slot.name)
        if declared is not None and declared.total is not None:
            return declared.total
        is_in_total_row = row.kind != "data" and slot.name not in where
        return slot.name if is_in_total_row and self.schema.has(slot.name) else None

    def record(self, row: ReadRow, slots: Sequence[Slot], key: Cells) -> Record:
        """The record of a row of data: its own cells, its key's, and those that the recipe sets."""
        first, last = row.lines(*self._own_slots(row))
        cells = dict(key)
        for slot in slots:
            if self.schema.has(slot.name):
                cells[slot.name] = _cell(row, slot)
        for column, template in row.template.set.items():
            cells[column] = self._set(row, cells, column, template)
        if self.schema.has("status") and "status" not in cells:
            cells["status"] = _status(cells)
        return Record(cells, first, last)

    def _own_slots(self, row: ReadRow) -> list[Slot]:
        """The fields of a row that say which lines it was read from."""
        slots = data_slots(row, self.recipe.group)
        if self.recipe.melt is not None:
            return slots
        return [slot for slot in slots if self.schema.has(slot.name)]

    def _set(self, row: ReadRow, cells: Cells, column: str, template: str) -> Cell:
        """The cell that the recipe sets. Raises OpenbaarError when the column cannot hold it."""
        known = {slot.name: _cell(row, slot) for slot in row.slots} | cells
        lines = row.lines(*self._own_slots(row))
        try:
            return _derived(template, known, self.schema.field(column), lines)
        except (KeyError, ValueError) as error:
            message = f"recipe key 'rows': '{column}' cannot be set to '{template}': {error}"
            raise OpenbaarError(Problem(self.document.place(*lines), message)) from error


def _cell(row: ReadRow, slot: Slot) -> Cell:
    return Cell(slot.parsed, *row.lines(slot), row.unit.cell(slot.start))


def _derived(
    template: str, cells: Mapping[str, Cell], column: SchemaField, lines: tuple[int, int]
) -> Cell:
    """The cell that a template such as `{question}{part}` makes of other cells.

    A cell made of no other one is on the row's `lines`. Raises ValueError or KeyError when it names
    what is not there, or makes what the column cannot hold.
    """
    used = {name: cells[name] for name in template_fields(template)}
    values = {name: "" if cell.value is None else cell.value for name, cell in used.items()}
    value = parse_value(column, template.format_map(values))
    printed = " … ".join(cell.parsed.printed for cell in used.values())
    first = min((cell.first_line for cell in used.values()), default=lines[0])
    last = max((cell.last_line for cell in used.values()), default=lines[1])
    return Cell(Parsed(value, printed, "derived"), first, last)


def _status(cells: Cells) -> Cell:
    """Whether a record has its value, or why it is blank."""
    for cell in cells.values():
        if cell.parsed.status:
            return replace(cell, parsed=Parsed(cell.parsed.status, "", "blank"))
    measured = next(reversed(cells.values()))
    parsed = Parsed("normal", measured.parsed.printed, "derived")
    return Cell(parsed, measured.first_line, measured.last_line)
