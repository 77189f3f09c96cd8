"""The tables of documents that were opened: their readings, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem, concerning
from openbaar.schema.csvfile import Rows
from openbaar.tables.dataset import DocumentLine
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading, Regions, read_table
from openbaar.tables.sources import Say
from openbaar.tables.trust import (
    Shown,
    anomaly_rows,
)


@dataclass(frozen=True)
class Gathered:
    """What reading came to: each table's reading, or its problems."""

    readings: dict[str, Reading]
    problems: dict[str, list[Problem]]


def gather(
    publication: Publication, found: Regions, names: Collection[str] | None, say: Say
) -> Gathered:
    """Read the tables called `names`, or all, which `find_regions` found or not.

    What is wrong with a table is returned.
    """
    regions, missing = found
    readings: dict[str, Reading] = {}
    problems: dict[str, list[Problem]] = {}
    for name, table in publication.tables.items():
        if names is not None and name not in names:
            continue
        if name in missing:
            problems[name] = _named(missing[name], name)
        if name not in regions:
            continue
        say(f"reading {name}")
        with concerning("reading the table of", partial(publication.place, name)):
            reading = read_table(publication, table, regions[name].document, regions)
        if reading.problems:
            problems[name] = _named(reading.problems, name)
        else:
            readings[name] = reading
    return Gathered(readings, problems)


def _named(problems: Collection[Problem], table: str) -> list[Problem]:
    """The problems with the name of the table before each message."""
    return [Problem(each.place, f"{table}: {each.message}", each.hint) for each in problems]


def checked_anomalies(
    publication: Publication, problems: Mapping[str, Collection[Problem]], shown: Shown
) -> Rows:
    """The rows of the anomalies.

    Raises OpenbaarError with the problems of all tables, and of anomalies that are gone.
    """
    found: list[Problem] = []
    for name in publication.tables:
        found += problems.get(name, ())
    rows: Rows = []
    try:
        rows = anomaly_rows(shown)
    except OpenbaarError as error:
        found += error.problems
    if found:
        raise OpenbaarError(found)
    return rows


def document_lines(documents: Mapping[str, Document]) -> dict[str, tuple[DocumentLine, ...]]:
    """The lines of each document as pages show them."""
    return {path: tuple(shown_lines(document)) for path, document in documents.items()}


def shown_lines(document: Document) -> Iterator[DocumentLine]:
    """The lines of a document as pages show them."""
    for line in document.lines:
        if document.has_pages:
            yield DocumentLine(str(line.page), line.row, line.shown)
        else:
            yield DocumentLine("", line.number, line.shown)
