"""From a draft to a table file: every part of it a guess that a person confirms."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openbaar.authoring.draft.authored import Entry
from openbaar.authoring.draft.columns import Column, escaped, without_brackets
from openbaar.authoring.draft.draft import Draft, primary_key, table_columns
from openbaar.authoring.draft.place import Footnote, anchors, end, footnotes
from openbaar.authoring.draft.printed import kind
from openbaar.authoring.draft.sighting import SeenRow, Sighting
from openbaar.schema.conventions import UNKNOWN
from openbaar.texts import catalogue

LONGEST_TITLE = 200
POSITION = "position"  # the column that numbers rows which nothing else tells apart


def entries(draft: Draft, document: str | None) -> list[Entry]:
    """The table file: what a reader sees, the schema, footnotes, and the recipe.

    `document` is the path of the document where it is not the first one.
    """
    unknown = catalogue(draft.language).gettext(UNKNOWN)
    columns = table_columns(draft)
    key = primary_key(draft, columns)
    made = [
        _title(draft, unknown),
        Entry("description", draft.text(unknown), "say what the table holds"),
        Entry("schema", _schema(draft, columns, key, unknown)),
    ]
    if draft.notes:
        notes = [_footnote(draft, note) for note in draft.notes]
        made.append(Entry("footnotes", notes, "the texts of these marks"))
    made.append(Entry("recipe", _recipe(draft, document, is_numbered=not key)))
    return made


def _title(draft: Draft, unknown: str) -> Entry:
    title = textwrap.shorten(draft.sighting.title, LONGEST_TITLE, placeholder=" …")
    if title:
        return Entry("title", draft.text(title), "the words above the table")
    return Entry("title", draft.text(unknown), "nothing above the table names it")


def _schema(
    draft: Draft, columns: Sequence[Column], key: Sequence[str], unknown: str
) -> list[Entry]:
    fields = [_field(draft, each.name, each.title, each.type, unknown) for each in columns]
    if not key:
        fields.insert(0, _field(draft, POSITION, "", "integer", unknown))
    if any(column.blank for column in draft.columns):
        fields.append(_field(draft, "status", "", "string", unknown))
    fields.append(_field(draft, "source_lines", "", "string", unknown))
    guess = "names, types and titles of the columns; describe each"
    if not draft.sighting.headings:
        guess = "the headings of the columns could not be told apart, so their names say nothing"
    return [_primary_key(key), Entry("fields", fields, guess)]


def _primary_key(key: Sequence[str]) -> Entry:
    if key:
        guess = "the first columns that tell all rows apart"
        return Entry("primaryKey", without_brackets(key), guess)
    guess = "no columns tell the rows apart, so they are numbered"
    return Entry("primaryKey", POSITION, guess)


def _field(draft: Draft, name: str, title: str, kind: str, unknown: str) -> dict[str, Any]:
    described: dict[str, Any] = {"name": name}
    if kind != "string":
        described["type"] = kind
    described["title"] = draft.text(title or name)
    described["description"] = draft.text(unknown)
    return described


def _footnote(draft: Draft, note: Footnote) -> Entry:
    return Entry(note.mark, {"line": note.line, "text": draft.text(note.text)})


def _recipe(draft: Draft, document: str | None, is_numbered: bool) -> list[Entry]:
    """The keys of the recipe that are needed, in the order in which people write them."""
    sighting = draft.sighting
    last = max([sighting.last, *(note.number for note in draft.notes)])
    totals = _totals(draft)
    made = [
        Entry("document", document, "where the table is"),
        Entry("page", sighting.page, "the page or sheet"),
        Entry("from", without_brackets(anchors(sighting)), "the lines before the table"),
        Entry("until", end(sighting, last), "the first line after it"),
        Entry("header", _header(draft), "what is printed above the rows"),
        Entry("repeated", _repeated(sighting), "these headings come again"),
        Entry("units", None if sighting.units == "grid" else sighting.units, "how lines make rows"),
        Entry("join", draft.join if draft.join > 1 else None, "rows of several units"),
        Entry("numbers", _numbers(draft), "how numbers are printed"),
        Entry("count", POSITION if is_numbered else None, "the number of the row"),
        Entry("rows", without_brackets(_rows(draft)), "the row pattern"),
        Entry("totals", totals.entry, "rows that state totals"),
        Entry("ignore", without_brackets(totals.ignored), "stated in a total row, but no sum"),
        Entry(
            "fields", _fields(draft, totals), "signs, blanks, marks and limits of what is printed"
        ),
        Entry("drop", _drop(draft, last), "lines that are no rows"),
        Entry("group", _group(draft), "a label printed once for several rows"),
        Entry("melt", _melt(draft), "the headings are data"),
    ]
    return [entry for entry in made if entry.value]


def _header(draft: Draft) -> list[str] | str | None:
    if "header" not in draft.parts:
        return None
    return without_brackets(draft.sighting.header)


def _numbers(draft: Draft) -> dict[str, str]:
    """The number format, as far as it is not the default."""
    if draft.numbers is None:
        return {}
    return {key: sign for key, sign in draft.numbers.model_dump().items() if sign}


def _rows(draft: Draft) -> list[str]:
    """The row pattern; where a year is printed once for several rows, also with it."""
    labels = draft.sighting.labels
    separator = draft.sighting.separator
    row = separator.join(_braces_of(column) for column in draft.columns)
    rows = [row]
    if draft.group is None or labels is None:
        return rows
    label = _braces(draft.group.name)
    if labels.front or labels.alone:
        rows.append(f"{label}{separator}{row}")
    if labels.glued:
        rows.append(f"{row}{label}")
    return rows


def _braces_of(column: Column) -> str:
    """What stands for a column in a row pattern; nothing for an empty one."""
    return "" if column.empty else _braces(column.name)


def _braces(name: str) -> str:
    return "{" + name + "}"


def _repeated(sighting: Sighting) -> str | None:
    if not sighting.repeated:
        return None
    heading = " | ".join(sighting.headings[-1]).rstrip(" |")
    return f"^{escaped(heading)}"


@dataclass
class _Totals:
    """The patterns of rows that state totals; a share in them is a field that is ignored."""

    patterns: list[str] = field(default_factory=list)
    shares: dict[str, Column] = field(default_factory=dict)  # by the name of their field

    @property
    def entry(self) -> dict[str, Any]:
        """The key `totals` of the recipe."""
        return {"table": without_brackets(self.patterns)} if self.patterns else {}

    @property
    def ignored(self) -> list[str]:
        """The fields that are read and neither published nor checked."""
        return list(self.shares)


def _totals(draft: Draft) -> _Totals:
    totals = _Totals()
    if "totals" not in draft.parts:
        return totals
    for row in draft.sighting.of_kind("total"):
        pattern = _total_pattern(draft, row, totals.shares)
        if pattern not in totals.patterns:
            totals.patterns.append(pattern)
    return totals


def _total_pattern(draft: Draft, row: SeenRow, shares: dict[str, Column]) -> str:
    """The pattern of a row of totals: its first text as printed, then the sums.

    What is no sum is added to `shares`.
    """
    parts = [_literal(row.cells[0])]
    for column, cell in zip(draft.columns[1:], row.cells[1:], strict=True):
        if kind(cell) not in ("number", "year"):
            parts.append(_literal(cell))
        elif column.is_summed:
            parts.append(_braces(column.name))
        else:
            name = f"share_{column.name}"
            shares[name] = column
            parts.append(_braces(name))
    return draft.sighting.separator.join(parts)


def _literal(text: str) -> str:
    """A text as a template prints it."""
    return text.replace("{", "{{").replace("}", "}}")


def _fields(draft: Draft, totals: _Totals) -> list[Entry]:
    """What is said of each field of the patterns; shares in totals are read like their column."""
    said: dict[str, Any] = {}
    for column in draft.columns:
        if not column.empty:
            said[column.name] = column.read
    for name, column in totals.shares.items():
        said[name] = {"type": column.type, **column.read}
    if draft.melted is not None:
        said[draft.melted.parent.name] = draft.melted.parent.read
    if draft.group is not None:
        said[draft.group.name] = draft.group.read
    return [Entry(name, read) for name, read in said.items() if read]


def _drop(draft: Draft, last: int) -> list[str]:
    """Footnotes inside the table whose mark is at no figure."""
    if "footnotes" not in draft.parts:
        return []
    kept = {note.number for note in draft.notes}
    dropped = []
    for note in footnotes(draft.sighting):
        if note.number not in kept and note.number < last:
            dropped.append(note.line)
    return dropped


def _group(draft: Draft) -> dict[str, Any]:
    if draft.group is None:
        return {}
    name = draft.group.name
    if draft.sighting.labels is not None:
        label = "first" if "first" in draft.parts else "merged"
        return {"field": name, "label": label, "restart": draft.columns[0].name}
    blanks = [""] * (draft.sighting.width - 1)
    row = draft.sighting.separator.join([_braces(name), *blanks])
    return {"field": name, "label": "above", "row": row}


def _melt(draft: Draft) -> dict[str, Any]:
    if draft.melted is None:
        return {}
    return {"into": draft.melted.parent.name, "columns": draft.melted.fields}
