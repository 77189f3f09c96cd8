"""The first page of a sorted table: rows with the same value stand in the order of their keys.

So Datasette orders them on all later pages, which begin behind the last key shown. On the first one
it leaves their order open: a row could come twice, or never, where that page ends among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from openbaar.schema.conventions import ROW_NUMBER
from openbaar.site.kept.later_pages import COLUMN

TABLE = re.compile(r"select\s[^()]+?\sfrom\s+\[?(\w+)\]?\s")
ORDER = re.compile(rf"\border by\s+({COLUMN})(?: desc)?(?=\s+limit \d+\s*$)")


def with_keys(asked: str, keys: Mapping[str, Sequence[str]]) -> str:
    """What Datasette asks, with rows of the same value in order; `keys` are those of each table."""
    table, order = TABLE.match(asked), ORDER.search(asked)
    if table is None or order is None or order[1] == ROW_NUMBER:
        return asked
    others = [name for name in keys.get(table[1], ()) if name != order[1].strip("[]")]
    return f"{asked[: order.end()]}{''.join(f', {name}' for name in others)}{asked[order.end() :]}"
