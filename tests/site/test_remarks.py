"""What a reader should know of a table, from the trust tables of a publication made by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from datasette.app import Datasette

from openbaar.site.pages.remarks import concerns, conditions, footnotes, warnings
from openbaar.site.published import Published
from openbaar.site.requests import language
from openbaar.site.requests.language import Visit
from served import Built, published_of, shown


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """Make pages in a language until the block ends."""
    token = language._visit.set(Visit(spoken, first_language="nl"))
    try:
        yield
    finally:
        language._visit.reset(token)


@pytest.fixture
def datasette(small: Built) -> Datasette:
    """The site of the hand-made publication."""
    return shown(small)


@pytest.fixture
def published(small: Built) -> Published:
    """What it knows of it."""
    return published_of(small)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ('{"year": "2023", "quarter": "1"}', True),
        ('{"year": "2023"}', True),
        ('{"year": "2022"}', False),
        ('{"colour": "red"}', False),
        ('{"name": "red, or blue"}', True),
        ("", False),
        (None, False),
    ],
)
def test_a_remark_is_about_the_rows_that_it_names(rows: str | None, expected: bool) -> None:
    row = {"year": 2023, "quarter": 1, "name": "red, or blue"}
    assert concerns(rows, row) is expected


def test_conditions_are_a_json_object_or_nothing() -> None:
    assert conditions('{"a": "1, 2", "b": "x = y"}') == {"a": "1, 2", "b": "x = y"}
    assert (conditions(""), conditions(None)) == ({}, {})
    with pytest.raises(ValueError, match="Expecting value"):
        conditions("a = 1")


@pytest.mark.parametrize(
    ("spoken", "text"),
    [
        ("nl", "De fusie van december 2024 staat bij 2025."),
        ("en", "The merger of December 2024 stands with 2025."),
    ],
)
def test_a_remark_is_shown_in_the_language_of_the_page(
    datasette: Datasette, published: Published, spoken: str, text: str
) -> None:
    with speaking(spoken):
        [warning] = asyncio.run(warnings(datasette, published, "mergers"))
    assert (warning.text, warning.lang) == (text, None)
    assert warning.tables == ["mergers", "municipalities"]


@pytest.mark.parametrize(("languages", "lang"), [(["fr", "nl", "en"], "en"), (["nl", "en"], "nl")])
def test_a_remark_that_is_not_given_in_the_language_of_the_page_says_its_own(
    datasette: Datasette, published: Published, languages: list[str], lang: str
) -> None:
    """The first language of the publication comes first, then English."""
    descriptor = {**published.descriptor, "languages": languages}
    with speaking("de"):
        shown_with = replace(published, descriptor=descriptor)
        [warning] = asyncio.run(warnings(datasette, shown_with, "mergers"))
    assert warning.lang == lang


def test_a_footnote_has_its_mark_and_its_place(datasette: Datasette, published: Published) -> None:
    with speaking("en"):
        [footnote] = asyncio.run(footnotes(datasette, published, "municipalities"))
    assert (footnote.mark, footnote.rows) == ("(*)", None)
    assert footnote.place is not None
    assert (footnote.place.text, footnote.place.address) == (
        "line 8",
        "/source/municipalities.txt#L8",
    )


def test_the_rows_of_a_remark_are_named_in_words(
    datasette: Datasette, published: Published
) -> None:
    with speaking("en"):
        [warning] = asyncio.run(warnings(datasette, published, "mergers"))
        [of_all] = asyncio.run(warnings(datasette, published))
    assert (warning.rows, of_all.rows) == ("Number: 20", None)
