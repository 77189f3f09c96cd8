"""Rows of a table that came, went or changed.

Rows are found again by the primary key of their table; where it has none, a changed row is one
that went and one that came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openbaar.versions.changes import Change, RowChange, SharedKey, Values
from openbaar.versions.snapshot import Cells, Contents


def in_both(columns: Sequence[str], others: Sequence[str]) -> list[str]:
    """The columns that are among the others, in their own order."""
    return [column for column in columns if column in others]


def shared_keys(label: str, contents: Contents, key: Sequence[str]) -> Iterator[SharedKey]:
    """Each key that more than one row has."""
    if not key:
        return
    found: dict[Cells, list[int]] = {}
    for row, cells in enumerate(contents.rows, start=1):
        found.setdefault(_picked(cells, contents.columns, key), []).append(row)
    for cells, rows in found.items():
        if len(rows) > 1:
            yield SharedKey(label, dict(zip(key, cells, strict=True)), rows)


class RowChanges(NamedTuple):
    """The rows that came, that went, and that changed."""

    added: Sequence[Values] = ()
    gone: Sequence[Values] = ()
    changed: Sequence[RowChange] = ()


def row_changes(before: Contents, after: Contents, key: Sequence[str]) -> RowChanges:
    """How the rows of two versions of a table differ; by their `key`, where there is one."""
    if before == after:
        return RowChanges()
    if not key:
        return _without_key(before, after)
    old = _by_key(before, key)
    new = _by_key(after, key)
    added = tuple(row for each, row in new.items() if each not in old)
    gone = tuple(row for each, row in old.items() if each not in new)
    shared = in_both(after.columns, before.columns)
    return RowChanges(added, gone, tuple(_changed_rows(old, new, key, shared)))


def _by_key(contents: Contents, key: Sequence[str]) -> dict[Cells, Values]:
    """The rows by the cells of their key."""
    found: dict[Cells, Values] = {}
    for row in contents.rows:
        values = _values(contents.columns, row)
        found[tuple(values[column] for column in key)] = values
    return found


def _changed_rows(
    old: Mapping[Cells, Values],
    new: Mapping[Cells, Values],
    key: Sequence[str],
    columns: Sequence[str],
) -> Iterator[RowChange]:
    """The rows of both versions in which one of the `columns` has another cell now."""
    for each in [each for each in new if each in old]:
        cells = _cells(old[each], new[each], columns)
        if cells:
            yield RowChange(dict(zip(key, each, strict=True)), cells)


def _without_key(before: Contents, after: Contents) -> RowChanges:
    """The rows that came and went, where nothing says which row is which."""
    if before.columns != after.columns:
        shared = in_both(after.columns, before.columns)
        before, after = _narrowed(before, shared), _narrowed(after, shared)
    old, new = Counter(before.rows), Counter(after.rows)
    added = tuple(_values(after.columns, row) for row in (new - old).elements())
    gone = tuple(_values(before.columns, row) for row in (old - new).elements())
    return RowChanges(added, gone)


def _narrowed(contents: Contents, columns: Sequence[str]) -> Contents:
    rows = [_picked(row, contents.columns, columns) for row in contents.rows]
    return Contents(tuple(columns), rows)


def _picked(row: Cells, columns: Cells, wanted: Sequence[str]) -> Cells:
    values = _values(columns, row)
    return tuple(values[column] for column in wanted)


def _values(columns: Cells, row: Cells) -> dict[str, str]:
    return dict(zip(columns, row, strict=True))


def _cells(old: Values, new: Values, columns: Sequence[str]) -> list[Change]:
    """The cells of a row that are other ones now."""
    changed = [column for column in columns if old[column] != new[column]]
    return [Change(column, old[column], new[column]) for column in changed]
