"""What a reader should know of a table before trusting it, read from the trust tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openbaar.site.pages.naming import condition_words, table_title
from openbaar.site.published import Published
from openbaar.site.requests.language import visit, words
from openbaar.tables.judging.wording import place_text, verdicts_text
from openbaar.texts import ENGLISH

if TYPE_CHECKING:
    from datasette.app import Datasette

TrustRow = Mapping[str, Any]  # a row of a trust table, as the database gives it


@dataclass(frozen=True)
class Passage:
    """Lines of a document: what to call them, and where they are shown."""

    text: str
    address: str


@dataclass(frozen=True)
class Remark:
    """Something to know: its text, where it is in a document, and which rows it is about.

    `lang` is the language of the text where that is another one than that of the page. `rows` says
    in words which rows it is about; None where these are all.
    """

    text: str
    lang: str | None
    place: Passage | None
    rows: str | None


@dataclass(frozen=True)
class Footnote(Remark):
    """A footnote of a table, with its mark."""

    mark: str


@dataclass(frozen=True)
class Anomaly(Remark):
    """A point to note, and the tables that it is about."""

    tables: Sequence[str]


async def footnotes(datasette: Datasette, published: Published, table: str) -> list[Footnote]:
    """The footnotes of a table."""
    found = []
    for row in await _trust_rows(datasette, published, "footnotes", table):
        text, lang = _text_and_language(published, row)
        rows = named_columns(published, table, conditions(row["applies_to"]))
        found.append(Footnote(text, lang, place_of(published, row), rows, row["mark"]))
    return found


async def warnings(
    datasette: Datasette, published: Published, table: str | None = None
) -> list[Anomaly]:
    """The points to note: about one table, or about all of the publication."""
    found = []
    for row in await _trust_rows(datasette, published, "anomalies"):
        if table is None or table in _tables(published, row):
            found.append(_anomaly(published, row, table))
    return found


async def warnings_of_row(
    datasette: Datasette, published: Published, table: str, row: Mapping[str, Any]
) -> list[Anomaly]:
    """The points to note about certain rows of a table, of which `row` is one."""
    found = []
    for anomaly in await _trust_rows(datasette, published, "anomalies"):
        if table in _tables(published, anomaly) and concerns(anomaly["rows_concerned"], row):
            found.append(_anomaly(published, anomaly, table))
    return found


def _anomaly(published: Published, row: TrustRow, table: str | None) -> Anomaly:
    """A point to note as it is shown with `table`, or with no table in particular."""
    text, lang = _text_and_language(published, row)
    rows = None
    if table is not None:
        rows = _rows_concerned(published, row, table)
    return Anomaly(text, lang, place_of(published, row), rows, _tables(published, row))


def _rows_concerned(published: Published, anomaly: TrustRow, table: str) -> str | None:
    """The rows that a remark is about, in words of the first of its tables that has the columns.

    `table` is the one that it is shown with; where the rows are those of another one, that is said.
    """
    wanted = conditions(anomaly["rows_concerned"])
    if not wanted:
        return None
    for name in (table, *_tables(published, anomaly)):
        if wanted.keys() <= set(published.column_names(name)):
            rows = condition_words(published, name, wanted)
            return rows if name == table else f"{table_title(published, name)}: {rows}"
    return None


def _tables(published: Published, anomaly: TrustRow) -> list[str]:
    """The tables that a point to note is about."""
    if not anomaly["tables"]:
        return []
    return [name for name in json.loads(anomaly["tables"]) if name in published.tables]


async def _trust_rows(
    datasette: Datasette, published: Published, trust_table: str, table: str | None = None
) -> list[TrustRow]:
    """The rows of a trust table, about one table or all; none where there is no such table."""
    if trust_table not in published.tables:
        return []
    sql = f"SELECT * FROM {trust_table}"
    if table is not None:
        sql += " WHERE table_name = :table"
    database = datasette.get_database(published.name)
    found = await database.execute(f"{sql} ORDER BY rowid", {"table": table})
    return [dict(row) for row in found]


def _text_and_language(published: Published, row: TrustRow) -> tuple[str, str | None]:
    """The text of a remark, with its language where that is not the language of the page.

    A text that is not given in the language of the page is shown in the first language of the
    publication, else in English.
    """
    text = row.get(f"text_{visit().language}")
    if text:
        return text, None
    for language in (published.languages[0], ENGLISH):
        text = row.get(f"text_{language}")
        if text:
            return text, language
    return "", None


def place_of(published: Published, row: TrustRow) -> Passage | None:
    """Where a row of a trust table says that it is in a document; None where it names no lines."""
    document, first = row.get("document"), row.get("first_line")
    if not document or first is None:
        return None
    page, last = row.get("page"), row.get("last_line")
    if last is None:
        last = first
    address = published.line_path(document, page, first)
    return Passage(passage_text(page, first, last, row.get("last_page")), address)


def passage_text(page: str | None, first: int, last: int, last_page: str | None = None) -> str:
    """What to call lines: 'lines 3–5', and 'page 2, lines 3–5' where each page has its own."""
    return place_text(first, last, words(), page or "", last_page or "")


def conditions(text: str | None) -> dict[str, str]:
    """The columns and values of the rows that a remark is about: '{"start_year": "2023"}'."""
    if not text:
        return {}
    return dict(json.loads(text))


def concerns(rows: str | None, row: Mapping[str, Any]) -> bool:
    """Whether a remark about certain rows, as the trust tables store it, is about this row."""
    wanted = conditions(rows)
    if not wanted:
        return False
    return all(str(row.get(column)) == value for column, value in wanted.items())


def named_columns(published: Published, table: str, wanted: Mapping[str, str]) -> str | None:
    """Conditions in words, with titles and labels: 'Start year: 2023'; None for no conditions."""
    return condition_words(published, table, wanted) if wanted else None


async def reconciliation(
    datasette: Datasette, published: Published, table: str | None = None
) -> list[str]:
    """What the checks of a table found, or all, a sentence for each kind of check that it has."""
    rows = await _trust_rows(datasette, published, "reconciliation", table)
    return verdicts_text(rows, words())


async def has_differences(datasette: Datasette, published: Published) -> bool:
    """Whether a check found anything but equal figures."""
    rows = await _trust_rows(datasette, published, "reconciliation")
    return any(row["verdict"] != "equal" for row in rows)
