"""The pictures in `docs/pages/`: what a reader sees first of each kind of page.

`python tests/browser/page_pictures.py FOLDER` (`make pictures`)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a program, outside pytest

from browser.chromium import this_publication
from browser.pages import PAGES

SHOWN = {"home": "home", "table": "table", "answer": "query_chart", "row": "row"}
SHOWN |= {"document": "document", "search": "search"}
SIZES: dict[str, Any] = {
    "phone": {"width": 390, "height": 844},
    "desk": {"width": 1280, "height": 900},
}
QUALITY = 75  # of WebP: letters stay sharp, a picture has 20 to 60 kB


def main(folder: Path) -> None:
    """Write a WebP of each page in each size into `folder`, in English."""
    folder.mkdir(parents=True, exist_ok=True)
    with this_publication() as (site, browser):
        for size, viewport in SIZES.items():
            page = browser.new_page(base_url=site.address, viewport=viewport)
            for name, address in SHOWN.items():
                page.goto(f"/en{PAGES[address]}")
                picture = Image.open(io.BytesIO(page.screenshot()))
                picture.save(folder / f"{name}-{size}.webp", quality=QUALITY, method=6)
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
