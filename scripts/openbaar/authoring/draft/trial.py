"""Trying drafts with the real converter, and leaving out what does not convert."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openbaar.authoring.draft.authored import Entry, authored
from openbaar.authoring.draft.doubts import belief, doubts
from openbaar.authoring.draft.draft import Part, draft_of
from openbaar.authoring.draft.sighting import Sighting
from openbaar.authoring.draft.table_file import entries
from openbaar.errors import OpenbaarError, Problem
from openbaar.tables.checks import stated_totals
from openbaar.tables.reading import find_regions, read_table
from openbaar.tables.references import load_publication
from openbaar.tables.verdicts import Verdict

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
MOST_PROBLEMS = 5  # that are named in a draft
LONGEST_PROBLEM = 300  # characters


@dataclass(frozen=True)
class Result:
    """What became of a draft: the number of its columns and rows, its totals, its problems."""

    columns: int = 0
    rows: int = 0
    verdicts: Sequence[Verdict] = ()
    problems: Sequence[Problem] = ()
    unread: float = 0  # lines that are no rows; infinite where the table was not even found

    @property
    def equal(self) -> int:
        """How many stated totals are the sums of their rows."""
        return sum(verdict.outcome == "equal" for verdict in self.verdicts)

    @property
    def converts(self) -> str:
        """How much was read."""
        return f"{self.rows} rows, {self.equal} of {len(self.verdicts)} stated totals add up"


@dataclass(frozen=True)
class Tried:
    """A draft, what became of it, what speaks against it, and its text with comments on that."""

    name: str
    sighting: Sighting
    result: Result
    doubts: Sequence[str]
    text: str

    @property
    def outcome(self) -> str:
        """What became of it, in a few words."""
        if self.result.problems:
            return f"does not convert yet; problems: {len(self.result.problems)}"
        if self.doubts:
            return f"needs a look: {self.doubts[0]} ({self.result.converts})"
        return f"converts: {self.result.converts}"


@dataclass(frozen=True)
class _Attempt:
    """One of the variants, and what became of it."""

    parts: Sequence[Part]
    made: Sequence[Entry]
    result: Result

    @property
    def badness(self) -> tuple[float, int]:
        """What it is compared by: lines that it does not read, then problems."""
        return self.result.unread, len(self.result.problems)


def best_draft(
    name: str, sighting: Sighting, language: str, document: str | None, package: Sequence[Entry]
) -> Tried:
    """The draft with the most parts that converts; if none does, the one that reads the most lines.

    `document` is the document's path where it is not the first one, `package` the package file
    that goes with the draft.
    """
    attempts: list[_Attempt] = []
    for parts in VARIANTS:
        made = entries(draft_of(sighting, language, parts), document)
        result = _result(name, sighting, made, package)
        attempts.append(_Attempt(parts, made, result))
        if not result.problems:
            break
    best = min(attempts, key=lambda attempt: attempt.badness)
    found = [] if best.result.problems else list(doubts(sighting, best.result.verdicts))
    comments = list(_comments(name, sighting, best.result, found))
    left_out = [part for part in VARIANTS[0] if part not in best.parts]
    if left_out and len(attempts) > 1:
        parts_left_out = ", ".join(left_out)
        comments.append(f"Left out, because the draft did not convert with it: {parts_left_out}.")
    return Tried(name, sighting, best.result, found, authored(best.made, comments))


def _result(
    name: str, sighting: Sighting, made: Sequence[Entry], package: Sequence[Entry]
) -> Result:
    """Convert one draft, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        tables = Path(folder) / "tables"
        tables.mkdir()
        package_file = authored([*package, Entry("tables", [name])])
        (tables / "package.yaml").write_text(package_file, "utf-8")
        (tables / f"{name}.yaml").write_text(authored(made), "utf-8")
        try:
            return _converted(Path(folder), name, sighting)
        except OpenbaarError as error:
            return Result(problems=error.problems, unread=math.inf)


def _converted(folder: Path, name: str, sighting: Sighting) -> Result:
    """What the converter makes of a draft; the document is not read again."""
    publication = load_publication(folder)
    documents = {entry.path: sighting.document for entry in publication.package.documents}
    regions, missing = find_regions(publication, documents, {})
    if missing:
        return Result(problems=missing[name], unread=math.inf)
    table = publication.tables[name]
    reading = read_table(publication, table, sighting.document, regions)
    columns = len(reading.table.columns) - 1  # without the one that says where a row is
    if reading.problems:
        unread = len(reading.read.problems)
        return Result(columns, problems=reading.problems, unread=unread)
    verdicts = stated_totals(name, reading.rows, reading.totals, ())
    return Result(columns, len(reading.rows), verdicts)


def _comments(name: str, sighting: Sighting, result: Result, found: Sequence[str]) -> Iterator[str]:
    """The comments at the head of a draft: where it is from, what became of it, what to look at."""
    document = sighting.document
    first = document.line(sighting.first).row
    last = document.line(sighting.last).row
    yield (
        f"Drafted from {document.path}, lines {first} to {last}. "
        "Confirm each guess, then delete its comment."
    )
    if result.problems:
        yield f"Does not convert yet; `openbaar preview {name}` shows the lines that are missing:"
        for problem in result.problems[:MOST_PROBLEMS]:
            yield f"  {_short(str(problem))}"
    elif found:
        yield f"Converts, but needs a look before it is trusted: {result.converts}."
        yield from (f"  {doubt}" for doubt in found)
    else:
        yield f"Converts as it stands: {result.converts}."
        yield f"  Believed because {belief(sighting, result.verdicts)}."
    if len(result.problems) > MOST_PROBLEMS:
        yield f"  … and {len(result.problems) - MOST_PROBLEMS} more"
    for verdict in result.verdicts:
        if verdict.outcome != "equal":
            yield (
                f"The total {verdict.stated} of {verdict.column} ({verdict.place}) is not the sum "
                f"of the rows, {verdict.computed}: look again, or declare it under anomalies "
                "and checks."
            )


def _short(text: str) -> str:
    """A text on one line; other white space stays, because it says how cells are separated."""
    line = text.replace("\n", " ")
    return line if len(line) <= LONGEST_PROBLEM else f"{line[: LONGEST_PROBLEM - 1]}…"
