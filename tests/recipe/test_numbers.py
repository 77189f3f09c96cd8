"""Number formats by example."""

from __future__ import annotations

import pytest

from openbaar.recipe.numbers import NumberFormat, format_of

FORMATS = [
    NumberFormat(thousands=thousands, decimal=decimal)  # type: ignore[arg-type]
    for thousands in (".", ",", " ", "'", "’", "")
    for decimal in (".", ",", "")
    if not thousands or thousands != decimal
]
FORMATS += [
    NumberFormat(thousands=".", decimal=",", is_sign_apart=True),
    NumberFormat(minus="–"),
    NumberFormat(minus="−", is_sign_apart=True),
    NumberFormat(decimal=".", is_nought_left_out=True),
    NumberFormat(decimal=",", is_nought_left_out=True, is_sign_apart=True),
]


@pytest.mark.parametrize("numbers", FORMATS)
def test_a_format_is_read_back_from_its_example(numbers: NumberFormat) -> None:
    assert format_of(numbers.example) == numbers


@pytest.mark.parametrize(
    ("example", "thousands", "decimal"),
    [
        ("1 234", " ", ""),
        ("0,5", "", ","),
        ("12.50", "", "."),
        ("1,234.5", ",", "."),
        ("7", "", ""),
    ],
)
def test_a_short_example_is_enough_where_it_has_one_meaning(
    example: str, thousands: str, decimal: str
) -> None:
    found = format_of(example)
    assert (found.thousands, found.decimal) == (thousands, decimal)


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ("1.234", "could have thousands or decimals"),
        ("1,234", "could have thousands or decimals"),
        ("een", "should be a number as printed"),
        ("1..2", "should be a number as printed"),
        ("12.34.567", "should be a number as printed"),
        ("1.234,5,6", "should be a number as printed"),
        ("", "should be a number as printed"),
    ],
)
def test_an_example_with_two_meanings_or_none_is_refused(example: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        format_of(example)
