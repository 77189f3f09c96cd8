"""Converting: documents and recipes in, the dataset out, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem, concerning, nearest
from openbaar.files import Content
from openbaar.schema.csvfile import Row, Rows
from openbaar.tables.dataset import Dataset, DocumentLine, TableData, csv_path, table_data
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Reading, find_regions, read_table
from openbaar.tables.reconciliation import Reconciliation
from openbaar.tables.sources import Sources, read_sources
from openbaar.tables.trust import anomaly_rows, footnote_rows, patch_rows, provenance_rows

Say = Callable[[str], None]


def say_nothing(_message: str) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class Gathered:
    """What reading came to: the sources, and each table's reading or its problems."""

    sources: Sources
    readings: dict[str, Reading]
    problems: dict[str, list[Problem]]

    def all_problems(self, publication: Publication) -> list[Problem]:
        """The problems of all tables, in the order of the tables."""
        found: list[Problem] = []
        for name in publication.tables:
            found += self.problems.get(name, [])
        return found


def gather(
    publication: Publication, verify: bool, names: Collection[str] | None, say: Say
) -> Gathered:
    """Read the sources, and from them the tables called `names`, or all, in this process.

    Raises OpenbaarError for sources that cannot be read; what is wrong with a table is returned.
    """
    sources = read_sources(publication, verify)
    regions, missing = find_regions(publication, sources.documents, sources.codes)
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
    return Gathered(sources, readings, problems)


def _named(problems: Collection[Problem], table: str) -> list[Problem]:
    """The problems with the name of the table before each message."""
    return [Problem(each.place, f"{table}: {each.message}", each.hint) for each in problems]


# What `gather` does; `workers.py` has others, which spread the work.
Gather = Callable[[Publication, bool, Collection[str] | None, Say], Gathered]


def convert(
    publication: Publication,
    verify: bool = True,
    say: Say = say_nothing,
    gather: Gather = gather,
) -> Dataset:
    """Convert all tables; authored tables are as they stand, the trust tables are added.

    `verify` refuses documents other than the ones whose hash was recorded; `say` reports each
    table. Raises OpenbaarError with every problem of every table.
    """
    gathered = gather(publication, verify, None, say)
    problems = gathered.all_problems(publication)
    anomalies: Rows = []
    try:
        anomalies = anomaly_rows(publication, gathered.sources.documents)
    except OpenbaarError as error:
        problems += error.problems
    if gathered.problems:
        raise OpenbaarError(problems)
    tables = _own_tables(publication, gathered)
    try:
        reconciliation = _reconciliation(publication, gathered, tables)
    except OpenbaarError as error:
        problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    trust = {
        "provenance": _provenance(gathered),
        "reconciliation": reconciliation,
        "footnotes": _footnotes(publication, gathered),
        "anomalies": [*anomalies, *_patches(publication, gathered)],
    }
    for name, rows in trust.items():
        tables[name] = table_data(publication.resources[name], rows)
    in_order = {name: tables[name] for name in publication.resources}
    return Dataset(publication, in_order, document_lines(gathered.sources.documents))


def convert_only(
    publication: Publication,
    names: Collection[str],
    verify: bool = True,
    say: Say = say_nothing,
    gather: Gather = gather,
) -> dict[str, Content]:
    """The CSV files of the tables called `names` alone, whatever is wrong with others.

    The trust tables are left out: they need all tables. Raises OpenbaarError with every problem of
    those tables, and for a name that is not a table with a recipe.
    """
    recipes = [name for name, table in publication.tables.items() if table.recipe is not None]
    wrong = [name for name in names if name not in recipes]
    if wrong:
        raise OpenbaarError(_no_recipe(name, recipes) for name in wrong)
    gathered = gather(publication, verify, set(names), say)
    if gathered.problems:
        raise OpenbaarError(gathered.all_problems(publication))
    files: dict[str, Content] = {}
    for name, reading in gathered.readings.items():
        files[csv_path(name)] = table_data(reading.table, reading.rows).csv
    return files


def _no_recipe(name: str, recipes: Collection[str]) -> Problem:
    place = Place(f"tables/{name}.yaml")
    return Problem(place, "is not a table with a recipe", nearest(name, recipes))


def _own_tables(publication: Publication, gathered: Gathered) -> dict[str, TableData]:
    """The authors' tables, those read from documents and those written by hand."""
    tables = dict(gathered.sources.authored)
    for name, reading in gathered.readings.items():
        tables[name] = table_data(publication.tables[name], reading.rows)
    return tables


def _provenance(gathered: Gathered) -> Rows:
    rows: list[Row] = []
    for reading in gathered.readings.values():
        rows += provenance_rows(reading.table, reading.document, reading.records)
    return rows


def _patches(publication: Publication, gathered: Gathered) -> Rows:
    rows: list[Row] = []
    for reading in gathered.readings.values():
        rows += patch_rows(publication, reading.table, reading.document, reading.patched)
    return rows


def _footnotes(publication: Publication, gathered: Gathered) -> Rows:
    rows: list[Row] = []
    for reading in gathered.readings.values():
        rows += footnote_rows(publication, reading.table, reading.document, reading.notes)
    return rows


def _reconciliation(
    publication: Publication, gathered: Gathered, tables: Mapping[str, TableData]
) -> Rows:
    """The rows of `reconciliation`. Raises OpenbaarError as `Reconciliation.verdicts` does."""
    rows = {name: data.rows for name, data in tables.items()}
    totals = {name: reading.totals for name, reading in gathered.readings.items()}
    documents = gathered.sources.documents
    reconciliation = Reconciliation(publication, rows, totals, documents)
    return [verdict.row() for verdict in reconciliation.verdicts()]


def document_lines(documents: Mapping[str, Document]) -> dict[str, tuple[DocumentLine, ...]]:
    """The lines of each document as pages show them."""
    return {path: tuple(_shown_lines(document)) for path, document in documents.items()}


def _shown_lines(document: Document) -> Iterator[DocumentLine]:
    for line in document.lines:
        place = document.place(line.number)
        page = "" if place.page is None else place.page
        number = line.number if place.first_line is None else place.first_line
        yield DocumentLine(page, number, line.shown)
