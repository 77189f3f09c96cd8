"""The words of a chart in one language: titles, labels, figures and ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from babel.numbers import format_compact_decimal, format_decimal
from babel.support import NullTranslations

from openbaar.database.charts.content import ChartContent
from openbaar.texts import figure_text, locale_of, localized

COMPACT = 1_000_000  # ticks from here on are short: `3 mln.`
MOST_DECIMALS = 3


@dataclass
class ChartWords:
    """What a chart says in one language, `catalogue` being the messages of the toolkit in it."""

    content: ChartContent
    language: str
    catalogue: NullTranslations

    def gettext(self, message: str, **named: Any) -> str:
        """A message in the language of the chart."""
        text = str(self.catalogue.gettext(message))
        return text % named if named else text

    def localized(self, texts: Mapping[str, str] | None) -> str:
        """A text in the language of the chart; none where there is none."""
        return localized(texts or {}, self.language)

    def title_of(self, column: str | None) -> str:
        """The title of a column."""
        return "" if column is None else self.localized(self.content.columns[column].title)

    def label(self, column: str, value: Any) -> str:
        """A value as a reader sees it: a code by its name, an empty one as unknown."""
        if value is None:
            return self.gettext("(empty)")
        text = str(value)
        names = self.content.names.get(column, {})
        return self.localized(names[text]) if text in names else text

    @cached_property
    def _decimals(self) -> int:
        """How many decimals the figures have: as many as the one that has most."""
        most = 0
        for row in self.content.drawn:
            figure = Decimal(str(row.values[self.content.measured]))
            exponent = figure.normalize().as_tuple().exponent
            most = max(most, -int(exponent))
        return min(most, MOST_DECIMALS)

    def number(self, value: float) -> str:
        """A figure as the language writes it, with as many decimals as all others."""
        return figure_text(value, self._decimals, self.language)

    def tick(self, value: float) -> str:
        """A tick of the axis, in short where it is long."""
        locale = locale_of(self.language)
        if abs(value) >= COMPACT:
            return format_compact_decimal(
                value, format_type="short", locale=locale, fraction_digits=2
            )
        return format_decimal(value, locale=locale)

    def measure(self) -> str:
        """The title of the column that is measured, with its unit: `Number (municipalities)`."""
        meaning = self.content.columns[self.content.measured]
        title = self.localized(meaning.title)
        unit = self.localized(meaning.unit)
        if unit and unit.lower() not in title.lower():
            return f"{title} ({unit})"
        is_said = title == self.localized(self.content.title)
        return "" if is_said else title
