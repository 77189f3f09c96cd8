"""A publication of many tables: what its home page lists, and what it leads to instead."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from generated.publication import TEXT, write_publication
from openbaar.site.published import MOST_LISTED
from openbaar.site.routes import downloads
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from served import Built, build, shown

TRUST = 4  # tables of sources and checks, which each publication has
COUNTS = {"few": MOST_LISTED - TRUST, "many": MOST_LISTED - TRUST + 1}
SCHEMA = {
    "primaryKey": ["year"],
    "fields": [
        {"name": "year", "type": "year", "title": TEXT, "description": TEXT},
        {"name": "n", "type": "integer", "title": TEXT, "description": TEXT},
    ],
}
CSV = "year,n\n2021,5\n2022,7\n"


@pytest.fixture(scope="module", params=COUNTS)
def kind(request: pytest.FixtureRequest) -> str:
    """Whether there are few tables or one too many."""
    return str(request.param)


@pytest.fixture(scope="module")
def built(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A publication of so many tables, each with a title of its own."""
    tables = {}
    for number in range(COUNTS[kind]):
        title = {"en": f"Table {number}"}
        tables[f"t{number}"] = {"title": title, "schema": SCHEMA, "csv": CSV}
    root = write_publication(tmp_path_factory.mktemp(kind), {"d.txt": b"x\n"}, tables)
    for name, data in convert(load_publication(root)).files.items():
        assert isinstance(data, bytes)
        (root / name).write_bytes(data)
    return build(root, tmp_path_factory.mktemp("built"))


def page(built: Built, path: str) -> str:
    """The text of a page of the site."""
    return str(asyncio.run(shown(built).client.get(path)).text)


def test_the_home_page_lists_all_of_few_tables_and_leads_to_a_list_of_many(
    built: Built, kind: str
) -> None:
    home = page(built, "/")
    listed = set(re.findall(r'<a href="/made-up/(t\d+)">', home))
    files = set(re.findall(r'href="/download/1\.0\.0/tables/(t\d+)\.csv"', home))
    more = COUNTS[kind] - 6
    if kind == "few":
        assert len(listed) == len(files) == COUNTS[kind]
        assert f"<summary>{more} more tables</summary>" in home
    else:
        assert (len(listed), len(files)) == (6, 0)
        assert f'<a href="/made-up#tables">{more} more tables</a>' in home
        assert '<a href="/download/1.0.0">Each table as CSV</a>' in home


@pytest.mark.parametrize("path", ["/made-up", "/download/1.0.0"])
def test_the_pages_that_it_leads_to_list_all(built: Built, kind: str, path: str) -> None:
    text = page(built, path)
    missing = [number for number in range(COUNTS[kind]) if f">Table {number}" not in text]
    assert missing == []


def test_search_engines_are_told_the_parts_of_a_whole_of_few(built: Built, kind: str) -> None:
    (found,) = re.findall(r'<script[^>]*ld\+json">(.*?)</script>', page(built, "/"), re.DOTALL)
    parts = json.loads(found).get("hasPart", [])
    assert len(parts) == (COUNTS["few"] + TRUST if kind == "few" else 0)


def test_a_file_is_found_again_without_looking_at_all_of_them(
    built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = shown(built).client
    address = "/download/1.0.0/tables/t3.csv"
    first = asyncio.run(client.get(address))
    looked = []
    monkeypatch.setattr(downloads, "files", lambda published: looked.append(published) or {})
    assert asyncio.run(client.get(address)).content == first.content == CSV.encode()
    assert looked == []
    assert asyncio.run(client.get("/download/1.0.0/tables/nothing.csv")).status_code == 404
    assert len(looked) == 1
