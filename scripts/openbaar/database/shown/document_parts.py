"""Where the parts of a long document begin: a page of the site shows one part.

A document is cut after so many lines, so that a line is always in the same part of the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openbaar.tables.dataset import DocumentLine

LINES = 1_000  # of a part: a page that a telephone opens at once
LONGEST_LAST = 500  # lines that are no part of their own: the last part has them too


def parts(lines: Sequence[DocumentLine]) -> dict[str, Any]:
    """The first line of each part, and the pages in their order; nothing for a short document.

    A line is told by its page, which is empty where there are none, and its number.
    """
    starts = list(range(0, max(len(lines) - LONGEST_LAST, 1), LINES))
    if len(starts) == 1:
        return {}
    pages = list(dict.fromkeys(line.page for line in lines))
    return {"pages": pages, "starts": [[lines[at].page, lines[at].number] for at in starts]}
