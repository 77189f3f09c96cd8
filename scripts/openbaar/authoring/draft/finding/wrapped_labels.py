"""Labels of several lines beside figures on the first of them, told by how close lines stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting
from openbaar.documents.lines import Document, Line, wrapped

CLOSER = 1.0  # points by which a line stands closer to the one above it than to the one below
STARTS = r"\|.*[^ |]"  # a row begins where anything is printed behind the first cell


def with_wrapped_labels(sighting: Sighting) -> Sighting:
    """The sighting with each label as a part of the row above it, where none is that of a section.

    That is so where the first row has figures, and each label stands closer to the line above it.

    before: "Eifelkreis Bitburg-" | "5.066", "Prüm", "Germersheim" | "3.736"
    after: "Eifelkreis Bitburg-Prüm" | "5.066", "Germersheim" | "3.736"
    """
    labels = sighting.of_kind("label")
    if not labels or sighting.rows[0].kind != "data":
        return sighting
    if not all(_is_close_to_above(sighting.document, row) for row in labels):
        return sighting
    return replace(sighting, rows=tuple(_together(sighting.rows)), starts=STARTS)


def _is_close_to_above(document: Document, row: SeenRow) -> bool:
    """Whether a line stands closer to the one above it than to the one below, on its page."""
    line = document.line(row.first)
    above, below = document.line(row.first - 1), _below(document, line)
    if not (above.words and line.words) or above.page != line.page:
        return False
    if below is None:
        return True
    return _top(line) - _top(above) + CLOSER < _top(below) - _top(line)


def _below(document: Document, line: Line) -> Line | None:
    """The next line, where it is on the same page."""
    if line.number == len(document.lines):
        return None
    below = document.line(line.number + 1)
    return below if below.words and below.page == line.page else None


def _top(line: Line) -> float:
    return min(word.top for word in line.words)


def _together(rows: Sequence[SeenRow]) -> list[SeenRow]:
    """The rows with the labels below them in their first cells."""
    made: list[SeenRow] = []
    for row in rows:
        if row.kind != "label":
            made.append(row)
            continue
        above = made[-1]
        label = wrapped([above.cells[0], row.cells[0]])
        made[-1] = replace(above, cells=(label, *above.cells[1:]), last=row.last)
    return made
