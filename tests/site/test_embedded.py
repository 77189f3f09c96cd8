"""Charts and rows that another site shows in a frame."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from openbaar.site.requests.addresses import Addresses
from openbaar.site.requests.gates import Gates
from openbaar.site.routes import embedded
from served import Built, shown

ROWS = "/embed/municipalities/rows"


def get(built: Built, address: str) -> Any:
    """The answer to a request."""
    return asyncio.run(shown(built, "https://data.example").client.get(address))


def cells(html: str) -> list[list[str]]:
    """What the cells of the table on a page say, row by row."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = [re.split(r"<t[dh][^>]*>", row)[1:] for row in body.split("<tr>")[1:]]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in rows]


def test_rows_are_shown_as_on_their_page_with_what_chose_them_their_notes_and_their_source(
    small: Built,
) -> None:
    answer = get(small, f"/en{ROWS}?year=2019&_sort_desc=number&_version=1.2.0")
    assert answer.status_code == 200
    assert cells(answer.text)[:2] == [
        ["2019", "Vlaanderen, het Vlaamse Gewest", "300", "51.6"],
        ["2019", "Wallonië", "262", "45.1"],
    ]
    for part in (
        "<p>Year = 2019</p>",
        'Number <span class="unit">municipalities</span>',
        "Municipalities of Belgium, version 1.2.0.",
    ):
        assert part in answer.text
    assert not re.search(r"<tbody>.*<a .*</tbody>", answer.text, re.DOTALL)
    page = "https://data.example/en/municipalities/municipalities?year=2019&_sort_desc=number"
    assert f'<a href="{page}"' in unescape(answer.text)
    assert 'target="_blank"' in answer.text


def test_a_blank_says_why(small: Built) -> None:
    html = get(small, f"{ROWS}?year=1961&region=flanders").text
    assert "kan niet bestaan" in cells(html)[0][2]


def test_other_sites_may_frame_them(small: Built) -> None:
    headers = get(small, ROWS).headers
    assert "frame-ancestors *" in headers["content-security-policy"]
    assert "x-frame-options" not in headers


def test_a_long_table_shows_its_first_rows(small: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "the page has all" not in get(small, f"/en{ROWS}").text
    monkeypatch.setattr(embedded, "FIRST", 2)
    html = get(small, f"/en{ROWS}?_version=1.0.0").text  # an answer that nobody asked for before
    assert len(cells(html)) == 2
    assert "The first 2 rows; the page has all." in html


@pytest.mark.parametrize(
    ("address", "status"),
    [("/embed/nothing/rows", 404), (f"{ROWS}?nothing=1", 400), (f"{ROWS}?_where=1", 400)],
)
def test_what_is_not_there_is_refused(small: Built, address: str, status: int) -> None:
    assert get(small, address).status_code == status


def test_no_rows_are_told(small: Built) -> None:
    assert "No rows." in get(small, f"/en{ROWS}?year=1000").text


def test_the_page_of_a_table_gives_the_code_for_the_rows_that_it_shows(small: Built) -> None:
    html = get(small, "/en/municipalities/municipalities?region=flanders").text
    code = unescape(unescape(html.partition('<code id="rows-frame">')[2].partition("</code>")[0]))
    address = f"https://data.example/en{ROWS}?region=flanders&_version=1.2.0"
    assert code.startswith(f'<iframe src="{address}" title="Municipalities per region"')
    assert f'<a href="/en{ROWS}?region=flanders">' in html
    assert "rows-frame" not in get(small, "/en/municipalities/provenance").text


@pytest.mark.parametrize(
    ("query", "passes"), [("", True), ("_version=1.2.0", True), ("region=flanders", False)]
)
def test_only_rows_that_are_chosen_wait_at_a_gate(query: str, passes: bool) -> None:
    gates = Gates(Addresses("municipalities", ("nl",)))
    scope = {
        "type": "http",
        "path": ROWS,
        "raw_path": ROWS.encode(),
        "query_string": query.encode(),
    }
    assert gates.before(scope) is (None if passes else gates.filtered)


def test_of_a_chart_the_rows_that_were_not_chosen_are_faded_in_a_frame_too(vdab: Built) -> None:
    address = "/embed/started_by_province?province__in=antwerpen,limburg&_version=3.0.2"
    html = get(vdab, f"/en{address}").text
    whole = get(vdab, "/en/embed/started_by_province").text
    marks, faded = (html.count(part) for part in ("data-row=", "data-faded"))
    assert whole.count("data-faded") == 0
    assert marks == whole.count("data-row=")
    assert faded == marks * 6 / 8  # two of eight provinces were chosen
    page = "/en/vdab-online-opleidingen/started_by_province?province__in=antwerpen%2Climburg"
    assert f'href="https://data.example{page}"' in html


def test_the_code_of_a_chart_keeps_what_was_chosen_of_its_rows(vdab: Built) -> None:
    page = "/en/vdab-online-opleidingen/started_by_province"
    for query in ("", "province__in=antwerpen,limburg"):
        html = get(vdab, f"{page}?{query}").text
        code = html.partition('<code id="chart-frame">')[2].partition("</code>")[0]
        asked = f"{query}&_version=" if query else "_version="
        assert f"/embed/started_by_province?{asked}" in unescape(unescape(code))


def test_a_chart_of_a_question_is_of_the_values_that_its_name_holds(vdab: Built) -> None:
    html = get(vdab, "/embed/province_per_thousand.year=2022?_version=3.0.2&nothing=1").text
    assert "Jaar: 2022" in html
    assert "/vdab-online-opleidingen/province_per_thousand?year=2022" in html


def test_a_column_that_is_not_there_chooses_nothing_in_a_chart(vdab: Built) -> None:
    assert get(vdab, "/embed/started_by_province?nothing=1").status_code == 400
