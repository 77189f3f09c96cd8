"""A table of a grid that goes on in the next one, below the same headings: `Tabel 3 (vervolg)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.draft.finding.vocabulary import vocabulary
from openbaar.documents.lines import Line

# The kinds of documents of which all texts around tables are read.
WITH_TEXTS = (".docx", ".html", ".htm")


def with_continued(sightings: Sequence[Sighting]) -> list[Sighting]:
    """The sightings, those that go on in the next one together with it.

    before: rows | "Tabel 3 (vervolg)" | the same headings | rows
    after: one sighting, whose headings come again
    """
    made: list[Sighting] = []
    for sighting in sightings:
        between = _between(made[-1], sighting) if made else None
        if between is None:
            made.append(sighting)
        else:
            made[-1] = _together(made[-1], sighting, between)
    return made


def _between(one: Sighting, two: Sighting) -> list[Line] | None:
    """The lines between a table and the next one, where that goes on with it; else None.

    It does where a text between them says so, or where there is none, also of the page of a PDF,
    and no row comes again.
    """
    if one.repeated or not _have_one_header(one, two):
        return None
    if one.document.above:  # of a PDF, of which no text is a line
        return [] if _goes_on_in_pdf(one, two) else None
    if one.page != two.page:
        return None
    lines = one.document.lines[one.last : two.first - 1]
    between = [line for line in lines if line.shown not in one.header]
    printed = [line for line in between if not line.is_blank]
    goes_on = all(map(_says_so, printed)) if printed else _may_go_on(one, two)
    return printed if goes_on else None


def _have_one_header(one: Sighting, two: Sighting) -> bool:
    """Whether two tables have the same headings."""
    return bool(one.header) and one.header == two.header


def _goes_on_in_pdf(one: Sighting, two: Sighting) -> bool:
    """Whether a ruled table goes on in the next one: its title says so, or it begins a page.

    Then it has no title, and rows that differ.
    """
    lines = one.document.lines[one.last : two.first - 1]
    if [line.shown for line in lines] != list(two.header) or one.rows[-1].kind == "total":
        return False
    if two.title:
        return _word().search(two.title) is not None
    pages = [one.document.line(each.first).page for each in (one, two)]
    labels = {row.cells[0] for row in one.rows}
    is_overleaf = pages[1] == int(pages[0]) + 1
    return is_overleaf and labels.isdisjoint(row.cells[0] for row in two.rows)


def _says_so(line: Line) -> bool:
    """Whether a text says that a table goes on."""
    return _word().search(line.text) is not None


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in vocabulary().continued_words)
    return re.compile(rf"\b(?:{words})(?!\w)", re.IGNORECASE)


def _may_go_on(one: Sighting, two: Sighting) -> bool:
    """Whether two tables without a text between them are of rows that all differ."""
    if not one.document.path.lower().endswith(WITH_TEXTS) or one.rows[-1].kind == "total":
        return False
    return {row.cells for row in one.rows}.isdisjoint(row.cells for row in two.rows)


def _together(one: Sighting, two: Sighting, between: Sequence[Line]) -> Sighting:
    return replace(
        one,
        rows=(*one.rows, *two.rows),
        skipped=(*one.skipped, *(line.number for line in between)),
        pieces=one.pieces + two.pieces,
        page=one.page if one.page == two.page else None,
    )
