"""Which rows of a chart are not like others: not whole, planned, or in doubt.

The author of a chart may say so. Where he does not, the tables do: a footnote that speaks of a
period (`applies_to: {year: 2023}`) says that it is not whole, and an anomaly that gives its rows a
status says that they are in doubt. So a wrong chart does not come from saying less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openbaar.database.periods import Periods, month_name, months_in
from openbaar.database.picture import Kind
from openbaar.tables.model import Anomaly, Footnote, Package, Table
from openbaar.tables.queries import Chart, has_values
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
                return each.month(values, self.month)
        return True


def findings(
    chart: Chart, tables: Sequence[Table], periods: Sequence[Periods], package: Package
) -> list[Finding]:
    """What is known of the rows of a chart of these tables, what its author says first."""
    found = list(_said(chart))
    for table in tables:
        if chart.partial is None:
            found += _not_whole(table, periods, package.languages)
        shared = [each for each in package.anomalies.values() if table.name in each.tables]
        found += _in_doubt([*table.anomalies.values(), *shared], package.languages)
    return found


def _said(chart: Chart) -> Iterator[Finding]:
    if chart.partial is not None:
        yield Finding("partial", chart.partial.rows, chart.partial.text, {})
    if chart.planned is not None:
        yield Finding("planned", chart.planned.rows, chart.planned.text, {})


def _not_whole(
    table: Table, periods: Sequence[Periods], languages: Sequence[str]
) -> Iterator[Finding]:
    """The periods of which a footnote speaks."""
    columns = {column for each in periods for column in each.columns}
    for mark, footnote in table.footnotes.items():
        if not footnote.applies_to or not set(footnote.applies_to) <= columns:
            continue
        months = _months(footnote)
        if months == [LAST_MONTH]:
            continue
        if not months:
            text = {language: mark for language in languages}
            note = {each: f"{mark} {words}" for each, words in footnote.text.items()}
            yield Finding("partial", footnote.applies_to, text, note)
            continue
        text = {language: _months_text(months, language, languages[0]) for language in languages}
        yield Finding("partial", footnote.applies_to, text, {}, months[-1])


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
