"""Reconciling a publication: every stated total and every check of every table, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.records import StatedTotal
from openbaar.recipe.values import parse_number
from openbaar.schema.csvfile import Rows
from openbaar.schema.patterns import compiled
from openbaar.tables.checks import (
    Evidence,
    Rule,
    SumCheck,
    count_verdict,
    stated_totals,
)
from openbaar.tables.model import Table
from openbaar.tables.publication import Publication
from openbaar.tables.verdicts import Verdict


@dataclass(frozen=True)
class Reconciliation:
    """What there is to reconcile: the rows of all tables, the stated totals, and the documents."""

    publication: Publication
    rows: Mapping[str, Rows]
    totals: Mapping[str, Sequence[StatedTotal]]
    documents: Mapping[str, Document]

    def verdicts(self) -> list[Verdict]:
        """Everything that can be checked, table by table: stated totals, then checks.

        Raises OpenbaarError for each number that a check looks for in a document and does not find
        once.
        """
        verdicts: list[Verdict] = []
        problems: list[Problem] = []
        for name, table in self.publication.tables.items():
            if name in self.totals:
                totals = self.totals[name]
                verdicts += stated_totals(name, self.rows[name], totals, table.checks)
            if table.rows is not None:
                verdicts.append(self._counted(table, table.rows))
            for index, check in enumerate(table.checks):
                try:
                    evidence = self._evidence(table, index, check)
                except OpenbaarError as error:
                    problems += error.problems
                    continue
                verdicts += check.verdicts(name, evidence)
        if problems:
            raise OpenbaarError(problems)
        return verdicts

    def _counted(self, table: Table, expected: int) -> Verdict:
        """Compare the number of rows that a person counted with those that were read."""
        column = table.table_schema.primaryKey[0]
        return count_verdict(table.name, "rows", column, expected, len(self.rows[table.name]))

    def _evidence(self, table: Table, index: int, check: Rule) -> Evidence:
        stated = None
        if isinstance(check, SumCheck) and check.equals.line is not None:
            place = self.publication.place(table.name, "checks", index, "equals", "line")
            stated = self._stated_on_line(table, check, check.equals.line, place)
        return Evidence(self.rows, stated, self._concerned())

    def _concerned(self) -> dict[str, Mapping[str, str]]:
        """For each anomaly the values of the rows that it speaks of."""
        concerned: dict[str, Mapping[str, str]] = {}
        for name, anomaly in self.publication.package.anomalies.items():
            concerned[name] = anomaly.rows
        for table in self.publication.tables.values():
            for name, anomaly in table.anomalies.items():
                concerned[name] = anomaly.rows
        return concerned

    def _stated_on_line(
        self, table: Table, check: SumCheck, pattern: str, place: Place
    ) -> StatedTotal:
        """The number on the one line that `pattern` matches.

        Raises OpenbaarError when it is not one line.
        """
        document = self.documents[self._document_of(table)]
        line, printed = _only_match(document, pattern, place)
        try:
            value = parse_number(printed, self._numbers_of(table)) * check.equals.scale
        except ValueError as error:
            raise OpenbaarError(Problem(document.place(line.number), str(error))) from error
        return StatedTotal(check.sum, {}, value, document.place(line.number))

    def _document_of(self, table: Table) -> str:
        """The path of the document from which a table is read.

        The first one for an authored table.
        """
        named = None if table.recipe is None else table.recipe.document
        return self.publication.document(named).path

    def _numbers_of(self, table: Table) -> NumberFormat:
        """How the document of a table prints numbers."""
        if table.recipe is not None and table.recipe.numbers is not None:
            return table.recipe.numbers
        return self.publication.package.numbers


def _only_match(document: Document, pattern: str, place: Place) -> tuple[Line, str]:
    """The one line that `pattern` matches, and what its group holds.

    Raises OpenbaarError when there is no such one.
    """
    found: list[tuple[Line, Any]] = []
    for line in document.lines:
        match = compiled(pattern).search(line.shown)
        if match is not None:
            found.append((line, match))
    if len(found) == 1:
        line, match = found[0]
        if match.groups() and match.group(1) is not None:
            return line, str(match.group(1))
    matched = ", ".join(str(document.place(line.number)) for line, _ in found)
    message = (
        f"should match one line of {document.path} with one group around the number,"
        f" but matches: {matched or 'none'}"
    )
    raise OpenbaarError(Problem(place, message))
