"""The charts on pages, as files, and on pages that other sites may frame."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from markupsafe import Markup
from PIL import Image

import drawings
from openbaar.site.pages.pictures import Chart, numbered
from openbaar.site.routes.kept_versions import versions_with_other_figures
from served import ROOT, Built, build, published_of, shown

pytestmark = pytest.mark.slow  # a publication is built
VDAB = "/vdab-online-opleidingen"
CHART = "/chart/started_by_gender"


CHART_OF_ROWS = numbered(
    Chart(
        page="t",
        parameters={},
        language="en",
        name="t",
        title="t",
        told="t",
        wide=Markup('<svg class="drawing"><rect data-row="a"/><rect data-row="&lt;b&gt;"/></svg>'),
        narrow=Markup(
            '<svg class="drawing"><rect data-row="&lt;b&gt;"/><rect data-row="a"/></svg>'
        ),
    )
)


def get(built: Built, address: str, language: str = "nl", **headers: str) -> Any:
    """The answer to a request, redirects followed."""
    client = shown(built).client
    path = f"/{language}{address}"
    return asyncio.run(client.get(path, headers=headers, follow_redirects=True))


def test_rows_that_a_page_does_not_show_are_faded() -> None:
    shown = CHART_OF_ROWS.with_rows(["<b>", "not drawn"])
    assert re.findall(r'data-row="([^"]*)" opacity="0.15" data-faded', shown.wide) == ["0"]
    assert re.findall(r'data-row="([^"]*)" opacity="0.15" data-faded', shown.narrow) == ["0"]
    assert 'class="drawing filtered"' in shown.wide
    assert shown.is_filtered
    assert CHART_OF_ROWS.with_rows(["<b>", "a", "not drawn"]) is CHART_OF_ROWS


def test_marks_have_numbers_for_the_keys_of_their_rows() -> None:
    assert CHART_OF_ROWS.numbers == {"a": "0", "<b>": "1"}
    assert (
        CHART_OF_ROWS.narrow
        == '<svg class="drawing"><rect data-row="1"/><rect data-row="0"/></svg>'
    )


def test_a_page_has_its_chart_for_a_wide_window_and_for_a_phone(vdab: Built) -> None:
    found = re.findall(r'<svg [^>]*viewBox="0 0 (\d+)', get(vdab, f"{VDAB}/share_of_women").text)
    assert found == ["880", "358"]


def test_the_drawing_for_a_phone_is_told_by_the_words_of_the_other_one(vdab: Built) -> None:
    page = get(vdab, f"{VDAB}/started_by_sector").text
    told = dict(re.findall(r'<svg id="([^"]*)"[^>]* aria-label="([^"]+)"', page))
    others = re.findall(r'<svg [^>]*aria-labelledby="([^"]*)"', page)
    assert len(told) == 2
    assert others == list(told)
    assert 'id="' not in get(vdab, f"{CHART}.svg").text


def test_what_is_folded_away_is_unfolded_where_a_filter_shows_it(vdab: Built) -> None:
    page = f"{VDAB}/started_by_sector"
    assert '<details class="rest printed">' in get(vdab, page).text
    assert '<details class="rest printed" open>' in get(vdab, f"{page}?cluster=bouw_en_hout").text


def test_a_chart_is_there_as_svg_with_its_words(vdab: Built) -> None:
    answer = get(vdab, f"{CHART}.svg")
    assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
    written = " ".join(drawings.words(answer.text))
    assert "Gestarte online opleidingen per gender" in written
    assert "50.252" in answer.text


def test_a_chart_is_there_as_png(vdab: Built) -> None:
    answer = get(vdab, f"{CHART}.png")
    assert answer.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(answer.content))
    assert image.width == 1.5 * (880 + 2 * 16)
    assert len(image.convert("RGB").getcolors(1 << 24)) > 10


def test_a_visitor_who_has_a_chart_already_gets_nothing_again(vdab: Built) -> None:
    etag = get(vdab, f"{CHART}.png").headers["etag"]
    answer = get(vdab, f"{CHART}.png", **{"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_every_link_of_the_share_box_leads_to_a_chart_of_what_was_chosen(vdab: Built) -> None:
    html = get(vdab, f"{VDAB}/sector_change?cluster=bouw_en_hout").text
    links = set(re.findall(r'"(/(?:chart|embed)/[^"]*)"', html))
    assert len(links) == 3  # the one to see how it looks among them
    for link in links:
        assert "Beroepencluster: Bouw en hout" in get(vdab, link).text or link.endswith(".png")
        assert get(vdab, link).status_code == 200


@pytest.mark.parametrize("path", [f"{CHART}x.svg", "/chart/started_by_gender.gif", "/embed/x"])
def test_a_chart_that_is_not_there_is_not_found(vdab: Built, path: str) -> None:
    assert get(vdab, path).status_code == 404


def test_other_sites_may_frame_the_page_of_a_chart_and_no_other(vdab: Built) -> None:
    framed = get(vdab, "/embed/started_by_gender").headers
    assert "frame-ancestors *" in framed["content-security-policy"]
    assert "x-frame-options" not in framed
    other = get(vdab, f"{VDAB}/started_by_gender").headers
    assert "frame-ancestors 'none'" in other["content-security-policy"]
    assert other["x-frame-options"] == "DENY"


def test_the_page_of_a_chart_is_in_its_language_and_leads_to_the_figures(vdab: Built) -> None:
    html = get(vdab, "/embed/started_by_gender", "en").text
    assert '<html lang="en">' in html
    assert "Online courses started by gender" in html
    assert "Figures and source" in html
    assert f"/en{VDAB}/started_by_gender" in html
    assert "<script" not in html


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A publication whose table had other figures in version 0.1.0, and the same in 1.1.0."""
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(ROOT / "tests" / "publications" / "hand_made", folder / "authored")
    table = folder / "authored" / "tables" / "municipalities.yaml"
    chart = "chart: {x: year, y: number, color: region}\n"
    table.write_text(table.read_text("utf-8") + chart, "utf-8")
    built = build(folder / "authored", folder / "built")
    record = built.metadata.parent / "tables" / "permalinks.json"
    data = json.loads(record.read_text("utf-8"))
    versions = data["tables"]["municipalities"]
    versions |= {"0.1.0": hashlib.sha256(b"").hexdigest(), "1.1.0": versions["1.2.0"]}
    record.write_text(json.dumps(data), "utf-8")
    return built


@pytest.mark.parametrize(
    ("asked", "is_told"),
    [
        ("?_version=0.1.0", True),
        ("?_version=1.1.0", False),
        ("?_version=9.9.9", False),
        ("", False),
    ],
)
def test_a_chart_on_another_site_says_where_its_figures_have_changed_since(
    changed: Built, asked: str, is_told: bool
) -> None:
    html = get(changed, f"/embed/municipalities{asked}", "en").text
    told = re.search(r"<p class=\"changed\"([^>]*)>The figures have changed since", html)
    assert told is not None
    assert 'data-changed="0.1.0"' in told[1]
    assert (" hidden" not in told[1]) == is_told


def test_the_code_for_another_site_names_the_version(changed: Built) -> None:
    html = unescape(get(changed, "/municipalities/municipalities").text)
    assert re.search(r'<iframe src="[^"]*/embed/municipalities\?_version=1\.2\.0"', html)


def test_an_answer_has_changed_where_it_was_asked_otherwise(changed: Built) -> None:
    published = published_of(changed)
    then = published.permalinks["queries"]["per_year"]
    asked = {"1.1.0": {**then["1.2.0"], "sql": "select 1"}, "1.2.0": then["1.2.0"]}
    questions = {**published.permalinks, "queries": {"per_year": asked}}
    found = versions_with_other_figures(replace(published, permalinks=questions), "per_year")
    assert found == ["0.1.0", "1.1.0"]


def test_an_answer_of_other_tables_than_those_of_now_has_changed(changed: Built) -> None:
    """The question was released before any of its tables of now were."""
    published = published_of(changed)
    then = published.permalinks["queries"]["per_year"]["1.2.0"]
    asked = {"0.0.9": {**then, "sql": "select 1", "tables": ["cities"]}, "1.2.0": then}
    questions = {**published.permalinks, "queries": {"per_year": asked}}
    found = versions_with_other_figures(replace(published, permalinks=questions), "per_year")
    assert found == ["0.0.9", "0.1.0"]
