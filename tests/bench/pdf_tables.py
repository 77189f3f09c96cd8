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

from openbaar.authoring.draft.received import received
from openbaar.documents.layout import read_pdf_layout
from openbaar.documents.tables_on_page import PageLine, find_tables
from openbaar.errors import OpenbaarError

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
        cells = []
        for cell in region.iterfind("cell"):
            row, column = int(cell.get("start-row")), int(cell.get("start-col"))
            last_row, last_column = cell.get("end-row") or row, cell.get("end-col") or column
            text = cell.findtext("content") or ""
            cells.append(Cell(row, int(last_row), column, int(last_column), text))
        page = int(region.get("page"))
        found[page] = found.get(page, Counter()) + relations(cells)
    return found


def by_finder(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The tables that are found on pages, by words alone."""
    document = read_pdf_layout(path.read_bytes(), f"sources/{path.name}")
    for page in sorted({int(line.page) for line in document.lines}):
        lines = [PageLine(line.words) for line in document.lines if line.page == page]
        for table in find_tables(lines):
            yield page, [Cell(*vars(cell).values()) for cell in table.cells]


def by_init(path: Path) -> Iterator[tuple[int, list[Cell]]]:
    """The tables that `openbaar init` sees, as rows of one line each."""
    (found,) = received([path])
    for sighting in found.sightings:
        page = found.document.line(sighting.first).page
        rows: list[Sequence[str]] = [*sighting.headings, *(row.cells for row in sighting.rows)]
        cells = []
        for index, row in enumerate(rows):
            cells += [Cell(index, index, column, column, text) for column, text in enumerate(row)]
        yield int(page), cells


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
    score(Path(sys.argv[1]), {"finder": by_finder, "init": by_init})
