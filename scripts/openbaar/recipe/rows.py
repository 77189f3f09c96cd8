"""Reading rows: each unit of the text must fit exactly one reading of exactly one row template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from openbaar.documents.lines import SEPARATOR, Document, shown
from openbaar.errors import Problem, concerning
from openbaar.recipe.candidates import attempted, candidates
from openbaar.recipe.language import Recipe
from openbaar.recipe.row_keys import KindOfRow, RowTemplate, template_fields
from openbaar.recipe.row_problems import (
    MAX_PROBLEMS,
    ambiguous,
    cut_words,
    longest_unit,
    too_long,
    unread,
)
from openbaar.recipe.settle import Options, ReadRow, settle, undecided
from openbaar.recipe.templates import template_items
from openbaar.recipe.units import Unit
from openbaar.recipe.values import Reader
from openbaar.schema.patterns import compiled


@dataclass(frozen=True)
class RowsRead:
    """What reading rows came to: the rows, the units that are dropped, and the problems."""

    rows: list[ReadRow] = field(default_factory=list)
    dropped: list[Unit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(
    document: Document, units: Sequence[Unit], recipe: Recipe, readers: Mapping[str, Reader]
) -> RowsRead:
    """Read all units as rows, each unit that fits no template, or two readings, being a problem.

    A unit that is no row by itself may be one together with the next ones on its page.

    before: "2020" | "vrouw 91.493", with the template "{start_year} {gender} {started}"
    after: start_year 2020, gender vrouw, started 91.493
    """
    kept, dropped = _without_dropped(units, recipe)
    refused = too_long(document, kept, recipe) + cut_words(document, kept)
    walk = _Walk(document, kept, recipe, readers)
    options = walk.options(told_before=len(refused))
    problems = refused + walk.problems
    settled = settle(options)
    rows: list[ReadRow] = []
    for readings in settled:
        if len(readings) == 1:
            rows += _parts(readings[0])
    if len(problems) < MAX_PROBLEMS:
        problems += _undecided(document, settled)[: MAX_PROBLEMS - len(problems)]
    return RowsRead(rows, dropped, problems)


def _undecided(document: Document, settled: Options) -> list[Problem]:
    """The problems of rows that no total settles, each with the total that should have."""
    if all(len(readings) == 1 for readings in settled):
        return []
    totals = undecided(settled)
    problems = []
    for index, readings in enumerate(settled):
        if len(readings) > 1:
            problems.append(ambiguous(document, readings, total=totals.get(index)))
    return problems


def _without_dropped(units: Sequence[Unit], recipe: Recipe) -> tuple[list[Unit], list[Unit]]:
    """The units that are read, and those that the recipe skips."""
    patterns = [compiled(pattern) for pattern in recipe.skipped_patterns]
    kept: list[Unit] = []
    dropped: list[Unit] = []
    for unit in units:
        text = shown(unit.text)
        is_dropped = any(pattern.fullmatch(text) for pattern in patterns)
        (dropped if is_dropped else kept).append(unit)
    return kept, dropped


class _Found(NamedTuple):
    """A reading of units as one row, and how many units it takes."""

    taken: int
    row: ReadRow


@dataclass
class _Walk:
    """Walks through the units from the first to the last, and collects what fits no template."""

    document: Document
    units: Sequence[Unit]
    recipe: Recipe
    readers: Mapping[str, Reader]
    problems: list[Problem] = field(default_factory=list)
    index: int = 0  # the unit that is being read

    @cached_property
    def _kinds(self) -> list[KindOfRow]:
        """The templates to try; the recipe makes the list each time that it is asked."""
        return self.recipe.kinds_of_rows

    def options(self, told_before: int) -> list[list[ReadRow]]:
        """For each row all its readings. Stops after MAX_PROBLEMS, `told_before` included."""
        with concerning("reading", lambda: self.document.place(*self.units[self.index].lines())):
            return self._options(told_before)

    def _options(self, told_before: int) -> list[list[ReadRow]]:
        options: list[list[ReadRow]] = []
        longest = longest_unit(self.recipe)
        lost = told_before > 0
        while self.index < len(self.units) and told_before + len(self.problems) <= MAX_PROBLEMS:
            if lost and len(self.units[self.index].text) > longest:
                break
            found = self._readings()
            counts = {each.taken for each in found}
            if len(counts) == 1:
                options.append([each.row for each in found])
                self.index += found[0].taken
                lost = False
                continue
            # Where units are cells, one that does not fit makes the next ones not fit.
            if not (lost and self.recipe.reading.by == "cell"):
                self.problems.append(self._problem_at(self.index, found))
            lost = True
            self.index += 1
        return options

    def _readings(self) -> list[_Found]:
        """Every reading of the unit that is being read, alone or joined with the next ones."""
        found: list[_Found] = []
        for candidate in candidates(self.units, self.index, self.recipe, self._kinds):
            for kind, template in candidate.templates:
                for slots in attempted(template, candidate.unit, self.readers).readings:
                    row = ReadRow(kind, template, candidate.unit, slots)
                    found.append(_Found(candidate.taken, row))
            # A line that is a row by itself is one; blocks were separated on purpose, so there both
            # count.
            if found and self.recipe.reading.by == "line":
                break
        return _by_rank(found)

    def _problem_at(self, index: int, found: Sequence[_Found]) -> Problem:
        """Why the unit at `index` is no row: it fits nothing, or rows of different lengths."""
        if found:
            return ambiguous(self.document, [each.row for each in found], self.units[index])
        return unread(self.document, self.units, index, self.recipe, self.readers)


def _by_rank(found: Sequence[_Found]) -> list[_Found]:
    """The readings without those that a total outranks: free text that holds its printed words.

    before: "Totaal 12" as a row of data with the label Totaal, or by the template "Totaal {n}"
    after: the total
    """
    if len(found) < 2:
        return list(found)
    words: dict[int, list[str]] = {}
    for taken, row in found:
        if row.is_total:
            words.setdefault(taken, []).extend(_literal_words(row.template))
    if not words:
        return list(found)
    return [each for each in found if not _is_outranked(each.row, words.get(each.taken, ()))]


def _is_outranked(row: ReadRow, words: Sequence[str]) -> bool:
    """Whether a row of data holds one of the words that a total prints in its free text."""
    if row.kind != "data":
        return False
    printed = chain.from_iterable(text.split() for text in row.texts())
    return not set(words).isdisjoint(printed)


def _literal_words(template: RowTemplate) -> list[str]:
    """The words that a template prints itself."""
    literals = " ".join(item.literal for item in template_items(template.row))
    return [word for word in literals.replace(SEPARATOR, " ").split() if word[:1].isalpha()]


def _parts(row: ReadRow) -> list[ReadRow]:
    """The rows of a template with ` || `, each with its own fields in their printed order."""
    if len(row.template.parts) == 1:
        return [row]
    rows = []
    start = 0
    for part in row.template.parts:
        end = start + len(template_fields(part))
        rows.append(row._replace(slots=row.slots[start:end]))
        start = end
    return rows
