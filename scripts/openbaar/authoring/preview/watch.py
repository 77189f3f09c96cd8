"""Watching a publication: something is done again each time that one of its files is saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PAUSE = 0.5  # seconds between two looks


def watch(
    root: Path, draw: Callable[[], None], pause: Callable[[float], None] = time.sleep
) -> None:
    """Call `draw` now, and each time a table file, an authored CSV file or a document changes.

    Watching ends with Ctrl-C. The times of the files are looked at twice a second: that works on
    every file system, and needs no library.
    """
    seen: dict[Path, int] | None = None
    try:
        while True:
            now = _times(root)
            if now != seen:
                draw()
            seen = now
            pause(PAUSE)
    except KeyboardInterrupt:
        return


def _times(root: Path) -> dict[Path, int]:
    times = {}
    for pattern in ("tables/*.yaml", "tables/*.csv", "sources/*"):
        for path in root.glob(pattern):
            try:
                times[path] = path.stat().st_mtime_ns
            except (
                FileNotFoundError
            ):  # an editor that saves by renaming leaves a moment without the file
                continue
    return times
