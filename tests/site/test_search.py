"""The search of the site: what it finds, however it is written, and what it says of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openbaar.site.search import match_expression, numbers_asked
from served import Built, shown

VDAB = "/vdab-online-opleidingen"


def found(built: Built, asked: str, language: str = "") -> list[dict[str, Any]]:
    """What the search finds, as it tells programs."""
    path = f"{language}/search.json"
    answer = asyncio.run(shown(built).client.get(path, params={"q": asked}))
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def paths(results: list[dict[str, Any]], kind: str) -> list[str]:
    """The addresses of the results of a kind, without their host."""
    return [
        each["url"].removeprefix("http://localhost") for each in results if each["kind"] == kind
    ]


@pytest.mark.slow
@pytest.mark.parametrize("written", ["50252", "50.252", "50 252", " 50 252 "])
def test_a_figure_is_found_however_it_is_written(vdab: Built, written: str) -> None:
    results = found(vdab, written)
    assert f"{VDAB}/started_by_gender/2022,female" in paths(results, "figure")
    assert "/source/vdab-online-opleidingen.txt#L173" in paths(results, "line")


@pytest.mark.slow
@pytest.mark.parametrize("written", ["horeca", "HORECA", "Horec"])
def test_a_word_is_found_by_its_beginning_in_capitals_or_not(vdab: Built, written: str) -> None:
    results = found(vdab, written)
    assert paths(results, "code") == [f"{VDAB}/sectors/horeca"]
    assert "/source/vdab-online-opleidingen.txt#L518" in paths(results, "line")


@pytest.mark.slow
def test_a_number_of_the_text_is_found_in_its_line(vdab: Built) -> None:
    assert paths(found(vdab, "568.694"), "line") == ["/source/vdab-online-opleidingen.txt#L57"]
    assert paths(found(vdab, "568694"), "line") == ["/source/vdab-online-opleidingen.txt#L57"]


def test_each_language_finds_its_own_words(small: Built) -> None:
    assert paths(found(small, "municipalities"), "table") == []
    english = found(small, "municipalities", language="/en")
    assert "/en/municipalities/municipalities" in paths(english, "table")
    assert "/en/municipalities/per_year" in paths(english, "question")


def test_words_that_never_stand_together_are_found_one_by_one(small: Built) -> None:
    assert paths(found(small, "gemeenten zzz"), "table") != []
    assert found(small, "zzz") == []


@pytest.mark.parametrize("asked", ['"', "a AND", "NEAR(", "*", "title:x", "", "'; --", "x" * 5000])
def test_nothing_that_is_asked_is_an_error(small: Built, asked: str) -> None:
    found(small, asked)
    answer = asyncio.run(shown(small).client.get("/search", params={"q": asked}))
    assert answer.status_code == 200


def test_what_is_asked_is_shown_as_text(small: Built) -> None:
    answer = asyncio.run(shown(small).client.get("/search", params={"q": "<script>alert(1)"}))
    assert "<script>alert" not in answer.text


def test_every_page_has_the_search_box(small: Built) -> None:
    for path in ("/", "/municipalities/regions", "/source/municipalities.txt", "/none", "/search"):
        page = asyncio.run(shown(small).client.get(path)).text
        assert ('role="search" action="/search"' in page, path) == (True, path)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Horeca", '"Horeca"*'),
        ("vrouw 50.252", '"vrouw"* AND "50252"'),
        ("67,1 procent", '"67,1" AND "procent"*'),
        ("!?", ""),
    ],
)
def test_fts5_is_asked_for_words_and_numbers(asked: str, expected: str) -> None:
    assert match_expression(asked) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("50252", [50252]), ("50.252", [50252, 50.252]), ("67,1", [67.1]), ("50 252 x", [])],
)
def test_a_number_may_mean_more_than_one(asked: str, expected: list[float]) -> None:
    assert numbers_asked(asked) == expected
