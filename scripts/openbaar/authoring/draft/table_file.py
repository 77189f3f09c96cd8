"""From a draft to a table file: every part of it a guess that a person confirms."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openbaar.authoring.draft.authored import Entry
from openbaar.authoring.draft.finding.printed import kind
from openbaar.authoring.draft.finding.sighting import SeenRow, Sighting
from openbaar.authoring.draft.guessing.columns import PERCENT, Column, escaped, without_brackets
from openbaar.authoring.draft.guessing.draft import Draft, primary_key, table_columns
from openbaar.authoring.draft.guessing.partial_totals import ALL, PartialTotal
from openbaar.authoring.draft.guessing.place import Footnote, anchors, end, footnotes
from openbaar.recipe.columns import split_at
from openbaar.recipe.numbers import NumberFormat
from openbaar.recipe.row_keys import ROW_NUMBER
from openbaar.schema.conventions import UNKNOWN
from openbaar.texts import N_, catalogue

LONGEST_TITLE = 250
MOST_SPACINGS = 3  # ways in which the rows of a table are spaced otherwise than most
POSITION = "position"  # the column that numbers rows which nothing else tells apart
TITLES_OF_OURS = {
    POSITION: N_("No."),
    "source_lines": N_("Lines"),
    "status": N_("Status"),
    "year": N_("Year"),
    "period": N_("Period"),
    "month": N_("Month"),
    "date": N_("Date"),
    "heading": N_("Heading"),
    "section": N_("Section"),
    "label": N_("Label"),
    "value": N_("Value"),
}


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
    fields = []
    for each in columns:
        described = _field(draft, each.name, each.title, each.type, unknown)
        if each.is_percent:
            described["unit"] = dict.fromkeys(draft.languages, PERCENT)  # in any language
        fields.append(described)
    if not key:
        fields.insert(0, _field(draft, POSITION, "", "integer", unknown))
    if any(column.blank for column in draft.columns) or draft.sighting.is_unsure:
        fields.append(_field(draft, "status", "", "string", unknown))
    fields.append(_field(draft, "source_lines", "", "string", unknown))
    guess = "names, types and titles of the columns"
    if not draft.sighting.headings:
        guess = "headings could not be told apart, so the names say nothing"
    guess += "; describe each, and give what counts something its unit"
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
    described["title"] = draft.text(title or _title_of_ours(draft, name))
    described["description"] = draft.text(unknown)
    return described


def _title_of_ours(draft: Draft, name: str) -> str:
    """What readers see above a column that the toolkit adds; any other is called as it is named."""
    title = TITLES_OF_OURS.get(name)
    return name if title is None else catalogue(draft.language).gettext(title)


def _footnote(draft: Draft, note: Footnote) -> Entry:
    return Entry(note.mark, {"line": note.line, "text": draft.text(note.text)})


def _recipe(draft: Draft, document: str | None, is_numbered: bool) -> list[Entry]:
    """The keys of the recipe that are needed, in the order in which people write them."""
    sighting = draft.sighting
    last = max([sighting.last, *(note.number for note in draft.notes if note.is_below)])
    totals = _totals(draft)
    made = [
        Entry("document", document, "where the table is"),
        Entry("page", sighting.page, "the page or sheet"),
        Entry("from", without_brackets(anchors(sighting)), "the lines before the table"),
        Entry("until", end(sighting, last), "the first line after it"),
        Entry("header", _header(draft), "what is printed above the rows"),
        Entry("by", _by(sighting), "how lines make rows"),
        Entry("join", draft.join if draft.join > 1 else None, "rows of several units"),
        Entry("numbers", _numbers(draft), "how numbers are printed"),
        Entry("rows", without_brackets(_rows(draft)), "the row pattern"),
        Entry("set", {POSITION: ROW_NUMBER} if is_numbered else None, "the number of the row"),
        Entry("totals", totals.entry, "rows that state totals; what begins with _ is no sum"),
        Entry("skip", _skip(draft, last), "lines that are no rows"),
        Entry(
            "cells",
            _cells(draft, totals),
            "signs, blanks, marks, dates and limits of what is printed",
        ),
        Entry("group", _group(draft), "a label printed once for several rows"),
    ]
    return [entry for entry in made if entry.value]


def _by(sighting: Sighting) -> Any:
    """How lines are put together; in a grid, nothing has to be said."""
    if sighting.units == "columns":
        by: dict[str, Any] = {"columns": list(sighting.columns)}
        return {**by, "starts": sighting.starts} if sighting.starts else by
    return None if sighting.units == "grid" else sighting.units


def _header(draft: Draft) -> list[str] | str | None:
    """The headings as printed, with a field in the place of each that is data."""
    if "header" not in draft.parts:
        return None
    header = [_literal(text) for text in draft.sighting.header]
    if draft.sighting.repeated:
        header = [_literal(" | ".join(cells).rstrip(" |")) for cells in draft.sighting.headings]
    for level, parent in enumerate(draft.melted.parents):
        header = _with_fields(header, draft.melted.printed(level), parent.name)
    return without_brackets(header)


def _with_fields(header: Sequence[str], headings: Sequence[str], name: str) -> list[str]:
    """The headings with `{name}` instead of each of `headings`, one after the other.

    before: "Provincie 2021 2022", the headings 2021 and 2022, the name year
    after: "Provincie {year} {year}"
    """
    replaced = list(header)
    index = start = 0
    for heading in headings:
        place = replaced[index].find(heading, start) if replaced else -1
        while place < 0 and index + 1 < len(replaced):
            index += 1
            place = replaced[index].find(heading)
        if place < 0:
            return replaced
        text = replaced[index]
        replaced[index] = text[:place] + _braces(name) + text[place + len(heading) :]
        start = place + len(_braces(name))
    return replaced


def _numbers(draft: Draft) -> str | None:
    """An example of the number format, unless it is the plain one."""
    if draft.numbers is None or draft.numbers == NumberFormat():
        return None
    return draft.numbers.example


def _rows(draft: Draft) -> list[str]:
    """The row patterns: one, and another for each other way in which rows are spaced.

    Where the label of a group may stand in them goes without saying.
    """
    parts = [_braces_of(draft, column) for column in draft.columns]
    found = {draft.sighting.separator.join(parts): None}
    for row in draft.sighting.of_kind("data"):
        if len(found) <= MOST_SPACINGS:
            found[_spaced(draft.sighting, row, parts)] = None
    return list(found)


def _spaced(sighting: Sighting, row: SeenRow, parts: Sequence[str]) -> str:
    """The parts of a pattern as far from each other as the cells of a row are printed.

    before: "Gent  12 4", the parts {label}, {n} and {m}
    after: "{label}  {n} {m}"
    """
    gaps = [sighting.separator] * (len(parts) - 1)
    if sighting.separator == " " and row.first == row.last and all(row.cells):
        gaps = _gaps(sighting.document.line(row.first).text, row.cells) or gaps
    spaced = [parts[0]]
    for gap, part in zip(gaps, parts[1:], strict=True):
        spaced += [gap, part]
    return "".join(spaced)


def _gaps(text: str, cells: Sequence[str]) -> list[str]:
    """The spaces between the cells that a line holds; none where it holds anything else."""
    pattern = "( +)".join(re.escape(cell) for cell in cells)
    found = re.fullmatch(rf"{pattern} *", text)
    return list(found.groups()) if found is not None else []


def _braces_of(draft: Draft, column: Column) -> str:
    """What stands for a column in a row pattern; nothing for an empty one."""
    return "" if column.empty else _braces(_column_name(draft, column))


def _column_name(draft: Draft, column: Column) -> str:
    """The column that a field becomes, which several are melted into below headings."""
    return draft.melted.column_of.get(column.name, column.name)


def _braces(name: str) -> str:
    return "{" + name + "}"


@dataclass
class _Totals:
    """The patterns of rows that state totals; a share in them is a field that is ignored."""

    table: list[Any] = field(default_factory=list)
    group: list[Any] = field(default_factory=list)
    shares: dict[str, Column] = field(default_factory=dict)  # by the name of their field

    def add(self, pattern: str, of: PartialTotal) -> None:
        """A pattern, and what the total in it is the sum of."""
        patterns = self.group if of.is_of_group else self.table
        row = {"row": pattern, "where": dict(of.where)} if of.where else pattern
        if row not in patterns:
            patterns.append(row)

    @property
    def entry(self) -> dict[str, Any]:
        """The key `totals` of the recipe."""
        kinds = {"group": self.group, "table": self.table}
        return {kind: without_brackets(rows) for kind, rows in kinds.items() if rows}


def _totals(draft: Draft) -> _Totals:
    totals = _Totals()
    if "totals" not in draft.parts:
        return totals
    for row in draft.sighting.of_kind("total"):
        pattern = _total_pattern(draft, row, totals.shares)
        totals.add(pattern, draft.partial.get(row.first, ALL))
    return totals


def _total_pattern(draft: Draft, row: SeenRow, shares: dict[str, Column]) -> str:
    """The pattern of a row of totals: its first text as printed, then the sums.

    What is no sum is added to `shares`.
    """
    parts = [_literal(row.cells[0])]
    for column, cell in zip(draft.columns[1:], row.cells[1:], strict=True):
        if kind(cell) not in ("number", "year", "unsure"):
            parts.append(_literal(cell))
        elif column.is_summed:
            parts.append(_braces(_column_name(draft, column)))
        else:
            name = f"_{_column_name(draft, column)}"
            shares[name] = column
            parts.append(_braces(name))
    return _spaced(draft.sighting, row, parts)


def _literal(text: str) -> str:
    """A text as a template prints it."""
    return text.replace("{", "{{").replace("}", "}}")


def _cells(draft: Draft, totals: _Totals) -> list[Entry]:
    """What is said of each field of the patterns; shares in totals are read like their column."""
    melted_fields = draft.melted.column_of
    printed = [column for column in draft.columns if not column.empty]
    fields = [*printed, *table_columns(draft)]
    said = {each.name: each.read for each in fields if each.name not in melted_fields}
    said |= {name: column.read for name, column in totals.shares.items()}
    for level, parent in enumerate(draft.melted.parents):
        said[parent.name] |= _limits_of_headings(parent, draft.melted.printed(level))
    return [Entry(name, read) for name, read in said.items() if read]


def _limits_of_headings(parent: Column, printed: Sequence[str]) -> dict[str, str]:
    """The headings that are words, so that one is told from the next."""
    if parent.type == "year":
        return {}
    return {"pattern": "|".join(escaped(heading) for heading in dict.fromkeys(printed))}


def _skip(draft: Draft, last: int) -> list[str]:
    """Lines between the pieces of a table, and footnotes in it whose mark is at no figure."""
    dropped = [_whole_line(draft.sighting, number) for number in draft.sighting.skipped]
    if "footnotes" not in draft.parts:
        return dropped
    kept = {note.number for note in draft.notes}
    for note in footnotes(draft.sighting):
        if note.number not in kept and note.number < last:
            dropped.append(_whole_line(draft.sighting, note.number))
    return dropped


def _whole_line(sighting: Sighting, number: int) -> str:
    """The pattern of a line as a whole, as rows are read in it; digits may differ in others."""
    line = sighting.document.line(number)
    text = line.shown
    if sighting.units == "columns":
        text = " | ".join(split_at(line, sighting.columns).texts)
    return re.sub(r"\d+", "[0-9]+", escaped(text))


def _group(draft: Draft) -> dict[str, Any]:
    if draft.group is None:
        return {}
    name = draft.group.name
    if draft.sighting.labels is not None:
        printed = "first" if "first" in draft.parts else "merged"
        return {"label": name, "printed": printed, "ends": _braces(draft.columns[0].name)}
    blanks = [""] * (draft.sighting.width - 1)
    return {"label": name, "printed": draft.sighting.separator.join([_braces(name), *blanks])}
