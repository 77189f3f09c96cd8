"""The documents that `openbaar init` is given: read, and searched for tables."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openbaar.authoring.draft.finding.in_aligned import sightings_in_aligned
from openbaar.authoring.draft.finding.in_cells import sightings_of_cells
from openbaar.authoring.draft.finding.in_grids import sightings_in_grid
from openbaar.authoring.draft.finding.in_lines import sightings_in_lines
from openbaar.authoring.draft.finding.in_pages import sightings_in_pages
from openbaar.authoring.draft.finding.pieces import joined
from openbaar.authoring.draft.finding.sighting import Sighting
from openbaar.documents.entry import DocumentEntry, Encoding
from openbaar.documents.lines import WORKBOOKS, Document, Line
from openbaar.documents.reader import parse_document
from openbaar.documents.workbook_parts import HAS_HIDDEN
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.names import check_source

UNDETERMINED = "und"  # of ISO 639-2: the language is not known yet
PAGE_BREAK = 3  # blank lines that mark a new page, in text that PDFBox takes from a PDF
_PAGE_BREAK = re.compile(rb"(?:\r?\n[ \t]*){%d}" % (PAGE_BREAK + 1))
# The ruled tables of a PDF are its cells as drawn, and its layout keeps blank cells: its text is
# taken where it shows clearly more.
WEIGHTS = {"tables": 1.6, "layout": 1.2, "text": 0.6}


@dataclass(frozen=True)
class Received:
    """A document as it was received and read, and what seems to be a table in it.

    `entry` is what the package file says of it, `remarks` what a person should know of how it is
    read.
    """

    data: bytes
    entry: Mapping[str, Any]
    document: Document
    sightings: Sequence[Sighting]
    remarks: Sequence[str] = ()

    @property
    def path(self) -> str:
        """Its path in the publication."""
        return self.document.path

    def titled_in(self, languages: Sequence[str]) -> Received:
        """The same, titled in each of these languages as it calls itself, else by its file."""
        (name,) = self.entry["title"].values()
        titles = dict.fromkeys(languages, self.document.title or name)
        return replace(self, entry={**self.entry, "title": titles})

    @property
    def weight(self) -> float:
        """How many cells of tables were seen in it; those whose places are known count more."""
        cells = sum(_size(sighting) for sighting in self.sightings)
        return cells * WEIGHTS[self.entry.get("read", "text")]

    def is_in_table(self, line: Line) -> bool:
        """Whether a line is in one of the tables that were seen."""
        return any(each.first <= line.number <= each.last for each in self.sightings)


def received(paths: Sequence[Path]) -> list[Received]:
    """The documents in their order.

    Raises OpenbaarError with every document that cannot be read.
    """
    found: list[Received] = []
    problems: list[Problem] = []
    names: set[str] = set()
    for path in paths:
        if path.name in names:
            what = "has the same name as another document"
            problems.append(Problem(Place(str(path)), what, "rename one of them"))
            continue
        names.add(path.name)
        try:
            found.append(_received(path))
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return found


def _received(path: Path) -> Received:
    """A document read in the way in which the most of its tables are seen."""
    try:
        source = check_source(f"sources/{path.name}")
        data = path.read_bytes()
    except ValueError as error:
        raise OpenbaarError(Problem(Place(str(path)), str(error), "rename it")) from error
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise OpenbaarError(Problem(Place(str(path)), what)) from error
    digest = hashlib.sha256(data).hexdigest()
    # Nobody has said yet in which language the title is.
    entry = {"path": source, "sha256": digest, "title": {UNDETERMINED: path.name}}
    if path.suffix.lower() in WORKBOOKS:
        return _read_workbook(data, entry)
    found: list[Received] = []
    problems: list[Problem] = []
    for options in _ways_to_read(path, data):
        try:
            found.append(_read(data, {**entry, **options}))
        except OpenbaarError as error:
            problems = error.problems
    if not found:
        raise OpenbaarError(problems)
    return max(found, key=lambda each: each.weight)


def _read_workbook(data: bytes, entry: Mapping[str, Any]) -> Received:
    """A workbook; where parts of it are hidden, without them, because nobody meant to show them."""
    try:
        return _read(data, entry)
    except OpenbaarError as error:
        if not all(each.message.startswith(HAS_HIDDEN) for each in error.problems):
            raise
        remarks = [f"{each.place}: {each.message}; not read" for each in error.problems]
    return replace(_read(data, {**entry, "hidden": "skip"}), remarks=remarks)


def _ways_to_read(path: Path, data: bytes) -> list[dict[str, Any]]:
    """The keys of the package file by which a document of this kind may be read."""
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return [{"read": "tables"}, {"read": "layout"}, {}]
    options: dict[str, Any] = {}
    if suffix in (".txt", ".csv"):
        options |= _encoding(data)
    if suffix == ".txt" and len(_PAGE_BREAK.findall(data)) > 1:
        options["page_break"] = PAGE_BREAK
    return [options]


def _encoding(data: bytes) -> dict[str, Encoding]:
    """How the letters of a text are stored, where not as UTF-8.

    Which of the encodings of one byte for each letter it is, no byte says; on Windows, it is this.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return {"encoding": "utf-16"}
    for encoding in ("utf-8", "windows-1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return {} if encoding == "utf-8" else {"encoding": "windows-1252"}
    return {}


def _read(data: bytes, entry: Mapping[str, Any]) -> Received:
    document = parse_document(data, DocumentEntry.model_validate(entry))
    remarks = []
    if "encoding" in entry:
        remarks.append(f"{entry['path']}: is not UTF-8; read as {entry['encoding']}")
    return Received(data, entry, document, sightings(document), remarks)


def sightings(document: Document) -> list[Sighting]:
    """What seems to be a table in a document, in its order; of those that overlap, the largest."""
    if document.is_grid:
        return sightings_in_grid(document)
    if any(line.words for line in document.lines):
        return joined(document, sightings_in_pages(document))
    found = [
        *sightings_in_aligned(document),
        *sightings_in_lines(document, "line"),
        *sightings_in_lines(document, "block"),
        *sightings_of_cells(document),
    ]
    kept: list[Sighting] = []
    for sighting in sorted(found, key=_weight, reverse=True):
        if not any(_overlap(sighting, other) for other in kept):
            kept.append(sighting)
    return joined(document, sorted(kept, key=lambda each: each.first))


def _weight(sighting: Sighting) -> tuple[bool, int]:
    """Whether its cells stand in columns, which says most; then how many it has."""
    return sighting.units == "columns", _size(sighting)


def _size(sighting: Sighting) -> int:
    """How many cells it has."""
    return len(sighting.rows) * sighting.width


def _overlap(one: Sighting, two: Sighting) -> bool:
    return one.first <= two.last and one.last >= two.first
