"""The site in a real browser: it can be walked from page to page, without errors and without other hosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import EXECUTABLE, MISSING, chromium
from served import ROOT, Served, build, served

NAME = "vdab-online-opleidingen"
pytestmark = [pytest.mark.browser, pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The publication of this repository, served."""
    with served(build(ROOT, tmp_path_factory.mktemp("site"))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; each opens a page of its own."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    """A page without a history, which must end without console errors, failed requests or other hosts."""
    wrong: list[str] = []
    opened = browser.new_page(base_url=site.address)
    opened.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("response", lambda answer: wrong.append(f"{answer.status} {answer.url}") if not answer.ok else None)
    opened.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(site.address) else None)
    yield opened
    opened.close()
    assert wrong == []


def test_the_home_page_leads_to_a_table_and_its_remarks_open(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Gestarte online opleidingen per sector").click()
    expect(page.locator("h1")).to_have_text("Gestarte online opleidingen per sector")
    english = page.get_by_text("In English: origin, remarks, columns")
    expect(page.get_by_text("Stated totals that add up: 27 of 27.")).not_to_be_visible()
    english.click()
    expect(page.get_by_text("Stated totals that add up: 27 of 27.")).to_be_visible()


def test_a_facet_narrows_a_table_to_its_rows(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_province")
    facet = page.locator(".facet-info", has_text="start_year")
    facet.get_by_role("link", name="2022", exact=True).click()
    expect(page.locator("h3").first).to_contain_text("8 rows where start_year = 2022")
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(8)


def test_a_row_leads_to_the_code_list_and_the_answer(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_gender")
    page.locator("table.rows-and-columns tbody").get_by_role("link", name="2022,female").click()
    expect(page.locator("h1")).to_contain_text("2022, female")
    page.get_by_role("link", name="antwoord 1c").first.click()
    expect(page.locator("h1")).to_have_text("answers: 1c")
    page.goto(f"/{NAME}/started_by_gender")
    page.locator("table.rows-and-columns tbody td.col-gender").get_by_role("link").first.click()
    expect(page.locator("h1")).to_contain_text("genders: ")


def test_a_query_runs_with_its_parameter(page: Page) -> None:
    page.goto(f"/{NAME}/province_per_thousand")
    expect(page.locator("table tbody tr")).to_have_count(7)
    total = page.locator("table tbody td.col-started").first.inner_text()
    page.locator("input[name=year]").fill("2022")
    page.get_by_role("button", name="Run SQL").click()
    expect(page.locator("table tbody tr")).to_have_count(7)
    expect(page.locator("table tbody td.col-started").first).not_to_have_text(total)


def test_a_narrow_screen_shows_a_table_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/{NAME}/started_by_quarter")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
