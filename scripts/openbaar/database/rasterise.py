"""SVG drawn as PNG, by a process of its own: `python -m openbaar.database.rasterise`.

It reads names of SVG files in the folder where it runs, one a line, such as `<hash>-<number>.svg`,
and puts in the place of each `<hash>.png`. Which fonts there are is settled when it draws the
first.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import vl_convert
from PIL import Image

from openbaar.database.chart_files import SCALE, SHADES
from openbaar.files import replacing


def rasterise(file: Path) -> None:
    """Put a PNG in the place of an SVG file."""
    drawn = vl_convert.svg_to_png(file.read_text("utf-8"), scale=SCALE)
    with replacing(file.with_name(f"{file.stem.partition('-')[0]}.png")) as partial:
        partial.write_bytes(_small(drawn))
    file.unlink()


def _small(drawn: bytes) -> bytes:
    """The PNG with fewer colours, in about a tenth of its bytes."""
    image = Image.open(BytesIO(drawn)).convert("RGB")
    written = BytesIO()
    image.quantize(SHADES, method=Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()


if __name__ == "__main__":
    for name in sys.stdin:
        rasterise(Path(name.rstrip("\n")))
