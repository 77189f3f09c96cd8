"""What values are called on a page: words instead of codes, and of the names of tables and columns.

The trust tables name tables, columns, rows and codes of other tables; what such a name means may
hang on its row, which says of which table it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datasette.utils import tilde_decode

from openbaar.schema.conventions import DAYS, NORMAL, STATUS
from openbaar.site.pages.columns import Column, column_of, day_of, key_label, label_of, text
from openbaar.site.published import Published, document_name
from openbaar.site.requests.language import gettext, words
from openbaar.tables.judging.wording import place_text
from openbaar.tables.places import RULE, rows_of_rule
from openbaar.texts import N_

Row = Mapping[str, Any]
YES_OR_NO = {"1": N_("yes"), "0": N_("no")}  # how SQLite keeps what is true or false
# What statuses are called that the toolkit gives itself, or proposes.
STATUS_WORDS = {
    NORMAL: N_("as printed"),
    "not_given": N_("not given"),
    "not_yet": N_("period not over yet"),
    "cannot_exist": N_("cannot exist"),
    "doubtful": N_("printed, but doubtful"),
}
# A part of a scope: `not (` before it, a column, how it is compared, values with `/` between them.
CONDITION = re.compile(r"(?P<name>\w+) (?P<sign>=|>=|<=) (?P<values>[^,()]+)")


Namer = Callable[[Published, str, Row], str | None]


def named(published: Published, column: Column, value: Any, row: Row | None = None) -> str | None:
    """What a value of a column is called; None where it is called what it is.

    `row` is the row that it stands in, by the names of its columns, where that is known.
    """
    label = label_of(published, column.labels, value)
    if label is not None:
        return label
    if column.type == "boolean" and str(value) in YES_OR_NO:
        return gettext(YES_OR_NO[str(value)])
    if column.type in DAYS:
        return day_of(column, value)
    if column.name == STATUS:
        return status_words(str(value)) if value else None
    namer = _namer(column)
    if namer is None or value in (None, ""):
        return None
    return namer(published, str(value), row or {})


def _namer(column: Column) -> Namer | None:
    """What names the values of a column that the toolkit knows; None of any other one."""
    if column.name == "table_name":  # a query may make such a column itself
        return table_title
    return NAMERS.get(column.name) if column.of_trust else None


def status_words(status: str) -> str:
    """What the status of a row is called that no code list names: `not_given` → 'not given'."""
    words = STATUS_WORDS.get(status)
    return status.replace("_", " ") if words is None else gettext(words)


def table_title(published: Published, name: str, _row: Row | None = None) -> str | None:
    """The title of a table; None where there is no such table."""
    if name not in published.tables:
        return None
    return text(published.tables[name], "title")


def condition_words(published: Published, table: str, wanted: Mapping[str, str]) -> str:
    """Conditions in words, with titles and labels: 'Start year: 2023'."""
    parts = []
    for name, value in wanted.items():
        column = column_of(published, table, name)
        called = named(published, column, value)
        parts.append(f"{column.title}: {value if called is None else called}")
    return ", ".join(parts)


def scope_words(published: Published, table: str, scope: str) -> str:
    """Which rows a check is about, in words.

    Before: `gender = unknown, start_year = 2020/2021`
    After: `Gender: gender unknown, Start year: 2020 / 2021`
    """

    def in_words(found: re.Match[str]) -> str:
        column = column_of(published, table, found["name"])
        called = []
        for value in found["values"].split("/"):
            other = column_of(published, table, value)
            called.append(named(published, column, value) or other.title)
        sign = {"=": ":", ">=": " ≥", "<=": " ≤"}[found["sign"]]
        return f"{column.title}{sign} {' / '.join(called)}"

    words = CONDITION.sub(in_words, scope)
    return re.sub(r"\bnot \(", gettext("all but") + " (", words)


def _column_title(published: Published, name: str, row: Row) -> str | None:
    """The title of a column of the row's table, or else of the first table that has it."""
    tables = [row["table_name"]] if row.get("table_name") in published.tables else published.tables
    for table in tables:
        if name in published.column_names(table):
            return column_of(published, table, name).title
    return None


def _row_name(published: Published, row_id: str, row: Row) -> str | None:
    """What the row is called that a key in an address (`2022,female`) leads to."""
    table = row.get("table_name")
    if table not in published.tables:
        return None
    if row_id == RULE:
        return gettext("every row")
    if row_id.startswith(RULE):
        return _rows_named(row_id)
    return key_label(published, str(table), tilde_decoded(row_id))


def _rows_named(rule_id: str) -> str:
    """What to call the rows that a rule holds for: by the lines from which they were read."""
    page, lines, number = rows_of_rule(rule_id)
    place = place_text(lines[0], lines[-1], words(), page or "", "")
    if number is None:
        return gettext("rows of %(place)s") % {"place": place}
    told = gettext("row %(number)s of each line: %(place)s")
    return told % {"number": number, "place": place}


def tilde_decoded(row_id: str) -> str:
    """A key as its table has it, from what is in the address of its row."""
    if "~" not in row_id and "+" not in row_id:
        return row_id
    return ",".join(tilde_decode(part) for part in row_id.split(","))


def _document_title(published: Published, path: str, _row: Row) -> str | None:
    """The title of a document."""
    source = published.documents.get(document_name(path))
    return None if source is None else text(source, "title")


def _compared_with(published: Published, value: str, row: Row) -> str | None:
    """What a sum is compared with: another table, or a document."""
    if document_name(value) in published.documents and len(published.documents) == 1:
        return gettext("the document")
    return table_title(published, value) or _document_title(published, value, row)


def _scope(published: Published, value: str, row: Row) -> str | None:
    """Which rows were added up; of a rule of two columns, that those were counted that break it."""
    table = str(row.get("table_name", ""))
    words = scope_words(published, table, value)
    found = CONDITION.fullmatch(value)
    if found is None or table not in published.tables:
        return words
    if found["sign"] == "=" or found["values"] not in published.column_names(table):
        return words
    return gettext("rows that break the rule “%(rule)s”") % {"rule": words}


def _table_titles(published: Published, value: str, _row: Row) -> str | None:
    """The titles of a list of tables that is kept as JSON."""
    names = _json(value, list)
    titles = [table_title(published, name) or name for name in names]
    return ", ".join(titles) if names else gettext("all tables")


def _conditions(published: Published, value: str, row: Row) -> str | None:
    """Conditions that are kept as JSON: those of a footnote, or of a remark on several tables."""
    tables = [row.get("table_name"), *_json(str(row.get("tables") or "[]"), list)]
    wanted = _json(value, dict)
    for table in tables:
        if table in published.tables and wanted.keys() <= set(published.column_names(table)):
            return condition_words(published, table, wanted)
    return None


def _remark_name(_published: Published, _value: str, _row: Row) -> str | None:
    return gettext("note")


def _json(value: str, kind: type) -> Any:
    """What a cell with JSON holds, empty where it is no `kind`."""
    try:
        found = json.loads(value)
    except ValueError:
        return kind()
    return found if isinstance(found, kind) else kind()


def _lines(_published: Published, first: str, row: Row) -> str | None:
    """The lines of a row, the last one too where it is another one."""
    last = row.get("last_line")
    return first if last in (None, "") or str(last) == first else f"{first}–{last}"


NAMERS: Mapping[str, Namer] = {
    "table_name": table_title,
    "column_name": _column_title,
    "row_id": _row_name,
    "document": _document_title,
    "first_line": _lines,
    "compared_with": _compared_with,
    "scope": _scope,
    "tables": _table_titles,
    "applies_to": _conditions,
    "rows_concerned": _conditions,
    "anomaly": _remark_name,
}


def row_title(published: Published, table: str, key: Sequence[str], row: Row) -> str:
    """What a row is called, `key` being its parts: '2022, female'; of a check, what was compared.

    It is empty where its names say nothing to a reader, as that of a remark.
    """
    if table == "anomalies":
        return ""
    if table == "reconciliation":
        names = ["table_name", "column_name", "scope"]
    else:
        names = published.primary_key(table)
    if len(key) == 1:
        own = label_of(published, table, key[0])  # a row of a code list is called as its code is
        if own is not None:
            return own
    called = []
    for name in names:
        if row.get(name) not in (None, ""):
            known = named(published, column_of(published, table, name), row[name], row)
            called.append(str(row[name]) if known is None else known)
    return ", ".join(called)
