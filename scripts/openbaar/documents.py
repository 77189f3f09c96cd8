"""Documents as received: read whole, checked against the hash of what a person saw, parted into lines.

Line ends are never stripped: in text taken from a PDF a trailing space says how a wrapped line joins the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.recipe import Patch
from openbaar.tables import DocumentEntry

MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Line:
    """One line: its number in the document from 1, its text without the line feed, its page from 1."""

    number: int
    text: str
    page: int

    @property
    def is_blank(self) -> bool:
        """Whether nothing is printed on it."""
        return not self.text.strip()


@dataclass(frozen=True)
class TextDocument:
    """A document that is text: its path in the publication and its lines."""

    path: str
    lines: tuple[Line, ...]

    def text(self, first: int, last: int) -> str:
        """The text of the lines `first` to `last`, with line feeds between them."""
        return "\n".join(line.text for line in self.lines[first - 1 : last])

    def place(self, first: int | None = None, last: int | None = None) -> Place:
        """A place in this document."""
        return Place(self.path, first, last)


def read_document(root: Path, entry: DocumentEntry, verify: bool = True) -> TextDocument:
    """Read the document of `entry` in the publication folder `root`.

    Raises OpenbaarError when it is missing, outside the folder, empty, too large, not text in UTF-8, or
    (with `verify`) not the document whose SHA-256 was recorded.
    """
    place = Place(entry.path)
    path = root / entry.path
    try:
        if not path.resolve(strict=True).is_relative_to(root.resolve()):
            raise OpenbaarError(Problem(place, "is a link that leads out of the publication", "copy the file here"))
        if path.stat().st_size > MAX_BYTES:
            raise OpenbaarError(Problem(place, f"has {path.stat().st_size} bytes; at most {MAX_BYTES} are read"))
        data = path.read_bytes()
    except OSError as error:
        raise OpenbaarError(Problem(place, f"cannot be read: {error.strerror}")) from error
    found = hashlib.sha256(data).hexdigest()
    if verify and found != entry.sha256:
        hint = f"look at what changed; to accept it, write sha256: {found} for it in tables/package.yaml"
        raise OpenbaarError(Problem(place, f"has changed: its SHA-256 is not {entry.sha256}", hint))
    return TextDocument(entry.path, _lines(_text(data, place), entry.page_break))


def _text(data: bytes, place: Place) -> str:
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise OpenbaarError(Problem(Place(place.file, line), "holds a NUL byte, so it is not text"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}"
        raise OpenbaarError(Problem(Place(place.file, line), message, "save the text as UTF-8")) from error
    if not text.strip():
        raise OpenbaarError(Problem(place, "is empty"))
    return text


def _lines(text: str, page_break: int | None) -> tuple[Line, ...]:
    """Number the lines; a form feed begins a page, and so do `page_break` blank lines in a row."""
    lines: list[Line] = []
    page, blank = 1, 0
    for number, raw in enumerate(text.split("\n"), start=1):
        page += raw.count("\f")
        line = raw.replace("\f", "").removesuffix("\r")
        if line.strip():
            if page_break is not None and blank >= page_break:
                page += 1
            blank = 0
        else:
            blank += 1
        lines.append(Line(number, line, page))
    return tuple(lines)


def apply_patches(document: TextDocument, patches: Sequence[Patch]) -> TextDocument:
    """The document with each patch applied to its line.

    Raises OpenbaarError for each patch whose `was` does not stand in its line exactly once.
    """
    lines = list(document.lines)
    problems = []
    for patch in patches:
        if not 1 <= patch.line <= len(lines) or lines[patch.line - 1].text.count(patch.was) != 1:
            message = f"recipe key 'patch': '{patch.was}' does not stand here exactly once"
            problems.append(
                Problem(document.place(patch.line), message, "the correction no longer applies; look again")
            )
            continue
        line = lines[patch.line - 1]
        lines[patch.line - 1] = Line(line.number, line.text.replace(patch.was, patch.to), line.page)
    if problems:
        raise OpenbaarError(problems)
    return TextDocument(document.path, tuple(lines))
