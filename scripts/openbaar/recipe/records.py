"""From rows to records: headings that are data are melted into rows, totals are kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.anchors import Heading
from openbaar.recipe.groups import LabelledRow, data_slots
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import ROW_NUMBER, TotalTemplate, Where, template_fields
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.recipe.values import Cell, Parsed
from openbaar.schema.conventions import NORMAL
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value

Cells = dict[str, Cell]  # by column


class Record(NamedTuple):
    """A row of the table to be: its cells by column, and the lines it was read from."""

    cells: Mapping[str, Cell]
    first_line: int
    last_line: int


@dataclass(frozen=True)
class StatedTotal:
    """A total that a document states: of which column, over which rows, how much, and where.

    `where` gives the value, or the values, that the rows have in a column, `without` those that
    they do not have.
    """

    column: str
    where: Where
    value: Decimal
    place: Place
    without: Where = field(default_factory=dict)


def make_records(
    document: Document,
    rows: Sequence[LabelledRow],
    recipe: Recipe,
    schema: Schema,
    header: Sequence[Heading],
) -> tuple[list[Record], list[StatedTotal]]:
    """The records and the stated totals of labelled rows.

    before: HOUT | blank | 113 | 112, under the headings 2021 | 2022 | 2023
    after: HOUT 2021 blank | HOUT 2022 113 | HOUT 2023 112

    Raises OpenbaarError where a column is set to what it cannot hold, or a cell is blank that is
    never blank there.
    """
    headings = _headings(header)
    maker = _Maker(document, recipe, schema)
    records: list[Record] = []
    totals: list[StatedTotal] = []
    for row, labels in rows:
        base: Cells = dict(labels)
        for part in maker.parts(row):
            key = base | headings.at(part.time)
            totals += maker.totals(row, part, key)
            if row.kind == "data":
                records.append(maker.record(row, part, key))
    for column in _numbered_columns(recipe):
        records = [_numbered(record, column, n) for n, record in enumerate(records, start=1)]
    return records, totals


def _numbered_columns(recipe: Recipe) -> list[str]:
    """The columns that take the running number of the row."""
    return [column for column, value in recipe.set.items() if value == ROW_NUMBER]


def _numbered(record: Record, column: str, number: int) -> Record:
    cell = Cell(Parsed(number, "", "derived"), record.first_line, record.last_line)
    return record._replace(cells={**record.cells, column: cell})


@dataclass(frozen=True)
class _Headings:
    """The cells of headings that are data, by their column, from left to right."""

    levels: Mapping[str, Sequence[Cell]]

    @property
    def count(self) -> int:
        """How many headings the lowest level has."""
        return max((len(cells) for cells in self.levels.values()), default=0)

    def at(self, time: int) -> Cells:
        """The headings of each level above a repetition; an upper one is above several."""
        found = {}
        for column, cells in self.levels.items():
            found[column] = cells[min(time, self.count - 1) * len(cells) // self.count]
        return found


def _headings(header: Sequence[Heading]) -> _Headings:
    levels: dict[str, list[Cell]] = {}
    for unit, slots in header:
        for slot in slots:
            parsed = slot.parsed._replace(how="heading")
            lines = unit.lines(slot.start, slot.end)
            levels.setdefault(slot.name, []).append(Cell(parsed, *lines, unit.cell(slot.start)))
    return _Headings(levels)


class _Part(NamedTuple):
    """What a row holds in one repetition of its fields, counted from 0 of `times`."""

    time: int
    times: int
    slots: list[Slot]


def _repeated(slots: list[Slot]) -> list[_Part]:
    """A field that comes several times in a row makes as many records; what comes once is in all.

    before: sector HOUT, started blank, started 113, started 112
    after: HOUT blank | HOUT 113 | HOUT 112
    """
    if len({slot.name for slot in slots}) == len(slots):
        return [_Part(0, 1, slots)]
    by_name: dict[str, list[Slot]] = {}
    for slot in slots:
        by_name.setdefault(slot.name, []).append(slot)
    times = max((len(same) for same in by_name.values()), default=1)
    parts: list[_Part] = []
    for time in range(times):
        chosen = [same[time] if len(same) > 1 else same[0] for same in by_name.values()]
        parts.append(_Part(time, times, chosen))
    return parts


@dataclass(frozen=True)
class _Maker:
    """Makes the records and totals of rows of one table."""

    document: Document
    recipe: Recipe
    schema: Schema

    @cached_property
    def _columns(self) -> frozenset[str]:
        return frozenset(self.schema.names)

    @cached_property
    def _labels(self) -> list[str]:
        return self.recipe.group_labels

    @cached_property
    def _stated(self) -> dict[str, str]:
        """The fields that are declared to state the total of a column, with that column."""
        cells = self.recipe.cells.items()
        return {name: cell.total for name, cell in cells if cell.total is not None}

    def _has(self, name: str) -> bool:
        """Whether a field is a column; asked for each cell."""
        return name in self._columns

    def parts(self, row: ReadRow) -> list[_Part]:
        """The row once for each repetition of its fields, blanks with their reason there.

        Raises OpenbaarError where a cell is blank that is never blank there.
        """
        found = []
        for part in _repeated(data_slots(row, self._labels)):
            if any(slot.parsed.status is not None for slot in part.slots):
                slots = [self._with_reason(row, slot, part.time) for slot in part.slots]
                part = part._replace(slots=slots)
            found.append(part)
        return found

    def _with_reason(self, row: ReadRow, slot: Slot, time: int) -> Slot:
        """A field whose blank has the one reason for this repetition."""
        reasons = slot.parsed.status
        if reasons is None or isinstance(reasons, str):
            return slot
        reason = reasons[time] if time < len(reasons) else None
        if reason is None:
            message = f"recipe key 'cells': '{slot.name}' is blank, which it never is there"
            hint = f"it is the cell number {time + 1} of that field in its row"
            raise OpenbaarError(Problem(self.document.place(*row.lines(slot)), message, hint))
        return slot._replace(parsed=slot.parsed._replace(status=reason))

    def totals(self, row: ReadRow, part: _Part, key: Mapping[str, Cell]) -> list[StatedTotal]:
        """The totals that a row states.

        They are the fields declared so, or all columns of a row that states totals. A column of the
        key in such a row is no total, but says of which rows it is one. So does one in a row whose
        cells stand below headings, and that states their sum.

        before: "2020 | total | 7", where the year is a merged cell
        after: the total of 2020 is 7
        """
        totals: list[StatedTotal] = []
        if row.kind == "data" and not self._stated:
            return totals
        for slot in part.slots:
            column = self._total_of(row, slot)
            if column is None or slot.parsed.value is None:
                continue
            if not _is_of_row(row, slot, part):
                where = self._where(row, part, key)
                totals.append(self._total(row, slot, column, where))
            elif part.time == 0:  # it is stated once for all repetitions
                where = self._where_of_row(row, part, key)
                totals.append(self._total(row, slot, column, where))
        return totals

    def _total(self, row: ReadRow, slot: Slot, column: str, where: dict[str, Value]) -> StatedTotal:
        """The total of a column that a field states, of rows where its template says so too."""
        value = Decimal(str(slot.parsed.value))
        place = self.document.place(*row.lines(slot))
        if isinstance(row.template, TotalTemplate):
            where = {**where, **row.template.where}
            return StatedTotal(column, where, value, place, row.template.without)
        return StatedTotal(column, where, value, place)

    def _where(self, row: ReadRow, part: _Part, key: Mapping[str, Cell]) -> dict[str, Value]:
        """Of which rows a total is one: those of its label and headings, and of its own key."""
        where = {column: cell.value for column, cell in key.items()}
        for column, value in self.recipe.set.items():
            if isinstance(value, tuple):
                where[column] = self._set(row, {}, column, value[part.time]).value
        if row.kind != "data":
            where |= self._own_key(part)
        return where

    def _where_of_row(self, row: ReadRow, part: _Part, key: Mapping[str, Cell]) -> dict[str, Value]:
        """Of which rows a total over the headings of a row is one: all that were read from it."""
        below = self.recipe.headings
        where = {column: cell.value for column, cell in key.items() if column not in below}
        return where | self._own_key(part)

    def _own_key(self, part: _Part) -> dict[str, Value]:
        """The columns of the key that are printed in a row."""
        key = self.schema.primaryKey
        return {slot.name: slot.parsed.value for slot in part.slots if slot.name in key}

    def _total_of(self, row: ReadRow, slot: Slot) -> str | None:
        """The column whose total a field states; None where it states none."""
        if slot.name in self._stated:
            return self._stated[slot.name]
        is_in_total_row = row.kind != "data" and slot.name not in self.schema.primaryKey
        return slot.name if is_in_total_row and self._has(slot.name) else None

    def record(self, row: ReadRow, part: _Part, key: Cells) -> Record:
        """The record of a row of data: its own cells, its key's, and those that the recipe sets."""
        first, last = self._lines(row)
        cells = dict(key)
        for slot in part.slots:
            if self._has(slot.name):
                cells[slot.name] = _cell(row, slot)
        for column, value in {**self.recipe.set, **row.template.set}.items():
            if value != ROW_NUMBER:
                given = value if isinstance(value, str) else value[part.time]
                cells[column] = self._set(row, cells, column, given)
        if self._has("status") and "status" not in cells:
            cells["status"] = _status(cells)
        return Record(cells, first, last)

    def _lines(self, row: ReadRow) -> tuple[int, int]:
        """The first and last line of a row: those of its own fields."""
        if len(row.unit.starts) == 1:
            return row.unit.lines()
        slots = data_slots(row, self._labels)
        return row.lines(*[slot for slot in slots if self._has(slot.name)])

    def _set(self, row: ReadRow, cells: Cells, column: str, template: str) -> Cell:
        """The cell that the recipe sets. Raises OpenbaarError when the column cannot hold it."""
        known = {slot.name: _cell(row, slot) for slot in row.slots} | cells
        lines = self._lines(row)
        try:
            return _derived(template, known, self.schema.field(column), lines)
        except (KeyError, ValueError) as error:
            message = f"recipe key 'set': '{column}' cannot be set to '{template}': {error}"
            raise OpenbaarError(Problem(self.document.place(*lines), message)) from error


def _is_of_row(row: ReadRow, slot: Slot, part: _Part) -> bool:
    """Whether a field states the total over the headings of a row of data."""
    return row.kind == "data" and part.times > 1 and len(row.named(slot.name)) == 1


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
        reason = cell.parsed.status
        if isinstance(reason, str):
            return cell._replace(parsed=Parsed(reason, "", "blank"))
    measured = next(reversed(cells.values()))
    parsed = Parsed(NORMAL, measured.parsed.printed, "derived")
    return Cell(parsed, measured.first_line, measured.last_line)
