"""Pictures of each kind of page, wide, narrow and dark.

`python tests/browser/screenshots.py FOLDER [PAGE…]`
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))  # run as a program, outside pytest

from browser.chromium import this_publication
from browser.pages import PAGES

LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "narrow": {"viewport": {"width": 390, "height": 844}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "english": {"viewport": {"width": 1280, "height": 900}},
}


def main(folder: Path, names: list[str]) -> None:
    """Write a PNG of each page (of all, where none is named) in each look into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with this_publication() as (site, browser):
        for look, options in LOOKS.items():
            context = browser.new_context(base_url=site.address, **{"locale": "nl-BE", **options})
            page = context.new_page()
            for name in names or PAGES:
                page.goto(f"/en{PAGES[name]}" if look == "english" else PAGES[name])
                page.screenshot(path=folder / f"{name}-{look}.png", full_page=name != "document")
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
