"""What is to be drawn of a chart in one language: categories, colours and marks with their words.

Where nothing honest can be drawn there is no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openbaar.database.charts.categories import Categories
from openbaar.database.charts.chart_words import ChartWords
from openbaar.database.charts.content import ChartContent, ChartRow, Key
from openbaar.database.charts.order import Order
from openbaar.database.charts.row_kinds import Finding
from openbaar.database.drawing.picture import Category, Kind, Mark, Picture, Series
from openbaar.tables.authored.queries import has_values
from openbaar.texts import catalogue

LONG_LIST = 15  # categories; of more the first `TOP` are shown, the others can be unfolded
TOP = 10
MOST_NAMED = 12  # categories without a figure that are named


def picture(content: ChartContent, language: str, first_language: str) -> Picture | None:
    """What is to be drawn of a chart in one language; None where nothing honest can be drawn.

    That is so where no row has a figure, where there are more colours than one can tell apart, and
    where periods differ in length and nothing says how the figures count them.
    """
    if not content.drawn:
        return None
    order = Order(content)
    if order.palette is None or (order.has_lengths and content.chart.of_period is None):
        return None
    words = ChartWords(content, language, catalogue(language, first_language))
    return _Drawn(content, order, words, Categories(content, order, words)).picture()


@dataclass
class _Drawn:
    """A chart in one language: its colours, its marks, and the words around them."""

    content: ChartContent
    order: Order
    words: ChartWords
    categories: Categories

    def picture(self) -> Picture:
        """What is to be drawn."""
        categories, places = self.categories.placed()
        marks = self._marks(places)
        fold = self._fold(len(categories))
        return Picture(
            form=self.order.form,
            title=self.words.localized(self.content.title),
            subtitle=self._subtitle(fold, len(categories)),
            categories=categories,
            series=self._series(),
            marks=marks,
            tick_text=self.words.tick,
            legend=self.words.title_of(self.content.chart.color),
            keys=self._keys(),
            notes=self._notes(),
            source=self.words.localized(self.content.source),
            told=self._told(categories, marks),
            fold=fold,
        )

    def _series(self) -> list[Series]:
        """The colours with their names; where all marks are of one kind, the name says it too."""
        column = self.content.chart.color
        series: list[Series] = []
        for value, color in zip(self.order.colors, self.order.palette or [], strict=True):
            label = "" if column is None else self.words.label(column, value)
            finding = self._common_finding(value)
            if finding is not None:
                label = f"{label} ({self.words.localized(finding.text)})"
            series.append(Series(label, color))
        return series

    def _common_finding(self, color: Any) -> Finding | None:
        """What sets all marks of one colour apart from those of others."""
        if len(self.order.colors) < 2:
            return None
        rows = self.content.drawn
        own = {self.content.finding(row) for row in rows if self.content.color_of(row) == color}
        everywhere = {self.content.finding(row) for row in rows}
        if len(own) != 1 or own == everywhere:
            return None
        return own.pop()

    def _keys(self) -> dict[Kind, str]:
        """What the kinds of marks mean: `2023: to May`, `planned`."""
        told: dict[Kind, list[str]] = {}
        for row in self.content.drawn:
            finding = self.content.finding(row)
            if finding is None or self._common_finding(self.content.color_of(row)) == finding:
                continue
            text = self.words.localized(finding.text)
            if finding.kind == "partial" and self.content.periods is not None:
                text = f"{self.categories.full_label(self.content.category_of(row))}: {text}"
            texts = told.setdefault(finding.kind, [])
            if text not in texts:
                texts.append(text)
        return {kind: ", ".join(texts) for kind, texts in told.items()}

    def _marks(self, places: Mapping[Key, int]) -> list[Mark]:
        marks: list[Mark] = []
        for row in self.content.rows:
            key, color = self.content.category_of(row), self.content.color_of(row)
            if key in places and color in self.order.colors:
                marks.append(self._mark(row, places[key], self.order.colors.index(color)))
        return marks

    def _mark(self, row: ChartRow, category: int, series: int) -> Mark:
        value = row.values[self.content.measured]
        finding = self.content.finding(row)
        highlight = self.content.chart.highlight
        return Mark(
            key=row.key,
            category=category,
            series=series,
            value=None if value is None else self._drawn_value(row, value),
            label="" if value is None else self._figure(row, value),
            kind="normal" if finding is None else finding.kind,
            muted=bool(highlight) and not has_values(row.values, highlight),
        )

    def _drawn_value(self, row: ChartRow, value: float) -> float:
        """The height of a mark; the total of a longer period is as high as one of its years."""
        if self.content.chart.of_period == "total":
            return value / self.categories.length_of(row)
        return value

    def _figure(self, row: ChartRow, value: float) -> str:
        """A figure in words, with the years that it is of where they differ."""
        text = self.words.number(value)
        length = self.categories.length_of(row)
        if length == 1 or self.content.chart.of_period != "total":
            return text
        message = self.words.catalogue.ngettext(
            "%(figure)s in %(count)s year", "%(figure)s in %(count)s years", length
        )
        return str(message) % {"figure": text, "count": length}

    def _fold(self, categories: int) -> int | None:
        """How many categories of a long list are shown at first; None for all.

        Where some figures are above and others below zero, both ends tell something.
        """
        if self.order.form != "bars" or categories <= LONG_LIST:
            return None
        values = [row.values[self.content.measured] for row in self.content.drawn]
        return TOP if min(values) >= 0 else None

    def _subtitle(self, fold: int | None, categories: int) -> str:
        """What was chosen, what is measured in which unit, and what is left out."""
        parts = [self.words.localized(self.content.about), self.words.measure()]
        if self.order.has_lengths and self.content.chart.of_period == "total":
            parts.append(
                self.words.gettext("drawn per year, so that the area of a column is its amount")
            )
        if fold is not None:
            parts.append(
                self.words.gettext("the %(shown)s largest of %(all)s", shown=fold, all=categories)
            )
        parts.append(self.words.localized(self.content.chart.note))
        return " · ".join(filter(None, parts))

    def _notes(self) -> list[str]:
        """The caveats that concern marks, and the categories that have none."""
        notes: list[str] = []
        for finding in self.content.findings:
            text = self.words.localized(finding.note)
            if text and text not in notes and self._is_used(finding):
                notes.append(text)
        missing = self._without_figure()
        if missing:
            notes.append(
                self.words.gettext("Without a figure: %(names)s.", names=", ".join(missing))
            )
        return notes

    def _is_used(self, finding: Finding) -> bool:
        return any(self.content.finding(row) == finding for row in self.content.drawn)

    def _without_figure(self) -> list[str]:
        """The names of categories that have rows but no figure; of periods none are told."""
        if self.content.periods is not None:
            return []
        known = set(self.order.categories)
        all_keys = dict.fromkeys(self.content.category_of(row) for row in self.content.rows)
        missing = [key for key in all_keys if key not in known]
        names = [self.categories.of(key).label for key in missing]
        return names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], "…"]

    def _told(self, categories: Sequence[Category], marks: Iterable[Mark]) -> list[str]:
        """The figures of each category in words."""
        series = self._series()
        told: list[list[str]] = [[] for _ in categories]
        for mark in sorted(marks, key=lambda mark: mark.series):
            parts = [series[mark.series].label, mark.label or self.words.gettext("no figure")]
            if mark.kind == "doubtful":
                doubtful = self.words.gettext("doubtful")
                parts.append(f"({doubtful})")
            told[mark.category].append(" ".join(filter(None, parts)))
        sentences: list[str] = []
        for category, figures in zip(categories, told, strict=True):
            name = " ".join(filter(None, [category.group, category.label]))
            note = f" ({category.note})" if category.note else ""
            sentences.append(f"{name}{note}: {', '.join(figures)}" if figures else "")
        return sentences
