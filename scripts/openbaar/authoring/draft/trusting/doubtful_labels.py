"""Doubts about the labels of a drafted table: they may be figures, sentences, or two in one.

Each is a function that returns a sentence about what it saw, or nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, pairwise, starmap

from openbaar.authoring.draft.finding.printed import bare, is_time, kind, texts_in
from openbaar.authoring.draft.finding.sighting import SeenRow
from openbaar.authoring.draft.finding.vocabulary import vocabulary
from openbaar.authoring.draft.trusting.finished import MANY, Finished, short
from openbaar.documents.lines import Line
from openbaar.recipe.columns import words_of

DOTS_OF_CONTENTS = re.compile(r"\.{4,}|(?: \.){3,}")
NUMBER_AT_END = re.compile(r"\s[-+]?[\d.,]*\d%?$")
NUMBER_BETWEEN_WORDS = re.compile(r"\w\w \d[\d.,]* [^\W\d]")
LONG_LABEL = 8  # words of a label that is running text
INDENT = 1.5  # points or characters by which rows stand to the right of the label of a section


def labels_come_again(seen: Finished) -> str:
    """Rows of text have the same label, so something that tells them apart was read elsewhere."""
    if seen.draft.group is not None or seen.draft.columns[0].type != "string":
        return ""
    for label, count in Counter(seen.labels).most_common(1):
        if count > 1:
            return f"the label '{short(label)}' comes again"
    return ""


def words_broken(seen: Finished) -> str:
    """A heading or a label may be one word, which a narrow cell broke in two."""
    headings = chain.from_iterable(seen.sighting.headings)
    labels = chain.from_iterable(row.cells for row in seen.sighting.rows)
    for text in chain(headings, labels):
        if text in seen.sighting.document.broken:
            return f"'{short(text)}' may be one word, which was wider than its cell"
    return ""


def totals_among_rows(seen: Finished) -> str:
    """A row of data ends as totals do, and does not add up as one."""
    for row in seen.sighting.may_be_totals:
        return f"the row '{short(row.cells[0])}' may be a total"
    return ""


def numbers_in_labels(seen: Finished) -> str:
    """A label ends in a number, or holds one between words, that may be a cell."""
    for label in seen.labels:
        if kind(label) == "text" and NUMBER_AT_END.search(label):
            return f"the label '{short(label)}' ends in a number, which may be a cell"
    beside = [label for label in seen.labels if NUMBER_BETWEEN_WORDS.search(label)]
    if len(beside) > MANY * len(seen.data):
        return f"the label '{short(beside[0])}' holds a number: tables may stand side by side"
    return ""


def labels_put_together(seen: Finished) -> str:
    """A label of several lines may be two: a heading above a row, or the end of the row above.

    Only a hyphen, or a small letter behind it, shows that a label goes on.
    """
    of_several_lines = [row for row in seen.sighting.rows if row.first != row.last]
    for row in of_several_lines:
        texts = _lines_of(row, seen)
        if not all(starmap(_goes_on, pairwise(texts))):
            return f"the label '{short(row.cells[0])}' may be two"
        if texts[0][:1].islower():
            return f"the label '{short(row.cells[0])}' may begin in the row above"
    return ""


def _lines_of(row: SeenRow, seen: Finished) -> list[str]:
    """The texts of the lines of a row that are not blank."""
    lines = seen.sighting.document.lines[row.first - 1 : row.last]
    return [line.text.strip() for line in lines if not line.is_blank]


def _goes_on(above: str, below: str) -> bool:
    """Whether a hyphen or a small letter shows that a text goes on below."""
    return above.endswith("-") or below[:1].islower()


def sections_of_one_row(seen: Finished) -> str:
    """A label that stands alone above a single row may be the beginning of that row's label."""
    kinds = [row.kind for row in seen.sighting.rows]
    for index, row in enumerate(seen.sighting.rows):
        if kinds[index : index + 3] in (["label", "data", "label"], ["label", "data"]):
            return f"the label '{short(row.cells[0])}' may go on in the row below"
    return ""


def labels_alone(seen: Finished) -> str:
    """Labels alone on a line may be sections, or the first lines of the labels below them.

    They are sections where all begin with the same word, or the rows below them are indented, or
    each begins with a year, before which no label goes on.
    """
    labels = seen.sighting.of_kind("label")
    if not labels or all(_begins_with_year(row) for row in seen.data):
        return ""
    words = {row.cells[0].split()[0] for row in labels}
    if len(labels) > 1 and len(words) == 1:
        return ""
    line = seen.sighting.document.line
    ends = max(_indent(line(row.first)) for row in labels)
    if all(_indent(line(row.first)) >= ends + INDENT for row in seen.data):
        return ""
    return f"the label '{short(labels[0].cells[0])}' may go on in the row below"


def _begins_with_year(row: SeenRow) -> bool:
    return is_time(bare(row.cells[0])[0])


def _indent(line: Line) -> float:
    """Where a line begins."""
    return words_of(line)[0].start


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
    texts = texts_in(seen.labels)
    if any(map(DOTS_OF_CONTENTS.search, texts)):
        return "it seems to be a table of contents"
    if seen.is_parted or not texts:
        return ""
    long = sum(len(label.split()) > LONG_LABEL for label in texts)
    small = sum(label[:1].islower() for label in texts)
    likely = long if seen.totals_equal else max(long, small)
    return "its labels may be parts of sentences" if likely > MANY * len(texts) else ""


def footers_as_rows(seen: Finished) -> str:
    """A row is the footer or the head of a page."""
    for row in seen.sighting.rows:
        if is_page_mark(row.cells[0]):
            return f"the row '{short(row.cells[0])}' may be the footer of a page"
    return ""


def is_page_mark(text: str) -> bool:
    """Whether a text begins as the heads and feet of pages do, with a word such as `page`."""
    words = "|".join(re.escape(word) for word in vocabulary().page_words)
    return re.match(rf"(?i)\W*(?:{words})\b", text) is not None
