"""What a frozen site remembers of pages: what each was made of, and to which pages it leads.

So a page that is made of the same as before is taken from the earlier folder, and so are the pages
to which it alone leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from openbaar.site.frozen.static_paths import Page


@dataclass(frozen=True)
class Remembered:
    """What a page was made of, as a hash, and to which pages it leads."""

    made_of: str
    leads: frozenset[Page]


@dataclass(frozen=True)
class Earlier:
    """A frozen site of which nobody changed anything: its mark, and the hashes of its files."""

    mark: Mapping[str, Any]
    hashes: Mapping[str, str]


Pages = Mapping[Page, Remembered]


def recorded(pages: Pages) -> dict[str, Any]:
    """The pages as JSON: each address once, and pages by the place of their address."""
    known = set(pages)
    for remembered in pages.values():
        known |= remembered.leads
    addresses = sorted(known, key=_order)
    places = {page: place for place, page in enumerate(addresses)}
    told = []
    for page, remembered in pages.items():
        leads = sorted(places[each] for each in remembered.leads)
        told.append([places[page], remembered.made_of, leads])
    told.sort()
    return {"addresses": [_address(page) for page in addresses], "pages": told}


def remembered(record: Mapping[str, Any]) -> Pages:
    """The pages that were recorded; none where it is no such record."""
    try:
        addresses = [Page(*address) for address in record["addresses"]]
        return dict(_pages(addresses, record["pages"]))
    except (IndexError, KeyError, TypeError, ValueError):
        return {}


def _pages(addresses: list[Page], told: Iterable[Any]) -> Iterable[tuple[Page, Remembered]]:
    for place, made_of, leads in told:
        led = frozenset(addresses[each] for each in leads)
        yield addresses[place], Remembered(made_of, led)


def _order(page: Page) -> tuple[str, ...]:
    return (page.path, page.query, page.language or "")


def _address(page: Page) -> list[str | None]:
    return [page.path, page.query, page.language]
