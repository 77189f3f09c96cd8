"""The documents on the site: their lines with numbers, what each line became, and what a row took from them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from datasette import NotFound, Response
from datasette.utils import urlsafe_components

from openbaar.site.columns import key_label, text
from openbaar.site.language import gettext
from openbaar.site.published import Published, anchor, document_name, published_by
from openbaar.site.remarks import conditions, line_text

if TYPE_CHECKING:
    from datasette.app import Datasette

CONTEXT = 2  # lines shown above and below those of a row
Run = tuple[str, str | None, int, int]  # document, page, first line, last line


@dataclass(frozen=True)
class Piece:
    """A part of a line: plain, or printed for a column."""

    text: str
    column: str = ""


@dataclass(frozen=True)
class Link:
    """What a line became, and where that is shown."""

    text: str
    address: str
    kind: str


@dataclass(frozen=True)
class Line:
    """A line as it is shown."""

    page: str
    number: int
    pieces: Sequence[Piece]
    links: list[Link] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Its anchor on the page of the document."""
        return anchor(self.page, self.number)


async def document(request: Any, datasette: Datasette) -> Response:
    """The page of a document. Raises NotFound for a document that the publication does not have."""
    site = published_by(datasette)
    source = site.documents.get(request.url_vars["document"]) if site else None
    if site is None or source is None:
        raise NotFound(gettext("This document does not exist."))
    database = datasette.get_database(site.name)
    sql = "SELECT page, line, text FROM _lines WHERE document = :path ORDER BY position"
    found = await database.execute(sql, {"path": source["path"]})
    became = await _became(database, site, source["path"])
    lines = [
        Line(
            row["page"],
            row["line"],
            [Piece(row["text"])],
            became.get((row["page"], row["line"]), []),
        )
        for row in found.rows
    ]
    context = {"source": source, "lines": lines, "name": document_name(source["path"])}
    return Response.html(
        await datasette.render_template("openbaar_source.html", context, request=request)
    )


ROUTES = [(r"/source/(?P<document>[^?]+)$", document)]


async def _became(database: Any, site: Published, path: str) -> dict[tuple[str, int], list[Link]]:
    """What each line of a document became: by its page and number, first the rows, then totals and remarks."""
    links: dict[tuple[str, int], list[Link]] = defaultdict(list)
    for table, (columns, describe) in BECAME.items():
        if table not in site.tables:
            continue
        sql = f"SELECT DISTINCT {columns}, page, first_line, last_line FROM {table} WHERE document = :path"
        for row in (await database.execute(sql, {"path": path})).rows:
            for number in range(row["first_line"], (row["last_line"] or row["first_line"]) + 1):
                known, link = links[row["page"] or "", number], describe(site, row)
                if link not in known:
                    known.append(link)
    return dict(links)


def _row_link(site: Published, row: Any) -> Link:
    title = text(site.tables[row["table_name"]], "title")
    key = ",".join(urlsafe_components(row["row_id"]))
    address = f"{site.path(row['table_name'])}/{row['row_id']}"
    return Link(f"{title}: {key_label(site, row['table_name'], key)}", address, "row")


def _total_link(site: Published, row: Any) -> Link:
    text = (
        gettext("a total that adds up")
        if row["verdict"] == "equal"
        else gettext("a total whose difference is explained")
    )
    return Link(text, site.path("reconciliation", row["id"]), "total")


def _footnote_link(site: Published, row: Any) -> Link:
    return Link(
        gettext("footnote %(mark)s") % {"mark": row["mark"]},
        site.path(row["table_name"]),
        "remark",
    )


def _warning_link(site: Published, row: Any) -> Link:
    return Link(gettext("note"), site.path("anomalies", row["id"]), "remark")


# What says of which lines they are, with the columns that tell what the lines became.
BECAME: dict[str, tuple[str, Callable[[Published, Any], Link]]] = {
    "provenance": ("table_name, row_id", _row_link),
    "reconciliation": ("id, verdict", _total_link),
    "footnotes": ("table_name, mark", _footnote_link),
    "anomalies": ("id", _warning_link),
}


@dataclass(frozen=True)
class Excerpt:
    """The lines of a document in which a row stands, with what is printed for each of its cells."""

    title: str
    place: str
    address: str
    lines: Sequence[Line]


async def excerpts(datasette: Datasette, site: Published, table: str, row_id: str) -> list[Excerpt]:
    """Where a row stands: an excerpt for each run of lines, by the table `provenance`."""
    if "provenance" not in site.tables:
        return []
    database = datasette.get_database(site.name)
    sql = """SELECT * FROM provenance WHERE table_name = :table AND row_id = :row
             ORDER BY document, page, first_line, rowid"""
    cells = [
        dict(row) for row in (await database.execute(sql, {"table": table, "row": row_id})).rows
    ]
    found = [await _excerpt(database, site, run, cells) for run in _runs(cells)]
    return [excerpt for excerpt in found if excerpt.lines]


async def _excerpt(
    database: Any, site: Published, run: Run, cells: Sequence[Mapping[str, Any]]
) -> Excerpt:
    """The lines of one run and a few around them, marked; without lines where the document is not there."""
    path, page, first, last = run
    sql = """SELECT line, text FROM _lines WHERE document = :document AND page = :page
             AND line BETWEEN :first AND :last ORDER BY line"""
    wanted = {
        "document": path,
        "page": page or "",
        "first": first - CONTEXT,
        "last": last + CONTEXT,
    }
    texts = [(row["line"], row["text"]) for row in (await database.execute(sql, wanted)).rows]
    marked = highlighted(
        texts, [cell for cell in cells if (cell["document"], cell["page"]) == (path, page)]
    )
    source = site.documents.get(document_name(path))
    title = text(source, "title") if source else path
    lines = [Line(page or "", number, pieces) for number, pieces in marked]
    return Excerpt(title, line_text(page, first, last), site.line_path(path, page, first), lines)


def _runs(cells: Sequence[Mapping[str, Any]]) -> list[Run]:
    """The lines of the cells as runs (document, page, first, last), joined where little stands between them."""
    runs: list[Run] = []
    for cell in cells:
        document_path, page, first, last = (
            cell["document"],
            cell["page"],
            cell["first_line"],
            cell["last_line"],
        )
        if (
            runs
            and runs[-1][:2] == (document_path, page)
            and first <= runs[-1][3] + 2 * CONTEXT + 1
        ):
            runs[-1] = (*runs[-1][:3], max(last, runs[-1][3]))
        else:
            runs.append((document_path, page, first, last))
    return runs


def highlighted(
    lines: Sequence[tuple[int, str]], cells: Sequence[Mapping[str, Any]]
) -> list[tuple[int, list[Piece]]]:
    """The lines (number, text), parted so that what is printed for a cell is a piece of its own.

    A cell has `column_name`, `first_line`, `last_line` and `printed`. Wrapped lines were joined when it was read, with
    or without a space, so white space is not compared. Two cells never share a letter: of two that are printed alike
    the first in order gets the first place. A cell that is not found there marks nothing.

    >>> highlighted([(7, "vrouw 91.493")], [dict(column_name="n", first_line=7, last_line=7, printed="91.493")])
    [(7, [Piece(text='vrouw ', column=''), Piece(text='91.493', column='n')])]
    """
    owner: dict[int, list[str]] = {number: [""] * len(text) for number, text in lines}
    for cell in cells:
        within = [
            (number, text)
            for number, text in lines
            if cell["first_line"] <= number <= cell["last_line"]
        ]
        places = [(number, index) for number, text in within for index in range(len(text))]
        letters = "".join(text for _, text in within)
        for start, end in _found(cell["printed"] or "", letters):
            spot = [place for place in places[start:end] if not letters[start:end].isspace()]
            if all(not owner[number][index] for number, index in spot):
                for number, index in spot:
                    owner[number][index] = cell["column_name"]
                break
    return [(number, _pieces(text, owner[number])) for number, text in lines]


def _found(printed: str, text: str) -> list[tuple[int, int]]:
    """Where a printed text stands: first where it stands by itself, then where other text touches it."""
    letters = re.sub(r"\s+", "", printed)
    if not letters:
        return []
    pattern = r"\s*".join(map(re.escape, letters))
    alone = rf"(?<![\w.,]){pattern}(?![\w]|[.,]\w)"
    return [match.span() for each in (alone, pattern) for match in re.finditer(each, text)]


def _pieces(text: str, owner: Sequence[str]) -> list[Piece]:
    """The text, parted wherever another cell begins."""
    cuts = [
        0,
        *(index for index in range(1, len(text)) if owner[index] != owner[index - 1]),
        len(text),
    ]
    return [Piece(text[start:end], owner[start]) for start, end in pairwise(cuts) if end > start]


def concerns(remark_rows: str | None, row: Mapping[str, Any]) -> bool:
    """Whether a remark on certain rows, written as the trust tables write it, speaks of this row."""
    wanted = conditions(remark_rows)
    return bool(wanted) and all(str(row.get(column)) == value for column, value in wanted.items())
