"""Whether a draft that converts may be trusted: what speaks for it, and every doubt by name.

A wrong cell costs more than a missing one. So a draft is trusted only where something outside its
rows confirms how their cells were told apart, and none of the doubts below is raised. Each doubt is
a function that returns a sentence about what it saw, or nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice, pairwise

from openbaar.authoring.draft.draft import Draft
from openbaar.authoring.draft.printed import is_footnote, kind, regrouped, split_row, unsigned
from openbaar.authoring.draft.sighting import SeenRow, Sighting
from openbaar.authoring.draft.titles import is_title
from openbaar.authoring.draft.vocabulary import vocabulary
from openbaar.documents.lines import Line
from openbaar.recipe.columns import words_of
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.values import parse_number
from openbaar.tables.verdicts import Verdict

NEIGHBOURS = 4  # lines before and after a table that may be rows of it
FARTHEST_LETTERS = 12  # lines above a table in which rotated headings would be
FEWEST_LETTERS = 3  # lines of one letter that are rotated text
FEWEST_CONFIRMED = 2  # totals that add up, where nothing else confirms the columns
LONG_LABEL = 8  # words of a label that is running text
MOST_HEADINGS = 10  # lines of headings that come again
FEWEST_ALIKE_HEADINGS = 1  # lines
FARTHEST_PIECE = 300  # lines between two pieces of a table
INDENT = 1.5  # points or characters by which rows stand to the right of the label of a section
MANY = 0.3  # of the rows: more than a coincidence
FEWEST_SUMMED = 3  # cells of a row that show anything by their sum, or by their number
FEWEST_ALIKE = 5  # rows that are alike
FIGURES = ("number", "year")
PARTED_BY_SPACE = re.compile(r"\d \d")
NOT_PARTED_BY_SPACE = re.compile(r"\d{4}|\d[.,'’]\d{3}")  # no sign, or another one


@dataclass(frozen=True)
class Finished:
    """A draft that converts: what was seen, what is guessed, and how its totals came out."""

    draft: Draft
    verdicts: Sequence[Verdict]

    @property
    def sighting(self) -> Sighting:
        """What was seen."""
        return self.draft.sighting

    @property
    def data(self) -> list[SeenRow]:
        """The rows that are data."""
        return self.sighting.of_kind("data")

    @property
    def labels(self) -> list[str]:
        """The first cells of the rows of data."""
        return self.sighting.column(0)

    @property
    def is_parted(self) -> bool:
        """Whether the document itself parts the cells, by rules, tabs or places on the page."""
        return self.sighting.units in ("grid", "columns") or self.sighting.separator == "\t"

    @property
    def has_headings(self) -> bool:
        """Whether each column has a heading."""
        headings = self.sighting.headings
        return bool(headings) and all(headings[-1][1:])

    @property
    def totals_equal(self) -> bool:
        """Whether totals are stated, and all of them are the sums of their rows."""
        return bool(self.verdicts) and all(each.outcome == "equal" for each in self.verdicts)

    @property
    def rows_add_up(self) -> bool:
        """Whether the last number of each row is the sum of those before it."""
        sums = [_numbers(row.cells, self.draft.numbers) for row in self.data]
        if not all(len(numbers) >= FEWEST_SUMMED for numbers in sums):
            return False
        return all(numbers[-1] == sum(numbers[:-1]) > 0 for numbers in sums)

    @property
    def rows_are_alike(self) -> bool:
        """Whether many rows are a text without digits and then as many figures, none put together.

        Then no other reading has as many cells in every row.
        """
        labels = self.labels
        texts = [label for label in labels if kind(label) == "text" and not re.search(r"\d", label)]
        is_wide = self.sighting.width >= FEWEST_SUMMED
        are_told_apart = len(set(labels)) == len(labels)
        return is_wide and are_told_apart and len(texts) == len(labels) >= FEWEST_ALIKE

    @property
    def is_labelled(self) -> bool:
        """Whether the first column says what a row is about: by a text, or by a year."""
        first = self.draft.columns[0]
        return first.type in ("string", "year") and not first.empty

    def lines_below(self, count: int) -> Iterator[Line]:
        """The next lines that are not blank."""
        lines = self.sighting.document.lines
        last = self.sighting.last
        below = (line for line in lines[last : last + 4 * count] if not line.is_blank)
        yield from islice(below, count)

    def lines_above(self, count: int) -> Iterator[Line]:
        """The lines above the first row that are not blank, the nearest first."""
        lines = self.sighting.document.lines
        first = self.sighting.first - 1
        above = lines[max(first - 4 * count, 0) : first]
        yield from islice((line for line in reversed(above) if not line.is_blank), count)


def _numbers(cells: Sequence[str], numbers: NumberFormat | None) -> list[Decimal]:
    """The numbers of a row, a blank as 0; none where a cell is no number."""
    found = []
    for cell in cells[1:]:
        text = "0" if kind(cell) == "blank" else unsigned(cell)[0]
        try:
            found.append(Decimal(parse_number(text, numbers or NumberFormat())))
        except ValueError:
            return []
    return found


def reasons(seen: Finished) -> list[str]:
    """Why a draft may be believed, in a few words each."""
    found = []
    if seen.totals_equal:
        found.append("the stated totals add up")
    if seen.has_headings:
        found.append("each column has a heading")
    if seen.rows_add_up:
        found.append("the last number of each row is the sum of the others")
    if seen.rows_are_alike:
        found.append("each row is a text and as many figures")
    if seen.is_parted:
        found.append("the document parts the cells")
    return found


def doubts(seen: Finished) -> list[str]:
    """What speaks against trusting a draft, a sentence each; none where it may be trusted."""
    found = (doubt(seen) for doubt in DOUBTS)
    return [sentence for sentence in found if sentence]


def nothing_confirms(seen: Finished) -> str:
    """Neither headings nor totals say how many columns there are, nor do the rows themselves."""
    if seen.has_headings or seen.rows_add_up or seen.rows_are_alike:
        return ""
    if seen.sighting.units == "grid" and seen.is_labelled:
        return ""
    equal = [each for each in seen.verdicts if each.outcome == "equal"]
    if seen.totals_equal and len(equal) >= FEWEST_CONFIRMED:
        return ""
    return "neither headings nor stated totals confirm the columns"


def totals_differ(seen: Finished) -> str:
    """A stated total is not the sum of its rows."""
    if any(each.outcome != "equal" for each in seen.verdicts):
        return "a stated total is not the sum of the rows"
    return ""


def recognised_without_totals(seen: Finished) -> str:
    """The words were told from a picture, where a digit is easily taken for another."""
    if seen.sighting.is_unsure:
        return "some of its words were not surely recognised"
    if seen.sighting.document.is_recognised and not seen.totals_equal:
        return "its words were recognised on a picture, and no total confirms them"
    return ""


def nothing_labels_the_rows(seen: Finished) -> str:
    """The rows begin with figures that are no years: axes of charts, page numbers."""
    if seen.is_labelled or (seen.is_parted and seen.has_headings) or seen.totals_equal:
        return ""
    return "the rows begin with numbers, and nothing says what they are about"


def labels_come_again(seen: Finished) -> str:
    """Rows of text have the same label, so something that tells them apart was read elsewhere."""
    if seen.is_parted or seen.draft.group is not None or seen.draft.columns[0].type != "string":
        return ""
    times = Counter(seen.labels).most_common(1)
    label, count = times[0] if times else ("", 0)
    return f"the label '{_short(label)}' comes again" if count > 1 else ""


def numbers_in_labels(seen: Finished) -> str:
    """A label ends in a number, or holds one between words, that may be a cell."""
    if seen.is_parted or seen.sighting.units == "cell" or seen.totals_equal:
        return ""
    for label in seen.labels:
        if kind(label) == "text" and re.search(r"\s[-+]?[\d.,]*\d%?$", label):
            return f"the label '{_short(label)}' ends in a number, which may be a cell"
    beside = [label for label in seen.labels if re.search(r"\w\w \d[\d.,]* [^\W\d]", label)]
    if len(beside) > MANY * len(seen.data):
        return f"the label '{_short(beside[0])}' holds a number: tables may stand side by side"
    return ""


def labels_put_together(seen: Finished) -> str:
    """A label of several lines may be two: a heading above a row, or the end of the row above.

    Only a hyphen, or a small letter behind it, shows that a label goes on.
    """
    if seen.is_parted or seen.sighting.units == "cell":
        return ""
    for row in seen.sighting.rows:
        if row.first == row.last:
            continue
        lines = [seen.sighting.document.line(each) for each in range(row.first, row.last + 1)]
        texts = [line.text.strip() for line in lines if not line.is_blank]
        for above, below in pairwise(texts):
            if not above.endswith("-") and not below[:1].islower():
                return f"the label '{_short(row.cells[0])}' may be two"
        if texts[0][:1].islower():
            return f"the label '{_short(row.cells[0])}' may begin in the row above"
    return ""


def sections_of_one_row(seen: Finished) -> str:
    """A label that stands alone above a single row may be the beginning of that row's label."""
    if seen.sighting.units == "grid":
        return ""
    kinds = [row.kind for row in seen.sighting.rows]
    for index, row in enumerate(seen.sighting.rows):
        has_one_row = kinds[index : index + 3] in (["label", "data", "label"], ["label", "data"])
        if has_one_row:
            return f"the label '{_short(row.cells[0])}' may go on in the row below"
    return ""


def labels_alone(seen: Finished) -> str:
    """Labels alone on a line may be sections, or the first lines of the labels below them.

    They are sections where all begin with the same word, or the rows below them are indented.
    """
    labels = seen.sighting.of_kind("label")
    if seen.sighting.units != "columns" or not labels:
        return ""
    words = {row.cells[0].split()[0] for row in labels}
    if len(labels) > 1 and len(words) == 1:
        return ""
    line = seen.sighting.document.line
    ends = max(_indent(line(row.first)) for row in labels)
    if all(_indent(line(row.first)) >= ends + INDENT for row in seen.data):
        return ""
    return f"the label '{_short(labels[0].cells[0])}' may go on in the row below"


def _indent(line: Line) -> float:
    """Where a line begins."""
    return words_of(line)[0].start


def label_cut_off(seen: Finished) -> str:
    """The line above the first row, or below the last, may be a part of its label."""
    if seen.is_parted or seen.sighting.units == "cell":
        return ""
    above = next(seen.lines_above(1), None)
    below = next(seen.lines_below(1), None)
    first = seen.labels[0] if seen.labels else ""
    if above is not None and (above.text.rstrip().endswith("-") or first[:1].islower()):
        return f"the label '{_short(first)}' may begin in the line above"
    if below is not None and below.text.strip()[:1].islower():
        return f"the line '{_short(below.text)}' may be a part of the label above it"
    return ""


def thousands_apart(seen: Finished) -> str:
    """Two neighbouring cells could be one number, whose thousands a space parts, in every row."""
    if seen.is_parted or seen.sighting.units == "cell" or seen.totals_equal:
        return ""
    first = 1 if seen.draft.columns[0].type == "string" else 0
    rows = [row.cells[first:] for row in seen.data]
    figures = list(chain.from_iterable(rows))
    if any(map(PARTED_BY_SPACE.search, figures)):
        return "a space parts the thousands of a number, and no total confirms where"
    if any(map(NOT_PARTED_BY_SPACE.search, figures)):
        return ""
    if all(map(_could_be_fewer, rows)):
        return "a group of three digits may be the end of the number before it"
    return ""


def _could_be_fewer(cells: Sequence[str]) -> bool:
    return regrouped(cells, len(cells) - 1) is not None


def ranges_cut_apart(seen: Finished) -> str:
    """A column holds nothing but dashes: those of ranges such as `10 - 50`."""
    if seen.is_parted:
        return ""
    for index in range(1, seen.sighting.width):
        if all(kind(cell) == "blank" for cell in seen.sighting.column(index)):
            return "a column holds no figure in any row: its signs may be those of ranges"
    return ""


def texts_among_figures(seen: Finished) -> str:
    """A column behind the first holds texts: perhaps the labels of a table beside it."""
    if seen.sighting.units == "grid" or seen.sighting.separator == "\t":
        return ""
    for column in seen.draft.columns[1:]:
        if column.type == "string" and not column.empty:
            name = column.title or column.name
            return f"the column '{_short(name)}' holds texts: tables may stand side by side"
    return ""


def headings_hold_data(seen: Finished) -> str:
    """A heading is a number that is no year, or a blank."""
    printed = [text for cells in seen.sighting.headings for text in cells if text.strip()]
    for text in printed:
        if kind(text) == "number":
            return f"the heading '{_short(text)}' may be a cell"
    return ""


def single_letters(seen: Finished) -> str:
    """Lines of one letter are rotated text: its words are lost."""
    if seen.sighting.units == "grid":
        return ""
    lines = [line.text.strip() for line in seen.lines_above(FARTHEST_LETTERS)]
    letters = [text for text in lines if len(text) == 1 and text.isalpha()]
    labels = [label for label in seen.labels if len(label) == 1 and label.isalpha()]
    if len(letters) >= FEWEST_LETTERS or len(labels) > MANY * len(seen.data):
        return "lines of single letters are rotated text"
    return ""


def printed_twice(seen: Finished) -> str:
    """Rows or letters come twice in a row: a second layer of text lies below the first."""
    rows = [row.cells for row in seen.data]
    same = sum(one == other for one, other in pairwise(rows))
    doubled = sum(_is_doubled(label) for label in seen.labels)
    if same > MANY * len(rows) or doubled > 0:
        return "the text is printed twice"
    return ""


def _is_doubled(label: str) -> bool:
    """Whether each letter of a label is there twice, as in `BBaayyeerrnn`."""
    letters = re.sub(r"\W", "", label)
    return len(letters) > 3 and letters[::2] == letters[1::2]


def no_labels_of_a_table(seen: Finished) -> str:
    """Labels that are parts of sentences, or entries of a table of contents."""
    texts = [label for label in seen.labels if kind(label) == "text"]
    if any(re.search(r"\.{4,}|(?: \.){3,}", label) for label in texts):
        return "it seems to be a table of contents"
    if seen.is_parted or not texts:
        return ""
    small = [label for label in texts if label[:1].islower()]
    long = [label for label in texts if len(label.split()) > LONG_LABEL]
    if len(long) > MANY * len(texts) or (len(small) > MANY * len(texts) and not seen.totals_equal):
        return "its labels may be parts of sentences"
    return ""


def footers_as_rows(seen: Finished) -> str:
    """A row is the footer or the head of a page."""
    for row in seen.sighting.rows:
        if _is_page_mark(row.cells[0]):
            return f"the row '{_short(row.cells[0])}' may be the footer of a page"
    return ""


def _is_page_mark(text: str) -> bool:
    words = "|".join(re.escape(word) for word in vocabulary().page_words)
    return re.match(rf"(?i)\W*(?:{words})\b", text) is not None


def rows_left_out(seen: Finished) -> str:
    """Lines beside it look like rows of it: of its other half on the next page, or of a group."""
    if seen.sighting.units in ("grid", "columns"):
        return ""
    if seen.sighting.units == "cell":
        return _cells_below(seen)
    for line in seen.lines_below(NEIGHBOURS):
        if is_title(line.text) or is_footnote(line.text):
            break
        if _may_be_row(line, seen):
            return f"the line '{_short(line.text)}' below it may be a row of it"
    for line in seen.lines_above(NEIGHBOURS):
        is_anchor = line.number in seen.sighting.before
        if is_anchor or is_title(line.text):
            break
        if _may_be_row(line, seen):
            return f"the line '{_short(line.text)}' above it may be a row of it"
    return ""


def piece_of_a_table(seen: Finished) -> str:
    """The headings above it come directly below rows like its own, or come again below it."""
    if seen.sighting.units == "grid":
        return ""
    lines = _lines_near(seen)
    numbers = [line.number for line in lines]
    first = bisect_left(numbers, seen.sighting.first)
    after = bisect_left(numbers, seen.sighting.last + 1)
    headings = _headings_below_rows(seen, lines[max(first - MOST_HEADINGS, 0) : first])
    if headings:
        again = _find_again(headings, lines[: first - len(headings)])
        return f"line {again} has the same headings: it may be a piece of a table" if again else ""
    return _goes_on(seen, lines[:first], lines[after : after + MOST_HEADINGS])


def _lines_near(seen: Finished) -> list[Line]:
    """The lines that are not blank, from some way above a table to some way below it."""
    near = slice(max(seen.sighting.first - FARTHEST_PIECE, 0), seen.sighting.last + FARTHEST_PIECE)
    return [line for line in seen.sighting.document.lines[near] if not line.is_blank]


def _headings_below_rows(seen: Finished, above: Sequence[Line]) -> Sequence[Line]:
    """Of the lines `above` a table those below the last that may be a row of it; else none."""
    for index in range(len(above) - FEWEST_ALIKE_HEADINGS, 0, -1):
        if _may_be_row(above[index - 1], seen):
            return above[index:]
    return ()


def _goes_on(seen: Finished, above: Sequence[Line], below: Sequence[Line]) -> str:
    """The headings above a table come again below it, and then a line that may be a row of it."""
    for count in range(FEWEST_ALIKE_HEADINGS, len(below)):
        is_again = _words(below[:count]) == _words(above[-count:])
        if is_again and _may_be_row(below[count], seen):
            return f"its headings come again on line {below[0].row}: it may go on there"
    return ""


def _words(lines: Sequence[Line]) -> list[list[str]]:
    return [line.text.split() for line in lines]


def _find_again(headings: Sequence[Line], lines: Sequence[Line]) -> int:
    """The row of the line where headings stand before, or 0."""
    wanted = _words(headings)
    for index in range(len(lines) - len(wanted), -1, -1):
        if _words(lines[index : index + len(wanted)]) == wanted:
            return lines[index].row
    return 0


def _may_be_row(line: Line, seen: Finished) -> bool:
    """Whether a line has about as many figures as a row; years alone are headings."""
    label, cells = split_row(line.text)
    figures = [cell for cell in cells if kind(cell) in FIGURES]
    are_years = all(kind(cell) == "year" for cell in figures)
    fewest = max(1, seen.sighting.width - 2)
    return len(figures) >= fewest and not (are_years and len(figures) > 1) and bool(label or cells)


def _cells_below(seen: Finished) -> str:
    """A text and as many figures as a row has, somewhere below a table of one cell a line."""
    width = seen.sighting.width
    lines = list(seen.lines_below(4 * width))
    for index, line in enumerate(lines):
        if is_title(line.text):
            return ""
        kinds = [kind(each.text) for each in lines[index + 1 : index + width]]
        is_row = kinds.count("number") >= max(1, (width - 1) / 2) and "text" not in kinds
        if len(kinds) == width - 1 and is_row and not _is_page_mark(line.text):
            return f"the line '{_short(line.text)}' below it may begin a row of it"
    return ""


def _short(text: str) -> str:
    return text.strip()[:40]


# In the order in which a person would look.
DOUBTS: Sequence[Callable[[Finished], str]] = (
    totals_differ,
    nothing_confirms,
    recognised_without_totals,
    nothing_labels_the_rows,
    labels_come_again,
    numbers_in_labels,
    labels_put_together,
    sections_of_one_row,
    labels_alone,
    label_cut_off,
    thousands_apart,
    ranges_cut_apart,
    texts_among_figures,
    headings_hold_data,
    single_letters,
    printed_twice,
    no_labels_of_a_table,
    footers_as_rows,
    rows_left_out,
    piece_of_a_table,
)
