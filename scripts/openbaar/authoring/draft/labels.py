"""Years that stand once for several rows, as text taken from Word prints merged cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from openbaar.authoring.draft.printed import MARK, bare, kind
from openbaar.authoring.draft.sighting import Labels, SeenRow, Sighting

# A mark between a year and a label is that of the label, unless that has one of its own.
_FRONT = re.compile(
    rf"(?P<year>(?:19|20)\d\d(?: ?{MARK}(?= ?{MARK}))?) (?P<rest>.*\w.*)$", re.DOTALL
)
_GLUED = re.compile(rf"(?P<number>\d{{1,3}}(?:[., ]\d{{3}})*)(?P<year>(?:19|20)\d\d(?: ?{MARK})?)$")


def with_labels(sighting: Sighting) -> Sighting:
    """The sighting with years in a column of their own, where each row has one, or as labels of groups.

    before: "man 44.899" | "2020" | "vrouw 91.493" | "man 38.2862021" | "vrouw 72.316"
    after: "man" "44.899" | "vrouw" "91.493" | "man" "38.286" | "vrouw" "72.316", and where the years stood
    """
    found = [_parted(row) for row in sighting.rows]
    data = [each for each in found if each[0].kind == "data"]
    fronts = [year for _, year, where in data if where == "front"]
    if len(fronts) == len(data):
        rows = [_with_year(row, year) for row, year, _ in found if row.kind != "label"]
        return replace(sighting, rows=tuple(rows), headings=())
    places = frozenset(where for _, _, where in found if where)
    if not places:
        return sighting
    rows = [row for row, _, _ in found if row.kind != "label"]
    marks = frozenset(mark for _, year, _ in found if (mark := bare(year)[1]))
    labels = Labels("front" in places, "alone" in places, "glued" in places, marks)
    return replace(sighting, rows=tuple(rows), labels=labels)


def _parted(row: SeenRow) -> tuple[SeenRow, str, str]:
    """A row without the year that is printed in it, that year, and where it stood."""
    if row.kind == "label":
        return row, row.cells[0], "alone"
    front = _FRONT.match(row.cells[0])
    if front and row.kind == "data":
        return replace(row, cells=(front["rest"], *row.cells[1:])), front["year"], "front"
    glued = _GLUED.match(row.cells[-1])
    if glued and kind(row.cells[-1]) != "year" and not re.fullmatch(r"\d+", row.cells[-1]):
        return replace(row, cells=(*row.cells[:-1], glued["number"])), glued["year"], "glued"
    return row, "", ""


def _with_year(row: SeenRow, year: str) -> SeenRow:
    """The row with its year as its first cell; a total has none, so its text stands there."""
    return replace(
        row, cells=(year, *row.cells) if row.kind == "data" else (row.cells[0], "", *row.cells[1:])
    )


def grouped(sighting: Sighting) -> Iterator[tuple[SeenRow, str]]:
    """Each row that is data with a name for its group: a new one begins where a first cell comes again."""
    group: set[str] = set()
    number = 0
    for row in sighting.of_kind("data"):
        if row.cells[0] in group:
            group, number = set(), number + 1
        group.add(row.cells[0])
        yield row, str(number)
