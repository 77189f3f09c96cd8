"""Years printed once for several rows, as text taken from Word prints merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from openbaar.authoring.draft.finding.printed import MARK, bare, kind
from openbaar.authoring.draft.finding.sighting import Labels, SeenRow, Sighting

# A mark between a year and a label is that of the label, unless that has one of its own.
_FRONT = re.compile(
    rf"(?P<year>(?:19|20)\d\d(?: ?{MARK}(?= ?{MARK}))?) (?P<rest>.*\w.*)$", re.DOTALL
)
_GLUED = re.compile(rf"(?P<number>\d{{1,3}}(?:[., ]\d{{3}})*)(?P<year>(?:19|20)\d\d(?: ?{MARK})?)$")


class _Parted(NamedTuple):
    """A row without the year printed in it, that year, and where it was: '' where there is none."""

    row: SeenRow
    year: str
    where: str


def with_labels(sighting: Sighting) -> Sighting:
    """The sighting with years in a column, where each row has one, or as labels of groups.

    before: "man 44.899" | "2020" | "vrouw 91.493" | "man 38.2862021" | "vrouw 72.316"
    after: "man" "44.899" | "vrouw" "91.493" | "man" "38.286" | "vrouw" "72.316",
        and where the years were
    """
    parted = [_parted(row) for row in sighting.rows]
    rows = [each for each in parted if each.row.kind != "label"]
    if _all_have_a_year(rows):
        with_years = [_with_year(each) for each in rows]
        return replace(sighting, rows=tuple(with_years), headings=())
    places = {each.where for each in parted if each.where}
    if not places:
        return sighting
    labels = Labels("front" in places, "alone" in places, "glued" in places, _marks(parted))
    return replace(sighting, rows=tuple(each.row for each in rows), labels=labels)


def _all_have_a_year(rows: list[_Parted]) -> bool:
    """Whether each row of data begins with a year."""
    return all(each.where == "front" for each in rows if each.row.kind == "data")


def _marks(parted: list[_Parted]) -> frozenset[str]:
    """The marks at the years."""
    marks = {bare(each.year)[1] for each in parted}
    return frozenset(mark for mark in marks if mark)


def _parted(row: SeenRow) -> _Parted:
    if row.kind == "label":
        return _Parted(row, row.cells[0], "alone")
    front = _FRONT.match(row.cells[0])
    if front and row.kind == "data":
        cells = (front["rest"], *row.cells[1:])
        return _Parted(replace(row, cells=cells), front["year"], "front")
    last = row.cells[-1]
    glued = _GLUED.match(last)
    is_one_number = kind(last) == "year" or last.isdecimal()
    if glued and not is_one_number:
        cells = (*row.cells[:-1], glued["number"])
        return _Parted(replace(row, cells=cells), glued["year"], "glued")
    return _Parted(row, "", "")


def _with_year(parted: _Parted) -> SeenRow:
    """The row with its year as its first cell; a total has none, so its text is there."""
    row = parted.row
    if row.kind == "data":
        return replace(row, cells=(parted.year, *row.cells))
    return replace(row, cells=(row.cells[0], "", *row.cells[1:]))


def grouped(sighting: Sighting) -> Iterator[tuple[SeenRow, str]]:
    """Each row that is data, with a name for its group.

    A new group begins where a first cell comes again.
    """
    group: set[str] = set()
    number = 0
    for row in sighting.of_kind("data"):
        if row.cells[0] in group:
            group = set()
            number += 1
        group.add(row.cells[0])
        yield row, str(number)
