"""Words that a program recognised on the pictures of a scan, with how sure it was of each.

They stand in a file of their own beside the scan, `scan.words.tsv`, which `openbaar recognise`
writes once: so nothing is recognised anew when a publication is built, and a person can compare the
file with the scan. A word of which the program was not sure is no value: it is read as a blank.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from openbaar.documents.layout import laid_out
from openbaar.documents.lines import UNSURE, Document, Line, Word
from openbaar.documents.page_lines import lines_of
from openbaar.errors import OpenbaarError, Place, Problem

COLUMNS = ("page", "left", "top", "right", "bottom", "confidence", "text")
MOST_WORDS = 500_000


class RecognisedWord(NamedTuple):
    """A word on a page, in points from its upper left corner, and how sure the program was of it.

    `confidence` is from 0 to 100.
    """

    page: int
    word: Word
    confidence: float


def words_file(words: Iterable[RecognisedWord]) -> bytes:
    """The file that holds recognised words: one a line, its columns parted by tabs."""
    written = io.StringIO()
    writer = csv.writer(written, "excel-tab", lineterminator="\n")
    writer.writerow(COLUMNS)
    for page, word, confidence in words:
        places = [f"{place:.1f}" for place in (word.start, word.top, word.end, word.bottom)]
        writer.writerow([page, *places, f"{confidence:.0f}", word.text])
    return written.getvalue().encode()


def read_words(data: bytes, path: str, sure: float) -> Document:
    """The lines that recognised words make on their pages, with the place of each word.

    A word with a confidence below `sure` begins with UNSURE. Raises OpenbaarError with every line
    that is none of such a file, and where it holds no words.
    """
    by_page: dict[int, list[Word]] = {}
    for page, word, confidence in _words(data, path):
        is_sure = confidence >= sure
        kept = word if is_sure else word._replace(text=UNSURE + word.text)
        by_page.setdefault(page, []).append(kept)
    lines: list[Line] = []
    for page, words in sorted(by_page.items()):
        for row, (text, line) in enumerate(laid_out(lines_of(words)), start=1):
            lines.append(Line(len(lines) + 1, text, page, row, words=line.words))
    if not lines:
        raise OpenbaarError(Problem(Place(path), "contains no recognised words"))
    return Document(path, tuple(lines), has_pages=True, is_recognised=True)


def _words(data: bytes, path: str) -> Iterator[RecognisedWord]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OpenbaarError(_no_words_file(path, 1)) from error
    rows = list(csv.reader(io.StringIO(text, newline=""), "excel-tab", quoting=csv.QUOTE_MINIMAL))
    if not rows or tuple(rows[0]) != COLUMNS or len(rows) > MOST_WORDS:
        raise OpenbaarError(_no_words_file(path, 1))
    problems = []
    for number, row in enumerate(rows[1:], start=2):
        try:
            yield _word(row)
        except ValueError:
            problems.append(_no_words_file(path, number))
    if problems:
        raise OpenbaarError(problems)


def _word(row: Sequence[str]) -> RecognisedWord:
    """The word that a row holds. Raises ValueError where it is none."""
    page, *numbers, text = row
    left, top, right, bottom, confidence = (float(number) for number in numbers)
    has_size = left < right and top < bottom
    is_percentage = 0 <= confidence <= 100
    if not (text.strip() and has_size and is_percentage):
        raise ValueError
    return RecognisedWord(int(page), Word(text.strip(), left, right, top, bottom), confidence)


def _no_words_file(path: str, line: int) -> Problem:
    message = "is no line of a file of recognised words"
    hint = f"'openbaar recognise' writes such files; their columns are {', '.join(COLUMNS)}"
    return Problem(Place(path, line), message, hint)
