"""The toolkit as pip leaves it: with its modules compiled."""

from __future__ import annotations

import compileall
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "scripts" / "openbaar"


def as_installed() -> None:
    """Compile each module of this checkout.

    Where Python may write no bytecode, each start would compile them all again, which other tools
    that are measured beside ours do not.
    """
    compileall.compile_dir(PACKAGE, quiet=1)
