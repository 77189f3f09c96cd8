"""Whether a draft that converts may be trusted: what speaks for it, and every doubt by name.

A wrong cell costs more than a missing one. So a draft is trusted only where something outside its
rows confirms how their cells were told apart, and none of the doubts below is raised. Each doubt is
a function that returns a sentence about what it saw, or nothing; `DOUBTS` says of which drafts it
is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from openbaar.authoring.draft.finding.printed import (
    figures_in,
    kind,
    not_blank,
    regrouped,
    texts_in,
)
from openbaar.authoring.draft.guessing.columns import decimal_of, has_groups_of_three
from openbaar.authoring.draft.guessing.dates import SHORT_YEAR
from openbaar.authoring.draft.guessing.draft import table_columns
from openbaar.authoring.draft.trusting.doubtful_labels import (
    footers_as_rows,
    labels_alone,
    labels_come_again,
    labels_put_together,
    no_labels_of_a_table,
    numbers_in_labels,
    printed_twice,
    sections_of_one_row,
    totals_among_rows,
    words_broken,
)
from openbaar.authoring.draft.trusting.doubtful_neighbours import (
    label_cut_off,
    piece_of_a_table,
    rows_left_out,
    single_letters,
)
from openbaar.authoring.draft.trusting.finished import Finished, short
from openbaar.recipe.numbers import NumberFormat

FEWEST_CONFIRMED = 2  # totals that add up, where nothing else confirms the columns
FLAGGED = re.compile(r"[-−–+]?\d[\d.,'’ ]* ?[A-Za-z]{1,2}\)?")  # `6.4 b`, of a break in the series
PARTED_BY_SPACE = re.compile(r"\d \d")
NOT_PARTED_BY_SPACE = re.compile(r"\d{4}|\d[.,'’]\d{3}")  # no sign, or another one


def reasons(seen: Finished) -> list[str]:
    """Why a draft may be believed, in a few words each."""
    speaks = {
        "the stated totals add up": seen.totals_equal,
        "each column has a heading": seen.has_headings,
        "the last number of each row is the sum of the others": seen.rows_add_up,
        "each row is a text and as many figures": seen.rows_are_alike,
        "the document parts the cells": seen.is_parted,
    }
    return [reason for reason, is_so in speaks.items() if is_so]


def doubts(seen: Finished) -> list[str]:
    """What speaks against trusting a draft, a sentence each; none where it may be trusted."""
    found = [doubt.about(seen) for doubt in DOUBTS if doubt.concerns(seen)]
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def nothing_confirms(seen: Finished) -> str:
    """Neither headings nor totals say how many columns there are, nor do the rows themselves."""
    confirmed = (
        seen.has_headings,
        seen.rows_add_up,
        seen.rows_are_alike,
        seen.sighting.units == "grid" and seen.is_labelled,
        seen.totals_equal and len(seen.verdicts) >= FEWEST_CONFIRMED,
    )
    return "" if any(confirmed) else "neither headings nor stated totals confirm the columns"


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


def overleaf_without_totals(seen: Finished) -> str:
    """Ruled tables of several pages are taken for one; what stands between them is not known."""
    sighting = seen.sighting
    is_ruled = sighting.units == "grid" and sighting.document.path.lower().endswith(".pdf")
    if is_ruled and sighting.pieces > 1 and not seen.totals_equal:
        return "its headings come again on another page, which may be those of another table"
    return ""


def nothing_labels_the_rows(seen: Finished) -> str:
    """The rows begin with figures that are no years: axes of charts, page numbers."""
    if seen.is_labelled or (seen.is_parted and seen.has_headings) or seen.totals_equal:
        return ""
    return "the rows begin with numbers, and nothing says what they are about"


def thousands_apart(seen: Finished) -> str:
    """Two neighbouring cells could be one number, whose thousands a space parts, in every row."""
    first = 0 if seen.draft.columns[0].is_figure else 1
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
    for index in range(1, seen.sighting.width):
        if all(kind(cell) == "blank" for cell in seen.sighting.column(index)):
            return "a column holds no figure in any row: its signs may be those of ranges"
    return ""


def texts_among_figures(seen: Finished) -> str:
    """A column behind the first holds texts: perhaps the labels of a table beside it."""
    for column in seen.draft.columns[1:]:
        if column.type == "string" and not column.empty:
            name = column.title or column.name
            return f"the column '{short(name)}' holds texts: tables may stand side by side"
    return ""


def parts_of_cells(seen: Finished) -> str:
    """A row holds one text and no label: a cell beside it may be wrapped."""
    for row in seen.data:
        texts = not_blank(row.cells)
        if len(texts) == 1 and not row.cells[0].strip() and kind(texts[0]) == "text":
            text = short(texts[0])
            return f"the text '{text}' has no label beside it: it may be a part of another cell"
    return ""


def words_for_blanks(seen: Finished) -> str:
    """A word among figures is taken for the reason why there is none."""
    for column in seen.draft.columns:
        if column.word is not None:
            name = column.title or column.name
            return f"'{short(column.word)}' in the column '{short(name)}' is taken for a blank"
    return ""


def figures_as_texts(seen: Finished) -> str:
    """A column is one of texts because of a few cells, or of letters behind its figures."""
    for index, column in enumerate(seen.draft.columns):
        if column.type == "string":
            cells = seen.sighting.column(index)
            name = short(column.title or column.name)
            doubt = _figures_with_marks(cells, name) if index else ""
            doubt = doubt or _few_texts(cells, name)
            if doubt:
                return doubt
    return ""


def _figures_with_marks(cells: Sequence[str], name: str) -> str:
    """Most texts of a column are figures with a letter behind them."""
    texts = texts_in(cells)
    flagged = [text for text in texts if FLAGGED.fullmatch(text.strip())]
    if not flagged or 2 * len(flagged) < len(texts):
        return ""
    return f"'{short(flagged[0])}' in the column '{name}' may be a figure with a mark"


def _few_texts(cells: Sequence[str], name: str) -> str:
    """There are fewer texts in a column than figures."""
    texts = texts_in(cells)
    if not 0 < len(texts) < len(figures_in(cells)):
        return ""
    return f"the column '{name}' is one of texts, because of '{short(texts[0])}'"


def thousands_or_decimals(seen: Finished) -> str:
    """Three digits stand behind a sign in each number of a column, and nothing says what they are.

    A sign that parts thousands in the language of the document parts them.
    """
    for index, column in enumerate(seen.draft.columns):
        numbers = column.numbers or seen.draft.numbers
        if column.type not in ("integer", "number") or numbers is None:
            continue
        sign = _sign_in_doubt(numbers, seen)
        if sign and has_groups_of_three(seen.sighting.column(index), sign):
            name = short(column.title or column.name)
            return f"the column '{name}' holds numbers over a thousand, or with three decimals"
    return ""


def _sign_in_doubt(numbers: NumberFormat, seen: Finished) -> str:
    """The only sign in numbers, where their language has it for something else; else nothing.

    Where it is guessed where cells end, totals and neighbours speak for thousands.
    """
    decimal = decimal_of(seen.draft.language)
    sign = numbers.decimal or numbers.thousands
    if sign not in (".", ",") or (numbers.thousands and numbers.decimal):
        return ""
    if seen.sighting.units == "grid":
        return sign if numbers.decimal or sign == decimal else ""
    return sign if numbers.decimal and sign != decimal else ""


def days_or_months(seen: Finished) -> str:
    """Nothing in a column of dates says whether the day or the month comes first, and the like."""
    for column in seen.draft.columns:
        if column.may_be:
            name = short(column.title or column.name)
            forms = " or ".join(column.may_be)
            open_to = "of which century" if SHORT_YEAR in forms else "which"
            question = f"'{name}' holds {forms}, and nothing says {open_to}"
            return f"{question}: give its type, and its 'date'"
    return ""


def headings_hold_data(seen: Finished) -> str:
    """A heading is a number that is no year, or a blank."""
    for text in chain.from_iterable(seen.sighting.headings):
        if kind(text) == "number":
            return f"the heading '{short(text)}' may be a cell"
    return ""


def titles_come_again(seen: Finished) -> str:
    """Two columns have the same title, so nobody could tell them apart."""
    named: dict[str, list[str]] = {}
    for column in table_columns(seen.draft):
        if column.title:
            named.setdefault(column.title, []).append(f"'{column.name}'")
    for title, names in named.items():
        if len(names) > 1:
            listed = " and ".join(names)
            return f"{listed} have the same title, '{short(title)}': say what tells them apart"
    return ""


def _each(_seen: Finished) -> bool:
    """Every draft."""
    return True


def _guessed(seen: Finished) -> bool:
    """Drafts of which it is guessed where a cell ends."""
    return seen.is_guessed


def _guessed_without_totals(seen: Finished) -> bool:
    """Drafts of which it is guessed where a cell ends, and no totals confirm that."""
    return seen.is_guessed and not seen.totals_equal


def _not_parted(seen: Finished) -> bool:
    """Drafts of documents that do not part the cells themselves."""
    return not seen.is_parted


def _no_grid(seen: Finished) -> bool:
    """Drafts of anything but grids."""
    return seen.sighting.units != "grid"


def _not_stored(seen: Finished) -> bool:
    """Drafts of anything but workbooks that store their numbers as such."""
    document = seen.sighting.document
    return not document.is_workbook or bool(document.typed)


def _by_position(seen: Finished) -> bool:
    """Drafts whose cells are told by where they stand on the page."""
    return seen.sighting.units == "columns"


def _in_lines(seen: Finished) -> bool:
    """Drafts of lines or blocks, of which more may be rows."""
    return seen.sighting.units not in ("grid", "columns")


def _no_cells_in_grids(seen: Finished) -> bool:
    """Drafts of anything but grids and texts with tabs between cells."""
    return _no_grid(seen) and seen.sighting.separator != "\t"


class Doubt(NamedTuple):
    """What may speak against a draft, and the drafts of which it is asked."""

    about: Callable[[Finished], str]
    concerns: Callable[[Finished], bool]


# In the order in which a person would look.
DOUBTS: Sequence[Doubt] = (
    Doubt(totals_differ, _each),
    Doubt(nothing_confirms, _each),
    Doubt(recognised_without_totals, _each),
    Doubt(nothing_labels_the_rows, _each),
    Doubt(overleaf_without_totals, _each),
    Doubt(labels_come_again, _not_parted),
    Doubt(numbers_in_labels, _guessed_without_totals),
    Doubt(labels_put_together, _guessed),
    Doubt(sections_of_one_row, _no_grid),
    Doubt(labels_alone, _by_position),
    Doubt(label_cut_off, _guessed),
    Doubt(thousands_apart, _guessed_without_totals),
    Doubt(ranges_cut_apart, _not_parted),
    Doubt(parts_of_cells, _by_position),
    Doubt(texts_among_figures, _no_cells_in_grids),
    Doubt(words_for_blanks, _each),
    Doubt(figures_as_texts, _each),
    Doubt(totals_among_rows, _each),
    Doubt(words_broken, _each),
    Doubt(thousands_or_decimals, _not_stored),
    Doubt(days_or_months, _each),
    Doubt(headings_hold_data, _each),
    Doubt(titles_come_again, _each),
    Doubt(single_letters, _no_grid),
    Doubt(printed_twice, _each),
    Doubt(no_labels_of_a_table, _each),
    Doubt(footers_as_rows, _each),
    Doubt(rows_left_out, _in_lines),
    Doubt(piece_of_a_table, _no_grid),
)
