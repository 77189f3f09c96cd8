"""What the server and its libraries tell of errors: one short line each, without a traceback."""

from __future__ import annotations

import logging
import re
from typing import TextIO

FOLDERS = re.compile(r"(?:/[^/\s'\":]+)+/")
MEMORY = re.compile(r"0x[0-9a-fA-F]+")
LONGEST = 400  # characters of a line


def shortened(text: str) -> str:
    """A text as one short line, without folders of the host and addresses in memory."""
    return " ".join(FOLDERS.sub("", MEMORY.sub("0x…", text)).split())[:LONGEST]


class OneLine(logging.Formatter):
    """Writes a record as one short line: its level, its message, and the error, if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            said = f"{said}: {type(error).__name__}: {error}"
        return f"{record.levelname} {shortened(said)}"


def log_in_lines(log: TextIO) -> None:
    """Have all that this process logs, warnings and worse, written to `log` in that way."""
    handler = logging.StreamHandler(log)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
