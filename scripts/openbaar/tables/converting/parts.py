"""The unit of work of converting: a document is read, and its tables are written into a folder.

Whoever reads a part, this process or another one, gets paths and leaves files: the CSV file of each
table, the rows of `provenance`, the lines of the document. What is sent back is small.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol, TextIO

from openbaar.collector import collected_seldom, collector_paused
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem, concerning
from openbaar.files import writing
from openbaar.recipe.codes import CodeList
from openbaar.schema.csvfile import Row, write_header, write_rows
from openbaar.schema.model import Reference
from openbaar.tables.authored.model import Table
from openbaar.tables.authored.publication import Publication
from openbaar.tables.converting.blocks import NotInBlocksError, readings_in_blocks, stands_alone
from openbaar.tables.converting.cut_off import cut_off
from openbaar.tables.converting.gather import gather, shown_lines
from openbaar.tables.converting.place_rules import NoRuleError, PlaceRules, states_rule
from openbaar.tables.converting.reading import Located, Reading, Regions, find_regions
from openbaar.tables.converting.sources import Say, open_document, say_nothing
from openbaar.tables.dataset import lines_as_json
from openbaar.tables.judging.reconciliation import Stated, stated_on_lines
from openbaar.tables.judging.sum_checks import stated_totals
from openbaar.tables.judging.trust import (
    Shown,
    footnote_rows,
    patch_rows,
    provenance_rows,
    shown_anomalies,
)
from openbaar.tables.judging.verdicts import Verdict
from openbaar.tables.spans import Span, SpanOfRows

JOB = "job.pickle"
Read = Callable[[], Iterable[Reading]]  # reads a table, in one piece or in several


class Keeper(Protocol):
    """What opens documents, and keeps what was read for another run."""

    def opened(self, job: Job, entry: DocumentEntry) -> Document:
        """The document of an entry. Raises OpenbaarError where it cannot be read."""

    def keep(self, job: Job, part: Part, outcome: Outcome) -> None:
        """Keep what was read of a document that was read in one part."""


class KeepsNothing:
    """Opens each document anew."""

    def opened(self, job: Job, entry: DocumentEntry) -> Document:
        """The document of an entry. Raises OpenbaarError where it cannot be read."""
        return open_document(job.publication, entry, job.verify)

    def keep(self, job: Job, part: Part, outcome: Outcome) -> None:
        """Keep nothing."""


@dataclass(frozen=True)
class Job:
    """What all parts share: the publication as it was checked, its code lists, and the folder.

    The folder is one of this run alone, which workers see at the same path. `documents` are those
    of the publication that are to be read, `provenance` is the table of the places of their cells.
    """

    publication: Publication
    provenance: Table
    codes: Mapping[Reference, CodeList]
    verify: bool
    folder: Path
    documents: Sequence[DocumentEntry]
    keeper: Keeper = field(default_factory=KeepsNothing)

    def csv(self, table: str) -> Path:
        """Where the CSV file of a table is left."""
        return self.folder / f"{table}.csv"

    def places(self, table: str) -> Path:
        """Where the rows of `provenance` of a table are left, without a header."""
        return self.folder / f"{table}.places"

    def lines(self, number: int) -> Path:
        """Where the lines of the document of a part are left, as JSON."""
        return self.folder / f"{number}.lines"

    def leave(self) -> Path:
        """Leave the job in its folder, for workers to `take`."""
        path = self.folder / JOB
        path.write_bytes(pickle.dumps(self))
        return path


@lru_cache(maxsize=1)
def take(path: Path) -> Job:
    """The job that was left in a folder; each worker reads it once."""
    job: Job = pickle.loads(path.read_bytes())  # noqa: S301 (written by the run that reads it)
    return job


@dataclass(frozen=True)
class Part:
    """A part of the work: a document, and which of its tables to read.

    A document whose tables are dealt out to several parts is `looked_at` in one: its lines are
    written there, and what is declared of them is looked up.
    """

    number: int
    document: str
    tables: tuple[str, ...]
    wanted: tuple[str, ...]
    looked_at: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the document."""
        return self.looked_at and self.wanted == self.tables


@dataclass(frozen=True)
class Left:
    """What reading a table left beside its files: how many rows, verdicts, and small rows.

    `span` is that of its rows of `provenance`, and `is_by_rule` whether these state a rule.
    `doubts` are what a person should look at, although nothing is wrong.
    """

    rows: int
    span: Span | None
    is_by_rule: bool
    totals: Sequence[Verdict]
    footnotes: Sequence[Row]
    patches: Sequence[Row]
    doubts: Sequence[Problem] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a part; `unreadable` are the problems of a document that cannot be read."""

    tables: Mapping[str, Left] = field(default_factory=dict)
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    anomalies: Shown = field(default_factory=dict)
    stated: Stated = field(default_factory=dict)
    unreadable: Sequence[Problem] = ()


def parts_of(job: Job, names: frozenset[str] | None, workers: int) -> Iterator[Part]:
    """The work in parts, each of one document; with fewer documents than workers, several of each.

    A document without wanted tables is a part too: its lines are shown, and anomalies are in it.
    """
    shares = max(1, workers // max(1, len(job.documents)))
    number = 0
    for entry in job.documents:
        tables = job.publication.read_from(entry.path)
        wanted = tables if names is None else [name for name in tables if name in names]
        for share in range(max(1, min(shares, len(wanted)))):
            mine = tuple(wanted[share::shares])
            yield Part(number, entry.path, tuple(tables), mine, looked_at=share == 0)
            number += 1


def read_parts(parts: Sequence[Part], job: Path) -> list[Outcome]:
    """Read parts of a job that was left in a folder, one after the other."""
    with collected_seldom():
        return [read_part(part, take(job)) for part in parts]


def read_part(part: Part, job: Job, say: Say = say_nothing) -> Outcome:
    """Read a part, write its files, and keep them where that was asked for.

    Problems are returned, because exceptions lose them between processes.
    """
    outcome = _read(part, job, say)
    if part.is_whole:
        job.keeper.keep(job, part, outcome)
    return outcome


def _read(part: Part, job: Job, say: Say) -> Outcome:
    entry = job.publication.document(part.document)
    try:
        say(f"opening {entry.path}")
        with concerning("reading", entry.path.__str__):
            document = job.keeper.opened(job, entry)
    except OpenbaarError as error:
        return Outcome(unreadable=error.problems)
    documents = {entry.path: document}
    publication = _with_tables(job.publication, part.tables)
    with collector_paused():
        found = find_regions(publication, documents, job.codes)
        left = _written_in_blocks(job, part, document, found, say)
        whole = [name for name in part.wanted if name not in left]
        gathered = gather(publication, found, whole, say)
        regions, _ = found
        for name, reading in gathered.readings.items():
            table = job.publication.tables[name]
            left[name] = _written(job, table, regions[name], partial(_alone, reading))
        for name, each in left.items():
            left[name] = replace(each, doubts=cut_off(name, regions))
    if not part.looked_at:
        return Outcome(left, gathered.problems)
    with _text_file(job.lines(part.number)) as lines:
        lines.writelines(lines_as_json(shown_lines(document)))
    return Outcome(
        left,
        gathered.problems,
        shown_anomalies(job.publication, documents),
        stated_on_lines(job.publication, documents),
    )


def _with_tables(publication: Publication, names: Sequence[str]) -> Publication:
    """The publication with only these of its tables."""
    return replace(publication, tables={name: publication.tables[name] for name in names})


def _written_in_blocks(
    job: Job, part: Part, document: Document, found: Regions, say: Say
) -> dict[str, Left]:
    """Write the long tables that can be read in blocks, and in which nothing is wrong."""
    regions, _ = found
    written = {}
    for name in part.wanted:
        table = job.publication.tables[name]
        if name not in regions or not stands_alone(table, regions[name]):
            continue
        say(f"reading {name}")
        with suppress(NotInBlocksError):
            readings = partial(readings_in_blocks, table, document, regions)
            written[name] = _written(job, table, regions[name], readings)
    return written


def _alone(reading: Reading) -> list[Reading]:
    """The reading of a table that was read as a whole."""
    return [reading]


def _written(job: Job, table: Table, located: Located, read: Read) -> Left:
    """Write the files of a table, with a rule for the places of its cells if it is long."""
    if states_rule(job.publication, table, located):
        with suppress(NoRuleError):
            return _write(job, table, read(), PlaceRules(table, located.document, located.recipe))
    return _write(job, table, read())


def _write(
    job: Job, table: Table, readings: Iterable[Reading], rules: PlaceRules | None = None
) -> Left:
    """Write the files of a table, row by row; a long one has several readings.

    Raises NoRuleError where the `rules` do not say where each cell is.
    """
    publication = job.publication
    columns = job.provenance.columns
    count = 0
    span = SpanOfRows()
    totals: list[Verdict] = []
    footnotes: list[Row] = []
    patches: list[Row] = []
    with _text_file(job.csv(table.name)) as rows, _text_file(job.places(table.name)) as places:
        write_header(rows, table.columns)
        for each in readings:
            count += write_rows(rows, table.columns, each.rows)
            if rules is None:
                cells = provenance_rows(table, each.document, each.records)
            else:
                cells = rules.proved(each.records)
            write_rows(places, columns, span.passed(cells))
            totals += stated_totals(table.name, each.rows, each.totals, table.checks)
            footnotes += footnote_rows(publication, table, each.document, each.notes)
            patches += patch_rows(publication, table, each.document, each.patched)
        if rules is not None:
            write_rows(places, columns, span.passed(rules.rest()))
    return Left(count, span.span, rules is not None, totals, footnotes, patches)


@contextmanager
def _text_file(path: Path) -> Iterator[TextIO]:
    """A text file to write, which an error of a full disk names."""
    with writing(path), path.open("w", encoding="utf-8", newline="") as file:
        yield file
