"""What workers that read documents are copies of: a server that imports what they need, once."""

from __future__ import annotations

from multiprocessing.context import BaseContext

from openbaar.processes import server_of

# A worker also imports the command that it was started by.
NEEDED = ("openbaar.tables.parts", "openbaar.documents.pdf", "pypdf", "openbaar.cli.main")


def worker_server() -> BaseContext:
    """How to start workers. Asked for early, it imports while the publication is still read."""
    return server_of(NEEDED)
