"""Datasette on this machine, showing one database with this plugin."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.site import application
from openbaar.site.published import PLUGIN
from openbaar.yamlfile import read_yaml

# What a running site reads beside its database, below the folder of `metadata.yml`.
READ = (
    "metadata.yml",
    "datapackage.json",
    "tables/*.csv",
    "tables/permalinks.json",
    "tables/releases/*/*.csv",
    "sources/**/*",
    "dist/*",
)

LAST_ANSWERS = 1  # seconds in which a server that ends may finish what it answers


@dataclass(frozen=True)
class Options:
    """How to serve: on which host and port (0 takes any free one), known at which address, to whom.

    `public` is the profile for the open internet; it goes with the `url` at which the site is
    known.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    url: str | None = None
    public: bool = False
    open_browser: bool = False


def site(database: Path, metadata: Path, url: str | None = None, public: bool = False) -> Datasette:
    """A Datasette that shows `database`, never to be changed, as `metadata` (a YAML file) says.

    The publication's other files are in the folder of `metadata`. `url` and `public` are as in
    `Options`. Raises OpenbaarError when the metadata cannot be read, or Datasette has not found the
    plugin.
    """
    plugin = pm.get_plugin(PLUGIN)
    if plugin is None or not pm.get_hookcallers(plugin):
        # A site without the plugin, or without its hooks, would be without its protection too.
        hint = "install openbaar again, and leave DATASETTE_LOAD_PLUGINS unset"
        raise OpenbaarError(Problem(Place("datasette"), f"does not find the plugin {PLUGIN}", hint))
    described = read_yaml(metadata, metadata.name).data
    configured = {"folder": str(metadata.parent), "url": url, "public": public}
    return application.make(database, described, configured)


def serve(
    database: Path,
    metadata: Path,
    options: Options,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve `database` until Ctrl-C or SIGTERM.

    `announce` is called with the address once it answers. Raises OpenbaarError when the files are
    not there or the port is taken.
    """
    _check_built(database, metadata, metadata.with_name("datapackage.json"))

    def answering(address: str) -> None:
        announce(address)
        if options.open_browser:
            webbrowser.open(address)

    with (
        _listening(options.host, options.port) as listener,
        _private_copy(database, metadata) as copy,
        _ended_by_signal(),
    ):
        shown = site(copy, copy.with_name(metadata.name), options.url, options.public)
        config = uvicorn.Config(
            shown.app(),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=LAST_ANSWERS,
        )
        _Server(config, answering).run([listener])


def _check_built(*paths: Path) -> None:
    """Raise OpenbaarError with every path at which there is no file."""
    problems = []
    for path in paths:
        if not path.is_file():
            problems.append(Problem(Place(str(path)), "is not there", "run `openbaar publish`"))
    if problems:
        raise OpenbaarError(problems)


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
        except OSError as error:
            message = f"cannot listen on this address: {error.strerror}"
            problem = Problem(Place(f"{host}:{port}"), message, "choose another with --port")
            raise OpenbaarError(problem) from error
        yield listener


@contextmanager
def _private_copy(database: Path, metadata: Path) -> Iterator[Path]:
    """The database and all that the site reads, in a folder that a new build leaves as it is."""
    with tempfile.TemporaryDirectory(prefix=".serving-", dir=database.parent) as name:
        folder = Path(name)
        for pattern in READ:
            for path in metadata.parent.glob(pattern):
                if path.is_file():
                    _link(path, folder / path.relative_to(metadata.parent))
        _link(database, folder / database.name)
        yield folder / database.name


def _link(path: Path, copy: Path) -> None:
    """Put a file at `copy`, as a hard link where the file system has such links."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does; both end it quietly, and what it holds is removed."""
    before: Any = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
