"""Documents that are text.

Line ends are never stripped: a trailing space says how a wrapped line joins the next.
"""

from __future__ import annotations

from openbaar.documents.entry import Encoding
from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import text_of

BYTE_ORDER_MARK = "\ufeff"


def read_text(
    data: bytes, path: str, page_break: int | None, encoding: Encoding | None = None
) -> Document:
    """The lines of a text.

    A page begins at a form feed, and after `page_break` blank lines in a row. Raises OpenbaarError
    when the bytes are no text in that encoding, or hold nothing.
    """
    return Document(path, _lines(decode(data, path, encoding), page_break))


def decode(data: bytes, path: str, encoding: Encoding | None = None) -> str:
    """The bytes as text, in UTF-8 where no encoding is given.

    Raises OpenbaarError that names the line where they are none.
    """
    if encoding is not None:
        data = _in_utf8(data, path, encoding)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise OpenbaarError(Problem(Place(path, line), "contains a NUL byte, so it is not text"))
    text = text_of(data, path).removeprefix(BYTE_ORDER_MARK)
    if not text.strip():
        raise OpenbaarError(Problem(Place(path), "is empty"))
    return text


def _in_utf8(data: bytes, path: str, encoding: Encoding) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except UnicodeError as error:
        message = f"is not {encoding}, as 'encoding' in the package file says"
        hint = "say how the letters of the file are stored, or leave the key out where it is UTF-8"
        raise OpenbaarError(Problem(Place(path), message, hint)) from error


def _lines(text: str, page_break: int | None) -> tuple[Line, ...]:
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
        lines.append(Line(number, line, page, number))
    return tuple(lines)
