"""What must hold of records before they are published: nothing missing, nothing twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from openbaar.documents.lines import Document
from openbaar.errors import Place, Problem
from openbaar.recipe.records import Record
from openbaar.schema.conventions import NORMAL
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Table

MOST_KEYS_AGAIN = 5  # that are named one by one


def record_problems(table: Table, document: Document, records: Sequence[Record]) -> list[Problem]:
    """Each column has a cell in each record, blanks have a reason, and each key comes once."""
    if not records:
        hint = "look at 'from' and 'until'"
        return [Problem(document.place(), "no row was read between the anchors", hint)]
    columns = set(table.columns)
    wanted = columns - {"source_lines"}  # which is filled later
    whole = [record for record in records if wanted <= record.cells.keys()]
    problems = []
    if len(whole) < len(records):
        problems = _missing_problems(table, document, records)
    for record in whole:
        blank = _blank_columns(columns, record)
        if blank:
            problems += _blank_problems(table, document, record, blank)
    return problems + _key_problems(table, document, whole)


def _missing_problems(table: Table, document: Document, records: Sequence[Record]) -> list[Problem]:
    """The columns that no row pattern sets, each once: at the first of the rows without it."""
    without: dict[str, list[Record]] = {}
    for record in records:
        for name in _missing_columns(table, record)[:1]:
            without.setdefault(name, []).append(record)
    problems = []
    for name, lacking in without.items():
        first = lacking[0]
        message = f"no row pattern sets the column '{name}' here"
        hint = (
            "add its field to the row patterns, or give it under 'set'; rows without it: "
            f"{len(lacking)}"
        )
        place = document.place(first.first_line, first.last_line)
        problems.append(Problem(place, message, hint))
    return problems


def _key_problems(table: Table, document: Document, records: Sequence[Record]) -> list[Problem]:
    """The keys that come again: each, or the first where they are so many that a column lacks."""
    problems: list[Problem] = []
    seen: dict[tuple[Value, ...], Record] = {}
    columns = table.table_schema.primaryKey
    for record in records:
        key = tuple([record.cells[name].parsed.value for name in columns])
        first = seen.setdefault(key, record)
        if first is not record:
            shown = ", ".join(str(part) for part in key)
            message = f"the key ({shown}) was already read on line {first.first_line}"
            place = document.place(record.first_line, record.last_line)
            problems.append(Problem(place, message))
    if len(problems) <= MOST_KEYS_AGAIN:
        return problems
    hint = (
        f"{len(problems)} rows have a key that another row has: 'primaryKey' lacks a column that "
        "tells them apart"
    )
    return [Problem(problems[0].place, problems[0].message, hint)]


def _missing_columns(table: Table, record: Record) -> list[str]:
    """The columns that have no cell; `source_lines` is filled later."""
    present = {*record.cells, "source_lines"}
    return [name for name in table.columns if name not in present]


def _blank_problems(
    table: Table, document: Document, record: Record, blank: Sequence[str]
) -> list[Problem]:
    """A blank cell is allowed by its column, and has one reason."""
    place = document.place(record.first_line, record.last_line)
    problems = []
    for name in blank:
        if table.table_schema.field(name).constraints.required:
            problems.append(Problem(place, f"the column '{name}' is required, but blank here"))
    reasons = _reasons(record)
    if not _states_a_reason(record):
        problems.append(_without_reason(blank[0], reasons, place))
    elif len(reasons) > 1:
        listed = ", ".join(reasons)
        message = f"this row has blanks for several reasons ({listed}), but only one status"
        problems.append(Problem(place, message, "read them as one field that stands several times"))
    return problems


def _without_reason(column: str, reasons: Sequence[str], place: Place) -> Problem:
    """A blank whose reason nobody gave, or that has no column to stand in."""
    if not reasons:
        message = f"the column '{column}' is blank here without a reason"
        hint = "give the field a 'blank' with its reason, and the table a column 'status'"
        return Problem(place, message, hint)
    message = f"the column '{column}' is blank here, and its reason has no column to stand in"
    hint = f"give the table a column 'status', which then holds '{reasons[0]}'"
    return Problem(place, message, hint)


def _blank_columns(columns: Collection[str], record: Record) -> list[str]:
    """Which of these columns have no value in a record."""
    blank = []
    for name, cell in record.cells.items():
        if cell.parsed.value is None and name in columns:
            blank.append(name)
    return blank


def _reasons(record: Record) -> list[str]:
    """Why cells of a record are blank, each reason once."""
    reasons = {cell.parsed.status for cell in record.cells.values()}
    return sorted(reason for reason in reasons if isinstance(reason, str))


def _states_a_reason(record: Record) -> bool:
    """Whether the status of a record says why something is blank."""
    status = record.cells.get("status")
    return status is not None and status.value not in (None, NORMAL)


def concern_problems(table: Table, document: Document, records: Sequence[Record]) -> list[Problem]:
    """Each anomaly and footnote that names rows of the table is about some of them."""
    about: dict[str, Mapping[str, str]] = {}
    for name, anomaly in table.anomalies.items():
        about[f"anomaly '{name}'"] = anomaly.rows
    for mark, footnote in table.footnotes.items():
        about[f"footnote {mark}"] = footnote.applies_to
    place = document.place(records[0].first_line, records[-1].last_line)
    problems = []
    for what, rows in about.items():
        named = _without_lines(rows)
        if not any(has_values(record, named) for record in records):
            listed = ", ".join(f"{name} = {value}" for name, value in named.items())
            message = f"the {what} is about rows with {listed}, but there are none"
            problems.append(Problem(place, message))
    return problems


def _without_lines(rows: Mapping[str, str]) -> dict[str, str]:
    """The values that rows have, without `source_lines`, which is filled later."""
    return {name: value for name, value in rows.items() if name != "source_lines"}


def has_values(record: Record, values: Mapping[str, str]) -> bool:
    """Whether the cells of a record hold these values, by column."""
    return all(str(record.cells[name].value) == value for name, value in values.items())


def mark_problems(
    table: Table,
    document: Document,
    records: Sequence[Record],
    lines: Mapping[str, tuple[int, int]],
) -> list[Problem]:
    """Each footnote's mark is at some cell, or a mark was lost; and at rows it is about only.

    `lines` are those of the footnotes by mark.
    """
    marks: set[str | None] = set()
    for record in records:
        marks.update(cell.parsed.mark for cell in record.cells.values())
    problems = []
    for mark in sorted(table.footnotes.keys() - marks):
        message = f"key 'footnotes': the mark {mark} was found at no cell"
        problems.append(Problem(document.place(*lines.get(mark, ())), message))
    for record in records:
        problems += _marks_elsewhere(table, document, record)
    return problems


def _marks_elsewhere(table: Table, document: Document, record: Record) -> list[Problem]:
    """Marks at cells of rows that their footnotes are not about."""
    problems = []
    for column, cell in record.cells.items():
        mark = cell.parsed.mark
        footnote = None if mark is None else table.footnotes.get(mark)
        if footnote is None:
            continue
        rows = _without_lines(footnote.applies_to)
        if has_values(record, rows):
            continue
        listed = ", ".join(f"{name} = {value}" for name, value in rows.items())
        message = (
            f"'{cell.parsed.printed}' ({column}) has the mark {mark}, whose footnote is about rows "
            f"with {listed} only"
        )
        hint = "correct 'applies_to', or the marks of the field"
        problems.append(Problem(document.place(cell.first_line, cell.last_line), message, hint))
    return problems
