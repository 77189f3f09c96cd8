"""Trying drafts with the real converter, and leaving out what does not convert."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from openbaar.authoring.draft.authored import Entry, as_data, authored
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.authoring.draft.guessing.draft import Draft, Part, draft_of
from openbaar.authoring.draft.guessing.place import footnotes, surroundings
from openbaar.authoring.draft.table_file import entries
from openbaar.authoring.draft.trusting.finished import Finished
from openbaar.authoring.draft.trusting.trust import doubts, reasons
from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem
from openbaar.models import load_model
from openbaar.schema.csvfile import Rows
from openbaar.tables.authored.model import Package, Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import check_references
from openbaar.tables.converting.reading import Reading, find_regions, read_table
from openbaar.tables.judging.sum_checks import stated_totals
from openbaar.tables.judging.verdicts import Verdict
from openbaar.texts import shortened
from openbaar.yamlfile import YamlFile

# What a draft has, then what it has less where that fails; the first that converts is kept.
VARIANTS: list[tuple[Part, ...]] = [
    ("header", "footnotes", "melt", "totals", "group"),
    ("header", "footnotes", "melt", "totals", "group", "first"),
    ("header", "footnotes", "totals", "group"),
    ("footnotes", "totals", "group"),
    ("header", "totals", "group"),
    ("totals", "group"),
    ("totals",),
    (),
]
# Where some of several totals are not those of all rows.
WITH_PARTIAL_TOTALS: list[tuple[Part, ...]] = [
    ("header", "footnotes", "melt", "totals", "group", "partial"),
    ("header", "footnotes", "totals", "group", "partial"),
]
FEWEST_EQUAL = 2  # totals that add up, where they alone say how many columns there are
MOST_PROBLEMS = 5  # that are named in a draft
LONGEST_PROBLEM = 300  # characters
LONGEST_REASON = 120  # characters of a problem in the summary of all drafts


@dataclass(frozen=True)
class Result:
    """What became of a draft: the number of its columns, its rows, its totals, its problems."""

    columns: int = 0
    rows: Rows = ()
    verdicts: Sequence[Verdict] = ()
    problems: Sequence[Problem] = ()
    unread: float = 0  # lines that are no rows; infinite where the table was not even found
    reading: Reading | None = None

    @property
    def equal(self) -> int:
        """How many stated totals are the sums of their rows."""
        return sum(verdict.outcome == "equal" for verdict in self.verdicts)

    @property
    def converts(self) -> str:
        """How much was read."""
        return f"{len(self.rows)} rows, {self.equal} of {len(self.verdicts)} stated totals add up"


@dataclass(frozen=True)
class Tried:
    """A draft, what became of it, what speaks against trusting it, and its text.

    The text has comments that say so.
    """

    name: str
    sighting: Sighting
    result: Result
    doubts: Sequence[str]
    text: str

    @property
    def is_trusted(self) -> bool:
        """Whether it converts, and nothing speaks against it."""
        return not self.result.problems and not self.doubts

    @property
    def all_equal(self) -> bool:
        """Whether it converts, and all of its stated totals are the sums of their rows."""
        return not self.result.problems and self.result.equal == len(self.result.verdicts) > 0

    @property
    def has_totals_that_differ(self) -> bool:
        """Whether it converts, and a stated total is not the sum of its rows."""
        return not self.result.problems and self.result.equal < len(self.result.verdicts)

    @property
    def outcome(self) -> str:
        """What became of it, in a few words."""
        if self.result.problems:
            return f"does not convert yet: {_first_of(self.result.problems)}"
        if self.doubts:
            return f"needs a look: {self.doubts[0]}; {self.result.converts}"
        return f"converts: {self.result.converts}"


@dataclass(frozen=True)
class _Attempt:
    """One of the variants, what became of it, and what is believed of it."""

    draft: Draft
    made: Sequence[Entry]
    result: Result

    @property
    def badness(self) -> tuple[float, int]:
        """What it is compared by: lines that it does not read, then problems."""
        return self.result.unread, len(self.result.problems)

    @cached_property
    def finished(self) -> Finished:
        """What its trust is judged by."""
        return Finished(self.draft, self.result.verdicts)

    @cached_property
    def doubts(self) -> list[str]:
        """What speaks against trusting it, where it converts."""
        return [] if self.result.problems else doubts(self.finished)


def best_draft(
    name: str,
    sighting: Sighting,
    languages: Sequence[str],
    document: str | None,
    package: Sequence[Entry],
) -> Tried:
    """The draft with the most parts that converts; if none does, the one that reads the most lines.

    `document` is the document's path where it is not the first one, `package` the package file
    that goes with the draft. Where it is not to be trusted, other numbers of columns are tried: one
    with which all stated totals add up is right.
    """
    author = _Author(name, languages, document, package)
    if sighting.may_be_totals:
        tried = author.best_of(_with_totals(sighting), WITH_PARTIAL_TOTALS)
        if tried.all_equal:
            return tried
    first = author.best_of(sighting)
    if first.is_trusted:
        return first
    if first.has_totals_that_differ:
        tried = author.best_of(sighting, WITH_PARTIAL_TOTALS)
        if tried.all_equal:
            return tried
    for other in sighting.others:
        tried = author.best_of(other)
        if tried.is_trusted and tried.result.equal >= FEWEST_EQUAL:
            return tried
    return first


def _with_totals(sighting: Sighting) -> Sighting:
    """The sighting with the rows as totals that may be some."""
    totals = sighting.may_be_totals
    if len(totals) == len(sighting.of_kind("data")):
        return sighting
    rows = [replace(row, kind="total") if row in totals else row for row in sighting.rows]
    return replace(sighting, rows=tuple(rows))


@dataclass(frozen=True)
class _Author:
    """Drafts one table, as `best_draft` says."""

    name: str
    languages: Sequence[str]
    document: str | None
    package: Sequence[Entry]

    def best_of(self, sighting: Sighting, variants: Sequence[tuple[Part, ...]] = VARIANTS) -> Tried:
        """The best draft of a sighting as it was seen, of those with these parts."""
        attempts = self._attempts(sighting, variants)
        best = min(attempts, key=lambda attempt: attempt.badness)
        comments = list(_comments(self.name, best))
        left_out = [part for part in attempts[0].draft.parts if part not in best.draft.parts]
        if left_out:
            listed = ", ".join(left_out)
            comments.append(f"Left out, because the draft did not convert with it: {listed}.")
        text = authored(best.made, comments)
        return Tried(self.name, sighting, best.result, best.doubts, text)

    def _attempts(self, sighting: Sighting, variants: Sequence[tuple[Part, ...]]) -> list[_Attempt]:
        """The variants that were tried, up to the first that converts."""
        trial = _Trial(self.name, sighting, self.package)
        attempts: list[_Attempt] = []
        for parts in _variants(draft_of(sighting, self.languages, variants[0]), variants):
            draft = draft_of(sighting, self.languages, parts)
            made = entries(draft, self.document)
            result = trial.result(made)
            attempts.append(_Attempt(draft, made, result))
            if not result.problems:
                break
        return attempts


def _variants(draft: Draft, variants: Sequence[tuple[Part, ...]]) -> list[tuple[Part, ...]]:
    """The variants that differ for this sighting, of which `draft` has all parts."""
    sighting = draft.sighting
    is_there = {
        "header": bool(sighting.header) or sighting.repeated,
        "footnotes": bool(footnotes(sighting)),
        "melt": bool(draft.melted.parents),
        "totals": bool(sighting.of_kind("total")),
        "group": draft.group is not None,
        "first": sighting.labels is not None,
        "partial": bool(draft.partial),
    }
    found: dict[tuple[Part, ...], None] = {}
    for parts in variants:
        found[tuple(part for part in parts if is_there[part])] = None
    return list(found)


@dataclass(frozen=True)
class _Trial:
    """Converts drafts of one sighting, in memory: neither documents nor files are read again."""

    name: str
    sighting: Sighting
    package: Sequence[Entry]

    @cached_property
    def document(self) -> Document:
        """The lines around the table.

        The patterns of a draft find the same lines in them as in the whole document, because they
        were made so: only a table that no line is found before begins at the first line.
        """
        document = self.sighting.document
        first, last = surroundings(self.sighting)
        return replace(document, lines=document.lines[first - 1 : last])

    def result(self, made: Sequence[Entry]) -> Result:
        """What the converter makes of a draft."""
        try:
            return self._converted(self._publication(made))
        except OpenbaarError as error:
            return Result(problems=error.problems, unread=math.inf)

    def _publication(self, made: Sequence[Entry]) -> Publication:
        """The publication that holds the draft alone. Raises OpenbaarError where it makes none."""
        package = [*self.package, Entry("tables", [self.name])]
        table_file = YamlFile(f"tables/{self.name}.yaml", as_data(made), {})
        package_file = YamlFile("tables/package.yaml", as_data(package), {})
        table = load_model(table_file, Table, name=self.name)
        publication = Publication(
            Path(),
            load_model(package_file, Package),
            {self.name: table},
            {"package": package_file, self.name: table_file},
        )
        check_references(publication)
        return publication

    def _converted(self, publication: Publication) -> Result:
        """What the converter makes of the only table of a publication."""
        document = self.document
        documents = {entry.path: document for entry in publication.package.documents}
        regions, missing = find_regions(publication, documents, {})
        if missing:
            return Result(problems=missing[self.name], unread=math.inf)
        reading = read_table(publication, publication.tables[self.name], document, regions)
        columns = len(reading.table.columns) - 1  # without the one that says where a row is
        if reading.problems:
            unread = len(reading.read.problems)
            return Result(columns, problems=reading.problems, unread=unread)
        verdicts = stated_totals(self.name, reading.rows, reading.totals, ())
        return Result(columns, reading.rows, verdicts, reading=reading)


def _first(problems: Sequence[Problem]) -> Iterator[str]:
    """The first problems, a line each, and how many there are besides."""
    for problem in problems[:MOST_PROBLEMS]:
        yield f"  {_short(str(problem))}"
    if len(problems) > MOST_PROBLEMS:
        yield f"  … and {len(problems) - MOST_PROBLEMS} more"


def _comments(name: str, attempt: _Attempt) -> Iterator[str]:
    """The comments at the head of a draft: where it is from, what became of it, what to look at."""
    sighting, result = attempt.draft.sighting, attempt.result
    document = sighting.document
    first = document.line(sighting.first).row
    last = document.line(sighting.last).row
    yield (
        f"Drafted from {document.path}, lines {first} to {last}. "
        "Confirm each guess, then delete its comment."
    )
    if result.problems:
        yield f"Does not convert yet; `openbaar preview {name}` shows the lines that are missing:"
        yield from _first(result.problems)
    elif attempt.doubts:
        yield f"Converts, but needs a look: {result.converts}."
        yield from (f"  {doubt}" for doubt in attempt.doubts)
    else:
        yield f"Converts as it stands: {result.converts}."
        yield f"Believed, because {' and '.join(reasons(attempt.finished))}."
    for verdict in result.verdicts:
        if verdict.outcome != "equal":
            yield (
                f"The total {verdict.stated} of {verdict.column} ({verdict.place}) is not the sum "
                f"of the rows, {verdict.computed}: look again, or declare it under anomalies "
                "and checks."
            )


def _first_of(problems: Sequence[Problem]) -> str:
    """The first of several problems in a few words, and how many more there are."""
    first = problems[0]
    words = _short(f"{first.place}: {first.message}", LONGEST_REASON)
    more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
    return words + more


def _short(text: str, longest: int = LONGEST_PROBLEM) -> str:
    """A text on one line; other white space stays, because it says how cells are separated."""
    return shortened(text.replace("\n", " "), longest)
