"""Trying drafts with the real converter, and leaving out what it does not convert with."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openbaar.authoring.draft.authored import Entry, authored
from openbaar.authoring.draft.compose import Part, draft_of, entries
from openbaar.authoring.draft.printed import words
from openbaar.authoring.draft.sighting import Sighting
from openbaar.documents.lines import Document
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


@dataclass(frozen=True)
class Tried:
    """A draft and what became of it: its text, how many columns and rows it has, its totals, what is wrong."""

    name: str
    sighting: Sighting
    text: str
    columns: int = 0
    rows: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: float = 0  # lines that are no rows; infinite where the table was not even found

    @property
    def equal(self) -> int:
        """How many stated totals are the sums of their rows."""
        return sum(verdict.outcome == "equal" for verdict in self.verdicts)

    @property
    def outcome(self) -> str:
        """What became of it, in a few words."""
        if self.problems:
            return str(words()["outcome_fails"]).format(count=len(self.problems))
        return str(words()["outcome_converts"]).format(
            rows=self.rows, equal=self.equal, totals=len(self.verdicts)
        )


def best_draft(
    name: str, sighting: Sighting, language: str, document: str | None, package: Sequence[Entry]
) -> Tried:
    """The draft with the most parts that converts; where none does, the one that reads the most lines.

    `document` is the document's path where it is not the first one, `package` the package file that goes with it.
    """
    tried: list[tuple[Tried, tuple[Part, ...]]] = []
    for parts in VARIANTS:
        draft = draft_of(sighting, language, parts)
        made = entries(draft, document)
        tried.append((_try(name, sighting, made, package), parts))
        if not tried[-1][0].problems:
            break
    best, parts = min(tried, key=lambda each: (each[0].unread, len(each[0].problems)))
    made = entries(draft_of(sighting, language, parts), document)
    left_out = [part for part in VARIANTS[0] if part not in parts] if len(tried) > 1 else []
    comments = [
        *_told(best, sighting),
        *([words()["shrunk"].format(parts=", ".join(left_out))] if left_out else []),
    ]
    return Tried(
        name,
        sighting,
        authored(made, comments),
        best.columns,
        best.rows,
        best.verdicts,
        best.problems,
    )


def _try(name: str, sighting: Sighting, made: Sequence[Entry], package: Sequence[Entry]) -> Tried:
    """Convert one draft, in a folder of its own; the document is not read again."""
    text = authored(made)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "tables").mkdir()
        (root / "tables/package.yaml").write_text(
            authored([*package, Entry("tables", [name])]), "utf-8"
        )
        (root / f"tables/{name}.yaml").write_text(text, "utf-8")
        try:
            publication = load_publication(root)
            document: Document = sighting.document
            regions, missing = find_regions(
                publication, {entry.path: document for entry in publication.package.documents}
            )
            if missing:
                return Tried(name, sighting, text, problems=missing[name], unread=math.inf)
            reading = read_table(publication, publication.tables[name], document, regions, {})
        except OpenbaarError as error:
            return Tried(name, sighting, text, problems=error.problems, unread=math.inf)
    columns = len(reading.table.columns) - 1
    if reading.problems:
        return Tried(
            name,
            sighting,
            text,
            columns,
            problems=reading.problems,
            unread=len(reading.read.problems),
        )
    rows = reading.rows
    verdicts = stated_totals(name, rows, reading.totals, ())
    return Tried(name, sighting, text, columns, len(rows), verdicts)


def _told(tried: Tried, sighting: Sighting) -> list[str]:
    """The comments at the head of a draft: where it is from, what became of it, what to look at."""
    said = words()
    first, last = sighting.document.line(sighting.first), sighting.document.line(sighting.last)
    told = [said["drafted"].format(document=sighting.document.path, first=first.row, last=last.row)]
    if not tried.problems:
        told.append(
            said["converts"].format(rows=tried.rows, equal=tried.equal, totals=len(tried.verdicts))
        )
    for verdict in tried.verdicts:
        if verdict.outcome != "equal":
            told.append(
                said["different"].format(
                    stated=verdict.stated,
                    column=verdict.column,
                    place=verdict.place,
                    computed=verdict.computed,
                )
            )
    if tried.problems:
        told.append(said["fails"].format(table=tried.name))
        told += [f"  {_short(str(problem))}" for problem in tried.problems[:MOST_PROBLEMS]]
        more = len(tried.problems) - MOST_PROBLEMS
        told += [f"  {said['more_problems'].format(count=more)}"] if more > 0 else []
    return told


def _short(text: str) -> str:
    line = text.replace("\n", " ")  # other white space stays, because it says how cells are parted
    return line if len(line) <= 300 else line[:299] + "…"
