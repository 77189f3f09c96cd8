"""The feed of versions: what is new in each, and only the dates that are known."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from openbaar.site.serve import site
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


def test_a_date_that_nobody_gave_is_not_made_up(released: Built) -> None:
    dates = list(feed(released, "/feed.atom").iter(f"{ATOM}updated"))
    assert [date.text for date in dates] == ["2022-02-03T00:00:00Z"]  # that of the version before


def test_the_feed_is_in_the_language_of_its_address(released: Built) -> None:
    root = feed(released, "/feed.atom")
    assert root.findtext(f"{ATOM}title") == "Gemeenten van België"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"alternate": f"{SITE}/", "self": f"{SITE}/feed.atom"}
