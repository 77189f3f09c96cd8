"""The site in a real browser: for eyes, ears, keyboards, phones and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from browser.chromium import ENOUGH, IN_CHROMIUM
from browser.grid import cells
from browser.pages import NAME, PAGES
from served import Served

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
STAYS = "window.setTimeout = () => 0"  # what a button says that it did, which is a moment else
pytestmark = IN_CHROMIUM


def opened(site: Served, browser: Browser, **options: Any) -> Iterator[Page]:
    """A page without a history; no console error, failed request or other host is allowed."""
    wrong: list[str] = []
    context = browser.new_context(base_url=site.address, **{"locale": "nl-BE", **options})
    context.set_default_timeout(ENOUGH)
    page = context.new_page()
    page.on(
        "console", lambda message: wrong.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "response",
        lambda answer: wrong.append(f"{answer.status} {answer.url}") if not answer.ok else None,
    )
    page.on(
        "request",
        lambda asked: wrong.append(asked.url) if not asked.url.startswith(site.address) else None,
    )
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    """A page in Dutch."""
    yield from opened(site, browser)


@pytest.fixture
def without_scripts(site: Served, browser: Browser) -> Iterator[Page]:
    """A page of someone who runs no scripts."""
    yield from opened(site, browser, java_script_enabled=False)


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong with the page that is open: the rule, and the elements."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_wrong_and_no_page_scrolls_sideways(
    site: Served, browser: Browser, width: int, scheme: Any
) -> None:
    found = {}
    for page in opened(
        site, browser, viewport={"width": width, "height": 844}, color_scheme=scheme
    ):
        for name, address in PAGES.items():
            page.goto(address)
            too_wide = page.evaluate("document.documentElement.scrollWidth") - width
            found[name] = [*violations(page), *([("too wide", too_wide)] if too_wide > 0 else [])]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_with_everything_unfolded_axe_finds_nothing_wrong_either(page: Page) -> None:
    for name in ("home", "table", "query_with_parameters"):
        page.goto(PAGES[name])
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert (name, violations(page)) == (name, [])


def test_someone_who_knows_no_datasette_finds_how_many_women_started_in_2022(
    without_scripts: Page,
) -> None:
    page = without_scripts
    page.goto("/")
    page.get_by_role(
        "link", name="Gestarte online opleidingen per gender", exact=True
    ).first.click()
    page.get_by_role("list", name="Gender").get_by_role("link", name="vrouw").click()
    page.get_by_role("list", name="Jaar start").get_by_role("link", name="2022").click()
    expect(page.get_by_role("status")).to_contain_text("1 rij: Gender = vrouw, Jaar start = 2022")
    expect(cells(page, "started")).to_have_text("50.252")
    page.get_by_role("link", name="bron 2022, vrouw").click()
    expect(page.locator("mark")).to_have_text(["2022", "vrouw", "50.252"])


def test_a_visitor_reads_the_site_in_the_language_of_its_address_and_may_choose_another(
    page: Page,
) -> None:
    page.goto(f"/en/{NAME}/started_by_gender?start_year=2022")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Online courses started by gender")
    page.get_by_role("link", name="Nederlands").click()
    expect(page.locator("h1")).to_have_text("Gestarte online opleidingen per gender")
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(3)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_a_row_leads_to_the_code_list_and_to_its_lines_in_the_document(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_gender")
    cells(page, "gender").get_by_role("link", name="vrouw").first.click()
    expect(page.locator("h1")).to_have_text("Genders: vrouw")
    page.goto(f"/{NAME}/started_by_gender")
    page.get_by_role("link", name="173").click()
    line = page.locator("#L173")
    expect(line).to_be_in_viewport()
    expect(
        line.get_by_role("link", name="Gestarte online opleidingen per gender: 2022, vrouw")
    ).to_be_visible()


@pytest.mark.parametrize(
    ("column", "side"), [("stated", "right"), ("difference", "right"), ("scope", "left")]
)
def test_numbers_stand_under_each_other(page: Page, column: str, side: str) -> None:
    page.goto(f"/{NAME}/reconciliation")
    expect(cells(page, column).first).to_have_css("text-align", side)


def test_a_query_runs_with_what_is_chosen_and_its_address_holds_it(page: Page) -> None:
    page.goto(f"/{NAME}/province_per_thousand")
    total = cells(page, "started").first.inner_text()
    page.get_by_label("Jaar", exact=True).select_option("2022")
    page.get_by_role("button", name="Tonen").click()
    expect(page).to_have_url(re.compile(r"province_per_thousand\?year=2022$"))
    expect(page.locator("table.rows-and-columns tbody tr")).to_have_count(7)
    expect(cells(page, "started").first).not_to_have_text(total)
    expect(page.get_by_label("Jaar", exact=True)).to_have_value("2022")


def mark_of(page: Page, key: str) -> Locator:
    """What is drawn for the row whose page is at that key."""
    row = page.locator(f"tr[data-row]:has(a[href$='/{key}'])")
    return page.locator(f"svg [data-row='{row.get_attribute('data-row')}']:visible")


def test_a_mark_of_a_chart_tells_its_row_when_one_points_at_it(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_gender")
    mark_of(page, "2022,female").hover()
    expect(page.locator(".tip")).to_have_text("Jaar start: 2022Gender: vrouwGestart: 50.252")
    expect(cells(page, "started", "tr.pointed")).to_have_text("50.252")
    page.locator("h1").hover()
    expect(page.locator(".tip")).to_have_count(0)


def test_a_chart_of_filtered_rows_fades_all_others(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_sector?start_year=2022&cluster=bouw_en_hout")
    rows = page.locator("table.rows-and-columns tbody tr[data-row]").evaluate_all(
        "rows => rows.map(row => row.dataset.row)"
    )
    marks = page.locator("svg [data-row]:not([data-faded]):visible").evaluate_all(
        "marks => marks.map(mark => mark.dataset.row)"
    )
    assert (len(rows) > 1, sorted(marks)) == (True, sorted(rows))


@pytest.mark.parametrize(("width", "drawn_for"), [(1280, 880), (390, 358)])
def test_a_chart_is_drawn_for_the_width_of_the_page_and_fills_its_column(
    page: Page, width: int, drawn_for: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"/{NAME}/started_by_province")
    drawing = page.locator("figure.chart > svg:visible")
    expect(drawing).to_have_count(1)
    expect(drawing).to_have_attribute("viewBox", re.compile(rf"0 0 {drawn_for} "))
    column, drawn = page.locator("main").bounding_box(), drawing.bounding_box()
    assert column is not None
    assert drawn is not None
    assert drawn["width"] == pytest.approx(column["width"] - 32, abs=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_texts_of_a_chart_are_inside_it_in_the_font_of_the_browser(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    outside = """figures => figures.flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll("text")].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1;
        }).map(text => text.textContent);
    })"""
    for name in ("started_by_sector", "completion_by_cohort", "sector_change", "budgets"):
        page.goto(f"/{NAME}/{name}")
        drawings = page.locator("figure.chart > svg:visible")
        expect(drawings).to_have_count(1)
        assert drawings.evaluate_all(outside) == []


def test_the_rest_of_a_long_list_is_unfolded(page: Page) -> None:
    page.goto(f"/{NAME}/started_by_sector")
    last = mark_of(page, "2022,hout")
    expect(last).to_have_count(0)
    page.get_by_text("Ook de andere tonen").click()
    expect(last).to_have_count(1)


def test_a_chart_is_shared_in_two_clicks(site: Served, browser: Browser) -> None:
    for page in opened(site, browser, permissions=["clipboard-read", "clipboard-write"]):
        page.goto(f"/{NAME}/started_by_gender")
        page.evaluate(STAYS)
        page.get_by_text("Deze grafiek downloaden of delen").click()
        page.locator(".share button").first.click()
        expect(page.get_by_text("Gekopieerd")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{site.address}/chart/started_by_gender.png"
        page.goto(copied)
        expect(page.locator("img")).to_have_count(1)


def test_another_site_shows_a_chart_in_a_frame(page: Page, site: Served) -> None:
    page.goto(f"/{NAME}/started_by_gender")
    code = page.locator("#chart-frame").text_content()
    page.set_content(f"<h1>Another site</h1>{code}")
    frame = page.frame_locator("iframe")
    expect(frame.locator("svg:visible [data-row='2022,female']")).to_have_count(1)
    link = frame.get_by_role("link", name="Cijfers en bron")
    expect(link).to_have_attribute("href", f"{site.address}/{NAME}/started_by_gender")


def test_a_citation_is_copied_by_its_button(site: Served, browser: Browser) -> None:
    for page in opened(site, browser, permissions=["clipboard-read", "clipboard-write"]):
        page.goto(f"/{NAME}/started_by_gender")
        page.evaluate(STAYS)
        button = page.get_by_role("button", name="Kopiëren").first
        wanted = page.locator(f"#{button.get_attribute('data-copy')}").inner_text()
        button.click()
        expect(page.get_by_text("Gekopieerd")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_first_key_leads_past_the_header(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


@pytest.mark.parametrize("margin", ["5mm", "10mm", "15mm", "20mm"])
def test_on_paper_a_table_begins_below_its_heading(page: Page, margin: str) -> None:
    page.goto(f"/{NAME}/started_by_sector")
    around = dict.fromkeys(("top", "bottom", "left", "right"), margin)
    printed = PdfReader(BytesIO(page.pdf(format="A4", margin=around)))
    texts = [sheet.extract_text() for sheet in printed.pages]
    (begun,) = [text for text in texts if "Gegevens\n102 rijen" in text]
    assert "Jaar" in begun
    assert "471-474" in begun


def test_on_paper_there_are_figures_and_remarks_but_no_controls(page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"/{NAME}/started_by_gender")
    shown = {
        name: page.locator(name).first.is_visible()
        for name in ("table.rows-and-columns", "svg", ".beware")
    }
    hidden = {
        name: page.locator(name).first.is_visible()
        for name in (".facet-results", "header.top", "td.col-Link")
    }
    assert (set(shown.values()), set(hidden.values())) == ({True}, {False})
