"""The documents on the site: their lines, what each line became, and where a row is in them.

A page is empty ("") for a document that has none, here as in the database.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette import NotFound, Response
from datasette.utils import tilde_encode

from openbaar.site.columns import key_label, text
from openbaar.site.document_parts import Part
from openbaar.site.highlighting import Piece, highlighted
from openbaar.site.language import gettext, ngettext
from openbaar.site.naming import tilde_decoded
from openbaar.site.published import Descriptor, Published, anchor, document_name, publication_of
from openbaar.site.remarks import passage_text
from openbaar.tables.places import EVERY_ROW, LINES, cells_by_rule, place_of

if TYPE_CHECKING:
    from datasette.app import Datasette

CONTEXT = 2  # lines shown above and below those of a row
MOST_ROWS = 3  # that a line names one by one
PLACE = "coalesce(page, '') AS page, first_line, coalesce(last_line, first_line) AS last_line"
ALIGNED = re.compile(r"\S(?: {3}|\t)")
LineKey = tuple[str, int]  # the page and the number of a line


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
class Content:
    """A part of a document that became a table: where it begins, and what it became."""

    title: str
    place: str
    address: str
    table_address: str


@dataclass(frozen=True)
class ShownPart:
    """A part of a document as a page names it: its number, its first line, its address."""

    number: int
    begins: str
    address: str


@dataclass(frozen=True)
class Span:
    """Lines of a document: the pages that they are on, and the least and the last number."""

    document: str
    pages: Sequence[str]
    first: int
    last: int


async def document(request: Any, datasette: Datasette) -> Response:
    """The page of a document. Raises NotFound for one that the publication does not have."""
    published = publication_of(datasette)
    source, part = _asked(published, request.url_vars["document"])
    database = datasette.get_database(published.name)
    lines = await _lines_of_part(database, published, source["path"], part)
    parts = published.parts_of(source["path"])
    shown_parts = [_shown_part(published, source["path"], each) for each in parts.all]
    context = {
        "source": source,
        "lines": lines,
        "contents": _contents(published, source["path"]) if part.number == 1 else [],
        "parts": shown_parts if len(shown_parts) > 1 else [],
        "part": part,
        "before": shown_parts[part.number - 2] if part.number > 1 else None,
        "after": shown_parts[part.number] if part.number < len(shown_parts) else None,
    }
    page = await datasette.render_template("openbaar_source.html", context, request=request)
    return Response.html(page)


def _asked(published: Published, name: str) -> tuple[Descriptor, Part]:
    """The document and its part that an address names. Raises NotFound where there is none."""
    number = 1
    if name not in published.documents:
        name, _, digits = name.rpartition("/part/")
        number = int(digits) if re.fullmatch(r"[1-9][0-9]{0,6}", digits) else 0
    source = published.documents.get(name)
    part = None if source is None else published.parts_of(source["path"]).numbered(number)
    if source is None or part is None:
        raise NotFound(gettext("This document does not exist."))
    return source, part


def _shown_part(published: Published, path: str, part: Part) -> ShownPart:
    words = passage_text(part.page, part.line, part.line)
    return ShownPart(part.number, words, published.line_path(path, part.page, part.line))


async def _lines_of_part(
    database: Any, published: Published, path: str, part: Part
) -> list[ShownLine]:
    """The lines of a part of a document, with what each became."""
    found = await _lines_between(database, published, path, part)
    pages = list(dict.fromkeys(row["page"] for row in found))
    numbers = [row["line"] for row in found]
    span = Span(path, pages, min(numbers, default=0), max(numbers, default=0))
    outcomes = await _outcomes(database, published, span)
    lines = []
    for row in found:
        line = ShownLine(row["page"], row["line"], [Piece(row["text"])])
        if not line.is_blank:
            line = replace(line, links=outcomes.get((line.page, line.number), []))
        lines.append(line)
    return lines


async def _lines_between(database: Any, published: Published, path: str, part: Part) -> list[Any]:
    """The lines of a document from the first one of a part to that of the next one."""
    position = (
        "(SELECT position FROM _lines WHERE document = :path AND page = :{0} AND line = :{1})"
    )
    where = ""
    asked: dict[str, Any] = {"path": path}
    parts = published.parts_of(path)
    if len(parts.all) > 1:
        where = f" AND position >= {position.format('page', 'line')}"
        asked |= {"page": part.page, "line": part.line}
    after = parts.numbered(part.number + 1)
    if after is not None:
        where += f" AND position < {position.format('next_page', 'next_line')}"
        asked |= {"next_page": after.page, "next_line": after.line}
    sql = f"SELECT page, line, text FROM _lines WHERE document = :path{where} ORDER BY position"
    return list(await database.execute(sql, asked))


async def documents(request: Any, datasette: Datasette) -> Response:
    """`/source/`: all documents."""
    published = publication_of(datasette)
    listed = []
    for name, source in published.documents.items():
        listed.append({"title": text(source, "title"), "address": f"/source/{quote(name)}"})
    context = {"heading": gettext("Source documents"), "listed": listed, "told": ""}
    page = await datasette.render_template("openbaar_listing.html", context, request=request)
    return Response.html(page)


ROUTES = [(r"/source/?$", documents), (r"/source/(?P<document>[^?]+)$", document)]


def _contents(published: Published, path: str) -> list[Content]:
    """The tables that were read from a document, in the order in which they begin there."""
    found = []
    for name, resource in published.tables.items():
        for part in resource.get("sources", []):
            if part.get("path") == path and "first_line" in part:
                found.append((part.get("page") or "", part["first_line"], name, part))
    contents = []
    for page, first, name, part in sorted(found, key=lambda each: (len(each[0]), each[:3])):
        place = passage_text(page, first, part.get("last_line", first), part.get("last_page"))
        title = text(published.tables[name], "title")
        address = published.line_path(path, page or None, first)
        contents.append(Content(title, place, address, published.path(name)))
    return contents


async def _outcomes(
    database: Any, published: Published, span: Span
) -> dict[LineKey, list[Outcome]]:
    """What each line of a span became: first the rows, then totals and remarks."""
    outcomes: dict[LineKey, list[Outcome]] = defaultdict(list)
    for line, rows in (await _rows_read(database, published, span)).items():
        for table, keys in rows.items():
            outcomes[line] += _rows(published, table, keys)
    for table, trace in TRACES.items():
        if table not in published.tables:
            continue
        sql = f"SELECT DISTINCT {trace.columns}, {PLACE} FROM {table} WHERE document = :path"
        for row in await database.execute(sql, {"path": span.document}):
            outcome = trace.outcome(published, row)
            for line in _lines_of(row):
                if outcome not in outcomes[line]:
                    outcomes[line].append(outcome)
    return dict(outcomes)


async def _rows_read(
    database: Any, published: Published, span: Span
) -> dict[LineKey, dict[str, list[str]]]:
    """The rows of which a cell is printed in a line, by table: where the cell begins.

    A label that stands above many rows, and what was worked out, make no line that of a row as
    long as the line has cells of its own.
    """
    own: dict[LineKey, dict[str, list[str]]] = {}
    shared: dict[LineKey, dict[str, list[str]]] = {}
    if "provenance" not in published.tables:
        return own
    sql = f"""SELECT DISTINCT table_name, row_id, how IN ('group_label', 'heading') AS is_shared,
                {PLACE}
              FROM provenance
              WHERE document = :path AND how <> 'derived' AND row_id <> '{EVERY_ROW}'
                AND first_line BETWEEN :first AND :last
                AND coalesce(page, '') IN (SELECT value FROM json_each(:pages))
              ORDER BY rowid"""
    asked = {"path": span.document, "first": span.first, "last": span.last}
    asked["pages"] = json.dumps(span.pages)
    for row in await database.execute(sql, asked):
        line = (row["page"], row["first_line"])
        kind = shared if row["is_shared"] else own
        keys = kind.setdefault(line, {}).setdefault(row["table_name"], [])
        if row["row_id"] not in keys:
            keys.append(row["row_id"])
    sql = f"""SELECT DISTINCT table_name FROM provenance
              WHERE document = :path AND row_id = '{EVERY_ROW}'"""
    for (table,) in await database.execute(sql, {"path": span.document}):
        for line, key in await _rows_by_rule(database, published, table, span):
            own.setdefault(line, {}).setdefault(table, []).append(key)
    return {**shared, **own}


async def _rows_by_rule(
    database: Any, published: Published, table: str, span: Span
) -> list[tuple[LineKey, str]]:
    """The line and the id of each row of a span, of a table whose rows say where they are."""
    key = published.tables[table]["schema"]["primaryKey"]
    columns = ", ".join([LINES, *key])
    sql = f"""SELECT {columns} FROM {table}
              WHERE {LINES} IN (SELECT value FROM json_each(:lines)) ORDER BY rowid"""
    lines_of_span = []
    for page in span.pages:
        before = f"{page}:" if page else ""
        lines_of_span += [f"{before}{line}" for line in range(span.first, span.last + 1)]
    found = []
    for lines, *values in await database.execute(sql, {"lines": json.dumps(lines_of_span)}):
        place = place_of(lines)
        row_id = ",".join(tilde_encode(str(value)) for value in values)
        found.append(((place.page or "", place.line), row_id))
    return found


def _rows(published: Published, table: str, keys: Sequence[str]) -> list[Outcome]:
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
    others = row["other_lines"] if "other_lines" in row.keys() else None  # noqa: SIM118  a database row
    for part in (others or "").split(", "):
        page, _, lines = part.rpartition(":")
        first, _, _last = lines.partition("-")
        if first:
            yield page, int(first)


def _total(published: Published, row: Any) -> Outcome:
    message = gettext("a total whose difference is explained")
    if row["verdict"] == "equal":
        message = gettext("a total that adds up")
    elif row["verdict"] == "rounded":
        message = gettext("a total that differs by rounding only")
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
    "reconciliation": Trace("id, verdict", _total),
    "footnotes": Trace("table_name, mark", _footnote),
    "anomalies": Trace("id, other_lines", _anomaly),
}


@dataclass(frozen=True)
class Excerpt:
    """The lines of a document where a row is, with what is printed for each of its cells."""

    title: str
    place: str
    address: str
    lines: Sequence[ShownLine]


@dataclass(frozen=True)
class Run:
    """Lines of a document that follow each other, the last one included."""

    document: str
    page: str
    first: int
    last: int

    def reaches(self, other: Run) -> bool:
        """Whether the lines shown around this run and around a later one touch each other."""
        if (self.document, self.page) != (other.document, other.page):
            return False
        return other.first <= self.last + 2 * CONTEXT + 1

    def joined(self, other: Run) -> Run:
        """The run of both and what is between them."""
        return replace(self, last=max(self.last, other.last))


async def excerpts(
    datasette: Datasette,
    published: Published,
    table: str,
    row_id: str,
    row: Mapping[str, Any] | None = None,
) -> list[Excerpt]:
    """Where a row is, by the table `provenance`: an excerpt for each run of lines.

    By a rule for every row, the `row` itself says it.
    """
    if "provenance" not in published.tables:
        return []
    database = datasette.get_database(published.name)
    cells = []
    if await _has_places_of_cells(database, table):
        cells = await _cells(database, table, row_id)
    if not cells and row is not None:
        cells = await _cells_by_rule(database, table, row_id, row)
    found = []
    for run in _runs(cells):
        lines = await _lines_around(database, run, cells)
        if lines:  # else the document itself is not in the database
            place = passage_text(run.page, run.first, run.last)
            address = published.line_path(run.document, run.page, run.first)
            found.append(Excerpt(_title(published, run.document), place, address, lines))
    return found


async def _has_places_of_cells(database: Any, table: str) -> bool:
    """Whether `provenance` has a row for each cell of a table, or for some: asked once."""
    sql = "SELECT 1 FROM provenance WHERE table_name = :table AND row_id <> :every LIMIT 1"
    found = await database.execute(sql, {"table": table, "every": EVERY_ROW})
    return found.first() is not None


async def _cells(database: Any, table: str, row_id: str) -> list[Mapping[str, Any]]:
    """The rows of `provenance` about a row of a table, or about every row."""
    sql = f"""SELECT table_name, column_name, document, cell, printed, how, {PLACE} FROM provenance
              WHERE table_name = :table AND row_id = :row
              ORDER BY document, page, first_line, rowid"""
    return [dict(row) for row in await database.execute(sql, {"table": table, "row": row_id})]


async def _cells_by_rule(
    database: Any, table: str, row_id: str, row: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """What the rules for every row of a table say about one of them; nothing without rules."""
    rules = await _cells(database, table, EVERY_ROW)
    if not rules:
        return []
    place = place_of(row[LINES])
    sql = "SELECT text FROM _lines WHERE document = ? AND page = ? AND line = ?"
    found = await database.execute(sql, [rules[0]["document"], place.page or "", place.line])
    line = found.first()
    text = "" if line is None else line["text"]
    cells = cells_by_rule(rules, row, row_id, text)
    return [{**cell, "page": place.page or ""} for cell in cells]


def _runs(cells: Sequence[Mapping[str, Any]]) -> list[Run]:
    """The lines of the cells, joined where little is between them; `cells` are in order."""
    runs: list[Run] = []
    for cell in cells:
        run = Run(cell["document"], cell["page"], cell["first_line"], cell["last_line"])
        if runs and runs[-1].reaches(run):
            runs[-1] = runs[-1].joined(run)
        else:
            runs.append(run)
    return runs


async def _lines_around(
    database: Any, run: Run, cells: Sequence[Mapping[str, Any]]
) -> list[ShownLine]:
    """The lines of a run and a few around it, with what is printed for its cells."""
    sql = """SELECT line, text FROM _lines WHERE document = :document AND page = :page
             AND line BETWEEN :first AND :last ORDER BY line"""
    wanted = {
        "document": run.document,
        "page": run.page,
        "first": run.first - CONTEXT,
        "last": run.last + CONTEXT,
    }
    printed = [(row["line"], row["text"]) for row in await database.execute(sql, wanted)]
    own = [cell for cell in cells if (cell["document"], cell["page"]) == (run.document, run.page)]
    lines = []
    for number, pieces in highlighted(printed, own):
        lines.append(ShownLine(run.page, number, pieces))
    return lines


def _title(published: Published, path: str) -> str:
    """The title of a document; its path where the publication does not describe it."""
    source = published.documents.get(document_name(path))
    return path if source is None else text(source, "title")
