"""The rule for the cells of a column that are printed on the lines of their rows.

It is what most of some rows suggest. Whether it holds for a row is asked of each of its cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Document
from openbaar.documents.workbook_parts import letters
from openbaar.recipe.language import Recipe
from openbaar.recipe.records import Record
from openbaar.recipe.row_keys import ROW_NUMBER, template_fields
from openbaar.recipe.templates import template_items
from openbaar.recipe.values import Cell, How
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.model import Table
from openbaar.tables.places import LINES, NORMAL, STATUS, WORDS, Part, part_of, pieces_of, words

_ADDRESS = re.compile("(?P<before>[A-Z]+|[0-9]+[.])(?P<row>[0-9]+)(?:[.](?P<column>[0-9]+))?")


class _Address(NamedTuple):
    """The addresses of the cells of a column, but for the row: `B12`, or `2.7.3` in a table.

    The rows of a table are counted from its own first line, `offset` lines from that of its page.
    """

    before: str
    after: str
    offset: int
    letters: str  # of the column

    def at(self, row: int) -> str:
        """The address on a line, counted through its page."""
        return f"{self.before}{row + self.offset}{self.after}"

    def written(self, row: int) -> str:
        """As `provenance` writes it of a run that begins on a line."""
        return self.at(row) if self.after else self.before


def _address(written: str | None, row: int) -> _Address | None:
    """What the address of a cell on a line says of its column; None where it says nothing."""
    found = _ADDRESS.fullmatch(written or "")
    if found is None:
        return None
    offset = int(found["row"]) - row
    if found["column"] is None:
        return _Address(found["before"], "", offset, found["before"])
    return _Address(
        found["before"], f".{found['column']}", offset, letters(int(found["column"]) - 1)
    )


@dataclass(frozen=True)
class ColumnRule:
    """Where the cells of a column are on the line of their row, and how they were read.

    `printed` names what is printed, as `provenance` writes it; it may be none, as may `address`.
    """

    column: str
    address: _Address | None
    printed: str | None
    how: How

    @cached_property
    def part(self) -> Part | None:
        """The part of a line that is printed for the column."""
        return None if self.printed is None else part_of(self.printed)

    def told(self, row: int) -> Row:
        """What `provenance` says of a run that begins on a line."""
        return {
            "cell": None if self.address is None else self.address.written(row),
            "printed": self.printed,
            "how": self.how,
            "mark": None,
        }

    def holds(self, cell: Cell, at: _RowPlace) -> bool:
        """Whether `places.cells_by_rule` makes of the rule what was read for a cell."""
        parsed = cell.parsed
        printed, how, of_cell = at.text(self.part), self.how, self.address
        if self.column == STATUS and parsed.value != NORMAL:
            printed, how, of_cell = "", "blank", at.blank
        elif parsed.value is None:
            how = "blank"
        address = None if of_cell is None else of_cell.at(at.row)
        is_there = cell.first_line == cell.last_line == at.number and cell.address == address
        is_as_printed = parsed.printed == printed and parsed.mark is None
        return is_there and is_as_printed and parsed.how == how


Rules = Mapping[str, ColumnRule]  # by column


def rules_hold(rules: Rules, record: Record, document: Document) -> bool:
    """Whether there are rules, and they say where each cell of a record is that they are about."""
    if not rules or record.first_line != record.last_line:
        return False
    line = document.line(record.first_line)
    blanks = [rule.address for name, rule in rules.items() if record.cells[name].value is None]
    blank = blanks[0] if blanks else None
    at = _RowPlace(line.number, row_number(document, line.number), line.printed, blank)
    return all(rule.holds(record.cells[name], at) for name, rule in rules.items())


class _RowPlace(NamedTuple):
    """The line of a row: its number in the document and on its page, and its text.

    `blank` is the column of the sheet in which the row has its first blank cell.
    """

    number: int
    row: int
    printed: str
    blank: _Address | None

    def text(self, part: Part | None) -> str:
        """The text of a part of the line."""
        return "" if part is None else part.text(_pieces_of(self.printed, part.separator))


_pieces_of = lru_cache(maxsize=2)(pieces_of)  # asked for each cell of a line


def row_number(document: Document, number: int) -> int:
    """The number of a line as readers count: through its page, if it has one."""
    return document.line(number).row if document.has_pages else number


def shared_columns(recipe: Recipe) -> list[str]:
    """The columns whose cells are the labels of groups and headings, or worked out from these."""
    shared = [*recipe.group_labels, *recipe.headings]
    for column, given in recipe.set.items():
        if isinstance(given, str) and given != ROW_NUMBER:
            used = set(template_fields(given))
            shared += [column] if used and used <= set(shared) else []
    return shared


def suggested_rules(
    table: Table,
    recipe: Recipe,
    document: Document,
    records: Sequence[Record],
    number: int,
) -> dict[str, ColumnRule]:
    """The rules that most of some records suggest, for the columns whose cells no rows share.

    Each of the records has that number among the rows of its line.
    """
    shared = shared_columns(recipe)
    columns = [name for name in table.columns if name not in (LINES, *shared)]
    telling = {column: _telling(column, records) for column in columns}
    addresses = _addresses(document, telling)
    printed = _at_addresses(addresses)
    if not printed:
        printed = _in_lines(table, recipe, records, number)
    rules = {}
    for column, record in telling.items():
        part = printed.get(column) or _printed_for_another(column, printed, records)
        how = record.cells[column].parsed.how
        rules[column] = ColumnRule(column, addresses[column], part, how)
    return rules


def _addresses(document: Document, telling: Mapping[str, Record]) -> dict[str, _Address | None]:
    """The address of the cell of each column, in the record that tells how it is read."""
    addresses = {}
    for column, record in telling.items():
        row = row_number(document, record.first_line)
        addresses[column] = _address(record.cells[column].address, row)
    return addresses


def _at_addresses(addresses: Mapping[str, _Address | None]) -> dict[str, str]:
    """What is printed for each column whose cells have an address."""
    printed = {}
    for column, address in addresses.items():
        if address is not None:
            printed[column] = f"{{{address.letters}}}"
    return printed


def _in_lines(
    table: Table, recipe: Recipe, records: Sequence[Record], number: int
) -> dict[str, str]:
    """Which part of a line is printed for each column, in the rows of that number on their line."""
    find = _cells_of_fields if recipe.reading.in_cells else _words_of_fields
    printed = {}
    for column, parts in find(table, recipe.rows[0].row, records).items():
        printed[column] = parts[min(number, len(parts)) - 1]
    return printed


def _telling(column: str, records: Sequence[Record]) -> Record:
    """The first record in which a column was read as in most; the first one if all are blank."""
    hows = Counter(record.cells[column].parsed.how for record in records)
    del hows["blank"]
    for usual, _ in hows.most_common(1):
        return next(each for each in records if each.cells[column].parsed.how == usual)
    return records[0]


_Parts = dict[str, list[str]]  # of a line, for each field: several, where it comes again


def _cells_of_fields(_table: Table, template: str, _records: Sequence[Record]) -> _Parts:
    """Which cells of a line each field of a template is.

    before: "{region} | {n} | {n}"
    after: region {A}, n {B} and {C}
    """
    found: _Parts = {}
    for column, cell in enumerate(template.split(SEPARATOR)):
        for name in template_fields(cell):
            found.setdefault(name, []).append(f"{{{letters(column)}}}")
    return found


def _words_of_fields(table: Table, template: str, records: Sequence[Record]) -> _Parts:
    """Which words of a line each field of a template is; at most one is of several words.

    before: "{key} {region} in all {n} {n}"
    after: key {1}, region {2..-5}, n {-2} and {-1}
    """
    sequence: list[str | None] = []  # the words of a line: a field, or a word of the template
    for literal, name in template_items(template):
        sequence += [None] * len(literal.split())
        if name is not None:
            sequence.append(name)
    wide = _wide(table, sequence, records)
    border = len(sequence) if wide is None else sequence.index(wide)
    found: _Parts = {}
    for index, name in enumerate(sequence):
        if name is not None:
            first = index if index <= border else index - len(sequence)
            last = index - len(sequence) if index == border else first
            found.setdefault(name, []).append(words(first, last).written)
    return found


def _wide(table: Table, names: Sequence[str | None], records: Sequence[Record]) -> str | None:
    """The field that is most often of several words; the one text where none ever is."""
    schema = table.table_schema
    fields = [name for name in filter(None, names) if schema.has(name)]
    wide = Counter({name: _count_wide(records, name) for name in fields})
    for widest, count in wide.most_common(1):
        if count:
            return widest
    texts = [name for name in fields if schema.field(name).type == "string"]
    return texts[0] if len(texts) == 1 else None


def _count_wide(records: Sequence[Record], name: str) -> int:
    """In how many records a field is printed as several words."""
    return sum(WORDS in record.cells[name].parsed.printed for record in records)


def _printed_for_another(
    column: str, printed: dict[str, str], records: Sequence[Record]
) -> str | None:
    """What is printed for a column that is worked out: nothing, or the same as for another one."""
    told = [record for record in records if record.cells[column].parsed.how != "blank"]
    with_text = [record for record in told if record.cells[column].parsed.printed]
    if 2 * len(with_text) < len(told):
        return None
    # The status is printed as the last column; of two that are printed alike, it is that.
    alike = Counter({name: _count_alike(with_text, column, name) for name in reversed(printed)})
    for most_alike, count in alike.most_common(1):
        if count:
            return printed[most_alike]
    return None


def _count_alike(records: Sequence[Record], one: str, other: str) -> int:
    """In how many records two columns are printed alike."""
    count = 0
    for record in records:
        if other in record.cells:
            count += record.cells[one].parsed.printed == record.cells[other].parsed.printed
    return count
