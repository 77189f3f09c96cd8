"""Documents as received: read whole, checked against their recorded hash, split into lines.

The ending of the file's name says how: text, PDF (as text or as tables), a workbook, CSV, or tables
of a saved page, or words recognised on a scan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from openbaar.documents.entry import DocumentEntry
from openbaar.documents.lines import Document
from openbaar.documents.text import read_text
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import read_inside
from openbaar.limits import most

MAX_BYTES = most("document_bytes")


def read_document(root: Path, entry: DocumentEntry, verify: bool = True) -> Document:
    """Read the document of `entry` in the publication folder `root`.

    Raises OpenbaarError when it is missing, outside the folder, too large, not of the kind its name
    says, or (with `verify`) not the document whose SHA-256 was recorded.
    """
    data = read_inside(root, entry.path, MAX_BYTES)
    found = hashlib.sha256(data).hexdigest()
    if verify and found != entry.sha256:
        message = f"has changed: its SHA-256 is not {entry.sha256}"
        hint = (
            f"look at what changed; to accept it, write sha256: {found} for it "
            "in tables/package.yaml"
        )
        raise OpenbaarError(Problem(Place(entry.path), message, hint))
    return parse_document(data, entry)


def parse_document(data: bytes, entry: DocumentEntry) -> Document:
    """The document that the bytes are.

    The libraries that read the larger kinds are imported when one is met.
    """
    read = _READERS.get(Path(entry.path).suffix.lower())
    if read is None:
        message = f"cannot be read: known endings are {', '.join(ENDINGS)}"
        raise OpenbaarError(Problem(Place(entry.path), message, "save it as .docx or PDF"))
    return read(data, entry)


def _text(data: bytes, entry: DocumentEntry) -> Document:
    return read_text(data, entry.path, entry.page_break, entry.encoding)


def _workbook(data: bytes, entry: DocumentEntry) -> Document:
    from openbaar.documents.sheets import read_workbook

    return read_workbook(data, entry.path, entry.hidden)


def _csv(data: bytes, entry: DocumentEntry) -> Document:
    from openbaar.documents.sheets import read_csv_grid

    return read_csv_grid(data, entry.path, entry.encoding)


def _html(data: bytes, entry: DocumentEntry) -> Document:
    from openbaar.documents.html import read_html

    return read_html(data, entry.path)


def _docx(data: bytes, entry: DocumentEntry) -> Document:
    from openbaar.documents.word import read_docx

    return read_docx(data, entry.path)


def _words(data: bytes, entry: DocumentEntry) -> Document:
    from openbaar.documents.recognised import read_words

    return read_words(data, entry.path, entry.sure)


def _pdf(data: bytes, entry: DocumentEntry) -> Document:
    """A PDF in the way in which its entry says that it is read."""
    if entry.read == "layout":
        from openbaar.documents.layout import read_pdf_layout

        return read_pdf_layout(data, entry.path, entry.skip_pages)
    if entry.read == "tables":
        from openbaar.documents.ruled import read_pdf_tables

        return read_pdf_tables(data, entry.path, entry.skip_pages)
    from openbaar.documents.pdf import read_pdf_text

    return read_pdf_text(data, entry.path, entry.skip_pages)


_READERS: Mapping[str, Callable[[bytes, DocumentEntry], Document]] = {
    ".txt": _text,
    ".pdf": _pdf,
    ".xlsx": _workbook,
    ".ods": _workbook,
    ".xls": _workbook,
    ".docx": _docx,
    ".csv": _csv,
    ".html": _html,
    ".htm": _html,
    ".tsv": _words,
}
ENDINGS = tuple(_READERS)
