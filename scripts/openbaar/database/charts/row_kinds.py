"""Which rows of a chart are not like others: not whole, planned, or in doubt.

The author of a chart may say so. Where he does not, the tables do: a footnote that speaks of a
period (`applies_to: {year: 2023}`, or its mark at a year) says that it is not whole, and an anomaly
that gives its rows a status says that they are in doubt. So a wrong chart does not come from saying
less.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

from openbaar.database.charts.period_kinds import Periods, Years, month_name, months_in
from openbaar.database.drawing.picture import Kind
from openbaar.tables.authored.model import Anomaly, Footnote, Package, Table
from openbaar.tables.authored.queries import Chart, has_values
from openbaar.tables.judging.trust import row_id
from openbaar.texts import N_, Localized, catalogue

Values = Mapping[str, Any]
LAST_MONTH = 12
TO = N_("to %(month)s")
# Words after which a month is the last one, in the languages of which the toolkit knows them.
UNTIL = {
    "tot",
    "t/m",
    "to",
    "until",
    "through",
    "bis",
    "jusqu'à",
    "jusqu'en",
    "jusqu’à",
    "jusqu’en",
}


@dataclass(frozen=True, eq=False)
class Finding:
    """Rows of one kind: by the values that they have, in words, and with a caveat below the chart.

    `month` is that of their year at whose end the figures stop, where a footnote names one.
    """

    kind: Kind
    rows: Mapping[str, str]
    text: Mapping[str, str]
    note: Mapping[str, str]
    month: int | None = None

    def applies(self, values: Values, periods: Iterable[Periods]) -> bool:
        """Whether a row is of this kind: of the periods of a year only that of the month is."""
        if not has_values(values, self.rows):
            return False
        if self.month is None:
            return True
        for each in periods:
            if each.columns[0] in self.rows and not set(each.columns[1:]) & set(self.rows):
                return each.has_month(values, self.month)
        return True


def findings(
    connection: sqlite3.Connection,
    chart: Chart,
    tables: Sequence[Table],
    periods: Sequence[Periods],
    package: Package,
) -> list[Finding]:
    """What is known of the rows of a chart of these tables, what its author says first."""
    found = list(_said(chart))
    for table in tables:
        if chart.partial is None:
            found += _Footnotes(connection, table, package.languages).findings(periods)
        shared = [each for each in package.anomalies.values() if table.name in each.tables]
        found += _in_doubt([*table.anomalies.values(), *shared], package.languages)
    return found


def not_whole(
    connection: sqlite3.Connection,
    tables: Sequence[Table],
    column: str,
    value: str,
    languages: Sequence[str],
) -> Finding | None:
    """What a footnote says of the one period that a reader chose; None where none speaks of it."""
    for table in tables:
        for finding in _Footnotes(connection, table, languages).findings([Years((column,))]):
            if finding.rows == {column: value}:
                return finding
    return None


def _said(chart: Chart) -> Iterator[Finding]:
    if chart.partial is not None:
        yield Finding("partial", chart.partial.rows, chart.partial.text, {})
    if chart.planned is not None:
        yield Finding("planned", chart.planned.rows, chart.planned.text, {})


@dataclass(frozen=True)
class _Footnotes:
    """The footnotes of a table: a period of which one speaks is not whole."""

    connection: sqlite3.Connection
    table: Table
    languages: Sequence[str]

    def findings(self, periods: Iterable[Periods]) -> Iterator[Finding]:
        """What they say of periods: of the rows that they name, or of those with their mark."""
        columns = list(dict.fromkeys(chain.from_iterable(each.columns for each in periods)))
        for mark, rows in [*self._rows_named(columns), *self._rows_marked(columns)]:
            yield from self._said(mark, rows)

    def _rows_named(self, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The periods in these columns that footnotes name, with their marks."""
        for mark, footnote in self.table.footnotes.items():
            if footnote.applies_to and set(footnote.applies_to) <= set(columns):
                yield mark, footnote.applies_to

    def _rows_marked(self, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """The periods at which the document prints the mark of a footnote that names no rows."""
        own = [name for name in columns if self.table.table_schema.has(name)]
        footnotes = self.table.footnotes.items()
        marks = [mark for mark, footnote in footnotes if not footnote.applies_to]
        for mark, column in product(marks, own):
            for value in self._values_marked(column, mark):
                yield mark, {column: value}

    def _values_marked(self, column: str, mark: str) -> list[str]:
        """The values of a column at which a mark is printed, in the order of the rows."""
        table = self.table
        marked = self.connection.execute(
            "SELECT row_id FROM provenance WHERE table_name = ? AND column_name = ? AND mark = ?",
            (table.name, column, mark),
        )
        keys = {key for (key,) in marked}
        columns = ", ".join([column, *table.table_schema.primaryKey])
        values: dict[str, None] = {}
        for value, *key in self.connection.execute(f"SELECT {columns} FROM {table.name}"):
            if row_id(key) in keys:
                values[str(value)] = None
        return list(values)

    def _said(self, mark: str, rows: Mapping[str, str]) -> Iterator[Finding]:
        """What a footnote says of rows: until which month they count, else its mark and text."""
        footnote = self.table.footnotes[mark]
        months = _months(footnote)
        if months == [LAST_MONTH]:
            return
        if months:
            first = self.languages[0]
            until = {each: _months_text(months, each, first) for each in self.languages}
            yield Finding("partial", rows, until, {}, months[-1])
            return
        note = {language: f"{mark} {words}" for language, words in footnote.text.items()}
        yield Finding("partial", rows, dict.fromkeys(self.languages, mark), note)


def _months(footnote: Footnote) -> list[int]:
    """The months that a footnote names, in the first language in which it names any.

    A single one counts only as the last one (`up to and including May`).
    """
    for language, words in footnote.text.items():
        months = sorted(set(months_in(words, language)))
        if len(months) > 1 or (months and UNTIL & set(words.lower().split())):
            return months
    return []


def _months_text(months: Sequence[int], language: str, first_language: str) -> str:
    """`to May` for one month, `April–May` for several."""
    names = [month_name(month, language) for month in months]
    if len(names) == 1:
        return str(catalogue(language, first_language).gettext(TO)) % {"month": names[0]}
    return f"{names[0]}–{names[-1]}"


def _in_doubt(anomalies: Iterable[Anomaly], languages: Sequence[str]) -> Iterator[Finding]:
    """The rows to which an anomaly gives a status of its own."""
    words = {each: catalogue(each, languages[0]).gettext(N_("doubtful")) for each in languages}
    for anomaly in anomalies:
        if anomaly.status is not None and anomaly.rows:
            yield Finding("doubtful", anomaly.rows, Localized(words), anomaly.text)
