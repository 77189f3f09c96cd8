"""The sites of other publications: what holds for every site and hangs on no publication."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page

from browser.chromium import IN_CHROMIUM
from browser.test_browser import violations
from openbaar.cli.main import main
from served import ROOT, Built, Served, served

PUBLICATIONS = ROOT / "tests" / "publications"
NAMES = ("bundestag", "spanning", "hand_made")
SMALLEST = 24  # pixels that a finger needs, https://www.w3.org/TR/WCAG22/#target-size-minimum
# Names for programs, such as `started_by_gender`, and words of authored files and descriptors.
RAW = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|\[\]|\b(?:notspecified|None|undefined)\b")
# What a reader sees of a page, but addresses, what programs read, and lists of codes.
TEXT = """() => {
  const page = document.body.cloneNode(true);
  const others = "code, pre, script, textarea, .apa, .lines, .found, .meanings, "
    + "table:has([data-column=code])";
  page.querySelectorAll(others).forEach((each) => each.remove());
  return page.innerHTML.replace(/<[^>]+>/g, " ");
}"""
pytestmark = [*IN_CHROMIUM, pytest.mark.slow]


@pytest.fixture(scope="module", params=NAMES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """One of the other publications, published and served."""
    folder = tmp_path_factory.mktemp("other") / "publication"
    shutil.copytree(PUBLICATIONS / request.param, folder)
    published = CliRunner().invoke(main, ["--project", str(folder), "publish"])
    assert published.exit_code == 0, published.output
    (database,) = (folder / "build").glob("*.db")
    with served(Built(database, folder / "metadata.yml")) as running:
        yield running


def addresses(site: Served, page: Page) -> list[str]:
    """The pages of a site: of the whole, of each table and question, of a row, of a document."""
    page.goto(site.address)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    links = page.locator("main a, footer a").evaluate_all("links => links.map(link => link.href)")
    within = [link for link in links if link.startswith(site.address)]
    pages = [link for link in within if not re.search(r"\.\w{2,8}$|/download|/cite", link)]
    return list(dict.fromkeys([site.address, f"{site.address}/search?q=20", *pages]))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_every_page_is_accessible_and_in_words(
    site: Served, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else None
    )
    page = context.new_page()
    found: dict[str, object] = {}
    for address in addresses(site, page):
        page.goto(address)
        too_wide = page.evaluate("document.documentElement.scrollWidth") > width
        raw = sorted(set(RAW.findall(page.evaluate(TEXT))))
        if violations(page) or too_wide or raw:
            found[address] = (violations(page), too_wide, raw)
    context.close()
    assert found == {}


def test_every_table_is_named_and_its_numbers_stand_under_each_other(
    site: Served, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    wrong: list[str] = []
    for address in addresses(site, page):
        page.goto(address)
        for table in page.locator("table.rows-and-columns").all():
            is_named = table.locator("caption").inner_text() != ""
            has_scopes = table.locator("thead th:not([scope=col])").count() == 0
            sides = table.locator("td.number").evaluate_all(
                "cells => cells.map(cell => getComputedStyle(cell).textAlign)"
            )
            if not (is_named and has_scopes and set(sides) <= {"right"}):
                wrong.append(address)
    page.close()
    assert wrong == []


def test_the_first_row_is_near_and_targets_are_large_enough(site: Served, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(site.address)
    page.goto(page.locator("#tables ~ ul.cards a").first.evaluate("link => link.href"))
    in_rows = "document.activeElement.closest('#table') !== null"
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.skip[href=\"#table\"]')"):
            page.keyboard.press("Enter")
            page.keyboard.press("Tab")
        if page.evaluate(in_rows):
            break
    assert page.evaluate(in_rows)
    small = page.locator("tbody a, .facet-info a, summary, header button").evaluate_all(
        "(links, least) => links.filter((link) => {"
        " const box = link.getBoundingClientRect();"
        " return box.width > 0 && (box.height < least || box.width < least);"
        "}).map((link) => link.textContent)",
        SMALLEST,
    )
    page.close()
    assert small == []
