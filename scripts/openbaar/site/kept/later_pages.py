"""The second page of a table and all after it: facets are counted as on the first one.

Datasette counts them among the rows that were not shown yet: they would shrink from page to page,
and of a large table all rows would be read. What says where a page begins is left out of that.
"""

from __future__ import annotations

import re

# How Datasette says where a page begins, its white space aside: by the key of the last row shown,
# and before that by the column that rows are sorted by (`datasette.views.table`).
KEYS = r"\(\([^()]+ > :p\d+\)(?: or \([^()]+ > :p\d+\))*\)"
COLUMN = r"(?:\w+|\[\w+\])"
SORTED = (
    rf"\({COLUMN} [<>] :p\d+(?: or {COLUMN} is null)? or \({COLUMN} = :p\d+ and {KEYS}\)\)",
    rf"\({COLUMN} is not null or \({COLUMN} is null and {KEYS}\)\)",
    rf"\({COLUMN} is null and {KEYS}\)",
)
FACET = r" \) where| ?\), deduped_array_items"  # what stands behind the rows that are counted
BEGIN = re.compile(rf" (?:where|and) (?:{'|'.join([KEYS, *SORTED])})(?={FACET})")


def of_all_pages(asked: str) -> str:
    """What Datasette asks, about the rows of all pages where it counts the values of a facet."""
    return BEGIN.sub("", asked)
