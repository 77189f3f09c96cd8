"""What the tests in a browser share: the publication of this repository, served, and a Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from browser.chromium import chromium, on_phone
from served import ROOT, Served, build, served


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The publication of this repository, served."""
    with served(build(ROOT, tmp_path_factory.mktemp("site"))) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a module; each opens a page of its own.

    Playwright runs a loop of asyncio as long as it is open, so that no other test may run one.
    """
    with chromium() as running:
        yield running


@pytest.fixture
def phone(site: Served, browser: Browser) -> Iterator[Page]:
    """A page of a reader with a telephone, in Dutch."""
    with on_phone(browser, site.address) as page:
        yield page
