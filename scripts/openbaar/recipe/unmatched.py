"""Patterns of a recipe that match nothing: with a misprint in one, a total would go unchecked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from openbaar.documents.lines import shown
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import RowTemplate
from openbaar.recipe.rows import RowsRead
from openbaar.recipe.units import Unit
from openbaar.schema.patterns import compiled
from openbaar.yamlfile import KeyPath


class Unmatched(NamedTuple):
    """A pattern or a template that nothing in the document fits, and its place in the recipe."""

    path: KeyPath
    pattern: str


def unmatched(authored: Recipe, recipe: Recipe, read: RowsRead) -> Iterator[Unmatched]:
    """What of `skip` and `totals` nothing fits, of a recipe as it was written.

    The totals of groups may be printed in several forms, so one of these is enough.

    `recipe` is the same for its document, where a template may have several forms.
    """
    idle = unmatched_skips(authored.skipped_patterns, read.dropped)
    for index, item in enumerate(authored.skip):
        if item in idle:
            yield Unmatched(("skip", index), str(item))
    used = {row.template.row for row in read.rows if row.is_total}
    of_groups = list(_totals("group", authored.totals.group, recipe.totals.group, used))
    if len(of_groups) == len(authored.totals.group):  # else they are forms of those that are read
        yield from of_groups
    yield from _totals("table", authored.totals.table, recipe.totals.table, used)


def unmatched_skips(patterns: Iterable[str], dropped: Iterable[Unit]) -> set[str]:
    """The patterns of `skip` that match none of the units that were dropped."""
    idle = set(patterns)
    for unit in dropped:
        text = shown(unit.text)
        idle = {pattern for pattern in idle if compiled(pattern).fullmatch(text) is None}
    return idle


def _totals(
    key: str, authored: Sequence[RowTemplate], made: Sequence[RowTemplate], used: Collection[str]
) -> Iterator[Unmatched]:
    """The templates of totals of which no form was read; `made` has the forms of each in order."""
    forms = len(made) // max(1, len(authored))
    for index, template in enumerate(authored):
        mine = made[index * forms : (index + 1) * forms]
        if not any(form.row in used for form in mine):
            yield Unmatched(("totals", key, index), template.row)
