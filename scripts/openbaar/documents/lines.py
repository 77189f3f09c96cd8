"""Lines: what every kind of document becomes, so that one recipe language reads them all.

A line of a text is its text. A row of a grid (a sheet, a table of a PDF or of a page) is its cells
with SEPARATOR between them, and knows the address of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from openbaar.errors import Place

SEPARATOR = "␟"  # Unicode's symbol for the unit separator, which no document prints
WORKBOOKS = (".xlsx", ".ods", ".xls")
COVERED = "\ufffc"  # Unicode's sign for an object, for a cell that one to its left reaches over
UNSURE = "▯"  # before a word that was recognised on a picture, and not surely


_FIGURE = re.compile(r"[-+−(]?\s?[€$£]?\s?\d[\d.,'’ \u00a0\u202f]*\s?[%€)]*")
_LEADER = re.compile(r"[._\-–—=·…]{4,}$")
_YEAR = re.compile(r"(?:19|20)\d\d")


def repeatable(text: str, column: int) -> str:
    """The text of a cell merged over several rows, as it stands in the lower ones.

    A label or a year holds for each of them, and so does what stands in the first column (0), such
    as the number of a chapter; any other number would count more than once, so nothing.
    """
    if column == 0:
        return text
    is_figure = _FIGURE.fullmatch(text.strip()) is not None
    return "" if is_figure and not _YEAR.fullmatch(text.strip()) else text


def joint(above: str, below: str) -> str:
    """What stands between the lines of a text that is wrapped in a cell.

    That is a space, but nothing behind a hyphen where a capital letter or a digit follows.

    before: "Bitburg-", "Prüm" and "Land-", "und Forst"
    after: "" and " "
    """
    is_hyphen = above[-1:] == "-" and above[-2:-1].isalnum()
    return "" if is_hyphen and (below[:1].isupper() or below[:1].isdigit()) else " "


def wrapped(texts: Sequence[str]) -> str:
    """The lines of a cell as one text."""
    whole = ""
    for text in texts:
        whole += (joint(whole, text) if whole else "") + text
    return whole


def shown(text: str) -> str:
    """A text with ` | ` where it has SEPARATOR, as people read and write it."""
    return text.replace(SEPARATOR, " | ")


class Word(NamedTuple):
    """A word of a line, and where it stands: in points from the upper left corner of its page."""

    text: str
    start: float
    end: float
    top: float = 0.0
    bottom: float = 0.0


def text_of(words: Iterable[Word]) -> str:
    """The words as one text, a space between two."""
    return " ".join(word.text for word in words)


def without_leaders(words: Iterable[Word]) -> tuple[Word, ...]:
    """The words without the row of dots that leads the eye from a label to its figure.

    before: "Gent........", "12"
    after: "Gent", "12"
    """
    kept = []
    for word in words:
        text = _LEADER.sub("", word.text)
        width = (word.end - word.start) * len(text) / max(len(word.text), 1)
        if text:
            kept.append(word._replace(text=text, end=word.start + width))
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document.

    `number` counts through the document from 1, `page` is the number of the page or the name of the
    sheet, `row` counts through that page from 1, and `cells` are the addresses of a grid's cells.
    `words` are known where the document was read with its layout (`read: layout`). `covered` are
    the indexes of the cells that one to their left reaches over.
    """

    number: int
    text: str
    page: int | str = 1
    row: int = 0
    cells: Sequence[str] = ()
    words: tuple[Word, ...] = ()
    covered: tuple[int, ...] = ()

    @property
    def shown(self) -> str:
        """The text as patterns and messages see it: with ` | ` between the cells of a grid."""
        return shown(self.text)

    @property
    def printed(self) -> str:
        """The text as readers see it: without the blank cells at the end of a row of a grid."""
        if SEPARATOR not in self.text:
            return self.text
        return shown(self.text.rstrip(f"{SEPARATOR} "))

    @property
    def is_blank(self) -> bool:
        """Whether nothing is printed on it."""
        return not self.text.replace(SEPARATOR, "").strip()


TablePlace = tuple[int | str, str]  # a page, and the number of a table on it


@dataclass(frozen=True)
class Document:
    """A document as lines: its path, whether it is a grid, and whether it has pages.

    Where they are (a PDF, a workbook), places name the page and count its lines; else they count
    through the document. The words of one that is recognised were told from pictures. `language`
    and `title` are what it says of itself, as web pages do. `broken` are the texts of cells in
    which a word may be broken that was wider than its cell, `typed` those of a workbook that are
    texts and look like numbers. `above` has what is printed above each ruled table of a PDF, which
    is no line.
    """

    path: str
    lines: tuple[Line, ...]
    is_grid: bool = False
    has_pages: bool = False
    is_recognised: bool = False
    language: str = ""
    title: str = ""
    broken: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()
    above: Mapping[TablePlace, tuple[str, ...]] = field(default_factory=dict, compare=False)
    _by_number: dict[int, Line] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook, which stores numbers as such."""
        return self.path.lower().endswith(WORKBOOKS)

    def line(self, number: int) -> Line:
        """The line with that number."""
        if not self._by_number:
            self._by_number.update({line.number: line for line in self.lines})
        return self._by_number[number]

    def text(self, first: int, last: int) -> str:
        """The text of the lines `first` to `last`, with line feeds between them."""
        return "\n".join(self.line(number).text for number in range(first, last + 1))

    def place(
        self, first: int | None = None, last: int | None = None, cell: str | None = None
    ) -> Place:
        """The place of the lines numbered `first` to `last`, or of a cell, as a reader finds it."""
        if not self.has_pages or first is None:
            return Place(self.path, first, last, cell=cell)
        start, end = self.line(first), self.line(last or first)
        last_row = end.row if end.page == start.page else None
        return Place(self.path, start.row, last_row, page=str(start.page), cell=cell)


def grid_lines(
    pages: Iterable[tuple[int | str, Sequence[Sequence[str]], Sequence[Sequence[str]]]],
) -> tuple[Line, ...]:
    """The lines of grids: for each page its name, its rows of cell texts, and their addresses.

    White space inside a cell is made single: a line break in a cell is no line of the document. A
    cell that is COVERED is blank.
    """
    lines: list[Line] = []
    for page, rows, addresses in pages:
        for row, (cells, names) in enumerate(zip(rows, addresses, strict=True), start=1):
            lines.append(grid_line(len(lines) + 1, cells, page, row, names))
    return tuple(lines)


def grid_line(
    number: int, cells: Sequence[str], page: int | str, row: int, addresses: Sequence[str]
) -> Line:
    """The line of a row of a grid, as `grid_lines` makes it."""
    covered = [index for index, cell in enumerate(cells) if cell == COVERED]
    texts = [" ".join(cell.replace(SEPARATOR, " ").split()) for cell in cells]
    for index in covered:
        texts[index] = ""
    kept = tuple(addresses) if isinstance(addresses, list) else addresses
    return Line(number, SEPARATOR.join(texts), page, row, kept, covered=tuple(covered))
