"""A long document in parts: an address of before it had parts leads to the part with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.chromium import IN_CHROMIUM, chromium
from openbaar.database.shown import document_parts
from served import ROOT, build, served

pytestmark = IN_CHROMIUM


def test_a_line_that_is_on_another_part_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(document_parts, "LINES", 5)
    monkeypatch.setattr(document_parts, "LONGEST_LAST", 2)
    built = build(ROOT / "tests" / "publications" / "hand_made", tmp_path)
    with served(built) as running, chromium() as browser:
        page = browser.new_page(base_url=running.address)
        page.goto("/source/municipalities.txt#L12")
        expect(page).to_have_url(f"{running.address}/source/municipalities.txt/part/3#L12")
        expect(page.locator("#L12")).to_be_in_viewport()
