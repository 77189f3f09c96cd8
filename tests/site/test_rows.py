"""Rows that a visitor chose, as files to take away: all of them, with what to know of them."""

from __future__ import annotations

import asyncio
import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest

from openbaar.site.pages import answers
from openbaar.site.requests import gates, limits
from openbaar.site.routes import rows as rows_module
from openbaar.site.serving.serve import site
from served import Built, shown

pytestmark = pytest.mark.slow


def get(built: Built, path: str) -> Any:
    """The answer of the site."""
    return asyncio.run(shown(built, "https://data.example").client.get(path))


def test_chosen_rows_are_a_csv_file_like_that_of_the_table(small: Built) -> None:
    answer = get(small, "/rows/municipalities.csv?year__gt=1961&region=flanders&_sort=share")
    expected = "year,region,number,share,status\n2025,flanders,285,50.4,\n2019,flanders,300,51.6,\n"
    assert (answer.status_code, answer.text) == (200, expected)
    name = 'attachment; filename="municipalities_1961_flanders-1.2.0.csv"'
    assert answer.headers["content-disposition"] == name
    whole = get(small, "/rows/municipalities.csv").content
    assert whole == get(small, "/download/1.2.0/tables/municipalities.csv").content


@pytest.mark.parametrize(
    "query",
    ["", "?_sort=share", "?_sort_desc=number", "?region__in=brussels,flanders&_sort=region"],
)
def test_rows_are_in_the_order_of_the_page(small: Built, query: str) -> None:
    page = get(small, f"/municipalities/municipalities{query}").text
    shown_keys = re.findall(r'<a href="[\w/]*municipalities/(\d+,\w+)"', page)
    rows = get(small, f"/rows/municipalities.json{query}").json()
    assert shown_keys == [f"{row['year']},{row['region']}" for row in rows]
    assert f'href="/rows/municipalities.xlsx{query.replace("&", "&amp;")}"' in page


def test_pages_of_a_table_hold_each_row_once_in_the_order_of_the_document(small: Built) -> None:
    address, codes = "/municipalities/regions.json?_size=3", []
    while address:
        page = get(small, address).json()
        codes += [row[0] for row in page["rows"]]
        address = str(page["next_url"] or "").removeprefix("https://data.example")
    assert codes == ["belgium", "flanders", "brussels", "wallonia"]


@pytest.mark.parametrize(
    "order", ["", "&_sort=region", "&_sort=share", "&_sort_desc=share", "&_sort_desc=number"]
)
def test_a_table_with_names_for_codes_goes_on_to_its_next_page(small: Built, order: str) -> None:
    """Each row comes once, in one order, also among those with the same value.

    Datasette looks up the number of a row, by which it is sorted and which no page shows.
    """
    address = f"/municipalities/municipalities?_size=3{order}"
    keys: list[str] = []
    while address:
        answer = get(small, address)
        assert answer.status_code == 200
        keys += re.findall(r'<a href="[\w/]*municipalities/(\d+,\w+)"', answer.text)
        links = re.findall(r'<a rel="next" href="([^"]*)"', answer.text)
        address = unescape(links[0]) if links else ""
    rows = get(small, f"/rows/municipalities.json?{order[1:]}").json()
    assert keys == [f"{row['year']},{row['region']}" for row in rows]


def test_chosen_rows_are_json_with_numbers_as_numbers(small: Built) -> None:
    answer = get(small, "/rows/municipalities.json?year=1961&region__in=belgium,flanders")
    assert [(row["region"], row["number"], row["status"]) for row in answer.json()] == [
        ("belgium", 2663, None),
        ("flanders", None, "cannot_exist"),
    ]


def test_chosen_rows_are_a_workbook_in_the_language_of_the_page(small: Built) -> None:
    answer = get(small, "/en/rows/municipalities.xlsx?year=2019&region=flanders")
    assert answer.headers["content-disposition"].endswith('2019_flanders-1.2.0.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["municipalities"]
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert lines[:2] == [
        ["Year", "Region", "Number\n(municipalities)", "Share\n(percent)", "Status"],
        [2019, "Vlaanderen, het Vlaamse Gewest", 300, 51.6, None],
    ]
    below = [row[0] for row in lines[3:]]
    assert below[0] == "Municipalities per region, version 1.2.0"
    assert (
        answer.content
        == get(small, "/en/rows/municipalities.xlsx?year=2019&region=flanders").content
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rows/nothing.csv", 404),
        ("/rows/regions.csv?nothing=1", 400),
        ("/rows/regions.csv?_where=1", 400),
        ("/rows/regions.csv?_sort=nothing", 400),
        ("/rows/regions.csv?code=nothing", 200),
    ],
)
def test_what_cannot_be_chosen_is_refused(small: Built, path: str, status: int) -> None:
    assert get(small, path).status_code == status


def test_more_rows_than_a_file_may_hold_are_refused(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MOST", 3)
    assert get(small, "/rows/regions.csv").status_code == 413
    assert get(small, "/rows/regions.csv?part_of=belgium").status_code == 200


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_rows_that_hold_more_than_a_public_site_reads_are_refused(
    small: Built, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here, in this process, as a copy of the process that answers does it."""
    monkeypatch.setattr(gates.Gates, "before", lambda *_asked: None)
    public = site(small.database, small.metadata, "https://data.example", public=True)
    path = f"/en/rows/municipalities.{ending}"
    assert asyncio.run(public.client.get("/rows/regions.csv")).status_code == 200
    monkeypatch.setattr(limits, "MAX_RESULT", 80)
    refused = asyncio.run(public.client.get(path))
    assert refused.status_code == 413
    assert "These are too many rows for one file." in refused.text
    assert asyncio.run(public.client.get(f"{path}?year=2019")).status_code == 200
    page = asyncio.run(public.client.get("/en/municipalities/provenance"))  # it holds more, too
    assert page.status_code == 400
    assert "asked for too much" in page.text


def test_rows_that_hold_more_are_given_at_home(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home = site(small.database, small.metadata)
    assert asyncio.run(at_home.client.get("/")).status_code == 200
    monkeypatch.setattr(limits, "MAX_RESULT", 80)
    assert asyncio.run(at_home.client.get("/rows/municipalities.csv")).status_code == 200


def test_a_page_offers_the_rows_that_it_shows(small: Built) -> None:
    page = get(small, "/en/municipalities/municipalities?year=2019").text
    for ending in ("xlsx", "csv", "json"):
        assert f'href="/en/rows/municipalities.{ending}?year=2019" download' in page


def test_an_answer_is_a_workbook_with_what_it_says_and_what_to_know_of_it(vdab: Built) -> None:
    page = "/en/vdab-online-opleidingen/province_per_thousand"
    html = get(vdab, f"{page}?year=2022").text
    assert '<a href="/en/rows/province_per_thousand.xlsx?year=2022" download>Excel</a>' in html
    answer = get(vdab, "/en/rows/province_per_thousand.xlsx?year=2022")
    name = 'filename="province_per_thousand_2022-'
    assert name in answer.headers["content-disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["province_per_thousand"]
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert lines[0][0] == "Province of residence"
    assert lines[0][-1] == "Per 1,000 courses started\n(per thousand courses started)"
    assert lines[1][0] == "Antwerp"
    assert isinstance(lines[1][-1], float)
    below = [row[0] for row in lines[9:]]
    assert below[0].startswith("How are the courses started spread over the provinces?, version ")
    assert "Online courses started by province of residence" in below
    assert [each for each in below if str(each).startswith("Please note: ")]


def test_an_answer_that_takes_too_long_is_no_workbook(
    vdab: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(*_asked: Any) -> None:
        return None

    monkeypatch.setattr(answers, "result", stopped)
    assert get(vdab, "/en/rows/province_per_thousand.xlsx?year=2021").status_code == 400
