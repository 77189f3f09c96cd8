"""Converting: documents and recipes in, the CSV files of all tables out, as bytes and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from openbaar.checks import Stated, Verdict, count_verdict, reconcile, stated_totals
from openbaar.codes import CodeList, code_list
from openbaar.csvfile import Value, read_csv, write_csv
from openbaar.documents import TextDocument, apply_patches, read_document
from openbaar.errors import OpenbaarError, Place, Problem, nearest
from openbaar.layout.anchors import Region, locate
from openbaar.layout.groups import label_rows
from openbaar.layout.records import Record, StatedTotal, make_records
from openbaar.layout.rows import read_rows
from openbaar.layout.units import make_units
from openbaar.patterns import compiled
from openbaar.publication import Publication
from openbaar.recipe import Recipe
from openbaar.tables import Check, Compared, Table
from openbaar.trust import anomaly_rows, footnote_lines, footnote_rows, provenance_rows
from openbaar.values import Parsed, field_readers, parse_number

Rows = list[dict[str, Value]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Converted:
    """One table as read from its document: its records, the totals stated beside them, its footnotes' lines."""

    table: Table
    document: TextDocument
    records: list[Record]
    totals: list[StatedTotal]
    footnotes: dict[str, int]

    @property
    def rows(self) -> Rows:
        """The rows as published, each with the lines it was read from."""
        columns = self.table.columns
        return [{column: _value(record, column) for column in columns} for record in self.records]


def _value(record: Record, column: str) -> Value:
    if column == "source_lines":
        first, last = record.first_line, record.last_line
        return str(first) if first == last else f"{first}-{last}"
    return record.cells[column].value


@dataclass(frozen=True)
class _Sources:
    """What recipes are applied to: the documents by path, the authored rows by table, the code lists among them."""

    documents: dict[str, TextDocument]
    authored: dict[str, Rows]
    codes: dict[str, CodeList]


def convert(publication: Publication, verify: bool = True, say: Say = lambda message: None) -> dict[str, bytes]:
    """Convert all tables: the CSV bytes by path; authored tables as they are, trust tables included.

    `verify` refuses documents other than the ones whose hash was recorded; `say` is told of each table.
    Raises OpenbaarError with every problem of every table.
    """
    sources = _read_sources(publication, verify)
    converted, problems = _convert_tables(publication, sources, None, say)
    try:
        anomalies = anomaly_rows(publication, sources.documents)
        if not problems:
            rows = sources.authored | {name: each.rows for name, each in converted.items()}
            trust = _trust_rows(publication, sources, converted, rows) | {"anomalies": anomalies}
    except OpenbaarError as error:
        problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    files = {f"tables/{name}.csv": publication.csv_path(name).read_bytes() for name in sources.authored}
    written = {name: each.rows for name, each in converted.items()} | trust
    files |= {
        f"tables/{name}.csv": write_csv(publication.resources[name].columns, rows) for name, rows in written.items()
    }
    return {f"tables/{name}.csv": files[f"tables/{name}.csv"] for name in publication.resources}


def convert_only(
    publication: Publication, names: Collection[str], verify: bool = True, say: Say = lambda message: None
) -> dict[str, bytes]:
    """Convert the tables called `names` alone, whatever is wrong with others; the trust tables need all of them.

    Raises OpenbaarError with every problem of those tables, and for a name that is no table with a recipe.
    """
    recipes = [name for name, table in publication.tables.items() if table.recipe is not None]
    wrong = [name for name in names if name not in recipes]
    if wrong:
        raise OpenbaarError(
            Problem(Place(f"tables/{name}.yaml"), "is no table with a recipe", nearest(name, recipes)) for name in wrong
        )
    converted, problems = _convert_tables(publication, _read_sources(publication, verify), set(names), say)
    if problems:
        raise OpenbaarError(problems)
    return {f"tables/{name}.csv": write_csv(each.table.columns, each.rows) for name, each in converted.items()}


def _read_sources(publication: Publication, verify: bool) -> _Sources:
    documents = {}
    problems: list[Problem] = []
    for entry in publication.package.documents:
        try:
            documents[entry.path] = read_document(publication.root, entry, verify)
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    authored = _authored_rows(publication)
    tables = publication.tables
    codes = {name: code_list(publication, tables[name], rows) for name, rows in _code_lists(publication, authored)}
    return _Sources(documents, authored, codes)


def _convert_tables(
    publication: Publication, sources: _Sources, names: set[str] | None, say: Say
) -> tuple[dict[str, Converted], list[Problem]]:
    """The converted tables called `names`, or all, and the problems of those that failed."""
    regions, missing = _regions(publication, sources.documents)
    problems = [problem for name, found in missing.items() if names is None or name in names for problem in found]
    converted: dict[str, Converted] = {}
    for name, (document, region) in regions.items():
        if names is not None and name not in names:
            continue
        say(f"reading {name}")
        try:
            table = publication.tables[name]
            converted[name] = _convert_table(publication, table, document, region, regions, sources.codes)
        except OpenbaarError as error:
            problems += error.problems
    return converted, problems


def _trust_rows(
    publication: Publication, sources: _Sources, converted: Mapping[str, Converted], rows: Mapping[str, Rows]
) -> dict[str, Rows]:
    """The rows of the trust tables that are made of converted tables."""
    provenance: Rows = []
    footnotes: Rows = []
    for each in converted.values():
        provenance += provenance_rows(each.table, each.document, each.records)
        footnotes += footnote_rows(publication, each.table, each.document, each.footnotes)
    verdicts = _verdicts(publication, rows, converted, sources.documents)
    return {"provenance": provenance, "reconciliation": [each.row() for each in verdicts], "footnotes": footnotes}


def _authored_rows(publication: Publication) -> dict[str, Rows]:
    """The rows of the tables that have no recipe, from their CSV files."""
    rows: dict[str, Rows] = {}
    problems: list[Problem] = []
    for name, table in publication.tables.items():
        if table.recipe is not None:
            continue
        try:
            rows[name] = read_csv(publication.csv_path(name).read_bytes(), table, f"tables/{name}.csv")
        except FileNotFoundError:
            place = publication.place(name)
            problems.append(Problem(place, f"has no recipe, and there is no tables/{name}.csv", "write one of the two"))
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return rows


def _code_lists(publication: Publication, rows: Mapping[str, Rows]) -> list[tuple[str, Rows]]:
    """The authored tables that others point to with one column, and that hold printed labels."""
    named = {
        key.reference.resource
        for table in publication.tables.values()
        for key in table.table_schema.foreignKeys
        if len(key.fields) == 1
    }
    return [
        (name, rows[name]) for name in sorted(named & set(rows)) if publication.tables[name].table_schema.has("label")
    ]


def _regions(
    publication: Publication, documents: Mapping[str, TextDocument]
) -> tuple[dict[str, tuple[TextDocument, Region]], dict[str, list[Problem]]]:
    """Where each table stands, and the problems of those that were not found."""
    regions: dict[str, tuple[TextDocument, Region]] = {}
    problems: dict[str, list[Problem]] = {}
    for name, table in publication.tables.items():
        if table.recipe is None:
            continue
        document = documents[publication.document(table.recipe.document).path]
        try:
            document = apply_patches(document, table.recipe.patch)
            regions[name] = document, locate(document, table.recipe)
        except OpenbaarError as error:
            problems[name] = [_named(problem, name) for problem in error.problems]
    return regions, problems


def _named(problem: Problem, table: str) -> Problem:
    return Problem(problem.place, f"{table}: {problem.message}", problem.hint)


def _convert_table(
    publication: Publication,
    table: Table,
    document: TextDocument,
    region: Region,
    regions: Mapping[str, tuple[TextDocument, Region]],
    codes: Mapping[str, CodeList],
) -> Converted:
    recipe = table.recipe or Recipe(**{"from": "", "rows": ""})
    try:
        lines = {name: found.lines for name, (_, found) in regions.items()}
        footnotes = footnote_lines(publication, table, document, lines)
        left_out = set(footnotes.values()) | _lines_of(recipe, regions)
        units = make_units([line for line in region.body if line.number not in left_out], recipe.units)
        readers = field_readers(table, recipe, publication.package.numbers, codes)
        rows = label_rows(document, read_rows(document, units, recipe, readers), recipe.group, readers)
        records, totals = make_records(document, rows, recipe, table.table_schema, region.header, readers)
        records = _with_doubts(table, records)
        _check_records(table, document, records)
        _check_marks(table, document, records, footnotes)
    except OpenbaarError as error:
        raise OpenbaarError(_named(problem, table.name) for problem in error.problems) from error
    return Converted(table, document, records, totals, footnotes)


def _lines_of(recipe: Recipe, regions: Mapping[str, tuple[TextDocument, Region]]) -> set[int]:
    """The lines of the tables that the recipe leaves out."""
    return {line.number for name in recipe.without if name in regions for line in regions[name][1].lines}


def _with_doubts(table: Table, records: list[Record]) -> list[Record]:
    """The records, where an anomaly gives the rows it concerns a status with that status."""
    for anomaly in table.anomalies.values():
        if anomaly.status is None:
            continue
        parsed = Parsed(anomaly.status, "", "derived")
        records = [
            replace(record, cells={**record.cells, "status": replace(record.cells["status"], parsed=parsed)})
            if all(str(record.cells[name].value) == value for name, value in anomaly.rows.items())
            else record
            for record in records
        ]
    return records


def _check_records(table: Table, document: TextDocument, records: list[Record]) -> None:
    """Each column has a cell in each record, and each key stands once."""
    problems = []
    seen: dict[tuple[Value, ...], Record] = {}
    columns = [name for name in table.columns if name != "source_lines"]
    for record in records:
        place = document.place(record.first_line, record.last_line)
        missing = [name for name in columns if name not in record.cells]
        if missing:
            problems.append(Problem(place, f"no row pattern gives the column '{missing[0]}' a value here"))
            continue
        for name in columns:
            if record.cells[name].value is None and table.table_schema.field(name).constraints.required:
                problems.append(Problem(place, f"the column '{name}' is required, but blank here"))
        key = tuple(record.cells[name].value for name in table.table_schema.primaryKey)
        if key in seen:
            shown = ", ".join(str(part) for part in key)
            problems.append(Problem(place, f"the key ({shown}) was read on line {seen[key].first_line} already"))
        seen.setdefault(key, record)
    if problems:
        raise OpenbaarError(problems)


def _check_marks(table: Table, document: TextDocument, records: list[Record], lines: Mapping[str, int]) -> None:
    """Each footnote's mark stands at some cell, or a mark was lost."""
    marks = {cell.parsed.mark for record in records for cell in record.cells.values()}
    lost = sorted(table.footnotes.keys() - marks)
    if lost:
        raise OpenbaarError(
            Problem(
                document.place(lines.get(mark)), f"key 'footnotes': the mark {mark} stands at no cell that was read"
            )
            for mark in lost
        )


def _verdicts(
    publication: Publication,
    rows: Mapping[str, Rows],
    converted: Mapping[str, Converted],
    documents: Mapping[str, TextDocument],
) -> list[Verdict]:
    """Everything that can be checked, table by table: stated totals, then the rules of the table file."""
    anomalies = dict(publication.package.anomalies)
    for table in publication.tables.values():
        anomalies |= table.anomalies
    verdicts: list[Verdict] = []
    for name, table in publication.tables.items():
        if name in converted:
            each = converted[name]
            totals = [_stated(each.document, total) for total in each.totals]
            verdicts += stated_totals(name, rows[name], totals, table.checks)
        if table.rows is not None:
            verdicts.append(count_verdict(name, "rows", table.table_schema.primaryKey[0], table.rows, len(rows[name])))
        for check in table.checks:
            line = _line_total(publication, table, check, documents) if check.equals and check.equals.line else None
            verdicts += reconcile(name, check, rows, line, anomalies)
    return verdicts


def _stated(document: TextDocument, total: StatedTotal) -> Stated:
    cell = total.cell
    return Stated(total.column, total.where, _decimal(cell.parsed), document.place(cell.first_line, cell.last_line))


def _decimal(parsed: Parsed) -> Decimal:
    return Decimal(str(parsed.value))


def _line_total(publication: Publication, table: Table, check: Check, documents: Mapping[str, TextDocument]) -> Stated:
    """The number that a line of the document states. Raises OpenbaarError when it is not on exactly one line."""
    compared = check.equals or Compared(line="")
    document = documents[publication.document(table.recipe.document if table.recipe else None).path]
    pattern = compiled(compared.line or "")
    found = [(line, match) for line in document.lines if (match := pattern.search(line.text))]
    index = table.checks.index(check)
    place = publication.place(table.name, "checks", index, "equals", "line")
    if len(found) != 1 or not found[0][1].groups():
        where = ", ".join(str(line.number) for line, _ in found) or "none"
        message = f"should match one line of {document.path} with one group around the number, but matches: {where}"
        raise OpenbaarError(Problem(place, message))
    line, match = found[0]
    try:
        value = parse_number(match.group(1), publication.package.numbers) * compared.scale
    except ValueError as error:
        raise OpenbaarError(Problem(document.place(line.number), str(error))) from error
    return Stated(check.sum or "", {}, value, document.place(line.number))
