"""How wide a text is in a picture, and how it is broken into lines.

The widths are those of Helvetica, as Adobe published them; Arial, Liberation Sans and others have
the same. The font of a reader may be wider, so that every text gets a little more room.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pdfminer.fontmetrics import FONT_METRICS

REGULAR: Mapping[str, float] = FONT_METRICS["Helvetica"][1]
BOLD: Mapping[str, float] = FONT_METRICS["Helvetica-Bold"][1]
UNKNOWN = 600  # thousandths of the size of the font, for a character without a known width
WIDE = 1000  # a character of Chinese, Japanese or Korean fills a square
FIRST_WIDE = "\u2e80"
SPARE = 1.08  # what another font may be wider


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """The room for a text at this size of the font, in the same unit as the size."""
    widths = BOLD if bold else REGULAR
    thousandths = 0.0
    for character in text:
        usual = WIDE if character >= FIRST_WIDE else UNKNOWN
        thousandths += widths.get(character, usual)
    return SPARE * size * thousandths / 1000


def widest(texts: list[str], size: float) -> float:
    """The room for the longest of several texts; 0 where there are none."""
    return max((width(text, size) for text in texts), default=0)


def wrapped(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """The lines of a text that is to fit into `room`; a word that is longer is broken.

    `wrapped("one two", 10, 25)` is `["one", "two"]`.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, size, room, bold):
            longer = f"{line} {piece}".strip()
            if line and width(longer, size, bold) > room:
                lines.append(line)
                longer = piece
            line = longer
    return [*lines, line] if line else lines


def _pieces(word: str, size: float, room: float, bold: bool) -> list[str]:
    """A word, in pieces where it does not fit into `room`."""
    if width(word, size, bold) <= room:
        return [word]
    pieces = [""]
    for character in word:
        if pieces[-1] and width(pieces[-1] + character, size, bold) > room:
            pieces.append("")
        pieces[-1] += character
    return pieces
