"""Lines of a document as pages show them, and what each line became: rows, totals, remarks."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any

from datasette.utils import tilde_encode

from openbaar.site.pages.columns import key_label, text
from openbaar.site.pages.naming import tilde_decoded
from openbaar.site.published import Published, anchor
from openbaar.site.requests.language import gettext, ngettext
from openbaar.site.routes.highlighting import Piece
from openbaar.tables.places import AFTER_RULES, LINES, place_of, rows_of_rule
from openbaar.texts import N_

MOST_ROWS = 3  # that a line names one by one
OF_RULES, OF_ROWS = f"row_id < '{AFTER_RULES}'", f"row_id >= '{AFTER_RULES}'"
PLACE = "coalesce(page, '') AS page, first_line, coalesce(last_line, first_line) AS last_line"
IN_SPAN = """document = :path AND first_line BETWEEN :first AND :last
             AND coalesce(page, '') IN (SELECT value FROM json_each(:pages))"""
ALIGNED = re.compile(r"\S(?: {3}|\t)")
LineKey = tuple[str, int]  # the page and the number of a line
Keys = dict[str, None]  # of rows, each once and in order: a heading may be above very many
RowsOfLines = dict[LineKey, dict[str, Keys]]  # for each line the keys of rows, by table


@dataclass(frozen=True)
class Outcome:
    """What a line became, and where that is shown."""

    text: str
    address: str
    kind: str


@dataclass(frozen=True)
class ShownLine:
    """A line of a document, with what it became."""

    page: str
    number: int
    pieces: Sequence[Piece]
    links: Sequence[Outcome] = ()

    @property
    def anchor(self) -> str:
        """Its anchor on the page of the document."""
        return anchor(self.page, self.number)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is printed on it."""
        return not any(piece.text.strip() for piece in self.pieces)

    @property
    def is_aligned(self) -> bool:
        """Whether its words stand in columns, so that it cannot wrap without losing them."""
        return ALIGNED.search("".join(piece.text for piece in self.pieces)) is not None


@dataclass(frozen=True)
class Span:
    """Lines of a document: the pages that they are on, and the least and the last number."""

    document: str
    pages: Sequence[str]
    first: int
    last: int

    @property
    def asked(self) -> dict[str, str | int]:
        """What IN_SPAN asks for."""
        return {
            "path": self.document,
            "first": self.first,
            "last": self.last,
            "pages": json.dumps(self.pages),
        }

    @property
    def lines(self) -> Iterator[LineKey]:
        """All lines that may be in it."""
        return product(self.pages, range(self.first, self.last + 1))


async def outcomes_of(
    database: Any, published: Published, span: Span
) -> dict[LineKey, list[Outcome]]:
    """What each line of a span became: first the rows, then totals and remarks."""
    outcomes: dict[LineKey, list[Outcome]] = defaultdict(list)
    for line, rows in (await _rows_read(database, published, span)).items():
        for table, keys in rows.items():
            outcomes[line] += _rows(published, table, keys)
    for table in [table for table in TRACES if table in published.tables]:
        for line, outcome in await _traced(database, published, table, span):
            if outcome not in outcomes[line]:
                outcomes[line].append(outcome)
    return dict(outcomes)


async def _traced(
    database: Any, published: Published, table: str, span: Span
) -> list[tuple[LineKey, Outcome]]:
    """The lines that a trust table names, each with what it says of them."""
    trace = TRACES[table]
    sql = f"SELECT DISTINCT {trace.columns}, {PLACE} FROM {table} WHERE document = :path"
    found = []
    for row in await database.execute(sql, {"path": span.document}):
        outcome = trace.outcome(published, row)
        found += [(line, outcome) for line in _lines_of(row)]
    return found


async def _rows_read(database: Any, published: Published, span: Span) -> RowsOfLines:
    """The rows of which a cell is printed in a line, by table: where the cell begins.

    A label that stands above many rows, and what was worked out, make no line that of a row as
    long as the line has cells of its own.
    """
    if "provenance" not in published.tables:
        return {}
    own, shared = await _rows_named(database, span)
    sql = f"""SELECT DISTINCT table_name FROM provenance
              WHERE document = :path AND {OF_RULES}"""
    for (table,) in await database.execute(sql, {"path": span.document}):
        labels = await _labels_by_rule(database, table, span)
        lines = [*span.lines, *chain.from_iterable(labels.values())]
        rows = await rows_from(database, published, table, lines)
        for line in span.lines:
            if line in rows:
                own.setdefault(line, {})[table] = rows[line]
        for label, below in labels.items():
            keys = shared.setdefault(label, {}).setdefault(table, {})
            for line in below:
                keys |= rows.get(line, {})
    return {**shared, **own}


async def _rows_named(database: Any, span: Span) -> tuple[RowsOfLines, RowsOfLines]:
    """The rows that `provenance` names, by their own cells and by labels that they share."""
    own: RowsOfLines = {}
    shared: RowsOfLines = {}
    sql = f"""SELECT DISTINCT table_name, row_id, how IN ('group_label', 'heading') AS is_shared,
                {PLACE}
              FROM provenance
              WHERE {IN_SPAN} AND how <> 'derived' AND {OF_ROWS}
              ORDER BY rowid"""
    for row in await database.execute(sql, span.asked):
        line = (row["page"], row["first_line"])
        kind = shared if row["is_shared"] else own
        kind.setdefault(line, {}).setdefault(row["table_name"], {})[row["row_id"]] = None
    return own, shared


async def _labels_by_rule(
    database: Any, table: str, span: Span
) -> dict[LineKey, dict[LineKey, None]]:
    """The labels and headings that are printed in a span, each with the lines of rows below it."""
    sql = f"""SELECT row_id, {PLACE} FROM provenance
              WHERE {IN_SPAN} AND {OF_RULES} AND how IN ('group_label', 'heading')
                AND table_name = :table
              ORDER BY rowid"""
    labels: dict[LineKey, dict[LineKey, None]] = {}
    for row in await database.execute(sql, {**span.asked, "table": table}):
        page, lines, _ = rows_of_rule(row["row_id"])
        below = labels.setdefault((row["page"], row["first_line"]), {})
        below.update(dict.fromkeys((page or "", line) for line in lines))
    return labels


async def rows_from(
    database: Any, published: Published, table: str, lines: Iterable[LineKey]
) -> dict[LineKey, Keys]:
    """The ids of the rows that were read from lines, of a table whose rows say where they are."""
    key = published.tables[table]["schema"]["primaryKey"]
    columns = ", ".join([LINES, *key])
    sql = f"""SELECT {columns} FROM {table}
              WHERE {LINES} IN (SELECT value FROM json_each(:lines)) ORDER BY rowid"""
    named = [f"{page}:{line}" if page else str(line) for page, line in lines]
    found: dict[LineKey, Keys] = {}
    for place, *values in await database.execute(sql, {"lines": json.dumps(named)}):
        page, line = place_of(place)
        row_id = ",".join(tilde_encode(str(value)) for value in values)
        found.setdefault((page or "", line), {})[row_id] = None
    return found


def _rows(published: Published, table: str, keys: Keys) -> list[Outcome]:
    """What a line became that was read into rows of a table: each row, or of many the table."""
    title = text(published.tables[table], "title")
    if len(keys) > MOST_ROWS:
        message = ngettext("%(count)s row", "%(count)s rows", len(keys)) % {"count": len(keys)}
        return [Outcome(f"{title}: {message}", published.path(table), "row")]
    outcomes: list[Outcome] = []
    for key in keys:
        called = key_label(published, table, tilde_decoded(key))
        words = called if outcomes else f"{title}: {called}"  # the title once for each line
        outcomes.append(Outcome(words, f"{published.path(table)}/{key}", "row"))
    return outcomes


def _lines_of(row: Any) -> Iterator[LineKey]:
    """The first line that a row of a trust table names, and the other ones where it names more."""
    yield row["page"], row["first_line"]
    for part in (row["other_lines"] or "").split(", "):
        page, _, lines = part.rpartition(":")
        first, _, _last = lines.partition("-")
        if first:
            yield page, int(first)


TOTALS = {
    "equal": N_("a total that adds up"),
    "rounded": N_("a total that differs by rounding only"),
}


def _total(published: Published, row: Any) -> Outcome:
    explained = N_("a total whose difference is explained")
    message = gettext(TOTALS.get(row["verdict"], explained))
    return Outcome(message, published.path("reconciliation", row["id"]), "total")


def _footnote(published: Published, row: Any) -> Outcome:
    message = gettext("footnote %(mark)s") % {"mark": row["mark"]}
    return Outcome(message, published.path(row["table_name"]), "remark")


def _anomaly(published: Published, row: Any) -> Outcome:
    return Outcome(gettext("note"), published.path("anomalies", row["id"]), "remark")


@dataclass(frozen=True)
class Trace:
    """A trust table that says of which lines its rows are: what to read of it, and what to say."""

    columns: str
    outcome: Callable[[Published, Any], Outcome]


TRACES = {
    "reconciliation": Trace("id, verdict, NULL AS other_lines", _total),
    "footnotes": Trace("table_name, mark, NULL AS other_lines", _footnote),
    "anomalies": Trace("id, other_lines", _anomaly),
}
