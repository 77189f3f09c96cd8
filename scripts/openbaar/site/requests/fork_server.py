"""A process that answers each request in a copy of itself, which ends when its time is up.

SQLite asks whether it should stop only between its instructions, and a single one may take minutes.
So a query that strangers wrote runs in a process of its own: the system ends it by an alarm,
whatever SQLite is doing. The process that is copied has everything loaded, so a copy answers at
once (https://docs.python.org/3/library/os.html#os.fork).

`apart` starts this module, with the arguments of its Datasette as JSON on standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from types import TracebackType

from datasette.app import Datasette

from openbaar.site.published import publication_of
from openbaar.site.requests.apart import BEGUN, answered, scope_of
from openbaar.site.requests.asgi import Application
from openbaar.site.serving.error_log import shortened

NICENESS = 10  # the pages that the site itself makes go first


def main(descriptor: int) -> None:
    """Answer what comes through the socket `descriptor` until its other end is closed."""
    sys.excepthook = _tell
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the site, which closes the socket
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the copies
    datasette = Datasette(**json.load(sys.stdin))
    app = datasette.app()
    asyncio.run(_warm(datasette, app))
    with socket.socket(fileno=descriptor) as requests:
        while True:
            _, descriptors, _, _ = socket.recv_fds(requests, 1, 1)
            if not descriptors:
                os.killpg(0, signal.SIGKILL)  # the copies too: `apart` gave them a group
            _copy(app, requests, descriptors[0])
            os.close(descriptors[0])


def _copy(app: Application, requests: socket.socket, descriptor: int) -> None:
    """Make a copy of this process, which answers the request that comes through `descriptor`."""
    try:
        os.write(descriptor, BEGUN)
    except BrokenPipeError:  # its visitor has left
        return
    if os.fork() == 0:
        requests.close()
        _answer_and_end(app, socket.socket(fileno=descriptor))


def _tell(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Print why this process ends."""
    print(
        f"ERROR queries are not answered: {shortened(f'{kind.__name__}: {error}')}", file=sys.stderr
    )


async def _warm(datasette: Datasette, app: Application) -> None:
    """Have tables counted and templates compiled before the first copy is made."""
    published = publication_of(datasette)
    first = next(iter(published.tables))
    for path, query in ((published.path(), "sql=select+1"), (published.path(first), "")):
        request = {"method": "GET", "path": path, "query_string": query, "scheme": "http"}
        await answered(app, scope_of({**request, "headers": [("host", "localhost")]}))


def _answer_and_end(app: Application, connection: socket.socket) -> None:
    """Answer one request, then end this process, whatever happens."""
    try:
        os.nice(NICENESS)
        request = json.loads(connection.makefile("rb").readline())
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])
        memory = request["memory"]
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        threading.Thread(target=_end_when_left, args=(connection,), daemon=True).start()
        answer = asyncio.run(answered(app, scope_of(request)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.sendall(answer.written())
    finally:
        os._exit(0)


def _end_when_left(connection: socket.socket) -> None:
    """End this process as soon as nobody waits for its answer."""
    with suppress(ConnectionError):
        connection.recv(1)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
