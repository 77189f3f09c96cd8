"""Checks: do the stated totals add up, do tables agree, does each row keep the rules?

Each check gives rows of the trust table `reconciliation`; none is left out because it holds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openbaar.errors import Place
from openbaar.schema.csvfile import Value
from openbaar.tables.model import Anomaly, Check

Row = Mapping[str, Value]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Stated:
    """A total that a document states: of which column, over which rows, how much, and where."""

    column: str
    where: Mapping[str, Value]
    value: Decimal
    place: Place


@dataclass(frozen=True)
class Verdict:
    """The outcome of one comparison, as it becomes a row of `reconciliation`."""

    id: str
    table_name: str
    kind: str
    scope: str
    column_name: str
    compared_with: str | None
    stated: Decimal
    computed: Decimal
    verdict: str
    anomaly: str | None = None
    detail: str | None = None
    place: Place | None = None

    def row(self) -> dict[str, Value]:
        """The row of `reconciliation`."""
        place = self.place
        return {
            "id": self.id,
            "table_name": self.table_name,
            "kind": self.kind,
            "scope": self.scope or None,
            "column_name": self.column_name,
            "compared_with": self.compared_with,
            "stated": self.stated,
            "computed": self.computed,
            "difference": self.stated - self.computed,
            "verdict": self.verdict,
            "anomaly": self.anomaly,
            "detail": self.detail,
            "document": place.file if place else None,
            "page": place.page if place else None,
            "first_line": place.first_line if place else None,
            "last_line": (place.last_line or place.first_line) if place else None,
        }


def stated_totals(
    table: str, rows: Rows, totals: Sequence[Stated], checks: Iterable[Check]
) -> list[Verdict]:
    """Compare each total that the document states of `table` with the sum of the rows it speaks of.

    A check that declares a total to differ where none is stated is a verdict too, because it says what is not so.
    """
    sums = _Sums(rows)
    known = [check for check in checks if check.kind == "total"]
    verdicts = []
    used = set()
    for stated in totals:
        check = next(
            (
                each
                for each in known
                if each.total == stated.column and _same(each.where, stated.where)
            ),
            None,
        )
        used.add(check.name if check else "")
        computed = sums.of(stated.column, stated.where)
        verdict, detail = _judge(stated.value, computed, check.difference if check else Decimal(0))
        line = stated.place.cell or f"line{stated.place.first_line}"
        verdicts.append(
            Verdict(
                _id(table, "total", stated.column, *stated.where.values(), line), table, "stated_total",
                _scope(stated.where), stated.column, stated.place.file, stated.value, computed, verdict,
                check.anomaly if check and verdict == "explained" else None, detail, stated.place,
            )
        )  # fmt: skip
    for check in known:
        if check.name not in used:
            detail = "the document states no such total of these rows"
            verdicts.append(
                Verdict(_id(table, check.name), table, "rule", _scope(check.where), check.total or "", None,
                        Decimal(0), Decimal(0), "different", detail=detail)
            )  # fmt: skip
    return verdicts


class _Sums:
    """The sums of a table's columns over rows that have certain values, each way of parting the rows made once."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.made: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], Decimal]] = {}

    def of(self, column: str, where: Mapping[str, object]) -> Decimal:
        """The sum of `column` over the rows that have the values of `where`."""
        names = tuple(where)
        if (column, names) not in self.made:
            sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
            for row in self.rows:
                sums[tuple(str(row[name]) for name in names)] += _number(row[column])
            self.made[column, names] = sums
        return self.made[column, names].get(
            tuple(str(value) for value in where.values()), Decimal(0)
        )


def reconcile(
    table: str,
    check: Check,
    tables: Mapping[str, Rows],
    stated: Stated | None,
    anomalies: Mapping[str, Anomaly],
) -> list[Verdict]:
    """The verdicts of one check of `table`; `stated` is the number that the document's line gives, if it names one."""
    rows = _select(tables[table], check.where, check.without)
    if check.kind == "sum":
        return (
            _stated_sum(table, check, rows, stated)
            if stated
            else _identity(table, check, rows, tables)
        )
    if check.kind == "not_before":
        return [_not_before(table, check, rows, anomalies.get(check.anomaly or ""))]
    if check.kind == "consecutive":
        return [_consecutive(table, check, rows)]
    if check.kind == "percent":
        return [_percent(table, check, rows)]
    if check.kind == "words":
        words = sum(len(str(row[check.words or ""] or "").split()) for row in rows)
        return [count_verdict(table, check.name, check.words or "", check.count or 0, words)]
    return []


def count_verdict(table: str, name: str, column: str, stated: int, counted: int) -> Verdict:
    """Compare how many rows or words a person said there are with how many were read."""
    verdict, detail = _judge(Decimal(stated), Decimal(counted))
    return Verdict(_id(table, name), table, "rule", "", column, None, Decimal(stated), Decimal(counted), verdict,
                   detail=detail)  # fmt: skip


def _stated_sum(table: str, check: Check, rows: Rows, stated: Stated) -> list[Verdict]:
    column = check.sum or ""
    computed = _sum(rows, column)
    verdict, detail = _judge(stated.value, computed, check.difference)
    return [
        Verdict(
            _id(table, check.name), table, "stated_total", _scope(check.where, check.without), column,
            stated.place.file, stated.value, computed, verdict, check.anomaly, detail, stated.place,
        )
    ]  # fmt: skip


def _identity(table: str, check: Check, rows: Rows, tables: Mapping[str, Rows]) -> list[Verdict]:
    """Compare sums for each value of `by` that either table has, so that a lost group shows too."""
    compared = check.equals
    if compared is None or compared.table is None:
        return []
    column = check.sum or ""
    mine = _sums(rows, check.by, column)
    theirs = _sums(
        _select(tables[compared.table], compared.where, {}), check.by, compared.sum or column
    )
    verdicts = []
    for key in sorted(mine.keys() | theirs.keys(), key=str):
        stated, computed = theirs.get(key, Decimal(0)), mine.get(key, Decimal(0))
        verdict, detail = _judge(stated, computed, check.difference)
        if (key in mine) != (key in theirs):
            verdict, detail = "different", f"only {table if key in mine else compared.table} has it"
        where = dict(zip(check.by, key, strict=True))
        verdicts.append(
            Verdict(
                _id(table, check.name, *key), table, "identity", _scope({**check.where, **where}, check.without),
                column, compared.table, stated, computed, verdict,
                check.anomaly if verdict == "explained" else None, detail,
            )
        )  # fmt: skip
    return verdicts


def _not_before(table: str, check: Check, rows: Rows, anomaly: Anomaly | None) -> Verdict:
    """No value where `then` lies before `first`, and no `cannot_exist` anywhere else."""
    first, then = check.not_before or ("", "")
    column = check.value or ""
    wrong = []
    explained = 0
    for row in rows:
        before = _number(row[then]) < _number(row[first])
        impossible = row.get("status") == "cannot_exist"
        if before == impossible and (row[column] is None or not before):
            continue
        if anomaly is not None and before and _matches(row, anomaly.rows):
            explained += 1
            continue
        wrong.append(
            f"line {row.get('source_lines')}: {first} {row[first]} but {then} {row[then]}, {column} {row[column]}"
        )
    if anomaly is not None and not explained:
        wrong.append(f"the anomaly '{check.anomaly}' has gone")
    verdict = "different" if wrong else "explained" if explained else "equal"
    return Verdict(
        _id(table, check.name), table, "rule", f"{then} >= {first}", column, None,
        Decimal(0), Decimal(len(wrong) + explained), verdict,
        check.anomaly if explained else None, "; ".join(wrong) or None,
    )  # fmt: skip


def _consecutive(table: str, check: Check, rows: Rows) -> Verdict:
    """The column counts on by one from row to row, within each value of `by`; a value may stand on several rows."""
    column = check.consecutive or ""
    last: dict[tuple[Value, ...], Decimal] = {}
    wrong = []
    for row in rows:
        key = tuple(row[name] for name in check.by)
        value = _number(row[column])
        if key in last and value not in (last[key], last[key] + 1):
            wrong.append(
                f"line {row.get('source_lines')}: {column} {row[column]} follows {last[key]}"
            )
        last[key] = value
    verdict = "different" if wrong else "equal"
    return Verdict(_id(table, check.name), table, "rule", _scope({}), column, None, Decimal(0), Decimal(len(wrong)),
                   verdict, detail="; ".join(wrong) or None)  # fmt: skip


def _percent(table: str, check: Check, rows: Rows) -> Verdict:
    """The column is one number in percent of another, as far as it is printed: half of its last digit is let pass."""
    column = check.percent or ""
    part, whole = check.of or ("", "")
    wrong = []
    for row in rows:
        printed, divisor = row[column], _number(row[whole])
        if not isinstance(printed, int | Decimal) or not divisor:
            continue
        exponent = Decimal(printed).as_tuple().exponent
        tolerance = Decimal(5).scaleb(int(exponent) - 1)
        exact = 100 * _number(row[part]) / divisor
        if abs(exact - printed) > tolerance:
            wrong.append(
                f"line {row.get('source_lines')}: {column} {printed}, but {part}/{whole} is {exact:.4f}%"
            )
    verdict = "different" if wrong else "equal"
    return Verdict(_id(table, check.name), table, "rule", "", column, None, Decimal(0), Decimal(len(wrong)), verdict,
                   detail="; ".join(wrong) or None)  # fmt: skip


def _judge(
    stated: Decimal, computed: Decimal, known: Decimal = Decimal(0)
) -> tuple[str, str | None]:
    difference = stated - computed
    if known and difference != known:
        return "different", f"the known difference is {known}, found {difference}"
    if known:
        return "explained", None
    return (
        ("equal", None)
        if difference == 0
        else ("different", f"{stated} stated, {computed} computed")
    )


def _select(rows: Rows, where: Mapping[str, object], without: Mapping[str, object]) -> Rows:
    return [
        row for row in rows if _matches(row, where) and not (without and _matches(row, without))
    ]


def _matches(row: Row, where: Mapping[str, object]) -> bool:
    for name, wanted in where.items():
        options = wanted if isinstance(wanted, list | tuple) else [wanted]
        if str(row[name]) not in {str(option) for option in options}:
            return False
    return True


def _same(left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    return {key: str(value) for key, value in left.items()} == {
        key: str(value) for key, value in right.items()
    }


def _sums(rows: Rows, by: Sequence[str], column: str) -> dict[tuple[Value, ...], Decimal]:
    sums: dict[tuple[Value, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in by)] += _number(row[column])
    return sums


def _sum(rows: Rows, column: str) -> Decimal:
    return sum((_number(row[column]) for row in rows), Decimal(0))


def _number(value: Value) -> Decimal:
    """The value as a number; a missing one adds nothing."""
    return Decimal(0) if value is None or isinstance(value, str) else Decimal(value)


def _scope(where: Mapping[str, object], without: Mapping[str, object] | None = None) -> str:
    parts = [f"{name} = {_listed(value)}" for name, value in where.items()]
    parts += (
        ["not (" + ", ".join(f"{name} = {_listed(value)}" for name, value in without.items()) + ")"]
        if without
        else []
    )
    return ", ".join(parts)


def _listed(value: object) -> str:
    return "/".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)


def _id(*parts: object) -> str:
    """An identifier of letters, digits, _ and -, which an address shows as it is."""
    return "-".join(
        re.sub("[^A-Za-z0-9_]+", "_", str(part)).strip("_") for part in parts if part is not None
    )
