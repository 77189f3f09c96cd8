"""Parts of pages that are kept: a page says the same whatever was asked for before it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from datasette.app import Datasette

from openbaar.site.kept import kept_parts
from openbaar.site.pages import variables as of_pages
from openbaar.site.pages.variables import _hangs_on_visitor
from openbaar.site.published import publication_of
from openbaar.site.serving.preparing import prepare
from openbaar.site.serving.serve import site
from served import Built

pytestmark = pytest.mark.slow  # two publications are built
SMALL = "/municipalities"
VDAB = "/vdab-online-opleidingen"
QUESTION = f"{SMALL}/per_year"


def pages(built: Built, addresses: Sequence[str], host: str = "a.example") -> list[str]:
    """What a new site answers, one after the other; what no two answers share is left out."""
    datasette = site(built.database, built.metadata)
    return asyncio.run(_pages(datasette, addresses, host))


async def _pages(datasette: Datasette, addresses: Sequence[str], host: str) -> list[str]:
    found = []
    for address in addresses:
        answer = await datasette.client.get(address, headers={"host": host})
        found.append(re.sub(r'nonce="[^"]*"', "", answer.text))
    return found


@pytest.mark.parametrize(
    "addresses",
    [
        [f"{SMALL}/municipalities", f"{SMALL}/municipalities?year=2024"],
        [f"{SMALL}/municipalities?year=2024", f"{SMALL}/municipalities"],
        [f"{SMALL}/municipalities", f"/en{SMALL}/municipalities"],
        [f"{SMALL}/municipalities", f"{SMALL}/regions"],
        [QUESTION, f"{QUESTION}?year=2024"],
        [QUESTION, f"/en{QUESTION}"],
        [f"{QUESTION}?year=2024", QUESTION],
        [f"{QUESTION}?year=2023", f"{QUESTION}?year=2024"],
        [QUESTION, f"{QUESTION}?year=&year=2024"],
        [QUESTION, f"{SMALL}/nothing"],
        ["/", "/en/"],
        ["/", SMALL],
    ],
)
def test_a_page_is_the_same_whatever_was_asked_before(small: Built, addresses: list[str]) -> None:
    together = pages(small, addresses)
    assert together[1] == pages(small, addresses[1:])[0]
    assert together[0] != together[1]


def test_a_filtered_chart_does_not_take_the_place_of_the_whole_one(vdab: Built) -> None:
    table = f"{VDAB}/started_by_gender"
    filtered = f"{table}?start_year=2022"
    faded, whole, again = pages(vdab, [filtered, table, filtered])
    assert 'data-faded=""' in faded
    assert 'data-faded=""' not in whole
    assert again == faded


def test_an_address_without_a_known_home_is_told_to_each_host(small: Built) -> None:
    datasette = site(small.database, small.metadata)

    async def both() -> list[list[str]]:
        return [await _pages(datasette, [QUESTION], host) for host in ("a.example", "b.example")]

    (first,), (second,) = asyncio.run(both())
    assert "http://a.example/" in first
    assert "a.example" not in second


def test_the_home_page_is_the_same_at_each_address(small: Built) -> None:
    first, second, third = pages(small, ["/", "/?_dl=1", "/?other=2"])
    assert first == second.replace("?_dl=1", "") == third.replace("?other=2", "")


def test_a_part_is_written_once(small: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    of_query = of_pages._of_query

    async def counted(*given: Any) -> dict[str, Any]:
        made.append(given)
        return await of_query(*given)

    monkeypatch.setattr(of_pages, "_of_query", counted)
    pages(small, [QUESTION, f"{QUESTION}?_dl=1", f"{QUESTION}?year=", f"{QUESTION}?year=2024"])
    assert len(made) == 2


def test_the_pages_that_readers_begin_with_are_made_before_anybody_asks(small: Built) -> None:
    datasette = site(small.database, small.metadata)
    published = publication_of(datasette)

    async def prepared() -> None:
        await datasette.invoke_startup()
        await prepare(datasette.app(), published, "http://127.0.0.1:8001")

    asyncio.run(prepared())
    names = ["", *published.queries, *published.tables]  # the home page has no name
    wanted = set(product(names, published.languages, ["http://127.0.0.1:8001"]))
    kept = kept_parts._kept[published]
    assert {(name, language, home) for name, _, language, home in kept} == wanted
    assert all("take_away" in page.parts or "trust" in page.parts for page in kept.values())


def test_what_hangs_on_the_moment_or_the_visitor_is_not_kept() -> None:
    assert _hangs_on_visitor("SELECT :_now_date_utc", {})
    assert _hangs_on_visitor("SELECT :year", {"year": "2024"})
    assert not _hangs_on_visitor("SELECT :year", {"other": "2024"})


def test_pages_that_were_asked_for_longest_ago_go_first(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_parts, "MOST_PAGES", 2)
    datasette = site(small.database, small.metadata)
    asked = [f"{SMALL}/{name}" for name in ("regions", "statuses", "municipalities")]
    asyncio.run(_pages(datasette, [*asked[:2], f"{asked[0]}?_dl=1", asked[2]], "a.example"))
    kept = kept_parts._kept[publication_of(datasette)]
    assert [name for name, *_ in kept] == ["regions", "municipalities"]
