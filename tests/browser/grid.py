"""The cells of a table on a page, by their column: only the heading says which one that is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def cells(page: Page, column: str, rows: str = "tbody tr") -> Locator:
    """The cells of a column, in the rows that a selector finds."""
    head = page.locator(f"table.rows-and-columns th[data-column={column}]")
    place = head.evaluate("head => head.cellIndex") + 1
    return page.locator(f"table.rows-and-columns {rows} > :nth-child({place})")
