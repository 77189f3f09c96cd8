"""Long tables whose rows stand alone, read in blocks: few of their cells are in memory at once.

This way only clears. Where something in a block is wrong, or may depend on other blocks, the table
is read as a whole, which says what is wrong as it does of a short one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError
from openbaar.recipe.groups import LabelledRow
from openbaar.recipe.language import Recipe
from openbaar.recipe.records import Record, make_records
from openbaar.recipe.row_keys import ROW_NUMBER
from openbaar.recipe.rows import RowsRead, read_rows
from openbaar.recipe.units import make_units
from openbaar.recipe.unmatched import unmatched_skips
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Table
from openbaar.tables.converting.reading import Located, Reading, lines_of_others
from openbaar.tables.judging.record_checks import record_problems
from openbaar.tables.judging.sum_checks import TotalCheck

LINES = 2_000  # of a block


class NotInBlocksError(Exception):
    """A table cannot be read in blocks: it has to be read as a whole."""


def stands_alone(table: Table, located: Located) -> bool:
    """Whether a table is long, and each of its lines a row that no other line says anything about.

    Totals settle how other rows are read, labels and running numbers come from the rows before, and
    patches, footnotes and anomalies are looked for in all rows.
    """
    recipe = located.recipe
    is_long = len(located.region.body) > LINES
    has_totals = any(isinstance(check, TotalCheck) for check in table.checks)
    is_plain = not (table.footnotes or table.anomalies or recipe.patch or has_totals)
    return is_long and is_plain and _is_one_row_a_line(recipe)


def _is_one_row_a_line(recipe: Recipe) -> bool:
    by_line = recipe.reading.by == "line"
    of_data = all(each.kind == "data" for each in recipe.kinds_of_rows)
    without_totals = all(cell.total is None for cell in recipe.cells.values())
    numbered = ROW_NUMBER in recipe.set.values()
    is_alone = recipe.join == 1 and not recipe.groups and not numbered
    return by_line and of_data and without_totals and is_alone


def readings_in_blocks(
    table: Table, document: Document, regions: Mapping[str, Located]
) -> Iterator[Reading]:
    """The reading of each block of a table that `stands_alone`, each with its records.

    Raises NotInBlocksError where anything is wrong.
    """
    located = regions[table.name]
    others = lines_of_others(document, located.recipe, regions)
    body = [line for line in located.region.body if line.number not in others]
    keys: set[tuple[Value, ...]] = set()
    idle: Collection[str] = located.recipe.skipped_patterns
    for start in range(0, len(body), LINES):
        read = _read(located, body[start : start + LINES])
        records = _records(table, located, read)
        idle = unmatched_skips(idle, read.dropped)
        found = _keys(table, records)
        if len(found) < len(records) or not keys.isdisjoint(found):
            raise NotInBlocksError
        keys |= found
        yield Reading(table, document, located.recipe, located.region, records=records)
    if idle or not keys:
        raise NotInBlocksError


def _read(located: Located, lines: Sequence[Line]) -> RowsRead:
    """The rows of a block."""
    document, _, recipe, readers = located
    read = read_rows(document, make_units(lines, recipe.reading), recipe, readers)
    if read.problems:
        raise NotInBlocksError
    return read


def _records(table: Table, located: Located, read: RowsRead) -> list[Record]:
    """The records of a block."""
    document, region, recipe, _ = located
    labelled: list[LabelledRow] = [(row, {}) for row in read.rows]
    schema = table.table_schema
    try:
        records, _ = make_records(document, labelled, recipe, schema, region.header)
    except OpenbaarError as error:
        raise NotInBlocksError from error
    if records and record_problems(table, document, records):
        raise NotInBlocksError
    return records


def _keys(table: Table, records: Sequence[Record]) -> set[tuple[Value, ...]]:
    keys = set()
    for record in records:
        cells = [record.cells[name] for name in table.table_schema.primaryKey]
        keys.add(tuple([cell.parsed.value for cell in cells]))
    return keys
