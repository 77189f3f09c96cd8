"""Places by rule: what `provenance` says once for cells of a column, and what follows for each.

A row of `provenance` whose `row_id` begins with RULE holds for many rows of its table: `*` for all
of them, `*3:2-54` for those whose `source_lines` are from 2 to 54 on page 3, `*3:2-54#2` for the
second one of each of these lines. Its `printed` says which part of its line is printed for a row:
`{C}` is the cell in column C, `{2}` the second word, `{-1}` the last one, `{2..-2}` what is between
the first and the last. Any other text is itself what is printed, once for all of these rows, in the
place that the rule names: a heading, or the label of a group.

before: wages | *2-9 | n | sources/d.csv | 2 to 9 | C | {C} | read; the row 7 is from line 9
after: wages | 7 | n | sources/d.csv | 9 to 9 | C9 | 1.234 | read

before: wages | *2-9 | year | sources/d.csv | 1 to 1 | | 2023 | group_label
after: wages | 7 | year | sources/d.csv | 1 to 1 | | 2023 | group_label
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Row = Mapping[str, Any]  # of a CSV file or of the database
RULE = "*"  # no row has it in its id, where a star is written as ~2A; alone it means every row
AFTER_RULES = "+"  # sorts behind each `row_id` that begins with RULE, and before those of rows
LINES = "source_lines"  # the column that says from which line a row was read
STATUS, NORMAL = "status", "normal"
CELLS, WORDS = " | ", " "  # what stands between the cells of a line, and between its words
_GAP = re.compile(" {2,}")
_IN_TABLE = re.compile(r"(?P<table>[0-9]+)\.(?P<row>[0-9]+)\.(?P<column>[0-9]+)")
_PART = re.compile(r"\{(?:(?P<column>[A-Z]+)|(?P<first>-?\d+)(?:\.\.(?P<last>-?\d+))?)\}")


class Part(NamedTuple):
    """A part of a line: its pieces from `first` to `last`, counted from 0, or from -1 backwards."""

    separator: str
    first: int
    last: int

    def text(self, pieces: Sequence[str]) -> str:
        """The text of the part in a line that was split at the separator."""
        end = self.last + 1 or None
        return self.separator.join(pieces[self.first : end])

    @property
    def written(self) -> str:
        """The part as `provenance` writes it."""
        first = _counted_from_one(self.first)
        last = _counted_from_one(self.last)
        return f"{{{first}}}" if first == last else f"{{{first}..{last}}}"


class LinePlace(NamedTuple):
    """Where a row is printed: the page or sheet, where there are several, and the line."""

    page: str | None
    line: int


class RowsOfRule(NamedTuple):
    """The rows that a rule holds for: read from lines of a page, perhaps one of several of each."""

    page: str | None
    lines: range
    number: int | None


def words(first: int, last: int) -> Part:
    """The words of a line from one to another, counted from 0, or from -1 backwards."""
    return Part(WORDS, first, last)


def place_of(source_lines: object) -> LinePlace:
    """The place that the column `source_lines` says, of a row that was read from one line.

    before: "3:12"
    after: page 3, line 12
    """
    page, colon, line = str(source_lines).rpartition(":")
    return LinePlace(page if colon else None, int(line))


@lru_cache(maxsize=1024)
def part_of(written: str) -> Part | None:
    """The part of a line that `provenance` writes so; None where it writes none."""
    found = _PART.fullmatch(written)
    if found is None:
        return None
    if found["column"]:
        index = _index(found["column"])
        return Part(CELLS, index, index)
    first = _counted_from_zero(int(found["first"]))
    last = first if found["last"] is None else _counted_from_zero(int(found["last"]))
    return Part(WORDS, first, last)


def rows_of_rule(row_id: str) -> RowsOfRule:
    """Which rows a rule holds for that says so.

    before: "*3:2-54#2"
    after: page 3, the lines 2 to 54, the second row of each
    """
    page, colon, rows = row_id.removeprefix(RULE).rpartition(":")
    lines, _, number = rows.partition("#")
    first, _, last = lines.partition("-")
    of_lines = range(int(first), int(last or first) + 1)
    return RowsOfRule(page if colon else None, of_lines, int(number) if number else None)


def is_shared(rule: Row) -> bool:
    """Whether what a rule says is printed once for all of its rows, in the place of the rule."""
    return rule["printed"] is not None and part_of(rule["printed"]) is None


def cells_by_rule(rules: Sequence[Row], row: Row, row_id: str, line: str) -> list[Row]:
    """The rows of `provenance` for the cells of `row`, by the rules that hold for it.

    `row_id` is its key, and `line` the text of the line that its `source_lines` names. A cell
    without a value is blank; so is the status that gives its reason, in the place of that cell.
    """
    by_column = {rule["column_name"]: rule for rule in rules}
    in_order = [by_column[column] for column in row if column in by_column]
    blanks = [rule for rule in in_order if row[rule["column_name"]] is None]
    blank = blanks[0] if blanks else None
    cells: list[Row] = []
    for rule in in_order:
        cell = rule if is_shared(rule) else _cell_on_own_line(rule, row, line, blank)
        cells.append({**cell, "row_id": row_id})
    return cells


def _cell_on_own_line(rule: Row, row: Row, line: str, blank: Row | None) -> Row:
    """What a rule says of a cell on the line of its row; `blank` is that of the first blank one."""
    place = place_of(row[LINES])
    printed, how = printed_by(rule["printed"], line), rule["how"]
    address = address_by(rule, place.line)
    if rule["column_name"] == STATUS and row[STATUS] != NORMAL:
        printed, how = None, "blank"
        address = None if blank is None else address_by(blank, place.line)
    elif row[rule["column_name"]] is None:
        how = "blank"
    return {
        **rule,
        "page": place.page,
        "first_line": place.line,
        "last_line": place.line,
        "cell": address,
        "printed": printed,
        "how": how,
    }


def address_by(rule: Row, line: int) -> str | None:
    """The address of the cell that a rule means on a line; None where a document has none.

    before: C; 2.1.3 of a rule whose first line is 31
    after: C40; 2.10.3 on line 40
    """
    cell = rule["cell"]
    if cell is None:
        return None
    found = _IN_TABLE.fullmatch(cell)
    if found is None:
        return f"{cell}{line}"
    row = int(found["row"]) + line - int(rule["first_line"])
    return f"{found['table']}.{row}.{found['column']}"


def printed_by(rule: object, line: str) -> str | None:
    """What is printed in a line for a column; None where nothing is."""
    part = None if rule is None else part_of(str(rule))
    return None if part is None else part.text(pieces_of(line, part.separator)) or None


def pieces_of(line: str, separator: str) -> list[str]:
    """A line in pieces: its words, or its cells, which two or more spaces part in a text."""
    if separator == CELLS and CELLS not in line:
        return _GAP.split(line.strip())
    return line.split(separator)


def _index(letters: str) -> int:
    """The number of a column of a sheet, counted from 0: A is 0, Z 25, AA 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _counted_from_one(index: int) -> int:
    return index if index < 0 else index + 1


def _counted_from_zero(number: int) -> int:
    return number if number < 0 else number - 1
