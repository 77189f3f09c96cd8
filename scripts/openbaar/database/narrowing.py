"""A question as it is asked where a visitor has chosen: without `or nothing was chosen`.

    :year = '' OR year = :year                    becomes    year = :year
    year = :year OR :year = ''                               year = :year
    year = coalesce(nullif(:year, ''), year)                 year = :year

SQLite makes one plan for a question, whatever is chosen, and for the left side that is to read all
rows; for the right side it looks them up in an index. Where a year is given both sides find the
same rows. A condition is changed only where nothing beside it can join it in another way: `AND`
binds more closely than `OR` (https://www.sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes).
"""

from __future__ import annotations

import re
from collections.abc import Collection

COMPARED = r"(?:[=<>]|(?:like|is)\s)"
IS_EMPTY = r"\s*==?\s*''"
# Texts, names and comments, in which nothing is changed, come last: what stands before them begins
# with none of them.
CONDITION = re.compile(
    rf"""
    (?P<opening>\(|\bwhere\s)\s* :(?P<first>\w+){IS_EMPTY} \s+or\s+ (?=[\w.]+\s*{COMPARED})
    | (?P<compared>{COMPARED})\s* :(?P<last>\w+) \s+or\s+ :(?P=last){IS_EMPTY}
      (?=\s*(?:\)|;|$|(?:group|order|having|limit)\b))
    | (?:coalesce|ifnull)\(\s* nullif\(\s* :(?P<inner>\w+) \s*,\s*''\s*\)\s*,(?:[^()'"]|'')*\)
    | '(?:[^']|'')*' | "[^"]*" | `[^`]*` | \[[^\]]*\] | --[^\n]* | /\*.*?\*/
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def narrowed(sql: str, given: Collection[str]) -> str:
    """The question `sql`, for which `given` are the names of the parameters that are not empty.

    >>> narrowed("SELECT n FROM t WHERE :year = '' OR year = :year", ["year"])
    'SELECT n FROM t WHERE year = :year'
    """

    def without_choice(found: re.Match[str]) -> str:
        name = found["first"] or found["last"] or found["inner"]
        if name not in given:
            return found[0]
        if found["first"]:
            return found["opening"]
        return f"{found['compared'] or ''}:{name}"

    return CONDITION.sub(without_choice, sql)
