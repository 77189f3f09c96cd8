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
DARK = 160  # of 255: a pixel that is printed
STRAIGHT = 0.95  # of the pixels beside each other are dark in a rule
LONGEST_STROKE = 0.35  # inches: longer than any stroke of a letter
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
        return _as_png(self._drawn(number, dots_per_inch))

    def png_without_rules(self, number: int, dots_per_inch: float) -> bytes:
        """A page in grey without the rules of its tables, which hide words from recognition."""
        longest = round(dots_per_inch * LONGEST_STROKE)
        return _as_png(_without_rules(self._drawn(number, dots_per_inch).convert("L"), longest))

    def _drawn(self, number: int, dots_per_inch: float) -> Any:
        scale = min(dots_per_inch / POINTS_PER_INCH, LARGEST / max(self.size(number)))
        return self._document[number - 1].render(scale=scale).to_pil()


def _as_png(picture: Any) -> bytes:
    written = io.BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()


def _without_rules(picture: Any, longest: int) -> Any:
    """A grey picture without strokes that run straight across or down for more than `longest`.

    A pixel is in one where nearly all of its neighbours on both sides are dark; from there the
    stroke is followed to its ends.
    """
    from PIL import Image, ImageChops, ImageFilter

    dark = picture.point(lambda grey: 255 if grey < DARK else 0)
    rules = Image.new("L", picture.size)
    for along in ((longest / 2, 0), (0, longest / 2)):
        blur = ImageFilter.BoxBlur(along)
        core = dark.filter(blur).point(lambda share: 255 if share > STRAIGHT * 255 else 0)
        whole = core.filter(blur).point(lambda share: 255 if share > 0 else 0)
        rules = ImageChops.lighter(rules, whole)
    across = rules.filter(ImageFilter.MaxFilter(3))  # its blurred edges, too
    return ImageChops.lighter(picture, across)


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
