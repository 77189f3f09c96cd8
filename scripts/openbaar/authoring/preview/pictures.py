"""Pictures of pages with the borders between columns on them, those of the recipe and of `init`."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from openbaar.authoring.pictures import Pictures, pictures_of
from openbaar.authoring.preview.lines import Preview
from openbaar.documents.lines import Document, Line
from openbaar.documents.page_lines import PageLine
from openbaar.documents.tables_on_page import find_tables
from openbaar.recipe.columns import borders_on, gaps

DOTS_PER_INCH = 100
MOST_PICTURES = 40  # of one document; a page with more would be slow to load
MARGIN = 40.0  # points that are shown below what is printed
WORDS_ENDING = ".words.tsv"


@dataclass(frozen=True)
class Border:
    """A line between two columns, in points; `table` is empty where `init` proposes it."""

    position: float
    top: float
    bottom: float
    table: str = ""


@dataclass(frozen=True)
class PagePicture:
    """A page as a picture for a web page, its size in points, and the borders on it.

    `printed` is how far down something is printed on it.
    """

    page: int
    width: float
    height: float
    printed: float
    picture: str
    borders: tuple[Border, ...]


def page_pictures(root: Path, previews: Sequence[Preview]) -> list[PagePicture]:
    """The pages on which tables of one document are read by where their words stand.

    Raises OpenbaarError where the PDF cannot be drawn. None where words have no places, or where
    the scan of recognised words does not stand beside them.
    """
    document = previews[0].reading.document
    path = _pdf_of(root, document)
    pages = _pages(previews)
    if path is None or not pages:
        return []
    with pictures_of(path) as pictures:
        return [_drawn(pictures, page, document, previews) for page in pages[:MOST_PICTURES]]


def _pdf_of(root: Path, document: Document) -> Path | None:
    """The PDF whose words have places: the document, or the scan beside recognised words."""
    path = root / document.path.replace(WORDS_ENDING, ".pdf")
    has_places = any(line.words for line in document.lines)
    return path if has_places and path.suffix.lower() == ".pdf" and path.exists() else None


def _pages(previews: Sequence[Preview]) -> list[int]:
    """The pages on which a table was found."""
    pages: set[int] = set()
    for preview in previews:
        if preview.reading.region is not None:
            pages |= {int(line.page) for line in preview.reading.region.lines}
    return sorted(pages)


def _drawn(
    pictures: Pictures, page: int, document: Document, previews: Sequence[Preview]
) -> PagePicture:
    width, height = pictures.size(page)
    encoded = base64.b64encode(pictures.png(page, DOTS_PER_INCH)).decode()
    lines = _with_words(_on_page(document.lines, page))
    borders: list[Border] = []
    for preview in previews:
        borders += _of_recipe(preview, page)
    borders += _proposed(lines)
    printed = min(_extent(lines)[1] + MARGIN, height) if lines else height
    picture = f"data:image/png;base64,{encoded}"
    return PagePicture(page, width, height, printed, picture, tuple(borders))


def _of_recipe(preview: Preview, page: int) -> Iterator[Border]:
    """The borders by which a recipe reads its table on a page."""
    region, columns = preview.reading.region, preview.reading.recipe.reading.columns
    if region is None or columns is None:
        return
    rows = _with_words(region.body)
    if not _on_page(rows, page):
        return
    headings = {heading.unit.lines()[0] for heading in region.header}
    above = [line for line in region.lines if line.number in headings]
    extent = _extent(_on_page([*rows, *above], page))
    positions = gaps(rows) if columns == "gaps" else borders_on(page, columns)
    for position in positions:
        yield Border(position, *extent, preview.reading.table.name)


def _with_words(lines: Sequence[Line]) -> list[Line]:
    """The lines of whose words it is known where they stand."""
    return [line for line in lines if line.words]


def _on_page(lines: Sequence[Line], page: int) -> list[Line]:
    return [line for line in lines if line.page == page]


def _proposed(lines: Sequence[Line]) -> Iterator[Border]:
    """The borders of the tables that `init` sees on a page."""
    for table in find_tables([PageLine(line.words) for line in lines]):
        extent = _extent(lines[table.first : table.last + 1])
        yield from (Border(position, *extent) for position in table.borders)


def _extent(lines: Sequence[Line]) -> tuple[float, float]:
    """From where to where lines stand on their page."""
    words = list(chain.from_iterable(line.words for line in lines))
    return min(word.top for word in words), max(word.bottom for word in words)
