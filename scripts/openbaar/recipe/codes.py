"""Code lists: the labels that a document prints, and the codes that stand for them in the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from openbaar.schema.values import Value


@dataclass(frozen=True)
class CodeList:
    """The codes of a table by the form in which a document prints them, without white space.

    White space does not count, because documents vary it (`(*)onbekend`, `(*)  onbekend`) and break
    words anywhere.
    """

    name: str
    codes: Mapping[str, Value]

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest form, without white space."""
        return max(map(len, self.codes), default=0)

    def code(self, printed: str) -> Value:
        """The code of a printed label, or None when it is no label of this list."""
        return self.codes.get("".join(printed.split()))
