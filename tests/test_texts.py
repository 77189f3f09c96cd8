"""Days and months as readers of each language write them."""

from __future__ import annotations

import pytest

from openbaar.texts import day_in_words, figure_text


@pytest.mark.parametrize(
    ("value", "language", "long", "medium"),
    [
        ("2023-01-09", "nl", "9 januari 2023", "9 jan 2023"),
        ("2023-01-09", "de", "9. Januar 2023", "09.01.2023"),
        ("2023-01-09", "fr", "9 janvier 2023", "9 janv. 2023"),
        ("2023-01-09", "en", "January 9, 2023", "Jan 9, 2023"),
        ("2023-01", "nl", "januari 2023", "jan 2023"),
        ("2023-01", "de", "Januar 2023", "Jan. 2023"),
        ("2023-01", "fr", "janvier 2023", "janv. 2023"),
        ("2023-01", "en", "January 2023", "Jan 2023"),
    ],
)
def test_a_day_and_a_month_are_written_as_the_language_does(
    value: str, language: str, long: str, medium: str
) -> None:
    assert day_in_words(value, language) == long
    assert day_in_words(value, language, "medium") == medium


@pytest.mark.parametrize("value", ["2023", "2023-13", "2023-02-30", "januari 2023", "", "0000-01"])
def test_what_is_no_day_and_no_month_has_no_words(value: str) -> None:
    assert day_in_words(value, "nl") is None


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (1234.5, 0, "1,234"),
        (1234.5, 2, "1,234.50"),
        (1234.5678, None, "1,234.568"),
        (-99999999999999.9, 16, "-99,999,999,999,999.9000000000000000"),
        (1e300, 1, f"1{',000' * 100}.0"),
        (float("inf"), 1, "∞"),
    ],
)
def test_a_figure_is_written_as_the_language_does_however_many_digits_it_has(
    value: float, decimals: int | None, expected: str
) -> None:
    assert figure_text(value, decimals, "en") == expected
