"""Datasette on this machine, showing one database with this plugin."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
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
from openbaar.limits import most
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.site import application
from openbaar.site.published import PLUGIN, publication_of
from openbaar.site.requests.asgi import Application
from openbaar.site.serving.access_log import logged
from openbaar.site.serving.connections import ImpatientProtocol
from openbaar.site.serving.editions import Editions
from openbaar.site.serving.error_log import log_in_lines
from openbaar.site.serving.preparing import prepare
from openbaar.yamlfile import read_yaml

# Objects that are made, and not left, before Python looks for garbage. A page of a hundred
# rows makes some ten thousand; at Python's own 700, looking took a fifth of its time.
YOUNG_OBJECTS = 20_000
LAST_ANSWERS = 1  # seconds in which a server that ends may finish what it answers


@dataclass(frozen=True)
class Options:
    """How to serve: on which host and port (0 takes any free one), known at which address, to whom.

    `public` is the profile for the open internet; it goes with the `url` at which the site is
    known. `access_log` prints a line for each request.
    """

    host: str = "127.0.0.1"
    port: int = 8001
    url: str | None = None
    public: bool = False
    open_browser: bool = False
    access_log: bool = False


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
    described = read_yaml(metadata, metadata.name, most("site_metadata_bytes")).data
    configured = {"folder": str(metadata.parent), "url": url, "public": public}
    return application.make(database, described, configured)


def serve(
    database: Path,
    metadata: Path,
    options: Options,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve `database`, and what is published in its place later, until Ctrl-C or SIGTERM.

    `announce` is called with the address once it answers. Raises OpenbaarError when the files are
    not there or the port is taken.
    """
    _check_built(database, metadata, metadata.with_name(DESCRIPTOR))
    log_in_lines(sys.stderr)
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()  # what is loaded by now stays; an edition, which is not there yet, may go

    def answering(address: str) -> None:
        announce(address)
        if options.open_browser:
            webbrowser.open(address)

    def make(copy: Path, described: Path) -> Datasette:
        return site(copy, described, options.url, options.public)

    with _listening(options.host, options.port) as listener, _ended_by_signal():
        editions = Editions(database, metadata, make)
        try:
            app = logged(editions, sys.stdout) if options.access_log else editions
            _Server(_configuration(app), editions, answering).run([listener])
        finally:
            editions.close()
    _end_despite_queries()


def _configuration(app: Application) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        lifespan="off",  # an edition begins when it is there
        ws="none",
        log_config=None,
        log_level="error",  # what a visitor got wrong is told to the visitor
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_ANSWERS,
    )


def _check_built(*paths: Path) -> None:
    """Raise OpenbaarError with every path at which there is no file."""
    problems = []
    for path in paths:
        if not path.is_file():
            problems.append(Problem(Place(str(path)), "is not there", "run `openbaar publish`"))
    if problems:
        raise OpenbaarError(problems)


class _Server(uvicorn.Server):
    """A server that says its address as soon as it answers, and follows new editions."""

    def __init__(
        self, config: uvicorn.Config, editions: Editions, answering: Callable[[str], None]
    ) -> None:
        super().__init__(config)
        self.editions = editions
        self.answering = answering
        self.following: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.editions.begin()
        await super().startup(sockets)
        if sockets and self.started:
            host, port = sockets[0].getsockname()
            self.answering(f"http://{host}:{port}/")
            self.following = asyncio.create_task(self._follow(f"http://{host}:{port}"))

    async def _follow(self, address: str) -> None:
        await self._prepare(address)
        await self.editions.follow()

    async def _prepare(self, address: str) -> None:
        edition = self.editions.current  # of which nothing is left when this ends
        try:
            await prepare(edition.app, publication_of(edition.datasette), address)
        except Exception as error:  # they are made when somebody asks
            print(f"ERROR pages are not made beforehand: {error}", file=sys.stderr)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.following is not None:
            self.following.cancel()
        await super().shutdown(sockets)


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


def _end_despite_queries() -> None:
    """End this process where a query that nothing can interrupt still keeps one of its threads.

    Python would wait for it. On a public site such a query is in a process of its own.
    """
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(LAST_ANSWERS)
            if thread.is_alive():
                sys.stdout.flush()
                os._exit(0)


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
