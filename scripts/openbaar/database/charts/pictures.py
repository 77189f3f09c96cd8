"""What is to be drawn of a chart in one language: categories, colours and marks with their words.

Where nothing honest can be drawn there is no picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal
from babel.support import NullTranslations

from openbaar.database.charts.content import ChartContent, ChartRow, Key
from openbaar.database.charts.order import Order
from openbaar.database.charts.row_kinds import Finding
from openbaar.database.drawing.picture import Category, Kind, Mark, Picture, Series
from openbaar.tables.authored.queries import has_values
from openbaar.texts import catalogue, locale_of, localized

LONG_LIST = 15  # categories; of more the first `TOP` are shown, the others can be unfolded
TOP = 10
COMPACT = 1_000_000  # ticks from here on are short: `3 mln.`
MOST_DECIMALS = 3
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
    words = catalogue(language, first_language)
    return _Words(content, order, language, words).picture()


@dataclass
class _Words:
    """A chart in one language."""

    content: ChartContent
    order: Order
    language: str
    words: NullTranslations

    def picture(self) -> Picture:
        categories, places = self._categories()
        marks = self._marks(places)
        fold = self._fold(len(categories))
        return Picture(
            form=self.order.form,
            title=localized(self.content.title or {}, self.language),
            subtitle=self._subtitle(fold, len(categories)),
            categories=categories,
            series=self._series(),
            marks=marks,
            tick_text=self._tick,
            legend=self._title_of(self.content.chart.color),
            keys=self._keys(),
            notes=self._notes(),
            source=localized(self.content.source or {}, self.language),
            told=self._told(categories, marks),
            fold=fold,
        )

    def gettext(self, message: str, **named: Any) -> str:
        """A message in the language of the chart."""
        text = str(self.words.gettext(message))
        return text % named if named else text

    def _title_of(self, column: str | None) -> str:
        return (
            "" if column is None else localized(self.content.columns[column].title, self.language)
        )

    def _label(self, column: str, value: Any) -> str:
        """A value as a reader sees it: a code by its name, an empty one as unknown."""
        if value is None:
            return self.gettext("(empty)")
        text = str(value)
        names = self.content.names.get(column, {})
        return localized(names[text], self.language) if text in names else text

    # Categories and colours

    def _categories(self) -> tuple[list[Category], dict[Key, int]]:
        """The categories, with one that is skipped where periods are missing, and their places."""
        categories: list[Category] = []
        places: dict[Key, int] = {}
        for key in self.order.categories:
            if self.content.periods is not None and places:
                categories += self._skipped(key)
            places[key] = len(categories)
            categories.append(self._category(key))
        return categories, places

    def _skipped(self, key: Key) -> list[Category]:
        """What stands between a period and the one before it, where others are between them."""
        index = self.order.categories.index(key)
        before = self._period(self.order.categories[index - 1])
        period = self._period(key)
        if period.parts is None or before.parts is None:
            return []
        distance = period.parts - before.parts - before.length + 1
        if distance <= self._usual_distance:
            return []
        return [Category("…", length=0.5, skipped=True)]

    @cached_property
    def _usual_distance(self) -> int:
        """The distance of neighbours in time: 1 for each year, 5 for each fifth one."""
        distances: list[int] = []
        keys = self.order.categories
        for first, second in pairwise(keys):
            before, after = self._period(first), self._period(second)
            if before.parts is not None and after.parts is not None:
                distances.append(after.parts - before.parts - before.length + 1)
        return min(distances, default=1)

    def _period(self, key: Key) -> Any:
        periods = self.content.periods
        assert periods is not None  # noqa: S101  asked of periods only
        return periods.period(dict(zip(self.content.category, key, strict=True)))

    def _category(self, key: Key) -> Category:
        values = dict(zip(self.content.category, key, strict=True))
        periods = self.content.periods
        if periods is None:
            parts = [self._label(column, value) for column, value in values.items()]
            return Category(" · ".join(parts))
        label = periods.label(values, self.language)
        if periods.kind == "nested":
            column = self.content.category[1]
            label = self._label(column, values[column])
        return Category(
            label=label,
            group=periods.group(values),
            note=self._note(key),
            length=periods.period(values).length if self.order.has_lengths else 1,
        )

    def _note(self, key: Key) -> str:
        """What all marks of a category have in common that others have not: `to May`."""
        found = {self.content.finding(row) for row in self._rows_of(key)}
        if len(found) != 1:
            return ""
        (finding,) = found
        return "" if finding is None else localized(finding.text, self.language)

    def _rows_of(self, key: Key) -> list[ChartRow]:
        return [row for row in self.content.drawn if self.content.category_of(row) == key]

    def _series(self) -> list[Series]:
        """The colours with their names; where all marks are of one kind, the name says it too."""
        column = self.content.chart.color
        series: list[Series] = []
        for value, color in zip(self.order.colors, self.order.palette or [], strict=True):
            label = "" if column is None else self._label(column, value)
            finding = self._common_finding(value)
            if finding is not None:
                label = f"{label} ({localized(finding.text, self.language)})"
            series.append(Series(label, color))
        return series

    def _common_finding(self, color: Any) -> Finding | None:
        """What sets all marks of one colour apart from those of others."""
        if len(self.order.colors) < 2:
            return None
        mine = {
            self.content.finding(row)
            for row in self.content.drawn
            if self.content.color_of(row) == color
        }
        return next(iter(mine)) if len(mine) == 1 and not self._is_everywhere(mine) else None

    def _is_everywhere(self, found: set[Finding | None]) -> bool:
        return found == {self.content.finding(row) for row in self.content.drawn}

    def _keys(self) -> dict[Kind, str]:
        """What the kinds of marks mean: `2023: to May`, `planned`."""
        told: dict[Kind, list[str]] = {}
        for row in self.content.drawn:
            finding = self.content.finding(row)
            if finding is None or self._common_finding(self.content.color_of(row)) == finding:
                continue
            text = localized(finding.text, self.language)
            if finding.kind == "partial" and self.content.periods is not None:
                text = f"{self._full_label(self.content.category_of(row))}: {text}"
            texts = told.setdefault(finding.kind, [])
            if text not in texts:
                texts.append(text)
        return {kind: ", ".join(texts) for kind, texts in told.items()}

    def _full_label(self, key: Key) -> str:
        category = self._category(key)
        return f"{category.group} {category.label}".strip()

    # Marks

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

    def _length(self, row: ChartRow) -> int:
        """The years of the period of a row; 1 where all are as long, or none are periods."""
        if not self.order.has_lengths:
            return 1
        return int(self._period(self.content.category_of(row)).length)

    def _drawn_value(self, row: ChartRow, value: float) -> float:
        """The height of a mark; the total of a longer period is as high as one of its years."""
        if self.content.chart.of_period == "total":
            return value / self._length(row)
        return value

    def _figure(self, row: ChartRow, value: float) -> str:
        """A figure in words, with the years that it is of where they differ."""
        text = self._number(value)
        length = self._length(row)
        if length == 1 or self.content.chart.of_period != "total":
            return text
        message = self.words.ngettext(
            "%(figure)s in %(count)s year", "%(figure)s in %(count)s years", length
        )
        return str(message) % {"figure": text, "count": length}

    @cached_property
    def _decimals(self) -> int:
        """How many decimals the figures have: as many as the one that has most."""
        most = 0
        for row in self.content.drawn:
            exponent = (
                Decimal(str(row.values[self.content.measured])).normalize().as_tuple().exponent
            )
            most = max(most, -int(exponent))
        return min(most, MOST_DECIMALS)

    def _number(self, value: float) -> str:
        form = "#,##0" + ("." + "0" * self._decimals if self._decimals else "")
        return format_decimal(value, format=form, locale=locale_of(self.language))

    def _tick(self, value: float) -> str:
        """A tick of the axis, in short where it is long."""
        locale = locale_of(self.language)
        if abs(value) >= COMPACT:
            return format_compact_decimal(
                value, format_type="short", locale=locale, fraction_digits=2
            )
        return format_decimal(value, locale=locale)

    # Words around the marks

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
        parts = [localized(self.content.about or {}, self.language), self._measure()]
        if self.order.has_lengths and self.content.chart.of_period == "total":
            parts.append(self.gettext("drawn per year, so that the area of a column is its amount"))
        if fold is not None:
            parts.append(
                self.gettext("the %(shown)s largest of %(all)s", shown=fold, all=categories)
            )
        parts.append(localized(self.content.chart.note, self.language))
        return " · ".join(filter(None, parts))

    def _measure(self) -> str:
        """The title of the column that is measured, with its unit: `Number (municipalities)`."""
        meaning = self.content.columns[self.content.measured]
        title = localized(meaning.title, self.language)
        unit = "" if meaning.unit is None else localized(meaning.unit, self.language)
        if unit and unit.lower() not in title.lower():
            return f"{title} ({unit})"
        is_said = title == localized(self.content.title or {}, self.language)
        return "" if is_said else title

    def _notes(self) -> list[str]:
        """The caveats that concern marks, and the categories that have none."""
        notes: list[str] = []
        for finding in self.content.findings:
            text = localized(finding.note, self.language)
            if text and text not in notes and self._is_used(finding):
                notes.append(text)
        missing = self._without_figure()
        if missing:
            notes.append(self.gettext("Without a figure: %(names)s.", names=", ".join(missing)))
        return notes

    def _is_used(self, finding: Finding) -> bool:
        return any(self.content.finding(row) == finding for row in self.content.drawn)

    def _without_figure(self) -> list[str]:
        """The names of categories that have rows but no figure; of periods none are told."""
        if self.content.periods is not None:
            return []
        known = set(self.order.categories)
        missing = [self.content.category_of(row) for row in self.content.rows]
        names = [self._category(key).label for key in dict.fromkeys(missing) if key not in known]
        return names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], "…"]

    def _told(self, categories: Sequence[Category], marks: Iterable[Mark]) -> list[str]:
        """The figures of each category in words."""
        series = self._series()
        told: list[list[str]] = [[] for _ in categories]
        for mark in sorted(marks, key=lambda mark: mark.series):
            parts = [series[mark.series].label, mark.label or self.gettext("no figure")]
            if mark.kind == "doubtful":
                doubtful = self.gettext("doubtful")
                parts.append(f"({doubtful})")
            told[mark.category].append(" ".join(filter(None, parts)))
        sentences: list[str] = []
        for category, figures in zip(categories, told, strict=True):
            name = " ".join(filter(None, [category.group, category.label]))
            note = f" ({category.note})" if category.note else ""
            sentences.append(f"{name}{note}: {', '.join(figures)}" if figures else "")
        return sentences
