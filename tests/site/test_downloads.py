"""What one downloads is the published file, whole, under an address whose bytes never change."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import httpx
import pytest
from frictionless import Package

from openbaar.site.published import Published
from openbaar.site.routes.downloads import files, links, packed_links, size_text
from openbaar.site.serving.serve import site
from served import ROOT, Built, build, published_of, served


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, built."""
    return build(ROOT / "tests" / "publications" / "hand_made", tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def published(built: Built) -> Published:
    """What a site knows of it."""
    return published_of(built, "https://data.example", public=True)


def get(built: Built, path: str, public: bool = True, **headers: str) -> httpx.Response:
    """The answer of the site to one request."""
    shown = site(built.database, built.metadata, "https://data.example", public)
    response: httpx.Response = asyncio.run(shown.client.get(path, headers=headers))
    return response


def test_a_table_offers_its_csv_and_the_whole_its_files(published: Published) -> None:
    offered = links(published, "regions", "nl") + packed_links(published, "nl")
    assert [(each.kind, each.address, each.label, each.rows) for each in offered] == [
        ("csv", "/download/1.2.0/tables/regions.csv", "Gewesten (CSV)", 4),
        (
            "zip",
            "/download/1.2.0/municipalities-1.2.0.zip",
            "Alle tabellen als datapakket (ZIP)",
            None,
        ),
        (
            "xlsx",
            "/download/1.2.0/municipalities-1.2.0.xlsx",
            "Alle tabellen als Excel-bestand",
            None,
        ),
        (
            "db",
            "/download/1.2.0/municipalities-1.2.0.db",
            "Alle tabellen als SQLite-databank",
            None,
        ),
    ]


def test_the_page_of_a_table_leads_to_the_home_page_for_hashes_that_any_change_makes_others(
    built: Built, published: Published
) -> None:
    page, home = get(built, "/municipalities/regions").text, get(built, "/").text
    own = links(published, "regions", "nl")
    for link in packed_links(published, "nl"):
        assert f'<a href="{link.address}" download>' in page
        assert link.sha256 not in page
        assert link.sha256 in home
        assert link.size in home
    assert [link.sha256 in page for link in own] == [True]
    assert '<a href="/#download">' in page
    assert 'id="download"' in home


def test_the_home_page_offers_the_whole_and_every_table(published: Published) -> None:
    kinds = [each.kind for each in links(published)]
    assert kinds == ["zip", "xlsx", "db", *["csv"] * len(published.tables)]


@pytest.mark.parametrize(
    ("language", "ending", "label"),
    [
        ("nl", ".xlsx", "Alle tabellen als Excel-bestand"),
        ("en", ".en.xlsx", "All tables as an Excel workbook"),
    ],
)
def test_the_workbook_is_the_one_in_the_language_of_the_page(
    published: Published, language: str, ending: str, label: str
) -> None:
    found = [each for each in links(published, None, language) if each.kind == "xlsx"]
    address = f"/download/1.2.0/municipalities-1.2.0{ending}"
    assert [(each.address, each.label) for each in found] == [(address, label)]
    assert address in files(published)


def test_each_link_leads_to_a_file_of_the_size_and_the_hash_that_stand_beside_it(
    built: Built, published: Published
) -> None:
    for link in links(published):
        data = get(built, link.address).content
        assert (len(data), hashlib.sha256(data).hexdigest()) == (link.bytes, link.sha256), (
            link.address
        )


def test_a_public_site_lets_caches_keep_a_file_for_ever_and_one_under_work_does_not(
    built: Built,
) -> None:
    path = "/download/1.2.0/tables/regions.csv"
    assert get(built, path).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert get(built, path, public=False).headers["cache-control"] == "no-cache"


def test_who_has_the_file_already_gets_it_only_once(built: Built) -> None:
    first = get(built, "/download/1.2.0/tables/regions.csv")
    again = get(
        built, "/download/1.2.0/tables/regions.csv", **{"if-none-match": first.headers["etag"]}
    )
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-3", (206, "bytes 0-3/{size}", slice(0, 4))),
        ("bytes=-5", (206, "bytes {last}/{size}", slice(-5, None))),
        ("bytes=2-", (206, "bytes 2-{end}/{size}", slice(2, None))),
        ("bytes=99999-", (416, "bytes */{size}", slice(0, 0))),
        ("bytes=0-1,3-4", (200, None, slice(None))),
        ("lines=0-1", (200, None, slice(None))),
        ("bytes=3-1", (200, None, slice(None))),
    ],
)
def test_a_part_of_a_file_can_be_read(
    built: Built, asked: str, expected: tuple[int, str | None, slice]
) -> None:
    path = "/download/1.2.0/tables/regions.csv"
    whole = get(built, path)
    assert whole.headers["accept-ranges"] == "bytes"
    size = len(whole.content)
    answer = get(built, path, range=asked)
    status, place, part = expected
    numbers = {"size": size, "end": size - 1, "last": f"{size - 5}-{size - 1}"}
    assert (answer.status_code, answer.content) == (status, whole.content[part])
    assert answer.headers.get("content-range") == (place and place.format(**numbers))
    other = get(built, path, **{"range": asked, "if-range": '"another file"'})
    assert (other.status_code, other.content) == (200, whole.content)


@pytest.mark.parametrize(
    "path",
    [
        "/download/9.9.9/tables/regions.csv",
        "/download/1.2.0/tables/nothing.csv",
        "/download/1.2.0/tables/nothing.json",
        "/download/1.2.0/../metadata.yml",
        "/download/1.2.0/%2e%2e/metadata.yml",
        "/download/1.2.0//etc/passwd",
        "/download/1.2.0/metadata.yml",
        "/download/1.2.0/tables/permalinks.json",
        "/download/tables/regions.csv",
    ],
)
def test_nothing_but_the_files_of_a_publication_can_be_downloaded(built: Built, path: str) -> None:
    assert get(built, path).status_code == 404


def test_files_of_others_in_the_folder_of_downloads_are_not_offered(
    built: Built, published: Published
) -> None:
    before = files(published)
    dist = published.folder / "dist"
    (dist / "notes.zip").write_bytes(b"mine")
    (dist / "municipalities-0.1.0.zip").write_bytes(b"an earlier one")
    added = {
        address: path.name for address, path in files(published).items() if address not in before
    }
    (dist / "notes.zip").unlink()
    (dist / "municipalities-0.1.0.zip").unlink()
    assert added == {"/download/0.1.0/municipalities-0.1.0.zip": "municipalities-0.1.0.zip"}


@pytest.mark.parametrize(
    ("size", "language", "text"),
    [
        (0, "en", "0 bytes"),
        (1, "en", "1 byte"),
        (299, "nl", "299 byte"),
        (999, "de", "999 Byte"),
        (1000, "en", "1.0 kB"),
        (1234, "nl", "1,2 kB"),
        (49_511, "nl", "50 kB"),
        (999_600, "en", "1.0 MB"),
        (5_300_000_000, "nl", "5,3 GB"),
        (5_300_000, "fr", "5,3\u202fMo"),
    ],
)
def test_sizes_are_written_as_people_read_them(size: int, language: str, text: str) -> None:
    assert size_text(size, language) == text


@pytest.mark.slow
def test_the_address_of_a_version_is_a_data_package_that_a_reader_loads(
    built: Built, tmp_path: Path
) -> None:
    with served(built) as server:
        package = Package(f"{server.address}/download/1.2.0/datapackage.json")
        rows = [row["code"] for row in package.get_resource("regions").read_rows()]
    assert rows == ["belgium", "flanders", "brussels", "wallonia"]


def test_a_large_table_is_also_offered_as_parquet(tmp_path: Path) -> None:
    folder = tmp_path / "dist" / "x-1.0.0" / "tables"
    folder.mkdir(parents=True)
    (folder / "t.parquet").write_bytes(b"PAR1")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "t.csv").write_bytes(b"a\n1\n")
    table = {"name": "t", "path": "tables/t.csv", "title": "T", "rows": 1}
    described = {"version": "1.0.0", "languages": ["en"], "resources": [table], "sources": []}
    published = Published("x", described, folder=tmp_path)
    assert [(link.label, link.address) for link in links(published, "t")] == [
        ("T (CSV)", "/download/1.0.0/tables/t.csv"),
        ("T (Parquet)", "/download/1.0.0/tables/t.parquet"),
    ]
    assert files(published)["/download/1.0.0/tables/t.parquet"] == folder / "t.parquet"
