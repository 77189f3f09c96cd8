"""The difference between two versions: their tables, documents and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from openbaar.versions.changes import Change, Diff, TableDiff
from openbaar.versions.row_changes import in_both, row_changes, shared_keys
from openbaar.versions.snapshot import Contents, Snapshot
from openbaar.versions.told import document_hashes, package_texts, rules_of, texts_of


@dataclass(frozen=True)
class _Versions:
    """Two versions that are compared."""

    old: Snapshot
    new: Snapshot

    @property
    def are_described(self) -> bool:
        """Whether both kept their descriptors."""
        return self.old.described and self.new.described

    def told(self, what: Callable[[Snapshot], Mapping[str, Any]]) -> list[Change]:
        """The changes in what their descriptors tell; none where one kept no descriptor."""
        if not self.are_described:
            return []
        return list(_changes(what(self.old), what(self.new)))


def difference(old: Snapshot, new: Snapshot) -> Diff:
    """What changed from one version to another."""
    versions = _Versions(old, new)
    return Diff(
        old.label,
        new.label,
        tables_added=_only_in(list(new.tables), list(old.tables)),
        tables_gone=_only_in(list(old.tables), list(new.tables)),
        tables=list(_tables(versions)),
        documents=versions.told(document_hashes),
        texts=versions.told(package_texts),
        texts_known=versions.are_described,
    )


def _only_in(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """The names that are not among the others."""
    return [name for name in names if name not in others]


def _tables(versions: _Versions) -> Iterator[TableDiff]:
    """The tables of both that are not the same."""
    for name in in_both(list(versions.new.tables), list(versions.old.tables)):
        found = _table(name, versions)
        if not found.is_empty:
            yield found


def _table(name: str, versions: _Versions) -> TableDiff:
    old, new = versions.old, versions.new
    before, after = old.tables[name], new.tables[name]
    shared_before = in_both(before.columns, after.columns)
    shared_after = in_both(after.columns, before.columns)
    rules = versions.told(partial(rules_of, table=name))
    texts = versions.told(partial(texts_of, table=name))
    key = [] if before == after else _usable_key(before, after, new.key(name))
    shared = (*shared_keys(old.label, before, key), *shared_keys(new.label, after, key))
    rows = row_changes(before, after, [] if shared else key)
    return TableDiff(
        name,
        columns_added=tuple(_only_in(after.columns, before.columns)),
        columns_gone=tuple(_only_in(before.columns, after.columns)),
        reordered=shared_before != shared_after,
        schema=tuple(_of_shared(rules, shared_after)),
        texts=tuple(texts),
        rows_added=rows.added,
        rows_gone=rows.gone,
        rows_changed=rows.changed,
        shared_keys=shared,
    )


def _of_shared(changes: Iterable[Change], columns: Sequence[str]) -> Iterator[Change]:
    """Changes of the schema, without those of columns that came or went."""
    for change in changes:
        section, _, rest = change.what.partition(".")
        if section != "fields" or rest.partition(".")[0] in columns:
            yield change


def _usable_key(before: Contents, after: Contents, key: Sequence[str]) -> Sequence[str]:
    """The columns of the key, where both versions have them; else none."""
    return key if set(key) <= set(before.columns) & set(after.columns) else []


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The values that are other ones now, in the order of the new ones, then those that went."""
    for what in {**new, **old}:
        before, after = old.get(what), new.get(what)
        if before != after:
            yield Change(what, before, after)
