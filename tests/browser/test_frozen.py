"""A frozen site, opened from a disk: what its own script does where no server answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import IN_CHROMIUM
from openbaar.site.freeze import freeze
from served import ROOT, build

pytestmark = IN_CHROMIUM
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-made publication, frozen."""
    built = build(HAND_MADE, tmp_path_factory.mktemp("built"))
    target = tmp_path_factory.mktemp("frozen") / "site"
    freeze(built.database, built.metadata, target, "https://data.example/figures")
    return target


@pytest.fixture
def page(folder: Path, browser: Browser) -> Iterator[Page]:
    """A page of a browser that no error reaches."""
    wrong: list[str] = []
    opened = browser.new_page(base_url=f"{folder.as_uri()}/")
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("requestfailed", lambda asked: wrong.append(asked.url))
    yield opened
    opened.close()
    assert wrong == []


def test_values_narrow_a_table_together_and_a_shared_address_does_so_too(page: Page) -> None:
    page.goto("municipalities/municipalities/index.html")
    rows = page.locator("table.rows-and-columns tbody tr:visible")
    expect(rows).to_have_count(10)
    page.locator("[data-column=year]").get_by_role("link", name="2019").click()
    expect(rows).to_have_count(3)
    page.locator("[data-column=region]").get_by_role("link", name="Vlaanderen").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text("1 / 10")
    shared = page.url
    page.locator("[data-column=year] [aria-current]").click()
    expect(rows).to_have_count(3)
    page.goto(shared)
    expect(rows).to_have_count(1)


@pytest.mark.parametrize(
    ("asked", "first"),
    [("VLAANDEREN", "Vlaanderen"), ("2663", "België"), ("2.663", "België"), ("zzz", "Niets")],
)
def test_the_search_needs_no_server(page: Page, asked: str, first: str) -> None:
    page.goto("municipalities/regions/index.html")
    page.get_by_role("searchbox").fill(asked)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(first)
    if first != "Niets":
        page.locator("ul.found a").first.click()
        expect(page.locator("h1")).to_be_visible()


def test_the_other_language_is_a_click_away(page: Page) -> None:
    page.goto("municipalities/regions/index.html")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Regions")
