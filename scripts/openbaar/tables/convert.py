"""Converting: documents and recipes in, the dataset out, and nothing written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Problem, concerning
from openbaar.schema.csvfile import Row, Rows
from openbaar.tables.checks import stated_totals
from openbaar.tables.dataset import Dataset, DocumentLine, TableData, table_data
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading, Regions, find_regions, read_table
from openbaar.tables.reconciliation import Reconciliation, stated_on_lines
from openbaar.tables.sources import Say, read_sources, say_nothing
from openbaar.tables.trust import (
    Shown,
    anomaly_rows,
    footnote_rows,
    patch_rows,
    provenance_rows,
    shown_anomalies,
)
from openbaar.tables.verdicts import Verdict


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


def convert(publication: Publication, verify: bool = True, say: Say = say_nothing) -> Dataset:
    """Convert all tables; authored tables are as they stand, the trust tables are added.

    `verify` refuses documents other than the ones whose hash was recorded; `say` reports each
    table. Raises OpenbaarError with every problem of every table.
    """
    sources = read_sources(publication, verify, say)
    documents = sources.documents
    found = find_regions(publication, documents, sources.codes)
    gathered = gather(publication, found, None, say)
    anomalies = checked_anomalies(
        publication, gathered.problems, shown_anomalies(publication, documents)
    )
    tables: dict[str, TableData] = dict(sources.authored)
    totals: dict[str, Sequence[Verdict]] = {}
    provenance: list[Row] = []
    footnotes: list[Row] = []
    patches: list[Row] = []
    for name, reading in gathered.readings.items():
        table = publication.tables[name]
        data = tables[name] = table_data(table, list(reading.rows))
        totals[name] = stated_totals(name, data.rows, reading.totals, table.checks)
        provenance += provenance_rows(table, reading.document, reading.records)
        footnotes += footnote_rows(publication, table, reading.document, reading.notes)
        patches += patch_rows(publication, table, reading.document, reading.patched)
    rows = {name: data.rows for name, data in tables.items()}
    stated = stated_on_lines(publication, documents)
    verdicts = Reconciliation(publication, rows, totals, stated).verdicts()
    trust: dict[str, Rows] = {
        "provenance": provenance,
        "reconciliation": [verdict.row() for verdict in verdicts],
        "footnotes": footnotes,
        "anomalies": [*anomalies, *patches],
    }
    for name, each in trust.items():
        tables[name] = table_data(publication.resources[name], each)
    in_order = {name: tables[name] for name in publication.resources}
    return Dataset(publication, in_order, document_lines(documents))


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
        place = document.place(line.number)
        page = "" if place.page is None else place.page
        number = line.number if place.first_line is None else place.first_line
        yield DocumentLine(page, number, line.shown)
