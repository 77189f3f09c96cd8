"""PDF documents by where their words stand on the page, so that columns can be told by position."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, product
from statistics import median
from typing import Any, NamedTuple

from openbaar.documents.lines import Document, Line, Word
from openbaar.documents.page_lines import PageLine, lines_of
from openbaar.documents.pdf import (
    check_length,
    clear_errors,
    has_picture,
    opened,
    page_without_text,
)
from openbaar.documents.superscripts import raised_digits
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.extras import extra

SAME_PLACE = 1.0  # points: a letter printed twice within them is printed bold, not twice
BETWEEN_LETTERS = 1.5  # points: a wider gap parts two words
SMALLER = 0.85  # of the size of a letter: as much, or less, is the size of a superscript behind it
HIGHER = 0.15  # of the size of a letter: as much, or more, a superscript ends above it
SIZE_OF_LETTER = 5.0  # points: how wide a letter is on a page that has none
MOST_COLUMNS = 400  # characters of a line as it is laid out


def read_pdf_layout(data: bytes, path: str, skipped: Collection[int] = ()) -> Document:
    """The lines of a PDF as they stand on its pages, by pdfplumber, with the place of each word.

    The text of a line is laid out with spaces, so that columns can be seen; its words are in points
    from the upper left corner of the page, which is turned upright. `skipped` are pages that are
    left out. Raises OpenbaarError when it is no PDF, needs a password, is cut off, has very much
    text, or has a page with a picture and no text that is not skipped.
    """
    lines: list[Line] = []
    problems: list[Problem] = []
    with clear_errors(path):
        for page in pages_of_pdf(data, path, skipped):
            if page.is_picture:
                problems.append(page_without_text(path, page.number))
            for row, (text, line) in enumerate(laid_out(lines_of(page.words)), start=1):
                lines.append(Line(len(lines) + 1, text, page.number, row, words=line.words))
    if problems:
        raise OpenbaarError(problems)
    if not lines:
        hint = (
            "it may be a scan: 'openbaar recognise' writes its words into a file that can be read"
        )
        raise OpenbaarError(Problem(Place(path), "contains no text", hint))
    return Document(path, tuple(lines), has_pages=True)


class PageOfPdf(NamedTuple):
    """A page: its number, from 1, what pdfplumber makes of it, its words, and what it holds.

    `is_picture` says that it holds a picture and no words.
    """

    number: int
    seen: Any
    words: list[Word]
    is_picture: bool


def pages_of_pdf(data: bytes, path: str, skipped: Collection[int]) -> Iterator[PageOfPdf]:
    """The pages of a PDF that are not skipped; each is closed when the next one is asked for.

    Raises what the libraries raise, which `clear_errors` puts into words.
    """
    with extra("pdf", "reading a PDF"):
        import pdfplumber

    with closing(opened(data, path)) as reader, pdfplumber.open(io.BytesIO(data)) as pdf:
        for number, (seen, same) in enumerate(zip(pdf.pages, reader.pages, strict=True), start=1):
            if number in skipped:
                continue
            check_length(path, number, same)
            words = words_of_page(seen)
            yield PageOfPdf(number, seen, words, not words and has_picture(same))
            seen.close()


def words_of_page(page: Any) -> list[Word]:
    """The words of a page of pdfplumber; those printed from below to above read as one reads them.

    A letter printed twice at one place, as some programs print bold ones, counts once. A digit that
    is raised, as the marks of footnotes are, is read as such: `2013¹`.
    """
    from pdfplumber.utils.text import extract_words

    by_direction: dict[str, list[dict[str, Any]]] = {}
    for letter in _raised(_once(page.chars)):
        by_direction.setdefault(_direction(letter), []).append(letter)
    words: list[Word] = []
    for direction, letters in by_direction.items():
        order = "ttb" if direction == "down" else "btt"
        found = extract_words(
            letters,
            x_tolerance=BETWEEN_LETTERS,
            line_dir_rotated="ltr",
            char_dir_rotated=order,
        )
        made = [_word(each) for each in found]
        words += made if direction == "upright" else _texts_of(made, direction)
    return words


def _texts_of(words: Sequence[Word], direction: str) -> list[Word]:
    """Words that run up or down the page, those of one text together in the order of reading."""
    in_order = sorted(words, key=lambda word: (word.start, word.top), reverse=direction == "up")
    texts: list[Word] = []
    for word in in_order:
        if texts and _follows(texts[-1], word):
            before = texts[-1]
            top, bottom = min(before.top, word.top), max(before.bottom, word.bottom)
            texts[-1] = Word(f"{before.text} {word.text}", word.start, word.end, top, bottom)
        else:
            texts.append(word)
    return texts


def _follows(text: Word, word: Word) -> bool:
    """Whether a word goes on where a text ends that runs up or down beside the same edge."""
    gap = max(word.top - text.bottom, text.top - word.bottom)
    is_in_line = abs(word.start - text.start) < BETWEEN_LETTERS
    return is_in_line and gap < word.end - word.start


def _once(letters: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The letters without those that are printed again at the same place.

    pdfplumber's own `dedupe_chars` takes time in the square of their number.
    """
    seen: dict[tuple[str, int, int], list[tuple[float, float]]] = {}
    for letter in letters:
        text, left, top = letter["text"], letter["x0"], letter["top"]
        column, row = int(left // SAME_PLACE), int(top // SAME_PLACE)
        near: list[tuple[float, float]] = []
        for x, y in product((column - 1, column, column + 1), (row - 1, row, row + 1)):
            near += seen.get((text, x, y), ())
        if any(abs(x - left) < SAME_PLACE and abs(y - top) < SAME_PLACE for x, y in near):
            continue
        seen.setdefault((text, column, row), []).append((left, top))
        yield letter


def _raised(letters: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The letters; raised those digits and brackets that are smaller than what they follow."""
    base: dict[str, Any] | None = None  # the last letter that is not raised
    end = 0.0  # of the last letter
    for letter in letters:
        text = letter["text"]
        if base is not None and raised_digits(text) != text and _is_higher(letter, base, end):
            letter = {**letter, "text": raised_digits(text)}
        elif text.strip():
            base = letter
        end = letter["x1"]
        yield letter


def _is_higher(letter: dict[str, Any], base: dict[str, Any], end: float) -> bool:
    """Whether a letter follows right behind what ends there, and is a superscript of `base`."""
    is_behind = abs(letter["x0"] - end) < BETWEEN_LETTERS
    is_smaller = letter["size"] <= SMALLER * base["size"]
    is_raised = letter["bottom"] <= base["bottom"] - HIGHER * base["size"]
    is_beside = letter["bottom"] > base["top"]
    return bool(is_behind and is_smaller and is_raised and is_beside)


def _direction(letter: dict[str, Any]) -> str:
    """In which direction a letter is printed: `upright`, `up` or `down` the page."""
    if letter["upright"]:
        return "upright"
    return "up" if letter["matrix"][1] > 0 else "down"


def _word(found: dict[str, Any]) -> Word:
    return Word(
        found["text"],
        round(found["x0"], 2),
        round(found["x1"], 2),
        round(found["top"], 2),
        round(found["bottom"], 2),
    )


def laid_out(lines: Sequence[PageLine]) -> list[tuple[str, PageLine]]:
    """Each line with its text, in which a word stands about where it stands on the page."""
    words = chain.from_iterable(line.words for line in lines)
    widths = [(word.end - word.start) / len(word.text) for word in words]
    letter = max(median(widths) if widths else SIZE_OF_LETTER, 0.5)
    left = min((line.words[0].start for line in lines), default=0.0)
    return [(_text(line, left, letter), line) for line in lines]


def _text(line: PageLine, left: float, letter: float) -> str:
    """The words of a line, two spaces or more between those that are far from each other."""
    text = ""
    for segment in line.segments:
        column = min(round((segment.start - left) / letter), MOST_COLUMNS)
        spaces = max(column - len(text), 2 if text else 0)
        text += " " * spaces + segment.text
    return text
