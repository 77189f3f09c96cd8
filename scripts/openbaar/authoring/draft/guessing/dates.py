"""Which ways to print days, and months of a year, fit every cell of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from babel.core import UnknownLocaleError

from openbaar.recipe.values import parse_date

DateType = Literal["date", "yearmonth"]

# As `strptime` has them; years have four digits, as two do not say of which century they are.
FORMS: dict[DateType, Sequence[str]] = {
    "date": (
        "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d",
        "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y",
        "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y",
        "%d %B %Y", "%d. %B %Y", "%d-%B-%Y", "%B %d, %Y", "%B %d %Y",
    ),
    "yearmonth": ("%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%B %Y", "%Y %B"),
}  # fmt: skip
TWO_YEARS = "two years"  # such as 2010-11
_AS_IN_CSV = re.compile(r"\d{4}-\d\d(?:-\d\d)?")


class Dated(NamedTuple):
    """What the cells of a column may be: days or months, printed in a form."""

    type: DateType
    form: str


def ways_to_read(texts: Sequence[str], language: str) -> list[Dated]:
    """Each way in which all texts are days, or all are months; ways that mean the same are one.

    Where there are several, nothing in the texts says whether the day or the month comes first.

    before: "31/12/2020", "01/02/2021"
    after: a date in the form %d/%m/%Y
    """
    found: dict[tuple[str, ...], Dated] = {}
    for dated in _all_ways():
        days = _days(texts, dated.form, language)
        if days:
            found.setdefault(days, dated)
    return list(found.values())


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


def are_as_in_csv(texts: Sequence[str]) -> bool:
    """Whether dates are printed as CSV files have them, so that nothing has to be said of it."""
    return all(_AS_IN_CSV.fullmatch(text) for text in texts)


def may_be_two_years(texts: Sequence[str]) -> bool:
    """Whether months printed as `2010-11` may be years that begin in one and end in the next."""
    return all(_is_two_years(text) for text in texts)


def _is_two_years(text: str) -> bool:
    """Whether the two last digits are those of the year after the one that the first four are."""
    first, last = text[:4], text[-2:]
    return len(text) == 7 and f"{first}{last}".isdigit() and int(last) == (int(first) + 1) % 100
