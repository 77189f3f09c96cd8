"""Made-up tables, and the ways in which documents print them, drawn by hypothesis.

A `Made` is a table as a reader understands it; a `Look` is everything about its print that does not
change what it says: where labels stand, how numbers and blanks are written, which names wrap, where
a page ends. What is left out is what no reader could tell apart either, each with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import permutations

from hypothesis import strategies as st

STYLES = (
    "word",
    "cells",
    "lines",
    "pdf lines",
    "pdf word",
    "pdf tables",
    "xlsx",
    "ods",
    "csv",
    "html",
)
GRIDS = ("pdf tables", "xlsx", "ods", "csv", "html")
# Where the label of a group may stand in each style; "spanned" is a merged cell, which stands in
# each of its rows.
LABELS = {
    "word": ("merged", "none"),
    "cells": ("merged", "first", "above", "none"),
    "lines": ("merged", "first", "above", "none"),
    "pdf lines": ("merged", "first", "above", "none"),
    "pdf word": ("merged",),
    "pdf tables": ("spanned", "first", "above"),
    "xlsx": ("spanned", "first", "above", "none"),
    "ods": ("spanned", "first", "above", "none"),
    "csv": ("first", "above", "none"),
    "html": ("spanned", "first", "above"),
}
CONVENTIONS = ((".", ","), (",", "."), (" ", ","), ("’", "."), ("", "."), ("", ","))
BLANKS = {"text": (" ", "-", "k. A.", ".."), "grid": ("", "-", "k. A.", "..")}
MARK, NOTE = "(*)", "voorlopige cijfers"
TOTAL, GRAND_TOTAL = "TOTAAL", "EINDTOTAAL"  # no name is written in capitals

Values = tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Row:
    """A row as a reader understands it: the label of its group or none, its name, its values."""

    group: str
    name: str
    values: Values


@dataclass(frozen=True)
class Made:
    """A table: its rows, its columns of values, and what it says besides.

    `headings` are data where they are given (melted, of one or two levels), else the columns are
    called c0, c1 … `coded` says whether names come from a code list; groups are years, or come from
    one too.
    """

    rows: tuple[Row, ...]
    width: int
    places: int
    headings: tuple[tuple[str, ...], ...] = ()
    coded: bool = False
    group_totals: bool = False
    table_total: bool = False
    marked: str = ""

    @cached_property
    def by_group(self) -> dict[str, list[Row]]:
        """The rows of each group."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.group, []).append(row)
        return found

    @property
    def groups(self) -> list[str]:
        """The labels of the groups in order; none where there are no groups."""
        return [group for group in self.by_group if group]

    @property
    def grouped_by_year(self) -> bool:
        """Whether the groups are years."""
        return bool(self.groups) and self.groups[0].isdigit()

    @property
    def names(self) -> list[str]:
        """The names of the rows, each once."""
        return list(dict.fromkeys(row.name for row in self.rows))

    def members(self, group: str) -> list[Row]:
        """The rows of a group and, where it is stated, its total."""
        rows = self.by_group[group]
        return [*rows, Row(group, TOTAL, self.sums(rows))] if self.group_totals else rows

    def sums(self, rows: list[Row] | tuple[Row, ...]) -> Values:
        """The sum of each column over the rows, blanks counted as nothing."""
        return tuple(
            sum((row.values[i] or Decimal(0) for row in rows), Decimal(0))
            for i in range(self.width)
        )


@dataclass(frozen=True)
class Look:
    """How a table is printed.

    `wraps` are the numbers of rows whose name wraps, `breaks` those before which a page ends.
    """

    style: str
    label: str = "first"
    thousands: str = ""
    decimal: str = "."
    blank: str = " "
    wraps: frozenset[int] = frozenset()
    breaks: frozenset[int] = frozenset()
    repeated: bool = False
    apart: bool = False
    mark_first: bool = False

    @property
    def is_grid(self) -> bool:
        """Whether the document has cells."""
        return self.style in GRIDS

    @property
    def has_label_column(self) -> bool:
        """Whether the labels of groups stand in a column of their own, where there are groups."""
        return self.label in ("first", "spanned")

    @property
    def separator(self) -> str:
        """What a recipe has between the cells of a row."""
        return " | " if self.is_grid or self.style == "cells" else " "


def may_be_glued(made: Made, look: Look) -> bool:
    """Whether a reader can tell a number from the label glued to it.

    After a year that takes separated thousands.
    """
    return not made.grouped_by_year or (bool(look.thousands) and not made.places)


LETTERS = "abcdefghijklmnoprstuvwzéëïöüç"
word = st.text(LETTERS, min_size=2, max_size=9).map(lambda text: text[0].upper() + text[1:])
rest = st.text(LETTERS, min_size=2, max_size=9)
tails = st.lists(rest, max_size=2).map(" ".join)


@st.composite
def labels(draw: st.DrawFn, count: int, coded: bool) -> list[str]:
    """Different labels, none of them the beginning of another one.

    Those of a code list may hold digits and signs.
    """
    firsts = draw(
        st.lists(word, min_size=count, max_size=count, unique=True).filter(_none_begins_another)
    )
    made = []
    for first in firsts:
        shape = (
            draw(st.sampled_from(["{} {}", "({1:02d}) {0}", "-{1} {0}", "{0} {1}+"]))
            if coded
            else "{} {}"
        )
        number = draw(st.integers(1, 99))
        made.append(shape.format(first, draw(tails) if shape == "{} {}" else number).strip())
    return made


def _none_begins_another(words: list[str]) -> bool:
    return not any(other.startswith(one) for one, other in permutations(words, 2))


def values(places: int) -> st.SearchStrategy[Decimal]:
    """Numbers of any length with so many decimals, also below zero."""
    whole = st.one_of(st.integers(0, 999), st.integers(1000, 9_999_999), st.integers(-999, -1))
    return whole.map(lambda number: Decimal(number).scaleb(-places))


@st.composite
def tables(draw: st.DrawFn) -> Made:
    """A table of up to 24 rows in up to 4 groups, with up to 4 columns of values."""
    coded, places = draw(st.booleans()), draw(st.sampled_from([0, 0, 1, 2]))
    headings = draw(headings_of())
    width = len(headings) or draw(st.integers(1, 3))
    group_totals, by_year, count = draw(st.booleans()), draw(st.booleans()), draw(st.integers(0, 4))
    # Labels that are words beside names that are free text: nothing says where one ends and the
    # other begins.
    by_year = by_year or not coded
    names = draw(labels(draw(st.integers(1, 6)) + (0 if by_year else count), coded))
    first = draw(st.integers(1990, 2020))
    groups = [str(first + index) for index in range(count)] if by_year else names[:count]
    names = names if by_year else names[count:]
    blanks = draw(st.booleans())
    cell = st.none() | values(places) if blanks else values(places)
    row = st.tuples(*[cell] * width)
    rows = []
    for group in groups or [""]:
        # Without totals a new group shows only by a name that comes again: the first one does, in
        # each group.
        kept = names[:1]
        kept += [name for name in names[1:] if draw(st.booleans())]
        rows += [Row(group, name, draw(row)) for name in kept]
    marked = draw(st.sampled_from(["", "", *names, *groups]))
    return Made(
        tuple(rows), width, places, headings, coded,
        group_totals=group_totals and bool(groups), table_total=draw(st.booleans()),
        marked=marked if any(marked in (row.name, row.group) for row in rows) else "",
    )  # fmt: skip


@st.composite
def headings_of(draw: st.DrawFn) -> tuple[tuple[str, ...], ...]:
    """No headings that are data, or years, or years above two words."""
    levels, first = draw(st.integers(0, 2)), draw(st.integers(1990, 2020))
    years = [str(first + index) for index in range(draw(st.integers(1, 2 if levels == 2 else 4)))]
    if levels == 2:
        return tuple((year, sex) for year in years for sex in ("vrouw", "man"))
    return tuple((year,) for year in years) if levels else ()


@st.composite
def looks(draw: st.DrawFn, made: Made, style: str) -> Look:
    """A way to print `made` in that style."""
    grid = style in GRIDS
    lost = (
        ("none",) if made.marked in made.groups else ()
    )  # a label that is not printed carries no mark
    places = [place for place in LABELS[style] if place not in lost]
    label = draw(st.sampled_from(places)) if made.groups else "first"
    thousands, decimal = draw(st.sampled_from(CONVENTIONS))
    last = len(made.rows) + made.group_totals * len(made.groups) - 1
    wraps = draw(st.frozensets(st.integers(0, last), max_size=4))
    breaks = (
        draw(st.frozensets(st.integers(1, last), max_size=4))
        if last and not grid
        else frozenset[int]()
    )
    stacked = bool(made.headings) and len(made.headings[0]) > 1
    return Look(
        style, label, thousands, decimal,
        blank=draw(st.sampled_from(BLANKS["grid" if grid else "text"])), wraps=wraps, breaks=breaks,
        repeated=bool(breaks) and style in ("lines", "pdf lines") and not stacked and draw(st.booleans()),
        apart=draw(st.booleans()), mark_first=draw(st.booleans()),
    )  # fmt: skip
