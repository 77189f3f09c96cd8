"""The trust tables: where each cell stands, what the footnotes say, what a reader must beware of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.records import Record
from openbaar.schema.csvfile import Value
from openbaar.schema.patterns import compiled
from openbaar.tables.model import Anomaly, Table
from openbaar.tables.publication import Publication
from openbaar.tables.references import anomalies_of
from openbaar.texts import Localized, localized

SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def row_id(values: Iterable[Value]) -> str:
    """The key of a row as in its address on the site: Datasette's tilde encoding, joined by commas.

    Source of the rule: https://docs.datasette.io/en/stable/internals.html#internals-tilde-encoding
    """
    return ",".join(_tilde(str(value)) for value in values)


def _tilde(text: str) -> str:
    return "".join(_tilde_character(character) for character in text)


def _tilde_character(character: str) -> str:
    if character in SAFE:
        return character
    return "+" if character == " " else "".join(f"~{byte:02X}" for byte in character.encode())


def provenance_rows(
    table: Table, document: Document, records: Sequence[Record]
) -> list[dict[str, Value]]:
    """One row for each published cell of `table`, in the order of its rows and columns."""
    rows: list[dict[str, Value]] = []
    for record in records:
        key = row_id(record.cells[name].value for name in table.table_schema.primaryKey)
        for column in table.columns:
            if column not in record.cells:
                continue
            cell = record.cells[column]
            rows.append(
                {
                    "table_name": table.name,
                    "row_id": key,
                    "column_name": column,
                    **_placed(document.place(cell.first_line, cell.last_line, cell.address)),
                    "cell": cell.address,
                    "printed": cell.parsed.printed or None,
                    "how": cell.parsed.how,
                    "mark": cell.parsed.mark,
                }
            )
    return rows


def footnote_lines(
    publication: Publication, table: Table, document: Document, lines: Mapping[str, Sequence[Line]]
) -> dict[str, int]:
    """The line on which each footnote of `table` stands; `lines` are those of each table.

    Raises OpenbaarError for each one that is not on exactly one line, or whose text is not as written.
    """
    found: dict[str, int] = {}
    problems = []
    for mark, footnote in table.footnotes.items():
        below = footnote.below or table.name
        if below not in lines:
            continue  # that table was not found, which is a problem of its own
        near = lines[below]
        matches = [line for line in near if compiled(footnote.line).search(line.shown)]
        printed = footnote.text[publication.language]
        key = f"key 'footnotes': the footnote {mark}"
        if len(matches) != 1:
            where = ", ".join(str(line.number) for line in matches) or "no line"
            place = document.place(near[0].number, near[-1].number) if near else document.place()
            problems.append(Problem(place, f"{key} should match one line, not {where}"))
        elif not _is_footnote(matches[0].shown, printed):
            place = document.place(matches[0].number)
            hint = "write the text as printed, all that stands behind the mark"
            problems.append(
                Problem(place, f"{key} does not read '{printed}' here, and nothing else", hint)
            )
        else:
            found[mark] = matches[0].number
    if problems:
        raise OpenbaarError(problems)
    return found


def _is_footnote(line: str, text: str) -> bool:
    """Whether a line is a mark and the text, and holds nothing else that would be lost with it."""
    before, found, after = line.partition(text)
    return (
        bool(found)
        and not after.strip(" |")
        and not any(character.isalpha() for character in before)
    )


def footnote_rows(
    publication: Publication, table: Table, document: Document, lines: Mapping[str, int]
) -> list[dict[str, Value]]:
    """One row for each footnote of `table`."""
    return [
        {
            "table_name": table.name,
            "mark": mark,
            **_texts(publication, footnote.text),
            "applies_to": _pairs(footnote.applies_to),
            **_placed(document.place(lines[mark])),
        }
        for mark, footnote in table.footnotes.items()
    ]


def anomaly_rows(
    publication: Publication, documents: Mapping[str, Document]
) -> list[dict[str, Value]]:
    """One row for each anomaly, those of the package first, with the lines that show it.

    Raises OpenbaarError for each one whose lines are not found exactly once: a declared anomaly that has gone.
    """
    rows: list[dict[str, Value]] = []
    problems = []
    for owner, name, anomaly in anomalies_of(publication):
        document = documents[publication.document(anomaly.document).path]
        try:
            first, last = _shown_at(
                document, anomaly, publication.place(owner, "anomalies", name, "at")
            )
        except OpenbaarError as error:
            problems += error.problems
            continue
        tables = ([owner] if owner else []) + [table for table in anomaly.tables if table != owner]
        rows.append(
            {
                "id": name,
                **_texts(publication, anomaly.text),
                "tables": json.dumps(tables),
                "rows_concerned": _pairs(anomaly.rows),
                **_placed(document.place(first, last)),
            }
        )
    if problems:
        raise OpenbaarError(problems)
    return rows


def _shown_at(document: Document, anomaly: Anomaly, place: Place) -> tuple[int, int]:
    numbers = []
    for pattern in anomaly.at:
        matches = [line.number for line in document.lines if compiled(pattern).search(line.shown)]
        if len(matches) != 1:
            where = ", ".join(str(number) for number in matches) or "none"
            message = f"'{pattern}' should match one line of {document.path}, but matches: {where}"
            raise OpenbaarError(
                Problem(place, message, "the anomaly has gone, or the pattern fits too much")
            )
        numbers += matches
    return min(numbers), max(numbers)


def _placed(place: Place) -> dict[str, Value]:
    """A place as columns of a trust table; the last line is the first one where it is not another on the same page."""
    last = place.first_line if place.last_line is None else place.last_line
    return {
        "document": place.file,
        "page": place.page,
        "first_line": place.first_line,
        "last_line": last,
    }


def _texts(publication: Publication, text: Localized) -> dict[str, Value]:
    return {"text": localized(text, publication.language), "text_en": text.get("en")}


def _pairs(where: Mapping[str, str]) -> str | None:
    return ", ".join(f"{name} = {value}" for name, value in where.items()) or None
