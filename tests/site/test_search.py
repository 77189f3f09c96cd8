"""The search of the site: what it finds, however it is written, and what it says of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from openbaar.site.routes.search import match_expression, numbers_asked
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
def test_the_name_of_a_code_finds_its_rows_with_their_figures(vdab: Built) -> None:
    results = [each for each in found(vdab, "hospitality", "/en") if each["kind"] == "figure"]
    assert [(each["title"], each["text"]) for each in results] == [
        ("Online courses started by sector: 2021, Hospitality", "921 online courses started"),
        ("Online courses started by sector: 2022, Hospitality", "837 online courses started"),
        ("Online courses started by sector: 2023, Hospitality", "555 online courses started"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["61.1%", "61,1", "women 61.1", "28,140"])
def test_a_figure_of_an_answer_on_the_home_page_finds_its_question(vdab: Built, asked: str) -> None:
    name = "starts_per_quarter" if asked == "28,140" else "share_of_women"
    assert f"/en{VDAB}/{name}" in paths(found(vdab, asked, "/en"), "question")


@pytest.mark.slow
def test_a_question_is_found_once(vdab: Built) -> None:
    results = paths(found(vdab, "women", "/en"), "question")
    assert len(results) == len(set(results))


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
