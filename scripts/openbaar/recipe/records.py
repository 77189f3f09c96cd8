"""From rows to records: headings that are data are melted into rows, totals are kept aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem
from openbaar.recipe.groups import Label, LabelledRow, data_slots
from openbaar.recipe.language import Melt, Recipe, heading_parts, template_fields
from openbaar.recipe.settle import ReadRow
from openbaar.recipe.templates import Slot
from openbaar.recipe.units import Unit
from openbaar.recipe.values import Parsed, Reader
from openbaar.schema.model import Schema, SchemaField
from openbaar.schema.values import Value, parse_value


@dataclass(frozen=True)
class Cell:
    """A value with its place: what was read, on which lines, and in which cell of a grid."""

    parsed: Parsed
    first_line: int
    last_line: int
    address: str | None = None

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

    Raises OpenbaarError when a heading does not stand in the header, or a column is set to what it cannot hold.
    """
    headings = _headings(document, recipe, header, readers)
    records: list[Record] = []
    totals: list[StatedTotal] = []
    for row, label in rows:
        base = {recipe.group.field: _label_cell(label)} if recipe.group and label else {}
        for heading, slots in _melted(row, recipe, headings):
            totals += _totals(row, slots, recipe, schema, base | heading)
            if row.kind == "data":
                cells = base | heading | _cells(row, slots, schema)
                records.append(_record(document, row, cells, recipe, schema))
    if recipe.count is not None:
        records = [
            _counted(record, recipe.count, number) for number, record in enumerate(records, start=1)
        ]
    return records, totals


def _label_cell(label: Label) -> Cell:
    return Cell(label.parsed, label.first_line, label.last_line)


def _headings(
    document: Document, recipe: Recipe, header: Sequence[Unit], readers: Mapping[str, Reader]
) -> dict[str, dict[str, Cell]]:
    """The cells of each melted heading by their columns, found in the header from left to right.

    Under stacked headings the upper one is printed once above several; it is found once and holds for them all.
    """
    if recipe.melt is None:
        return {}
    search = _Headings(document, header, readers)
    found: dict[str, dict[str, Cell]] = {}
    above: dict[str, tuple[str, Cell]] = {}
    for printed in recipe.melt.columns:
        found[printed] = {}
        for column, part in zip(recipe.melt.into, heading_parts(printed), strict=True):
            if column == recipe.melt.into[-1] or above.get(column, ("",))[0] != part:
                above[column] = (part, search.next(column, part, lost=bool(recipe.melt.why)))
            found[printed][column] = above[column][1]
    return found


class _Headings:
    """Finds the headings of each level in the header, one behind the other."""

    def __init__(
        self, document: Document, header: Sequence[Unit], readers: Mapping[str, Reader]
    ) -> None:
        self.document, self.header, self.readers = document, header, readers
        self.reached: dict[str, tuple[int, int]] = {}

    def next(self, column: str, printed: str, lost: bool) -> Cell:
        """The next cell of `column` that is printed so; where headings were `lost`, what it would have been.

        Raises OpenbaarError when it is not there, or its text is no value of the column.
        """
        first, last = self._lines()
        parsed = self.readers[column].read(printed)
        index, offset = self.reached.get(column, (0, 0))
        while (
            not lost
            and index < len(self.header)
            and _find_word(self.header[index].text, printed, offset) < 0
        ):
            index, offset = index + 1, 0
        if parsed is None or (not lost and index == len(self.header)):
            message = f"recipe key 'melt': the heading '{printed}' is not among the headings, or no {column}"
            place = self.document.place(first, last) if self.header else self.document.place()
            raise OpenbaarError(Problem(place, message, "write it as printed, marks included"))
        if lost:
            return Cell(replace(parsed, printed="", how="derived"), first, last)
        unit = self.header[index]
        start = _find_word(unit.text, printed, offset)
        self.reached[column] = (index, start + len(printed))
        return Cell(
            replace(parsed, how="heading"),
            *unit.lines(start, start + len(printed)),
            unit.cell(start),
        )

    def _lines(self) -> tuple[int, int]:
        """The first and last line of the header; the first line of the document where there is none."""
        if not self.header:
            return self.document.lines[0].number, self.document.lines[0].number
        return self.header[0].lines()[0], self.header[-1].lines()[1]


def _find_word(text: str, printed: str, start: int) -> int:
    """Where `printed` stands in `text` from `start` on, not as a part of a longer word or number; -1 if nowhere."""
    found = text.find(printed, start)
    while found >= 0:
        before, after = (
            text[max(found - 1, 0) : found],
            text[found + len(printed) : found + len(printed) + 1],
        )
        begins = not before or not (before + printed[0]).isalnum()
        ends = not after or not (printed[-1] + after).isalnum()
        if begins and ends:
            return found
        found = text.find(printed, found + 1)
    return -1


def _melted(
    row: ReadRow, recipe: Recipe, headings: Mapping[str, Mapping[str, Cell]]
) -> list[tuple[dict[str, Cell], list[Slot]]]:
    """The row once for each heading, with the fields under it renamed to their columns."""
    slots = data_slots(row, recipe.group)
    if recipe.melt is None:
        return [({}, part) for part in _repeated(slots)]
    melted: list[tuple[dict[str, Cell], list[Slot]]] = []
    names = _melted_names(recipe.melt)
    kept = [slot for slot in slots if slot.name not in names]
    for printed, columns in recipe.melt.columns.items():
        column_of = {name: column for column, name in columns.items()}
        under = [
            replace(slot, name=column_of[slot.name]) for slot in slots if slot.name in column_of
        ]
        melted.append((dict(headings[printed]), kept + under))
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
    return {slot.name: _cell(row, slot) for slot in slots if schema.has(slot.name)}


def _cell(row: ReadRow, slot: Slot) -> Cell:
    return Cell(slot.parsed, *row.lines(slot), row.unit.cell(slot.start))


def _totals(
    row: ReadRow, slots: Sequence[Slot], recipe: Recipe, schema: Schema, key: Mapping[str, Cell]
) -> list[StatedTotal]:
    """The totals that a row states: the fields declared so, or all columns of a row that is one.

    A column of the key in such a row is no total, but says of which rows it is one.
    before: "2020 | total | 7", where the year is a merged cell
    after: the total of 2020 is 7
    """
    where = {column: cell.value for column, cell in key.items()}
    if row.kind != "data":
        where |= {slot.name: slot.parsed.value for slot in slots if slot.name in schema.primaryKey}
    totals = []
    for slot in slots:
        declared = recipe.fields.get(slot.name)
        column = declared.total if declared else None
        if (
            row.kind != "data"
            and column is None
            and slot.name not in where
            and schema.has(slot.name)
        ):
            column = slot.name
        if column is not None and slot.parsed.value is not None:
            totals.append(StatedTotal(column, where, Cell(slot.parsed, *row.lines(slot))))
    return totals


def _record(
    document: Document, row: ReadRow, cells: dict[str, Cell], recipe: Recipe, schema: Schema
) -> Record:
    own = [
        slot
        for slot in data_slots(row, recipe.group)
        if schema.has(slot.name) or recipe.melt is not None
    ]
    first, last = row.lines(*own)
    for column, template in row.template.set.items():
        try:
            cells[column] = _derived(
                template, {**_cells_of(row), **cells}, schema.field(column), (first, last)
            )
        except (KeyError, ValueError) as error:
            message = f"recipe key 'rows': '{column}' cannot be set to '{template}': {error}"
            raise OpenbaarError(Problem(document.place(first, last), message)) from error
    return Record(_with_status(cells, schema, first, last), first, last)


def _cells_of(row: ReadRow) -> dict[str, Cell]:
    return {slot.name: _cell(row, slot) for slot in row.slots}


def _derived(
    template: str, cells: Mapping[str, Cell], field: SchemaField, lines: tuple[int, int]
) -> Cell:
    """The cell that a template such as `{question}{part}` makes of others; of none, it stands on the row's `lines`.

    Raises ValueError or KeyError when it names what is not there, or makes what the field cannot hold.
    """
    used = {name: cells[name] for name in template_fields(template)}
    text = template.format_map(
        {name: "" if cell.value is None else cell.value for name, cell in used.items()}
    )
    printed = " … ".join(cell.parsed.printed for cell in used.values())
    first = min((cell.first_line for cell in used.values()), default=lines[0])
    last = max((cell.last_line for cell in used.values()), default=lines[1])
    return Cell(Parsed(parse_value(field, text), printed, "derived"), first, last)


def _with_status(cells: dict[str, Cell], schema: Schema, first: int, last: int) -> dict[str, Cell]:
    """Where the schema has a column `status`, say of each record whether it is a value or why it is blank."""
    if schema.has("status") and "status" not in cells:
        reasons = [cell for cell in cells.values() if cell.parsed.status]
        if reasons:
            cells["status"] = replace(
                reasons[0], parsed=Parsed(reasons[0].parsed.status, "", "blank")
            )
        else:
            measured = next(reversed(cells.values()))
            parsed = Parsed("normal", measured.parsed.printed, "derived")
            cells["status"] = Cell(parsed, measured.first_line, measured.last_line)
    return cells


def _counted(record: Record, column: str, number: int) -> Record:
    parsed = Parsed(number, "", "derived")
    cells = {**record.cells, column: Cell(parsed, record.first_line, record.last_line)}
    return replace(record, cells=cells)
