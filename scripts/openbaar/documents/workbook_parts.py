"""What a workbook holds that its values do not show: hidden parts, errors, formulas never computed.

Calamine gives an error cell and a formula without a value as blank ones, and hidden rows as any
other; so the XML of the sheets is looked through beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from openbaar.errors import Place, Problem

HAS_HIDDEN = "has hidden parts: "  # how the problem begins that says so
MOST_NAMED = 20  # cells, rows or columns in messages


Area = tuple[range, range]  # the rows and the columns of cells beside and below each other


@dataclass
class SheetParts:
    """Of one sheet: the cells in error or never computed, and what is hidden and holds something.

    `percents` are the areas of cells that show numbers as percentages, `scaled` those that show
    them in thousands or millions, with the power of ten of that. Rows and columns count from 1;
    `corner` are the last ones that hold something.
    """

    name: str
    is_hidden: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)  # address and what it shows
    uncomputed: list[str] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    percents: list[Area] = field(default_factory=list)
    scaled: list[tuple[Area, int]] = field(default_factory=list)
    corner: tuple[int, int] = (0, 0)


def problems_of(parts: SheetParts, path: str, hidden_is_known: bool) -> Iterator[Problem]:
    """What stands against reading a sheet; hidden parts only where no author knows of them."""
    place = Place(path, page=parts.name)
    if parts.errors:
        cells = _listed([f"{address} ({shown})" for address, shown in parts.errors])
        message = f"has cells in error: {cells}"
        yield Problem(place, message, "correct them in the source, or ask who made it")
    if parts.uncomputed:
        message = f"has formulas that were never computed: {_listed(parts.uncomputed)}"
        hint = "open it in a spreadsheet program and save it again"
        yield Problem(place, message, hint)
    hidden = [*_hidden(parts)]
    if hidden and not hidden_is_known:
        message = f"has hidden parts: {'; '.join(hidden)}"
        hint = "say 'hidden: read' or 'hidden: skip' of the document in tables/package.yaml"
        yield Problem(place, message, hint)


def _hidden(parts: SheetParts) -> Iterator[str]:
    if parts.is_hidden:
        yield "the whole sheet"
    if parts.rows:
        yield f"rows {_listed([str(row) for row in sorted(parts.rows)])}"
    if parts.columns:
        yield f"columns {_listed([letters(column - 1) for column in sorted(parts.columns)])}"


def _listed(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {rest} more" if rest > 0 else shown


@lru_cache(maxsize=1024)  # asked for each cell
def letters(column: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA, and so on."""
    found = ""
    while column >= 0:
        found = chr(ord("A") + column % 26) + found
        column = column // 26 - 1
    return found
