"""Telling of an error: the mail that a reader begins names the page."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser

from browser.chromium import IN_CHROMIUM, on_phone
from served import ROOT, build, served
from stated import state

pytestmark = IN_CHROMIUM
CONTACT = {"name": {"nl": "Dienst", "en": "Desk"}, "email": "data@agency.example"}


def test_the_mail_names_the_page(browser: Browser, tmp_path: Path) -> None:
    root = tmp_path / "authored"
    shutil.copytree(ROOT / "tests" / "publications" / "hand_made", root)
    state(root, {"contact": CONTACT})
    path = "/en/municipalities/regions?code=flanders#rows"
    with served(build(root, tmp_path / "built")) as site, on_phone(browser, site.address) as page:
        page.goto(path)
        link = page.get_by_role("link", name="Desk", exact=True)
        for _ in range(2):  # the second mail does not hold the address twice
            link.click()
            asked = parse_qs(urlsplit(link.get_attribute("href") or "").query)
            assert asked["body"][0].strip() == site.address + path
            assert asked["subject"][0].endswith("version 1.2.0")
