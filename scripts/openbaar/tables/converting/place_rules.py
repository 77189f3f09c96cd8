"""Finding the rule of where the cells of a table are printed, and proving that it holds for each.

Nothing is assumed: a rule is what the first rows suggest, and each cell of each row is compared
with it. Where one differs, `provenance` gets a row for each cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from openbaar.documents.lines import Document
from openbaar.recipe.language import Recipe
from openbaar.recipe.records import Record
from openbaar.recipe.templates import template_items
from openbaar.recipe.values import Cell, How
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.reading import Located, in_cells
from openbaar.tables.places import (
    EVERY_ROW,
    LINES,
    NORMAL,
    STATUS,
    WORDS,
    Part,
    part_of,
    words,
)

_ADDRESS = re.compile("([A-Z]+)([0-9]+)")


class NoRuleError(Exception):
    """No rule says where the cells of a table are: each gets a row of its own."""


def states_rule(publication: Publication, table: Table, located: Located) -> bool:
    """Whether a table is so long that `provenance` should state a rule, and may have one.

    Its rows have to name the line that each was read from.
    """
    recipe = located.recipe
    cells = len(located.region.body) * len(table.columns)
    is_long = cells > publication.package.most_cells.provenance
    is_a_row_a_line = recipe.reading.by == "line" and recipe.join == 1
    tells_cells = in_cells(recipe, located.document) or len(recipe.rows) == 1
    shares_cells = bool(recipe.headings or recipe.groups)
    is_plain = is_a_row_a_line and tells_cells and not shares_cells
    return is_long and is_plain and LINES in table.columns


@dataclass(frozen=True)
class _ColumnRule:
    """Where the cells of a column are, and how they were read.

    `letters` are those of the column of a sheet, `printed` names what is printed, as `provenance`
    writes it; either may be none.
    """

    column: str
    letters: str | None
    printed: str | None
    how: How

    @cached_property
    def part(self) -> Part | None:
        """The part of a line that is printed for the column."""
        return None if self.printed is None else part_of(self.printed)

    def holds(self, cell: Cell, at: _RowPlace) -> bool:
        """Whether `places.cells_by_rule` makes of the rule what was read for a cell."""
        parsed = cell.parsed
        printed, how, letters = at.text(self.part), self.how, self.letters
        if self.column == STATUS and parsed.value != NORMAL:
            printed, how, letters = "", "blank", at.blank
        elif parsed.value is None:
            how = "blank"
        address = None if letters is None else f"{letters}{at.row}"
        is_there = cell.first_line == cell.last_line == at.number and cell.address == address
        is_as_printed = parsed.printed == printed and parsed.mark is None
        return is_there and is_as_printed and parsed.how == how


class _RowPlace(NamedTuple):
    """The line of a row: its number in the document and on its page, and its pieces.

    `blank` is the column of the sheet in which the row has its first blank cell.
    """

    number: int
    row: int
    pieces: Mapping[str, Sequence[str]]  # by what parts them
    blank: str | None

    def text(self, part: Part | None) -> str:
        """The text of a part of the line."""
        return "" if part is None else part.text(self.pieces[part.separator])


@dataclass
class PlaceRules:
    """The rules for the columns of a table: suggested by the first records, proved by all."""

    table: Table
    document: Document
    recipe: Recipe
    rules: Sequence[_ColumnRule] = ()
    pages: set[int | str] = field(default_factory=set)
    rows: list[int] = field(default_factory=list)  # the lowest and the highest number of a line

    def prove(self, records: Sequence[Record]) -> None:
        """Raise NoRuleError where the rules do not say what was read for each cell of records."""
        if not records:
            return
        if not self.rules:
            self.rules = list(_suggested(self.table, self.recipe, records))
            self.rows = [self._row(records[0])] * 2
        separators = {rule.part.separator for rule in self.rules if rule.part is not None}
        for record in records:
            self._prove(record, separators)
        numbers = [self._row(record) for record in records]
        self.rows = [min(self.rows[0], *numbers), max(self.rows[1], *numbers)]

    def _prove(self, record: Record, separators: Iterable[str]) -> None:
        if record.first_line != record.last_line:
            raise NoRuleError
        line = self.document.line(record.first_line)
        shown = line.shown
        pieces = {separator: shown.split(separator) for separator in separators}
        blanks = [rule.letters for rule in self.rules if record.cells[rule.column].value is None]
        blank = blanks[0] if blanks else None
        place = _RowPlace(line.number, self._row(record), pieces, blank)
        self.pages.add(line.page)
        if len(self.pages) > 1:
            raise NoRuleError
        for rule in self.rules:
            if not rule.holds(record.cells[rule.column], place):
                raise NoRuleError

    def _row(self, record: Record) -> int:
        """The number of the line of a record as readers count: through its page, if it has one."""
        if not self.document.has_pages:
            return record.first_line
        return self.document.line(record.first_line).row

    def provenance(self) -> Iterator[Row]:
        """The rows of `provenance`: one for each column, which hold for every row of the table."""
        page = str(*self.pages) if self.document.has_pages else None
        for rule in self.rules:
            yield {
                "table_name": self.table.name,
                "row_id": EVERY_ROW,
                "column_name": rule.column,
                "document": self.document.path,
                "page": page,
                "first_line": self.rows[0],
                "last_line": self.rows[1],
                "cell": rule.letters,
                "printed": rule.printed,
                "how": rule.how,
                "mark": None,
            }


def _suggested(table: Table, recipe: Recipe, records: Sequence[Record]) -> Iterator[_ColumnRule]:
    """The rule for each column that the first records suggest."""
    letters = _letters(records[0])
    printed = {column: f"{{{letter}}}" for column, letter in letters.items()}
    if not letters:
        printed = _words_of_fields(table, recipe.rows[0].row, records)
    for column in table.columns:
        if column != LINES:
            part = printed.get(column) or _printed_for_another(column, printed, records)
            yield _ColumnRule(column, letters.get(column), part, _how(column, records))


def _letters(record: Record) -> dict[str, str]:
    """The columns of the sheet from which the columns of a record were read, if it is a sheet."""
    letters = {}
    for column, cell in record.cells.items():
        found = _ADDRESS.fullmatch(cell.address or "")
        if found is not None:
            letters[column] = found[1]
    return letters


def _words_of_fields(table: Table, template: str, records: Sequence[Record]) -> dict[str, str]:
    """Which words of a line each field of a template is; at most one is of several words.

    before: "{key} {region} in all {n}"
    after: key {1}, region {2..-4}, n {-1}
    """
    sequence: list[str | None] = []  # the words of a line: a field, or a word of the template
    for literal, name in template_items(template):
        sequence += [None] * len(literal.split())
        if name is not None:
            sequence.append(name)
    wide = _wide(table, sequence, records)
    border = len(sequence) if wide is None else sequence.index(wide)
    found = {}
    for index, name in enumerate(sequence):
        if name is not None:
            first = index if index <= border else index - len(sequence)
            last = index - len(sequence) if index == border else first
            found[name] = words(first, last).written
    return found


def _wide(table: Table, names: Sequence[str | None], records: Sequence[Record]) -> str | None:
    """The field of several words; the one text where all are of one word so far.

    Raises NoRuleError where several are.
    """
    schema = table.table_schema
    fields = [name for name in filter(None, names) if schema.has(name)]
    texts = [name for name in fields if schema.field(name).type == "string"]
    wide = [name for name in fields if _is_wide(name, records)]
    if len(wide) > 1:
        raise NoRuleError
    found = wide or texts
    return found[0] if len(found) == 1 else None


def _is_wide(name: str, records: Sequence[Record]) -> bool:
    """Whether a field is printed as several words in some row."""
    return any(WORDS in record.cells[name].parsed.printed for record in records)


def _printed_for_another(
    column: str, printed: Mapping[str, str], records: Sequence[Record]
) -> str | None:
    """What is printed for a column that is worked out: nothing, or the same as for another one."""
    told = [record for record in records if record.cells[column].parsed.how != "blank"]
    if not any(record.cells[column].parsed.printed for record in told):
        return None
    for name, part in printed.items():
        if all(_is_printed_alike(record, column, name) for record in told):
            return part
    raise NoRuleError


def _is_printed_alike(record: Record, one: str, other: str) -> bool:
    if other not in record.cells:
        return False
    return record.cells[one].parsed.printed == record.cells[other].parsed.printed


def _how(column: str, records: Sequence[Record]) -> How:
    """How the cells of a column were read that are not blank."""
    for record in records:
        how = record.cells[column].parsed.how
        if how != "blank":
            return how
    return "blank"
