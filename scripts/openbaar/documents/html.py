"""The tables of a saved web page, as grids."""

from __future__ import annotations

from typing import Any

from openbaar.documents.limits import MAX_CELLS
from openbaar.documents.lines import Document, grid_lines, repeatable
from openbaar.documents.text import decode
from openbaar.errors import OpenbaarError, Place, Problem

MAX_SPAN = 1000  # the largest rowspan or colspan; HTML allows 65534


def read_html_tables(data: bytes, path: str) -> Document:
    """All tables of a page, one after the other; addresses are `table.row.column`, from 1.

    A label that spans rows stands in each of them, a number once, in the first; what spans columns
    stands in the first.
    Raises OpenbaarError when it is no text, or contains no table.
    """
    tables = _page(decode(data, path), path).xpath("//table[not(.//table)]")
    if not tables:
        raise OpenbaarError(Problem(Place(path), "contains no table"))
    rows: list[list[str]] = []
    addresses: list[list[str]] = []
    cells = 0
    for index, table in enumerate(tables, start=1):
        grid = _grid(table)
        cells += sum(map(len, grid))
        if cells > MAX_CELLS:
            raise OpenbaarError(
                Problem(Place(path), f"contains tables of more than {MAX_CELLS} cells")
            )
        rows += grid
        for number, row in enumerate(grid, start=1):
            addresses.append([f"{index}.{number}.{c}" for c in range(1, len(row) + 1)])
    return Document(path, grid_lines([(1, rows, addresses)]), is_grid=True)


def _page(text: str, path: str) -> Any:
    """The page as a tree.

    Raises OpenbaarError where it is nested too deeply to be read whole, or holds no element.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8")
    try:
        page = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except etree.ParserError as error:
        raise OpenbaarError(Problem(Place(path), f"cannot be read as a page: {error}")) from error
    cut_off = next((entry for entry in parser.error_log if entry.level_name == "FATAL"), None)
    if cut_off is not None:
        raise OpenbaarError(
            Problem(Place(path, cut_off.line), f"cannot be read as a page: {cut_off.message}")
        )
    return page


_Spanning = dict[int, tuple[str, int]]  # by column: a text, and how many rows it still covers


def _grid(table: Any) -> list[list[str]]:
    """The texts of a table's cells.

    `spanning` holds, by column, the cells of rows above that reach down to here.
    """
    grid: list[list[str]] = []
    spanning: _Spanning = {}
    for row in table.xpath(".//tr"):
        placed = {column: text for column, (text, _) in spanning.items()}
        spanning = _one_row_less(spanning)
        column = 0
        for cell in row.xpath("./td|./th"):
            while column in placed:
                column += 1
            text = " ".join(cell.text_content().split())
            rows = _span(cell, "rowspan")
            for covered in range(column, column + _span(cell, "colspan")):
                placed[covered] = text if covered == column else ""
                if rows > 1:
                    spanning[covered] = (repeatable(placed[covered]), rows - 1)
        width = max(placed, default=-1) + 1
        grid.append([placed.get(column, "") for column in range(width)])
    return grid


def _one_row_less(spanning: _Spanning) -> _Spanning:
    """What still reaches down after one more row."""
    return {column: (text, left - 1) for column, (text, left) in spanning.items() if left > 1}


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), MAX_SPAN) if value.isdigit() else 1
