"""Numbers as documents print them, with marks between their thousands: 568.694, 1 202, 12'000."""

from __future__ import annotations

import re

GROUPED = re.compile(r"\d{1,3}(?:[.,'’ \u00a0\u2009\u202f]\d{3})+")


def plain_numbers(text: str) -> list[str]:
    """The numbers of a text that have marks between their thousands, without these.

    >>> plain_numbers("568.694 online cursisten in 2020")
    ['568694']
    """
    return [re.sub(r"\D", "", number) for number in GROUPED.findall(text)]
