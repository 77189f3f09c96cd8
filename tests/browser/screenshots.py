"""Pictures of each kind of page, wide and narrow: `python tests/browser/screenshots.py FOLDER`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a program, outside pytest

from browser.chromium import chromium
from served import ROOT, build, served

NAME = "vdab-online-opleidingen"
PAGES = {
    "home": "/",
    "database": f"/{NAME}",
    "table": f"/{NAME}/started_by_province",
    "table_with_remarks": f"/{NAME}/completed_by_quarter",
    "facet": f"/{NAME}/started_by_sector?_facet=start_year&start_year=2022",
    "row": f"/{NAME}/started_by_sector/2022,hout",
    "answer": f"/{NAME}/answers/1a",
    "query": f"/{NAME}/share_of_women",
    "query_with_parameters": f"/{NAME}/where_a_number_comes_from",
    "reconciliation": f"/{NAME}/reconciliation",
}
WIDTHS = {"wide": 1280, "narrow": 390}


def main(folder: Path) -> None:
    """Write a PNG of each page in each width into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        served(build(ROOT, Path(temporary))) as site,
        chromium() as browser,
    ):
        for size, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            for name, address in PAGES.items():
                page.goto(site.address + address)
                page.screenshot(path=folder / f"{name}-{size}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
