"""Converting: documents and recipes in, the dataset out, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from openbaar.documents.lines import Document
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.recipe.records import Record, StatedTotal
from openbaar.recipe.values import Parsed, parse_number
from openbaar.schema.csvfile import Row, Rows, Value, write_csv
from openbaar.schema.patterns import compiled
from openbaar.tables.checks import Stated, Verdict, count_verdict, reconcile, stated_totals
from openbaar.tables.dataset import Dataset, DocumentLine, csv_path, table_data
from openbaar.tables.model import Check, Compared, Table
from openbaar.tables.publication import Publication
from openbaar.tables.reading import Sources, find_regions, read_sources, read_table
from openbaar.tables.trust import anomaly_rows, footnote_rows, provenance_rows

Say = Callable[[str], None]


@dataclass(frozen=True)
class Converted:
    """One table as read from its document: its records, the totals stated beside them, its footnotes' lines."""

    table: Table
    document: Document
    records: list[Record]
    totals: list[StatedTotal]
    footnotes: dict[str, int]

    @property
    def rows(self) -> Rows:
        """The rows as published, each with the lines it was read from."""
        return [
            {column: self._value(record, column) for column in self.table.columns}
            for record in self.records
        ]

    def _value(self, record: Record, column: str) -> Value:
        return self.lines(record) if column == "source_lines" else record.cells[column].value

    def lines(self, record: Record) -> str:
        """The lines of a record, `107-109`; with their page or sheet before them where places have one, `3:12`."""
        place = self.document.place(record.first_line, record.last_line)
        last = "" if place.last_line in (None, place.first_line) else f"-{place.last_line}"
        page = "" if place.page is None else f"{place.page}:"
        return f"{page}{place.first_line}{last}"


@dataclass(frozen=True)
class Gathered:
    """What reading came to: the sources, and for each table that was wanted its rows or what is wrong with it."""

    sources: Sources
    converted: dict[str, Converted]
    problems: dict[str, list[Problem]]

    def all_problems(self, publication: Publication) -> list[Problem]:
        """The problems of all tables, in the order of the tables."""
        return [problem for name in publication.tables for problem in self.problems.get(name, ())]


def gather(
    publication: Publication, verify: bool, names: Collection[str] | None, say: Say
) -> Gathered:
    """Read the sources and from them the tables called `names`, or all, one after the other in this process.

    Raises OpenbaarError for sources that cannot be read; what is wrong with a table is returned.
    """
    sources = read_sources(publication, verify)
    regions, missing = find_regions(publication, sources.documents)
    wanted = [name for name in publication.tables if names is None or name in names]
    problems = {name: _named(missing[name], name) for name in wanted if name in missing}
    converted: dict[str, Converted] = {}
    for name in wanted:
        if name not in regions:
            continue
        say(f"reading {name}")
        read = read_table(
            publication, publication.tables[name], regions[name][0], regions, sources.codes
        )
        if read.problems:
            problems[name] = _named(read.problems, name)
        else:
            converted[name] = Converted(
                read.table, read.document, read.records, read.totals, read.notes
            )
    return Gathered(sources, converted, problems)


# What `gather` does; `corpus.py` has others, which spread the work.
Gather = Callable[[Publication, bool, Collection[str] | None, Say], Gathered]


def convert(
    publication: Publication,
    verify: bool = True,
    say: Say = lambda message: None,
    gather: Gather = gather,
) -> Dataset:
    """Convert all tables; authored tables are as they stand, the trust tables are added.

    `verify` refuses documents other than the ones whose hash was recorded; `say` is told of each table.
    Raises OpenbaarError with every problem of every table.
    """
    gathered = gather(publication, verify, None, say)
    sources, converted = gathered.sources, gathered.converted
    problems = gathered.all_problems(publication)
    try:
        anomalies = anomaly_rows(publication, sources.documents)
    except OpenbaarError as error:
        problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    made = sources.authored | {
        name: table_data(each.table, each.rows) for name, each in converted.items()
    }
    rows = {name: each.rows for name, each in made.items()}
    trust = _trust_rows(publication, sources, converted, rows) | {"anomalies": anomalies}
    for name, each in trust.items():
        made[name] = table_data(publication.resources[name], each)
    in_order = {name: made[name] for name in publication.resources}
    return Dataset(publication, in_order, document_lines(sources.documents))


def document_lines(documents: Mapping[str, Document]) -> dict[str, tuple[DocumentLine, ...]]:
    """The lines of each document as pages show them."""
    return {path: tuple(_shown(document)) for path, document in documents.items()}


def _shown(document: Document) -> Iterator[DocumentLine]:
    for line in document.lines:
        place = document.place(line.number)
        page = place.page if place.page is not None else ""
        yield DocumentLine(page, place.first_line or line.number, line.shown)


def convert_only(
    publication: Publication,
    names: Collection[str],
    verify: bool = True,
    say: Say = lambda message: None,
    gather: Gather = gather,
) -> dict[str, bytes]:
    """Convert the tables called `names` alone, whatever is wrong with others; the trust tables need all of them.

    Raises OpenbaarError with every problem of those tables, and for a name that is no table with a recipe.
    """
    recipes = [name for name, table in publication.tables.items() if table.recipe is not None]
    wrong = [name for name in names if name not in recipes]
    if wrong:
        raise OpenbaarError(
            Problem(
                Place(f"tables/{name}.yaml"), "is no table with a recipe", nearest(name, recipes)
            )
            for name in wrong
        )
    gathered = gather(publication, verify, set(names), say)
    if gathered.problems:
        raise OpenbaarError(gathered.all_problems(publication))
    converted = gathered.converted.items()
    return {csv_path(name): write_csv(each.table.columns, each.rows) for name, each in converted}


def _trust_rows(
    publication: Publication,
    sources: Sources,
    converted: Mapping[str, Converted],
    rows: Mapping[str, Rows],
) -> dict[str, Rows]:
    """The rows of the trust tables that are made of converted tables."""
    provenance: list[Row] = []
    footnotes: list[Row] = []
    for each in converted.values():
        provenance += provenance_rows(each.table, each.document, each.records)
        footnotes += footnote_rows(publication, each.table, each.document, each.footnotes)
    verdicts = _verdicts(publication, rows, converted, sources.documents)
    return {
        "provenance": provenance,
        "reconciliation": [each.row() for each in verdicts],
        "footnotes": footnotes,
    }


def _named(problems: Collection[Problem], table: str) -> list[Problem]:
    return [
        Problem(problem.place, f"{table}: {problem.message}", problem.hint) for problem in problems
    ]


def _verdicts(
    publication: Publication,
    rows: Mapping[str, Rows],
    converted: Mapping[str, Converted],
    documents: Mapping[str, Document],
) -> list[Verdict]:
    """Everything that can be checked, table by table: stated totals, then the rules of the table file."""
    anomalies = dict(publication.package.anomalies)
    for table in publication.tables.values():
        anomalies |= table.anomalies
    verdicts: list[Verdict] = []
    for name, table in publication.tables.items():
        if name in converted:
            each = converted[name]
            totals = [as_stated(each.document, total) for total in each.totals]
            verdicts += stated_totals(name, rows[name], totals, table.checks)
        if table.rows is not None:
            verdicts.append(
                count_verdict(
                    name, "rows", table.table_schema.primaryKey[0], table.rows, len(rows[name])
                )
            )
        for check in table.checks:
            line = (
                _line_total(publication, table, check, documents)
                if check.equals and check.equals.line
                else None
            )
            verdicts += reconcile(name, check, rows, line, anomalies)
    return verdicts


def as_stated(document: Document, total: StatedTotal) -> Stated:
    """A total that was read, as it is checked."""
    cell = total.cell
    return Stated(
        total.column,
        total.where,
        _decimal(cell.parsed),
        document.place(cell.first_line, cell.last_line),
    )


def _decimal(parsed: Parsed) -> Decimal:
    return Decimal(str(parsed.value))


def _line_total(
    publication: Publication, table: Table, check: Check, documents: Mapping[str, Document]
) -> Stated:
    """The number that a line of the document states. Raises OpenbaarError when it is not on exactly one line."""
    compared = check.equals or Compared(line="")
    document = documents[publication.document(table.recipe.document if table.recipe else None).path]
    pattern = compiled(compared.line or "")
    found = [(line, match) for line in document.lines if (match := pattern.search(line.shown))]
    index = table.checks.index(check)
    place = publication.place(table.name, "checks", index, "equals", "line")
    if len(found) != 1 or not found[0][1].groups() or found[0][1].group(1) is None:
        where = ", ".join(str(document.place(line.number)) for line, _ in found) or "none"
        message = f"should match one line of {document.path} with one group around the number, but matches: {where}"
        raise OpenbaarError(Problem(place, message))
    line, match = found[0]
    try:
        numbers = (table.recipe.numbers if table.recipe else None) or publication.package.numbers
        value = parse_number(match.group(1), numbers) * compared.scale
    except ValueError as error:
        raise OpenbaarError(Problem(document.place(line.number), str(error))) from error
    return Stated(check.sum or "", {}, value, document.place(line.number))
