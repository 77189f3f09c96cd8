"""Heads and feet of pages in a text, which stand amid the rows of tables that go on over pages."""

from __future__ import annotations

import re
from collections import Counter

from openbaar.documents.lines import Document, Line

FEWEST_HEADS = 3  # lines that are alike but for their numbers are heads or feet of pages
_PAGE_NUMBER = re.compile(r"(?:^|\s)[-–—] ?\d{1,4} ?[-–—](?:\s|$)")  # as in `– 12 –`
_DIGITS = re.compile(r"\d+")
_NUMBERS_BUT_YEARS = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d+")


def page_heads(document: Document) -> set[str]:
    """What heads and feet of pages look like, their numbers aside.

    A year is no number of a page: titles of tables differ in it.
    """
    shapes = Counter(_shape(line) for line in document.lines if _DIGITS.search(line.text))
    return {shape for shape, count in shapes.items() if count >= FEWEST_HEADS}


def is_page_head(line: Line, heads: set[str]) -> bool:
    """Whether a line holds the number of a page, or comes again with other numbers."""
    if not _DIGITS.search(line.text):
        return False
    return _shape(line) in heads or _PAGE_NUMBER.search(line.text) is not None


def _shape(line: Line) -> str:
    return _NUMBERS_BUT_YEARS.sub("0", " ".join(line.text.split()))
