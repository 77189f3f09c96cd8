"""The ruled tables of a PDF as grids, and the proof that no word of them is lost or read twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, starmap
from typing import Any, NamedTuple

from openbaar.documents.layout import pages_of_pdf
from openbaar.documents.lines import (
    COVERED,
    Document,
    TablePlace,
    Word,
    grid_lines,
    repeatable,
    text_of,
    wrapped,
)
from openbaar.documents.page_lines import PageLine, lines_of
from openbaar.documents.pdf import clear_errors, page_without_text
from openbaar.errors import OpenbaarError, Place, Problem

MOST_PROBLEMS = 20  # of one document
SLACK = 2.0  # points by which a word may reach over a rule
LONGER = 5.0  # points by which rules reach beyond the outermost upright ones of a table
NEAR = 60.0  # points from a table: what stands farther beside it is not of it
MOST_ABOVE = 4  # lines above a table that may name it
FARTHEST = 2.0  # of its height: as far may a line stand above a table, or another one
WIDEST_MARGIN = 8.0  # points between the edge of a cell and its text, where that is not centred
MOST_WORDS = 6  # of a text beside a table; more are running text


class Box(NamedTuple):
    """A rectangle on a page, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, word: Word) -> bool:
        """Whether the middle of a word is in it."""
        middle = (word.start + word.end) / 2
        height = (word.top + word.bottom) / 2
        return self.left <= middle <= self.right and self.top <= height <= self.bottom

    def is_reached_over(self, word: Word) -> bool:
        """Whether a word reaches over its left or its right side."""
        return word.start < self.left - SLACK or word.end > self.right + SLACK

    def is_inside(self, other: Box) -> bool:
        """Whether it lies in another one."""
        across = other.left - SLACK <= self.left and self.right <= other.right + SLACK
        return across and other.top - SLACK <= self.top and self.bottom <= other.bottom + SLACK


@dataclass(frozen=True)
class Grid:
    """A ruled table: where it is, and its rows of cells; None where a merged cell covers one."""

    box: Box
    rows: tuple[tuple[Box | None, ...], ...]

    @property
    def cells(self) -> Iterator[Box]:
        """The cells that are not covered."""
        for row in self.rows:
            yield from (cell for cell in row if cell is not None)


def read_pdf_tables(data: bytes, path: str, skipped: Collection[int] = ()) -> Document:
    """The ruled tables of a PDF, one grid for each page, found by pdfplumber.

    Addresses are `table.row.column`, counted from 1. A label that is merged over several rows
    stands in each of them, but a figure stands once: in the first. One merged over columns stands
    in the first. An outer column without an outer rule is one where the horizontal rules reach so
    far. `skipped` are pages that are left out.

    Raises OpenbaarError when it is no PDF, needs a password, is cut off, or holds no ruled table;
    and with each word that would be lost: beside a table in no cell, cut by a rule, or in a table
    inside a table.
    """
    pages = []
    above: dict[TablePlace, tuple[str, ...]] = {}
    broken: set[str] = set()
    problems: list[Problem] = []
    with clear_errors(path):
        for page in pages_of_pdf(data, path, skipped):
            if page.is_picture:
                problems.append(page_without_text(path, page.number))
            grids = _grids(page.seen)
            problems += _lost(grids, page.words, Place(path, page=str(page.number)))
            pages.append((page.number, *_texts_and_addresses(grids, page.words, broken)))
            outside = [
                word for word in page.words if not any(grid.box.holds(word) for grid in grids)
            ]
            for index, grid in enumerate(grids, start=1):
                above[page.number, str(index)] = _printed_above(grid, outside)
    if not any(rows for _, rows, _ in pages):
        hint = "read it as text: leave out `read: tables`"
        raise OpenbaarError(Problem(Place(path), "contains no ruled table", hint))
    if problems:
        raise OpenbaarError(problems[:MOST_PROBLEMS])
    lines = grid_lines(pages)
    return Document(
        path, lines, is_grid=True, has_pages=True, broken=frozenset(broken), above=above
    )


def _printed_above(grid: Grid, words: Sequence[Word]) -> tuple[str, ...]:
    """The lines of text right above a table, from above to below: its title may be among them.

    `words` are those of the page that are in no table.
    """
    over = [word for word in words if word.bottom <= grid.box.top + SLACK]
    texts: list[str] = []
    top = grid.box.top
    for line in lines_of(over)[: -MOST_ABOVE - 1 : -1]:
        if top - line.bottom > FARTHEST * line.height:
            break
        texts.insert(0, text_of(line.words))
        top = line.top
    return tuple(texts)


def _grids(page: Any) -> list[Grid]:
    """The ruled tables of a page, with the outer columns that no outer rule closes."""
    found = page.find_tables()
    ends: set[float] = set()
    for table in found:
        ends |= _ends_of_rules(page, Box(*table.bbox))
    if ends:
        found = page.find_tables({"explicit_vertical_lines": sorted(ends)})
    return [_grid(table) for table in found]


def _grid(table: Any) -> Grid:
    rows = tuple(tuple(map(_box, row.cells)) for row in table.rows)
    return Grid(Box(*table.bbox), rows)


def _box(cell: tuple[float, float, float, float] | None) -> Box | None:
    return None if cell is None else Box(*cell)


def _ends_of_rules(page: Any, box: Box) -> set[float]:
    """Where the horizontal rules of a table end beyond its outermost upright rules."""
    rules = [edge for edge in page.edges if edge["orientation"] == "h"]
    touching = [rule for rule in rules if _touches(rule, box)]
    if len(touching) < 2:
        return set()
    ends: set[float] = set()
    left = min(rule["x0"] for rule in touching)
    if left < box.left - LONGER:
        ends.add(left)
    right = max(rule["x1"] for rule in touching)
    if right > box.right + LONGER:
        ends.add(right)
    return ends


def _touches(rule: Mapping[str, Any], box: Box) -> bool:
    """Whether a horizontal rule is in a box, or reaches into it."""
    left, right, height = float(rule["x0"]), float(rule["x1"]), float(rule["top"])
    is_as_high = box.top - SLACK <= height <= box.bottom + SLACK
    return is_as_high and left <= box.right + SLACK and right >= box.left - SLACK


def _texts_and_addresses(
    grids: Sequence[Grid], words: Sequence[Word], broken: set[str]
) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of all tables of a page: the texts of their cells, and the addresses of these.

    Those in which a word may be broken are added to `broken`.
    """
    rows: list[list[str]] = []
    addresses: list[list[str]] = []
    for index, grid in enumerate(grids, start=1):
        for number, texts in enumerate(_texts(grid, words, broken), start=1):
            rows.append(texts)
            addresses.append([f"{index}.{number}.{c}" for c in range(1, len(texts) + 1)])
    return rows, addresses


def _texts(grid: Grid, words: Sequence[Word], broken: set[str]) -> list[list[str]]:
    """The texts of a table.

    A cell that is covered by a merged one above (None) gets its label; a figure is not repeated.
    """
    texts: list[list[str]] = []
    bottoms: dict[int, float] = {}
    for row in grid.rows:
        bottom = max(cell.bottom for cell in row if cell is not None)
        line = []
        for column, cell in enumerate(row):
            if cell is not None:
                bottoms[column] = cell.bottom
                line.append(_text(cell, words, broken))
                continue
            is_covered = bool(texts) and bottoms.get(column, 0) >= bottom - 1
            line.append(repeatable(texts[-1][column], column) if is_covered else COVERED)
        texts.append(line)
    return texts


def _text(cell: Box, words: Sequence[Word], broken: set[str]) -> str:
    """What is printed in a cell, its lines one after the other."""
    lines = lines_of([word for word in words if cell.holds(word)])
    text = wrapped([text_of(line.words) for line in lines])
    if any(starmap(partial(_may_go_on, cell, lines), pairwise(lines))):
        broken.add(text)
    return text


def _may_go_on(cell: Box, lines: Sequence[PageLine], above: PageLine, below: PageLine) -> bool:
    """Whether the only word of a line ends where its cell does, and may go on in the next line.

    No letter more would have had room, and a small one follows. Where texts are centred, nothing
    tells where a cell ends for them.
    """
    margin = min(line.words[0].start for line in lines) - cell.left
    word = above.words[0]
    room = cell.right - margin - word.end
    letter = (word.end - word.start) / len(word.text)
    is_full = len(above.words) == 1 and margin <= WIDEST_MARGIN and room < letter
    return is_full and word.text[-1:].isalpha() and below.words[0].text[:1].islower()


def _lost(grids: Sequence[Grid], words: Sequence[Word], page: Place) -> Iterator[Problem]:
    """What would be lost, or read wrongly, of the tables of a page."""
    yield from _nested(grids, page)
    for word in words:
        for grid in grids:
            if grid.box.holds(word):
                yield from _cut(word, grid, page)
    yield from _beside(grids, words, page)


def _nested(grids: Sequence[Grid], page: Place) -> Iterator[Problem]:
    """The tables that are inside another one, whose words would be read twice."""
    for grid in grids:
        others = [other.box for other in grids if other is not grid]
        if any(map(grid.box.is_inside, others)):
            message = f"has a table inside a table, at {_at(grid.box)}"
            yield Problem(page, message, "read it with `read: layout`, or as text")


def _cut(word: Word, grid: Grid, page: Place) -> Iterator[Problem]:
    """A word in a table that would be lost, or read in part."""
    at = _at(Box(word.start, word.top, word.end, word.bottom))
    hint = "read it with `read: layout`, or add the page to 'skip_pages'"
    cell = next((cell for cell in grid.cells if cell.holds(word)), None)
    if cell is None:
        message = f"prints '{word.text}' inside a table, but in no cell, at {at}"
        yield Problem(page, message, hint)
    elif cell.is_reached_over(word) and any(map(str.isdigit, word.text)):
        message = f"prints '{word.text}' across a rule between two cells, at {at}"
        yield Problem(page, message, hint)


def _beside(grids: Sequence[Grid], words: Sequence[Word], page: Place) -> Iterator[Problem]:
    """The texts beside the rows of a table that are in no cell, near to it and not running text."""
    free = [word for word in words if _is_free(word, grids)]
    short = [line.words for line in lines_of(free) if len(line.words) <= MOST_WORDS]
    for grid in grids:
        for printed in short:
            near = [word for word in printed if _is_beside(word, grid.box)]
            if near:
                yield _unread(near, page)


def _is_free(word: Word, grids: Sequence[Grid]) -> bool:
    """Whether a word says something, and stands in no table."""
    if not any(map(str.isalnum, word.text)):
        return False
    return not any(grid.box.holds(word) for grid in grids)


def _unread(near: Sequence[Word], page: Place) -> Problem:
    """Words of a line that stand beside the rows of a table."""
    text = text_of(near)
    at = _at(Box(near[0].start, near[0].top, near[-1].end, near[0].bottom))
    message = f"prints '{text}' beside the rows of a table, in no cell, at {at}"
    return Problem(page, message, "read it with `read: layout`, which has all words")


def _is_beside(word: Word, box: Box) -> bool:
    height = (word.top + word.bottom) / 2
    is_left = box.left - NEAR < word.end <= box.left
    is_right = box.right <= word.start < box.right + NEAR
    return box.top < height < box.bottom and (is_left or is_right)


def _at(box: Box) -> str:
    """A place on a page, in points from its upper left corner."""
    return f"x {box.left:.0f}, y {box.top:.0f}"
