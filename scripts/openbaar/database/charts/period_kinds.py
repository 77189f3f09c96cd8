"""Each kind of period: where one is in time, how long it is, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from openbaar.texts import day_in_words, locale_of

Values = Mapping[str, Any]
PeriodKind = Literal["year", "school year", "quarter", "month", "range", "date", "nested"]
# A quarter beside its year in one text: `2023 K1`, `Q1 2023`, `1e kwartaal 2023`.
_WORDS = "kwartaal|quartal|trimestre|quarter"
_QUARTER = rf"(?:[KQT](?P<short>[1-4])|(?P<long>[1-4])(?:\.|\w{{1,3}})? (?:{_WORDS}))"
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[ -]?{_QUARTER}", re.IGNORECASE)
_YEAR_LAST = re.compile(rf"{_QUARTER}[ -]?(?P<year>\d{{4}})", re.IGNORECASE)


@dataclass(frozen=True)
class Period:
    """One period: `order` sorts it, `parts` counts years, quarters or months from the year 0.

    `length` is in those parts. `parts` is None where periods have no even distance.
    """

    order: tuple[Any, ...]
    parts: int | None
    length: int = 1


@dataclass(frozen=True)
class Periods:
    """Columns that hold a period together; each kind of period is a class of its own below."""

    kind: ClassVar[PeriodKind]
    columns: tuple[str, ...]

    def numbers(self, values: Values) -> list[Any]:
        """The values of a row, where one text holds a month, or two years, as numbers."""
        return [values[column] for column in self.columns]

    def period(self, values: Values) -> Period:
        """The period of a row."""
        return Period(tuple(self.numbers(values)), None)

    def has_month(self, values: Values, month: int) -> bool:
        """Whether a month of its year, from 1, is in the period of a row."""
        return True

    def label(self, values: Values, language: str) -> str:
        """The name of a period, without the year that stands below several of them."""
        return str(values[self.columns[0]])

    def group(self, values: Values) -> str:
        """The year below several periods; an empty text where there is none."""
        return ""


class Years(Periods):
    """Years, each in one column."""

    kind: ClassVar[PeriodKind] = "year"

    def period(self, values: Values) -> Period:
        """The period of a row."""
        year = self.numbers(values)[0]
        return Period((year,), year)


class SchoolYears(Years):
    """Years that begin in one year and end in the next: `2022-2023`, `2022/23`."""

    kind: ClassVar[PeriodKind] = "school year"

    def numbers(self, values: Values) -> list[Any]:
        """The year in which the period of a row begins."""
        return [int(values[self.columns[0]][:4])]


class Ranges(Periods):
    """Several years, the first and the last one in two columns."""

    kind: ClassVar[PeriodKind] = "range"

    def period(self, values: Values) -> Period:
        """The period of a row."""
        first, last = self.numbers(values)
        return Period((first, last), first, last - first + 1)

    def label(self, values: Values, language: str) -> str:
        """The years, a single one once."""
        first, last = self.numbers(values)
        return str(first) if first == last else f"{first}–{last}"


class Dates(Periods):
    """Days, or texts in their place."""

    kind: ClassVar[PeriodKind] = "date"

    def label(self, values: Values, language: str) -> str:
        """The day in words, a text as it is."""
        printed = str(values[self.columns[0]])
        return day_in_words(printed, language, "medium") or printed


class Nested(Periods):
    """A year and something else in it."""

    kind: ClassVar[PeriodKind] = "nested"

    def group(self, values: Values) -> str:
        """The year."""
        return str(self.numbers(values)[0])


class PartsOfYears(Nested):
    """Parts of years, in a column of their own beside the year, or together with it in one."""

    per_year: ClassVar[int]

    def numbers(self, values: Values) -> list[Any]:
        """The year of a row, and which of its parts it is of, from 1."""
        if len(self.columns) == 1:
            return self.in_text(values[self.columns[0]])
        return super().numbers(values)

    @staticmethod
    def in_text(text: str) -> list[int]:
        """The year and the part that a text holds; none where it is another text."""
        raise NotImplementedError

    def period(self, values: Values) -> Period:
        """The period of a row."""
        year, part = self.numbers(values)
        return Period((year, part), self.per_year * year + part - 1)


class Quarters(PartsOfYears):
    """Quarters of years."""

    kind: ClassVar[PeriodKind] = "quarter"
    per_year = 4

    @staticmethod
    def in_text(text: str) -> list[int]:
        """The year and the quarter in a text such as `2023 K1`; none where it is another text."""
        found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
        if found is None:
            return []
        return [int(found["year"]), int(found["short"] or found["long"])]

    def has_month(self, values: Values, month: int) -> bool:
        """Whether a month of its year, from 1, is in the quarter of a row."""
        return bool(self.numbers(values)[1] == (month + 2) // 3)

    def label(self, values: Values, language: str) -> str:
        """The name of the quarter."""
        return quarter_name(self.numbers(values)[1], language)


class Months(PartsOfYears):
    """Months of years."""

    kind: ClassVar[PeriodKind] = "month"
    per_year = 12

    @staticmethod
    def in_text(text: str) -> list[int]:
        """The year and the month in a text such as `2023-05`."""
        return [int(part) for part in text.split("-")]

    def has_month(self, values: Values, month: int) -> bool:
        """Whether a month of its year, from 1, is that of a row."""
        return bool(self.numbers(values)[1] == month)

    def label(self, values: Values, language: str) -> str:
        """The name of the month in short."""
        return month_name(self.numbers(values)[1], language, "abbreviated")


def quarter_name(quarter: int, language: str) -> str:
    """A quarter in short, by the Unicode CLDR: `K1` in Dutch.

    Of `format`, not of `stand-alone`, which Babel 2 gives in the language that was asked for first.
    """
    names: Mapping[int, str] = locale_of(language).quarters["format"]["abbreviated"]
    return str(names.get(quarter, quarter))


def month_name(month: int, language: str, width: str = "wide") -> str:
    """A month, by the Unicode CLDR: `mei`."""
    names: Mapping[int, str] = locale_of(language).months["format"][width]
    return str(names.get(month, month))


def months_in(text: str, language: str) -> list[int]:
    """The months that a text names, from 1, in their order there."""
    names: Mapping[int, str] = locale_of(language).months["format"]["wide"]
    words = text.replace(".", " ").replace(",", " ").replace(";", " ").lower().split()
    months = {name.lower(): month for month, name in names.items()}
    return [months[word] for word in words if word in months]
