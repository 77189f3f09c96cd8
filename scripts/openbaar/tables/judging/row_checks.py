"""Checks of rows: each keeps a rule, or an anomaly explains those that break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import Field

from openbaar.models import Texts
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.names import Name
from openbaar.schema.values import Value
from openbaar.tables.judging.rules import Evidence, Rule, count_verdict, matches, number
from openbaar.tables.judging.verdicts import (
    NOTHING,
    Outcome,
    Verdict,
    verdict_id,
)


@dataclass(frozen=True)
class Broken:
    """A row that breaks a rule, and how."""

    row: Row
    how: str


class RowRule(Rule):
    """A rule that each row keeps or breaks; an anomaly may explain the rows that it concerns."""

    anomaly: Name | None = Field(None, description="the anomaly that explains rows that break it")

    def named_anomaly(self) -> str | None:
        """The anomaly that explains rows that break the rule."""
        return self.anomaly

    def broken_by(self, rows: Rows) -> list[Broken]:
        """The rows that break the rule, in order."""
        raise NotImplementedError

    def measured(self) -> str:
        """The column that the rule is about."""
        raise NotImplementedError

    def scope(self) -> str:
        """The rule in a few words, where the column does not say it."""
        return ""

    def explainable(self, _row: Row) -> bool:
        """Whether an anomaly can explain that a row breaks the rule."""
        return True

    def verdicts(self, table: str, evidence: Evidence) -> list[Verdict]:
        """One verdict: how many rows break the rule, and whether an anomaly explains them all."""
        broken = self.broken_by(self.selected(evidence.rows[table]))
        unexplained = [each for each in broken if not self._explained(each, evidence)]
        explained = len(broken) - len(unexplained)
        wrong = [f"line {each.row.get('source_lines')}: {each.how}" for each in unexplained]
        if self.anomaly is not None and not explained:
            wrong.append(f"the anomaly '{self.anomaly}' has gone")
        verdict = Verdict(
            id=verdict_id(table, self.name),
            table=table,
            kind="rule",
            scope=self.scope(),
            column=self.measured(),
            stated=NOTHING,
            computed=Decimal(len(wrong) + explained),
            outcome=_outcome(wrong, explained),
            anomaly=self.anomaly if explained else None,
            detail="; ".join(wrong) if wrong else None,
        )
        return [verdict]

    def _explained(self, broken: Broken, evidence: Evidence) -> bool:
        if self.anomaly is None or not self.explainable(broken.row):
            return False
        return matches(broken.row, evidence.concerned.get(self.anomaly, {}))


def _outcome(wrong: Sequence[str], explained: int) -> Outcome:
    """What a rule comes to: whether anything is wrong, and whether anomalies explain anything."""
    if wrong:
        return "different"
    return "explained" if explained else "equal"


class NotBeforeCheck(RowRule):
    """There is no `value` where the second column is before the first.

    The status `cannot_exist` is at these rows and nowhere else.
    """

    not_before: tuple[Name, Name]
    value: Name
    columns = ("not_before", "value")
    numeric = ("not_before",)

    def measured(self) -> str:
        """The column that is empty where it cannot have a value."""
        return self.value

    def scope(self) -> str:
        """Which column is not before which."""
        first, then = self.not_before
        return f"{then} >= {first}"

    def broken_by(self, rows: Rows) -> list[Broken]:
        """Rows with a value that cannot be, or with the status `cannot_exist` where it can."""
        first, then = self.not_before
        broken = []
        for row in rows:
            early = self.explainable(row)
            impossible = row.get("status") == "cannot_exist"
            has_value = row[self.value] is not None
            if early != impossible or (early and has_value):
                how = f"{first} {row[first]} but {then} {row[then]}"
                broken.append(Broken(row, f"{how}, {self.value} {row[self.value]}"))
        return broken

    def explainable(self, row: Row) -> bool:
        """Only that something is before what it should follow; a status that is wrong is wrong."""
        first, then = self.not_before
        return number(row[then]) < number(row[first])


class ConsecutiveCheck(RowRule):
    """A column counts on by one from row to row, for each value of `by`.

    A value may come on several rows.
    """

    consecutive: Name
    by: Texts = ()
    columns = ("consecutive", "by")
    numeric = ("consecutive",)

    def measured(self) -> str:
        """The column that counts on."""
        return self.consecutive

    def broken_by(self, rows: Rows) -> list[Broken]:
        """Rows that do not follow the one before."""
        last: dict[tuple[Value, ...], Decimal] = {}
        broken = []
        for row in rows:
            group = tuple(row[name] for name in self.by)
            value = number(row[self.consecutive])
            before = last.get(group, value)
            if value not in (before, before + 1):
                shown = row[self.consecutive]
                broken.append(Broken(row, f"{self.consecutive} {shown} follows {before}"))
            last[group] = value
        return broken


class PercentCheck(RowRule):
    """A column is the first column of `of` in percent of the second, to the printed precision."""

    percent: Name
    of: tuple[Name, Name]
    within: Decimal = Field(
        NOTHING, ge=0, description="the largest difference that rounding or truncation explains"
    )
    columns = ("percent", "of")
    numeric = ("percent", "of")

    def measured(self) -> str:
        """The column of percentages."""
        return self.percent

    def broken_by(self, rows: Rows) -> list[Broken]:
        """Rows that state another share; those without a share, or of nothing, state none."""
        part, whole = self.of
        broken = []
        for row in rows:
            stated = row[self.percent]
            divisor = number(row[whole])
            if not isinstance(stated, int | Decimal) or not divisor:
                continue
            exact = 100 * number(row[part]) / divisor
            largest = max(self.within, _half_of_last_digit(Decimal(stated)))
            if abs(exact - stated) > largest:
                how = f"{self.percent} {stated}, but {part}/{whole} is {exact:.4f}%"
                broken.append(Broken(row, how))
        return broken


def _half_of_last_digit(printed: Decimal) -> Decimal:
    """How far a rounded number may be from the exact one: 10.2 stands for 10.15 to 10.25."""
    exponent = int(printed.as_tuple().exponent)
    return Decimal(5).scaleb(exponent - 1)


class WordsCheck(Rule):
    """A column of text holds `count` words in all."""

    words: Name
    count: int
    columns = ("words",)

    def verdicts(self, table: str, evidence: Evidence) -> list[Verdict]:
        """One verdict: the words that were counted."""
        counted = 0
        for row in self.selected(evidence.rows[table]):
            text = row[self.words]
            if text is not None:
                counted += len(str(text).split())
        return [count_verdict(table, self.name, self.words, self.count, counted)]
