"""A difference between two versions as text for people and as data for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from openbaar.errors import counted
from openbaar.texts import shortened
from openbaar.versions.changes import Change, Diff, RowChange, SharedKey, TableDiff, Values

SHOWN = 20  # of each kind of change to a table
LONGEST = 60  # characters of a text that is shown
MEANING = {
    "major": "a table, column, row or rule that people may rely on changed or went",
    "minor": "data were added",
    "patch": "data or texts were corrected",
}


def as_data(diff: Diff) -> dict[str, Any]:
    """The difference as plain data, with the part of the version that has to rise."""
    return {"part": diff.part, **asdict(diff)}


def as_text(diff: Diff) -> str:
    """The difference for people, a line for each change."""
    return "\n".join(_lines(diff))


def summary(diff: Diff) -> list[str]:
    """The difference in a sentence for each table, as a changelog lists it, in Markdown."""
    lines = [f"Table `{name}` is new." for name in diff.tables_added]
    lines += [f"Table `{name}` is gone." for name in diff.tables_gone]
    lines += [f"`{table.name}`: {_counted(table)}." for table in diff.tables]
    lines += [f"Document `{change.what}` {_fate(change)}." for change in diff.documents]
    if diff.texts:
        lines.append(f"{counted(len(diff.texts), 'text')} of the package changed.")
    return lines


def _lines(diff: Diff) -> Iterator[str]:
    if diff.part is None:
        yield f"{diff.old} → {diff.new}: nothing changed"
    else:
        yield f"{diff.old} → {diff.new}: {diff.part}: {MEANING[diff.part]}"
    if not diff.texts_known:
        yield "texts, types and documents were not compared: a version did not keep its descriptor"
    for name in diff.tables_added:
        yield f"+ table {name}"
    for name in diff.tables_gone:
        yield f"- table {name}"
    for table in diff.tables:
        yield from _table_lines(table)
    for change in diff.documents:
        yield f"~ {change.what} {_fate(change)}"
    for change in diff.texts:
        yield f"~ {_changed(change)}"


def _table_lines(table: TableDiff) -> Iterator[str]:
    yield f"~ table {table.name}: {_counted(table)}"
    for column in table.columns_added:
        yield f"  + column {column}"
    for column in table.columns_gone:
        yield f"  - column {column}"
    for change in [*table.schema, *table.texts]:
        yield f"  ~ {_changed(change)}"
    yield from _first([f"  ! {_shared(each)}" for each in table.shared_keys])
    yield from _first([f"  + {_row(row)}" for row in table.rows_added])
    yield from _first([f"  - {_row(row)}" for row in table.rows_gone])
    yield from _first([f"  ~ {_changed_row(row)}" for row in table.rows_changed])


def _first(lines: Sequence[str]) -> Iterator[str]:
    """The first lines, and how many are left out."""
    yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"  … and {len(lines) - SHOWN} more"


def _counted(table: TableDiff) -> str:
    """What changed in a table, in numbers."""
    counts = [
        (len(table.columns_added), "column", "added"),
        (len(table.columns_gone), "column", "gone"),
        (len(table.rows_added), "row", "added"),
        (len(table.rows_gone), "row", "gone"),
        (len(table.rows_changed), "row", "changed"),
        (len(table.schema), "rule", "changed"),
        (len(table.texts), "text", "changed"),
    ]
    said = [f"{counted(count, what)} {fate}" for count, what, fate in counts if count]
    if table.reordered:
        said.append("columns in another order")
    return ", ".join(said)


def _fate(change: Change) -> str:
    if change.old is None:
        return "is new"
    if change.new is None:
        return "is gone"
    return "was replaced by another file"


def _row(row: Values) -> str:
    return ", ".join(f"{column} {value}" for column, value in row.items() if value)


def _shared(shared: SharedKey) -> str:
    """Why rows could not be told apart."""
    rows = " and ".join(map(str, shared.rows))
    return (
        f"in {shared.version} rows {rows} have the same key ({_row(shared.key)}): "
        "rows were compared as a whole"
    )


def _changed_row(row: RowChange) -> str:
    cells = "; ".join(_changed(cell) for cell in row.cells)
    return f"{_row(row.key)}: {cells}"


def _changed(change: Change) -> str:
    return f"{change.what}: {_short(change.old)} → {_short(change.new)}"


def _short(value: Any) -> str:
    if value is None:
        return "(none)"
    if value == "":
        return "(empty)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text, LONGEST)
