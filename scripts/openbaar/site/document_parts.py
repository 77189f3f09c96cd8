"""The parts in which the page of a long document is shown, each at an address of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Part:
    """A part of a document: its number from 1, and its first line with the page that it is on."""

    number: int
    page: str
    line: int

    @property
    def ending(self) -> str:
        """What the address of the document ends in for this part: nothing for the first one."""
        return "" if self.number == 1 else f"/part/{self.number}"


@dataclass(frozen=True)
class Parts:
    """The parts of a document; `found` is what the database tells of a long one."""

    found: Mapping[str, Any]

    @cached_property
    def all(self) -> list[Part]:
        """Every part, in order; one for a short document."""
        starts = self.found.get("starts", [["", 1]])
        return [Part(number, page, line) for number, (page, line) in enumerate(starts, start=1)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {page: place for place, page in enumerate(self.found.get("pages", []))}

    def of_line(self, page: str, line: int) -> Part:
        """The part that a line is in."""
        if len(self.all) == 1 or page not in self._places:
            return self.all[0]
        starts = [(self._places[part.page], part.line) for part in self.all]
        return self.all[max(bisect_right(starts, (self._places[page], line)) - 1, 0)]

    def numbered(self, number: int) -> Part | None:
        """The part with that number; None where there is none."""
        return self.all[number - 1] if 1 <= number <= len(self.all) else None
