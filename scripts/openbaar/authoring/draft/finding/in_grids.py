"""Looking for tables in grids: sheets, CSV files, tables of web pages and ruled tables of PDFs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from openbaar.authoring.draft.finding.continued import with_continued
from openbaar.authoring.draft.finding.printed import kind
from openbaar.authoring.draft.finding.sighting import (
    RowKind,
    SeenRow,
    Sighting,
    holds_numbers,
    is_heading,
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
            page = str(part[0].page) if several_pages else None
            found.append(replace(sighting, page=page))
    return with_continued(found)


def _parts(document: Document) -> Iterator[list[Line]]:
    """The lines that may be of one table."""
    groups = [list(group) for _, group in groupby(document.lines, key=_in_common)]
    for lines in _with_rows_apart(groups):
        if not lines[0].is_blank and len(_cells(lines[0])) > 1:
            yield from _by_heading(lines)


def _with_rows_apart(groups: Sequence[list[Line]]) -> Iterator[list[Line]]:
    """The groups of lines, of a sheet those together that one blank row parts, for the look.

    What follows a blank row is of the same table where it has rows with figures and no headings.
    """
    made: list[list[Line]] = []
    for group in groups:
        if len(made) > 1 and _goes_on(made[-2], made[-1], group):
            made.pop()
            made[-1] = [*made[-1], *group]
        else:
            made.append(group)
    return iter(made)


def _goes_on(lines: Sequence[Line], blank: Sequence[Line], below: Sequence[Line]) -> bool:
    """Whether lines below a blank row of a sheet are of the same table as those above it."""
    is_row_apart = len(blank) == 1 and blank[0].is_blank and not below[0].is_blank
    if not is_row_apart or _in_common(lines[0])[:3] != _in_common(below[0])[:3]:
        return False
    if len(_cells(below[0])) == 1 or not any(map(_is_heading_row, lines)):
        return False
    return any(map(_has_figures, below)) and not any(map(_is_heading_row, below))


def _has_figures(line: Line) -> bool:
    label, *cells = _cells(line)
    return kind(label) == "text" and any(kind(cell) == "number" for cell in cells)


def _in_common(line: Line) -> tuple[int | str, str, int, bool]:
    """What the lines of one table share: page, table of the page, width, and that they hold text.

    An address is `B12` in a sheet, `table.row.column` elsewhere.
    """
    table = line.cells[0].rpartition(".")[0].rpartition(".")[0] if line.cells else ""
    return line.page, table, len(line.cells), line.is_blank


def _cells(line: Line) -> tuple[str, ...]:
    return tuple(line.text.split(SEPARATOR))


@dataclass
class _Part:
    """Lines that seem to be of one table: the texts of headings, and whether rows came."""

    lines: list[Line] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    has_data: bool = False

    def add(self, line: Line) -> None:
        """One more line."""
        if self.is_heading(line):
            self.headings.append(line.text)
        elif not (_is_label(line) or _is_upper_text(line)):
            self.has_data = True
        self.lines.append(line)

    def is_heading(self, line: Line) -> bool:
        """Whether the line is one of headings, as the next one of this part."""
        if not _is_heading_row(line):
            return False
        if self.has_data and _says_one_thing(line):
            return False
        return not (self.has_data and _have_years_in_one_column(self.lines[-1], line))

    def ends_before(self, line: Line) -> bool:
        """Whether the line is one of other headings, below rows of this part."""
        if not (self.has_data and self.headings):
            return False
        return line.text not in self.headings and self.is_heading(line)


def _by_heading(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in parts: a new one where other headings come.

    A text alone right above headings goes with them.
    """
    part = _Part()
    for line in lines:
        if part.ends_before(line):
            following = _Part()
            if _is_label(part.lines[-1]) or _is_upper_text(part.lines[-1]):
                following.lines.append(part.lines.pop())
            yield part.lines
            part = following
            part.headings.append(line.text)
            part.lines.append(line)
        else:
            part.add(line)
    yield part.lines


def _is_label(line: Line) -> bool:
    return row_kind(_cells(line)) == "label"


def _is_upper_text(line: Line) -> bool:
    """Whether a line holds one text, and none in the first cell: a heading above several others."""
    cells = _cells(line)
    printed = [cell for cell in cells if cell]
    return len(printed) == 1 and not cells[0] and kind(printed[0]) == "text"


def _is_heading_row(line: Line) -> bool:
    """Whether a line holds several headings."""
    cells = _cells(line)
    printed = [cell for cell in cells if cell]
    return len(printed) > 1 and row_kind(cells) != "label" and is_heading(cells)


def _says_one_thing(line: Line) -> bool:
    """Whether the same word stands behind a label in several columns: why there are no figures."""
    label, *cells = _cells(line)
    return bool(label) and len(cells) > 1 and len(set(cells)) == 1 and bool(cells[0])


def _have_years_in_one_column(line: Line, below: Line) -> bool:
    """Whether two rows have years in one column: then the lower one is a row too."""
    pairs = zip(_cells(line), _cells(below), strict=True)
    return any(kind(one) == kind(two) == "year" for one, two in pairs)


def _sighting(document: Document, lines: Sequence[Line]) -> Sighting | None:
    """The table in these lines, if they hold one: title, headings, rows, totals."""
    above, start = _headings(lines)
    texts = {line.text for line in above}
    leading = [line for line in lines[:start] if line not in above]
    below = [line for line in lines[start:] if line.text not in texts]
    rows = _rows(below)
    repeated = len(below) < len(lines) - start
    if repeated:  # then labels come above the headings, group by group
        rows = [*_labels(leading), *rows]
        leading = []
    if not _is_table(rows):
        return None
    sighting = Sighting(
        document,
        "grid",
        tuple(rows),
        headings=tuple(map(_cells, above)),
        header=() if repeated else tuple(line.shown for line in above),
        separator=" | ",
        repeated=repeated,
    )
    return _titled(sighting, leading or _lines_above(document, lines[0]))


def _titled(sighting: Sighting, above: Sequence[Line]) -> Sighting:
    """The sighting with its title, which is one of the lines above it, where there are any."""
    if not above:
        return sighting
    title = _title(above)
    if title is None:
        return replace(sighting, before=(above[-1].number,))
    before = tuple(dict.fromkeys([title.number, above[-1].number]))
    return replace(sighting, before=before, title=_alone(title))


def _is_table(rows: Sequence[SeenRow]) -> bool:
    """Whether there are rows enough for a table, and numbers in them."""
    data = [row for row in rows if row.kind == "data"]
    return len(data) >= FEWEST and holds_numbers(rows)


def _labels(lines: Sequence[Line]) -> list[SeenRow]:
    return [_row(line, "label") for line in lines]


def _headings(lines: Sequence[Line]) -> tuple[list[Line], int]:
    """The lines of headings, and the index of the line below them; labels alone above are none."""
    above: list[Line] = []
    for index, line in enumerate(lines):
        is_upper = _is_upper_text(line) and any(map(_is_heading_row, lines[index + 1 : index + 2]))
        if _is_heading_row(line) or is_upper:
            above.append(line)
        elif above or not _is_label(line):
            return above, index
    return above, len(lines)


def _rows(lines: Sequence[Line]) -> list[SeenRow]:
    """The rows of a table; a label alone below the last one is a note and left out."""
    rows = [_row(line) for line in lines]
    while rows and rows[-1].kind == "label":
        rows.pop()
    return rows


def _row(line: Line, kind_of_row: RowKind | None = None) -> SeenRow:
    cells = _cells(line)
    return SeenRow(cells, line.number, line.number, kind_of_row or row_kind(cells))


def _lines_above(document: Document, first: Line) -> list[Line]:
    """The nearest lines above the table on its page, up to one with several cells.

    Whatever the last of them says, the table comes after it.
    """
    found: list[Line] = []
    for line in reversed(document.lines[: first.number - 1]):
        if line.page != first.page or len(found) == FARTHEST_TITLE:
            break
        if line.is_blank:
            continue
        found.append(line)
        if not _is_label(line):
            break
    return found[::-1]


def _title(above: Sequence[Line]) -> Line | None:
    """The line that names the table below; None where the nearest holds several cells.

    Of lines with one text each, that is the last that begins as titles do (`Tabel 3: …`), else the
    last that is no sentence, as a paragraph below a heading is, nor says of which day the figures
    are (`Peildatum: 31-12-2024`), else the last.
    """
    texts = [line for line in above if _is_label(line)]
    if not texts or texts[-1] is not above[-1]:
        return None
    titles = [line for line in texts if is_title(_alone(line))]
    names = [line for line in texts if not _alone(line).endswith(ENDS_OF_SENTENCES)]
    undated = [line for line in names if not STATED.match(_alone(line))]
    return (titles or undated or names or texts)[-1]


def _alone(line: Line) -> str:
    """The text of a line that holds one."""
    return " ".join(_cells(line)).strip()
