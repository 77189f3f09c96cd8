"""From rows to records: headings that are data are melted into rows, totals are kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openbaar.csvfile import Value, parse_value
from openbaar.documents import TextDocument
from openbaar.errors import OpenbaarError, Problem
from openbaar.layout.groups import Label, LabelledRow, data_slots
from openbaar.layout.rows import ReadRow
from openbaar.layout.templates import Slot
from openbaar.layout.units import Unit
from openbaar.recipe import Melt, Recipe, template_fields
from openbaar.tables import Schema, SchemaField
from openbaar.values import Parsed, Reader


@dataclass(frozen=True)
class Cell:
    """A value with its place: the lines it stands on and what was read there."""

    parsed: Parsed
    first_line: int
    last_line: int

    @property
    def value(self) -> Value:
        """The value as published."""
        return self.parsed.value


@dataclass(frozen=True)
class Record:
    """A row of the table to be: its cells by column, and the lines of the document it was read from."""

    cells: Mapping[str, Cell]
    first_line: int
    last_line: int


@dataclass(frozen=True)
class StatedTotal:
    """A total that the document states: of which column, over which rows, and where."""

    column: str
    where: Mapping[str, Value]
    cell: Cell


def make_records(
    document: TextDocument,
    rows: Sequence[LabelledRow],
    recipe: Recipe,
    schema: Schema,
    header: Sequence[Unit],
    readers: Mapping[str, Reader],
) -> tuple[list[Record], list[StatedTotal]]:
    """The records and the stated totals of labelled rows.

    before: HOUT | blank | 113 | 112, under the headings 2021 | 2022 | 2023
    after: HOUT 2021 blank | HOUT 2022 113 | HOUT 2023 112

    Raises OpenbaarError when a heading does not stand in the header, or a column is set to what it cannot hold.
    """
    headings = _headings(document, recipe, header, readers)
    records: list[Record] = []
    totals: list[StatedTotal] = []
    for row, label in rows:
        base = {recipe.group.field: _label_cell(label)} if recipe.group and label else {}
        for heading, slots in _melted(row, recipe, headings):
            totals += _totals(row, slots, recipe, base | heading)
            if row.kind == "data":
                cells = base | heading | _cells(row, slots, schema)
                records.append(_record(document, row, cells, recipe, schema))
    if recipe.count is not None:
        records = [_counted(record, recipe.count, number) for number, record in enumerate(records, start=1)]
    return records, totals


def _label_cell(label: Label) -> Cell:
    return Cell(label.parsed, label.first_line, label.last_line)


def _headings(
    document: TextDocument, recipe: Recipe, header: Sequence[Unit], readers: Mapping[str, Reader]
) -> dict[str, Cell]:
    """The cell of each melted heading, found in the header from left to right."""
    if recipe.melt is None:
        return {}
    found: dict[str, Cell] = {}
    unit_index, offset = 0, 0
    for printed in recipe.melt.columns:
        while unit_index < len(header) and header[unit_index].text.find(printed, offset) < 0:
            unit_index, offset = unit_index + 1, 0
        parsed = readers[recipe.melt.into].read(printed)
        if unit_index == len(header) or parsed is None:
            lines = (header[0].lines()[0], header[-1].lines()[1]) if header else ()
            message = f"recipe key 'melt': the heading '{printed}' is not among the headings, or no {recipe.melt.into}"
            raise OpenbaarError(Problem(document.place(*lines), message, "write it as printed, marks included"))
        start = header[unit_index].text.index(printed, offset)
        offset = start + len(printed)
        found[printed] = Cell(replace(parsed, how="heading"), *header[unit_index].lines(start, offset))
    return found


def _melted(row: ReadRow, recipe: Recipe, headings: Mapping[str, Cell]) -> list[tuple[dict[str, Cell], list[Slot]]]:
    """The row once for each heading, with the fields under it renamed to their columns."""
    slots = data_slots(row, recipe.group)
    if recipe.melt is None:
        return [({}, part) for part in _repeated(slots)]
    melted = []
    names = _melted_names(recipe.melt)
    kept = [slot for slot in slots if slot.name not in names]
    for printed, columns in recipe.melt.columns.items():
        column_of = {name: column for column, name in columns.items()}
        under = [replace(slot, name=column_of[slot.name]) for slot in slots if slot.name in column_of]
        melted.append(({recipe.melt.into: headings[printed]}, kept + under))
    return melted


def _melted_names(melt: Melt) -> set[str]:
    return {name for columns in melt.columns.values() for name in columns.values()}


def _repeated(slots: Sequence[Slot]) -> list[list[Slot]]:
    """A field that stands twice in a row makes two records, alike but for that field."""
    names = [slot.name for slot in slots]
    times = max((names.count(name) for name in names), default=1)
    parts: list[list[Slot]] = []
    for time in range(times):
        part = []
        for name in dict.fromkeys(names):
            same = [slot for slot in slots if slot.name == name]
            part.append(same[min(time, len(same) - 1)])
        parts.append(part)
    return parts


def _cells(row: ReadRow, slots: Sequence[Slot], schema: Schema) -> dict[str, Cell]:
    return {slot.name: Cell(slot.parsed, *row.lines(slot)) for slot in slots if schema.has(slot.name)}


def _totals(row: ReadRow, slots: Sequence[Slot], recipe: Recipe, key: Mapping[str, Cell]) -> list[StatedTotal]:
    """The totals that a row states: the fields declared so, or all numbers of a row that is one."""
    where = {column: cell.value for column, cell in key.items()}
    totals = []
    for slot in slots:
        declared = recipe.fields.get(slot.name)
        column = declared.total if declared else None
        if row.kind != "data" and column is None and slot.name not in where:
            column = slot.name
        if column is not None and slot.parsed.value is not None:
            totals.append(StatedTotal(column, where, Cell(slot.parsed, *row.lines(slot))))
    return totals


def _record(document: TextDocument, row: ReadRow, cells: dict[str, Cell], recipe: Recipe, schema: Schema) -> Record:
    own = [slot for slot in data_slots(row, recipe.group) if schema.has(slot.name) or recipe.melt is not None]
    first, last = row.lines(*own)
    for column, template in row.template.set.items():
        try:
            cells[column] = _derived(template, {**_cells_of(row), **cells}, schema.field(column), (first, last))
        except (KeyError, ValueError) as error:
            message = f"recipe key 'rows': '{column}' cannot be set to '{template}': {error}"
            raise OpenbaarError(Problem(document.place(first, last), message)) from error
    return Record(_with_status(cells, schema, first, last), first, last)


def _cells_of(row: ReadRow) -> dict[str, Cell]:
    return {slot.name: Cell(slot.parsed, *row.lines(slot)) for slot in row.slots}


def _derived(template: str, cells: Mapping[str, Cell], field: SchemaField, lines: tuple[int, int]) -> Cell:
    """The cell that a template such as `{question}{part}` makes of others; of none, it stands on the row's `lines`.

    Raises ValueError or KeyError when it names what is not there, or makes what the field cannot hold.
    """
    used = {name: cells[name] for name in template_fields(template)}
    text = template.format_map({name: "" if cell.value is None else cell.value for name, cell in used.items()})
    printed = " … ".join(cell.parsed.printed for cell in used.values())
    first = min((cell.first_line for cell in used.values()), default=lines[0])
    last = max((cell.last_line for cell in used.values()), default=lines[1])
    return Cell(Parsed(parse_value(field, text), printed, "derived"), first, last)


def _with_status(cells: dict[str, Cell], schema: Schema, first: int, last: int) -> dict[str, Cell]:
    """Where the schema has a column `status`, say of each record whether it is a value or why it is blank."""
    if schema.has("status") and "status" not in cells:
        reasons = [cell for cell in cells.values() if cell.parsed.status]
        if reasons:
            cells["status"] = replace(reasons[0], parsed=Parsed(reasons[0].parsed.status, "", "blank"))
        else:
            measured = next(reversed(cells.values()))
            parsed = Parsed("normal", measured.parsed.printed, "derived")
            cells["status"] = Cell(parsed, measured.first_line, measured.last_line)
    return cells


def _counted(record: Record, column: str, number: int) -> Record:
    parsed = Parsed(number, "", "derived")
    cells = {**record.cells, column: Cell(parsed, record.first_line, record.last_line)}
    return replace(record, cells=cells)
