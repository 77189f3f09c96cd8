"""Checks: rules that a table must keep.

Each kind is a model of what authors write, and gives its own verdicts. Do the stated totals add up,
do tables agree, does each row keep the rules? A check gives rows of the trust table
`reconciliation`, and none is left out because it holds. To add a kind, write its class and name it
in `Check`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import Discriminator, Field, Tag, model_validator

from openbaar.recipe.records import StatedTotal
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.names import Name
from openbaar.schema.patterns import Pattern
from openbaar.schema.values import Value
from openbaar.tables.verdicts import (
    NOTHING,
    Judgement,
    Outcome,
    Verdict,
    judge,
    scope_text,
    verdict_id,
)
from openbaar.yamlfile import Strict, Texts

Where = dict[str, Any]  # column -> the value, or the values, that its rows have


@dataclass(frozen=True)
class Evidence:
    """What a check may look at: the rows of all tables, stated numbers, rows of anomalies.

    `concerned` holds for each anomaly the values of the rows that it speaks of.
    """

    rows: Mapping[str, Rows]
    stated: StatedTotal | None = None
    concerned: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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
        return [row for row in rows if self._selects(row)]

    def _selects(self, row: Row) -> bool:
        if not matches(row, self.where):
            return False
        return not (self.without and matches(row, self.without))

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
        return Verdict(
            id=verdict_id(table, self.name),
            table=table,
            kind="stated_total",
            scope=scope_text(self.where, self.without),
            column=self.sum,
            compared_with=stated.place.file,
            stated=stated.value,
            computed=computed,
            outcome=judgement.outcome,
            anomaly=self.anomaly,
            detail=judgement.detail,
            place=stated.place,
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
        return self.total == stated.column and _as_texts(self.where) == _as_texts(stated.where)

    def unmet(self, table: str) -> Verdict:
        """The verdict where the document states no such total: the check itself is wrong."""
        return Verdict(
            id=verdict_id(table, self.name),
            table=table,
            kind="rule",
            scope=scope_text(self.where),
            column=self.total,
            stated=NOTHING,
            computed=NOTHING,
            outcome="different",
            detail="the document states no such total of these rows",
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
        outcome: Outcome = "equal"
        if wrong:
            outcome = "different"
        elif explained:
            outcome = "explained"
        verdict = Verdict(
            id=verdict_id(table, self.name),
            table=table,
            kind="rule",
            scope=self.scope(),
            column=self.measured(),
            stated=NOTHING,
            computed=Decimal(len(wrong) + explained),
            outcome=outcome,
            anomaly=self.anomaly if explained else None,
            detail="; ".join(wrong) if wrong else None,
        )
        return [verdict]

    def _explained(self, broken: Broken, evidence: Evidence) -> bool:
        if self.anomaly is None or not self.explainable(broken.row):
            return False
        return matches(broken.row, evidence.concerned.get(self.anomaly, {}))


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


# Each kind by the key that only it has.
KINDS: dict[str, type[Rule]] = {
    "sum": SumCheck,
    "total": TotalCheck,
    "not_before": NotBeforeCheck,
    "consecutive": ConsecutiveCheck,
    "words": WordsCheck,
    "percent": PercentCheck,
}


def _kind_of(given: Any) -> str | None:
    """The tag of the kind that a check is; None where its keys name no kind, or several.

    A tag ends in ], which `yamlfile` leaves out of the path to a key.
    """
    if isinstance(given, Rule):
        given = given.model_dump(exclude_defaults=True)
    if not isinstance(given, dict):
        return None
    kinds = [kind for kind in KINDS if given.get(kind) is not None]
    return f"[{kinds[0]}]" if len(kinds) == 1 else None


Check = Annotated[
    Annotated[SumCheck, Tag("[sum]")]
    | Annotated[TotalCheck, Tag("[total]")]
    | Annotated[NotBeforeCheck, Tag("[not_before]")]
    | Annotated[ConsecutiveCheck, Tag("[consecutive]")]
    | Annotated[WordsCheck, Tag("[words]")]
    | Annotated[PercentCheck, Tag("[percent]")],
    Discriminator(
        _kind_of,
        custom_error_type="check_kind",
        custom_error_message=f"give exactly one of {', '.join(KINDS)}",
    ),
]


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
        computed = sums.of(stated.column, stated.where)
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
    return Verdict(
        id=verdict_id(table, "total", stated.column, *stated.where.values(), line),
        table=table,
        kind="stated_total",
        scope=scope_text(stated.where),
        column=stated.column,
        compared_with=stated.place.file,
        stated=stated.value,
        computed=computed,
        outcome=judgement.outcome,
        anomaly=declared[0].explanation(judgement) if declared else None,
        detail=judgement.detail,
        place=stated.place,
    )


class _Sums:
    """The sums of a table's columns over rows that have certain values.

    Each way of grouping is added up once.
    """

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.known: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Decimal]] = {}

    def of(self, column: str, where: Mapping[str, object]) -> Decimal:
        """The sum of `column` over the rows that have the values of `where`."""
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


def _half_of_last_digit(printed: Decimal) -> Decimal:
    """How far a rounded number may be from the exact one: 10.2 stands for 10.15 to 10.25."""
    exponent = int(printed.as_tuple().exponent)
    return Decimal(5).scaleb(exponent - 1)


def matches(row: Row, where: Mapping[str, object]) -> bool:
    """Whether a row has the values of `where`, each a value or a list of those that it may have."""
    for name, wanted in where.items():
        options = wanted if isinstance(wanted, list | tuple) else [wanted]
        if str(row[name]) not in {str(option) for option in options}:
            return False
    return True


def _as_texts(where: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in where.items()}


def _sums_by(rows: Rows, by: Sequence[str], column: str) -> dict[tuple[Value, ...], Decimal]:
    """The sum of a column for each group of rows that have the same values in the columns `by`."""
    sums: dict[tuple[Value, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in by)] += number(row[column])
    return sums


def sum_of(rows: Rows, column: str) -> Decimal:
    """The sum of a column; a missing value adds nothing."""
    return sum((number(row[column]) for row in rows), NOTHING)


def number(value: Value) -> Decimal:
    """The value as a number; a missing one, or a text, adds nothing."""
    if value is None or isinstance(value, str):
        return NOTHING
    return Decimal(value)
