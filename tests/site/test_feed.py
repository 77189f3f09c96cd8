"""The feed of versions: what is new in each, and only the dates that are known."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from openbaar.site.serving.serve import site
from served import Built

pytestmark = pytest.mark.slow
ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://data.example"


@pytest.fixture(scope="module")
def released(small: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication after an earlier version with other tables."""
    folder = Path(shutil.copytree(small.database.parent, tmp_path_factory.mktemp("feed") / "copy"))
    path = folder / "tables" / "permalinks.json"
    permalinks: dict[str, Any] = json.loads(path.read_text())
    permalinks["tables"]["mayors"] = {"1.1.0": "a"}
    permalinks["tables"]["regions"]["1.1.0"] = "b"
    permalinks["tables"]["statuses"]["1.1.0"] = permalinks["tables"]["statuses"]["1.2.0"]
    path.write_text(json.dumps(permalinks))
    kept = folder / "tables" / "releases" / "1.1.0"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "datapackage.json").write_text('{"modified": "2022-02-03T04:05:06Z"}')
    return Built(folder / small.database.name, folder / "metadata.yml")


def feed(built: Built, path: str) -> ElementTree.Element:
    """The feed at a path."""
    answer = asyncio.run(site(built.database, built.metadata, SITE).client.get(path))
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def test_each_version_tells_which_tables_are_new_changed_and_gone(released: Built) -> None:
    root = feed(released, "/en/feed.atom")
    entries = [
        (entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}title"))
        for entry in root.iter(f"{ATOM}entry")
    ]
    assert entries == [
        (f"{SITE}/download/1.2.0/", "Municipalities of Belgium, version 1.2.0"),
        (f"{SITE}/download/1.1.0/", "Municipalities of Belgium, version 1.1.0"),
    ]
    newest, oldest = (entry.findtext(f"{ATOM}summary") or "" for entry in root.iter(f"{ATOM}entry"))
    assert newest.startswith("New tables: Municipalities per region; Mergers;")
    assert newest.endswith("Changed tables: Regions. Tables that are gone: mayors.")
    assert sorted(oldest.removeprefix("Tables: ").removesuffix(".").split("; ")) == [
        "Regions",
        "Statuses",
        "mayors",
    ]


@pytest.mark.parametrize("version", ["1.2.0", "1.1.0"])
def test_the_id_of_an_entry_leads_to_the_page_of_that_version(
    released: Built, version: str
) -> None:
    client = site(released.database, released.metadata, SITE).client
    led = asyncio.run(client.get(f"/download/{version}/"))
    assert (led.status_code, led.headers["location"]) == (301, f"/download/{version}")
    page = asyncio.run(client.get(f"/en/download/{version}"))
    assert page.status_code == 200
    assert f"<h1>Municipalities of Belgium, version {version}</h1>" in page.text
    files = {"1.2.0": "tables/regions.csv", "1.1.0": "datapackage.json"}  # that are kept of each
    assert f'href="/download/{version}/{files[version]}"' in page.text
    assert f'href="/download/{version}"' in page.text  # the same page in the first language


def test_a_version_that_never_was_has_no_page(released: Built) -> None:
    client = site(released.database, released.metadata, SITE).client
    answer = asyncio.run(client.get("/en/download/9.9.9"))
    assert (answer.status_code, "There is no version" in answer.text) == (404, True)


def test_a_date_that_nobody_gave_is_not_made_up(released: Built) -> None:
    dates = list(feed(released, "/feed.atom").iter(f"{ATOM}updated"))
    assert [date.text for date in dates] == ["2022-02-03T00:00:00Z"]  # that of the version before


def test_the_feed_is_in_the_language_of_its_address(released: Built) -> None:
    root = feed(released, "/feed.atom")
    assert root.findtext(f"{ATOM}title") == "Gemeenten van België"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"alternate": f"{SITE}/", "self": f"{SITE}/feed.atom"}
