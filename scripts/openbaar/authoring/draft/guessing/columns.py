"""From the cells of a column to what it is: name, type, signs, blanks, marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Literal

from openbaar.authoring.draft.finding.printed import (
    PLUS,
    bare,
    figures_in,
    kind,
    marks_at,
    number_format,
    unsigned,
)
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.draft.guessing.dates import (
    Dated,
    are_as_in_csv,
    forms_with_short_years,
    months_as_days,
    ways_to_read,
)
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.values import parse_number
from openbaar.schema.names import check_name
from openbaar.texts import ENGLISH

BLANK_STATUS = "not_given"
FEWEST_FIGURES = 2  # of a column for each word among them that says why there is none
MAX_NAME = 40  # characters of a name that is made of a heading
PERCENT = "%"
NAME_OF_PERCENT = "percent"  # of a column with no other heading
# Letters that Unicode does not take apart into a letter and an accent, as they are usually spelt.
TRANSLITERATED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l"}
)


@dataclass(frozen=True)
class Column:
    """What a column seems to be; `name` is what it is called in the row pattern."""

    name: str
    title: str
    type: Literal["string", "integer", "number", "year", "yearmonth", "date"]
    sign: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    empty: bool = False
    pattern: str | None = None
    word: str | None = None  # among figures, which is taken for a blank
    date: str | None = None  # how dates are printed, where that is not as CSV files have them
    may_be: tuple[str, ...] = ()  # the forms of dates, of which nothing says which one it is
    numbers: NumberFormat | None = None  # where they are printed otherwise than the rest

    @property
    def is_figure(self) -> bool:
        """Whether it holds figures, as years are too."""
        return self.type in ("integer", "number", "year")

    @property
    def is_name(self) -> bool:
        """Whether it says what a row is about: by a text, or by when it was."""
        return self.type in ("string", "year", "yearmonth", "date")

    @property
    def is_summed(self) -> bool:
        """Whether a total of it is a sum: shares are not added up."""
        return self.type in ("integer", "number") and PERCENT not in self.sign

    @property
    def is_percent(self) -> bool:
        """Whether its figures, or else its heading (`%`, `Quote in %`, `Aandeel (%)`), say so."""
        if self.type not in ("integer", "number"):
            return False
        return self.sign == (PERCENT,) or self.title.rstrip(" )").endswith(PERCENT)

    @property
    def read(self) -> dict[str, Any]:
        """What the recipe says of the field beside its type, in as few keys as are needed."""
        said = {
            "pattern": self.pattern,
            "sign": without_brackets(self.sign),
            "numbers": None if self.numbers is None else self.numbers.example,
            "date": self.date,
            "marks": without_brackets(self.marks),
            "blank": dict.fromkeys(self.blank, BLANK_STATUS),
        }
        return {key: value for key, value in said.items() if value}


def without_brackets(texts: Sequence[str]) -> list[str] | str:
    """A list as one writes it: a single text without brackets."""
    return texts[0] if len(texts) == 1 else list(texts)


def columns_of(
    sighting: Sighting, marks: Collection[str], language: str
) -> tuple[list[Column], NumberFormat | None]:
    """The columns of a sighting, and the convention of all its numbers.

    `marks` are those that have a footnote, `language` is that in which months are named.
    """
    cells = [sighting.column(index) for index in range(sighting.width)]
    figures = _figures_of_columns(sighting, cells, marks)
    conventions = _conventions(sighting, figures, decimal_of(language))
    titles = _titles(sighting)
    taken: set[str] = set()
    columns = []
    for index, column_cells in enumerate(cells):
        seen = _Seen.of(index, titles[index], column_cells, marks)
        own = conventions.own.get(index)
        column = seen.column(own or conventions.main, taken, language)
        taken.add(column.name)
        columns.append(replace(column, numbers=own))
    return columns, conventions.main


@dataclass(frozen=True)
class _Conventions:
    """The convention of the numbers of a table, and that of each column where it is another."""

    main: NumberFormat | None
    own: Mapping[int, NumberFormat] = field(default_factory=dict)


def decimal_of(language: str) -> str:
    """The sign before decimals in a language."""
    return "." if language == ENGLISH else ","


def has_groups_of_three(figures: Sequence[str], sign: str) -> bool:
    """Whether a sign in figures stands before three digits each time: of a thousand, or decimals.

    before: "1.234", "345" and "."
    after: True; but not for "1.234.567", "0.125" or "1.23"
    """
    with_sign = [figure for figure in figures if sign in figure]
    group = re.compile(rf"\D*[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}\D*")
    return bool(with_sign) and all(map(group.fullmatch, with_sign))


def _conventions(
    sighting: Sighting, figures: Mapping[int, Sequence[str]], decimal: str
) -> _Conventions:
    """One convention of all columns where there is one; else that of most, and those of others.

    `decimal` is the sign before decimals in the language of the document: three digits behind
    another one in each number of a column are those of a thousand, whatever fits all columns. Only
    where the document parts its cells: elsewhere, numbers that do not fit show that it was
    guessed wrongly where cells end.

    before: "1118" in one column, "181.528,48" and "1.200,5" in two others
    after: thousands ".", decimal ",", but no thousands sign in the first column
    """
    all_figures = list(chain.from_iterable(figures.values()))
    main = number_format(all_figures, _are_stored(sighting, all_figures))
    if sighting.units != "grid":
        return _Conventions(main)
    if main is not None and not _may_be_thousands(main, figures, decimal):
        return _Conventions(main)
    found: dict[int, NumberFormat] = {}
    for index, numbers in figures.items():
        own = number_format(numbers, _are_stored(sighting, numbers))
        if own is None:
            return _Conventions(None)
        found[index] = own
    richest_first = sorted(found.values(), key=lambda each: (not each.decimal, not each.thousands))
    main = max(richest_first, key=richest_first.count, default=None)
    return _Conventions(main, {index: own for index, own in found.items() if own != main})


def _may_be_thousands(
    main: NumberFormat, figures: Mapping[int, Sequence[str]], decimal: str
) -> bool:
    """Whether decimals of a convention may be groups of a thousand, as the language has them."""
    if main.thousands or main.decimal in ("", decimal):
        return False
    return any(has_groups_of_three(numbers, main.decimal) for numbers in figures.values())


def _figures_of_columns(
    sighting: Sighting, cells: Sequence[Sequence[str]], marks: Collection[str]
) -> dict[int, list[str]]:
    """The numbers of each column, those of total rows too; a column of years alone has none."""
    figures: dict[int, list[str]] = {}
    totals = sighting.of_kind("total")
    for index, column in enumerate(cells):
        column = _without(_word_among_figures(index, column, marks), column)
        plain = [unmarked(cell, marks) for cell in column]
        if not _is_numeric(column, marks) or "number" not in map(kind, plain):
            continue
        if index:
            plain += [row.cells[index] for row in totals]
        figures[index] = figures_in(plain)
    return figures


def _are_stored(sighting: Sighting, numbers: Sequence[str]) -> bool:
    """Whether numbers are those of a workbook, and none of them was typed as a text."""
    document = sighting.document
    return document.is_workbook and document.typed.isdisjoint(numbers)


def unmarked(text: str, marks: Collection[str]) -> str:
    """The text without a mark that has a footnote; others are part of it."""
    plain, mark = bare(text)
    return plain if mark in marks else text.strip()


def _is_numeric(cells: Sequence[str], marks: Collection[str]) -> bool:
    """Whether a column holds numbers of one convention, blanks and nothing else."""
    plain = [unmarked(cell, marks) for cell in cells]
    figures = figures_in(plain)
    has_texts = "text" in map(kind, plain)
    has_marks = any(bare(cell)[1] for cell in figures)
    if not figures or has_texts or has_marks:
        return False
    return number_format(figures) is not None


def _word_among_figures(index: int, cells: Sequence[str], marks: Collection[str]) -> str | None:
    """The one word that stands in few cells of a column of figures: why there is none.

    before: 5.000 | gesloten | 1.100
    after: gesloten
    """
    plain = [unmarked(cell, marks) for cell in cells]
    words = [cell.strip() for cell in cells if kind(unmarked(cell, marks)) == "text"]
    if index == 0 or len(set(words)) != 1:
        return None
    word = words[0]
    has_digits = any(map(str.isdigit, word))
    if has_digits or len(figures_in(plain)) < FEWEST_FIGURES * len(words):
        return None
    return word if _is_numeric(_without(word, cells), marks) else None


def _without(word: str | None, cells: Sequence[str]) -> list[str]:
    """The cells, blank where they hold a word."""
    return ["" if cell.strip() == word else cell for cell in cells]


@dataclass(frozen=True)
class _Seen:
    """The cells of a column, without marks, with what else was found in them."""

    index: int
    title: str
    cells: Sequence[str]  # without the marks that have a footnote
    marks: tuple[str, ...]
    blanks: tuple[str, ...]
    is_numeric: bool
    word: str | None = None

    @classmethod
    def of(cls, index: int, title: str, cells: Sequence[str], marks: Collection[str]) -> _Seen:
        """What is seen in the cells of a column."""
        blanks = dict.fromkeys(cell.strip() for cell in cells if kind(cell) == "blank")
        word = _word_among_figures(index, cells, marks)
        if word is not None:
            blanks[word] = None
            cells = _without(word, cells)
        plain = [unmarked(cell, marks) for cell in cells]
        is_numeric = _is_numeric(cells, marks)
        return cls(index, title, plain, marks_at(cells, marks), tuple(blanks), is_numeric, word)

    def column(
        self, convention: NumberFormat | None, taken: Collection[str], language: str
    ) -> Column:
        """What the column seems to be, under a name that is not taken."""
        if not any(self.cells):
            return Column(self._name("empty", taken), self.title, "string", empty=True)
        if self.is_numeric:
            return self._of_numbers(convention, taken)
        texts = [cell for cell in self.cells if kind(cell) != "blank"]
        ways = ways_to_read(texts, language)
        if len(ways) == 1:
            return self._of_dates(months_as_days(texts) or ways[0], texts, taken)
        may_be = tuple(way.form for way in ways) or forms_with_short_years(texts, language)
        blank = ("",) if "" in self.cells else ()
        name = self._name("label", taken)
        return Column(name, self.title, "string", blank=blank, marks=self.marks, may_be=may_be)

    def _of_dates(self, dated: Dated, texts: Sequence[str], taken: Collection[str]) -> Column:
        """A column of days, or of months of years."""
        return Column(
            self._name("date" if dated.type == "date" else "month", taken),
            self.title,
            dated.type,
            blank=self.blanks,
            marks=self.marks,
            date=None if are_as_in_csv(texts, dated.type) else dated.form,
        )

    def _of_numbers(self, convention: NumberFormat | None, taken: Collection[str]) -> Column:
        """A column of years, whole numbers or numbers."""
        figures = figures_in(self.cells)
        are_years = all(kind(cell) == "year" for cell in figures)
        if are_years and not self.blanks:
            return Column(self._name("year", taken), self.title, "year", marks=self.marks)
        return Column(
            self._name(f"value_{self.index}", taken),
            self.title,
            "integer" if _are_whole(figures, convention) else "number",
            sign=_signs(figures),
            blank=self.blanks,
            marks=self.marks,
            word=self.word,
        )

    def _name(self, default: str, taken: Collection[str]) -> str:
        """A name after the title, or `default` where there is none."""
        return unique(self.title or default, taken)


def _signs(figures: Sequence[str]) -> tuple[str, ...]:
    """The signs at numbers: of currency, of percent, or a plus sign.

    A plus sign may be missing, at numbers below zero, and that of a currency below the first
    figure, which the empty sign says. Where `%` is missing, counts may stand among shares.
    """
    signs = list(dict.fromkeys(unsigned(figure)[1] for figure in figures))
    found = [sign for sign in signs if sign]
    may_be_missing = found == [PLUS] or (signs[:1] == found and found != [PERCENT])
    if None in signs and may_be_missing:
        found.append("")
    return tuple(found)


def _are_whole(figures: Sequence[str], convention: NumberFormat | None) -> bool:
    """Whether no number has decimals; `1.505` has none where `.` separates thousands."""
    if convention is None:
        return True
    return all(_is_whole(unsigned(figure)[0], convention) for figure in figures)


def _is_whole(text: str, convention: NumberFormat) -> bool:
    try:
        parse_number(text, convention)
    except ValueError:
        return True
    return not convention.decimal or convention.decimal not in text


def _titles(sighting: Sighting) -> list[str]:
    """The headings above each column, from above to below, as one text."""
    levels = [*filled(sighting)[:-1], *sighting.headings[-1:]]
    titles = []
    for index in range(sighting.width):
        words = dict.fromkeys(level[index] for level in levels)
        titles.append(" ".join(word for word in words if word))
    return titles


def filled(sighting: Sighting) -> list[list[str]]:
    """The rows of headings, one that spans columns in all of them.

    before: "" | "2021" | "" | "2022" | ""
    after: "" | "2021" | "2021" | "2022" | "2022"
    """
    rows = []
    for level, row in enumerate(sighting.headings):
        last = ""
        texts: list[str] = []
        for column, text in enumerate(row):
            last = "" if (level, column) in sighting.apart else text or last
            texts.append(last)
        rows.append(texts)
    return rows


def unique(text: str, taken: Collection[str]) -> str:
    """A name of a column or a table: `Aantal (%)` -> aantal, or aantal_2 where that is taken.

    Accents are left out and ligatures spelt out (`Cœur` -> coeur), and a word that SQL keeps for
    itself gets `_column` behind it.
    """
    name = NAME_OF_PERCENT if text.strip() == PERCENT else _plain_name(text)
    try:
        check_name(name)
    except ValueError:
        name += "_column"
    number = 1
    tried = name
    while tried in taken:
        number += 1
        tried = f"{name}_{number}"
    return tried


def _plain_name(text: str) -> str:
    """The text in small ASCII letters, digits and `_`, beginning with a letter."""
    spelt = unicodedata.normalize("NFC", text).casefold().translate(TRANSLITERATED)
    words = " ".join(re.findall(r"\w+", spelt))
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    name = _short_name(re.sub("[^a-z0-9]+", "_", plain).strip("_"))
    if not name or not name[0].isalpha():
        name = f"column_{name}".rstrip("_")
    return name


def _short_name(name: str) -> str:
    """As many whole words of a name as it may have characters; a part of one that is too long."""
    if len(name) <= MAX_NAME:
        return name
    whole, _, _ = name[: MAX_NAME + 1].rpartition("_")
    return whole or name[:MAX_NAME]


def other_than(texts: Collection[str]) -> str:
    """A pattern of every text that begins with none of these, as RE2 has no way to say "not".

    before: "Som"
    after: `S|So|[^S].*|S[^o].*|So[^m].*`
    """
    short: set[str] = set()
    long: set[str] = set()
    for prefix in _proper_prefixes(texts):
        following = {text[len(prefix)] for text in texts if text.startswith(prefix)}
        other = re.sub(r"([\]^\\-])", r"\\\1", "".join(sorted(following)))
        long.add(f"{escaped(prefix)}[^{other}].*")
        if prefix:
            short.add(escaped(prefix))
    return "|".join([*sorted(short), *sorted(long, key=len)])


def _proper_prefixes(texts: Collection[str]) -> set[str]:
    """The beginnings of the texts, the empty one too, without the texts themselves."""
    prefixes: set[str] = set()
    for text in texts:
        prefixes.update(text[:end] for end in range(len(text)))
    return prefixes


def escaped(text: str) -> str:
    """A text as a pattern that finds it; `re.escape` escapes spaces too, which nobody can read."""
    return re.sub(r"([\\.^$|?*+()\[\]{}])", r"\\\1", text)
