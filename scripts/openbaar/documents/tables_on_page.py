"""Finding tables on a page by where its words stand: ruled or not, with blank and wrapped cells.

Everything here is a function of lines of words; lengths are points. A table is a run of lines with
figures in columns, and what stands above the columns are its headings. Precision comes first: two
columns of running text, or figures at a chart, are no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from openbaar.documents.lines import without_leaders
from openbaar.documents.page_columns import Column, borders_between, columns_of, nearest_column
from openbaar.documents.page_headings import (
    Cell,
    Spot,
    heading_cells,
    heading_spots,
    spread_headings,
)
from openbaar.documents.page_lines import LONG_CELL, PageLine, is_figure

FEWEST_ROWS = 2  # with figures, below each other, make a table
MOST_HEADINGS = 8  # lines above the first row that may be headings
MOST_LABELS = 4  # lines one after the other that hold a label alone
MOST_PROSE = 0.15  # of the cells behind the first column
FARTHEST_ROW = 2.6  # between two rows of one table
FEWEST_COUNTED = 4  # numbers that count up are headings,
FEWEST_YEARS = 2  # or so many, if they are years
YEARS = range(1900, 2100)
NEARLY = 0.8  # of the width of a table
BESIDE = 0.1  # by which a label of two lines overlaps the figures between them
_CAPTION = re.compile(r"(?i)(table|figure|tabel|tabelle|abbildung|tableau|chart|grafiek)\b")
_NUMBERED = re.compile(r"\(?[A-Za-z]?\.?\d+[a-z]?(\.\d+)*[).:]?$")  # 1, 2a, A.3, 4:


@dataclass(frozen=True)
class FoundTable:
    """A table on a page.

    `first` and `last` are the indexes of its lines on the page, `headings` is how many of them are
    headings, and `borders` are where one column ends and the next begins. `cells` stand above the
    columns that they touch, the headings `over` above all that they are centred over, too.
    """

    first: int
    last: int
    headings: int
    borders: tuple[float, ...]
    cells: tuple[Cell, ...]
    over: tuple[Cell, ...]


def find_tables(lines: Sequence[PageLine]) -> list[FoundTable]:
    """The tables among the lines of a page, from above to below."""
    kept: dict[int, PageLine] = {}
    for index, line in enumerate(lines):
        words = without_leaders(line.words)
        if words:
            kept[index] = PageLine(words)
    indexes = iter(kept)
    found = []
    above: PageLine | None = None
    for run in _runs(list(kept.values())):
        table = _table(run, list(islice(indexes, len(run))), above)
        above = run[-1] if run else above
        if table is not None:
            found.append(table)
    return found


def _runs(lines: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """The lines in runs, each of which may be a table; some are empty, running text is alone."""
    run = _Run()
    for line in lines:
        if run.ends_before(line):
            yield run.lines
            run = _Run()
        if _comes_again(line, run.above_labels):
            yield run.above_labels
            run = _Run(run.labels)
        if not run.takes(line):
            yield run.lines
            yield [line]
            run = _Run()
    yield run.lines


@dataclass
class _Run:
    """Lines that may be of one table; `count` is how many labels alone stand at its end."""

    lines: list[PageLine] = field(default_factory=list)
    count: int = 0

    @property
    def labels(self) -> list[PageLine]:
        """The labels at its end."""
        return self.lines[len(self.lines) - self.count :]

    @property
    def above_labels(self) -> list[PageLine]:
        """What stands above the labels at its end; nothing where there are none."""
        return self.lines[: -self.count] if self.count else []

    def ends_before(self, line: PageLine) -> bool:
        """Whether a line is far below it, or the caption of another table."""
        if not self.lines:
            return False
        return _is_far(self.lines[-1], line) or _is_numbered_caption(line)

    def takes(self, line: PageLine) -> bool:
        """Whether a line may be of the table too; then it is added."""
        if line.may_be_row:
            self.count = 0
        elif line.may_be_label and self.count < MOST_LABELS:
            self.count += 1
        else:
            return False
        self.lines.append(line)
        return True


def _comes_again(line: PageLine, above: Sequence[PageLine]) -> bool:
    """Whether a line holds the same headings as one above it, which begin another table."""
    texts = _texts(line)
    if len(texts) < 2 or line.has_figures:
        return False
    return any(texts == _texts(other) for other in above)


def _texts(line: PageLine) -> list[str]:
    return [segment.text for segment in line.segments]


def _is_numbered_caption(line: PageLine) -> bool:
    """Whether a line begins as the caption of a table does: `Table 2: …`."""
    words = " ".join(word.text for word in line.words).split()
    return len(words) > 1 and bool(_CAPTION.match(words[0]) and _NUMBERED.match(words[1]))


def _is_far(above: PageLine, line: PageLine) -> bool:
    return line.top - above.bottom > FARTHEST_ROW * max(line.height, above.height)


def _table(
    run: Sequence[PageLine], indexes: Sequence[int], above: PageLine | None
) -> FoundTable | None:
    """The table in a run of lines with these indexes, below another line, if there is one."""
    rows = [line for line in run if line.is_row]
    if len(rows) < FEWEST_ROWS:
        return None
    columns = columns_of(rows)
    if len(columns) < 2:
        return None
    first, body, last = _extent(run, columns, above)
    headings = body - first
    cells = cells_in(run[first : last + 1], columns, headings)
    if _is_prose(cells, headings):
        return None
    borders = borders_between(rows, columns)
    over = spread_headings(run[first:body], columns)
    return FoundTable(indexes[first], indexes[last], headings, borders, tuple(cells), tuple(over))


def cells_in(lines: Sequence[PageLine], columns: Sequence[Column], headings: int) -> list[Cell]:
    """The cells of lines whose columns are known, the first `headings` of which are headings."""
    cells = heading_cells([heading_spots(line, columns) for line in lines[:headings]])
    for index, row in enumerate(_rows(lines[headings:], columns), start=headings):
        cells += [Cell(index, index, spot.first, spot.last, spot.text) for spot in row]
    return cells


def _extent(
    run: Sequence[PageLine], columns: Sequence[Column], above: PageLine | None
) -> tuple[int, int, int]:
    """The indexes of the first heading, of the first row, and of the last row."""
    rows = [index for index, line in enumerate(run) if line.is_row]
    first = _below_caption(run, _first_heading(run, rows[0]), rows[0], columns, above)
    body = rows[1] if _counts_up(run[rows[0]]) else rows[0]
    while first < body and _is_title(run[first], columns):
        first += 1
    while first < body and _is_title(run[body - 1], columns):
        body -= 1  # the label of the first group
    return first, body, _last_row(run, rows[-1])


def _below_caption(
    run: Sequence[PageLine],
    first: int,
    body: int,
    columns: Sequence[Column],
    above: PageLine | None,
) -> int:
    """The index of the first heading, where the line at `first` may be the rest of a caption."""
    caption = run[first - 1] if first else above
    is_rest = first < body and _is_of_caption(caption, run[first], columns)
    return first + 1 if is_rest else first


def _last_row(run: Sequence[PageLine], last: int) -> int:
    """The index of the last row, where lines beside the one at `last` belong to it."""
    while last + 1 < len(run) and _is_beside(run[last], run[last + 1]):
        last += 1
    return last


def _first_heading(run: Sequence[PageLine], body: int) -> int:
    """The index of the highest line above the first row that may be a heading."""
    first = body
    highest = max(body - MOST_HEADINGS, 0)
    while first > highest and _may_be_heading(run[first - 1]):
        first -= 1
    return first


def _is_of_caption(caption: PageLine | None, line: PageLine, columns: Sequence[Column]) -> bool:
    """Whether a line is the rest of the caption above it, which fills nearly a line of the page."""
    if caption is None or not _is_numbered_caption(caption):
        return False
    if len(line.segments) > 1:
        return False
    nearly = columns[0].left + NEARLY * (columns[-1].right - columns[0].left)
    return caption.words[-1].end > nearly and not caption.is_clearly_above(line)


def _counts_up(line: PageLine) -> bool:
    """Whether the cells behind the first are headings that count up, as of grades: `K 1 2 3 4`."""
    texts = [segment.text for segment in line.segments[1:] if is_figure(segment.text)]
    if not all(map(str.isdecimal, texts)):
        return False
    numbers = list(map(int, texts))
    fewest = FEWEST_YEARS if set(numbers).issubset(YEARS) else FEWEST_COUNTED
    return len(numbers) >= fewest and numbers == list(range(numbers[0], numbers[-1] + 1))


def _may_be_heading(line: PageLine) -> bool:
    if _CAPTION.match(line.words[0].text):
        return False
    return max(len(segment.text.split()) for segment in line.segments) <= MOST_HEADINGS


def _is_title(line: PageLine, columns: Sequence[Column]) -> bool:
    """Whether a line is a text alone that begins above the first column."""
    return len(line.segments) == 1 and line.words[0].start <= columns[0].right


def _is_prose(cells: Sequence[Cell], headings: int) -> bool:
    """Whether many cells behind the first column are running text: two columns of a page."""
    body = [cell for cell in cells if cell.first_row >= headings]
    behind = [cell for cell in body if cell.first_column > 0]
    long = [cell for cell in behind if len(cell.text.split()) > LONG_CELL]
    return not behind or len(long) > MOST_PROSE * len(behind)


def _rows(lines: Sequence[PageLine], columns: Sequence[Column]) -> list[list[Spot]]:
    """The rows, where a label of several lines stands beside figures at its middle as one."""
    found: list[list[Spot]] = []
    for above, line in zip([None, *lines], lines, strict=False):
        row = _spots(line, columns)
        if above is not None and _is_beside(above, line) and _is_label_of(found[-1], row):
            found[-1] = _merged([*found[-1], *row])
        else:
            found.append(row)
    return found


def _is_beside(above: PageLine, line: PageLine) -> bool:
    """Whether a line begins clearly before the one above it ends."""
    return above.bottom - line.top > BESIDE * line.height


def _is_label_of(one: Sequence[Spot], other: Sequence[Spot]) -> bool:
    """Whether one of two rows is a label alone."""
    return any(len(row) == 1 and row[0].first == 0 for row in (one, other))


def _spots(line: PageLine, columns: Sequence[Column]) -> list[Spot]:
    """The cells of a row: in their order where there is one for each column."""
    if len(line.segments) == len(columns):
        return [Spot(index, index, each.text) for index, each in enumerate(line.segments)]
    if _is_title(line, columns):
        return [Spot(0, 0, line.segments[0].text)]
    spots = []
    for segment in line.segments:
        column = nearest_column(segment, columns)
        spots.append(Spot(column, column, segment.text))
    return _merged(spots)


def _merged(spots: Sequence[Spot]) -> list[Spot]:
    """The texts of each column as one."""
    texts: dict[int, list[str]] = {}
    for spot in spots:
        texts.setdefault(spot.first, []).append(spot.text)
    return [Spot(column, column, " ".join(parts)) for column, parts in sorted(texts.items())]
