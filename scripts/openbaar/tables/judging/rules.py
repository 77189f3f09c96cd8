"""What all kinds of check share: the rows that one looks at, and what may explain a difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Self

from pydantic import Field, model_validator

from openbaar.models import Strict
from openbaar.recipe.records import StatedTotal
from openbaar.recipe.row_keys import Where
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.names import Name
from openbaar.schema.values import Value
from openbaar.tables.judging.verdicts import (
    NOTHING,
    Judgement,
    Verdict,
    judge,
    verdict_id,
)


@dataclass(frozen=True)
class Evidence:
    """What a check may look at: the rows of all tables, stated numbers, rows of anomalies.

    `concerned` holds for each anomaly the values of the rows that it speaks of.
    """

    rows: Mapping[str, Rows]
    stated: StatedTotal | None = None
    concerned: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Rule(Strict):
    """What all kinds of check have: a name, and the rows that they look at."""

    name: Name
    where: Where = {}
    without: Where = {}

    # The keys of this kind that name columns, and those of them whose columns must hold numbers.
    columns: ClassVar[tuple[str, ...]] = ()
    numeric: ClassVar[tuple[str, ...]] = ()

    def selected(self, rows: Rows) -> list[Row]:
        """The rows that the check looks at."""
        return selected(rows, self.where, self.without)

    def named_columns(self) -> list[str]:
        """The columns of its table that the check names."""
        return [*_named(self, self.columns), *self.where, *self.without]

    def numeric_columns(self) -> list[str]:
        """Those of them that must hold numbers."""
        return _named(self, self.numeric)

    def named_anomaly(self) -> str | None:
        """The anomaly that explains what does not hold, where the check names one."""
        return None

    def verdicts(self, table: str, evidence: Evidence) -> list[Verdict]:
        """The verdicts of the check on `table`."""
        raise NotImplementedError


def _named(rule: Rule, keys: Sequence[str]) -> list[str]:
    """The column names that these keys of a check hold: one, or several."""
    names: list[str] = []
    for key in keys:
        value = getattr(rule, key)
        names += [value] if isinstance(value, str) else value
    return names


class ExplainedRule(Rule):
    """A check whose difference may be known, and explained by an anomaly."""

    difference: Decimal = Field(
        NOTHING, description="the difference, stated minus computed, that is known"
    )
    within: Decimal = Field(
        NOTHING, ge=0, description="the largest difference that rounding explains"
    )
    anomaly: Name | None = Field(None, description="the anomaly that explains what does not hold")

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.difference and not self.anomaly:
            raise ValueError("a known 'difference' needs the 'anomaly' that explains it")
        if self.difference and self.within:
            raise ValueError("give 'difference' or 'within', not both")
        return self

    def named_anomaly(self) -> str | None:
        """The anomaly that explains what does not hold."""
        return self.anomaly

    def explanation(self, judgement: Judgement) -> str | None:
        """The anomaly, where it explains what was found."""
        return self.anomaly if judgement.outcome == "explained" else None


def selected(rows: Rows, where: Mapping[str, object], without: Mapping[str, object]) -> list[Row]:
    """The rows with the values of `where`, but for those with all values of `without`, if any."""
    found = [row for row in rows if matches(row, where)]
    if not without:
        return found
    return [row for row in found if not matches(row, without)]


def matches(row: Row, where: Mapping[str, object]) -> bool:
    """Whether a row has the values of `where`, each a value or a list of those that it may have."""
    for name, wanted in where.items():
        options = wanted if isinstance(wanted, list | tuple) else [wanted]
        if str(row[name]) not in {str(option) for option in options}:
            return False
    return True


def sum_of(rows: Rows, column: str) -> Decimal:
    """The sum of a column; a missing value adds nothing."""
    return sum((number(row[column]) for row in rows), NOTHING)


def number(value: Value) -> Decimal:
    """The value as a number; a missing one, or a text, adds nothing."""
    if value is None or isinstance(value, str):
        return NOTHING
    return Decimal(value)


def count_verdict(table: str, name: str, column: str, stated: int, counted: int) -> Verdict:
    """Compare how many rows or words a person said there are with how many were read."""
    judgement = judge(Decimal(stated), Decimal(counted))
    return Verdict(
        id=verdict_id(table, name),
        table=table,
        kind="rule",
        column=column,
        stated=Decimal(stated),
        computed=Decimal(counted),
        outcome=judgement.outcome,
        detail=judgement.detail,
    )
