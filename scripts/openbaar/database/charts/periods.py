"""Periods along an axis: which columns hold them, and of which kind they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from openbaar.database.charts.period_kinds import (
    Dates,
    Months,
    Nested,
    Periods,
    Quarters,
    Ranges,
    SchoolYears,
    Values,
    Years,
)
from openbaar.database.shown.results import Meaning
from openbaar.schema.conventions import DAYS, is_school_year
from openbaar.schema.model import SchemaField

FIRST_YEAR, LAST_YEAR = 1500, 2200  # whole numbers between them may be years
# Parts of a year, by the numbers to which a column of them is limited.
PARTS: Mapping[tuple[Any, Any], type[Periods]] = {(1, 4): Quarters, (1, 12): Months}
_MONTH = re.compile(r"\d{4}-\d{2}")


def periods_of(
    columns: Sequence[str], meanings: Mapping[str, Meaning], rows: Sequence[Values]
) -> Periods | None:
    """How these columns hold periods; None where they do not, or a row has none."""
    if not rows or any(values[column] is None for values, column in product(rows, columns)):
        return None
    kind = _kind(columns, meanings, rows)
    return None if kind is None else kind(tuple(columns))


def _kind(
    columns: Sequence[str], meanings: Mapping[str, Meaning], rows: Sequence[Values]
) -> type[Periods] | None:
    """What these columns hold together: periods in one, or a year and something beside it."""
    meaning = meanings[columns[0]]
    values = [row[columns[0]] for row in rows]
    if len(columns) == 1:
        return Years if is_year(meaning, values) else _kind_of_texts(meaning, values)
    if len(columns) > 2 or not is_year(meaning, values):
        return None
    beside = [row[columns[1]] for row in rows]
    return _kind_beside_year(values, meanings[columns[1]], beside)


def _kind_beside_year(
    years: Sequence[Any], meaning: Meaning, beside: Sequence[Any]
) -> type[Periods]:
    """What a year and the values of another column are together."""
    if not is_year(meaning, beside):
        return _part_of_year(meaning, beside)
    is_range = all(first <= last for first, last in zip(years, beside, strict=True))
    return Ranges if is_range else Nested


def _kind_of_texts(meaning: Meaning, texts: Sequence[Any]) -> type[Periods] | None:
    """What the texts of one column are; None where they are no periods."""
    if not all(isinstance(text, str) for text in texts):
        return None
    column_type = _type(meaning)
    if column_type == "yearmonth" and all(map(_MONTH.fullmatch, texts)):
        return Months
    if column_type in DAYS:
        return Dates
    return _kind_of_words(texts) if column_type in ("string", None) else None


def _kind_of_words(texts: Sequence[str]) -> type[Periods] | None:
    """What texts are of which no type says it; None where they are no periods."""
    if all(map(is_school_year, texts)):
        return SchoolYears
    return Quarters if all(map(Quarters.in_text, texts)) else None


def _part_of_year(meaning: Meaning, values: Sequence[Any]) -> type[Periods]:
    """Quarter or month where the column is limited to 1 to 4 or 12, else just something nested."""
    if not isinstance(meaning, SchemaField) or not all(isinstance(v, int) for v in values):
        return Nested
    limits = (meaning.constraints.minimum, meaning.constraints.maximum)
    return PARTS.get(limits, Nested)


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
