"""Pages name a few documents one by one, and of many those that they are about."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from generated.publication import write_several
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import convert
from served import Built, build, shown

DOCUMENTS = {"few": 5, "many": 6}


@pytest.fixture(scope="module", params=DOCUMENTS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A publication with a few documents, and one with many, each with a table."""
    root = write_several(tmp_path_factory.mktemp(request.param), DOCUMENTS[request.param])
    for name, data in convert(load_publication(root)).files.items():
        assert isinstance(data, bytes)
        (root / name).write_bytes(data)
    return build(root, root / "build")


@pytest.fixture
def is_few(built: Built) -> bool:
    """Whether it is the one with few documents."""
    return built.database.parent.parent.name.startswith("few")


def page(built: Built, path: str) -> str:
    """The text of a page of the site."""
    return str(asyncio.run(shown(built).client.get(path)).text)


def based_on(text: str) -> list[str]:
    """The documents that a page tells search engines it is based on."""
    (found,) = re.findall(r'<script[^>]*type="application/ld\+json">(.*?)</script>', text, re.S)
    described: dict[str, Any] = json.loads(found)
    return [each["name"] for each in described.get("isBasedOn", [])]


def test_a_table_is_based_on_its_document_and_cites_it(built: Built) -> None:
    text = page(built, "/made-up/t2")
    assert based_on(text) == ["Document 2"]
    assert re.findall(r'id="apa-\d">\s*(Document \d)', text) == ["Document 2"]


def test_few_documents_are_named_on_each_page(built: Built, is_few: bool) -> None:
    names = [f"Document {number}" for number in range(DOCUMENTS["few"])] if is_few else []
    for path in ("/", "/made-up/provenance"):
        text = page(built, path)
        assert based_on(text) == names
        assert re.findall(r'id="apa-\d">\s*(Document \d)', text) == names
        assert re.findall(r">(Document \d)</a> ·", text) == names


def test_many_are_behind_one_link(built: Built, is_few: bool) -> None:
    for path in ("/", "/made-up/t2"):
        footer = page(built, path).partition('<footer class="bottom">')[2]
        assert ('<a href="/source/">' in footer) != is_few
    home = page(built, "/").partition("About this publication")[2]
    assert home.count("/source/d") == (DOCUMENTS["few"] * 2 if is_few else 0)
    listed = page(built, "/source/")
    assert len(set(re.findall(r">(Document \d)<", listed))) == (5 if is_few else 6)
