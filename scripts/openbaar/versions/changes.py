"""What changed from one version to another, and which part of the version number has to rise.

The rule for the number is that of Data Package, "Data Package Version"
(https://datapackage.org/recipes/data-package-version/): what breaks those who use or cite the data
raises the first part, what adds to it the second, what corrects it the third.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from openbaar.schema.conventions import TRUST_TABLES

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

    @property
    def part(self) -> Part | None:
        """Which part of the version the changes ask for; None where nothing changed."""
        # The rows of trust tables follow from those of others, and are cited with them.
        rows_lost = self.rows_gone if self.name not in TRUST_TABLES else ()
        stricter = [change for change in self.schema if not _is_looser(change)]
        return _highest_part(
            {
                "major": [self.columns_gone, self.reordered, stricter, rows_lost],
                "minor": [self.columns_added, self.rows_added, self.rows_gone, self.schema],
                "patch": [self.rows_changed, self.texts],
            }
        )


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
    def part(self) -> Part | None:
        """Which part of the version has to rise; None where nothing changed."""
        of_tables = {table.part for table in self.tables}
        return _highest_part(
            {
                "major": [self.tables_gone, "major" in of_tables],
                "minor": [self.tables_added, "minor" in of_tables],
                "patch": [self.texts, self.documents, "patch" in of_tables],
            }
        )


def _highest_part(changes: Mapping[Part, Sequence[Any]]) -> Part | None:
    """The highest part of a version for which there is a change among those that ask for it."""
    return next((part for part in PARTS if any(changes[part])), None)


def _is_looser(change: Change) -> bool:
    """Whether a rule of a schema allows now all that it allowed before."""
    rule = change.what.rpartition(".")[2]
    if rule not in ALLOWS_MORE:
        return ".constraints." in change.what and change.new is None
    if change.old is None or change.new is None:
        return change.new is None
    return ALLOWS_MORE[rule](change.new, change.old)
