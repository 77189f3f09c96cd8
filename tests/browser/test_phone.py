"""The site on a telephone of 390 pixels: what a reader sees without scrolling sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.chromium import IN_CHROMIUM, WIDTH, on_phone
from browser.grid import cells
from browser.pages import NAME, PAGES
from served import ROOT, build, served

PUBLICATIONS = [ROOT, ROOT / "tests" / "publications" / "hand_made"]
pytestmark = IN_CHROMIUM


def right_edge(page: Page, column: str) -> float:
    """How far to the right the cells of the first five rows reach, in pixels."""
    edges = []
    for cell in cells(page, column).all()[:5]:
        box = cell.bounding_box()
        assert box is not None, f"{column} is not shown"
        edges.append(box["x"] + box["width"])
    return max(edges)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("started_by_gender", ["start_year", "gender", "started"]),
        ("started_by_province", ["start_year", "province", "started"]),
        ("started_by_sector", ["start_year", "sector", "started"]),
        ("completed_by_quarter", ["completion_year", "completion_quarter", "completed"]),
        ("budgets", ["amount_eur"]),
        ("reconciliation", ["verdict", "difference", "first_line"]),
        ("provenance", ["printed", "first_line"]),
        ("genders", ["title_nl"]),
        ("share_of_women", ["women_percent_of_known"]),
        ("totals_that_do_not_add_up", ["difference", "text_nl"]),
        ("sector_change", ["change", "sector"]),
    ],
)
def test_key_and_figure_are_seen_without_scrolling_sideways(
    phone: Page, table: str, columns: list[str]
) -> None:
    phone.goto(f"/{NAME}/{table}")
    seen = {column: right_edge(phone, column) <= WIDTH for column in columns}
    assert seen == dict.fromkeys(columns, True)


def test_the_link_to_the_row_is_seen_without_scrolling_sideways(phone: Page) -> None:
    phone.goto(f"/{NAME}/started_by_gender")
    box = phone.locator("td.col-Link").first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= WIDTH


def test_the_other_columns_are_shown_when_asked_for(phone: Page) -> None:
    phone.goto(f"/{NAME}/started_by_sector")
    cluster = phone.locator("th[data-column=cluster]")
    expect(cluster).to_be_hidden()
    phone.get_by_label("Alle kolommen tonen").check()
    expect(cluster).to_be_visible()


def test_the_first_column_and_the_header_stay_when_a_table_scrolls(phone: Page) -> None:
    phone.goto(f"/{NAME}/started_by_sector")
    phone.get_by_label("Alle kolommen tonen").check()
    region = phone.locator(".scrolls.tall")
    head, key = region.locator("thead th").first, region.locator("tbody th").nth(30)
    key.scroll_into_view_if_needed()
    region.evaluate("box => { box.scrollLeft = 150; }")
    frame, at_head, at_key = region.bounding_box(), head.bounding_box(), key.bounding_box()
    assert frame is not None
    assert at_head is not None
    assert at_key is not None
    assert abs(at_key["x"] - frame["x"]) < 2
    assert abs(at_head["y"] - frame["y"]) < 2


def test_the_reason_of_a_blank_is_seen_in_its_cell(phone: Page) -> None:
    phone.goto(f"/{NAME}/started_by_sector?status=not_given")
    cell = cells(phone, "started").first
    expect(cell).to_have_text("—blanco: niet gegeven, reden onbekend")
    expect(cell.locator(".why")).to_be_visible()
    phone.get_by_label("Alle kolommen tonen").check()
    expect(cell.locator(".why")).to_be_visible()


def test_nothing_of_a_page_reaches_beyond_the_screen(phone: Page) -> None:
    phone.goto(f"/{NAME}/started_by_sector?status=not_given")
    assert phone.evaluate("document.documentElement.scrollWidth") == WIDTH


def test_a_long_code_breaks_so_that_its_figure_is_seen(phone: Page) -> None:
    sql = "select+sector,+sum(started)+as+total+from+started_by_sector+group+by+sector"
    phone.goto(f"/{NAME}?sql={sql}")
    assert right_edge(phone, "total") <= WIDTH


@pytest.mark.parametrize("root", PUBLICATIONS, ids=lambda path: path.name)
def test_every_table_of_every_publication_shows_its_first_columns(
    root: Path, browser: Browser, tmp_path: Path
) -> None:
    built = build(root, tmp_path)
    hidden = []
    with served(built) as running, on_phone(browser, running.address) as page:
        tables = page.request.get(f"/{built.database.stem}.json").json()["tables"]
        for table in tables:
            page.goto(f"/{built.database.stem}/{table['name']}")
            heads = page.locator("table.rows-and-columns thead th:not(.more)")
            box = heads.first.bounding_box() if heads.count() else None
            if box is not None and box["x"] + box["width"] > WIDTH:
                hidden.append(table["name"])
    assert hidden == []


def test_two_values_are_seen_in_their_list_and_unfold_nothing(phone: Page) -> None:
    """What stands in a list of values needs no conditions of one's own."""
    phone.goto(f"/{NAME}/started_by_province?province__in=limburg,brussel")
    expect(phone.locator("details.more-filters")).not_to_have_attribute("open", "")
    first = phone.locator(".facet-info a.chosen").first
    box = first.bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= WIDTH


NARROWEST = 320  # pixels: 1,280 at four times the size, https://www.w3.org/TR/WCAG22/#reflow


def test_on_the_narrowest_screen_no_page_scrolls_sideways(phone: Page) -> None:
    phone.set_viewport_size({"width": NARROWEST, "height": 568})
    table = f"/{NAME}/started_by_gender"
    versions = ["/download", "/id/", "/id/started_by_gender/latest"]
    frames = ["/embed/started_by_gender", "/embed/started_by_gender/rows"]
    wide = {}
    for address in [*PAGES.values(), f"{table}?gender=female", *versions, *frames]:
        phone.goto(address)
        wide[address] = phone.evaluate("document.documentElement.scrollWidth") - NARROWEST
    assert {address: pixels for address, pixels in wide.items() if pixels > 0} == {}


def test_a_frame_says_why_a_figure_is_blank_on_a_wide_page_too(phone: Page) -> None:
    phone.set_viewport_size({"width": 1000, "height": 700})
    phone.goto("/embed/started_by_sector/rows?sector=hout")
    expect(phone.get_by_text("blanco: niet gegeven, reden onbekend")).to_be_visible()
