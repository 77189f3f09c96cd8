"""Checks of sums: they equal another table's, or a number that the document states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from openbaar.models import Strict, Texts
from openbaar.recipe.records import StatedTotal
from openbaar.recipe.row_keys import Where
from openbaar.schema.csvfile import Rows
from openbaar.schema.names import Name
from openbaar.schema.patterns import Pattern
from openbaar.schema.values import Value
from openbaar.tables.judging.rules import (
    Evidence,
    ExplainedRule,
    Rule,
    matches,
    number,
    selected,
    sum_of,
)
from openbaar.tables.judging.verdicts import (
    NOTHING,
    Judgement,
    Verdict,
    judge,
    scope_text,
    verdict_id,
)


class Compared(Strict):
    """What a sum is compared with: a sum in another table, or a number in the document."""

    table: Name | None = None
    sum: Name | None = None
    where: Where = {}
    line: Pattern | None = Field(
        None, description="a line with one group around the number it states"
    )
    scale: int = Field(1, description="what that number is multiplied by")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.table is None) == (self.line is None):
            raise ValueError("give either 'table' or 'line'")
        return self


class SumCheck(ExplainedRule):
    """The sum of a column, for each value of `by`, equals another table's or a stated number."""

    sum: Name
    equals: Compared
    by: Texts = ()
    columns = ("sum", "by")
    numeric = ("sum",)

    def verdicts(self, table: str, evidence: Evidence) -> list[Verdict]:
        """One verdict for a stated number.

        For another table one for each group that either of them has.
        """
        rows = self.selected(evidence.rows[table])
        if evidence.stated is not None:
            return [self._against_line(table, rows, evidence.stated)]
        return list(self._against_table(table, rows, evidence.rows))

    def _against_line(self, table: str, rows: Rows, stated: StatedTotal) -> Verdict:
        computed = sum_of(rows, self.sum)
        judgement = judge(stated.value, computed, self.difference, self.within)
        return _verdict_on(
            stated,
            computed,
            judgement,
            id=verdict_id(table, self.name),
            table=table,
            scope=scope_text(self.where, self.without),
            anomaly=self.anomaly,
        )

    def _against_table(
        self, table: str, rows: Rows, tables: Mapping[str, Rows]
    ) -> Iterator[Verdict]:
        other = str(self.equals.table)
        others = [row for row in tables[other] if matches(row, self.equals.where)]
        mine = _sums_by(rows, self.by, self.sum)
        theirs = _sums_by(others, self.by, self.equals.sum or self.sum)
        for group in sorted(mine.keys() | theirs.keys(), key=str):
            stated = theirs.get(group, NOTHING)
            computed = mine.get(group, NOTHING)
            judgement = judge(stated, computed, self.difference, self.within)
            if group not in mine:
                judgement = Judgement("different", f"only {other} has it")
            elif group not in theirs:
                judgement = Judgement("different", f"only {table} has it")
            where = dict(zip(self.by, group, strict=True))
            yield Verdict(
                id=verdict_id(table, self.name, *group),
                table=table,
                kind="identity",
                scope=scope_text({**self.where, **where}, self.without),
                column=self.sum,
                compared_with=other,
                stated=stated,
                computed=computed,
                outcome=judgement.outcome,
                anomaly=self.explanation(judgement),
                detail=judgement.detail,
            )


def _sums_by(rows: Rows, by: Sequence[str], column: str) -> dict[tuple[Value, ...], Decimal]:
    """The sum of a column for each group of rows that have the same values in the columns `by`."""
    sums: dict[tuple[Value, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in by)] += number(row[column])
    return sums


class TotalCheck(ExplainedRule):
    """A total that the document states of a column is known to differ from its rows."""

    total: Name
    columns = ("total",)
    numeric = ("total",)

    def named_columns(self) -> list[str]:
        """The column of the total.

        What it is a total over may be a label that is no column of the table.
        """
        return [self.total, *self.without]

    def verdicts(self, table: str, evidence: Evidence) -> list[Verdict]:
        """None of its own: `stated_totals` uses these checks to judge what the document states."""
        return []

    def speaks_of(self, stated: StatedTotal) -> bool:
        """Whether this is the total that is known to differ."""
        is_same_where = _as_texts(self.where) == _as_texts(stated.where)
        is_same_without = _as_texts(self.without) == _as_texts(stated.without)
        return self.total == stated.column and is_same_where and is_same_without

    def unmet(self, table: str) -> Verdict:
        """The verdict where the document states no such total: the check itself is wrong."""
        return Verdict(
            id=verdict_id(table, self.name),
            table=table,
            kind="rule",
            scope=scope_text(self.where, self.without),
            column=self.total,
            stated=NOTHING,
            computed=NOTHING,
            outcome="different",
            detail="the document states no such total of these rows",
        )


def _as_texts(where: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in where.items()}


def stated_totals(
    table: str, rows: Rows, totals: Sequence[StatedTotal], checks: Sequence[Rule]
) -> list[Verdict]:
    """Compare each total that the document states of `table` with the sum of the rows it speaks of.

    A check that declares a total to differ where none is stated gives a verdict too.
    """
    sums = _Sums(rows)
    unmet = [check for check in checks if isinstance(check, TotalCheck)]
    verdicts = []
    for stated in totals:
        declared = [check for check in unmet if check.speaks_of(stated)]
        computed = sums.of(stated.column, stated.where, stated.without)
        verdicts.append(_total_verdict(table, stated, computed, declared))
        unmet = [check for check in unmet if check not in declared]
    return verdicts + [check.unmet(table) for check in unmet]


def _total_verdict(
    table: str, stated: StatedTotal, computed: Decimal, declared: Sequence[TotalCheck]
) -> Verdict:
    """The verdict on one stated total; `declared` are the checks that say how it differs."""
    known = declared[0].difference if declared else NOTHING
    within = declared[0].within if declared else NOTHING
    judgement = judge(stated.value, computed, known, within)
    line = stated.place.cell or f"line{stated.place.first_line}"
    return _verdict_on(
        stated,
        computed,
        judgement,
        id=verdict_id(table, "total", stated.column, *_single(stated.where), line),
        table=table,
        scope=scope_text(stated.where, stated.without),
        anomaly=declared[0].explanation(judgement) if declared else None,
    )


def _verdict_on(
    stated: StatedTotal,
    computed: Decimal,
    judgement: Judgement,
    *,
    id: str,
    table: str,
    scope: str,
    anomaly: str | None,
) -> Verdict:
    """The verdict on a number that the document states, and what was computed of its column."""
    return Verdict(
        id=id,
        table=table,
        kind="stated_total",
        scope=scope,
        column=stated.column,
        compared_with=stated.place.file,
        stated=stated.value,
        computed=computed,
        outcome=judgement.outcome,
        anomaly=anomaly,
        detail=judgement.detail,
        place=stated.place,
    )


def _single(where: Where) -> list[object]:
    """The values that are one for their column, which identifiers may hold."""
    return [value for value in where.values() if not isinstance(value, list | tuple)]


class _Sums:
    """The sums of a table's columns over rows that have certain values.

    Each way of grouping is added up once.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.known: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Decimal]] = {}

    def of(self, column: str, where: Where, without: Where) -> Decimal:
        """The sum of `column` over the rows with the values of `where`, and not of `without`."""
        if without or len(_single(where)) < len(where):
            return sum_of(selected(self.rows, where, without), column)
        names = tuple(where)
        if (column, names) not in self.known:
            self.known[column, names] = self._added_up(column, names)
        values = tuple(str(value) for value in where.values())
        return self.known[column, names].get(values, NOTHING)

    def _added_up(self, column: str, names: Sequence[str]) -> dict[tuple[str, ...], Decimal]:
        sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
        for row in self.rows:
            sums[tuple(str(row[name]) for name in names)] += number(row[column])
        return sums
