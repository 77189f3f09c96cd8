"""Taking figures away on a phone, in few clicks from the home page."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from browser.chromium import IN_CHROMIUM

pytestmark = IN_CHROMIUM
TABLE = "Gestarte online opleidingen per gender"


@pytest.fixture
def page(phone: Page) -> Page:
    """The home page on a phone."""
    phone.goto("/")
    return phone


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
