"""Finding the rules of where the cells of a table are printed, and proving that they hold.

Rows that follow each other on a page, for which one rule says where the cells of a column are, are
a run, and `provenance` gets a row for each run. Nothing is assumed: a rule is what most rows of a
page suggest, and each cell of each row is compared with it. A row for which it does not hold gets a
row of `provenance` for each of its cells; so do all, where little would be won.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, groupby
from typing import NamedTuple

from openbaar.documents.lines import Document
from openbaar.recipe.language import Recipe
from openbaar.recipe.records import Record
from openbaar.recipe.values import Cell
from openbaar.schema.csvfile import Row
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.column_rules import (
    ColumnRule,
    Rules,
    row_number,
    rules_hold,
    shared_columns,
    suggested_rules,
)
from openbaar.tables.converting.reading import Located
from openbaar.tables.judging.trust import cell_columns, provenance_rows
from openbaar.tables.judging.verdicts import lines_text, place_columns
from openbaar.tables.places import LINES, RULE, part_of

FEWEST = 2  # cells that a rule should be about, on average


class NoRuleError(Exception):
    """No rules say where most cells of a table are: each gets a row of its own."""


def states_rule(publication: Publication, table: Table, located: Located) -> bool:
    """Whether a table is so long that `provenance` should state rules, and may have some.

    Its rows have to name the line that each was read from.
    """
    rows = len(located.region.body) * _rows_of_a_line(located)
    cells = rows * len(table.columns)
    is_long = cells > publication.package.most_cells.provenance
    how = located.recipe.reading
    is_in_lines = how.by in ("line", "aligned") or how.columns is not None
    return is_long and is_in_lines and LINES in table.columns


def _rows_of_a_line(located: Located) -> int:
    """How many rows are read from a line, at most: one below each heading."""
    most = 1
    for _, slots in located.region.header:
        most = max(most, len(slots))
    for value in located.recipe.set.values():
        most = max(most, len(value) if isinstance(value, tuple) else 1)
    return most


_OfLine = Sequence[Record]  # the rows that were read from one line
_Column = tuple[int, str]  # the number of a row on its line, and a column


class _Run(NamedTuple):
    """Rows that follow each other, by the numbers of their lines, with the rule for their cells.

    Where they share a cell, it is that one.
    """

    rule: ColumnRule | Cell
    first: int
    last: int


@dataclass
class PlaceRules:
    """The rules for the columns of a table, as the rows of each page suggest them.

    Where several rows may be read from a line, each has rules of its own, by its number there.
    `runs` are those that may go on, and `parted` says of which one has ended. Of `cells` so many,
    so many rows of `provenance` were `stated`.
    """

    table: Table
    document: Document
    recipe: Recipe
    rules: Mapping[int, Rules] = field(default_factory=dict)
    piece: tuple[str, str] = ("", "")  # of the document: a page, and a table on it
    runs: dict[_Column, _Run] = field(default_factory=dict)
    parted: set[_Column] = field(default_factory=set)
    last_line: int = 0
    cells: int = 0
    stated: int = 0

    def proved(self, records: Sequence[Record]) -> Iterator[Row]:
        """The rows of `provenance` for the runs that end in these records, and for exceptions.

        Raises NoRuleError where these are many.
        """
        for piece, of_piece in groupby(records, key=self._piece):
            if piece != self.piece:
                yield from self._all_ended(is_last=False)
                self.piece = piece
            yield from self._proved(list(of_piece))
        self._check_is_worth_it()

    def rest(self) -> Iterator[Row]:
        """The rows of `provenance` for the runs that reach to the end of the table.

        Raises NoRuleError where runs are short.
        """
        yield from self._all_ended(is_last=True)
        self._check_is_worth_it()

    def _check_is_worth_it(self) -> None:
        if self.stated * FEWEST > self.cells:
            raise NoRuleError

    @cached_property
    def _shared(self) -> Collection[str]:
        """The columns of which rows may share a cell."""
        return [name for name in shared_columns(self.recipe) if name in self.table.columns]

    @cached_property
    def _has_several_rows_a_line(self) -> bool:
        """Whether several rows may be read from a line: one below each heading."""
        lists_values = any(isinstance(value, tuple) for value in self.recipe.set.values())
        return bool(self.recipe.headings) or lists_values

    def _piece(self, record: Record) -> tuple[str, str]:
        """The page or sheet of a record, and its table there: addresses are counted from both."""
        line = self.document.line(record.first_line)
        page = str(line.page) if self.document.has_pages else ""
        table, dot, _ = line.cells[0].partition(".") if line.cells else ("", "", "")
        return page, table if dot else ""

    def _proved(self, records: Sequence[Record]) -> Iterator[Row]:
        """The rows of `provenance` for runs that end in records of one piece, and exceptions."""
        self.cells += len(records) * len(self.table.columns)
        lines = [list(of_line) for _, of_line in groupby(records, key=_first_line)]
        fitting, others = self._divided(self.rules, lines)
        if others:
            rules = self._suggested(lines)
            more, fewer = self._divided(rules, lines)
            if len(more) > len(fitting):
                self.rules, fitting, others = rules, more, fewer
        for cell in provenance_rows(self.table, self.document, chain.from_iterable(others)):
            self.stated += 1
            yield cell
        if fitting:
            self.last_line = _first_line(fitting[-1][0])
        for number, numbered in _by_number(fitting).items():
            for column in self.table.columns:
                yield from self._gone_on((number, column), numbered)

    def _suggested(self, lines: Sequence[_OfLine]) -> dict[int, Rules]:
        """The rules that most lines suggest, for each row of a line."""
        rules: dict[int, Rules] = {}
        for number, records in _by_number(lines).items():
            rules[number] = suggested_rules(self.table, self.recipe, self.document, records, number)
        return rules

    def _divided(
        self, rules: Mapping[int, Rules], lines: Sequence[_OfLine]
    ) -> tuple[list[_OfLine], list[_OfLine]]:
        """The lines for whose rows rules hold, each below the one before, and the others."""
        fitting: list[_OfLine] = []
        others: list[_OfLine] = []
        last = self.last_line
        for line in lines:
            if _first_line(line[0]) > last and self._fits(rules, line):
                fitting.append(line)
                last = _first_line(line[0])
            else:
                others.append(line)
        return fitting, others

    def _fits(self, rules: Mapping[int, Rules], line: _OfLine) -> bool:
        """Whether rules say what was read for each cell of the rows of a line."""
        if len(line) > 1 and not self._has_several_rows_a_line:
            return False
        for number, record in enumerate(line, start=1):
            if not rules_hold(rules.get(number, {}), record, self.document):
                return False
            if not all(_may_be_shared(record.cells[name]) for name in self._shared):
                return False
        return True

    def _gone_on(self, of: _Column, records: Sequence[Record]) -> Iterator[Row]:
        """The rows of `provenance` for runs that end in records of one piece; the last goes on."""
        for run in self._runs(of, records):
            before = self.runs.get(of)
            if before is not None and before.rule == run.rule:
                run = run._replace(first=before.first)
            elif before is not None:
                yield self._ended(of)
            self.runs[of] = run

    def _runs(self, of: _Column, records: Sequence[Record]) -> Iterator[_Run]:
        """The runs of a column: one, or one for each cell that records share."""
        number, column = of
        if column in self._shared:
            for cell, sharing in groupby(records, key=lambda record: record.cells[column]):
                lines = [record.first_line for record in sharing]
                yield _Run(cell, lines[0], lines[-1])
        elif column != LINES:
            rule = self.rules[number][column]
            yield _Run(rule, records[0].first_line, records[-1].first_line)

    def _ended(self, of: _Column) -> Row:
        """The row of `provenance` for the run of a column, which ends."""
        number, column = of
        run = self.runs.pop(of)
        self.parted.add(of)
        self.stated += 1
        place = self.document.place(run.first, run.last)
        which = f"#{number}" if self._has_several_rows_a_line else ""
        told: Row = {
            "table_name": self.table.name,
            "row_id": f"{RULE}{lines_text(place)}{which}",
            "column_name": column,
        }
        if isinstance(run.rule, Cell):
            place = self.document.place(run.rule.first_line, run.rule.last_line)
            return {**told, **place_columns(place), **cell_columns(run.rule)}
        row = row_number(self.document, run.first)
        return {**told, **place_columns(place), **run.rule.told(row)}

    def _all_ended(self, is_last: bool) -> Iterator[Row]:
        """The rows of `provenance` for all runs: at the end of a page, or of the table.

        A rule that holds from its first row to its last one is of every row.
        """
        columns = self.table.columns
        for of in sorted(self.runs, key=lambda of: (of[0], columns.index(of[1]))):
            is_only = of not in self.parted and not self._has_several_rows_a_line
            is_whole = is_last and is_only and not isinstance(self.runs[of].rule, Cell)
            row = self._ended(of)
            yield {**row, "row_id": RULE} if is_whole else row


def _first_line(record: Record) -> int:
    return record.first_line


def _by_number(lines: Sequence[_OfLine]) -> dict[int, list[Record]]:
    """The first rows of lines, their second ones, and so on."""
    found: dict[int, list[Record]] = {}
    for line in lines:
        for number, record in enumerate(line, start=1):
            found.setdefault(number, []).append(record)
    return found


def _may_be_shared(cell: Cell) -> bool:
    """Whether a label can be stated for all rows of its group, and is seen to be no part of lines.

    One with the mark of a footnote is stated for each row, which the footnote is about.
    """
    parsed = cell.parsed
    return bool(parsed.printed) and part_of(parsed.printed) is None and parsed.mark is None
