"""What changed from one version to another, and which part of the version number has to rise.

Rows are found again by the primary key of their table; where it has none, a changed row is one
that went and one that came. The rule for the number is that of Data Package, "Data Package Version"
(https://datapackage.org/recipes/data-package-version/): what breaks those who use or cite the data
raises the first part, what adds to it the second, what corrects it the third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openbaar.schema.conventions import TRUST_TABLES
from openbaar.versions.snapshot import Cells, Contents, Snapshot

Part = Literal["major", "minor", "patch"]
PARTS: tuple[Part, ...] = ("major", "minor", "patch")
Values = Mapping[str, str]  # cells by their column


def _at_most(new: Any, old: Any) -> bool:
    return bool(new <= old)


def _at_least(new: Any, old: Any) -> bool:
    return bool(new >= old)


def _all_of_old(new: Any, old: Any) -> bool:
    return all(each in new for each in old)


def _none_but_old(new: Any, old: Any) -> bool:
    return all(each in old for each in new)


def _is_off(new: Any, _old: Any) -> bool:
    return new is False


# Whether the new value of a rule allows all that the old one did; without the rule all is allowed.
ALLOWS_MORE: Mapping[str, Callable[[Any, Any], bool]] = {
    "minimum": _at_most,
    "exclusiveMinimum": _at_most,
    "minLength": _at_most,
    "maximum": _at_least,
    "exclusiveMaximum": _at_least,
    "maxLength": _at_least,
    "enum": _all_of_old,
    "uniqueKeys": _none_but_old,
    "foreignKeys": _none_but_old,
    "required": _is_off,
    "unique": _is_off,
}

# Said of the bytes of a file, which differ whenever a row does, or of the version itself.
MEASURED = ("bytes", "hash", "rows", "version", "created", "issued", "modified", "resources")


@dataclass(frozen=True)
class Change:
    """One value that is another now; None where there was or is none."""

    what: str
    old: Any
    new: Any


@dataclass(frozen=True)
class RowChange:
    """A row with other cells than before, and the key by which it was found again."""

    key: Values
    cells: Sequence[Change]


@dataclass(frozen=True)
class SharedKey:
    """A key that several rows of a version have: their numbers, the first row after the header 1.

    No publication has such rows, but a package of others may.
    """

    version: str
    key: Values
    rows: Sequence[int]


@dataclass(frozen=True)
class TableDiff:
    """What changed in a table that both versions have."""

    name: str
    columns_added: Sequence[str] = ()
    columns_gone: Sequence[str] = ()
    reordered: bool = False
    schema: Sequence[Change] = ()  # types, constraints and keys
    texts: Sequence[Change] = ()  # what readers are told
    rows_added: Sequence[Values] = ()
    rows_gone: Sequence[Values] = ()
    rows_changed: Sequence[RowChange] = ()
    shared_keys: Sequence[SharedKey] = ()  # for which the rows were compared as without a key

    @property
    def is_empty(self) -> bool:
        """Whether the table is the same in both versions."""
        return self == TableDiff(self.name)


@dataclass(frozen=True)
class Diff:
    """What changed from the version `old` to the version `new`.

    `texts_known` is false where one of them kept no texts, so that none could be compared.
    """

    old: str
    new: str
    tables_added: Sequence[str] = ()
    tables_gone: Sequence[str] = ()
    tables: Sequence[TableDiff] = ()
    documents: Sequence[Change] = ()
    texts: Sequence[Change] = ()
    texts_known: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed but the version."""
        return self.part is None

    @property
    def part(self) -> Part | None:
        """Which part of the version has to rise; None where nothing changed."""
        parts = [*self._parts()]
        return min(parts, key=PARTS.index) if parts else None

    def _parts(self) -> Iterator[Part]:
        if self.tables_gone:
            yield "major"
        if self.tables_added:
            yield "minor"
        if self.texts or self.documents:
            yield "patch"
        for table in self.tables:
            yield from _parts_of(table)


def difference(old: Snapshot, new: Snapshot) -> Diff:
    """What changed from one version to another."""
    known = old.described and new.described
    return Diff(
        old.label,
        new.label,
        [name for name in new.tables if name not in old.tables],
        [name for name in old.tables if name not in new.tables],
        list(_tables(old, new, known)),
        list(_documents(old, new)) if known else [],
        list(_changes(_package_texts(old), _package_texts(new))) if known else [],
        known,
    )


def _parts_of(table: TableDiff) -> Iterator[Part]:
    """Which parts of the version the changes of a table ask for."""
    breaking = table.columns_gone or table.reordered
    if breaking or any(not _is_looser(change) for change in table.schema):
        yield "major"
    # The rows of trust tables follow from those of others, and are cited with them.
    if table.rows_gone:
        yield "minor" if table.name in TRUST_TABLES else "major"
    if table.columns_added or table.rows_added or table.schema:
        yield "minor"
    if table.rows_changed or table.texts:
        yield "patch"


# --- the tables ---


def _tables(old: Snapshot, new: Snapshot, known: bool) -> Iterator[TableDiff]:
    for name in new.tables:
        if name in old.tables:
            found = _table(name, old, new, known)
            if not found.is_empty:
                yield found


def _in_both(columns: Sequence[str], others: Sequence[str]) -> list[str]:
    """The columns that are among the others, in their own order."""
    return [column for column in columns if column in others]


def _only_in(columns: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """The columns that are not among the others."""
    return tuple(column for column in columns if column not in others)


def _table(name: str, old: Snapshot, new: Snapshot, known: bool) -> TableDiff:
    before, after = old.tables[name], new.tables[name]
    shared_before = _in_both(before.columns, after.columns)
    shared_after = _in_both(after.columns, before.columns)
    rules = _changes(_rules(old, name), _rules(new, name)) if known else ()
    texts = _changes(_texts(old, name), _texts(new, name)) if known else ()
    key = [] if before == after else _usable_key(before, after, new.key(name))
    shared_keys = (*_shared_keys(old.label, before, key), *_shared_keys(new.label, after, key))
    added, gone, changed = _rows(before, after, [] if shared_keys else key)
    return TableDiff(
        name,
        columns_added=_only_in(after.columns, before.columns),
        columns_gone=_only_in(before.columns, after.columns),
        reordered=shared_before != shared_after,
        schema=tuple(_of_shared(rules, shared_after)),
        texts=tuple(texts),
        rows_added=added,
        rows_gone=gone,
        rows_changed=changed,
        shared_keys=shared_keys,
    )


def _of_shared(changes: Iterator[Change] | tuple[()], columns: Sequence[str]) -> Iterator[Change]:
    """Changes of the schema, without those of columns that came or went."""
    for change in changes:
        section, _, rest = change.what.partition(".")
        if section != "fields" or rest.partition(".")[0] in columns:
            yield change


def _usable_key(before: Contents, after: Contents, key: Sequence[str]) -> Sequence[str]:
    """The columns of the key, where both versions have them; else none."""
    return key if set(key) <= set(before.columns) & set(after.columns) else []


def _shared_keys(label: str, contents: Contents, key: Sequence[str]) -> Iterator[SharedKey]:
    """Each key that more than one row has."""
    if not key:
        return
    found: dict[Cells, list[int]] = {}
    for row, cells in enumerate(contents.rows, start=1):
        found.setdefault(_picked(cells, contents.columns, key), []).append(row)
    for cells, rows in found.items():
        if len(rows) > 1:
            yield SharedKey(label, dict(zip(key, cells, strict=True)), rows)


def _rows(
    before: Contents, after: Contents, key: Sequence[str]
) -> tuple[tuple[Values, ...], tuple[Values, ...], tuple[RowChange, ...]]:
    """The rows that came, that went, and that changed."""
    if before == after:
        return (), (), ()
    if not key:
        return _without_key(before, after)
    old = _by_key(before, key)
    new = _by_key(after, key)
    added = tuple(row for each, row in new.items() if each not in old)
    gone = tuple(row for each, row in old.items() if each not in new)
    shared = _in_both(after.columns, before.columns)
    return added, gone, tuple(_changed_rows(old, new, key, shared))


def _by_key(contents: Contents, key: Sequence[str]) -> dict[Cells, Values]:
    """The rows by the cells of their key."""
    rows = [_values(contents.columns, row) for row in contents.rows]
    return {tuple(row[column] for column in key): row for row in rows}


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


def _without_key(
    before: Contents, after: Contents
) -> tuple[tuple[Values, ...], tuple[Values, ...], tuple[RowChange, ...]]:
    """The rows that came and went, where nothing says which row is which."""
    if before.columns != after.columns:
        shared = [column for column in after.columns if column in before.columns]
        before, after = _narrowed(before, shared), _narrowed(after, shared)
    old, new = Counter(before.rows), Counter(after.rows)
    added = tuple(_values(after.columns, row) for row in (new - old).elements())
    gone = tuple(_values(before.columns, row) for row in (old - new).elements())
    return added, gone, ()


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
    return [
        Change(column, old[column], new[column]) for column in columns if old[column] != new[column]
    ]


# --- what the descriptors say ---


def _rules(version: Snapshot, table: str) -> dict[str, Any]:
    """What the schema of a table demands, by its place in the schema."""
    schema = version.resources[table].get("schema", {})
    rules = {}
    for field in schema.get("fields", []):
        place = f"fields.{field['name']}"
        rules[f"{place}.type"] = field.get("type")
        rules[f"{place}.format"] = field.get("format")
        for constraint, value in field.get("constraints", {}).items():
            rules[f"{place}.constraints.{constraint}"] = value
    for key in ("primaryKey", "uniqueKeys", "foreignKeys"):
        rules[key] = schema.get(key)
    return {place: value for place, value in rules.items() if value is not None}


def _texts(version: Snapshot, table: str) -> dict[str, Any]:
    """What readers are told of a table and its columns, by its place in the descriptor."""
    resource = version.resources[table]
    texts = _leaves(
        {key: resource.get(key) for key in ("title", "description", "translations", "notes")}
    )
    for field in resource.get("schema", {}).get("fields", []):
        told = {key: field.get(key) for key in ("title", "description", "unit", "translations")}
        texts |= _leaves(told, f"fields.{field['name']}")
    return texts


def _package_texts(version: Snapshot) -> dict[str, Any]:
    """What the package says of itself; its documents apart."""
    kept = {
        key: value
        for key, value in version.descriptor.items()
        if key not in (*MEASURED, "sources", "$schema")
    }
    return _leaves(kept)


def _documents(old: Snapshot, new: Snapshot) -> Iterator[Change]:
    """Documents that came, went, or have other bytes, by their path."""
    yield from _changes(_digests(old), _digests(new))


def _digests(version: Snapshot) -> dict[str, Any]:
    """The hash of each document by its path."""
    sources = version.descriptor.get("sources", [])
    return {source["path"]: source.get("sha256") for source in sources if "path" in source}


def _leaves(value: Any, place: str = "") -> dict[str, Any]:
    """The values at the ends of nested mappings and lists, by their dotted place.

    before: {"title": "a", "translations": {"en": {"title": "b"}}}
    after: {"title": "a", "translations.en.title": "b"}
    """
    if isinstance(value, Mapping):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        return {} if value is None else {place: value}
    found: dict[str, Any] = {}
    for key, each in inside:
        found |= _leaves(each, f"{place}.{key}" if place else str(key))
    return found


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """The values that are other ones now, in the order of the new ones, then those that went."""
    for what in [*new, *(gone for gone in old if gone not in new)]:
        before, after = old.get(what), new.get(what)
        if before != after:
            yield Change(what, before, after)


def _is_looser(change: Change) -> bool:
    """Whether a rule of a schema allows now all that it allowed before."""
    rule = change.what.rpartition(".")[2]
    if rule not in ALLOWS_MORE:
        return ".constraints." in change.what and change.new is None
    if change.new is None:
        return True
    if change.old is None:
        return False
    return ALLOWS_MORE[rule](change.new, change.old)
