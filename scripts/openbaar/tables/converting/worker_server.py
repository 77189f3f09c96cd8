"""What workers that read documents are copies of: a server that imports what they need, once."""

from __future__ import annotations

from collections.abc import Iterable
from multiprocessing.context import BaseContext
from pathlib import Path

from openbaar.processes import server_of

# A worker also imports the command that it was started by.
NEEDED = ("openbaar.tables.converting.parts", "openbaar.cli.main")
NEEDED_FOR = {".pdf": ("openbaar.documents.pdf", "pypdf")}  # by the ending of documents


def worker_server(documents: Iterable[Path | str]) -> BaseContext:
    """How to start workers that read these documents.

    Asked for early, the server imports while the publication is still read.
    """
    return server_of(needed_for(documents))


def needed_for(documents: Iterable[Path | str]) -> list[str]:
    """The modules with which these documents are read."""
    needed = list(NEEDED)
    for ending in sorted({Path(document).suffix.lower() for document in documents}):
        needed += NEEDED_FOR.get(ending, ())
    return needed
