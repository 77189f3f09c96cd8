"""Number formats: how a document prints numbers, said by an example."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, model_validator

from openbaar.models import Strict

Thousands = Literal[".", ",", " ", "'", "’", ""]
Decimal = Literal[".", ",", ""]
Minus = Literal["-", "−", "–"]
SIGNS = "+-−–"  # that may stand before a number
MINUSES = str.maketrans(dict.fromkeys("−–", "-"))
_SIGN = re.compile(r"\D")
_SIGNED = re.compile(r"(?P<minus>[-−–])(?P<space> ?)(?P<number>.*)")
_EXAMPLES = "'1.234.567,89', '1,234,567', '1 234 567,8' or '1234'"


class NumberFormat(Strict):
    """How a document prints numbers: which sign parts thousands, which one begins the decimals.

    A number must fit this whole: groups of exactly three digits behind each thousands sign,
    and at least one digit behind the decimal sign. So `38.0` is no number where `.` parts
    thousands, and `1234` is none where a thousands sign is due.

    A sign may stand before it: `+`, `-` and `−` may always, an en dash only where `minus` is one.

    `is_sign_apart` says that a space may stand behind the sign, as in `- 42`, and
    `is_nought_left_out` that a number below one may begin with its decimal sign, as in `.2`.
    """

    thousands: Thousands = ""
    decimal: Decimal = ""
    minus: Minus = "-"
    is_sign_apart: bool = False
    is_nought_left_out: bool = False

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError(f"'{self.decimal}' cannot separate both thousands and decimals")
        return self

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What a number looks like: groups of three digits, then digits behind the decimal sign."""
        whole = "(?:0|[1-9][0-9]*)"
        if self.thousands:
            thousands = re.escape(self.thousands)
            whole = rf"(?:0|[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})*)"
        decimals = rf"{re.escape(self.decimal)}[0-9]+" if self.decimal else ""
        number = f"{whole}(?:{decimals})?"
        if self.is_nought_left_out:
            number = f"(?:{number}|{decimals})"
        space = " ?" if self.is_sign_apart else ""
        return re.compile(f"(?:[-+−{self.minus}]{space})?{number}")

    @property
    def example(self) -> str:
        """A number in this format, from which it can be read again."""
        whole = self.thousands.join(("1", "234", "567")) if self.thousands else "1234"
        number = f"{whole}{self.decimal}5" if self.decimal else whole
        if self.is_nought_left_out:
            number = f"{self.decimal}5"
        if self.is_sign_apart:
            return f"{self.minus} {number}"
        return number if self.minus == "-" else f"{self.minus}{number}"


def format_of(example: str) -> NumberFormat:
    """The format in which an example is printed.

    before: "1.234.567,89"
    after: thousands ".", decimal ","

    Raises ValueError where it is no number, or could be one in two formats: `1.234` is either
    a number over a thousand, or one with three decimals.
    """
    signed = _SIGNED.fullmatch(example)
    number = example if signed is None else signed["number"]
    signs = _SIGN.findall(number)
    thousands, decimal = _roles(signs, number)
    numbers = {"thousands": thousands, "decimal": decimal, "is_nought_left_out": False}
    if signed is not None:
        numbers |= {"minus": signed["minus"], "is_sign_apart": bool(signed["space"])}
    if decimal and number.startswith(decimal):
        numbers["is_nought_left_out"] = True
    known = thousands in get_args(Thousands) and decimal in get_args(Decimal)
    if known and NumberFormat.model_validate(numbers).pattern.fullmatch(example):
        return NumberFormat.model_validate(numbers)
    raise ValueError(f"'{example}' should be a number as printed, such as {_EXAMPLES}")


def _roles(signs: list[str], example: str) -> tuple[str, str]:
    """Which of the signs in an example parts thousands, and which begins the decimals."""
    if not signs:
        return "", ""
    if len(signs) > 1 and signs[-1] == signs[0]:
        return signs[0], ""
    if len(signs) > 1:
        return signs[0], signs[-1]
    (sign,) = signs
    if sign not in get_args(Decimal):
        return sign, ""
    if re.fullmatch(r"[1-9]\d{0,2}\D\d{3}", example):
        raise ValueError(
            f"'{example}' could have thousands or decimals; "
            f"write a larger number, such as {_EXAMPLES}"
        )
    return "", sign


def _by_example(value: Any) -> Any:
    """An example as its format; a format that code made stays one."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        if isinstance(value, NumberFormat):
            return value
        raise ValueError(f"should be a number as printed, in quotes, such as {_EXAMPLES}")
    return format_of(str(value))


NumbersByExample = Annotated[
    NumberFormat,
    BeforeValidator(_by_example),
    PlainSerializer(lambda numbers: numbers.example),
    WithJsonSchema({"type": "string"}),
]
