"""Finding the rules of where the cells of a table are printed, and proving that they hold.

Rows that follow each other on a page, for which one rule says where the cells of a column are, are
a run, and `provenance` gets a row for each run. Nothing is assumed: a rule is what most rows of a
page suggest, and each cell of each row is compared with it. A row for which it does not hold gets a
row of `provenance` for each of its cells; so do all, where little would be won.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
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

    Its rows have to name the line that each was read from, and no other row was.
    """
    recipe = located.recipe
    cells = len(located.region.body) * len(table.columns)
    is_long = cells > publication.package.most_cells.provenance
    how = recipe.reading
    is_in_lines = how.by in ("line", "aligned") or how.columns is not None
    is_a_row_a_line = is_in_lines and not recipe.headings
    return is_long and is_a_row_a_line and LINES in table.columns


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

    `runs` are those that may go on, by column, and `parted` the columns of which one has ended.
    Of `cells` so many, so many rows of `provenance` were `stated`.
    """

    table: Table
    document: Document
    recipe: Recipe
    rules: Rules = field(default_factory=dict)
    piece: tuple[str, str] = ("", "")  # of the document: a page, and a table on it
    runs: dict[str, _Run] = field(default_factory=dict)
    parted: set[str] = field(default_factory=set)
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

    def _piece(self, record: Record) -> tuple[str, str]:
        """The page or sheet of a record, and its table there: addresses are counted from both."""
        line = self.document.line(record.first_line)
        page = str(line.page) if self.document.has_pages else ""
        table, dot, _ = line.cells[0].partition(".") if line.cells else ("", "", "")
        return page, table if dot else ""

    def _proved(self, records: Sequence[Record]) -> Iterator[Row]:
        """The rows of `provenance` for runs that end in records of one piece, and exceptions."""
        self.cells += len(records) * len(self.table.columns)
        fitting, others = self._divided(self.rules, records)
        if len(fitting) < len(others):
            rules = suggested_rules(self.table, self.recipe, self.document, records)
            more, fewer = self._divided(rules, records)
            if len(more) > len(fitting):
                self.rules, fitting, others = rules, more, fewer
        for cell in provenance_rows(self.table, self.document, others):
            self.stated += 1
            yield cell
        if fitting:
            self.last_line = fitting[-1].last_line
            yield from self._gone_on(fitting)

    def _divided(
        self, rules: Rules, records: Sequence[Record]
    ) -> tuple[list[Record], list[Record]]:
        """The records for which rules hold, each on a line below the one before, and the others."""
        fitting: list[Record] = []
        others: list[Record] = []
        last = self.last_line
        for record in records:
            if record.first_line > last and self._fits(rules, record):
                fitting.append(record)
                last = record.first_line
            else:
                others.append(record)
        return fitting, others

    def _fits(self, rules: Rules, record: Record) -> bool:
        """Whether rules say what was read for each cell of a record."""
        if not rules_hold(rules, record, self.document):
            return False
        return all(_may_be_shared(record.cells[name]) for name in self.recipe.group_labels)

    def _gone_on(self, records: Sequence[Record]) -> Iterator[Row]:
        """The rows of `provenance` for runs that end in these records; others go on."""
        for column in self.table.columns:
            for run in self._runs(column, records):
                before = self.runs.get(column)
                if before is not None and before.rule == run.rule:
                    run = run._replace(first=before.first)
                elif before is not None:
                    yield self._ended(column)
                self.runs[column] = run

    def _runs(self, column: str, records: Sequence[Record]) -> Iterator[_Run]:
        """The runs of a column in records of one piece: one, or one for each cell they share."""
        if column in self.rules:
            yield _Run(self.rules[column], records[0].first_line, records[-1].first_line)
        elif column != LINES:
            for cell, sharing in groupby(records, key=lambda record: record.cells[column]):
                lines = [record.first_line for record in sharing]
                yield _Run(cell, lines[0], lines[-1])

    def _ended(self, column: str) -> Row:
        """The row of `provenance` for the run of a column, which ends."""
        run = self.runs.pop(column)
        self.parted.add(column)
        self.stated += 1
        place = self.document.place(run.first, run.last)
        told: Row = {
            "table_name": self.table.name,
            "row_id": f"{RULE}{lines_text(place)}",
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
        for column in self.table.columns:
            if column in self.runs:
                is_whole = is_last and column not in self.parted and column in self.rules
                row = self._ended(column)
                yield {**row, "row_id": RULE} if is_whole else row


def _may_be_shared(cell: Cell) -> bool:
    """Whether a label can be stated for all rows of its group, and is seen to be no part of lines.

    One with the mark of a footnote is stated for each row, which the footnote is about.
    """
    parsed = cell.parsed
    return bool(parsed.printed) and part_of(parsed.printed) is None and parsed.mark is None
