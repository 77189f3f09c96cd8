"""The pictures of charts as PNG, for those who cannot use SVG: mail, slides, previews of links.

Drawing one takes long beside everything else. So each is kept in `build/charts/` under the hash of
its SVG, and made again only when that changes, by processes that draw while this one goes on. They
put each file in place when it is whole; those that nothing shows any more are removed, and one that
was damaged is made again.

Texts are drawn in the fonts that the rasteriser brings along, where these have all their letters:
the picture is then the same on every machine, and in half the time, because a font of the system is
opened again for every letter.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from openbaar.processes import processors
from openbaar.subprocesses import command_of, environment
from openbaar.tables.sealed import unsealed

FOLDER = Path("build") / "charts"
SCALE = 1.5  # pixels of the PNG for each of the SVG
SHADES = 64  # colours of the PNG; more make it larger and look the same
# Letters that Liberation Sans has, the font that the rasteriser brings along.
OWN_FONTS = re.compile("[\n -\u017f\u0386-\u03ce\u0401-\u045f\u2013-\u2026\u20ac\u2122\u2212]*")
NO_FONTS = """<?xml version="1.0"?>
<fontconfig><dir>/no/fonts/of/the/system</dir></fontconfig>
"""


class Drawers:
    """Processes that draw PNG files; at the end of the block all that were asked for are there.

    There are as many as there are processors. At the end the files of pictures that nobody asked
    for, or wanted kept, are removed.
    """

    def __init__(self, root: Path, beside: Path) -> None:
        """Keep the PNG files of the publication in `root`, which this run holds alone.

        What is to be drawn stands meanwhile in a folder of its own in the folder `beside`.
        """
        self.folder = root / FOLDER
        self._used: set[str] = set()  # the names of files
        self._asked: set[str] = set()
        self._drawers: dict[bool, subprocess.Popen[bytes]] = {}  # by their fonts
        self._work = TemporaryDirectory(prefix="charts-", dir=beside)

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
        self._work.cleanup()
        failed = [drawer for drawer in self._drawers.values() if drawer.returncode]
        if failed and error is None:
            told = b"".join(said).decode(errors="replace")
            raise RuntimeError(f"a picture of a chart could not be drawn:\n{told}")
        if error is None:
            self._remove_unused()

    def get_ready(self) -> None:
        """Start now where nothing is kept, because something will be asked for later."""
        if not self.folder.is_dir():
            self._drawer(own_fonts=True)

    def ask(self, svg: str) -> Path:
        """The file that will hold the PNG of an SVG, and does already where it was kept."""
        drawn = self.keep(svg)
        if drawn.name not in self._asked and not _is_kept(drawn):
            self._asked.add(drawn.name)
            Path(self._work.name, drawn.name).write_text(svg, "utf-8")
            _tell(self._drawer(_has_own_fonts(svg)), drawn.name)
        return drawn

    def keep(self, svg: str) -> Path:
        """The file that holds the PNG of an SVG if it was drawn before, which is not removed."""
        key = f"{rasteriser()} {SCALE} {SHADES} {_has_own_fonts(svg)} {svg}"
        name = sha256(key.encode("utf-8")).hexdigest()
        self._used.add(name)
        return self.folder / name

    def _remove_unused(self) -> None:
        """Remove what is kept for nobody; not what another process is just writing."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.name not in self._used and path.suffix != ".partial":
                    path.unlink(missing_ok=True)

    def _drawer(self, own_fonts: bool) -> subprocess.Popen[bytes]:
        """The process, with its copies, that draws in these fonts."""
        if own_fonts not in self._drawers:
            self._drawers[own_fonts] = self._started(own_fonts)
        return self._drawers[own_fonts]

    def _started(self, own_fonts: bool) -> subprocess.Popen[bytes]:
        self.folder.mkdir(parents=True, exist_ok=True)
        variables = environment()
        if own_fonts:
            no_fonts = Path(self._work.name, "no_fonts.conf")
            no_fonts.write_text(NO_FONTS, "utf-8")
            variables["FONTCONFIG_FILE"] = str(no_fonts)
        count = processors()
        given = [str(self.folder.resolve()), str(SCALE), str(SHADES), str(count)]
        return subprocess.Popen(  # noqa: S603  all of it is ours
            command_of("openbaar.database.charts.rasterise", *given),
            cwd=self._work.name,
            env=variables,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


def png_in(drawn: Path) -> bytes:
    """The PNG in a file of drawers. Raises OSError or ValueError where it is missing or damaged."""
    return unsealed(drawn, drawn.name)


def _is_kept(drawn: Path) -> bool:
    try:
        png_in(drawn)
    except (OSError, ValueError):
        return False
    return True


def _has_own_fonts(svg: str) -> bool:
    """Whether an SVG needs no font of the system."""
    return OWN_FONTS.fullmatch(svg) is not None


@lru_cache(maxsize=1)
def rasteriser() -> str:
    """The versions of the libraries that draw."""
    return f"{version('vl-convert-python')} {version('pypdfium2')}"


def _tell(drawer: subprocess.Popen[bytes], name: str) -> None:
    """Give a process a name; one that has ended is reported when all are waited for."""
    assert drawer.stdin is not None  # noqa: S101  it was opened as a pipe
    with suppress(BrokenPipeError):
        drawer.stdin.write(name.encode("ascii"))
        drawer.stdin.flush()
