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
from datasette.app import Datasette
from datasette.plugins import pm

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.site import application, security
from openbaar.site.published import Published
from openbaar.yamlfile import read_yaml

HOST = "127.0.0.1"
# What a running site reads beside its database, below the folder of `metadata.yml`.
SHOWN = (
    "metadata.yml",
    "datapackage.json",
    "tables/*.csv",
    "tables/permalinks.json",
    "tables/releases/*/*.csv",
)
SHOWN_TOO = ("sources/**/*", "dist/*")


def site(database: Path, metadata: Path, url: str | None = None, public: bool = False) -> Datasette:
    """A Datasette that shows `database`, never to be changed, as `metadata` (a YAML file) says.

    The publication's other files stand in the folder of `metadata`. Links begin with `url` where it is given;
    `public` is the profile for the open internet. Raises OpenbaarError when the metadata cannot be read.
    """
    # Asked of the plugins, because importing that module before they are loaded leaves it out of them.
    pm.get_plugin("datasette.handle_exception").rich = None
    data = read_yaml(metadata, metadata.name).data
    return application.make(database, data, Published.read(metadata.parent, url, public))


def serve(
    database: Path,
    metadata: Path,
    port: int = 8001,
    open_browser: bool = False,
    announce: Callable[[str], None] = print,
    url: str | None = None,
    public: bool = False,
    host: str = HOST,
) -> None:
    """Serve `database` on `host` until Ctrl-C or SIGTERM; `port` 0 takes any free port. `url`, `public`: see `site`.

    `announce` is called with the address once it answers. Raises OpenbaarError when the files are not there or
    the port is taken.
    """
    missing = [
        path
        for path in (database, metadata, metadata.with_name("datapackage.json"))
        if not path.is_file()
    ]
    if missing:
        raise OpenbaarError(
            [
                Problem(Place(str(path)), "is not there", "run `openbaar publish`")
                for path in missing
            ]
        )

    def answering(address: str) -> None:
        announce(address)
        if open_browser:
            webbrowser.open(address)

    with (
        _listening(host, port) as listener,
        _private_copy(database, metadata) as copy,
        _ended_by_signal(),
    ):
        if public:
            security.limit_process()
        shown = site(copy, copy.with_name(metadata.name), url, public)
        config = uvicorn.Config(shown.app(), log_level="warning", server_header=False)
        _Server(config, answering).run([listener])


class _Server(uvicorn.Server):
    """A server that says its address as soon as it answers."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[str], None]) -> None:
        super().__init__(config)
        self.answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets and self.started:
            host, port = sockets[0].getsockname()
            self.answering(f"http://{host}:{port}/")


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to `port` of `host`."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            problem = Problem(
                Place(f"{host}:{port}"),
                f"cannot listen there: {reason}",
                "choose another with --port",
            )
            raise OpenbaarError(problem) from error
        yield listener


@contextmanager
def _private_copy(database: Path, metadata: Path) -> Iterator[Path]:
    """The database in a folder of our own, with all that the site reads, so that a new build does not change it."""
    with tempfile.TemporaryDirectory(prefix=".serving-", dir=database.parent) as name:
        folder = Path(name)
        for pattern in (*SHOWN, *SHOWN_TOO):
            for path in filter(Path.is_file, metadata.parent.glob(pattern)):
                _link(path, folder / path.relative_to(metadata.parent))
        _link(database, folder / database.name)
        yield folder / database.name


def _link(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy)  # at once, and without a second copy on the disk
    except OSError:  # a file system without hard links
        shutil.copy2(path, copy)


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
