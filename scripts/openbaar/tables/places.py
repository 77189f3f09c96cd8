"""Places by rule: what `provenance` says once for all cells of a column, and what follows for each.

A row of `provenance` with EVERY_ROW as its `row_id` holds for each row of its table. On which line
the cells of a row are, its `source_lines` says; `cell` is the column of the sheet, and `printed`
says which part of the line is printed for the column: `{C}` is the cell in column C, `{2}` the
second word, `{-1}` the last one, `{2..-2}` what is between the first and the last.

before: wages | * | n | sources/d.csv | 2 to 9 | C | {C} | read; the row 7 is from line 9
after: wages | 7 | n | sources/d.csv | 9 to 9 | C9 | 1.234 | read
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

Row = Mapping[str, Any]  # of a CSV file or of the database
EVERY_ROW = "*"  # no row has it as its id, in which a star is written as ~2A
LINES = "source_lines"  # the column that says from which line a row was read
STATUS, NORMAL = "status", "normal"
CELLS, WORDS = " | ", " "  # what stands between the cells of a line, and between its words
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


def cells_by_rule(rules: Sequence[Row], row: Row, row_id: str, line: str) -> list[Row]:
    """The rows of `provenance` for the cells of `row`, by the rules for every row of its table.

    `row_id` is its key, and `line` the text of the line that its `source_lines` names. A cell
    without a value is blank; so is the status that gives its reason, in the place of that cell.
    """
    place = place_of(row[LINES])
    cells: list[Row] = []
    for rule in rules:
        column, letters = rule["column_name"], rule["cell"]
        printed, how = printed_by(rule["printed"], line), rule["how"]
        if column == STATUS and row[column] != NORMAL:
            printed, how, letters = None, "blank", _letters_of_blank(rules, row)
        elif row[column] is None:
            how = "blank"
        cell = {
            "table_name": rule["table_name"],
            "row_id": row_id,
            "column_name": column,
            "document": rule["document"],
            "page": place.page,
            "first_line": place.line,
            "last_line": place.line,
            "cell": None if letters is None else f"{letters}{place.line}",
            "printed": printed,
            "how": how,
            "mark": None,
        }
        cells.append(cell)
    return cells


def _letters_of_blank(rules: Sequence[Row], row: Row) -> str | None:
    """The column of the sheet in which a row has its first blank cell."""
    for rule in rules:
        if row[rule["column_name"]] is None:
            letters: str | None = rule["cell"]
            return letters
    return None


def printed_by(rule: object, line: str) -> str | None:
    """What is printed in a line for a column; None where nothing is."""
    part = None if rule is None else part_of(str(rule))
    return None if part is None else part.text(line.split(part.separator)) or None


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
