"""Where a row is in the documents: the lines around it, with what is printed for its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from openbaar.site.pages.columns import text
from openbaar.site.pages.remarks import passage_text
from openbaar.site.published import Published, document_name
from openbaar.site.routes.document_lines import OF_ROWS, OF_RULES, PLACE, ShownLine, rows_from
from openbaar.site.routes.highlighting import highlighted
from openbaar.tables.places import LINES, RULE, LinePlace, cells_by_rule, place_of, rows_of_rule

if TYPE_CHECKING:
    from datasette.app import Datasette

CELL = f"table_name, column_name, document, cell, printed, how, {PLACE}"
CONTEXT = 2  # lines shown above and below those of a row


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

    A row of which it says nothing itself is where the rules for many rows say, by the `row`.
    """
    if "provenance" not in published.tables:
        return []
    database = datasette.get_database(published.name)
    cells = []
    if await _has_places(database, table, OF_ROWS):
        cells = await _cells(database, table, row_id)
    if not cells and row is not None and await _has_places(database, table, OF_RULES):
        cells = await _cells_by_rule(database, published, table, row_id, row)
    found = []
    for run in _runs(cells):
        lines = await _lines_around(database, run, cells)
        if lines:  # else the document itself is not in the database
            place = passage_text(run.page, run.first, run.last)
            address = published.line_path(run.document, run.page, run.first)
            found.append(Excerpt(_title(published, run.document), place, address, lines))
    return found


async def _has_places(database: Any, table: str, which: str) -> bool:
    """Whether `provenance` has rows of a kind about the cells of a table: asked once."""
    sql = f"SELECT 1 FROM provenance WHERE table_name = :table AND {which} LIMIT 1"
    found = await database.execute(sql, {"table": table})
    return found.first() is not None


async def _cells(database: Any, table: str, row_id: str) -> list[Mapping[str, Any]]:
    """The rows of `provenance` about a row of a table."""
    sql = f"""SELECT {CELL} FROM provenance WHERE table_name = :table AND row_id = :row
              ORDER BY document, page, first_line, rowid"""
    return [dict(row) for row in await database.execute(sql, {"table": table, "row": row_id})]


async def _rules(database: Any, table: str, place: LinePlace) -> list[Mapping[str, Any]]:
    """The rules for the rows that were read from a line.

    Their `row_id` is `*`, or says from which lines rows are: `*3:2-54`, or `*3:2` of a single one;
    and which of several rows of a line, `*3:2-54#2`.
    """
    before = RULE if place.page is None else f"{RULE}{place.page}:"
    behind = before[:-1] + chr(ord(before[-1]) + 1)
    sql = f"""WITH rules AS (
                SELECT *, substr(row_id, length(:before) + 1) AS lines FROM provenance
                WHERE table_name = :table AND row_id >= :before AND row_id < :behind
              )
              SELECT row_id, {CELL} FROM rules
              WHERE :line BETWEEN CAST(lines AS INTEGER)
                AND CAST(substr(lines, instr(lines, '-') + 1) AS INTEGER)
              UNION ALL
              SELECT row_id, {CELL} FROM provenance
              WHERE table_name = :table AND row_id = :every"""
    asked = {"table": table, "line": place.line, "before": before, "behind": behind, "every": RULE}
    return [dict(row) for row in await database.execute(sql, asked)]


async def _rules_of_row(
    database: Any, published: Published, table: str, row_id: str, place: LinePlace
) -> list[Mapping[str, Any]]:
    """The rules for a row that was read from a line: of several, those of its number there."""
    rules = await _rules(database, table, place)
    if not any("#" in rule["row_id"] for rule in rules):
        return rules
    line = (place.page or "", place.line)
    read = await rows_from(database, published, table, [line])
    number = list(read[line]).index(row_id) + 1
    return [rule for rule in rules if rows_of_rule(rule["row_id"]).number == number]


async def _cells_by_rule(
    database: Any, published: Published, table: str, row_id: str, row: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """What the rules for rows of a table say about one of them."""
    place = place_of(row[LINES])
    rules = await _rules_of_row(database, published, table, row_id, place)
    if not rules:
        return []
    sql = "SELECT text FROM _lines WHERE document = ? AND page = ? AND line = ?"
    found = await database.execute(sql, [rules[0]["document"], place.page or "", place.line])
    line = found.first()
    text = "" if line is None else line["text"]
    cells = cells_by_rule(rules, row, row_id, text)
    found = [{**cell, "page": cell["page"] or ""} for cell in cells]
    return sorted(found, key=itemgetter("page", "first_line"))


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
