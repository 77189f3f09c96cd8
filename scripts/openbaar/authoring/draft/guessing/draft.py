"""What is guessed of a sighting: its columns, groups, headings that are data, and footnotes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from openbaar.authoring.draft.finding.labels import grouped
from openbaar.authoring.draft.finding.printed import bare, kind, marks_at, not_blank
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting
from openbaar.authoring.draft.guessing.columns import (
    Column,
    columns_of,
    escaped,
    filled,
    other_than,
    unique,
    unmarked,
)
from openbaar.authoring.draft.guessing.partial_totals import PartialTotal, partial_totals
from openbaar.authoring.draft.guessing.place import Footnote, footnotes
from openbaar.documents.superscripts import superscript
from openbaar.recipe.numbers import NumberFormat
from openbaar.schema.conventions import UNKNOWN, is_school_year
from openbaar.texts import catalogue

Part = Literal["header", "footnotes", "melt", "totals", "group", "first", "partial"]
Time = Literal["year", "period"]
MOST_LABELS = 50


@dataclass(frozen=True)
class Melted:
    """Headings that become columns, one for each level of them.

    `fields` has, for the headings above it, the field that each column is read from.
    """

    parents: Sequence[Column]
    fields: Mapping[tuple[str, ...], Mapping[str, str]]

    @property
    def column_of(self) -> dict[str, str]:
        """The column into which each field below a heading is melted."""
        found: dict[str, str] = {}
        for fields in self.fields.values():
            found.update({field: column for column, field in fields.items()})
        return found

    @property
    def columns(self) -> list[str]:
        """The columns into which the fields are melted."""
        return list(next(iter(self.fields.values())))

    def below_headings(self, cells: Mapping[str, str]) -> list[dict[str, str]]:
        """The cells of a row once for each heading, with that heading."""
        names = [parent.name for parent in self.parents]
        return [{**cells, **dict(zip(names, headings, strict=True))} for headings in self.fields]

    def printed(self, level: int) -> list[str]:
        """The headings of a level as they follow each other; an upper one is printed once."""
        if level == len(self.parents) - 1:
            return [headings[level] for headings in self.fields]
        return list(dict.fromkeys(headings[level] for headings in self.fields))


# Of headings none of which is data: one way to read a row, below nothing.
NOT_MELTED = Melted(parents=(), fields={(): {}})


@dataclass(frozen=True)
class Draft:
    """A sighting with what is guessed of it; `parts` are the optional parts of its recipe."""

    sighting: Sighting
    languages: Sequence[str]  # of the publication
    parts: Collection[Part]
    notes: Sequence[Footnote]
    columns: Sequence[Column]
    numbers: NumberFormat | None
    group: Column | None
    melted: Melted
    partial: Mapping[int, PartialTotal] = field(default_factory=dict)  # by the line of the total

    @property
    def language(self) -> str:
        """The first language of the publication, which is taken for that of the document."""
        return self.languages[0]

    def text(self, text: str) -> dict[str, str]:
        """A text for readers; nobody has said yet what it is in the other languages."""
        return texts(text, self.languages)

    @property
    def join(self) -> int:
        """How many units the longest row is made of."""
        labels = self.sighting.labels
        if self.group is not None and labels is not None and labels.alone:
            return self.sighting.join + 1
        return self.sighting.join


def texts(text: str, languages: Sequence[str]) -> dict[str, str]:
    """A text in the first of some languages, and the word for unknown in the others."""
    unknown = {other: catalogue(other).gettext(UNKNOWN) for other in languages[1:]}
    return {languages[0]: text, **unknown}


def draft_of(sighting: Sighting, languages: Sequence[str], parts: Collection[Part]) -> Draft:
    """What is guessed of a sighting, of the optional `parts` only those."""
    notes = _used_notes(sighting) if "footnotes" in parts else []
    marks = {note.mark for note in notes}
    columns, numbers = columns_of(sighting, marks, languages[0])
    group = _group(sighting, columns, notes) if "group" in parts else None
    partial: Mapping[int, PartialTotal] = {}
    if "partial" in parts:
        partial = partial_totals(sighting, columns, numbers, group is not None)
    melted = NOT_MELTED
    if "melt" in parts and "header" in parts:
        columns, melted = _with_melt(sighting, columns, marks)
    draft = Draft(sighting, languages, parts, notes, columns, numbers, group, melted, partial)
    return _with_limited_labels(draft)


def _used_notes(sighting: Sighting) -> list[Footnote]:
    """The footnotes whose mark is at some cell, there perhaps in brackets: `(*)` for `*`.

    A footnote at the end of the document that has the mark of one below the table is another's.
    """
    used = _marks_in(sighting)
    notes: list[Footnote] = []
    for note in footnotes(sighting):
        known = {each.mark for each in notes}
        for mark in _forms(note.mark):
            if mark in used and (note.is_below or mark not in known):
                notes.append(replace(note, mark=mark))
    return notes


def _forms(mark: str) -> list[str]:
    """How a mark may be printed at a cell, first as its note has it: `1)`, and `¹⁾`, `¹`, `(1)`."""
    core = mark.strip("()⁽⁾")
    plain = [mark, f"({core})", f"{core})", core]
    return list(dict.fromkeys([*plain, *map(superscript, plain)]))


def _marks_in(sighting: Sighting) -> set[str]:
    """The marks at headings, cells and labels."""
    rows = [*sighting.headings, *(row.cells for row in sighting.rows)]
    found = {bare(cell)[1] for cell in chain.from_iterable(rows)}
    marks = {mark for mark in found if mark is not None}
    return marks if sighting.labels is None else marks | sighting.labels.marks


def _group(
    sighting: Sighting, columns: Sequence[Column], notes: Sequence[Footnote]
) -> Column | None:
    """A label printed once for several rows: alone on a row of a grid, or a year among lines."""
    taken = {column.name for column in columns}
    if sighting.labels is not None:
        marks = [note.mark for note in notes if note.mark in sighting.labels.marks]
        return Column(unique("year", taken), "", "year", marks=tuple(marks))
    if sighting.units in ("grid", "columns") and sighting.of_kind("label"):
        return Column(unique("section", taken), "", "string")
    return None


def _with_melt(
    sighting: Sighting, columns: list[Column], marks: Collection[str]
) -> tuple[list[Column], Melted]:
    """Headings that are years, or that are above the same headings each, become a column.

    before: "" | "2021" | "2022" above the columns
    after: a column `year`, and one column `value` instead of two; `2021-2022` is a `period`
    """
    stack = _Stack.of(sighting, columns, marks)
    if stack is None:
        return columns, NOT_MELTED
    taken = {column.name for column in columns[: stack.first]}
    parents = stack.parents(marks, taken)
    names = stack.column_names({*taken, *(parent.name for parent in parents)})
    fields: dict[tuple[str, ...], dict[str, str]] = {}
    renamed = list(columns)
    for place, headings in enumerate(stack.headings):
        time, position = divmod(place, len(names))
        column = names[position]
        name = f"{column}_{time + 1}"
        fields.setdefault(headings, {})[column] = name
        index = stack.first + place
        renamed[index] = replace(columns[index], name=name, title=stack.titles[position])
    return renamed, Melted(parents, fields)


@dataclass(frozen=True)
class _Stack:
    """Headings above columns of numbers, in two levels.

    `first` is the first of these columns, `printed` the upper heading of each, and `below` the
    headings that are below each of the upper ones. Where these are years, both levels are data.
    `time` is what the upper ones are called where they are years, `time_below` what the lower ones
    are where they are and the upper ones are not.
    """

    first: int
    printed: Sequence[str]
    below: Sequence[str]
    time: Time | None
    time_below: Time | None

    @classmethod
    def of(
        cls, sighting: Sighting, columns: Sequence[Column], marks: Collection[str]
    ) -> _Stack | None:
        """The headings that can be melted; None where they are not stacked so."""
        headings = sighting.headings
        first = _first_of_figures(columns)
        if first is None or len(headings) not in (1, 2):
            return None
        printed = filled(sighting)[0][first:]
        below = _headings_below(headings, printed, first)
        if len(below) == 1:
            time = _time(below[0], marks)
            return None if time is None else cls(first, below[0], printed[:1], time, None)
        time = _time(printed, marks)
        time_below = None if time is not None else _time(below[0], marks)
        is_stacked = time is not None or len(headings) == 2
        are_alike = all(each == below[0] for each in below)
        if not is_stacked or not are_alike:
            return None
        return cls(first, printed, below[0], time, time_below)

    @property
    def headings(self) -> list[tuple[str, ...]]:
        """The headings of each column that are data."""
        if self.time_below is None:
            return [(text,) for text in self.printed]
        times = len(self.printed) // len(self.below)
        return list(zip(self.printed, [*self.below] * times, strict=True))

    @property
    def titles(self) -> Sequence[str]:
        """The headings that are not data, of the columns below each one that is."""
        return self.below if self.time_below is None else ("",)

    def parents(self, marks: Collection[str], taken: Collection[str]) -> list[Column]:
        """The columns that headings become."""
        used = marks_at(self.printed, marks)
        if self.time is not None:
            return [_of_time(self.time, used, taken)]
        heading = Column(unique("heading", taken), "", "string", marks=used)
        if self.time_below is None:
            return [heading]
        return [heading, _of_time(self.time_below, marks_at(self.below, marks), taken)]

    def column_names(self, taken: Collection[str]) -> list[str]:
        """The names of the columns that the lower headings become."""
        names: list[str] = []
        for text in self.titles:
            names.append(unique(text or "value", {*taken, *names}))
        return names


def _time(texts: Sequence[str], marks: Collection[str]) -> Time | None:
    """What headings are called that are all years, or all school years; None for others.

    A year with a mark that has no footnote is none: nobody could say what it means.
    """
    plain = [unmarked(text, marks) for text in texts]
    if all(kind(text) == "year" and bare(text)[1] is None for text in plain):
        return "year"
    return "period" if all(map(is_school_year, plain)) else None


def _of_time(time: Time, marks: Sequence[str], taken: Collection[str]) -> Column:
    """The column that such headings become."""
    name = unique(time, taken)
    return Column(name, "", "year" if time == "year" else "string", marks=tuple(marks))


def _first_of_figures(columns: Sequence[Column]) -> int | None:
    """The first of the columns at the end that hold figures.

    None where there are fewer than two, or where others stand between them; the first column of all
    names the rows.
    """
    are_figures = [column.is_figure for column in columns[1:]]
    count = sum(are_figures)
    if count < 2 or not all(are_figures[-count:]):
        return None
    return len(columns) - count


def _headings_below(
    headings: Sequence[Sequence[str]], printed: Sequence[str], first: int
) -> list[list[str]]:
    """The lower headings below each of the upper ones."""
    lower = headings[-1][first:] if len(headings) == 2 else [""] * len(printed)
    below: dict[str, list[str]] = {}
    for upper, text in zip(printed, lower, strict=True):
        below.setdefault(upper, []).append(text)
    return list(below.values())


def _with_limited_labels(draft: Draft) -> Draft:
    """The first column of text is limited where its rows could be read in two ways otherwise.

    That is so where rows state totals, have marks, or are made of several units, or where spaces
    part thousands. A few labels are named; where there are many, only the words with which totals
    begin are kept out.
    """
    index = _first_text_column(draft.columns)
    if index is None or not _may_be_read_in_two_ways(draft):
        return draft
    labels = _labels_in(draft, index)
    pattern: str | None = None
    if len(labels) <= MOST_LABELS:
        pattern = "|".join(map(escaped, labels))
    elif index == 0:
        pattern = _other_than_totals(draft.sighting.of_kind("total"))
    columns = list(draft.columns)
    columns[index] = replace(columns[index], pattern=pattern)
    return replace(draft, columns=columns)


def _may_be_read_in_two_ways(draft: Draft) -> bool:
    """Whether rows state totals, have marks, are of several units, or hold spaced thousands."""
    if draft.sighting.of_kind("total") or draft.notes or draft.join > 1:
        return True
    return draft.numbers is not None and draft.numbers.thousands == " "


def _labels_in(draft: Draft, index: int) -> list[str]:
    """The texts of a column without the marks of footnotes, each once."""
    marks = {note.mark for note in draft.notes}
    cells = not_blank(draft.sighting.column(index))
    return list(dict.fromkeys(unmarked(cell, marks) for cell in cells))


def _first_text_column(columns: Sequence[Column]) -> int | None:
    for index, column in enumerate(columns):
        if column.type == "string" and not column.empty:
            return index
    return None


def _other_than_totals(totals: Sequence[SeenRow]) -> str | None:
    """A pattern of texts that begin with no word with which a total begins."""
    words = {row.cells[0].split()[0] for row in totals}
    return other_than(words) if words else None


def table_columns(draft: Draft) -> list[Column]:
    """The columns of the table, those of groups and headings too, and one for all melted ones."""
    group = [] if draft.group is None else [draft.group]
    melted_fields = draft.melted.column_of
    filled_columns = [column for column in draft.columns if not column.empty]
    printed = [column for column in filled_columns if column.name not in melted_fields]
    melted = [_melted_column(draft, name) for name in draft.melted.columns]
    return [*group, *printed, *draft.melted.parents, *melted]


def _melted_column(draft: Draft, name: str) -> Column:
    """The column that several are melted into: the widest of their types, the blanks of all."""
    melted_into = draft.melted.column_of
    under = [column for column in draft.columns if melted_into.get(column.name) == name]
    types = [column.type for column in under]
    blanks = dict.fromkeys(chain.from_iterable(column.blank for column in under))
    widest = "number" if "number" in types else types[0]
    return replace(under[0], name=name, type=widest, blank=tuple(blanks))


def primary_key(draft: Draft, columns: Sequence[Column]) -> list[str]:
    """The first columns that tell all rows apart; none where not even all of them do."""
    rows = _key_values(draft)
    key: list[str] = []
    for column in columns:
        if not _may_be_of_key(draft, column):
            continue
        key.append(column.name)
        told_apart = {tuple(values[name] for name in key) for values in rows}
        if len(told_apart) == len(rows):
            return key
    return []


def _may_be_of_key(draft: Draft, column: Column) -> bool:
    """Whether a column says what a row is about in every row, if only by its number."""
    is_number_of_row = column is draft.columns[0] and column.type == "integer"
    return not column.blank and (column.is_name or is_number_of_row)


def _key_values(draft: Draft) -> list[dict[str, str]]:
    """For each row of the table, what is printed in each column that may be part of its key."""
    names = [column.name for column in draft.columns]
    values: list[dict[str, str]] = []
    for row, label in _labelled_rows(draft.sighting):
        cells = dict(zip(names, row.cells, strict=True))
        if draft.group is not None:
            cells[draft.group.name] = label
        values += draft.melted.below_headings(cells)
    return values


def _labelled_rows(sighting: Sighting) -> list[tuple[SeenRow, str]]:
    """The rows that are data, each with the label above it, or with the number of its group."""
    if sighting.labels is not None:
        return list(grouped(sighting))
    labelled = []
    label = ""
    for row in sighting.rows:
        if row.kind == "label":
            label = row.cells[0]
        elif row.kind == "data":
            labelled.append((row, label))
    return labelled
