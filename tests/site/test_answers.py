"""What the page of a query says on top, and what a reader may go on with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from openbaar.site.pages.answers import Result, others_like, sentence
from openbaar.site.published import Published
from openbaar.site.requests import language
from openbaar.site.requests.language import Visit
from served import Built, published_of, shown

VDAB = "/vdab-online-opleidingen"
UNIT = {"en": "people"}


def said(columns: Mapping[str, Any], rows: Sequence[Sequence[Any]], **about: Any) -> str | None:
    """The sentence of a query with these columns and rows, in English."""
    query = {"title": {"en": "?"}, "tables": [], "parameters": {}, "color": None, "lead": []}
    descriptor = {
        "version": "1.0.0",
        "languages": ["en"],
        "sources": [],
        "resources": [
            {
                "name": "t",
                "schema": {"fields": [{"name": "year", "type": "year", "title": "Year"}]},
            }
        ],
    }
    published = Published("p", descriptor, queries={"q": {**query, "columns": columns, **about}})
    token = language._visit.set(Visit("en"))
    try:
        return sentence(published, "q", Result(list(columns), rows), {})
    finally:
        language._visit.reset(token)


YEAR = {"table": "t"}
COUNT = {"title": {"en": "Learners"}, "unit": UNIT}
PLACE = {"title": {"en": "Place"}}


def test_over_time_the_last_value_is_told_against_the_first() -> None:
    told = said({"year": YEAR, "n": COUNT}, [(2020, 5), (2021, 1500)], lead=["year", "n"])
    assert told == "Learners: 1,500 people (2021), against 5 people (2020)."


def test_among_places_the_highest_and_the_lowest_are_told() -> None:
    rows = [("Ghent", 5.5), ("Liège", 9.0), ("Mons", None)]
    told = said({"place": PLACE, "n": COUNT}, rows, lead=["place", "n"])
    assert told == "Learners: most for Liège (9.0 people), least for Ghent (5.5 people)."


def test_among_colours_over_time_the_greatest_is_told_and_compared_with_itself() -> None:
    rows = [(2020, "a", 9), (2020, "b", 2), (2021, "a", 4), (2021, "b", 7)]
    told = said(
        {"year": YEAR, "kind": PLACE, "n": COUNT}, rows, lead=["year", "kind", "n"], color="kind"
    )
    assert told == "Learners: 7 people (2021, b), against 2 people (2020, b)."


def test_what_authors_wrote_is_filled_with_the_first_and_the_last_row() -> None:
    told = said(
        {"year": YEAR, "n": COUNT},
        [(2020, 5), (2021, 7)],
        answer={"en": "From {n} in {year} to {n.last} in {year.last}."},
    )
    assert told == "From 5 in 2020 to 7 in 2021."


@pytest.mark.parametrize("rows", [[], [(2020, None)]])
def test_where_nothing_was_found_nothing_is_said(rows: Any) -> None:
    assert said({"year": YEAR, "n": COUNT}, rows, lead=["year", "n"]) is None


def test_where_all_places_have_the_same_none_has_most() -> None:
    rows = [("Ghent", 5), ("Mons", 5)]
    assert said({"place": PLACE, "n": COUNT}, rows, lead=["place", "n"]) is None


def test_no_line_begins_with_the_sign_of_a_percentage() -> None:
    share = {"title": {"en": "Share"}, "unit": {"en": "%"}}
    written = {"answer": {"en": "{n} % passed"}, "parameters": {}}
    assert said({"n": share}, [(12.5,)], **written) == "12.5\u00a0% passed"
    told = said({"place": PLACE, "n": share}, [("Ghent", 5), ("Mons", 9)], lead=["place", "n"])
    assert told == "Share: most for Mons (9\u00a0%), least for Ghent (5\u00a0%)."


def test_without_a_chart_and_words_of_authors_nothing_is_said() -> None:
    assert said({"year": YEAR, "n": COUNT}, [(2020, 1)]) is None


def test_other_questions_are_first_those_about_the_same_tables(small: Built) -> None:
    published = published_of(small)
    queries = {
        "a": {"tables": ["x"]},
        "b": {"tables": ["y"]},
        "c": {"tables": ["x", "y"]},
    }
    assert others_like(replace(published, queries=queries), "a") == ["c", "b"]


@pytest.mark.slow
def test_an_answer_carries_its_evidence(vdab: Built) -> None:
    html = asyncio.run(shown(vdab).client.get(f"{VDAB}/share_of_women")).text
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    for part in (
        "In 2023 (tot en met mei) startten vrouwen 61,1 % van de opleidingen",
        "Aandachtspunten Hetzelfde cijfer heet in de tekst",
        "Waar de cijfers vandaan komen Gestarte online opleidingen per gender , regels 151–181",
        "Andere vragen",
    ):
        assert (part in page, part) == (True, part)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["", "/en"])
def test_no_page_of_a_query_shows_code(vdab: Built, language: str) -> None:
    code = re.compile(r">\s*(identity|derived|stated_total|not_yet|\[\]|started_by_\w+)<")
    found = {}
    for query in published_of(vdab).queries:
        html = asyncio.run(shown(vdab).client.get(f"{language}{VDAB}/{query}")).text
        rows = html[html.index("<tbody") : html.index("</tbody>")] if "<tbody" in html else ""
        if code.search(rows):
            found[query] = code.findall(rows)
    assert found == {}
