"""Number formats: how a document prints numbers, said by an example."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, PlainSerializer, model_validator

from openbaar.yamlfile import Strict

Thousands = Literal[".", ",", " ", "'", "’", ""]
Decimal = Literal[".", ",", ""]
_SIGN = re.compile(r"\D")
_EXAMPLES = "'1.234.567,89', '1,234,567', '1 234 567,8' or '1234'"


class NumberFormat(Strict):
    """How a document prints numbers: which sign parts thousands, which one begins the decimals.

    A number must fit this whole: groups of exactly three digits behind each thousands sign,
    and at least one digit behind the decimal sign. So `38.0` is no number where `.` parts
    thousands, and `1234` is none where a thousands sign is due.
    """

    thousands: Thousands = ""
    decimal: Decimal = ""

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.thousands and self.thousands == self.decimal:
            raise ValueError(f"'{self.decimal}' cannot separate both thousands and decimals")
        return self

    @property
    def example(self) -> str:
        """A number in this format, from which it can be read again."""
        whole = self.thousands.join(("1", "234", "567")) if self.thousands else "1234"
        return f"{whole}{self.decimal}5" if self.decimal else whole


def format_of(example: str) -> NumberFormat:
    """The format in which an example is printed.

    before: "1.234.567,89"
    after: thousands ".", decimal ","

    Raises ValueError where it is no number, or could be one in two formats: `1.234` is either
    a number over a thousand, or one with three decimals.
    """
    signs = _SIGN.findall(example)
    thousands, decimal = _roles(signs, example)
    known = thousands in get_args(Thousands) and decimal in get_args(Decimal)
    if not known or not _fits(example, thousands, decimal):
        raise ValueError(f"'{example}' should be a number as printed, such as {_EXAMPLES}")
    return NumberFormat.model_validate({"thousands": thousands, "decimal": decimal})


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


def _fits(example: str, thousands: str, decimal: str) -> bool:
    return number_pattern(thousands, decimal).fullmatch(example) is not None


@lru_cache(maxsize=32)
def number_pattern(thousands: str, decimal: str) -> re.Pattern[str]:
    """What a number looks like: groups of three digits, then digits behind the decimal sign."""
    whole = "(?:0|[1-9][0-9]*)"
    if thousands:
        whole = rf"(?:0|[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})*)"
    decimals = rf"(?:{re.escape(decimal)}[0-9]+)?" if decimal else ""
    return re.compile(f"-?{whole}{decimals}")


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
]
