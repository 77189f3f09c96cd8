"""The pictures of charts as PNG, for those who cannot use SVG: mail, slides, previews of links.

Drawing one takes long beside everything else. So each is kept in `build/charts/` under the hash of
its SVG, and made again only when that changes, by processes that draw while this one goes on.

Texts are drawn in the fonts that the rasteriser brings along, where these have all their letters:
the picture is then the same on every machine, and in half the time, because a font of the system is
opened again for every letter.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

FOLDER = Path("build") / "charts"
SCALE = 1.5  # pixels of the PNG for each of the SVG
SHADES = 64  # colours of the PNG; more make it larger and look the same
TURN = 4  # pictures that a process is given before another is started
# Letters that Liberation Sans has, the font that the rasteriser brings along.
OWN_FONTS = re.compile("[\n -\u017f\u0386-\u03ce\u0401-\u045f\u2013-\u2026\u20ac\u2122\u2212]*")
NO_FONTS = """<?xml version="1.0"?>
<fontconfig><dir>/no/fonts/of/the/system</dir></fontconfig>
"""


class Drawers:
    """Processes that draw PNG files; at the end of the block all that were asked for are there.

    A few pictures are drawn by one, many by as many as there are processors.
    """

    def __init__(self, root: Path) -> None:
        """Keep the PNG files of the publication in `root`."""
        self.folder = root / FOLDER
        self._asked: dict[bool, set[str]] = {True: set(), False: set()}  # by their fonts
        self._drawers: dict[tuple[bool, int], subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until all are drawn. Raises RuntimeError where one could not be."""
        said = [drawer.communicate()[1] for drawer in self._drawers.values()]
        failed = [drawer for drawer in self._drawers.values() if drawer.returncode]
        if failed and error is None:
            told = b"".join(said).decode(errors="replace")
            raise RuntimeError(f"a picture of a chart could not be drawn:\n{told}")

    def ask(self, svg: str) -> Path:
        """The file that will hold the PNG of an SVG, and does already where it was kept."""
        own_fonts = OWN_FONTS.fullmatch(svg) is not None
        key = f"{rasteriser()} {SCALE} {SHADES} {own_fonts} {svg}"
        name = sha256(key.encode("utf-8")).hexdigest()
        drawn = self.folder / f"{name}.png"
        if name not in self._asked[own_fonts] and not drawn.is_file():
            drawer = self._next_drawer(own_fonts)
            self._asked[own_fonts].add(name)
            asked = f"{name}-{os.getpid()}.svg"  # others may draw the same at the same time
            (self.folder / asked).write_text(svg, "utf-8")
            _tell(drawer, f"{asked}\n")
        return drawn

    def _next_drawer(self, own_fonts: bool) -> subprocess.Popen[bytes]:
        """The process whose turn it is."""
        turn = len(self._asked[own_fonts]) // TURN % len(os.sched_getaffinity(0))
        if (own_fonts, turn) not in self._drawers:
            self._drawers[own_fonts, turn] = self._started(own_fonts)
        return self._drawers[own_fonts, turn]

    def _started(self, own_fonts: bool) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        if own_fonts:
            no_fonts = self.folder / "no_fonts.conf"
            no_fonts.write_text(NO_FONTS, "utf-8")
            environment["FONTCONFIG_FILE"] = str(no_fonts.resolve())
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "openbaar.database.rasterise"],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@lru_cache(maxsize=1)
def rasteriser() -> str:
    """The version of the library that draws."""
    return version("vl-convert-python")


def _tell(drawer: subprocess.Popen[bytes], line: str) -> None:
    """Give a process a line; one that has ended is reported when all are waited for."""
    assert drawer.stdin is not None  # noqa: S101  it was opened as a pipe
    with suppress(BrokenPipeError):
        drawer.stdin.write(line.encode("ascii"))
        drawer.stdin.flush()
