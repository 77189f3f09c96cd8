"""What the values of a column are, as far as a page lays its table out by them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

LONG = 60  # characters: a longer text gets a column of some width
LONG_WORD = re.compile(r"[^\s-]{24}")  # as wide as half of a telephone
DIGITS_OF_YEAR = 4
YEARS = re.compile(r"\d{4} ?[-–/] ?\d{2,4}")


def has_long_texts(values: Sequence[Any]) -> bool:
    """Whether a value is a text that fills lines."""
    return any(isinstance(value, str) and len(value) > LONG for value in values)


def may_be_names(values: Sequence[Any]) -> bool:
    """Whether numbers may be years or codes: of a few digits, as many in each of them."""
    numbers = [value for value in values if value is not None]
    if any(number != int(number) for number in numbers):
        return False
    lengths = {len(str(int(number))) for number in numbers}
    if len(numbers) == 1:
        return lengths == {DIGITS_OF_YEAR}
    return len(lengths) == 1 and min(lengths) >= DIGITS_OF_YEAR


def has_long_words(values: Sequence[Any]) -> bool:
    """Whether a value has a word as wide as half of a telephone, such as a code."""
    texts = (value for value in values if isinstance(value, str))
    return any(LONG_WORD.search(text) for text in texts)


def are_years(values: Sequence[Any]) -> bool:
    """Whether all texts are a year and another one, such as `2022–23`, and not all are blank."""
    texts = [value for value in values if value not in (None, "")]
    return bool(texts) and all(YEARS.fullmatch(str(text)) for text in texts)


def are_numbers(values: Sequence[Any]) -> bool:
    """Whether all values are numbers, and not all are blank."""
    filled = [value for value in values if value is not None]
    return bool(filled) and all(isinstance(value, int | float) for value in filled)


def decimals_of(values: Sequence[Any]) -> int:
    """How many digits behind the point the figures of a column need."""
    needed = 0
    for value in values:
        if isinstance(value, float) and isfinite(value):
            exponent = Decimal(repr(value)).normalize().as_tuple().exponent
            needed = max(needed, -int(exponent))
    return needed
