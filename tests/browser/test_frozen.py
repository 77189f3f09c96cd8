"""A frozen site, opened from a disk and from a server of files: what its own scripts do."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.chromium import ENOUGH, IN_CHROMIUM, chromium
from browser.grid import cells
from openbaar.site.frozen.freeze import freeze
from served import ROOT, build

pytestmark = IN_CHROMIUM
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"
TABLE = "municipalities/municipalities/"
CHOICES = "    parameters: {year: {title: {nl: Jaar, en: Year}, choices: municipalities.year}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-made publication, whose question offers each year, frozen for a path of a host."""
    root = tmp_path_factory.mktemp("publication") / "root"
    shutil.copytree(HAND_MADE, root)
    package = root / "tables" / "package.yaml"
    text = package.read_text("utf-8")
    package.write_text(text.replace("  per_year:\n", f"  per_year:\n{CHOICES}"), "utf-8")
    built = build(root, tmp_path_factory.mktemp("built"))
    target = tmp_path_factory.mktemp("host") / "figures"
    freeze(built.database, built.metadata, target, "https://data.example/figures")
    return target


class Quiet(SimpleHTTPRequestHandler):
    """Gives files as they are, and `index.html` for a folder, as servers of pages do."""

    def log_message(self, *_said: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    """The address of the frozen site on a plain server of files, which knows nothing of it."""
    handler = partial(Quiet, directory=str(folder.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/figures/"
        listening.shutdown()


@contextmanager
def opened(address: str, scripts: bool = True) -> Iterator[Page]:
    """A page of a browser that no error reaches."""
    wrong: list[str] = []
    with chromium() as browser:
        context = browser.new_context(base_url=address, java_script_enabled=scripts)
        context.set_default_timeout(ENOUGH)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(f"{asked.failure}: {asked.url}"))
        page.on("response", lambda got: wrong.append(got.url) if got.status >= 400 else None)
        yield page
        # A page that leads on before it is loaded is left.
        wrong = [each for each in wrong if not each.startswith("net::ERR_ABORTED")]
    assert wrong == []


@pytest.fixture
def page(folder: Path) -> Iterator[Page]:
    """A page of the site on the disk."""
    with opened(f"{folder.as_uri()}/") as page:
        yield page


@pytest.fixture
def hosted(server: str) -> Iterator[Page]:
    """A page of the site on a server of files."""
    with opened(server) as page:
        yield page


def test_values_narrow_a_table_together_and_a_shared_address_does_so_too(page: Page) -> None:
    page.goto(f"{TABLE}index.html")
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


def figures(page: Page) -> list[int]:
    """The numbers of municipalities in the rows that are shown, in their order, but blanks."""
    found = cells(page, "number", "tbody tr:visible")
    texts = found.all_inner_texts()
    return [int(text.replace(".", "")) for text in texts if text != "—"]


@pytest.mark.parametrize("where", ["page", "hosted"])
def test_a_heading_sorts_by_its_figures_with_the_keyboard_too(
    where: str, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(where)
    page.goto(f"{TABLE}index.html")
    before = figures(page)
    heading = page.locator("th[data-column=number]")
    expect(heading).not_to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("status")).to_contain_text("gesorteerd op Aantal, oplopend")
    assert figures(page) == sorted(before) != before
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert figures(page) == sorted(before, reverse=True)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("status")).not_to_contain_text("gesorteerd")
    assert figures(page) == before


def test_words_find_rows_among_those_that_are_chosen(hosted: Page) -> None:
    hosted.goto(f"{TABLE}?year=2019")
    rows = hosted.locator("table.rows-and-columns tbody tr:visible")
    expect(rows).to_have_count(3)
    hosted.get_by_label("Zoeken in deze rijen").fill("VLAANDEREN")
    expect(rows).to_have_count(1)
    expect(hosted.get_by_role("status")).to_contain_text("1 / 10")
    expect(hosted.locator(".export-links:visible")).to_have_text("Deze rijen als CSV")
    hosted.reload()
    expect(rows).to_have_count(1)


@pytest.mark.parametrize("where", ["page", "hosted"])
def test_the_rows_that_are_chosen_can_be_taken_away(
    where: str, request: pytest.FixtureRequest, folder: Path
) -> None:
    page: Page = request.getfixturevalue(where)
    page.goto(f"{TABLE}index.html?year=2019&_sort_desc=number")
    links = page.locator(".export-links:visible")
    expect(links).to_have_text("Deze rijen als CSV")
    with page.expect_download() as downloading:
        links.get_by_role("link").click()
    assert downloading.value.suggested_filename == "municipalities_2019-1.2.0.csv"
    taken = Path(downloading.value.path()).read_text("utf-8").splitlines()
    whole = folder / "download" / "1.2.0" / "tables" / "municipalities.csv"
    header, *lines = whole.read_text("utf-8").splitlines()
    chosen = [line for line in lines if line.startswith("2019,")]
    assert taken == [header, *sorted(chosen, key=lambda line: -int(line.split(",")[2]))]
    page.goto(f"{TABLE}index.html?year=1500")
    expect(links).to_have_count(0)


def test_texts_lists_and_truth_are_taken_away_as_in_the_file_of_the_table(
    hosted: Page, folder: Path
) -> None:
    hosted.goto("municipalities/mergers/?several=0")
    with hosted.expect_download() as downloading:
        hosted.get_by_role("link", name="CSV", exact=True).first.click()
    taken = Path(downloading.value.path()).read_text("utf-8")
    whole = folder / "download" / "1.2.0" / "tables" / "mergers.csv"
    header, *_, chosen, _last = whole.read_text("utf-8").splitlines()
    assert taken == f"{header}\n{chosen}\n"


def test_of_a_trust_table_the_files_are_said_to_hold_all_rows(hosted: Page) -> None:
    hosted.goto("municipalities/provenance/")
    links = hosted.locator(".export-links:visible")
    expect(links).to_have_text("Deze rijen als CSV, JSON")
    hosted.get_by_label("Zoeken in deze rijen").fill("2663")
    expect(links).to_have_text("Alle rijen als CSV, JSON")


def test_a_condition_that_only_a_running_site_knows_is_named(hosted: Page) -> None:
    hosted.goto(f"{TABLE}?number__gt=500&year=2019")
    expect(hosted.get_by_role("alert")).to_contain_text("number__gt=500")
    hosted.goto(f"{TABLE}?year=2019&_sort=number")
    expect(hosted.get_by_role("alert")).to_be_hidden()


def test_a_question_has_a_page_for_each_value_and_a_shared_address_leads_there(
    hosted: Page,
) -> None:
    hosted.goto("en/municipalities/per_year/")
    expect(hosted.locator("form.sql")).to_have_count(0)
    rows = hosted.locator("table.rows-and-columns tbody tr")
    expect(rows).to_have_count(3)
    hosted.get_by_role("link", name="2019", exact=True).click()
    expect(rows).to_have_count(1)
    expect(hosted.get_by_role("link", name="2019", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    hosted.goto("en/municipalities/per_year/?year=1961")
    hosted.wait_for_url("**/year=1961/index.html?year=1961")
    expect(rows).to_have_count(1)
    hosted.goto("id/per_year/1.2.0/?year=1961")
    hosted.wait_for_url("**/figures/municipalities/per_year/year=1961/index.html?year=1961")
    hosted.goto("en/municipalities/per_year/?year=1500")
    expect(rows).to_have_count(3)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "en/",
        "municipalities/",
        TABLE,
        "municipalities/municipalities/1961,belgium/",
        "en/municipalities/per_year",
        "id/regions",
        "id/regions/1.2.0",
        "id/regions/flanders",
        "source/municipalities.txt",
        "catalog",
        "download",
        "search/?q=belgi",
        "404.html",
    ],
)
def test_a_server_of_files_is_enough(hosted: Page, path: str) -> None:
    hosted.goto(path)
    # Some lead on to another page, whose style sheet may come a moment later.
    expect(hosted.locator("h1")).to_be_visible()
    expect(hosted.locator("main")).not_to_have_css("max-width", "none")


@pytest.mark.parametrize("path", ["", TABLE, "municipalities/per_year/", "search/"])
def test_without_scripts_nothing_is_shown_that_would_need_them(server: str, path: str) -> None:
    with opened(server, scripts=False) as page:
        page.goto(path)
        controls = page.locator("form, button, input, select, textarea").locator("visible=true")
        own = controls.locator("xpath=self::*[not(@data-columns)]")  # that box is the style sheet's
        expect(own).to_have_count(0)
        expect(page.locator('main a[href^="index.html?"]:visible')).to_have_count(0)


@pytest.mark.parametrize(
    ("asked", "first"),
    [("VLAANDEREN", "Vlaanderen"), ("2663", "België"), ("2.663", "België"), ("zzz", "Niets")],
)
def test_the_search_needs_no_server(page: Page, asked: str, first: str) -> None:
    page.goto("municipalities/regions/index.html")
    page.get_by_role("searchbox", name="Zoeken", exact=True).fill(asked)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(first)
    if first != "Niets":
        page.locator("ul.found a").first.click()
        expect(page.locator("h1")).to_be_visible()


def test_the_other_language_is_a_click_away(page: Page) -> None:
    page.goto("municipalities/regions/index.html")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Regions")


def test_a_chart_on_another_site_says_that_its_figures_have_changed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(HAND_MADE, root)
    table = root / "tables" / "municipalities.yaml"
    chart = "chart: {x: year, y: number, color: region}\n"
    table.write_text(table.read_text("utf-8") + chart, "utf-8")
    built = build(root, tmp_path / "built")
    record = tmp_path / "built" / "tables" / "permalinks.json"
    before = b"year,region,number,share,status\n1961,belgium,2664,,\n"
    kept = tmp_path / "built" / "tables" / "releases" / "0.1.0" / "municipalities.csv"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(before)
    recorded = json.loads(record.read_text("utf-8"))
    recorded["tables"]["municipalities"]["0.1.0"] = hashlib.sha256(before).hexdigest()
    record.write_text(json.dumps(recorded), "utf-8")
    freeze(built.database, built.metadata, tmp_path / "frozen", "https://data.example")
    with opened(f"{(tmp_path / 'frozen').as_uri()}/") as page:
        for version, is_told in {"0.1.0": True, "1.2.0": False}.items():
            page.goto(f"en/embed/municipalities/index.html?_version={version}")
            told = page.get_by_text("The figures have changed since this was placed here.")
            expect(told).to_be_visible(visible=is_told)
