"""The lines of documents that take long to read, kept for recipes that change.

To read a PDF takes thirty to a hundred times as long as to take its lines again. They are those
that reading it would give, and are believed only where they are as they were written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from openbaar import placing
from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document, Line, Word
from openbaar.documents.reader import MAX_BYTES
from openbaar.errors import OpenbaarError
from openbaar.files import inside, sha256_of
from openbaar.tables.converting.made_of import OF_DOCUMENT
from openbaar.tables.converting.parts import Job
from openbaar.tables.converting.sources import open_document
from openbaar.tables.sealed import sealed, unsealed
from openbaar.toolkit import made_with, toolkit_hash

CACHE = f"{placing.CACHE}/opened"
KINDS = {".pdf"}

# A line as it is kept: what `Line` is made of, in its order.
Kept = tuple[int, str, int | str, int, tuple[str, ...], tuple[Word, ...]]


@dataclass(frozen=True)
class KeptDocuments:
    """The folder in which there is a file for each document, called by what it is made of.

    `made_of` says that for each document whose lines are kept, by its path.
    """

    folder: Path
    made_of: Mapping[str, str]

    def opened(self, job: Job, entry: DocumentEntry) -> Document:
        """A document as `open_document` opens it, with the same errors, or as it was kept."""
        made_of = self.made_of.get(entry.path)
        if made_of is None:
            return open_document(job.publication, entry, job.verify)
        path = self.folder / made_of
        with suppress(OSError, ValueError):  # none was kept, or it is not as it was
            kept = unsealed(path, made_of)
            if is_as_recorded(job, entry):
                return _unpacked(kept, entry.path)
        document = open_document(job.publication, entry, job.verify)
        with suppress(OSError, ValueError):  # what could not be kept is read again
            self._keep(path, job, sealed(_packed(document), made_of))
        return document

    def _keep(self, path: Path, job: Job, data: bytes) -> None:
        """Write a file whole: several workers may do so, where a document is dealt out to them."""
        made = job.folder / f"{path.name}.{os.getpid()}"
        made.write_bytes(data)
        self.folder.mkdir(parents=True, exist_ok=True)
        os.replace(made, path)

    def remove_others(self) -> None:
        """Remove what was kept of anything else."""
        known = set(self.made_of.values())
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name not in known:
                    path.unlink(missing_ok=True)


def documents_kept(root: Path, entries: Sequence[DocumentEntry]) -> KeptDocuments:
    """What keeps the lines of the documents of a publication in `root`."""
    made_of = {}
    for entry in entries:
        if Path(entry.path).suffix.lower() in KINDS:
            made_of[entry.path] = document_made_of(entry)
    return KeptDocuments(root / CACHE, made_of)


def document_made_of(entry: DocumentEntry) -> str:
    """A hash of all that the lines of a document depend on, its recorded bytes among them."""
    said = [toolkit_hash(), made_with(), entry.model_dump(exclude=OF_DOCUMENT)]
    return hashlib.sha256(json.dumps(said, default=repr).encode()).hexdigest()


def is_as_recorded(job: Job, entry: DocumentEntry) -> bool:
    """Whether a document is the one whose hash was recorded; if not, reading it will tell."""
    try:
        return sha256_of(inside(job.publication.root, entry.path, MAX_BYTES)) == entry.sha256
    except OpenbaarError:
        return False


@dataclass(frozen=True)
class _Opened:
    is_grid: bool
    has_pages: bool
    lines: list[Kept]


@lru_cache(maxsize=1)
def _as_json() -> TypeAdapter[_Opened]:
    """What writes and reads that as JSON."""
    return TypeAdapter(_Opened)


def _packed(document: Document) -> bytes:
    """A document as JSON. Raises ValueError for text that is no UTF-8."""
    lines: list[Kept] = []
    for line in document.lines:
        lines.append((line.number, line.text, line.page, line.row, tuple(line.cells), line.words))
    return _as_json().dump_json(_Opened(document.is_grid, document.has_pages, lines))


def _unpacked(kept: bytes, path: str) -> Document:
    """The document that was kept. Raises ValueError where it is none."""
    opened = _as_json().validate_json(kept)
    lines = tuple(Line(*each) for each in opened.lines)
    return Document(path, lines, opened.is_grid, opened.has_pages)
