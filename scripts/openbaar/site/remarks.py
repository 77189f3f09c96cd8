"""What there is to know about a table before one trusts it, read from the trust tables of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openbaar.site.columns import column_of, label_of
from openbaar.site.language import gettext, ngettext, visit
from openbaar.site.published import Published

if TYPE_CHECKING:
    from datasette.app import Datasette

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Lines of a document: what to call them, and where they are shown."""

    text: str
    address: str


@dataclass(frozen=True)
class Remark:
    """A footnote or something to beware of: its text, where it stands, and which rows it speaks of."""

    text: str
    place: Place | None
    mark: str = ""
    rows: str = ""
    tables: Sequence[str] = ()
    id: str = ""


async def rows_of(
    datasette: Datasette, site: Published, trust_table: str, table: str | None = None
) -> list[dict[str, Any]]:
    """The rows of a trust table, of one table or of all; none where the publication has no such table."""
    if trust_table not in site.tables:
        return []
    sql = f"SELECT * FROM {trust_table}"
    where = " WHERE table_name = :table" if table is not None else ""
    found = await datasette.get_database(site.name).execute(
        sql + where + " ORDER BY rowid", {"table": table}
    )
    return [dict(row) for row in found.rows]


def place_of(site: Published, row: Row) -> Place | None:
    """Where a row of a trust table says that it stands; None where it names no lines."""
    if not row.get("document") or row.get("first_line") is None:
        return None
    page, first, last = (
        row.get("page"),
        row["first_line"],
        row.get("last_line") or row["first_line"],
    )
    return Place(line_text(page, first, last), site.line_path(row["document"], page, first))


def line_text(page: str | None, first: int, last: int) -> str:
    """What to call lines of a document, counted through it, or through a page where pages are told apart."""
    lines = gettext("line %(first)s") if first == last else gettext("lines %(first)s–%(last)s")
    text = lines % {"first": first, "last": last}
    return gettext("page %(page)s, %(lines)s") % {"page": page, "lines": text} if page else text


def _text(site: Published, row: Row) -> str:
    """The text of a footnote or anomaly in the language of the page, else in the publication's first."""
    language = visit().language
    column = f"text_{language}" if language in site.languages else f"text_{site.languages[0]}"
    return str(row[column])


async def footnotes(datasette: Datasette, site: Published, table: str) -> list[Remark]:
    """The footnotes of a table."""
    return [
        Remark(
            _text(site, row),
            place_of(site, row),
            row["mark"],
            named_columns(site, table, row["applies_to"]),
        )
        for row in await rows_of(datasette, site, "footnotes", table)
    ]


async def warnings(datasette: Datasette, site: Published, table: str | None = None) -> list[Remark]:
    """What to beware of: in one table, or in the publication as a whole."""
    found = []
    for row in await rows_of(datasette, site, "anomalies"):
        tables = [name for name in json.loads(row["tables"] or "[]") if name in site.tables]
        if table is None or table in tables:
            rows = named_columns(site, table, row["rows_concerned"]) if table else ""
            found.append(
                Remark(
                    _text(site, row), place_of(site, row), rows=rows, tables=tables, id=row["id"]
                )
            )
    return found


def conditions(text: str | None) -> dict[str, str]:
    """The columns and values of the rows that a remark is about: '{"start_year": "2023"}'."""
    return dict(json.loads(text)) if text else {}


def named_columns(site: Published, table: str, text: str | None) -> str:
    """The same in words, with titles for columns and labels for codes: 'Start year: 2023'."""
    named = []
    for name, value in conditions(text).items():
        column = column_of(site, table, name)
        label = label_of(site, column.code_list, value)
        named.append(f"{column.title}: {value if label is None else label}")
    return ", ".join(named)


async def reconciliation(datasette: Datasette, site: Published, table: str) -> list[str]:
    """What the checks of a table found, a sentence each: totals, sums with other tables, rules, differences."""
    rows = await rows_of(datasette, site, "reconciliation", table)

    def count(kind: str) -> dict[str, int]:
        verdicts = [row["verdict"] for row in rows if row["kind"] == kind]
        return {"equal": verdicts.count("equal"), "all": len(verdicts)}

    totals, sums, rules = count("stated_total"), count("identity"), count("rule")
    explained = sum(row["verdict"] == "explained" for row in rows)
    found = [
        (
            totals,
            ngettext(
                "%(equal)s of %(all)s stated total adds up.",
                "%(equal)s of %(all)s stated totals add up.",
                totals["all"],
            ),
        ),
        (
            sums,
            ngettext(
                "%(equal)s of %(all)s sum agrees with another table.",
                "%(equal)s of %(all)s sums agree with another table.",
                sums["all"],
            ),
        ),
        (
            rules,
            ngettext(
                "%(equal)s of %(all)s rule holds for each row.",
                "%(equal)s of %(all)s rules hold for each row.",
                rules["all"],
            ),
        ),
        (
            {"all": explained},
            ngettext(
                "%(all)s difference is explained.", "%(all)s differences are explained.", explained
            ),
        ),
    ]
    return [sentence % counted for counted, sentence in found if counted["all"]]
