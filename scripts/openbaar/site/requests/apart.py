"""Requests that are answered by a process of their own: how it is started, asked and left.

The site sends `fork_server` one end of a pair of sockets for each request. A request and its answer
are written there, each as a line of JSON; the body of the answer follows. An empty line before it
says that a copy is being made. Who closes the other end ends the copy that answers.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import finalize

from openbaar.site.requests.asgi import APART, Application, Headers, Message, Scope, Send
from openbaar.subprocesses import command_of, environment

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.app import Datasette

BEGUN = b"\n"
MAX_LINE = 1_000_000  # bytes of the headers of a request or an answer
# What of a request reaches the process: the names of ASGI, text and bytes apart.
TEXTS = ("method", "path", "http_version", "scheme", "root_path")
BYTES = ("raw_path", "query_string")
# The attributes of a Datasette that are arguments of another one like it.
ALIKE = ("inspect_data", "sqlite_extensions", "template_dir", "plugins_dir", "static_mounts")
ALSO_ALIKE = ("cache_headers", "cors", "crossdb", "nolock", "config", "default_deny")


@dataclass(frozen=True)
class Answer:
    """What a site answers to a request."""

    status: int
    headers: Headers
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it to the visitor."""
        start = {"status": self.status, "headers": self.headers}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": self.body})

    def written(self) -> bytes:
        """It, as it is written to the site."""
        headers = _as_texts(self.headers)
        head = {"status": self.status, "headers": headers, "length": len(self.body)}
        return json.dumps(head).encode() + b"\n" + self.body


def request_line(scope: Scope, seconds: float, memory: int) -> bytes:
    """A request, and what its answer may take, as they are written."""
    bounds = {"seconds": seconds, "memory": memory}
    request: dict[str, Any] = {**bounds, "headers": _as_texts(scope["headers"])}
    request |= {name: scope[name] for name in TEXTS if name in scope}
    for name in BYTES:
        if scope.get(name) is not None:
            request[name] = scope[name].decode("latin-1")
    return json.dumps(request).encode() + b"\n"


def scope_of(request: Mapping[str, Any]) -> Scope:
    """The request that was written, marked as one to be answered here."""
    scope: Scope = {"type": "http", "asgi": {"version": "3.0"}, APART: True}
    scope |= {name: request[name] for name in TEXTS if name in request}
    scope |= {name: request[name].encode("latin-1") for name in BYTES if name in request}
    scope["headers"] = _as_bytes(request["headers"])
    return scope


async def answered(app: Application, scope: Scope) -> Answer:
    """The whole answer of the site."""
    start: Message = {}
    body = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(start["status"], start["headers"], bytes(body))


def _as_texts(headers: Headers) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _as_bytes(headers: list[tuple[str, str]]) -> Headers:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]


def arguments_of(datasette: Datasette) -> dict[str, Any]:
    """The arguments of another Datasette that answers as this one does, with no thread of its own.

    It must be a process without threads that is copied: only the one that copies is in the copy.
    """
    immutables = datasette.immutables
    arguments = {
        "files": [str(path) for path in datasette.files if path not in immutables],
        "immutables": [str(path) for path in datasette.files if path in immutables],
        "memory": "_memory" in datasette.databases,
        "metadata": datasette._metadata_local,
        "secret": datasette._secret,
        "settings": {**datasette._settings, "num_sql_threads": 0},
    }
    for name in (*ALIKE, *ALSO_ALIKE):
        if hasattr(datasette, name):
            arguments[name] = getattr(datasette, name)
    return arguments


class ForkServer:
    """The process whose copies answer; it is started when it is first needed, and when it failed.

    It is ended by `end`, or with the last reference to this.
    """

    def __init__(self, datasette: Datasette) -> None:
        """Its copies answer as `datasette` does."""
        self._arguments = json.dumps(arguments_of(datasette), default=str).encode()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None
        self._end: Callable[[], object] | None = None
        self._is_needed = True

    def start(self) -> socket.socket:
        """Start the process, unless it runs; to the socket go requests.

        Raises ChildProcessError after `end`.
        """
        with self._lock:
            if not self._is_needed:
                raise ChildProcessError("the process that answers queries is needed no more")
            if self._requests is None or self._has_ended():
                self._requests = self._started()
            return self._requests

    def end(self) -> None:
        """End the process with its copies, for good."""
        with self._lock:
            self._is_needed = False
            if self._end is not None:
                self._end()

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603  this program, with an argument of our own
                command_of("openbaar.site.requests.fork_server", str(theirs.fileno())),
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                process_group=0,  # with its copies, so that all end together
                env=environment(),
            )
        # In a thread: it reads them only when it has loaded what it needs.
        threading.Thread(target=process.communicate, args=(self._arguments,), daemon=True).start()
        self._process = process
        self._end = finalize(self, _end, process, ours)
        return ours

    def _hand_over(self, descriptor: int) -> None:
        """Give the process its end of the sockets of a request.

        Who waits for a process learns a moment later than others that it has ended.
        """
        try:
            socket.send_fds(self.start(), [b"1"], [descriptor])
        except ConnectionError:
            if self._process is not None:
                self._process.wait()
            socket.send_fds(self.start(), [b"1"], [descriptor])

    async def answer(self, scope: Scope, seconds: float, memory: int) -> Answer | None:
        """The answer to a request; None where it took longer, or held more bytes of memory.

        Raises ChildProcessError when the process itself has ended.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._hand_over(theirs.fileno())
        reader, writer = await asyncio.open_connection(sock=ours, limit=MAX_LINE)
        try:
            writer.write(request_line(scope, seconds, memory))
            if await reader.readline() == BEGUN:
                # A copy that its alarm should have ended by now may wait for a processor.
                async with asyncio.timeout(seconds):
                    return await _read(reader)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()
        if self._has_ended():
            raise ChildProcessError("the process that answers queries has ended")
        return None


async def _read(reader: asyncio.StreamReader) -> Answer:
    """The answer that a copy writes. Raises IncompleteReadError where some is missing."""
    stated = json.loads(await reader.readuntil(b"\n"))
    body = await reader.readexactly(stated["length"])
    return Answer(stated["status"], _as_bytes(stated["headers"]), body)


def _end(process: subprocess.Popen[bytes], requests: socket.socket) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    requests.close()
    process.wait()
