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
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.judging.rules import Evidence, count_verdict
from openbaar.tables.judging.sum_checks import SumCheck
from openbaar.tables.judging.verdicts import Verdict

# What a check looks for on a line of a document, by its table and number; or why it is not there.
Stated = dict[tuple[str, int], StatedTotal | list[Problem]]


@dataclass(frozen=True)
class Reconciliation:
    """What there is to reconcile: the rows of all tables, and what their documents state.

    `totals` are the verdicts on the stated totals of each table that was read.
    """

    publication: Publication
    rows: Mapping[str, Rows]
    totals: Mapping[str, Sequence[Verdict]]
    stated: Stated

    def verdicts(self) -> list[Verdict]:
        """Everything that can be checked, table by table: stated totals, then checks.

        Raises OpenbaarError for each number that a check looks for in a document and does not find
        once.
        """
        verdicts: list[Verdict] = []
        problems: list[Problem] = []
        for name, table in self.publication.tables.items():
            verdicts += self.totals.get(name, ())
            if table.rows is not None:
                verdicts.append(self._counted(table, table.rows))
            for index, check in enumerate(table.checks):
                stated = self.stated.get((name, index))
                if isinstance(stated, list):
                    problems += stated
                    continue
                evidence = Evidence(self.rows, stated, self._concerned())
                verdicts += check.verdicts(name, evidence)
        if problems:
            raise OpenbaarError(problems)
        return verdicts

    def _counted(self, table: Table, expected: int) -> Verdict:
        """Compare the number of rows that a person counted with those that were read."""
        column = table.table_schema.primaryKey[0]
        return count_verdict(table.name, "rows", column, expected, len(self.rows[table.name]))

    def _concerned(self) -> dict[str, Mapping[str, str]]:
        """For each anomaly the values of the rows that it speaks of."""
        concerned: dict[str, Mapping[str, str]] = {}
        for name, anomaly in self.publication.package.anomalies.items():
            concerned[name] = anomaly.rows
        for table in self.publication.tables.values():
            for name, anomaly in table.anomalies.items():
                concerned[name] = anomaly.rows
        return concerned


def stated_on_lines(publication: Publication, documents: Mapping[str, Document]) -> Stated:
    """The numbers that checks look for on lines of these documents."""
    found: Stated = {}
    for path, document in documents.items():
        for table in publication.tables_by_document[path]:
            for index, check in enumerate(table.checks):
                if isinstance(check, SumCheck) and check.equals.line is not None:
                    stated = _stated_or_problems(document, publication, table, index, check)
                    found[table.name, index] = stated
    return found


def _stated_or_problems(
    document: Document, publication: Publication, table: Table, index: int, check: SumCheck
) -> StatedTotal | list[Problem]:
    """The number that a check looks for in the document, or what is wrong with it."""
    place = publication.place(table.name, "checks", index, "equals", "line")
    try:
        return _stated_on_line(document, check, _numbers_of(publication, table), place)
    except OpenbaarError as error:
        return error.problems


def _stated_on_line(
    document: Document, check: SumCheck, numbers: NumberFormat, place: Place
) -> StatedTotal:
    """The number on the one line that the pattern of a check matches.

    Raises OpenbaarError when it is not one line.
    """
    line, printed = _only_match(document, check.equals.line or "", place)
    try:
        value = parse_number(printed, numbers) * check.equals.scale
    except ValueError as error:
        raise OpenbaarError(Problem(document.place(line.number), str(error))) from error
    return StatedTotal(check.sum, {}, value, document.place(line.number))


def _numbers_of(publication: Publication, table: Table) -> NumberFormat:
    """How the document of a table prints numbers."""
    if table.recipe is not None and table.recipe.numbers is not None:
        return table.recipe.numbers
    return publication.package.numbers


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
