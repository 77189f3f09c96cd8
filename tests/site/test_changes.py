"""What changed between versions, on the site: in words, as data, frozen, and never too much."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from openbaar.site.frozen.freeze import freeze
from openbaar.site.routes import changes
from openbaar.site.serving.serve import site
from openbaar.versions import history
from served import ROOT, Built, build, published_of, shown

pytestmark = pytest.mark.slow
HAND_MADE = ROOT / "tests" / "publications" / "hand_made"
HTML = {"accept": "text/html"}


def with_earlier_version(target: Path, described: bool = True) -> Path:
    """The hand-made publication, of which 1.1.0 had another name for a region and one row less."""
    root = Path(shutil.copytree(HAND_MADE, target / "publication"))
    now = build(HAND_MADE, target / "now").metadata.parent
    kept = root / "tables" / "releases" / "1.1.0"
    shutil.copytree(now / "tables" / "releases" / "1.2.0", kept)
    regions = kept / "regions.csv"
    lines = regions.read_text("utf-8").replace("Vlaanderen", "Vlaenderen").splitlines(keepends=True)
    regions.write_text("".join(lines[:-1]), "utf-8")
    if described:
        descriptor = json.loads((now / "datapackage.json").read_text("utf-8"))
        descriptor["version"] = "1.1.0"
        for resource in descriptor["resources"]:
            if resource["name"] == "regions":
                resource["title"] = "Gewesten van toen"
        (kept / "datapackage.json").write_text(json.dumps(descriptor))
    return root


def built_from(root: Path, target: Path) -> Built:
    """The site of a publication, with what is kept of its versions."""
    shutil.copytree(root / "tables" / "releases", target / "tables" / "releases")
    built = build(root, target)
    record = target / "tables" / "permalinks.json"
    permalinks = json.loads(record.read_text("utf-8"))
    for versions in permalinks["tables"].values():
        versions["1.1.0"] = "0" * 64
    record.write_text(json.dumps(permalinks))
    return built


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = with_earlier_version(tmp_path_factory.mktemp("earlier"))
    return built_from(root, tmp_path_factory.mktemp("site"))


def get(built: Built, path: str, **headers: str) -> Any:
    return asyncio.run(shown(built).client.get(path, headers=headers or HTML))


def test_the_page_tells_in_words_what_changed(built: Built) -> None:
    answer = get(built, "/en/changes/1.1.0...1.2.0")
    assert answer.status_code == 200
    assert "From version 1.1.0 to 1.2.0" in answer.text
    assert "Vlaenderen" in answer.text
    assert "Rows added: 1" in answer.text
    title = '<del lang="nl">Gewesten van toen</del> → <ins lang="nl">Gewesten</ins>'
    assert f"Title (Dutch): {title}" in answer.text
    assert "rows_added" not in answer.text


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("notes.0.nl", ("Notes 1 (Dutch)", "nl")),
        ("notes.0.en", ("Notes 1", None)),
        ("translations.en.title", ("Title (English)", None)),
        ("fields.code.unit", ("Code: Unit (Dutch)", "nl")),
        ("fields.code.type", ("Code: Type", None)),
    ],
)
def test_a_text_that_changed_says_of_which_language_it_is(
    built: Built, place: str, told: tuple[str, str | None]
) -> None:
    change = {"what": place, "old": "then", "new": "now"}
    found = changes._text_change(published_of(built), "regions", change)  # in English
    assert (found.what, found.lang) == told


def test_programs_get_names_codes_and_numbers(built: Built) -> None:
    found = get(built, "/changes/1.1.0...1.2.0.json").json()
    (table,) = [each for each in found["tables"] if each["name"] == "regions"]
    assert (found["old"], found["new"], found["part"]) == ("1.1.0", "1.2.0", "minor")
    assert table["counts"] == {
        "rows_added": 1,
        "rows_gone": 0,
        "rows_changed": 1,
        "schema": 0,
        "texts": 1,
    }
    assert list(table["rows_changed"][0]["key"]) == ["code"]


def test_versions_that_were_not_compared_are_refused(built: Built) -> None:
    for path in ("/changes/1.2.0...1.1.0", "/changes/0.0.1...9.9.9", "/changes/1.1.0...1.1.0.json"):
        answer = get(built, path)
        assert answer.status_code == 404
        assert "zijn niet vergeleken" in answer.text


def test_the_home_page_and_the_feed_lead_there(built: Built) -> None:
    assert 'href="/en/changes/1.1.0...1.2.0"' in get(built, "/en/").text
    assert "/en/changes/1.1.0...1.2.0" in get(built, "/en/feed.atom").text


def test_a_version_is_shown_as_it_was_described_then(built: Built) -> None:
    page = get(built, "/id/regions/1.1.0").text
    assert "<h1>Gewesten van toen, versie 1.1.0</h1>" in page
    assert "Vlaenderen" in page
    assert 'href="/download/1.1.0/datapackage.json"' in page
    assert "/changes/1.1.0...1.2.0</loc>" in get(built, "/sitemap.xml").text
    described = get(built, "/id/regions/1.1.0", accept="application/vnd.datapackage+json")
    assert described.headers["location"].endswith("/download/1.1.0/datapackage.json")
    assert get(built, "/download/1.1.0/datapackage.json").json()["version"] == "1.1.0"


def test_latest_leads_to_the_version_of_now(built: Built) -> None:
    answer = get(built, "/id/regions/latest")
    assert (answer.status_code, answer.headers["location"]) == (302, "/id/regions/1.2.0")
    assert get(built, "/id/nothing/latest").status_code == 404


def test_a_version_of_which_only_the_figures_are_kept_says_so(tmp_path: Path) -> None:
    root = with_earlier_version(tmp_path, described=False)
    built = built_from(root, tmp_path / "site")
    assert "no titles or descriptions" in get(built, "/en/id/regions/1.1.0").text
    page = get(built, "/en/changes/1.1.0...1.2.0").text
    assert "only the figures are kept" in page
    assert "Vlaenderen" in page


def test_the_frozen_site_has_the_pages_and_the_data(built: Built, tmp_path: Path) -> None:
    freeze(built.database, built.metadata, tmp_path / "frozen", "https://data.example")
    frozen = tmp_path / "frozen"
    for folder in (frozen, frozen / "en"):
        assert "1.1.0" in (folder / "changes/1.1.0...1.2.0/index.html").read_text("utf-8")
    assert json.loads((frozen / "changes/1.1.0...1.2.0.json").read_bytes())["new"] == "1.2.0"
    assert "1.2.0" in (frozen / "id/regions/latest/index.html").read_text("utf-8")


def test_of_a_large_table_only_the_rows_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LARGEST", 10)
    built = built_from(with_earlier_version(tmp_path), tmp_path / "site")
    found = get(built, "/changes/1.1.0...1.2.0.json").json()
    assert found["not_compared"] == ["regions"]
    (table,) = found["tables"]
    assert (table["counts"]["rows_changed"], table["counts"]["texts"]) == (0, 1)
    assert "too many to list here: Regions" in get(built, "/en/changes/1.1.0...1.2.0").text


def test_of_many_changes_the_first_are_listed_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "LISTED", 0)
    built = built_from(with_earlier_version(tmp_path), tmp_path / "site")
    (table,) = get(built, "/changes/1.1.0...1.2.0.json").json()["tables"]
    assert (table["rows_changed"], table["counts"]["rows_changed"]) == ([], 1)


def test_nothing_is_told_of_a_table_that_was_withdrawn(tmp_path: Path) -> None:
    root = with_earlier_version(tmp_path)
    (root / "tables/releases/1.1.0/mayors.csv").write_text("name\nsecret\n")
    descriptor = root / "tables/releases/1.1.0/datapackage.json"
    described = json.loads(descriptor.read_text("utf-8"))
    mayors = {"name": "mayors", "path": "tables/mayors.csv", "schema": {"fields": []}}
    described["resources"].append(mayors)
    descriptor.write_text(json.dumps(described))
    package = root / "tables/package.yaml"
    text = package.read_text("utf-8")
    assert "withdrawn:" not in text
    package.write_text(f"{text}withdrawn: {{mayors: {{nl: privé, en: private}}}}\n")
    built = built_from(root, tmp_path / "site")
    assert get(built, "/changes/1.1.0...1.2.0.json").json()["tables_gone"] == []


def test_a_publication_without_earlier_versions_has_none_to_compare(small: Built) -> None:
    page = asyncio.run(site(small.database, small.metadata).client.get("/en/")).text
    assert "/changes/" not in page
    assert published_of(small).version == "1.2.0"


def test_the_page_of_an_earlier_version_lists_its_files_by_the_names_of_their_tables(
    built: Built,
) -> None:
    page = get(built, "/en/download/1.1.0").text
    assert "The current version is 1.2.0." in page
    listed = re.findall(r'<a href="/download/1\.1\.0/([^"]*)">([^<]*)</a>', page)
    assert listed[:3] == [
        ("datapackage.json", "datapackage.json"),
        ("tables/regions.csv", "Regions (CSV)"),
        ("tables/statuses.csv", "Statuses (CSV)"),
    ]
