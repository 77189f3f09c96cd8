"""PDF documents as text in reading order, page by page, and what all ways to read a PDF share."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from openbaar.documents.lines import Document, Line
from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.extras import extra
from openbaar.limits import most

if TYPE_CHECKING:
    import pypdf

MAX_PAGES = most("pdf_pages")
MAX_TEXT = most("pdf_page_bytes")
TEXTS = re.compile(
    rb"\((?:[^\\()]|\\.)*\)|<[0-9A-Fa-f\s]+>", re.DOTALL
)  # strings in a page's content


def read_pdf_text(data: bytes, path: str, skipped: Collection[int] = ()) -> Document:
    """The lines of a PDF in the order of its content, by pypdf, trailing spaces kept.

    `skipped` are pages that are left out. Raises OpenbaarError when it is no PDF, needs a password,
    is cut off, contains no text or too much of it, or has a page with a picture and no text.
    """
    lines: list[Line] = []
    pictures: list[int] = []
    with clear_errors(path):
        for number, page in enumerate(opened(data, path).pages, start=1):
            if number in skipped:
                continue
            check_length(path, number, page)
            text = page.extract_text()
            if not text.strip() and has_picture(page):
                pictures.append(number)
            for row, line in enumerate(text.split("\n"), start=1):
                lines.append(Line(len(lines) + 1, line, number, row))
    if all(line.is_blank for line in lines):
        hint = (
            "it may be a scan: 'openbaar recognise' writes its words into a file that can be read"
        )
        raise OpenbaarError(Problem(Place(path), "contains no text", hint))
    if pictures:
        raise OpenbaarError([page_without_text(path, number) for number in pictures])
    return Document(path, tuple(lines), has_pages=True)


def page_without_text(path: str, number: int) -> Problem:
    """The problem of a page that holds a picture and no text, amid pages with text."""
    message = "holds a picture and no text, so nothing is read from this page"
    hint = f"add it to 'skip_pages' of the document in tables/package.yaml: skip_pages: [{number}]"
    return Problem(Place(path, page=str(number)), message, hint)


def has_picture(page: pypdf.PageObject) -> bool:
    """Whether a picture is placed on a page."""
    resources = page.get("/Resources")
    found = None if resources is None else resources.get_object().get("/XObject")
    if found is None:
        return False
    objects = [each.get_object() for each in found.get_object().values()]
    return any(each.get("/Subtype") == "/Image" for each in objects)


def opened(data: bytes, path: str) -> pypdf.PdfReader:
    """The PDF as pypdf sees it, which bounds what it unpacks.

    Raises OpenbaarError for a password, or many pages.
    """
    with extra("pdf", "reading a PDF"):
        import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise OpenbaarError(Problem(Place(path), "needs a password", "save it without one"))
    if len(reader.pages) > MAX_PAGES:
        raise OpenbaarError(
            Problem(Place(path), f"has {len(reader.pages)} pages; at most {MAX_PAGES} are read")
        )
    return reader


def check_length(path: str, number: int, page: pypdf.PageObject) -> None:
    """Refuse a page with very much text before its layout takes a minute and a gigabyte."""
    contents = page.get_contents()
    shown = TEXTS.finditer(b"" if contents is None else contents.get_data())
    printed = sum(len(text.group()) for text in shown)
    if printed > MAX_TEXT:
        message = f"has {printed} bytes of text on one page; at most {MAX_TEXT} are read"
        raise OpenbaarError(Problem(Place(path, page=str(number)), message))


@contextmanager
def clear_errors(path: str) -> Iterator[None]:
    """Whatever the PDF libraries raise on a broken file becomes one clear error.

    What they log is not shown.
    """
    loggers: list[Any] = [logging.getLogger(name) for name in ("pypdf", "pdfminer")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    except OpenbaarError:
        raise
    except (
        Exception
    ) as error:  # their parsers raise anything from KeyError to RecursionError on a damaged file
        detail = str(error).split("\n")[0] or type(error).__name__
        hint = "it may be cut off, damaged, or no PDF; try to open it and save it again"
        raise OpenbaarError(
            Problem(Place(path), f"cannot be read as PDF: {detail}", hint)
        ) from error
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
