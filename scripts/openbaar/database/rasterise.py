"""SVG drawn as PNG, by a process of its own: `python -m openbaar.database.rasterise`.

It is given a folder, the pixels of the PNG for each of the SVG, and how many colours it has. It
reads names of SVG files in the folder where it runs, one a line, and puts a PNG of the same name
into the folder that it was given. Which fonts there are is settled when it draws the first.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import vl_convert
from PIL import Image

from openbaar.files import replacing


def rasterise(svg: str, target: Path, scale: float, shades: int) -> None:
    """Put the PNG of an SVG into the file `target` when it is whole."""
    drawn = vl_convert.svg_to_png(svg, scale=scale)
    with replacing(target) as partial:
        partial.write_bytes(_small(drawn, shades))


def _small(drawn: bytes, shades: int) -> bytes:
    """The PNG with fewer colours, in about a tenth of its bytes."""
    image = Image.open(BytesIO(drawn)).convert("RGB")
    written = BytesIO()
    image.quantize(shades, method=Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()


def main() -> None:
    """Draw what standard input names."""
    folder, scale, shades = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    for line in sys.stdin:
        file = Path(line.rstrip("\n"))
        target = folder / file.with_suffix(".png").name
        rasterise(file.read_text("utf-8"), target, scale, shades)


if __name__ == "__main__":
    main()
