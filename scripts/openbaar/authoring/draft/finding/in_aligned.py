"""Looking for tables in texts whose columns are aligned by spaces, as `pdftotext -layout` does it.

They are found as those on the pages of a PDF are, with characters instead of points.
"""

from __future__ import annotations

import re

from openbaar.authoring.draft.finding.in_pages import sighting_of
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.documents.lines import Document, Line, Word
from openbaar.documents.page_lines import PageLine
from openbaar.documents.tables_on_page import find_tables

FEWEST_GAPS = 3  # lines with a wide gap, in a text that may be aligned
HEIGHT = 2.0  # of a line in widths of a character: two spaces part cells, one does not
LEADING = 1.0  # between two lines
_GAP = re.compile(r"\S {2,}\S")
_SEGMENT = re.compile(r"\S+(?: \S+)*")


def sightings_in_aligned(document: Document) -> list[Sighting]:
    """What seems to be a table: figures below each other, two spaces or more from what is beside.

    before: "Gent   1 234     5" | "Mol              7"
    after: two rows of three cells, one of them blank
    """
    lines = document.lines
    if sum(_GAP.search(line.text) is not None for line in lines) < FEWEST_GAPS:
        return []
    on_page = [PageLine(_segments(line)) for line in lines]
    return [sighting_of(document, lines, table) for table in find_tables(on_page)]


def _segments(line: Line) -> tuple[Word, ...]:
    """What is printed in a line without a wide gap in it, and where."""
    top = line.number * (HEIGHT + LEADING)
    found = _SEGMENT.finditer(line.text)
    return tuple(
        Word(match.group(), match.start(), match.end(), top, top + HEIGHT) for match in found
    )
