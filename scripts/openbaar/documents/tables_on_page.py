"""Finding tables on a page by where its words stand: ruled or not, with blank and wrapped cells.

Everything here is a function of lines of words; lengths are points. A table is a run of lines with
figures in columns, and what stands above the columns are its headings. Precision comes first: two
columns of running text, or figures at a chart, are no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from statistics import median
from typing import NamedTuple

from openbaar.documents.lines import Word, without_leaders
from openbaar.documents.page_lines import LONG_CELL, PageLine, is_figure

FEWEST_ROWS = 2  # with figures, below each other, make a table
MOST_HEADINGS = 8  # lines above the first row that may be headings
MOST_LABELS = 4  # lines one after the other that hold a label alone
MOST_PROSE = 0.15  # of the cells behind the first column
SHARE_OF_FULL_ROWS = 0.4  # of the rows have as many cells as the table has columns
ROWS_PER_EXCEPTION = 15  # of so many rows, one may reach over a gap between columns
NARROWEST_GAP = 2.0
FARTHEST_ROW = 2.6  # between two rows of one table
MOST_OFF_CENTRE = 0.05  # of the width of several columns over which a heading is centred
FEWEST_ALIKE = 3  # upper headings that are each above as many columns
FEWEST_COUNTED = 4  # numbers that count up are headings,
FEWEST_YEARS = 2  # or so many, if they are years
YEARS = range(1900, 2100)
NEARLY = 0.8  # of the width of a table
CLEARLY_ABOVE = 0.4  # of the height of a line: farther than the lines of one text
BESIDE = 0.1  # by which a label of two lines overlaps the figures between them
_CAPTION = re.compile(r"(?i)(table|figure|tabel|tabelle|abbildung|tableau|chart|grafiek)\b")
_NUMBERED = re.compile(r"\(?[A-Za-z]?\.?\d+[a-z]?(\.\d+)*[).:]?$")  # 1, 2a, A.3, 4:


class Column(NamedTuple):
    """A column: from where to where its cells stand in most rows."""

    left: float
    right: float


class Spot(NamedTuple):
    """A text in a row, and from which column to which it stands."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table: from which row to which, from which column to which, and its text."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    text: str


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
    kept: list[tuple[int, PageLine]] = []
    for index, line in enumerate(lines):
        words = without_leaders(line.words)
        if words:
            kept.append((index, PageLine(words)))
    found = []
    start = 0
    above: PageLine | None = None
    for run in _runs([line for _, line in kept]):
        indexes = [index for index, _ in kept[start : start + len(run)]]
        start += len(run)
        table = _table(run, indexes, above)
        above = run[-1]
        if table is not None:
            found.append(table)
    return found


def _runs(lines: Sequence[PageLine]) -> Iterator[list[PageLine]]:
    """The lines in runs, each of which may be a table; a run of running text is one line."""
    run: list[PageLine] = []
    labels = 0
    for line in lines:
        if run and (_is_far(run[-1], line) or _is_numbered_caption(line)):
            yield run
            run, labels = [], 0
        if line.may_be_row:
            run.append(line)
            labels = 0
        elif line.may_be_label and labels < MOST_LABELS:
            run.append(line)
            labels += 1
        else:
            yield from (each for each in (run, [line]) if each)
            run, labels = [], 0
    if run:
        yield run


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
    columns = _columns(rows)
    if len(columns) < 2:
        return None
    first, body, last = _extent(run, columns, above)
    headings = body - first
    cells = cells_in(run[first : last + 1], columns, headings)
    if _is_prose(cells, headings):
        return None
    borders = borders_between(rows, columns)
    over = _spread_headings(run[first:body], columns)
    return FoundTable(indexes[first], indexes[last], headings, borders, tuple(cells), tuple(over))


def cells_in(lines: Sequence[PageLine], columns: Sequence[Column], headings: int) -> list[Cell]:
    """The cells of lines whose columns are known, the first `headings` of which are headings."""
    cells = _headings([_heading(line, columns) for line in lines[:headings]])
    for index, row in enumerate(_rows(lines[headings:], columns), start=headings):
        cells += [Cell(index, index, spot.first, spot.last, spot.text) for spot in row]
    return cells


def _columns(rows: Sequence[PageLine]) -> list[Column]:
    """The columns of rows: by the gaps that run down, or by the rows with the most cells."""
    by_gaps = _by_gaps(rows)
    full = _fullest(rows)
    return _by_order(full) if full and len(full[0].segments) > len(by_gaps) else by_gaps


def _fullest(rows: Sequence[PageLine]) -> list[PageLine]:
    """The rows with the most cells, where that is what many rows have."""
    counts = [len(row.segments) for row in rows]
    for count in sorted(set(counts), reverse=True):
        if counts.count(count) >= max(3, SHARE_OF_FULL_ROWS * len(rows)):
            return [row for row in rows if len(row.segments) == count]
    return []


def _by_order(rows: Sequence[PageLine]) -> list[Column]:
    """The columns where the n-th cell of each row is in the n-th column."""
    columns = []
    for cells in zip(*(row.segments for row in rows), strict=True):
        left = median(cell.start for cell in cells)
        columns.append(Column(left, median(cell.end for cell in cells)))
    return columns


def _by_gaps(rows: Sequence[PageLine]) -> list[Column]:
    """The columns between the gaps that run down through the rows, but for very few of them."""
    allowed = len(rows) // ROWS_PER_EXCEPTION
    edges: list[tuple[float, int]] = []
    for row in rows:
        for segment in row.segments:
            edges += [(segment.start, 1), (segment.end, -1)]
    columns: list[Column] = []
    depth = 0
    begin = 0.0
    for position, change in sorted(edges):
        before = depth
        depth += change
        if before <= allowed < depth:
            is_near = bool(columns) and position - columns[-1].right < NARROWEST_GAP
            begin = columns.pop().left if is_near else position
        elif depth <= allowed < before:
            columns.append(Column(begin, position))
    return columns


def borders_between(rows: Sequence[PageLine], columns: Sequence[Column]) -> tuple[float, ...]:
    """Where one column ends and the next begins: where a border goes through the fewest words."""
    words = list(chain.from_iterable(row.words for row in rows))
    borders = []
    for one, two in pairwise(columns):
        middle = (one.right + two.left) / 2
        places = {middle, *(_right_of(word) for word in words if one.left < word.end < two.right)}
        between = [place for place in places if one.left < place < two.right]
        borders.append(min(between, key=lambda place: (_cuts(words, place), abs(place - middle))))
    return tuple(borders)


def _right_of(word: Word) -> float:
    return word.end + NARROWEST_GAP / 2


def _cuts(words: Sequence[Word], border: float) -> int:
    """Through how many words a border goes."""
    return sum(word.start < border < word.end for word in words)


def _extent(
    run: Sequence[PageLine], columns: Sequence[Column], above: PageLine | None
) -> tuple[int, int, int]:
    """The indexes of the first heading, of the first row, and of the last row."""
    rows = [index for index, line in enumerate(run) if line.is_row]
    body = rows[0]
    first = _first_heading(run, body)
    if first < body and _is_of_caption(run[first - 1] if first else above, run[first], columns):
        first += 1
    if _counts_up(run[body]):
        body = rows[1]
    while first < body and _is_title(run[first], columns):
        first += 1
    while first < body and _is_title(run[body - 1], columns):
        body -= 1  # the label of the first group
    last = rows[-1]
    while last + 1 < len(run) and _is_beside(run[last], run[last + 1]):
        last += 1
    return first, body, last


def _first_heading(run: Sequence[PageLine], body: int) -> int:
    """The index of the highest line above the first row that may be a heading."""
    first = body
    highest = max(body - MOST_HEADINGS, 0)
    while first > highest and _may_be_heading(run[first - 1]):
        first -= 1
    return first


def _is_of_caption(caption: PageLine | None, line: PageLine, columns: Sequence[Column]) -> bool:
    """Whether a line is the rest of the caption above it, which fills nearly a line of the page."""
    if caption is None or not _is_numbered_caption(caption) or len(line.segments) > 1:
        return False
    nearly = columns[0].left + NEARLY * (columns[-1].right - columns[0].left)
    return caption.words[-1].end > nearly and _gap(caption, line) < CLEARLY_ABOVE * line.height


def _counts_up(line: PageLine) -> bool:
    """Whether the cells behind the first are headings that count up, as of grades: `K 1 2 3 4`."""
    texts = [segment.text for segment in line.segments[1:] if is_figure(segment.text)]
    if not all(text.isdecimal() for text in texts):
        return False
    numbers = [int(text) for text in texts]
    fewest = FEWEST_YEARS if all(number in YEARS for number in numbers) else FEWEST_COUNTED
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
        column = _nearest(segment, columns)
        spots.append(Spot(column, column, segment.text))
    return _merged(spots)


def _merged(spots: Sequence[Spot]) -> list[Spot]:
    """The texts of each column as one."""
    texts: dict[int, list[str]] = {}
    for spot in spots:
        texts.setdefault(spot.first, []).append(spot.text)
    return [Spot(column, column, " ".join(parts)) for column, parts in sorted(texts.items())]


def _shared(segment: Word, column: Column) -> float:
    """How much of its width a text shares with a column; below zero, how far it is from it."""
    return min(segment.end, column.right) - max(segment.start, column.left)


def _nearest(segment: Word, columns: Sequence[Column]) -> int:
    """The column with which a text shares most, or to which it is nearest."""
    return max(range(len(columns)), key=lambda index: _shared(segment, columns[index]))


def _heading(line: PageLine, columns: Sequence[Column]) -> list[Spot]:
    """The cells of a line of headings, which stand above all columns that they touch."""
    spots = []
    for segment in line.segments:
        touched = [n for n, column in enumerate(columns) if _shared(segment, column) > 0]
        touched = touched or [_nearest(segment, columns)]
        spots.append(Spot(touched[0], touched[-1], segment.text))
    return spots


def _spread_headings(lines: Sequence[PageLine], columns: Sequence[Column]) -> list[Cell]:
    """The cells of headings, those of lines clearly above the next one spread.

    A line close above the next one may be the first of a heading that is wrapped.
    """
    found = [_heading(line, columns) for line in lines]
    for index in range(len(lines) - 1):
        line, below = lines[index : index + 2]
        is_above = _gap(line, below) > CLEARLY_ABOVE * line.height
        if is_above and not _goes_on(lines[index:], found[index:]):
            found[index] = _spread(line, found[index], columns)
    return _headings(found)


def _goes_on(lines: Sequence[PageLine], spots: Sequence[Sequence[Spot]]) -> bool:
    """Whether the only text of a line goes on in the next two, which are as far from each other.

    before: "Less:" above "Exclusions &" above "Unallowables"
    """
    if len(lines) < 3 or len(spots[0]) > 1:
        return False
    places = [{spot[:2] for spot in each} for each in spots[:3]]
    return bool(set.intersection(*places)) and _gap(*lines[:2]) <= _gap(*lines[1:3])


def _gap(line: PageLine, below: PageLine) -> float:
    return below.top - line.bottom


def _spread(line: PageLine, spots: Sequence[Spot], columns: Sequence[Column]) -> list[Spot]:
    """The cells of an upper line of headings, each above all columns that it is centred over.

    before: "Total" above the second of three columns, "Public" above the fifth
    after: "Total" above the first three, "Public" above the next three

    Of several, each is above as many columns as the others where that can be, as days are.
    """
    most = len(columns) - 1 if len(spots) >= FEWEST_ALIKE else 0
    for count in range(most, 1, -1):
        alike = _widest_way(line, spots, columns, count)
        if alike is not None:
            return list(alike.spots)
    widest = _widest_way(line, spots, columns)
    return list(spots) if widest is None else list(widest.spots)


def _widest_way(
    line: PageLine, spots: Sequence[Spot], columns: Sequence[Column], count: int | None = None
) -> _Way | None:
    """The way to spread headings above the most columns, each above `count` where that is given.

    No two are above one column. Of ways with as many columns, that with the texts nearest to the
    middle is taken.
    """
    ways: dict[int, _Way] = {-1: _Way()}  # by the last column that is taken
    for segment, spot in zip(line.segments, spots, strict=True):
        longer: dict[int, _Way] = {}
        for taken, way in ways.items():
            for first, last, off in _spans(segment, spot, taken, columns):
                if count not in (None, last - first + 1):
                    continue
                tried = way.with_spot(Spot(first, last, spot.text), off)
                if last not in longer or tried.rank > longer[last].rank:
                    longer[last] = tried
        ways = longer
    return max(ways.values(), key=lambda way: way.rank, default=None)


def _spans(
    segment: Word, spot: Spot, taken: int, columns: Sequence[Column]
) -> Iterator[tuple[int, int, float]]:
    """The columns behind `taken` that a heading may be above, and how far it is off their middle.

    Those that it touches, and more where it is centred over them; not the first column, which holds
    labels, unless it touches that.
    """
    middle = (segment.start + segment.end) / 2
    leftmost = 0 if spot.first == 0 else 1
    for first in range(max(taken + 1, leftmost), spot.first + 1):
        for last in range(spot.last, len(columns)):
            left, right = columns[first].left, columns[last].right
            off = abs((left + right) / 2 - middle)
            is_touched = (first, last) == (spot.first, spot.last)
            if is_touched or off <= MOST_OFF_CENTRE * (right - left):
                yield first, last, off


class _Way(NamedTuple):
    """A way to spread some headings: above how many columns they are, how far off the middle."""

    spots: tuple[Spot, ...] = ()
    above: int = 0
    off: float = 0

    @property
    def rank(self) -> tuple[int, float]:
        """What it is compared by: the number of columns, then how near it is to the middle."""
        return self.above, -self.off

    def with_spot(self, spot: Spot, off: float) -> _Way:
        """The way with one heading more."""
        above = self.above + spot.last - spot.first + 1
        return _Way((*self.spots, spot), above, self.off + off)


def _headings(lines: Sequence[Sequence[Spot]]) -> list[Cell]:
    """The cells of headings; texts below each other above the same columns are one."""
    cells: list[Cell] = []
    lowest: dict[tuple[int, int], int] = {}  # the index of the lowest cell above such columns
    for row, spots in enumerate(lines):
        for first, last, text in spots:
            above = lowest.get((first, last))
            goes_on = above is not None and cells[above].last_row == row - 1
            if above is not None and goes_on and not is_figure(text):
                joined = f"{cells[above].text} {text}"
                cells[above] = Cell(cells[above].first_row, row, first, last, joined)
            else:
                lowest[first, last] = len(cells)
                cells.append(Cell(row, row, first, last, text))
    return cells
