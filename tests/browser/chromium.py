"""Debian's Chromium, driven by playwright."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from served import ROOT, Served, build, served

EXECUTABLE = shutil.which("chromium")
MISSING = "chromium is missing (Debian: apt-get install chromium)"
IN_CHROMIUM = [pytest.mark.browser, pytest.mark.skipif(EXECUTABLE is None, reason=MISSING)]
WIDTH = 390  # pixels of a telephone
# Milliseconds in which a busy machine has done what a page waits for, such as a click.
ENOUGH = 180_000
expect.set_options(timeout=ENOUGH)
# Without a sandbox it also runs as root; the rest keeps it from asking anything of other hosts.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window, ended with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=EXECUTABLE, args=ARGUMENTS, timeout=ENOUGH
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def this_publication() -> Iterator[tuple[Served, Browser]]:
    """The publication of this repository, built and served, with a Chromium to look at it."""
    with (
        tempfile.TemporaryDirectory() as temporary,
        served(build(ROOT, Path(temporary))) as site,
        chromium() as browser,
    ):
        yield site, browser


@contextmanager
def on_phone(browser: Browser, address: str) -> Iterator[Page]:
    """A page of a reader with a telephone who prefers Dutch, on the site at that address."""
    viewport = {"width": WIDTH, "height": 844}
    context = browser.new_context(base_url=address, locale="nl-BE", viewport=viewport)
    context.set_default_timeout(ENOUGH)
    try:
        yield context.new_page()
    finally:
        context.close()
