"""Pages of a PDF as pictures, by pdfium."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openbaar.documents.pdf import MAX_PAGES, clear_errors
from openbaar.errors import OpenbaarError, Place, Problem

POINTS_PER_INCH = 72
LARGEST = 8000  # pixels along a side; a page of a poster would take a gigabyte


class Pictures:
    """The pages of a PDF that is open, each drawn when it is asked for."""

    def __init__(self, document: Any) -> None:
        self._document = document

    def __len__(self) -> int:
        return len(self._document)

    def size(self, number: int) -> tuple[float, float]:
        """The width and height of a page in points; pages count from 1."""
        width, height = self._document[number - 1].get_size()
        return float(width), float(height)

    def png(self, number: int, dots_per_inch: float) -> bytes:
        """A page as a PNG picture, upright as it is shown; pages count from 1."""
        scale = min(dots_per_inch / POINTS_PER_INCH, LARGEST / max(self.size(number)))
        written = io.BytesIO()
        self._document[number - 1].render(scale=scale).to_pil().save(written, "PNG")
        return written.getvalue()


@contextmanager
def pictures_of(path: Path) -> Iterator[Pictures]:
    """The pages of the PDF at `path`. Raises OpenbaarError when it is no PDF, or has many pages."""
    import pypdfium2

    with clear_errors(str(path)):
        document = pypdfium2.PdfDocument(path)
        try:
            if len(document) > MAX_PAGES:
                message = f"has {len(document)} pages; at most {MAX_PAGES} are read"
                raise OpenbaarError(Problem(Place(str(path)), message))
            yield Pictures(document)
        finally:
            document.close()
