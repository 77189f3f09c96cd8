"""Periods along an axis: which columns hold them, their order, their length and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from openbaar.database.shown.results import Meaning
from openbaar.schema.conventions import is_school_year
from openbaar.schema.model import SchemaField
from openbaar.texts import day_in_words, locale_of

FIRST_YEAR, LAST_YEAR = 1500, 2200  # whole numbers between them may be years
PARTS = {4: "quarter", 12: "month"}  # of a year, by how many there are
Values = Mapping[str, Any]
PeriodKind = Literal["year", "school year", "quarter", "month", "range", "date", "nested"]
_MONTH = re.compile(r"\d{4}-\d{2}")
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
    """Columns that hold a period together, and how they do.

    A `range` has its first and its last year in two columns; `nested` is a year and something else.
    A `school year` begins in one year and ends in the next: `2022-2023`, `2022/23`. A `quarter` or
    a `month` is in a column of its own beside its year, or together with it in one.
    """

    columns: tuple[str, ...]
    kind: PeriodKind

    def period(self, values: Values) -> Period:
        """The period of a row."""
        found = self._numbers(values)
        if self.kind == "range":
            return Period(tuple(found), found[0], found[1] - found[0] + 1)
        if self.kind in ("year", "school year"):
            return Period(tuple(found), found[0])
        for count, part in PARTS.items():
            if self.kind == part:
                return Period(tuple(found), count * found[0] + found[1] - 1)
        return Period(tuple(found), None)

    def month(self, values: Values, month: int) -> bool:
        """Whether a month of its year, from 1, is in the period of a row."""
        if self.kind == "quarter":
            return bool(self._numbers(values)[1] == (month + 2) // 3)
        if self.kind == "month":
            return bool(self._numbers(values)[1] == month)
        return True

    def label(self, values: Values, language: str) -> str:
        """The name of a period, without the year that stands below several of them."""
        found = self._numbers(values)
        if self.kind == "quarter":
            return quarter_name(found[1], language)
        if self.kind == "month":
            return month_name(found[1], language, "abbreviated")
        if self.kind == "range" and found[0] != found[1]:
            return f"{found[0]}–{found[1]}"
        printed = str(values[self.columns[0]])
        return (
            day_in_words(printed, language, "medium") if self.kind == "date" else None
        ) or printed

    def group(self, values: Values) -> str:
        """The year below several periods; an empty text where there is none."""
        if self.kind in ("quarter", "month", "nested"):
            return str(self._numbers(values)[0])
        return ""

    def _numbers(self, values: Values) -> list[Any]:
        """The values of a row, where one text holds a month, or two years, as numbers."""
        found = [values[column] for column in self.columns]
        if self.kind == "school year":
            return [int(found[0][:4])]
        if self.kind == "month" and len(found) == 1:
            return [int(part) for part in found[0].split("-")]
        if self.kind == "quarter" and len(found) == 1:
            return list(_quarter_in(found[0]) or ())
        return found


def periods_of(
    columns: Sequence[str], meanings: Mapping[str, Meaning], rows: Sequence[Values]
) -> Periods | None:
    """How these columns hold periods; None where they do not, or a row has none."""
    if not rows or any(values[column] is None for values, column in product(rows, columns)):
        return None
    kind = _kind(columns, meanings, rows)
    return None if kind is None else Periods(tuple(columns), kind)


def _kind(
    columns: Sequence[str], meanings: Mapping[str, Meaning], rows: Sequence[Values]
) -> PeriodKind | None:
    """What these columns hold together: texts in one, or a year, perhaps with something beside."""
    meaning = meanings[columns[0]]
    values = [row[columns[0]] for row in rows]
    if len(columns) == 1:
        alone = _kind_of_texts(meaning, values)
        return "year" if alone is None and is_year(meaning, values) else alone
    if len(columns) > 2 or not is_year(meaning, values):
        return None
    beside = [row[columns[1]] for row in rows]
    return _kind_beside_year(values, meanings[columns[1]], beside)


def _kind_beside_year(years: Sequence[Any], meaning: Meaning, beside: Sequence[Any]) -> PeriodKind:
    """What a year and the values of another column are together."""
    if not is_year(meaning, beside):
        return _part_of_year(meaning, beside)
    is_range = all(first <= last for first, last in zip(years, beside, strict=True))
    return "range" if is_range else "nested"


def _kind_of_texts(meaning: Meaning, texts: Sequence[Any]) -> PeriodKind | None:
    """What the texts of one column are; None where they are no periods."""
    may_be_period = _type(meaning) in ("date", "yearmonth", "string", None)
    if not may_be_period or not all(isinstance(text, str) for text in texts):
        return None
    if _type(meaning) == "yearmonth" and all(map(_MONTH.fullmatch, texts)):
        return "month"
    if _type(meaning) in ("date", "yearmonth"):
        return "date"
    if all(map(is_school_year, texts)):
        return "school year"
    return "quarter" if all(map(_quarter_in, texts)) else None


def _quarter_in(text: str) -> tuple[int, int] | None:
    """The year and the quarter in a text such as `2023 K1`; None where it is something else."""
    found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    return int(found["year"]), int(found["short"] or found["long"])


def _part_of_year(meaning: Meaning, values: Sequence[Any]) -> PeriodKind:
    """Quarter or month where the column is limited to 1 to 4 or 12, else just something nested."""
    if not isinstance(meaning, SchemaField) or not all(isinstance(v, int) for v in values):
        return "nested"
    limits = (meaning.constraints.minimum, meaning.constraints.maximum)
    if limits == (1, 4):
        return "quarter"
    if limits == (1, 12):
        return "month"
    return "nested"


def is_year(meaning: Meaning, values: Sequence[Any]) -> bool:
    """Whether a column holds years: by its type, or by its values where nothing tells its type."""
    if not all(isinstance(value, int) for value in values):
        return False
    if isinstance(meaning, SchemaField):
        return meaning.type == "year"
    in_range = all(FIRST_YEAR <= value <= LAST_YEAR for value in values)
    return in_range and meaning.unit is None


def _type(meaning: Meaning) -> str | None:
    return meaning.type if isinstance(meaning, SchemaField) else None


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
