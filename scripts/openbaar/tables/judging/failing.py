"""Checks that fail, as problems: which check it is, where it is written, and what helps."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from openbaar.errors import Place, Problem
from openbaar.schema.csvfile import Row, Rows
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.judging.row_checks import RowRule, WordsCheck
from openbaar.tables.judging.rules import ExplainedRule, Rule
from openbaar.tables.judging.sum_checks import TotalCheck
from openbaar.tables.judging.verdicts import scope_text, verdict_id

DECLARE = "correct the recipe, or declare the difference with an anomaly that explains it"
COUNT_ROWS = "look at 'from', 'until' and 'skip': a row is missing or too many; or correct 'rows'"
COUNT_WORDS = "a line is missing or too many; or correct 'count'"
BROKEN = "correct the recipe; if the document prints it so, name the 'anomaly' that says so"
NO_SUCH_TOTAL = "'total' and 'where' should name a total that the recipe reads under 'totals'"


def differences(publication: Publication, rows: Rows) -> list[Problem]:
    """The rows of `reconciliation` that do not hold and are not explained, as problems.

    Each names its check and where that is written. Its place is in the document, where that states
    what is compared, and else where the check is written: `tables/budget.yaml:19: check rows: …`.
    """
    return [_problem(publication, row) for row in rows if row["verdict"] == "different"]


def _line_of(place: Place) -> Place:
    """A place without its column, which says nothing of a whole check."""
    return replace(place, column=None)


def _stated_at(row: Row) -> Place | None:
    """Where the document states what a row of `reconciliation` compares, where it does."""
    first, last = row["first_line"], row["last_line"]
    if not isinstance(first, int) or not isinstance(last, int):
        return None
    page = None if row["page"] is None else str(row["page"])
    return Place(str(row["document"]), first, last, page=page)


class _Written(NamedTuple):
    """A check as it is written: its name, its place, and what helps where it fails."""

    name: str
    place: Place
    hint: str


def _problem(publication: Publication, row: Row) -> Problem:
    table = publication.tables[str(row["table_name"])]
    written = _check_of(publication, table, row)
    stated_at = _stated_at(row)
    scope = f" ({row['scope']})" if row["scope"] else ""
    verdict = f"{row['column_name']}{scope}: {row['detail']}"
    if written is None:
        place = stated_at or publication.place(table.name)
        message = f"{table.name}: the total of {verdict}"
        return Problem(place, message, DECLARE)
    if written.name == "rows":
        message = f"check rows: {row['stated']} rows stated, {row['computed']} found"
        return Problem(written.place, message, written.hint)
    name = written.name if stated_at is None else f"{written.name} ({written.place})"
    message = f"check {name}: {verdict}"
    return Problem(stated_at or written.place, message, written.hint)


def _check_of(publication: Publication, table: Table, row: Row) -> _Written | None:
    """The check that a row of `reconciliation` is the outcome of; None for a total as it stands."""
    if row["id"] == verdict_id(table.name, "rows") and table.rows is not None:
        return _Written("rows", _line_of(publication.place(table.name, "rows")), COUNT_ROWS)
    for index, check in enumerate(table.checks):
        if _is_outcome_of(table, check, row):
            place = publication.place(table.name, "checks", index)
            return _Written(check.name, _line_of(place), _hint(check, row))
    return None


def _is_outcome_of(table: Table, check: Rule, row: Row) -> bool:
    """Whether a row of `reconciliation` is an outcome of a check, by what it is called.

    The outcome of a stated total is called after the total, of which a check may speak.
    """
    called = str(row["id"])
    own = verdict_id(table.name, check.name)
    if called == own or called.startswith(f"{own}-"):
        return True
    is_total = called.startswith(f"{verdict_id(table.name, 'total')}-")
    if not is_total or not isinstance(check, TotalCheck):
        return False
    scope = scope_text(check.where, check.without)
    return check.total == row["column_name"] and scope == (row["scope"] or "")


def _hint(check: Rule, row: Row) -> str:
    """What helps where a check fails."""
    if isinstance(check, WordsCheck):
        return COUNT_WORDS
    if isinstance(check, RowRule):
        return BROKEN
    if isinstance(check, TotalCheck) and row["kind"] == "rule":
        return NO_SUCH_TOTAL
    if isinstance(check, ExplainedRule) and check.difference:
        return f"'difference' is stated minus computed: {row['difference']}"
    return DECLARE
