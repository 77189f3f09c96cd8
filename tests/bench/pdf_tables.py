"""How well tables are found in PDFs whose true cells are known.

    python tests/bench/pdf_tables.py FOLDER

FOLDER holds documents `name.pdf`, each with its tables in `name-str.xml`, as the ICDAR 2013 table
competition published them. Counted are adjacency relations: two cells that are not blank, next to
each other in a row or a column, by their texts without white space. Those of a page are pooled.
Source of the measure: M. Göbel, T. Hassan, E. Oro, G. Orsi, "A methodology for evaluating
algorithms for table understanding in PDF documents", DocEng 2012.
"""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from openbaar.authoring.draft.finding.received import received
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.pictures import pictures_of
from openbaar.documents.layout import read_pdf_layout
from openbaar.documents.lines import SEPARATOR, Line, Word
from openbaar.documents.page_columns import Column, borders_between
from openbaar.documents.page_lines import PageLine, is_figure
from openbaar.documents.tables_on_page import FoundTable, cells_in, find_tables
from openbaar.errors import OpenbaarError
from openbaar.recipe.columns import split_at
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import make_units

Relations = Counter[tuple[str, str, str]]  # direction, text, text
ByPage = dict[int, Relations]
SAME = str.maketrans({**dict.fromkeys("–—−‐‑", "-"), "’": "'", "‘": "'", "“": '"', "”": '"'})


class Cell(NamedTuple):
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    text: str


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).translate(SAME))


def relations(cells: Iterable[Cell]) -> Relations:
    """The relations of a table: for each row and column, those of neighbours that are not blank."""
    at: dict[tuple[int, int], int] = {}
    printed = [cell._replace(text=squeezed(cell.text)) for cell in cells]
    for index, cell in enumerate(printed):
        if cell.text:
            for row in range(cell.first_row, cell.last_row + 1):
                for column in range(cell.first_column, cell.last_column + 1):
                    at.setdefault((row, column), index)
    rows, columns = sorted({row for row, _ in at}), sorted({column for _, column in at})
    lines = [("right", [(row, column) for column in columns]) for row in rows]
    lines += [("below", [(row, column) for row in rows]) for column in columns]
    pairs = set()
    for direction, places in lines:
        met = [at[place] for place in places if place in at]
        pairs |= {(direction, one, two) for one, two in pairwise(met) if one != two}
    return Counter((way, printed[one].text, printed[two].text) for way, one, two in pairs)


def truth(path: Path) -> ByPage:
    """The relations of each page that a person marked up."""
    found: ByPage = {}
    for region in etree.parse(path, etree.XMLParser(recover=True)).iterfind(".//table/region"):
        cells = [true_cell(cell) for cell in region.iterfind("cell")]
        page = int(region.get("page"))
        found[page] = found.get(page, Counter()) + relations(cells)
    return found


def by_finder(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The tables that are found on pages, by words alone."""
    document = read_pdf_layout(path.read_bytes(), f"sources/{path.name}")
    for page in sorted({int(line.page) for line in document.lines}):
        lines = [PageLine(line.words) for line in document.lines if line.page == page]
        for table in find_tables(lines):
            yield page, [*headings_of(table), *rows_of(table, table.headings)]


def headings_of(table: FoundTable) -> Iterator[Cell]:
    """The headings of a table that was found, above all columns that each is centred over."""
    for cell in table.over:
        yield Cell(*vars(cell).values())


def rows_of(table: FoundTable, first: int, end: int = sys.maxsize) -> Iterator[Cell]:
    """The cells of a table that was found, of the rows from one to that before another."""
    for cell in table.cells:
        if first <= cell.first_row < end:
            yield Cell(*vars(cell).values())


def by_init(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The tables that `openbaar init` sees, as rows of one line each.

    A draft puts what is printed above several columns before the heading of each; here it is one
    cell, as it is printed.
    """
    (found,) = received([path])
    for sighting in found.sightings:
        page = found.document.line(sighting.first).page
        cells = printed_headings(sighting)
        rows = [row.cells for row in sighting.rows]
        for index, row in enumerate(rows, start=len(sighting.document.lines)):
            cells += [Cell(index, index, column, column, text) for column, text in enumerate(row)]
        yield int(page), cells


def printed_headings(sighting: Sighting) -> list[Cell]:
    """The headings above the first row of a sighting, as they are printed."""
    page = sighting.document.line(sighting.first).page
    lines = [line for line in sighting.document.lines if line.page == page]
    first = next(index for index, line in enumerate(lines) if line.number == sighting.first)
    for table in find_tables([PageLine(line.words) for line in lines]):
        if sighting.headings and table.first + table.headings <= first <= table.last:
            count = first - table.first
            return [*headings_of(table), *rows_of(table, table.headings, count)]
    cells = []
    for index, row in enumerate(sighting.headings):
        cells += [Cell(index, index, column, column, text) for column, text in enumerate(row)]
    return cells


class Region(NamedTuple):
    """A true table on a page, and where each of its cells stands, in points from the top left."""

    page: int
    cells: list[Cell]
    boxes: list[tuple[float, float, float, float]]  # left, top, right, bottom


def regions(path: Path, heights: Sequence[float]) -> Iterator[Region]:
    """The true tables of a document whose pages have these heights."""
    file = path.with_name(f"{path.stem}-str.xml")
    for region in etree.parse(file, etree.XMLParser(recover=True)).iterfind(".//table/region"):
        page = int(region.get("page"))
        boxes = []
        for cell in region.iterfind("cell"):
            box = cell.find("bounding-box")
            left, low, right, high = (_number(box.get(name)) for name in ("x1", "y1", "x2", "y2"))
            boxes.append((left, heights[page - 1] - high, right, heights[page - 1] - low))
        yield Region(page, [true_cell(cell) for cell in region.iterfind("cell")], boxes)


def _number(text: str) -> float:
    return float(re.sub(r"[^0-9.-]", "", text))  # one of them is `26ß`


def true_cell(cell: etree._Element) -> Cell:
    row, column = int(cell.get("start-row")), int(cell.get("start-col"))
    last_row, last_column = cell.get("end-row") or row, cell.get("end-col") or column
    return Cell(row, int(last_row), column, int(last_column), cell.findtext("content") or "")


def extents(region: Region, begin: float) -> list[Column]:
    """From where to where the cells of each column stand: those of rows, or of headings."""
    found: dict[int, list[tuple[float, float]]] = {}
    over: dict[int, list[tuple[float, float]]] = {}
    for cell, (left, top, right, _) in zip(region.cells, region.boxes, strict=True):
        if cell.first_column == cell.last_column and cell.text.strip():
            kept = found if top >= begin else over
            kept.setdefault(cell.first_column, []).append((left, right))
    return [
        Column(min(left for left, _ in each), max(right for _, right in each))
        for _, each in sorted({**over, **found}.items())
    ]


def first_row(region: Region) -> float:
    """The top of the first row that holds figures behind its first cell, or of labels above it."""
    rows: dict[int, list[tuple[Cell, float]]] = {}
    for cell, box in zip(region.cells, region.boxes, strict=True):
        if cell.text.strip():
            rows.setdefault(cell.first_row, []).append((cell, box[1]))
    found = min(rows)
    for number, each in sorted(rows.items()):
        behind = [is_figure(cell.text.strip()) for cell, _ in each if cell.first_column > 0]
        if behind and 2 * sum(behind) >= len(behind):
            found = number
            break
    while found - 1 in rows and all(cell.last_column == 0 for cell, _ in rows[found - 1]):
        found -= 1
    return min(top for _, top in rows[found])


def by_author(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The tables as a recipe reads them whose author gave their place and `columns`.

    The columns are those of the true cells, and so are the lines with which rows begin.
    """
    document = read_pdf_layout(path.read_bytes(), f"sources/{path.name}")
    with pictures_of(path) as pages:
        heights = [pages.size(number + 1)[1] for number in range(len(pages))]
    for region in regions(path, heights):
        top = min(box[1] for box in region.boxes) - 1
        bottom = max(box[3] for box in region.boxes) + 1
        lines = [
            line
            for line in document.lines
            if line.page == region.page
            and line.words
            and top <= (line.words[0].top + line.words[0].bottom) / 2 <= bottom
        ]
        begin = first_row(region) - 1
        headings = [line for line in lines if line.words[-1].bottom <= begin + 3]
        body = [line for line in lines if line not in headings]
        columns = extents(region, begin)
        places = [PageLine(line.words) for line in body or lines]
        borders = borders_between(places, columns)
        outer = (columns[0].left - 2, *borders, columns[-1].right + 2)
        starts = starts_of(region, body, outer)
        yield region.page, author_cells(headings, body, outer, starts)


def starts_of(region: Region, body: Sequence[Line], borders: tuple[float, ...]) -> str | None:
    """The pattern of lines with which rows begin, where some rows have several lines.

    An author names the words with which they begin.
    """
    tops: dict[int, float] = {}
    for cell, box in zip(region.cells, region.boxes, strict=True):
        if cell.text.strip() and cell.first_row == cell.last_row:
            tops[cell.first_row] = min(box[1], tops.get(cell.first_row, box[1]))
    begins = []
    for line in body:
        middle = (line.words[0].top + line.words[0].bottom) / 2
        rows = [row for row, top in tops.items() if top - 1 <= middle]
        begins.append(max(rows, default=-1))
    first = [line for line, row, before in zip(body, begins, [-2, *begins], strict=False)
             if row != before]  # fmt: skip
    if len(first) == len(body):
        return None
    shown = (" | ".join(split_at(line, borders).texts) for line in first)
    return f"^(?:{'|'.join(re.escape(text) for text in shown)})$"


def author_cells(
    headings: Sequence[Line], body: Sequence[Line], borders: tuple[float, ...], starts: str | None
) -> list[Cell]:
    """The cells of headings, and those of the rows as the engine makes them of lines.

    The outer borders part the table from what stands beside it, which an author reads into a field
    that is ignored.
    """
    columns = [Column(left + 2, right - 2) for left, right in pairwise(borders)]
    over = [PageLine(words) for line in headings if (words := _inside(line, borders))]
    cells = [Cell(*vars(cell).values()) for cell in cells_in(over, columns, len(over))]
    units = make_units(body, Units(columns=borders, starts=starts))
    for index, unit in enumerate(units, start=len(over)):
        for column, text in enumerate(unit.text.split(SEPARATOR)[1:-1]):
            cells.append(Cell(index, index, column, column, text))
    return cells


def _inside(line: Line, borders: Sequence[float]) -> tuple[Word, ...]:
    """The words of a line between the outer borders."""
    left, right = borders[0], borders[-1]
    return tuple(word for word in line.words if left < (word.start + word.end) / 2 < right)


def score(folder: Path, ways: dict[str, object]) -> None:
    """Print precision, recall and F1 of each way over all documents."""
    for name, way in ways.items():
        hit = said = true = 0
        start = time.perf_counter()
        pages = 0
        for path in sorted(folder.glob("*.pdf")):
            wanted = truth(path.with_name(f"{path.stem}-str.xml"))
            given: ByPage = {}
            try:
                for page, cells in way(path):  # type: ignore[operator]
                    given[page] = given.get(page, Counter()) + relations(cells)
            except OpenbaarError as error:
                print(f"  {path.name}: {error}")
            pages += len(wanted)
            hit += sum(
                sum((each & given.get(page, Counter())).values()) for page, each in wanted.items()
            )
            said += sum(sum(each.values()) for each in given.values())
            true += sum(sum(each.values()) for each in wanted.values())
        precision, recall = hit / max(said, 1), hit / max(true, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        seconds = time.perf_counter() - start
        print(
            f"{name:<8} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  "
            f"{seconds:.0f} s"
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    score(Path(sys.argv[1]), {"finder": by_finder, "init": by_init, "author": by_author})
