"""From a sighting to a table file: every part of it a guess that a person confirms."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from openbaar.authoring.draft.authored import Entry
from openbaar.authoring.draft.columns import (
    Column,
    columns_of,
    escaped,
    filled,
    other_than,
    unique,
    unmarked,
)
from openbaar.authoring.draft.labels import grouped
from openbaar.authoring.draft.place import Footnote, anchors, end, footnotes
from openbaar.authoring.draft.printed import bare, kind, words
from openbaar.authoring.draft.sighting import SeenRow, Sighting
from openbaar.recipe.language import NumberFormat
from openbaar.texts import catalogue

Part = Literal["header", "footnotes", "melt", "totals", "group", "first"]
LONGEST_TITLE = 200
MOST_LABELS = 50


@dataclass
class Draft:
    """A table file being composed: what was seen, and what is guessed of it.

    `parts` are the optional parts of the recipe that it has.
    """

    sighting: Sighting
    language: str
    parts: Collection[Part]
    columns: list[Column] = field(default_factory=list)
    numbers: NumberFormat | None = None
    notes: list[Footnote] = field(default_factory=list)
    melted: dict[str, dict[str, str]] = field(default_factory=dict)
    parent: Column | None = None
    group: Column | None = None
    ignored: list[str] = field(default_factory=list)

    def text(self, text: str) -> dict[str, str]:
        """A text for readers in the language of the publication."""
        return {self.language: text}

    @property
    def unknown(self) -> str:
        """How the language says that something is not known."""
        return str(catalogue(self.language).gettext("unknown"))


def draft_of(sighting: Sighting, language: str, parts: Collection[Part]) -> Draft:
    """What is guessed of a sighting, of the optional `parts` only those."""
    draft = Draft(sighting, language, parts)
    draft.notes = _used_notes(sighting) if "footnotes" in parts else []
    draft.columns, draft.numbers = columns_of(sighting, {note.mark for note in draft.notes})
    if "group" in parts:
        _find_group(draft)
    if "melt" in parts and "header" in parts:
        _find_melt(draft)
    _limit_labels(draft)
    return draft


def _used_notes(sighting: Sighting) -> list[Footnote]:
    """The footnotes whose mark stands at some cell, there perhaps in brackets: `(*)` for `* = unknown`."""
    cells = [
        cell for row in (*sighting.headings, *(row.cells for row in sighting.rows)) for cell in row
    ]
    used = {mark for cell in cells if (mark := bare(cell)[1])} | (
        sighting.labels.marks if sighting.labels else set()
    )
    return [
        replace(note, mark=mark)
        for note in footnotes(sighting)
        for mark in (note.mark, f"({note.mark})")
        if mark in used
    ]


def _find_group(draft: Draft) -> None:
    """A label that stands once for several rows: on a row of its own in a grid, or a year among lines."""
    taken = {column.name for column in draft.columns}
    if draft.sighting.labels:
        marks = tuple(note.mark for note in draft.notes if note.mark in draft.sighting.labels.marks)
        draft.group = Column(unique("year", taken), "", "year", marks=marks)
    elif draft.sighting.units == "grid" and draft.sighting.of_kind("label"):
        draft.group = Column(unique("section", taken), "", "string")


def _find_melt(draft: Draft) -> None:
    """Headings that are years, or that stand above the same headings again and again, become a column.

    before: "" | "2021" | "2022" above the columns
    after: a column `year`, and one column `value` instead of two
    """
    headings = draft.sighting.headings
    numeric = [index for index, column in enumerate(draft.columns) if column.type != "string"]
    numeric = [index for index in numeric if index > 0 and not draft.columns[index].empty]
    if (
        len(headings) not in (1, 2)
        or len(numeric) < 2
        or numeric != list(range(numeric[0], draft.sighting.width))
    ):
        return
    printed = filled(headings)[0]
    years = all(kind(bare(printed[index])[0]) == "year" for index in numeric)
    parents = list(dict.fromkeys(printed[index] for index in numeric))
    below = [
        [headings[-1][i] if len(headings) == 2 else "" for i in numeric if printed[i] == text]
        for text in parents
    ]
    if (
        not (years or len(headings) == 2)
        or len(parents) < 2
        or any(each != below[0] for each in below)
    ):
        return
    taken = {column.name for column in draft.columns[: numeric[0]]}
    marks = tuple(
        dict.fromkeys(
            mark for text in parents if (mark := bare(text)[1]) in {n.mark for n in draft.notes}
        )
    )
    name = unique("year" if years else "heading", taken)
    draft.parent = Column(name, "", "year" if years else "string", marks=tuple(filter(None, marks)))
    taken.add(name)
    names: list[str] = []
    for text in below[0]:
        names.append(unique(text or "value", {*taken, *names}))
    for place, index in enumerate(numeric):
        column = names[place % len(names)]
        draft.melted.setdefault(printed[index], {})[column] = f"{column}_{place // len(names) + 1}"
        draft.columns[index] = replace(
            draft.columns[index],
            name=f"{column}_{place // len(names) + 1}",
            title=below[0][place % len(names)],
        )


def _limit_labels(draft: Draft) -> None:
    """The first column of text is limited where its rows could be read in two ways otherwise.

    That is so where rows state totals, have marks, or are made of several units. A few labels are named;
    where there are many, only the words with which totals begin are kept out.
    """
    sighting = draft.sighting
    index = next(
        (
            i
            for i, column in enumerate(draft.columns)
            if column.type == "string" and not column.empty
        ),
        None,
    )
    totals = sighting.of_kind("total")
    if index is None or not (totals or draft.notes or _join(draft)):
        return
    marks = {note.mark for note in draft.notes}
    texts = dict.fromkeys(unmarked(cell, marks) for cell in sighting.column(index) if cell.strip())
    pattern: str | None = "|".join(map(escaped, texts))
    if len(texts) > MOST_LABELS:
        pattern = (
            other_than({row.cells[0].split()[0] for row in totals})
            if totals and index == 0
            else None
        )
    draft.columns[index] = replace(draft.columns[index], pattern=pattern)


def table_columns(draft: Draft) -> list[Column]:
    """The columns of the table to be: with those of groups and headings, and one for all that are melted into it."""
    columns = [draft.group] if draft.group else []
    names = {name for fields in draft.melted.values() for name in fields.values()}
    columns += [column for column in draft.columns if column.name not in names and not column.empty]
    if draft.parent is None:
        return columns
    columns.append(draft.parent)
    for name in next(iter(draft.melted.values())):
        under = [
            each
            for each in draft.columns
            if each.name in {fields.get(name) for fields in draft.melted.values()}
        ]
        widest = "number" if any(each.type == "number" for each in under) else under[0].type
        blank = tuple(dict.fromkeys(word for each in under for word in each.blank))
        columns.append(replace(under[0], name=name, title=under[0].title, type=widest, blank=blank))
    return columns


def primary_key(draft: Draft, columns: Sequence[Column]) -> list[str]:
    """The first columns that tell all rows apart; none where not even all of them do."""
    by_field = {column.name: index for index, column in enumerate(draft.columns)}
    seen: list[dict[str, str]] = []
    for row, label in _with_group(draft):
        for heading in draft.melted or {"": {}}:
            values = {name: row.cells[index] for name, index in by_field.items()}
            values |= {draft.parent.name: heading} if draft.parent else {}
            seen.append(values | ({draft.group.name: label} if draft.group else {}))
    key: list[str] = []
    for column in columns:
        counts = column is draft.columns[0] and column.type == "integer"
        if not (column.type in ("string", "year") or counts) or column.blank:
            continue
        key.append(column.name)
        if len({tuple(values[name] for name in key) for values in seen}) == len(seen):
            return key
    return []


def _with_group(draft: Draft) -> Iterator[tuple[SeenRow, str]]:
    """The rows that are data, each with the label above it, or with the number of its group."""
    if draft.sighting.labels:
        yield from grouped(draft.sighting)
        return
    label = ""
    for row in draft.sighting.rows:
        label = row.cells[0] if row.kind == "label" else label
        if row.kind == "data":
            yield row, label


def entries(draft: Draft, document: str | None) -> list[Entry]:
    """The table file: what a reader sees, the schema, footnotes, and the recipe."""
    said = words()
    title = textwrap.shorten(draft.sighting.title, LONGEST_TITLE, placeholder=" …")
    columns = table_columns(draft)
    key = primary_key(draft, columns)
    made = [
        Entry(
            "title",
            draft.text(title or draft.unknown),
            said["guess_title" if title else "guess_no_title"],
        ),
        Entry("description", draft.text(draft.unknown), said["guess_description"]),
        Entry("schema", _schema(draft, columns, key)),
    ]
    if draft.notes:
        made.append(
            Entry(
                "footnotes",
                [_footnote(draft, note) for note in draft.notes],
                said["guess_footnotes"],
            )
        )
    return [*made, Entry("recipe", _recipe(draft, document, count=not key))]


def _schema(draft: Draft, columns: Sequence[Column], key: Sequence[str]) -> list[Entry]:
    said = words()
    fields = [_field(draft, column.name, column.title, column.type) for column in columns]
    if not key:
        fields.insert(0, _field(draft, "position", "", "integer"))
    if any(column.blank for column in draft.columns):
        fields.append(_field(draft, "status", "", "string"))
    fields.append(_field(draft, "source_lines", "", "string"))
    lost = not draft.sighting.headings
    return [
        Entry(
            "primaryKey", _one(key) or "position", said["guess_key" if key else "guess_position"]
        ),
        Entry("fields", fields, said["guess_headings" if lost else "guess_names"]),
    ]


def _field(draft: Draft, name: str, title: str, kind: str) -> dict[str, Any]:
    described = {"title": draft.text(title or name), "description": draft.text(draft.unknown)}
    return (
        {"name": name, "type": kind, **described}
        if kind != "string"
        else {"name": name, **described}
    )


def _footnote(draft: Draft, note: Footnote) -> Entry:
    return Entry(note.mark, {"line": note.line, "text": draft.text(note.text)})


def _recipe(draft: Draft, document: str | None, count: bool) -> list[Entry]:
    sighting = draft.sighting
    last = max([sighting.last, *(note.number for note in draft.notes)])
    numbers = {k: v for k, v in draft.numbers.model_dump().items() if v} if draft.numbers else {}
    made: list[tuple[str, Any]] = [
        ("document", document),
        ("page", sighting.page),
        ("from", _one(anchors(sighting))),
        ("until", end(sighting, last)),
        ("header", _one(sighting.header) if "header" in draft.parts else None),
        ("repeated", _repeated(sighting)),
        ("units", None if sighting.units == "grid" else sighting.units),
        ("join", _join(draft)),
        ("numbers", numbers),
        ("count", "position" if count else None),
        ("rows", _one(_rows(draft))),
        ("totals", _totals(draft) if "totals" in draft.parts else None),
        ("ignore", _one(draft.ignored)),
        ("fields", [Entry(name, read) for name, read in _fields(draft).items()]),
        ("drop", _drop(draft, last)),
        ("group", _group(draft)),
        ("melt", _melt(draft)),
    ]
    said = words()
    guesses = {key: said.get(f"guess_{key}", "") for key, _ in made}
    return [Entry(key, value, guesses[key]) for key, value in made if value or key == "rows"]


def _one(texts: Sequence[str]) -> list[str] | str:
    """A list as one writes it: without brackets where it has one text."""
    return texts[0] if len(texts) == 1 else list(texts)


def _join(draft: Draft) -> int | None:
    """How many units the longest row is made of, where that is more than one."""
    alone = (
        draft.group is not None
        and draft.sighting.labels is not None
        and draft.sighting.labels.alone
    )
    units = draft.sighting.join + alone
    return units if units > 1 else None


def _rows(draft: Draft) -> list[str]:
    """The row pattern; where a year stands for several rows, with it before a row, and behind it, too."""
    separator, labels = draft.sighting.separator, draft.sighting.labels
    row = separator.join("{" + each.name + "}" if not each.empty else "" for each in draft.columns)
    if draft.group is None or labels is None:
        return [row]
    label = "{" + draft.group.name + "}"
    front = [f"{label}{separator}{row}"] if labels.front or labels.alone else []
    return [row, *front, *([f"{row}{label}"] if labels.glued else [])]


def _repeated(sighting: Sighting) -> str | None:
    return (
        f"^{escaped(' | '.join(sighting.headings[-1]).rstrip(' |'))}" if sighting.repeated else None
    )


def _totals(draft: Draft) -> dict[str, Any]:
    patterns = dict.fromkeys(_total(draft, row) for row in draft.sighting.of_kind("total"))
    return {"table": _one(list(patterns))} if patterns else {}


def _total(draft: Draft, row: SeenRow) -> str:
    """The pattern of a row of totals: its first text as printed, then the sums; shares are read and left alone."""
    parts = [_literal(row.cells[0])]
    for column, cell in zip(draft.columns[1:], row.cells[1:], strict=True):
        if kind(cell) in ("number", "year") and column.is_summed:
            parts.append("{" + column.name + "}")
        elif kind(cell) in ("number", "year"):
            draft.ignored = list(dict.fromkeys([*draft.ignored, f"share_{column.name}"]))
            parts.append("{share_" + column.name + "}")
        else:
            parts.append(_literal(cell))
    return draft.sighting.separator.join(parts)


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _fields(draft: Draft) -> dict[str, Any]:
    """What is said of each field of the patterns; those of totals that are shares are read like their column."""
    said = {column.name: column.read for column in draft.columns if not column.empty}
    for column in draft.columns:
        if f"share_{column.name}" in draft.ignored:
            said[f"share_{column.name}"] = {"type": column.type, **column.read}
    above = [column for column in (draft.parent, draft.group) if column]
    said |= {column.name: column.read for column in above}
    return {name: read for name, read in said.items() if read}


def _drop(draft: Draft, last: int) -> list[str]:
    """Footnotes inside the table whose mark stands at no figure."""
    if "footnotes" not in draft.parts:
        return []
    kept = {note.number for note in draft.notes}
    return [
        note.line
        for note in footnotes(draft.sighting)
        if note.number not in kept and note.number < last
    ]


def _group(draft: Draft) -> dict[str, Any]:
    if draft.group is None:
        return {}
    if draft.sighting.labels:
        where = "first" if "first" in draft.parts else "merged"
        return {"field": draft.group.name, "label": where, "restart": draft.columns[0].name}
    row = draft.sighting.separator.join(
        ["{" + draft.group.name + "}"] + [""] * (draft.sighting.width - 1)
    )
    return {"field": draft.group.name, "label": "above", "row": row}


def _melt(draft: Draft) -> dict[str, Any]:
    return {"into": draft.parent.name, "columns": draft.melted} if draft.parent else {}
