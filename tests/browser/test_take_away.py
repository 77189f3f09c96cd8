"""Taking figures away on a phone, in few clicks from the home page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from browser.chromium import EXECUTABLE, MISSING, chromium
from served import ROOT, Served, build, served

pytestmark = [pytest.mark.browser, pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)]
TABLE = "Gestarte online opleidingen per gender"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The publication of this repository, served."""
    with served(build(ROOT, tmp_path_factory.mktemp("site"))) as running:
        yield running


@pytest.fixture
def page(site: Served) -> Iterator[Page]:
    """The home page on a phone."""
    with chromium() as browser:
        viewport = {"width": 390, "height": 844}
        context = browser.new_context(base_url=site.address, viewport=viewport, locale="nl-BE")
        opened = context.new_page()
        opened.goto("/")
        yield opened


def test_chosen_rows_are_an_excel_file_in_three_clicks(page: Page) -> None:
    page.get_by_role("link", name=TABLE, exact=True).first.click()
    page.locator("[data-column=gender]").get_by_role("link", name="vrouw").click()
    with page.expect_download() as download:
        page.locator(".export-links").get_by_role("link", name="Excel").click()
    name = r"started_by_gender_female-[\d.]+\.xlsx"
    assert re.fullmatch(name, download.value.suggested_filename)
    data = io.BytesIO(download.value.path().read_bytes())
    sheet = openpyxl.load_workbook(data).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("Jaar start", "Gender")
    assert {row[1] for row in rows[1:5]} == {"vrouw"}


def test_a_table_is_cited_in_ris_in_three_clicks(page: Page) -> None:
    page.get_by_role("link", name=TABLE, exact=True).first.click()
    with page.expect_download() as download:
        page.locator(".cite-files").get_by_role("link", name="RIS", exact=True).click()
    text = download.value.path().read_text("utf-8")
    assert text.startswith("TY  - DATA\n")
    assert f"TI  - {TABLE}\n" in text


def test_the_address_that_is_cited_leads_to_the_version(page: Page) -> None:
    page.goto("/en/id/started_by_gender/1.0.0")
    expect(page.locator("main")).to_contain_text("1.0.0")
    expect(page.locator("html")).to_have_attribute("lang", "en")
