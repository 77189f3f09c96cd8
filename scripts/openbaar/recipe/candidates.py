"""Which units may be one row: one alone, or joined with the next ones of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import KindOfRow, RowTemplate
from openbaar.recipe.templates import Attempt, attempt
from openbaar.recipe.units import Unit, join
from openbaar.recipe.values import Reader


def attempted(template: RowTemplate, unit: Unit, readers: Mapping[str, Reader]) -> Attempt:
    """What reading a unit by a template comes to; several rows printed as one are read as one."""
    return attempt(template.row.replace(" || ", " "), unit.text, readers)


class Candidate(NamedTuple):
    """Units as one row could hold them: how many, joined, and the templates to try on them."""

    taken: int
    unit: Unit
    templates: list[KindOfRow]


def candidates(
    units: Sequence[Unit], index: int, recipe: Recipe, templates: list[KindOfRow]
) -> Iterator[Candidate]:
    """The units from `index` as one row could hold them, with the `templates` to try.

    Where units are cells, a row holds as many as its template has; otherwise up to `join`, all of
    one page.
    """
    if recipe.reading.by != "cell":
        for count, unit in _joined(units, index, recipe.join, " "):
            yield Candidate(count, unit, templates)
        return
    by_count: dict[int, list[KindOfRow]] = {}
    for each in templates:
        by_count.setdefault(_cell_count(each.template), []).append(each)
    for count, unit in _joined(units, index, max(by_count), SEPARATOR):
        if count in by_count:
            yield Candidate(count, unit, by_count[count])


def _joined(
    units: Sequence[Unit], index: int, most: int, separator: str
) -> Iterator[tuple[int, Unit]]:
    """The unit at `index` alone, and joined with the next ones of its page up to `most` of them."""
    unit = units[index]
    yield 1, unit
    for count, following in enumerate(units[index + 1 : index + most], start=2):
        if following.page != unit.page:
            return
        unit = join(unit, following, separator)
        yield count, unit


def _cell_count(template: RowTemplate) -> int:
    return template.row.count(SEPARATOR) + 1
