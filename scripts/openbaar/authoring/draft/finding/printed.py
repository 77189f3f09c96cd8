"""What a printed text may be before anything is known of it: a number, a year, a blank, a total."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from openbaar.authoring.draft.finding.vocabulary import vocabulary
from openbaar.documents.lines import UNSURE
from openbaar.documents.superscripts import RAISED_LETTERS
from openbaar.recipe.numbers import Minus, NumberFormat
from openbaar.recipe.values import SPACES, parse_number
from openbaar.schema.conventions import is_school_year

# Behind a word or a year also `(1)`, and behind a space or a letter `1)`: elsewhere they number
# something, or `20231)` may be two numbers.
MARK = (
    rf"(?:\(\*+\)|\*+|⁽?[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾?|⁽?[{RAISED_LETTERS}]⁾?|[†‡]|\[(?:\d+|[ivxlc]+)\]"
    r"|(?<=[^\W\d_])\(\d\)|(?<=\b[12]\d\d\d)\(\d\)|(?<=[^\W\d_])\d\)|(?<=[^\W_] )\d\))"
)
# How a line begins that explains a mark.
NOTE_MARK = rf"(?:{MARK}|\(\d\)|\d\)|\d{{1,2}}(?= )|[a-z]\))"
REMEMBERED = 50_000  # texts; a cell is looked at again in each way to draft its table
PLUS = "+"
SIGNS = ("€", "$", "£", "%", PLUS)
_NUMBER = r"[-−–+]?\d+(?:[.,'’]\d+)*"
_SIGNED = rf"(?:[€$£] ?)?{_NUMBER}(?: ?[%€])?"
_SPACED_NUMBER = r"[-−–+]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?"
_APART = re.compile(r"[-−–+] (?=\d)")  # a sign with a space behind it
_ANY_NUMBER = re.compile(rf"(?:{_APART.pattern})?(?:{_NUMBER}|{_SPACED_NUMBER})")
_ABOUT = re.compile(r"(?:[<>≤≥±~]|ca\.|circa) ?\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER_SO_FAR = re.compile(r"-?\d{1,3}(?: \d{3})*")
_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_MARKED = re.compile(rf"^(?P<before>{MARK})?\s*(?P<text>.*?)\s*(?P<after>{MARK})?$", re.DOTALL)
# Thousands and decimal sign, from the simplest to the rarest; the first that fits is taken.
_SEPARATORS = [
    ("", ""), (".", ""), (",", ""), (" ", ""), ("’", ""), ("'", ""), ("", ","), ("", "."),
    (".", ","), (",", "."), (" ", ","), (" ", "."), ("’", "."), ("'", "."),
]  # fmt: skip
Kind = Literal["year", "number", "blank", "text", "unsure"]


@lru_cache(maxsize=1)
def _lexeme() -> re.Pattern[str]:
    """The words of a line; those that are cells, numbers or blanks, are the group `cell`."""
    longest_first = sorted(vocabulary().blank_words, key=len, reverse=True)
    blanks = "|".join(re.escape(word) for word in longest_first)
    return re.compile(rf"(?P<cell>(?:{_SIGNED})(?: ?{MARK})?|{blanks})(?=\s|$)|\S+")


def marks_at(texts: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Those of the known marks that are at one of the texts, in the order of the texts."""
    found: dict[str, None] = {}
    for text in texts:
        mark = bare(text)[1]
        if mark is not None and mark in known:
            found[mark] = None
    return tuple(found)


@lru_cache(maxsize=REMEMBERED)
def bare(text: str) -> tuple[str, str | None]:
    """A text without the footnote mark before or after it, and that mark: `2013*` -> 2013, `*`."""
    found = _MARKED.match(text.strip())
    if found is None or not found["text"]:
        return text.strip(), None
    return found["text"], found["before"] or found["after"]


def unsigned(text: str) -> tuple[str, str | None]:
    """A number without its sign of currency or percent, and that sign: `€ 12` -> 12 and `€`."""
    for sign in SIGNS:
        if text.startswith(sign) or text.endswith(sign):
            return text.removeprefix(sign).removesuffix(sign).strip(), sign
    return text, None


@lru_cache(maxsize=REMEMBERED)
def kind(text: str) -> Kind:
    """What a cell seems to hold, without mark and sign: a year, another number, nothing, a text.

    Where words were recognised on a picture, a cell may also hold what was not surely read.
    """
    if UNSURE in text:
        return "unsure"
    plain = unsigned(bare(text)[0])[0].translate(SPACES)
    if plain in ("", *vocabulary().blank_words):
        return "blank"
    if _YEAR.fullmatch(plain):
        return "year"
    if _ANY_NUMBER.fullmatch(plain):
        return "number"
    return "text"


def is_about_a_number(text: str) -> bool:
    """Whether a text says about how much there is: `< 5`, `ca. 30`."""
    return _ABOUT.match(text.strip().casefold()) is not None


def figures_in(cells: Iterable[str]) -> list[str]:
    """Those of the cells that hold a number; a year is one too."""
    return [cell for cell in cells if kind(cell) in ("number", "year")]


def texts_in(cells: Iterable[str]) -> list[str]:
    """Those of the cells that hold a text."""
    return [cell for cell in cells if kind(cell) == "text"]


def is_time(text: str) -> bool:
    """Whether a cell holds a year, or one and the next as schools have."""
    return kind(text) == "year" or is_school_year(text)


def not_blank(cells: Iterable[str]) -> list[str]:
    """Those of the cells in which something is printed."""
    return [cell for cell in cells if cell.strip()]


def is_footnote(text: str) -> bool:
    """Whether a line explains a mark: `** = figures up to May`, but not `(*) unknown 78.140`."""
    found = re.match(rf"\s*{MARK}\s*(?P<rest>.*)", text, re.DOTALL)
    if found is None:
        return False
    cells = split_row(text)[1]
    return found["rest"].startswith(("=", ":")) or not cells


def is_total(text: str) -> bool:
    """Whether a row that begins with this text states a total.

    `Totaal` does, and `Gesamt (alle)`, but not `Totaalbedrag`.
    """
    small = " ".join(text.casefold().split())
    return _total_word().match(small) is not None


def is_total_word(text: str) -> bool:
    """Whether a text is a word for totals alone: `Subtotaal`, but not `Totaal (alle)`."""
    return " ".join(text.casefold().split()).rstrip(" :") in vocabulary().total_words


def ends_as_total(text: str) -> bool:
    """Whether a word for totals stands at the end of a text: `A-U Totaal`, `Femmes, total`."""
    return _total_at_end().search(" ".join(text.casefold().split())) is not None


@lru_cache(maxsize=1)
def _total_at_end() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in vocabulary().total_words)
    return re.compile(rf"\w\W+(?:{words})\W*$")


@lru_cache(maxsize=1)
def _total_word() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in vocabulary().total_words)
    return re.compile(rf"(?:{words})(?!\w)")


def is_source(text: str) -> bool:
    """Whether a line names the source of a table: `Bron: CBS`."""
    return _source_word().match(text) is not None


@lru_cache(maxsize=1)
def _source_word() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in vocabulary().source_words)
    return re.compile(rf"\s*(?:{words})\s?:", re.IGNORECASE)


def number_format(texts: Iterable[str], is_stored: bool = False) -> NumberFormat | None:
    """The simplest convention in which every text is a number; None where there is none.

    Of numbers that a workbook stores as such, that has a point and no thousands signs.

    before: "1.505", "12,5"
    after: thousands ".", decimal ","
    """
    numbers = [unsigned(bare(text)[0])[0].replace("−", "-") for text in texts]
    has_dashes = any(number.startswith("–") for number in numbers)
    are_apart = any(map(_APART.match, numbers))
    for numbers_format in _formats(has_dashes, are_apart):
        if is_stored and numbers_format not in (NumberFormat(), NumberFormat(decimal=".")):
            continue
        if all(_fits(number, numbers_format) for number in numbers):
            return numbers_format
    return None


@lru_cache(maxsize=4)
def _formats(has_dashes: bool, are_apart: bool) -> list[NumberFormat]:
    """The conventions that are tried, where a dash may be a minus, and a space follow the sign."""
    minus: Minus = "–" if has_dashes else "-"
    return [
        NumberFormat(thousands=thousands, decimal=decimal, minus=minus, is_sign_apart=are_apart)
        for thousands, decimal in _SEPARATORS
    ]


def _fits(number: str, numbers: NumberFormat) -> bool:
    try:
        parse_number(number, numbers)
    except ValueError:
        return False
    return True


def split_row(text: str) -> tuple[str, list[str]]:
    """A line as the label it begins with and the cells behind that, which are numbers or blanks.

    before: "West-Vlaanderen 1.234 5,6%"
    after: "West-Vlaanderen" and ["1.234", "5,6%"]
    """
    found = list(_lexeme().finditer(text))
    first = len(found)
    while first and found[first - 1]["cell"]:
        first -= 1
    cells = [match.group() for match in found[first:]]
    start = found[first].start() if first < len(found) else len(text)
    return text[:start].strip(), cells


def regrouped(cells: Sequence[str], count: int) -> list[str] | None:
    """Cells joined to `count` where spaces separate thousands; None where that cannot be.

    before: ["10", "470", "1", "1"], count 3
    after: ["10 470", "1", "1"]
    """
    merged = list(cells)
    index = 0
    while len(merged) > count and index + 1 < len(merged):
        number, following = merged[index : index + 2]
        if _NUMBER_SO_FAR.fullmatch(number) and _THOUSANDS.match(following):
            merged[index : index + 2] = [f"{number} {following}"]
        else:
            index += 1
    return merged if len(merged) == count else None
