"""The trust tables: where each cell is printed, its footnotes, and what readers should know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe.patches import Patched, key_of
from openbaar.recipe.records import Record
from openbaar.recipe.values import Cell
from openbaar.schema.csvfile import Row, Rows
from openbaar.schema.patterns import compiled
from openbaar.schema.values import Value
from openbaar.tables.authored.model import Anomaly, Footnote, Table
from openbaar.tables.authored.publication import OwnedAnomaly, Publication
from openbaar.tables.judging.verdicts import lines_text, place_columns
from openbaar.texts import Localized, catalogue

MOST_LINES = 20  # of one footnote
SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class LineSpan(NamedTuple):
    """The numbers of the first and the last of some lines."""

    first: int
    last: int

    @property
    def numbers(self) -> range:
        """The numbers of all of them."""
        return range(self.first, self.last + 1)


def row_id(values: Iterable[Value]) -> str:
    """The key of a row as in its address on the site: Datasette's tilde encoding, joined by commas.

    Source of the rule: https://docs.datasette.io/en/stable/internals.html#internals-tilde-encoding
    """
    return ",".join(_tilde_encoded(str(value)) for value in values)


def _tilde_encoded(text: str) -> str:
    if SAFE.issuperset(text):
        return text
    return "".join(_tilde_character(character) for character in text)


def _tilde_character(character: str) -> str:
    if character in SAFE:
        return character
    if character == " ":
        return "+"
    return "".join(f"~{byte:02X}" for byte in character.encode())


def provenance_rows(table: Table, document: Document, records: Iterable[Record]) -> Iterator[Row]:
    """One row for each published cell of `table`, in the order of its rows and columns."""
    key_columns = table.table_schema.primaryKey
    columns = table.columns
    for record in records:
        key = row_id(record.cells[name].value for name in key_columns)
        places: dict[tuple[int, int], Row] = {}  # most cells of a row are on the same lines
        for column in columns:
            cell = record.cells.get(column)
            if cell is None:
                continue
            lines = (cell.first_line, cell.last_line)
            if lines not in places:
                places[lines] = place_columns(document.place(*lines))
            yield {
                "table_name": table.name,
                "row_id": key,
                "column_name": column,
                **places[lines],
                **cell_columns(cell),
            }


def cell_columns(cell: Cell) -> Row:
    """A cell as the columns of `provenance` that are about what is printed for it."""
    return {
        "cell": cell.address,
        "printed": cell.parsed.printed or None,
        "how": cell.parsed.how,
        "mark": cell.parsed.mark,
    }


def footnote_lines(
    publication: Publication, table: Table, document: Document, lines: Mapping[str, Sequence[Line]]
) -> dict[str, LineSpan]:
    """The lines on which each footnote of `table` is printed; `lines` are those of each table.

    Raises OpenbaarError for each one that does not begin on exactly one line, or whose text is not
    as written.
    """
    found: dict[str, LineSpan] = {}
    problems = []
    for mark, footnote in table.footnotes.items():
        below = table.name if footnote.below is None else footnote.below
        if below not in lines:
            continue  # that table was not found, which is a problem of its own
        try:
            printed = _Printed(mark, footnote, footnote.text[publication.language])
            found[mark] = _footnote_line(printed, document, lines[below])
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return found


@dataclass(frozen=True)
class _Printed:
    """A footnote with its mark, and its text in the language of the document."""

    mark: str
    footnote: Footnote
    text: str

    @property
    def key(self) -> str:
        """What messages call it."""
        return f"key 'footnotes': the footnote {self.mark}"


def _footnote_line(printed: _Printed, document: Document, lines: Sequence[Line]) -> LineSpan:
    """The lines that hold the footnote, and nothing else, from the one that its pattern matches."""
    lines, first = _first_line(printed, document, lines)
    for last in range(first, min(first + MOST_LINES, len(lines))):
        if lines[last].is_blank:
            break
        if _is_footnote(lines[first : last + 1], printed):
            return LineSpan(lines[first].number, lines[last].number)
    place = document.place(lines[first].number)
    message = f"{printed.key} should read '{printed.text}' here, and nothing else"
    hint = "write the text as printed, all that follows the mark, on the next lines too"
    raise OpenbaarError(Problem(place, message, hint))


def _first_line(
    printed: _Printed, document: Document, lines: Sequence[Line]
) -> tuple[Sequence[Line], int]:
    """The one line that the pattern of a footnote matches, as its index in the lines it is among.

    Where none of the table does, that may be a note farther down, such as at the end of a document.
    """
    matches = _indexes_of(printed.footnote.line, lines)
    if len(matches) == 1:
        return lines, matches[0]
    elsewhere = _indexes_of(printed.footnote.line, document.lines)
    if not matches and len(elsewhere) == 1:
        return document.lines, elsewhere[0]
    numbers = ", ".join(str(lines[index].row) for index in matches)
    place = document.place(lines[0].number, lines[-1].number) if lines else document.place()
    message = f"{printed.key} should match one line of the table, not {numbers or 'no line'}"
    hint = (
        "looked at are the lines after its 'from' and before its 'until', "
        "and where none of them matches, all others"
    )
    raise OpenbaarError(Problem(place, message, hint))


def _indexes_of(pattern: str, lines: Sequence[Line]) -> list[int]:
    """The indexes of the lines that a pattern matches."""
    matcher = compiled(pattern)
    return [index for index, line in enumerate(lines) if matcher.search(line.shown)]


def _is_footnote(lines: Sequence[Line], footnote: _Printed) -> bool:
    """Whether lines are a mark and the text, and hold nothing else that would be lost with it.

    White space does not matter: where a text wraps, it is printed or not.
    """
    printed = "".join("".join(line.shown.split()) for line in lines)
    before, found, after = printed.partition("".join(footnote.text.split()))
    if not found or after.strip("|"):
        return False
    before = before.removeprefix("".join(footnote.mark.split()))
    return not any(map(str.isalpha, before))


def footnote_rows(
    publication: Publication, table: Table, document: Document, lines: Mapping[str, LineSpan]
) -> Rows:
    """One row for each footnote of `table` whose `lines` are known.

    Those of one below a table that was not found are not, and then nothing is published.
    """
    rows: list[Row] = []
    for mark, footnote in table.footnotes.items():
        if mark not in lines:
            continue
        row: Row = {
            "table_name": table.name,
            "mark": mark,
            **_text_columns(publication, footnote.text),
            "applies_to": _as_json(footnote.applies_to),
            **place_columns(document.place(*lines[mark])),
        }
        rows.append(row)
    return rows


Shown = dict[int, Row | list[Problem]]  # anomalies by their number, or what is wrong with them


def shown_anomalies(publication: Publication, documents: Mapping[str, Document]) -> Shown:
    """The row of each anomaly that is in one of these documents, with the lines that show it.

    Instead of a row there are problems where its lines are not found exactly once: a declared
    anomaly that has gone. The number is that of `Publication.anomalies`.
    """
    found: Shown = {}
    for path, document in documents.items():
        for owned in publication.anomalies_by_document[path]:
            found[owned.number] = _shown_in(document, publication, owned)
    return found


def _shown_in(
    document: Document, publication: Publication, owned: OwnedAnomaly
) -> Row | list[Problem]:
    """The row of an anomaly that is in the document, or what is wrong with it."""
    place = publication.place(owned.owner, "anomalies", owned.name, "at")
    try:
        numbers = _shown_at(document, owned.anomaly, place)
    except OpenbaarError as error:
        return error.problems
    places = [document.place(first, last) for first, last in _runs(numbers)]
    return _anomaly_row(publication, owned, places)


def anomaly_rows(shown: Shown) -> Rows:
    """One row for each anomaly, those of the package first.

    Raises OpenbaarError with what is wrong with any of them.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    for _, found in sorted(shown.items()):
        if isinstance(found, list):
            problems += found
        else:
            rows.append(found)
    if problems:
        raise OpenbaarError(problems)
    return rows


def patch_rows(
    publication: Publication, table: Table, document: Document, patched: Sequence[Patched]
) -> Rows:
    """One row for each correction of a document: what it prints, what it was read as, and why."""
    rows: list[Row] = []
    for count, each in enumerate(patched, start=1):
        patch = each.patch
        texts = {}
        for language in publication.package.languages:
            message = catalogue(language).gettext(
                "The document prints “%(was)s” here; it was read as “%(to)s”: %(why)s"
            )
            texts[language] = message % {"was": patch.was, "to": patch.to, "why": patch.why}
        key: Mapping[str, str] = {}
        if each.record is not None:
            key = key_of(each.record, table.table_schema.primaryKey)
        row: Row = {
            "id": f"{table.name}_patch_{count}",
            **_text_columns(publication, Localized(texts)),
            "tables": json.dumps([table.name]),
            "rows_concerned": _as_json(key),
            **place_columns(document.place(each.line)),
            "other_lines": None,
        }
        rows.append(row)
    return rows


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers of lines as runs that follow each other: 3, 4, 9 are 3 to 4, and 9."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _anomaly_row(publication: Publication, owned: OwnedAnomaly, places: Sequence[Place]) -> Row:
    tables = list(owned.anomaly.tables)
    if owned.owner is not None:
        tables = [owned.owner, *(each for each in tables if each != owned.owner)]
    return {
        "id": owned.name,
        **_text_columns(publication, owned.anomaly.text),
        "tables": json.dumps(tables),
        "rows_concerned": _as_json(owned.anomaly.rows),
        **place_columns(places[0]),
        "other_lines": ", ".join(lines_text(place) for place in places[1:]) or None,
    }


def _shown_at(document: Document, anomaly: Anomaly, place: Place) -> list[int]:
    """The numbers of the lines that show an anomaly."""
    numbers: list[int] = []
    for pattern in anomaly.at:
        searched = compiled(pattern)
        matches = [line.number for line in document.lines if searched.search(line.shown)]
        if len(matches) != 1:
            found = ", ".join(str(number) for number in matches)
            message = (
                f"'{pattern}' should match one line of {document.path}, but matches: "
                f"{found or 'none'}"
            )
            hint = "the anomaly has gone, or the pattern matches too much"
            raise OpenbaarError(Problem(place, message, hint))
        numbers += matches
    return numbers


def _text_columns(publication: Publication, text: Localized) -> Row:
    """A text as one column for each language of the publication."""
    return {f"text_{language}": text[language] for language in publication.package.languages}


def _as_json(where: Mapping[str, str]) -> str | None:
    """The values that rows have, by column, as a JSON object; nothing where none are named."""
    return json.dumps(where, ensure_ascii=False) if where else None
