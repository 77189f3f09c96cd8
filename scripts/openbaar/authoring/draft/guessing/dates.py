"""Which ways to print days, and months of a year, fit every cell of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from babel.core import UnknownLocaleError

from openbaar.recipe.values import parse_date
from openbaar.schema.conventions import is_school_year

DateType = Literal["date", "yearmonth"]

# As `strptime` has them, with years of four digits.
FORMS: dict[DateType, Sequence[str]] = {
    "date": (
        "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d",
        "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y",
        "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y",
        "%d %B %Y", "%d. %B %Y", "%d-%B-%Y", "%B %d, %Y", "%B %d %Y",
    ),
    "yearmonth": ("%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%B %Y", "%Y %B"),
}  # fmt: skip
SHORT_YEAR = "%y"
SHORT_FORMS = ("%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
TWO_YEARS = "two years"  # such as 2010-11
FEWEST_MONTHS = 3  # one after the other
_FIRST_OF_MONTH = re.compile(r"\d{4}-\d{2}-01")
_SHORT = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}")
_AS_IN_CSV = {"date": re.compile(r"\d{4}-\d\d-\d\d"), "yearmonth": re.compile(r"\d{4}-\d\d")}


class Dated(NamedTuple):
    """What the cells of a column may be: days or months, printed in a form."""

    type: DateType
    form: str


def ways_to_read(texts: Sequence[str], language: str) -> list[Dated]:
    """Each way in which all texts are days, or all are months; ways that mean the same are one.

    Where there are several, nothing in the texts says whether the day or the month comes first, or
    whether `2010-11` is a month or two years.

    before: "31/12/2020", "01/02/2021"
    after: a date in the form %d/%m/%Y
    """
    found: dict[tuple[str, ...], Dated] = {}
    for dated in _all_ways():
        days = _days(texts, dated.form, language)
        if days:
            found.setdefault(days, dated)
    ways = list(found.values())
    if ways and ways[0].type == "yearmonth" and all(map(is_school_year, texts)):
        ways.append(Dated("yearmonth", TWO_YEARS))
    return ways


def forms_with_short_years(texts: Sequence[str], language: str) -> tuple[str, ...]:
    """The forms in which all texts are days, with years of two digits, of an unknown century.

    before: "31/12/20", "01/02/21"
    after: %d/%m/%y
    """
    if not texts or not all(_SHORT.fullmatch(text) for text in texts):
        return ()
    return tuple(form for form in SHORT_FORMS if _days(texts, form, language))


def _all_ways() -> Iterator[Dated]:
    for kind, forms in FORMS.items():
        for form in forms:
            yield Dated(kind, form)


def _days(texts: Sequence[str], form: str, language: str) -> tuple[str, ...]:
    """The days that texts in a form are; none where one of them is not in it."""
    days = []
    for text in texts:
        try:
            days.append(parse_date(text, form, language))
        except (ValueError, UnknownLocaleError):
            return ()
    return tuple(days)


def months_as_days(texts: Sequence[str]) -> Dated | None:
    """How to read the first days of months that follow each other: as a workbook keeps months.

    None where texts are anything else; a single day, or the days on which laws begin, are days.

    before: "2023-01-01", "2023-02-01", "2023-03-01"
    after: a month in the form %Y-%m-01
    """
    if not all(_FIRST_OF_MONTH.fullmatch(text) for text in texts):
        return None
    months = sorted({12 * int(text[:4]) + int(text[5:7]) for text in texts})
    follow = months == list(range(months[0], months[-1] + 1))
    return Dated("yearmonth", "%Y-%m-01") if follow and len(months) >= FEWEST_MONTHS else None


def are_as_in_csv(texts: Sequence[str], kind: DateType) -> bool:
    """Whether dates are printed as CSV files have them, so that nothing has to be said of it."""
    return all(_AS_IN_CSV[kind].fullmatch(text) for text in texts)
