"""Previews as one HTML page: the documents on the left, the tables read from them on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from openbaar.authoring.preview.lines import Part, Preview, SeenLine, State
from openbaar.authoring.preview.pictures import page_pictures
from openbaar.documents.lines import Document, Line
from openbaar.errors import Problem
from openbaar.recipe.records import Record

ORDER: tuple[State, ...] = ("missed", "read", "outside", "blank")


@dataclass(frozen=True)
class Told:
    """What one table says of a line: what it reads, the rows it makes, and what is wrong."""

    table: str
    parts: tuple[Part, ...]
    rows: list[int]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class PageLine:
    """A line of a document with what all tables say of it.

    `find` are the words by which it can be looked up.
    """

    id: str
    place: str
    text: str
    trailing: int
    state: State
    find: str
    told: list[Told]


@dataclass(frozen=True)
class PageCell:
    """A cell of a table as read, and the line on which it stands."""

    id: str
    text: str
    line: str
    printed: str


def page(root: Path, title: str, previews: Sequence[Preview]) -> str:
    """The page that shows `previews` of the publication in the folder `root`.

    Each line and each cell has an address on it, and can be looked up by name. Pages of PDFs that
    are read by where words stand are drawn, with the borders between columns.
    """
    environment = Environment(
        loader=PackageLoader("openbaar.authoring", "preview"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    by_path: dict[str, list[Preview]] = {}
    for preview in previews:
        by_path.setdefault(preview.reading.document.path, []).append(preview)
    names = {path: f"d{number}" for number, path in enumerate(by_path, start=1)}
    documents = []
    for path, its_previews in by_path.items():
        lines = list(_page_lines(names[path], its_previews))
        documents.append((path, names[path], lines, page_pictures(root, its_previews)))
    tables = []
    for preview in previews:
        name = names[preview.reading.document.path]
        tables.append((preview, list(_page_rows(name, preview))))
    template = environment.get_template("page.html")
    return template.render(title=title, documents=documents, tables=tables)


def _page_lines(name: str, previews: Sequence[Preview]) -> Iterator[PageLine]:
    document = previews[0].reading.document
    for index, line in enumerate(document.lines):
        seen = [(each, each.lines[index]) for each in previews]
        text = line.shown.rstrip(" ")
        yield PageLine(
            id=f"{name}.{line.number}",
            place=_place(document, line),
            text=text,
            trailing=len(line.shown) - len(text),
            state=min((each.state for _, each in seen), key=ORDER.index),
            find=" ".join([str(line.number), _place(document, line), *line.cells]),
            told=[_told(each, found) for each, found in _telling(seen)],
        )


def _telling(seen: Sequence[tuple[Preview, SeenLine]]) -> list[tuple[Preview, SeenLine]]:
    """The tables that have something to tell of a line.

    That one leaves it to others goes without saying.
    """
    return [(preview, line) for preview, line in seen if _tells(line)]


def _tells(seen: SeenLine) -> bool:
    if seen.problems:
        return True
    return any(part.kind != "elsewhere" for part in seen.parts)


def _told(preview: Preview, seen: SeenLine) -> Told:
    rows = preview.rows_by_line.get(seen.line.number, [])
    return Told(preview.reading.table.name, seen.parts, rows, seen.problems)


def _place(document: Document, line: Line) -> str:
    return f"{line.page}:{line.row}" if document.has_pages else str(line.number)


def _page_rows(name: str, preview: Preview) -> Iterator[tuple[str, list[PageCell]]]:
    """The rows of a table as read so far, each with its name on the page."""
    table = preview.reading.table
    for number, record in enumerate(preview.reading.records, start=1):
        row = f"{table.name}.{number}"
        yield row, [_page_cell(f"{row}.{column}", name, record, column) for column in table.columns]


def _page_cell(cell_id: str, document: str, record: Record, column: str) -> PageCell:
    """The cell of a column; an empty one where the record has none."""
    cell = record.cells.get(column)
    if cell is None:
        return PageCell(cell_id, "", f"{document}.{record.first_line}", "")
    text = "" if cell.value is None else str(cell.value)
    return PageCell(cell_id, text, f"{document}.{cell.first_line}", cell.parsed.printed)
