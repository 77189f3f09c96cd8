"""The picture of a chart as PNG, for those who cannot use SVG: mail, slides, previews of links.

Drawing one takes long beside everything else, so that each is kept in `build/charts/` under the
hash of its SVG, and made again only when that changes.
"""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from PIL import Image

from openbaar.files import replacing

SCALE = 1.5  # pixels of the PNG for each of the SVG
SHADES = 64  # colours of the PNG; more make it larger and look the same
FOLDER = Path("build") / "charts"


def png(svg: str, root: Path) -> bytes:
    """The SVG as PNG; `root` is the folder of the publication."""
    import vl_convert  # a large library that only a build needs

    key = f"{version('vl-convert-python')} {SCALE} {SHADES} {svg}"
    kept = root / FOLDER / f"{sha256(key.encode('utf-8')).hexdigest()}.png"
    if kept.is_file():
        return kept.read_bytes()
    drawn = _small(vl_convert.svg_to_png(svg, scale=SCALE))
    with replacing(kept) as partial:
        partial.write_bytes(drawn)
    return drawn


def _small(drawn: bytes) -> bytes:
    """The PNG with fewer colours, in about a tenth of its bytes."""
    image = Image.open(BytesIO(drawn)).convert("RGB")
    written = BytesIO()
    image.quantize(SHADES, method=Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()
