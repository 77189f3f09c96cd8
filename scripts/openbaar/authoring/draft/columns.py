"""From the cells of a column to what it is: name, type, signs, blanks, marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openbaar.authoring.draft.printed import bare, kind, number_format, unsigned
from openbaar.authoring.draft.sighting import Sighting
from openbaar.recipe.language import NumberFormat
from openbaar.recipe.values import parse_number
from openbaar.schema.names import check_name

MOST_BLANK_WORDS = 3
BLANK_STATUS = "not_given"


@dataclass(frozen=True)
class Column:
    """What a column seems to be; `field` is what it is called in the row pattern."""

    name: str
    title: str
    type: Literal["string", "integer", "number", "year"]
    sign: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    empty: bool = False
    pattern: str | None = None

    @property
    def is_summed(self) -> bool:
        """Whether a total of it is a sum: shares are not added up."""
        return self.type in ("integer", "number") and "%" not in self.sign

    @property
    def read(self) -> dict[str, Any]:
        """What the recipe says of the field beside its type, in as few keys as there is need for."""
        said: dict[str, Any] = {}
        if self.pattern:
            said["pattern"] = self.pattern
        if self.sign:
            said["sign"] = self.sign[0] if len(self.sign) == 1 else list(self.sign)
        if self.marks:
            said["marks"] = self.marks[0] if len(self.marks) == 1 else list(self.marks)
        if self.blank:
            said["blank"] = dict.fromkeys(self.blank, BLANK_STATUS)
        return said


def columns_of(
    sighting: Sighting, marks: Collection[str]
) -> tuple[list[Column], NumberFormat | None]:
    """The columns of a sighting, and the convention of all its numbers; `marks` are those that have a footnote."""
    cells = [sighting.column(index) for index in range(sighting.width)]
    convention = _convention(sighting, cells, marks)
    taken: set[str] = set()
    columns = []
    for index, column in enumerate(cells):
        title = " ".join(dict.fromkeys(filter(None, _heading(sighting, index))))
        columns.append(_column(index, title, column, marks, convention, taken))
        taken.add(columns[-1].name)
    return columns, convention


def _convention(
    sighting: Sighting, cells: Sequence[Sequence[str]], marks: Collection[str]
) -> NumberFormat | None:
    """The convention of all numbers, those of total rows too; years are none, where a column holds nothing else."""
    numbers: list[str] = []
    for index, column in enumerate(cells):
        plain = [unmarked(cell, marks) for cell in column]
        if _is_numeric(column, marks) and "number" in map(kind, plain):
            plain += [row.cells[index] for row in sighting.of_kind("total")] if index else []
            numbers += [cell for cell in plain if kind(cell) in ("number", "year")]
    return number_format(numbers)


def unmarked(text: str, marks: Collection[str]) -> str:
    """The text without a mark that has a footnote; others are part of it."""
    plain, mark = bare(text)
    return plain if mark in marks else text.strip()


def _is_numeric(cells: Sequence[str], marks: Collection[str]) -> bool:
    """Whether a column holds numbers of one convention, blanks and nothing else."""
    plain = [unmarked(cell, marks) for cell in cells]
    kinds = [kind(cell) for cell in plain]
    figures = [
        cell for cell, found in zip(plain, kinds, strict=True) if found in ("number", "year")
    ]
    marked = any(bare(cell)[1] for cell in figures)
    return (
        bool(figures) and "text" not in kinds and not marked and number_format(figures) is not None
    )


def _column(
    index: int,
    title: str,
    cells: Sequence[str],
    marks: Collection[str],
    convention: NumberFormat | None,
    taken: Collection[str],
) -> Column:
    plain = [unmarked(cell, marks) for cell in cells]
    found = tuple(
        dict.fromkeys(mark for cell in cells if (mark := bare(cell)[1]) in marks and mark)
    )
    blanks = tuple(dict.fromkeys(cell.strip() for cell in cells if kind(cell) == "blank"))
    figures = [cell for cell in plain if kind(cell) in ("number", "year")]
    if not any(plain):
        return Column(unique(title or "empty", taken), title, "string", empty=True)
    if not _is_numeric(cells, marks):
        blank = ("",) if "" in plain else ()
        return Column(unique(title or "label", taken), title, "string", (), blank, found)
    if all(kind(cell) == "year" for cell in figures) and not blanks:
        return Column(unique(title or "year", taken), title, "year", marks=found)
    signs = {sign for cell in figures if (sign := unsigned(cell)[1])}
    whole = convention is None or all(_is_whole(unsigned(cell)[0], convention) for cell in figures)
    return Column(
        unique(title or f"value_{index}", taken),
        title,
        "integer" if whole else "number",
        tuple(signs),
        blanks,
        found,
    )


def _is_whole(text: str, convention: NumberFormat) -> bool:
    """Whether a number is printed without decimals; `1.505` is, where `.` parts thousands."""
    try:
        parse_number(text, convention)
    except ValueError:
        return True
    return not convention.decimal or convention.decimal not in text


def _heading(sighting: Sighting, index: int) -> Iterator[str]:
    """The headings above a column, from above to below; one that spans several columns stands in the first of them."""
    for level, texts in enumerate(filled(sighting.headings)):
        last = level == len(sighting.headings) - 1
        yield (sighting.headings[level] if last else texts)[index]


def filled(headings: Sequence[Sequence[str]]) -> list[list[str]]:
    """Rows of headings where one that spans columns stands in all of them.

    before: "" | "2021" | "" | "2022" | ""
    after: "" | "2021" | "2021" | "2022" | "2022"
    """
    rows = []
    for row in headings:
        texts: list[str] = []
        for text in row:
            texts.append(text or (texts[-1] if texts else ""))
        rows.append(texts)
    return rows


def unique(text: str, taken: Collection[str]) -> str:
    """A name of a column or a table for a text: `Aantal (%)` -> aantal, or aantal_2 where that is taken.

    Accents are left out, and a word that SQL keeps for itself gets `_column` behind it.
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    name = re.sub("[^a-z0-9]+", "_", plain).strip("_")[:40].rstrip("_")
    if not name or not name[0].isalpha():
        name = f"column_{name}".rstrip("_")
    try:
        check_name(name)
    except ValueError:
        name += "_column"
    number, tried = 1, name
    while tried in taken:
        number += 1
        tried = f"{name}_{number}"
    return tried


def other_than(texts: Collection[str]) -> str:
    """A pattern of every text that begins with none of these, as RE2 has no way to say "not".

    before: "Som"
    after: `S|So|[^S].*|S[^o].*|So[^m].*`
    """
    short, long = set(), set()
    prefixes = {text[:end] for text in texts for end in range(len(text))}
    for prefix in prefixes:
        following = "".join(
            sorted({text[len(prefix)] for text in texts if text.startswith(prefix)})
        )
        other = re.sub(r"([\]^\\-])", r"\\\1", following)
        short.add(escaped(prefix))
        long.add(f"{escaped(prefix)}[^{other}].*")
    return "|".join([*sorted(filter(None, short)), *sorted(long, key=len)])


def escaped(text: str) -> str:
    """A text as a pattern that finds it; `re.escape` escapes spaces too, which nobody can read."""
    return re.sub(r"([\\.^$|?*+()\[\]{}])", r"\\\1", text)
