"""Which columns of a table lead: those that a narrow screen shows before a reader asks for more.

What leads is told by the schema: the key, the columns that are counted in a unit, and the texts in
the language of the page where nothing is counted, or where there is room for them. Of trust tables,
of whose columns most are places and names for programs, it is listed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openbaar.schema.conventions import STATUS
from openbaar.site.pages.columns import Column, language_of_texts
from openbaar.site.published import Published
from openbaar.site.requests.language import visit
from openbaar.site.requests.refusals import language_of

# What leads in the trust tables.
TRUST_LEAD: Mapping[str, Sequence[str]] = {
    "anomalies": ("text", "first_line"),
    "footnotes": ("mark", "text", "first_line", "table_name"),
    "provenance": ("printed", "first_line", "column_name", "row_id", "table_name"),
    "reconciliation": ("verdict", "difference", "first_line", "table_name", "scope"),
}
# The order of their columns, where it is another one than what leads.
TRUST_ORDER: Mapping[str, Sequence[str]] = {
    "reconciliation": (
        "verdict",
        "stated",
        "computed",
        "difference",
        "first_line",
        "table_name",
        "scope",
        "column_name",
        "kind",
    ),
}
FEWEST_LEADING = 3  # columns, for which a telephone has room


def leading_columns(
    published: Published, table: str, columns: Sequence[Column], long: Sequence[str] = ()
) -> list[str]:
    """The names of the columns that lead, in order; `long` are those whose texts fill lines."""
    if table in TRUST_LEAD:
        text = f"text_{language_of(published)}"
        return [text if name == "text" else name for name in TRUST_LEAD[table]]
    names = [column.name for column in columns]
    title = f"title_{visit().language}"
    if table in published.code_lists and title in names:
        return [title]
    key = [name for name in published.primary_key(table) if name in names]
    others = [column for column in columns if column.name not in key]
    return key + _leading_beside_key(published, others, FEWEST_LEADING - len(key), long)


def _leading_beside_key(
    published: Published, others: Sequence[Column], room: int, long: Sequence[str]
) -> list[str]:
    """The columns that lead beside the key: figures, and short texts for which there is room."""
    figures = [column.name for column in others if column.is_quantity]
    if not figures:
        return _texts(published, others)
    short = [column for column in others if column.name not in (*figures, *long)]
    words = _texts(published, short)
    return words[: max(room - len(figures), 0)] + figures


def _texts(published: Published, columns: Sequence[Column]) -> list[str]:
    """The columns to lead where nothing is counted: those of the reader's language."""
    found = []
    for column in columns:
        is_text = column.name not in ("source_lines", STATUS) and column.code_list is None
        if is_text and language_of_texts(published, column) in (None, visit().language):
            found.append(column.name)
    return found


def order_of_trust(columns: Sequence[Column]) -> Sequence[str]:
    """The order of columns that are all of one trust table: what that table shows first."""
    tables = {column.table for column in columns}
    return TRUST_LEAD.get(str(tables.pop()), ()) if len(tables) == 1 else ()
