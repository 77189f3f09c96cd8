"""Looking for tables in texts whose rows are lines: a label, then numbers, again and again."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal

from openbaar.authoring.draft.finding.labels import with_labels
from openbaar.authoring.draft.finding.page_breaks import is_page_head, page_heads
from openbaar.authoring.draft.finding.printed import (
    kind,
)
from openbaar.authoring.draft.finding.row_widths import FEWEST, SeenRows, seen_rows
from openbaar.authoring.draft.finding.sighting import Sighting, is_table, lines_before
from openbaar.authoring.draft.finding.split_units import Split, split_unit
from openbaar.authoring.draft.finding.titles import is_title, with_title
from openbaar.documents.lines import Document
from openbaar.recipe.unit_keys import Units
from openbaar.recipe.units import make_units

LONGEST_GAP = 2  # lines between two rows that may be a wrapped name


def sightings_in_lines(document: Document, units: Literal["line", "block"]) -> list[Sighting]:
    """What seems to be a table: three lines or blocks or more, each a label and as many numbers."""
    splits = [split_unit(unit) for unit in make_units(document.lines, Units(by=units))]
    found = []
    joined, breaks = _across_pages(document, splits)
    parts = chain.from_iterable(map(_parted, _runs(joined)))
    for run in map(_with_dates, parts):
        bare = Sighting(document, units, (), separator=_separator(run), skipped=breaks)
        for seen in seen_rows(run):
            if is_table(seen.rows, FEWEST):
                found.append(_sighting(bare, seen, splits))
    return found


def _across_pages(
    document: Document, splits: Sequence[Split]
) -> tuple[list[Split], tuple[int, ...]]:
    """The units without the heads of pages between two rows, and the numbers of these lines.

    The rows have as many cells, so that they are of one table.
    """
    heads = page_heads(document)
    kept: list[Split] = []
    dropped: list[int] = []
    passing: list[Split] = []  # heads of a page, of which the row below is not known yet
    for split in splits:
        if kept and kept[-1].is_row and _is_head(document, split, heads):
            passing.append(split)
            continue
        if _are_page_heads(passing) and _go_together(kept[-1], split):
            dropped += [each.first for each in passing]
        else:
            kept += passing
        kept.append(split)
        passing = []
    return [*kept, *passing], tuple(dropped)


def _are_page_heads(splits: Sequence[Split]) -> bool:
    """Whether some of these lines have no figures: rows that are alike have in all of them."""
    return not all(split.cells for split in splits)


def _is_head(document: Document, split: Split, heads: set[str]) -> bool:
    is_of_one_line = split.first == split.last
    return is_of_one_line and not split.is_row and is_page_head(document.line(split.first), heads)


def _go_together(above: Split, below: Split) -> bool:
    """Whether two units are rows of as many cells, the first of which is no total."""
    are_rows = above.is_row and below.is_row and not above.is_total
    return are_rows and len(above.printed) == len(below.printed)


def _with_dates(run: Sequence[Split]) -> list[Split]:
    """The units of a run, the years of dates in their labels where each row begins with one.

    before: "1 maart" | "2020" | "12", and so on
    after: "1 maart 2020" | "12"
    """
    rows = [split for split in run if split.is_row]
    dated = [row for row in rows if row.begins_with_date]
    totals = [row for row in rows if row.is_total]
    if len(dated) + len(totals) < len(rows):
        return list(run)
    return [split.dated for split in run]


def _separator(run: Sequence[Split]) -> str:
    """What stands between the cells of a run of rows."""
    return "\t" if all(each.tabbed for each in run if each.is_row) else " "


def _sighting(bare: Sighting, seen: SeenRows, splits: Sequence[Split]) -> Sighting:
    """A sighting of a table, with the other widths that its rows may have."""
    tables = [each for each in seen.others if is_table(each.rows, FEWEST)]
    others = tuple(_with_rows(bare, each, splits) for each in tables)
    return replace(_with_rows(bare, seen, splits), others=others)


def _with_rows(sighting: Sighting, seen: SeenRows, splits: Sequence[Split]) -> Sighting:
    """A sighting with these rows, and what stands around them."""
    first, last = seen.rows[0].first, seen.rows[-1].last
    skipped = tuple(number for number in sighting.skipped if first < number < last)
    made = replace(sighting, rows=tuple(seen.rows), join=seen.join, skipped=skipped)
    return with_labels(_with_surroundings(made, splits))


def _runs(splits: Sequence[Split]) -> Iterator[list[Split]]:
    """Rows that follow each other, with at most LONGEST_GAP short lines between two of them."""
    run: list[Split] = []
    gap: list[Split] = []
    for split in splits:
        if split.is_row or split.is_label:
            run += [*gap, split] if run else [split]
            gap = []
        elif split.may_be_name and len(gap) < LONGEST_GAP:
            gap.append(split)
        else:
            yield run
            run = []
            gap = []
    yield run


def _parted(run: Sequence[Split]) -> Iterator[Sequence[Split]]:
    """The run in parts, where its headings come again below another title.

    before: "In 2001" | "gemeente aantal" | rows | "In 2002" | "gemeente aantal" | rows
    after: "In 2001" | "gemeente aantal" | rows, and the others
    """
    seen = Counter(split.unit.text for split in run if not split.cells)
    start = 0
    for index in range(2, len(run) - 1):
        title, heading, row = run[index - 1 : index + 2]
        comes_again = seen[heading.unit.text] > 1
        if comes_again and row.is_row and _is_titled(title, heading, len(row.printed)):
            yield run[start : index - 1]
            start = index - 1
    yield run[start:]


def _is_titled(title: Split, heading: Split, width: int) -> bool:
    """Whether a line is above the headings of as many columns, and no row of as many cells."""
    is_title = title.is_row and not title.is_total and len(title.printed) < width
    return is_title and bool(_headings(heading, width))


def _with_surroundings(sighting: Sighting, splits: Sequence[Split]) -> Sighting:
    """The sighting with its headings and its title."""
    above = _split_above(sighting.first, splits)
    lines = sighting.document.lines
    headings = _headings(above, sighting.width) if above is not None else ()
    if above is None or not headings:
        return with_title(sighting, lines_before(lines, sighting.first))
    printed = [line.text.strip() for line in lines[above.first - 1 : sighting.first - 1]]
    header = " ".join(filter(None, printed))
    sighting = replace(sighting, headings=(headings,), header=(header,))
    return with_title(sighting, lines_before(lines, above.first))


def _split_above(number: int, splits: Sequence[Split]) -> Split | None:
    """The last unit that ends before line `number`."""
    index = bisect_left(splits, number, key=lambda split: split.last)
    return splits[index - 1] if index else None


def _headings(split: Split, width: int) -> tuple[str, ...]:
    """The headings of a line: as many words, or a text and years; () where it is not one."""
    if is_title(split.unit.text):
        return ()
    if split.tabbed and len(split.printed) == width:
        return split.printed
    if split.are_years and len(split.cells) == width - 1:
        return (split.label, *split.cells)
    words = tuple(split.unit.text.split())
    holds_number = any(kind(word) == "number" for word in words)
    return words if len(words) == width and not holds_number else ()
