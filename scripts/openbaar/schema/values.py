"""The value of a CSV cell: its type, and whether it fits the column.

The types are those of Table Schema (https://datapackage.org/standard/table-schema/#field-types),
each in one form: `01`, `1e5` and `+1` are not numbers here. What `value_text` writes, `parse_value`
reads as the same value.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from openbaar.limits import most
from openbaar.schema.model import Constraints, SchemaField
from openbaar.schema.patterns import compiled

Value = str | int | Decimal | bool | None
INT64 = 2**63
MAX_DIGITS = most("number_digits")
# Our own cap on a cell: that of the csv module holds for the whole process, and frictionless
# raises it.
MAX_CELL = most("cell_characters")
WHOLE = re.compile("-?(0|[1-9][0-9]{0,18})")
YEAR = re.compile("[1-9][0-9]{3}")  # 0099 would be written as 99
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
YEAR_MONTH = re.compile("[1-9][0-9]{3}-(0[1-9]|1[0-2])")
DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Characters that change how a text reads without being seen: control characters, bidirectional
# marks (https://www.unicode.org/reports/tr9/) and zero-width characters.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def parse_value(field: SchemaField, text: str) -> Value:
    """The typed value of a CSV cell, None when it is empty.

    Raises ValueError that says what does not fit.
    """
    if text == "":
        if field.constraints.required:
            raise ValueError("is required, but empty")
        return None
    _check_characters(text)
    value = _PARSERS[field.type](text)
    _check_range(field.constraints, value)
    _check_pattern(field.constraints, text)
    _check_enum(field.constraints, value)
    return value


def value_text(value: Value) -> str:
    """The value as a CSV cell: the text that `parse_value` reads as this value.

    >>> value_text(Decimal("1E+2"))
    '100'
    >>> value_text(True)
    'true'
    """
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def hidden_character(text: str) -> str | None:
    """The first character in a text that nobody sees, as `U+202E`; None where there is none."""
    hidden = HIDDEN.search(text)
    return None if hidden is None else f"U+{ord(hidden.group()):04X}"


def _check_characters(text: str) -> None:
    """Raise ValueError for a cell that is too long, or that two readers could read differently."""
    if len(text) > MAX_CELL:
        raise ValueError(f"has {len(text)} characters; at most {MAX_CELL} are read")
    if text.isascii() and text.isprintable():
        return  # as nearly all are, and what is looked for below is neither
    hidden = hidden_character(text)
    if hidden is not None:
        raise ValueError(f"has the hidden character {hidden}; remove it")
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(f"{text!r} is not in Unicode's normal form C; compose its letters")


def _check_range(constraints: Constraints, value: Value) -> None:
    """Raise ValueError for a number below the minimum or above the maximum."""
    if not isinstance(value, int | Decimal):
        return
    if constraints.minimum is not None and value < constraints.minimum:
        raise ValueError(f"{value_text(value)} is below the minimum {constraints.minimum}")
    if constraints.maximum is not None and value > constraints.maximum:
        raise ValueError(f"{value_text(value)} is above the maximum {constraints.maximum}")


def _check_pattern(constraints: Constraints, text: str) -> None:
    """Raise ValueError for a text that is not, as a whole, what the pattern describes."""
    pattern = constraints.pattern
    if pattern is not None and not compiled(pattern).fullmatch(text):
        raise ValueError(f"{text!r} does not match {pattern!r}")


def _check_enum(constraints: Constraints, value: Value) -> None:
    """Raise ValueError for a value that is not among those allowed."""
    allowed = constraints.enum
    if allowed is not None and value not in allowed:
        listed = ", ".join(str(item) for item in allowed)
        raise ValueError(f"{value_text(value)!r} is none of {listed}")


def _integer(text: str) -> int:
    if WHOLE.fullmatch(text):
        value = int(text)
        if -INT64 <= value < INT64:
            return value
    raise ValueError(f"{text!r} is not a whole number of at most 64 bits")


def _year(text: str) -> int:
    if not YEAR.fullmatch(text):
        raise ValueError(f"{text!r} is not a year from 1000 to 9999")
    return int(text)


def _year_month(text: str) -> str:
    """A month of a year stays text, as SQLite stores it."""
    if not YEAR_MONTH.fullmatch(text):
        raise ValueError(f"{text!r} is not a month of a year such as 2023-01")
    return text


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal number")
    digits = re.sub("[^0-9]", "", text).lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"{text!r} has more than {MAX_DIGITS} digits; a database would round it")
    return Decimal(text)


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def _date(text: str) -> str:
    # `fromisoformat` alone reads 20230131 and 2023-W05-2 too
    if not DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date such as 2023-01-31")
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date: {error}") from error
    return text


def _array(text: str) -> str:
    """A JSON array stays text, as SQLite stores it."""
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{text!r} is not a JSON array: {error.msg}") from error
    if not isinstance(items, list):
        raise ValueError(f"{text!r} is not a JSON array")
    return text


_PARSERS: dict[str, Callable[[str], Value]] = {
    "string": str,
    "integer": _integer,
    "year": _year,
    "yearmonth": _year_month,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "array": _array,
}
