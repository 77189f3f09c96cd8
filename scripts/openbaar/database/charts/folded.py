"""Several columns that count in one unit, as one column of figures told apart by colour.

So a chart of two columns is drawn as one of two values of a column would be. It is what Vega calls
to fold: https://vega.github.io/vega-lite/docs/fold.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openbaar.database.charts.content import ChartContent, ChartRow
from openbaar.database.shown.results import Meaning
from openbaar.tables.authored.queries import ResultColumn
from openbaar.texts import Localized

# What no column of a table or a result that an author describes is called.
COUNTED, FIGURE = "(counted)", "(figure)"


def folded(content: ChartContent) -> ChartContent:
    """The content with a row for each figure of each row, where several columns have figures.

    | year | started | completed |          | year | (counted) | (figure) |
    |------|---------|-----------|    →     |------|-----------|----------|
    | 2021 | 12      | 7         |          | 2021 | started   | 12       |
                                            | 2021 | completed | 7        |

    All of them are of the row that they were in, and are told by the titles of their columns.
    """
    measures = content.measures
    if len(measures) == 1:
        return content
    axis = "x" if content.chart.x == measures else "y"
    counted = _with_figures(content, measures)
    if len(counted) == 1:  # one colour has no legend that names it
        chart = content.chart.model_copy(update={axis: counted})
        return replace(content, chart=chart, measure=counted[0])
    chart = content.chart.model_copy(update={axis: (FIGURE,), "color": COUNTED})
    titles = {name: content.columns[name].title for name in measures}
    return replace(
        content,
        chart=chart,
        columns={**content.columns, **_columns(content.columns[measures[0]])},
        names={**content.names, COUNTED: titles},
        rows=_rows(content, measures),
        measure=FIGURE,
    )


def _with_figures(content: ChartContent, measures: Sequence[str]) -> tuple[str, ...]:
    """The columns that have a figure in some row."""
    counted: list[str] = []
    for name in measures:
        if any(row.values[name] is not None for row in content.rows):
            counted.append(name)
    return tuple(counted)


def _columns(measured: Meaning) -> dict[str, Meaning]:
    """The columns of figures and of what they count; the unit is all that the figures share."""
    unit = measured.unit or Localized()
    return {
        COUNTED: ResultColumn(title=Localized()),
        FIGURE: ResultColumn(title=unit, unit=unit),
    }


def _rows(content: ChartContent, measures: Sequence[str]) -> list[ChartRow]:
    rows: list[ChartRow] = []
    for row in content.rows:
        for name in measures:
            figure = {COUNTED: name, FIGURE: row.values[name]}
            rows.append(ChartRow(row.key, {**row.values, **figure}))
    return rows
