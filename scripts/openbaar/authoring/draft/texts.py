"""Looking for tables in texts whose rows are lines: a label, then numbers, again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from openbaar.authoring.draft.labels import with_labels
from openbaar.authoring.draft.printed import (
    bare,
    is_footnote,
    is_total,
    kind,
    regrouped,
    split_row,
    words,
)
from openbaar.authoring.draft.sighting import SeenRow, Sighting, holds_numbers
from openbaar.documents.lines import Document, Line
from openbaar.recipe.language import Units
from openbaar.recipe.units import Unit, make_units

FEWEST = 3  # rows that make a table
LONGEST_GAP = 2  # lines between two rows that may be a wrapped name
LONGEST_NAME = 40  # characters of such a line
LONGEST_TITLE = 6  # lines
FARTHEST_TITLE = 45  # lines above the first row
LONGEST_LINE = 400  # a longer one is running text
_PARTED = re.compile(
    r"-?\d{1,3}(?:[.,'’]\d{3})+(?!\d)"
)  # a number whose thousands a sign parts, so spaces do not


@dataclass(frozen=True)
class _Split:
    """A unit parted into its label and its numbers, or into its cells where tabs part them."""

    unit: Unit
    label: str
    cells: tuple[str, ...]
    tabbed: bool = False

    @property
    def first(self) -> int:
        """The number of its first line."""
        return self.unit.lines()[0]

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.unit.lines()[1]

    @property
    def printed(self) -> tuple[str, ...]:
        """All its cells, the label first where it has one."""
        return (self.label, *self.cells) if self.label else self.cells

    @property
    def is_note(self) -> bool:
        """Whether it explains a mark, which ends a table."""
        return is_footnote(self.unit.text)

    @property
    def is_total(self) -> bool:
        """Whether it states a total."""
        return bool(self.label) and is_total(self.label)

    @property
    def is_label(self) -> bool:
        """Whether it is a year alone, which may be the label of a merged cell."""
        return not self.label and len(self.cells) == 1 and kind(bare(self.cells[0])[0]) == "year"

    @property
    def is_row(self) -> bool:
        """Whether it could be a row of a table: two cells or more, not all of them years below a text."""
        kinds = {kind(cell) for cell in self.cells}
        headings = len(self.cells) > 1 and kinds == {"year"}
        return len(self.printed) > 1 and not headings and bool(kinds & {"number", "year"})


def sightings_in_lines(document: Document, units: Literal["line", "block"]) -> list[Sighting]:
    """What seems to be a table: three lines, or three blocks, or more, each a label and as many numbers."""
    splits = [_split(unit) for unit in make_units(document.lines, Units(by=units))]
    found = []
    for run in _runs(splits):
        for rows, join in _same_width(run):
            data = [row for row in rows if row.kind == "data"]
            if len(data) >= FEWEST and holds_numbers(rows):
                tabbed = all(split.tabbed for split in run if split.is_row)
                sighting = Sighting(
                    document, units, tuple(rows), join=join, separator="\t" if tabbed else " "
                )
                found.append(with_labels(_with_surroundings(sighting, splits)))
    return found


def _split(unit: Unit) -> _Split:
    if len(unit.text) > LONGEST_LINE or is_footnote(unit.text):
        return _Split(unit, unit.text, ())
    if "\t" in unit.text:
        label, *cells = [cell.strip() for cell in unit.text.split("\t")]
        return _Split(unit, label, tuple(cells), tabbed=True)
    label, found = split_row(unit.text)
    return _Split(unit, label, tuple(found))


def _runs(splits: Sequence[_Split]) -> Iterator[list[_Split]]:
    """Rows that follow each other, with at most LONGEST_GAP short lines between two of them."""
    run: list[_Split] = []
    gap: list[_Split] = []
    for split in splits:
        if split.is_row or split.is_label:
            run += [*gap, split] if run else [split]
            gap = []
        elif (
            len(gap) < LONGEST_GAP
            and len(split.unit.text) < LONGEST_NAME
            and not (split.cells or split.is_note)
        ):
            gap.append(split)
        else:
            if run:
                yield run
            run, gap = [], []
    if run:
        yield run


def _same_width(run: Sequence[_Split]) -> Iterator[tuple[list[SeenRow], int]]:
    """The rows of a run in the width that fits most of them, and how many lines make the longest of them.

    Where spaces part thousands the widths differ, and rows are put together to a smaller one.
    """
    rows = [split for split in run if split.is_row]
    if not rows:
        return
    spaced = not any(_PARTED.match(cell) for split in rows for cell in split.cells)
    widths = sorted({len(split.printed) for split in rows}, reverse=True)
    best = max(widths, key=lambda width: sum(_fit(split, width, spaced) for split in rows))
    made, join = _joined([_fitted(split, best, spaced) for split in run], run)
    if len(made) >= max(FEWEST, len(rows) * 0.7):
        yield made, join
    else:
        yield from _parts_of_one_width(run)


def _fit(split: _Split, width: int, spaced: bool) -> float:
    """How well a row fits a width: not at all, with some of its numbers taken as part of its label, or well."""
    if _regrouped(split, width, spaced) is not None:
        return 1
    return 0.5 if _fitted(split, width, spaced) is not None else 0


def _parts_of_one_width(run: Sequence[_Split]) -> Iterator[tuple[list[SeenRow], int]]:
    part: list[_Split] = []
    for split in [*run, None]:
        if (
            split is not None
            and split.is_row
            and (not part or len(split.printed) == len(part[0].printed))
        ):
            part.append(split)
            continue
        if len(part) >= FEWEST:
            yield [_row(each, each.printed) for each in part], 1
        part = [split] if split is not None and split.is_row else []


def _regrouped(split: _Split, width: int, spaced: bool) -> tuple[str, ...] | None:
    """The cells of a row as `width` cells, where it has as many, or has them once spaces part thousands (`spaced`)."""
    if len(split.printed) == width:
        return split.printed
    label = (split.label,) if split.label else ()
    merged = regrouped(split.cells, width - len(label)) if spaced else None
    return None if merged is None else (*label, *merged)


def _fitted(split: _Split, width: int, spaced: bool) -> tuple[str, ...] | None:
    """The cells of a row as `width` cells, its first numbers as part of its label where need be, or None.

    A label that holds a total, as in "4 59.188 totaal 214.532", is two rows in one: a person has to look at it.
    """
    if not split.is_row or any(is_total(word) for word in split.label.split()[1:]):
        return None
    whole = _regrouped(split, width, spaced)
    extra = len(split.printed) - width
    if whole is not None or extra < 1 or split.is_total:
        return whole
    if split.label:
        return (" ".join([split.label, *split.cells[:extra]]), *split.cells[extra:])
    if extra == 1 and kind(split.cells[0]) == "year":
        return (" ".join(split.cells[:2]), *split.cells[2:])
    return None


def _joined(
    fitted: Sequence[tuple[str, ...] | None], run: Sequence[_Split]
) -> tuple[list[SeenRow], int]:
    """The rows that fit; one whose name stands on the lines before it takes those in."""
    rows: list[SeenRow] = []
    names: list[_Split] = []
    join = 1
    for cells, split in zip(fitted, run, strict=True):
        if split.is_label and rows:
            rows.append(
                SeenRow(
                    (split.cells[0], *[""] * (len(rows[0].cells) - 1)),
                    split.first,
                    split.last,
                    "label",
                )
            )
            continue
        if cells is None and not split.cells:
            names.append(split)
            continue
        if cells is not None and names and _goes_on(names[-1], split):
            cells = (" ".join([*(name.label for name in names), cells[0]]), *cells[1:])
            join = max(join, len(names) + 1)
            rows.append(replace(_row(split, cells), first=names[0].first))
        elif cells is None and names and rows and len(split.cells) == len(rows[0].cells) - 1:
            cells = (" ".join(name.label for name in names), *split.cells)
            join = max(join, len(names) + 1)
            rows.append(SeenRow(cells, names[0].first, split.last))
        elif cells is not None:
            rows.append(_row(split, cells))
        names = []
    while rows and rows[-1].kind == "label":
        rows.pop()
    return rows, join


def _goes_on(name: _Split, row: _Split) -> bool:
    """Whether a line without numbers is the beginning of the name of the row below it, and no heading above that."""
    return name.unit.text.endswith((" ", "-")) or row.label[:1].islower()


def _row(split: _Split, cells: tuple[str, ...]) -> SeenRow:
    return SeenRow(cells, split.first, split.last, "total" if is_total(cells[0]) else "data")


def _with_surroundings(sighting: Sighting, splits: Sequence[_Split]) -> Sighting:
    above = [split for split in splits if split.last < sighting.first]
    headings = (
        _headings(above[-1], sighting.width) if above and not _is_title(above[-1].unit.text) else ()
    )
    below = above.pop().first if headings else sighting.first
    lines = [line for line in sighting.document.lines if line.number < below and not line.is_blank]
    if headings:
        printed = [
            line.text.strip()
            for line in sighting.document.lines
            if below <= line.number < sighting.first
        ]
        sighting = replace(
            sighting, headings=(headings,), header=(" ".join(filter(None, printed)),)
        )
    return with_title(sighting, lines)


def _headings(split: _Split, width: int) -> tuple[str, ...]:
    """The cells of a line of headings of that width: as many words, or a text and years; none where it is not one."""
    if split.tabbed and len(split.printed) == width:
        return split.printed
    years = len(split.cells) > 1 and {kind(cell) for cell in split.cells} == {"year"}
    if years and len(split.cells) == width - 1:
        return (split.label, *split.cells)
    found = tuple(split.unit.text.split())
    return (
        found if len(found) == width and not any(kind(word) == "number" for word in found) else ()
    )


def with_title(sighting: Sighting, above: Sequence[Line]) -> Sighting:
    """The sighting with the lines by which it is found: its title where it has one, else the line right above it."""
    near = above[-FARTHEST_TITLE:]
    starts = [index for index, line in enumerate(near) if _is_title(line.text)]
    if not starts:
        return replace(sighting, before=(near[-1].number,)) if near else sighting
    title = _whole_title(near[starts[-1] :])
    rest = near[starts[-1] + len(title) :]
    header = (*(line.text.strip() for line in rest), *sighting.header)
    before = dict.fromkeys([title[0].number, title[-1].number])
    text = " ".join(line.text.strip() for line in title)
    return replace(
        sighting, before=tuple(before), title=text, header=(" ".join(header),) if header else ()
    )


def _is_title(text: str) -> bool:
    small = text.casefold().lstrip()
    return any(small.startswith((f"{word} ", f"{word}:")) for word in words()["title_words"])


def _whole_title(lines: Sequence[Line]) -> list[Line]:
    """The lines of a title: up to the first that ends like a sentence, brackets closed, or else the first line."""
    text = ""
    for count, line in enumerate(lines[:LONGEST_TITLE], start=1):
        text += line.text
        if text.rstrip().endswith((".", ":", ")")) and text.count("(") == text.count(")"):
            return list(lines[:count])
    return [lines[0]]
