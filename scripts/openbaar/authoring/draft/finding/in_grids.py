"""Looking for tables in grids: sheets, CSV files, tables of web pages and ruled tables of PDFs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from openbaar.authoring.draft.finding.continued import with_continued
from openbaar.authoring.draft.finding.printed import kind, not_blank
from openbaar.authoring.draft.finding.sighting import (
    RowKind,
    SeenRow,
    Sighting,
    is_heading,
    is_table,
    row_kind,
)
from openbaar.authoring.draft.finding.titles import is_title
from openbaar.documents.lines import SEPARATOR, Document, Line

FEWEST = 2  # rows that make a table
FARTHEST_TITLE = 4  # lines above the headings that are not blank
STATED = re.compile(r"[^\W\d]+(?: \w+)?: ?\d")  # what figures are of: `Stand: 31.12.2024`
ENDS_OF_SENTENCES = (".", "!", "?", ";")


def sightings_in_grid(document: Document) -> list[Sighting]:
    """What seems to be a table: rows of one width, without a blank line between, below headings."""
    several_pages = len({line.page for line in document.lines}) > 1
    found = []
    for part in _parts(document):
        sighting = _sighting(document, part)
        if sighting is not None:
            page = str(part[0].line.page) if several_pages else None
            title = sighting.title or _title_beside(document, part[0].line)
            found.append(replace(sighting, page=page, title=title))
    return with_continued(found)


def _parts(document: Document) -> Iterator[list[_GridLine]]:
    """The lines that may be of one table."""
    groups = [
        [_GridLine(line) for line in group] for _, group in groupby(document.lines, key=_in_common)
    ]
    for lines in _with_rows_apart(groups):
        if not lines[0].line.is_blank and len(lines[0].cells) > 1:
            yield from _by_heading(lines)


def _with_rows_apart(groups: Sequence[list[_GridLine]]) -> list[list[_GridLine]]:
    """The groups of lines, of a sheet those together that one blank row parts, for the look.

    What follows a blank row is of the same table where it has rows with figures and no headings.
    """
    made: list[list[_GridLine]] = []
    for group in groups:
        if len(made) > 1 and _goes_on(made[-2], made[-1], group):
            made.pop()
            made[-1] = [*made[-1], *group]
        else:
            made.append(group)
    return made


def _goes_on(
    lines: Sequence[_GridLine], blank: Sequence[_GridLine], below: Sequence[_GridLine]
) -> bool:
    """Whether lines below a blank row of a sheet are of the same table as those above it."""
    is_row_apart = len(blank) == 1 and blank[0].line.is_blank and not below[0].line.is_blank
    if not is_row_apart or _in_common(lines[0].line)[:3] != _in_common(below[0].line)[:3]:
        return False
    if len(below[0].cells) == 1 or not any(line.is_headings for line in lines):
        return False
    have_headings = any(line.is_headings for line in below)
    return any(line.has_figures for line in below) and not have_headings


def _in_common(line: Line) -> tuple[int | str, str, int, bool]:
    """What the lines of one table share: page, table of the page, width, and that they hold text.

    An address is `B12` in a sheet, `table.row.column` elsewhere.
    """
    table = line.cells[0].rpartition(".")[0].rpartition(".")[0] if line.cells else ""
    return line.page, table, len(line.cells), line.is_blank


@dataclass(frozen=True)
class _GridLine:
    """A line of a grid as its cells."""

    line: Line

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The texts of its cells."""
        return tuple(self.line.text.split(SEPARATOR))

    @cached_property
    def texts(self) -> list[str]:
        """The texts of the cells that are not blank."""
        return not_blank(self.cells)

    @property
    def is_label(self) -> bool:
        """Whether it holds one text, in the first cell."""
        return row_kind(self.cells) == "label"

    @property
    def is_upper_text(self) -> bool:
        """Whether it holds one text, elsewhere: a heading above several others."""
        return len(self.texts) == 1 and not self.cells[0] and kind(self.texts[0]) == "text"

    @property
    def is_text(self) -> bool:
        """Whether it holds one text."""
        return self.is_label or self.is_upper_text

    @property
    def is_headings(self) -> bool:
        """Whether it holds several headings."""
        return len(self.texts) > 1 and is_heading(self.cells)

    @property
    def has_figures(self) -> bool:
        """Whether it holds a text, and a number behind it."""
        return kind(self.cells[0]) == "text" and "number" in map(kind, self.cells[1:])

    @property
    def says_one_thing(self) -> bool:
        """Whether the same word stands behind a label in several columns: why it has no figures."""
        label, *cells = self.cells
        return bool(label) and len(cells) > 1 and len(set(cells)) == 1 and bool(cells[0])

    @property
    def printed(self) -> str:
        """What is printed on it, as one text."""
        return " ".join(self.cells).strip()

    def row(self, kind_of_row: RowKind) -> SeenRow:
        """The row of a table that it makes."""
        return SeenRow(self.cells, self.line.number, self.line.number, kind_of_row)

    def has_year_below(self, above: _GridLine) -> bool:
        """Whether two rows have years in one column: then the lower one is a row too."""
        pairs = zip(above.cells, self.cells, strict=True)
        return any(kind(one) == kind(two) == "year" for one, two in pairs)


@dataclass
class _Part:
    """Lines that seem to be of one table: the texts of headings, and whether rows came."""

    lines: list[_GridLine] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    has_data: bool = False

    def add(self, line: _GridLine) -> None:
        """One more line."""
        if self.is_heading(line):
            self.headings.append(line.line.text)
        elif not line.is_text:
            self.has_data = True
        self.lines.append(line)

    def is_heading(self, line: _GridLine) -> bool:
        """Whether the line is one of headings, as the next one of this part."""
        if not line.is_headings:
            return False
        if self.has_data and line.says_one_thing:
            return False
        return not (self.has_data and line.has_year_below(self.lines[-1]))

    def ends_before(self, line: _GridLine) -> bool:
        """Whether the line is one of other headings, below rows of this part."""
        if not (self.has_data and self.headings):
            return False
        return line.line.text not in self.headings and self.is_heading(line)

    def following(self) -> _Part:
        """The part below this one, to which a text alone at the end of this one goes."""
        part = _Part()
        if self.lines[-1].is_text:
            part.lines.append(self.lines.pop())
        return part


def _by_heading(lines: Sequence[_GridLine]) -> Iterator[list[_GridLine]]:
    """The lines in parts: a new one where other headings come.

    A text alone right above headings goes with them.
    """
    part = _Part()
    for line in lines:
        if part.ends_before(line):
            following = part.following()
            yield part.lines
            part = following
        part.add(line)
    yield part.lines


def _sighting(document: Document, lines: Sequence[_GridLine]) -> Sighting | None:
    """The table in these lines, if they hold one: title, headings, rows, totals."""
    leading, headings, below = _split_at_headings(lines)
    texts = {heading.line.text for heading in headings}
    body = [line for line in below if line.line.text not in texts]
    rows = _rows(body)
    header = tuple(heading.line.shown for heading in headings)
    repeated = len(body) < len(below)
    if repeated:  # then labels come above the headings, group by group
        rows = [*(label.row("label") for label in leading), *rows]
        leading = []
        header = ()
    if not is_table(rows, FEWEST):
        return None
    sighting = Sighting(
        document,
        "grid",
        tuple(rows),
        headings=tuple(heading.cells for heading in headings),
        header=header,
        separator=" | ",
        repeated=repeated,
        apart=frozenset(_apart(headings)),
    )
    return _titled(sighting, leading or _lines_above(document, lines[0].line))


def _apart(headings: Sequence[_GridLine]) -> Iterator[tuple[int, int]]:
    """The level and column of each blank cell beside which no heading reaches so far.

    Only where headings of the level are merged: elsewhere nothing says how far one reaches.
    """
    for level, heading in enumerate(headings):
        covered = heading.line.covered
        for column, text in enumerate(heading.cells):
            if covered and not text and column not in covered:
                yield level, column


def _split_at_headings(
    lines: Sequence[_GridLine],
) -> tuple[Sequence[_GridLine], Sequence[_GridLine], Sequence[_GridLine]]:
    """The labels above the headings, the lines of headings, and the lines below them."""
    first = 0
    while first < len(lines) and lines[first].is_label:
        first += 1
    end = first
    while end < len(lines) and _is_of_headings(lines, end):
        end += 1
    return lines[:first], lines[first:end], lines[end:]


def _is_of_headings(lines: Sequence[_GridLine], index: int) -> bool:
    """Whether a line holds headings, or stands as the heading of several right above them."""
    line = lines[index]
    if line.is_upper_text:
        return any(below.is_headings for below in lines[index + 1 : index + 2])
    return line.is_headings


def _titled(sighting: Sighting, above: Sequence[_GridLine]) -> Sighting:
    """The sighting with its title, which is one of the lines above it, where there are any."""
    if not above:
        return sighting
    last = above[-1].line.number
    title = _title(above)
    if title is None:
        return replace(sighting, before=(last,))
    before = tuple(dict.fromkeys([title.line.number, last]))
    return replace(sighting, before=before, title=title.printed)


def _title_beside(document: Document, first: Line) -> str:
    """The title that is printed above a ruled table of a PDF, where no line of the document is."""
    table, _, rest = first.cells[0].partition(".") if first.cells else ("", "", "")
    if not rest.startswith("1."):  # it is not the first of the lines below what is printed above
        return ""
    above = document.above.get((first.page, table), ())
    begin = max((index for index, text in enumerate(above) if is_title(text)), default=None)
    if begin is not None:
        return " ".join(above[begin:])
    is_name = bool(above) and not above[-1].endswith(ENDS_OF_SENTENCES)
    return above[-1] if is_name and not STATED.match(above[-1]) else ""


def _rows(lines: Sequence[_GridLine]) -> list[SeenRow]:
    """The rows of a table; a label alone below the last one is a note and left out."""
    rows = [line.row(row_kind(line.cells)) for line in lines]
    while rows and rows[-1].kind == "label":
        rows.pop()
    return rows


def _lines_above(document: Document, first: Line) -> list[_GridLine]:
    """The nearest lines above the table on its page, up to one with several cells.

    Whatever the last of them says, the table comes after it.
    """
    found: list[_GridLine] = []
    for line in reversed(document.lines[: first.number - 1]):
        if line.page != first.page or len(found) == FARTHEST_TITLE:
            break
        if line.is_blank:
            continue
        found.append(_GridLine(line))
        if not found[-1].is_label:
            break
    return found[::-1]


def _title(above: Sequence[_GridLine]) -> _GridLine | None:
    """The line that names the table below; None where the nearest holds several cells.

    Of lines with one text each, that is the last that begins as titles do (`Tabel 3: …`), else the
    last that is no sentence, as a paragraph below a heading is, nor says of which day the figures
    are (`Peildatum: 31-12-2024`), else the last.
    """
    if not above[-1].is_label:
        return None
    labels = [line for line in above if line.is_label]
    titles = [line for line in labels if is_title(line.printed)]
    names = [line for line in labels if not line.printed.endswith(ENDS_OF_SENTENCES)]
    undated = [line for line in names if not STATED.match(line.printed)]
    return (titles or undated or names or labels)[-1]
