"""What people come for, from the home page on a telephone, in as few taps as the site promises."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.chromium import IN_CHROMIUM, WIDTH
from browser.grid import cells

FEWEST = 24  # pixels that a finger needs, https://www.w3.org/TR/WCAG22/#target-size-minimum
pytestmark = IN_CHROMIUM


class Reader:
    """Someone with a telephone, on the home page, whose taps are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        page.goto("/")

    def taps_on(self, text: str) -> None:
        """Tap on the first link, button or folded part that is called so."""
        wanted = self.page.locator("a, button, summary").filter(has_text=text)
        called = self.page.get_by_role("link", name=text, exact=True)
        wanted.or_(called).filter(visible=True).first.click()
        self.page.wait_for_load_state()
        self.taps += 1

    def sees(self, found: Locator) -> bool:
        """Whether it is shown within the width of the screen."""
        expect(found).to_be_visible()
        box = found.bounding_box()
        return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= WIDTH


@pytest.fixture
def reader(phone: Page) -> Reader:
    """A reader of the publication of this repository, in Dutch."""
    return Reader(phone)


def test_women_in_2022(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    row = reader.page.locator("tbody tr").filter(has_text="2022").filter(has_text="vrouw")
    assert reader.sees(row.get_by_text("50.252"))
    assert reader.taps == 1


def test_the_sector_that_grew_most(reader: Reader) -> None:
    reader.taps_on("Welke sectoren groeiden")
    assert reader.sees(reader.page.locator(".answer", has_text="HVAC-technieken"))
    assert reader.taps == 1


def test_the_total_that_does_not_add_up(reader: Reader) -> None:
    reader.taps_on("Wat niet klopt")
    assert reader.sees(cells(reader.page, "difference").filter(has_text="-47.520"))
    assert reader.taps == 1


def test_the_line_of_a_figure(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    reader.taps_on("bron 2022, vrouw")
    assert reader.sees(reader.page.locator("mark", has_text="50.252"))
    assert reader.taps == 2


def test_a_citation_for_a_citation_manager(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    with reader.page.expect_download() as taken:
        reader.page.get_by_role("link", name="RIS", exact=True).click()
    assert taken.value.suggested_filename.endswith(".ris")


def test_some_rows_as_a_workbook(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    reader.taps_on("vrouw 4")
    expect(reader.page.get_by_role("status")).to_contain_text("4 rijen")
    with reader.page.expect_download() as taken:
        reader.taps_on("Excel")
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert reader.taps == 3


def test_a_chart_to_share(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    reader.taps_on("Deze grafiek downloaden of delen")
    assert reader.sees(reader.page.get_by_role("link", name="PNG"))
    assert reader.taps == 2


def test_what_there_is_about_a_word(reader: Reader) -> None:
    reader.page.get_by_label("Zoeken").fill("horeca")
    reader.taps_on("Zoeken")
    assert reader.sees(reader.page.get_by_role("link", name="Horeca", exact=True))
    assert reader.taps == 1


def test_home_is_two_screens_down_to_the_downloads(reader: Reader) -> None:
    """Search, answers, tables, questions, whether it adds up; what is behind them is folded."""
    box = reader.page.locator("#download").bounding_box()
    assert box is not None
    assert box["y"] < 2 * 844
    assert reader.sees(reader.page.get_by_label("Zoeken"))


def test_the_first_row_is_within_ten_keys(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    keyboard = reader.page.keyboard
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(reader.page.get_by_role("link", name="Naar de rijen")).to_be_focused()
    keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile("#table$"))
    in_rows = "document.activeElement.closest('tbody') !== null"
    for _ in range(8):
        keyboard.press("Tab")
        if reader.page.evaluate(in_rows):
            break
    assert reader.page.evaluate(in_rows)


@pytest.mark.parametrize("name", ["Gestarte online opleidingen per gender", "Wat niet klopt"])
def test_links_in_tables_and_filters_are_large_enough_for_a_finger(
    reader: Reader, name: str
) -> None:
    reader.taps_on(name)
    small = reader.page.locator("tbody a, .facet-info a, summary, header button").evaluate_all(
        "links => links.map(link => [link.textContent, link.getBoundingClientRect()])"
        ".filter(([, box]) => box.width > 0 && (box.height < 24 || box.width < 24))"
        ".map(([text]) => text)"
    )
    assert small == []


def test_a_printed_table_has_all_columns_and_what_is_folded_away_of_its_chart(
    reader: Reader,
) -> None:
    reader.page.locator("summary", has_text="nog 9 tabellen").click()
    reader.taps_on("Gestarte online opleidingen per sector")
    expect(cells(reader.page, "cluster").first).to_be_hidden()
    reader.page.emulate_media(media="print")
    expect(cells(reader.page, "cluster").first).to_be_visible()
    expect(reader.page.locator("details.rest > svg").first).to_be_visible()
    expect(reader.page.locator(".beware li").nth(2)).to_be_visible()


def test_a_printed_table_has_no_blank_page(reader: Reader) -> None:
    reader.taps_on("Gestarte online opleidingen per gender")
    reader.page.emulate_media(media="print")
    height = reader.page.evaluate("document.body.scrollHeight")
    end = reader.page.locator("footer").bounding_box()
    assert end is not None
    assert height - (end["y"] + end["height"]) < 100
