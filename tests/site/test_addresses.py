"""A site below a path, in each language: every link of every kind of page leads below it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from served import Built, shown

pytestmark = pytest.mark.slow
HOME = "https://data.example/figures"
ROOTED = re.compile(r"""\s(?:href|src|action)=["'](/[^"'#]*)""")


def get(built: Built, address: str, **headers: str) -> Any:
    """The answer of the site below a path."""
    return asyncio.run(shown(built, HOME).client.get(address, headers=headers))


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/municipalities",
        "/municipalities/regions",
        "/municipalities/regions?part_of=belgium",
        "/municipalities/regions/flanders",
        "/municipalities/per_year",
        "/municipalities/provenance",
        "/municipalities?sql=select+code+from+regions",
        "/source/municipalities.txt",
    ],
)
def test_every_link_leads_below_the_path(small: Built, path: str, language: str) -> None:
    page = get(small, f"/figures{language}{path}").text
    links = {unescape(link) for link in ROOTED.findall(page)}
    assert links
    answers = {link: get(small, link).status_code for link in links}
    assert {link: status for link, status in answers.items() if status not in (200, 303)} == {}
    assert [link for link in links if not link.startswith("/figures/")] == []


def test_a_form_of_datasette_leads_on_below_the_path(small: Built) -> None:
    form = "_filter_column=part_of&_filter_op=exact&_filter_value=belgium"
    answer = get(small, f"/figures/en/municipalities/regions?{form}")
    expected = "/figures/en/municipalities/regions?part_of__exact=belgium"
    assert (answer.status_code, answer.headers["location"]) == (302, expected)


def test_the_pages_of_another_database_lead_below_the_path_too(
    small: Built, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
    metadata = {"plugins": {"openbaar": {"url": HOME}}}
    datasette = Datasette([str(small.database), str(other)], metadata=metadata)
    for path in ("/other", "/other/t?_size=1", "/other/t/1", "/-/databases", "/other?sql=select+1"):
        page = asyncio.run(datasette.client.get(f"/figures{path}")).text
        links = re.findall(r'href="((?:/|https://data\.example/)[^"#]*)"', page)
        assert links
        for link in links:
            address = unescape(link.removeprefix("https://data.example"))
            assert address.startswith("/figures/")
            assert asyncio.run(datasette.client.get(address)).status_code == 200


def test_an_address_to_cite_leads_on_below_the_path_in_the_form_that_is_asked_for(
    small: Built,
) -> None:
    for form in ("text/html", "text/csv", "application/json"):
        answer = get(small, "/figures/id/regions", accept=form)
        assert answer.headers["location"].startswith("/figures/")
        assert get(small, answer.headers["location"]).status_code == 200


def test_a_page_names_its_one_address_and_those_in_other_languages(small: Built) -> None:
    head = get(small, "/figures/en/municipalities/regions?part_of=belgium").text
    page = f"{HOME}/municipalities/regions"
    english = f"{HOME}/en/municipalities/regions"
    wanted = [
        f'<link rel="canonical" href="{english}">',
        f'<link rel="alternate" hreflang="nl" href="{page}">',
        f'<link rel="alternate" hreflang="en" href="{english}">',
        f'<link rel="alternate" hreflang="x-default" href="{page}">',
    ]
    assert [each for each in wanted if each not in head] == []


def test_a_page_that_is_not_there_has_no_address(small: Built) -> None:
    assert "canonical" not in get(small, "/figures/nothing").text
