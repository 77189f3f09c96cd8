"""Datasette on this machine, showing one database.

The serving process imports neither frictionless nor rich: where rich is installed, Datasette prints each error
with all local variables, slowly. So `rich` is taken out of its hands below.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from datasette import handle_exception
from datasette.app import Datasette

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.yamlfile import read_yaml

HOST = "127.0.0.1"
# https://docs.datasette.io/en/0.65.2/settings.html. Where something is Datasette's default it is not repeated here.
SETTINGS: dict[str, int | bool] = {
    "suggest_facets": False,  # looks through every column of every page; the authors choose the facets
    "facet_time_limit_ms": 1000,  # a facet that takes longer vanishes without a word
    "sql_time_limit_ms": 1500,
}


def site(database: Path, metadata: Path) -> Datasette:
    """A Datasette that shows `database`, never to be changed, as `metadata` (a YAML file) says.

    Raises OpenbaarError when the metadata cannot be read.
    """
    handle_exception.rich = None
    data = read_yaml(metadata, metadata.name).data
    return Datasette([], immutables=[str(database)], metadata=data, settings=SETTINGS)


def serve(
    database: Path,
    metadata: Path,
    port: int = 8001,
    open_browser: bool = False,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve `database` on 127.0.0.1 until Ctrl-C or SIGTERM; `port` 0 takes any free port.

    `announce` is called with the address once it answers. Raises OpenbaarError when the files are not there or
    the port is taken.
    """
    missing = [path for path in (database, metadata) if not path.is_file()]
    if missing:
        raise OpenbaarError([Problem(Place(str(path)), "is not there", "run `openbaar publish`") for path in missing])

    def answering(address: str) -> None:
        announce(address)
        if open_browser:
            webbrowser.open(address)

    with _listening(port) as listener, _private_copy(database) as copy, _ended_by_signal():
        config = uvicorn.Config(site(copy, metadata).app(), log_level="warning", server_header=False)
        _Server(config, answering).run([listener])


class _Server(uvicorn.Server):
    """A server that says its address as soon as it answers."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[str], None]) -> None:
        super().__init__(config)
        self.answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            self.answering(f"http://{HOST}:{sockets[0].getsockname()[1]}/")


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """A socket bound to `port` of this machine only."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            problem = Problem(Place(f"{HOST}:{port}"), f"cannot listen there: {reason}", "choose another with --port")
            raise OpenbaarError(problem) from error
        yield listener


@contextmanager
def _private_copy(database: Path) -> Iterator[Path]:
    """The database under a name of our own, so that a build which replaces it does not change a running site."""
    with tempfile.TemporaryDirectory(prefix=".serving-", dir=database.parent) as folder:
        copy = Path(folder) / database.name
        try:
            os.link(database, copy)  # at once, and without a second copy on the disk
        except OSError:  # a file system without hard links
            shutil.copy2(database, copy)
        yield copy


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, and both end it quietly, so that what it holds is cleared away."""
    before: Any = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
