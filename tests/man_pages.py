"""Write the man pages of all commands into the folder `docs/man`: `man_pages.py`, called by `make man`.

click shortens the first sentence of a command to 45 characters, for lists; the line NAME of a man
page, by which `apropos` finds it, has room for all of it.
"""

from __future__ import annotations

from pathlib import Path

from click_man.core import get_short_help_str, write_man_pages

from openbaar import __version__
from openbaar.cli.main import main

FOLDER = Path(__file__).parent.parent / "docs" / "man"
ROOM = 500  # characters


NO_DATE = " "  # the day on which a page was made says nothing; click-man takes "" for today


def write() -> None:
    """Write every page anew."""
    for old in FOLDER.glob("*.1"):
        old.unlink()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for command in (main, *main.commands.values()):
        command.short_help = get_short_help_str(command, ROOM)
    write_man_pages("openbaar", main, version=__version__, target_dir=str(FOLDER), date=NO_DATE)


if __name__ == "__main__":
    write()
