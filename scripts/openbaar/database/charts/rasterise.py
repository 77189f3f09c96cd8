"""SVG drawn as PNG, by processes of their own: `python -m openbaar.database.charts.rasterise`.

It is given a folder, the pixels of the PNG for each of the SVG, how many colours it has, and how
many processes draw: this one, and copies of it. Each takes the next name of an SVG file in the
folder where it runs from standard input, and puts a file of the same name into the folder that was
given: the PNG below a seal, by which a damaged one is known. Which fonts there are is settled when
it draws the first.

The SVG becomes a page of PDF, whose pixels pdfium hands over as they are. That takes a third of the
time of drawing it as a PNG that would have to be read again to make it smaller.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from math import ceil
from pathlib import Path

import vl_convert
from PIL import Image
from pypdfium2 import PdfDocument

from openbaar.files import replacing
from openbaar.tables.sealed import sealed

# All names are as long as a SHA-256, so that processes can share a pipe: each reads a whole one.
NAME = 64
SAMPLED = 3  # colours are chosen by one of so many pixels, across and down


def rasterise(svg: str, scale: float, shades: int) -> bytes:
    """The PNG of an SVG."""
    written = BytesIO()
    _with_fewer_colors(_pixels(svg, scale), shades).save(written, "PNG")
    return written.getvalue()


def _pixels(svg: str, scale: float) -> Image.Image:
    """A picture of an SVG on white paper."""
    with closing(PdfDocument(vl_convert.svg_to_pdf(svg))) as document:
        drawn = document[0].render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        image: Image.Image = drawn.to_pil().convert("RGB")
    return image


def _with_fewer_colors(image: Image.Image, shades: int) -> Image.Image:
    """The picture with so many colours at most, which makes its file a tenth as large."""
    size = (ceil(image.width / SAMPLED), ceil(image.height / SAMPLED))
    sample = image.resize(size, Image.Resampling.NEAREST)
    palette = sample.quantize(shades, method=Image.Quantize.FASTOCTREE)
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def main() -> None:
    """Draw what standard input names."""
    folder, scale, shades = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    copies = _copies(int(sys.argv[4]) - 1)
    for name in _names():
        png = rasterise(Path(name).read_text("utf-8"), scale, shades)
        with replacing(folder / name, outlasts=False) as partial:
            partial.write_bytes(sealed(png, name))
    failed = [copy for copy in copies if os.waitpid(copy, 0)[1] != 0]
    sys.exit(1 if failed else 0)


def _copies(count: int) -> list[int]:
    """Make so many copies of this process, which go on from here; a copy has none itself."""
    copies: list[int] = []
    for _ in range(count):
        copy = os.fork()
        if copy == 0:
            return []
        copies.append(copy)
    return copies


def _names() -> Iterator[str]:
    """The names on standard input that no copy took."""
    while name := os.read(sys.stdin.fileno(), NAME):
        yield name.decode("ascii")


if __name__ == "__main__":
    main()
