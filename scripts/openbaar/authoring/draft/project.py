"""`openbaar init`: a folder with the documents, a draft for each table seen in them, and a package file."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openbaar.authoring.draft.authored import Entry, authored
from openbaar.authoring.draft.columns import unique
from openbaar.authoring.draft.grids import sightings_in_grid
from openbaar.authoring.draft.printed import kind, split_row, words
from openbaar.authoring.draft.sighting import Sighting
from openbaar.authoring.draft.singles import sightings_of_cells
from openbaar.authoring.draft.texts import sightings_in_lines
from openbaar.authoring.draft.trial import Tried, best_draft
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document, Line
from openbaar.documents.reader import parse_document
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.schema.conventions import TRUST_TABLES
from openbaar.schema.names import check_source
from openbaar.texts import catalogue

PAGE_BREAK = 3  # blank lines that stand for a new page, in text that PDFBox takes from a PDF
SHOWN_PLACES = 10  # places that are not understood which are named for each document


@dataclass(frozen=True)
class Seen:
    """A document as it was received and read, and what seems to be a table in it."""

    data: bytes
    entry: dict[str, Any]
    document: Document
    sightings: list[Sighting]


def init(folder: Path, documents: Sequence[Path], language: str) -> list[str]:
    """Make a publication of `documents` in `folder`, and return what was seen and not understood, line by line.

    Raises OpenbaarError with every document that cannot be read, and when the folder holds anything already;
    then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OpenbaarError(
            Problem(
                Place(str(folder)),
                "is there already, and nothing is overwritten",
                "name a new folder",
            )
        )
    seen = _read(documents, language)
    tried: list[Tried] = []
    told: list[str] = []
    for each in seen:
        found = list(_drafts(folder, seen, each, language, {other.name for other in tried}))
        tried += found
        told += _told(each, found)
    files = {f"tables/{draft.name}.yaml": draft.text.encode() for draft in tried}
    package = [
        *_package(folder, [each.entry for each in seen], language),
        Entry("tables", [each.name for each in tried]),
    ]
    files["tables/package.yaml"] = authored(package).encode()
    files |= {each.entry["path"]: each.data for each in seen}
    _put(folder, files)
    return [*told, words()["next_steps"].format(folder=folder)]


def _read(paths: Sequence[Path], language: str) -> list[Seen]:
    """The documents, and what seems to be a table in each. Raises OpenbaarError with each that cannot be read."""
    seen: list[Seen] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            if path.name in {Path(each.entry["path"]).name for each in seen}:
                raise OpenbaarError(
                    Problem(
                        Place(str(path)), "has the name of another document", "rename one of them"
                    )
                )
            seen.append(_seen(path, language))
        except OpenbaarError as error:
            problems += error.problems
    if problems:
        raise OpenbaarError(problems)
    return seen


def _seen(path: Path, language: str) -> Seen:
    try:
        source = check_source(f"sources/{path.name}")
        data = path.read_bytes()
    except ValueError as error:
        raise OpenbaarError(Problem(Place(str(path)), str(error), "rename it")) from error
    except OSError as error:
        raise OpenbaarError(
            Problem(Place(str(path)), f"cannot be read: {error.strerror}")
        ) from error
    digest = hashlib.sha256(data).hexdigest()
    entry = {"path": source, "sha256": digest, "title": {language: path.name}}
    read: list[dict[str, Any]] = [{"read": "tables"}, {}] if path.suffix.lower() == ".pdf" else [{}]
    if (
        path.suffix.lower() == ".txt"
        and len(re.findall(rb"(?:\r?\n[ \t]*){%d}" % (PAGE_BREAK + 1), data)) > 1
    ):
        read = [{"page_break": PAGE_BREAK}]
    found: list[Seen] = []
    problems: list[Problem] = []
    for how in read:
        try:
            document = parse_document(data, DocumentEntry.model_validate({**entry, **how}))
            found.append(Seen(data, {**entry, **how}, document, sightings(document)))
        except OpenbaarError as error:
            problems = error.problems
    if not found:
        raise OpenbaarError(problems)
    # The ruled tables of a PDF are its cells as drawn; its text is taken where that shows clearly more of them.
    return max(found, key=lambda each: _cells(each.sightings) * (2 if "read" in each.entry else 1))


def _cells(found: Iterable[Sighting]) -> int:
    return sum(len(sighting.rows) * sighting.width for sighting in found)


def sightings(document: Document) -> list[Sighting]:
    """What seems to be a table in a document, in its order; where two ways of looking meet, the larger table."""
    if document.is_grid:
        return sightings_in_grid(document)
    blocks, lines = sightings_in_lines(document, "block"), sightings_in_lines(document, "line")
    found = [*blocks, *lines, *sightings_of_cells(document)]
    kept: list[Sighting] = []
    for sighting in sorted(found, key=lambda each: -len(each.rows) * each.width):
        if all(sighting.last < other.first or sighting.first > other.last for other in kept):
            kept.append(sighting)
    return sorted(kept, key=lambda each: each.first)


def _drafts(
    folder: Path, seen: Sequence[Seen], each: Seen, language: str, taken: Collection[str]
) -> Iterator[Tried]:
    """A draft for each sighting of a document, tried with the package file that the publication will have."""
    names = {*taken, *TRUST_TABLES}
    package = _package(folder, [each.entry], language)
    document = None if each is seen[0] else each.entry["path"]
    for sighting in each.sightings:
        name = unique(_name(sighting, Path(each.entry["path"]).stem), names)
        names.add(name)
        yield best_draft(name, sighting, language, document, package)


def _name(sighting: Sighting, stem: str) -> str:
    """What a table is called: by the number in its title, by its sheet, or by its document."""
    starts = "|".join(re.escape(word.rstrip(".")) for word in words()["title_words"])
    found = re.match(rf"(?i)\s*({starts})\.?\s+([\w-]*\d[\w-]*)", sighting.title)
    if found:
        return f"{found[1]} {found[2]}"
    sheet = sighting.document.line(sighting.first).page
    return sheet if isinstance(sheet, str) and sighting.document.is_grid else stem


def _package(folder: Path, documents: Sequence[Mapping[str, Any]], language: str) -> list[Entry]:
    """The package file without its list of tables; what nobody said is unknown."""
    said = words()
    unknown = catalogue(language).gettext("unknown")
    name = unique(folder.resolve().name, ()).replace("_", "-")
    nobody = {"name": "notspecified", "title": unknown}
    return [
        Entry("name", name, said["guess_package"]),
        Entry("version", "0.1.0"),
        Entry("languages", [language]),
        Entry("title", {language: unknown}),
        Entry("description", {language: unknown}),
        Entry("contributors", [{"title": unknown}]),
        Entry("licenses", [nobody]),
        Entry("additions", [nobody]),
        Entry("documents", list(documents), said["guess_documents"]),
    ]


def _told(seen: Seen, tried: Sequence[Tried]) -> Iterator[str]:
    """What was seen in a document, and where it holds figures that no table reads."""
    said = words()
    count = len(tried)
    tables = said["one_table"] if count == 1 else said["some_tables"].format(count=count)
    path = seen.entry["path"]
    yield said["saw_document"].format(document=path, lines=len(seen.document.lines), tables=tables)
    for draft in tried:
        place = seen.document.place(draft.sighting.first, draft.sighting.last)
        yield said["saw_table"].format(
            table=draft.name, place=place, columns=draft.columns, outcome=draft.outcome
        )
    if not tried:
        yield said["no_table"]
    missed = list(_missed(seen))
    for line in missed[:SHOWN_PLACES]:
        text = line.shown if len(line.shown) <= 80 else line.shown[:79] + "…"
        yield said["not_understood"].format(
            place=seen.document.place(line.number), text=text.strip()
        )
    if len(missed) > SHOWN_PLACES:
        yield said["more_not_understood"].format(count=len(missed) - SHOWN_PLACES)


def _missed(seen: Seen) -> Iterator[Line]:
    """The lines with two figures or more that are in no table; only the first of lines that follow each other."""
    before = -1
    for line in seen.document.lines:
        if any(each.first <= line.number <= each.last for each in seen.sightings):
            continue
        cells = line.shown.split(" | ") if seen.document.is_grid else split_row(line.text)[1]
        kinds = [kind(cell) for cell in cells]
        if kinds.count("number") and kinds.count("number") + kinds.count("year") > 1:
            if line.number > before + 1:
                yield line
            before = line.number


def _put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a folder beside `folder`, which then takes its place; a failure leaves nothing behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = folder.parent / f".{folder.name}.{os.getpid()}.partial"
    try:
        for name, data in files.items():
            target = staging / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        staging.rename(
            folder
        )  # refused by the system where something came into the folder meanwhile
    finally:
        shutil.rmtree(staging, ignore_errors=True)
