"""Requests that cost much pass a gate: few of a kind are answered at once, each for a limited time.

They are answered apart, so that pages of tables never wait for them. One that takes longer, or
holds more memory than it may, is ended; so is one whose visitor has left. At home only SQL that
somebody writes passes one, wider than that of a public site.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.utils import tilde_decode
from datasette.utils.asgi import Request, Response

from openbaar.site.published import Published
from openbaar.site.requests.addresses import Addresses
from openbaar.site.requests.apart import Answer, ForkServer
from openbaar.site.requests.asgi import (
    APART,
    Application,
    Receive,
    Scope,
    Send,
    query_pairs,
    raw_path,
)
from openbaar.site.requests.language import gettext
from openbaar.site.requests.refusals import stopped

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.app import Datasette

SQL = {"sql", "_where"}
FACETS = {"_facet", "_facet_array", "_facet_date"}
# What an address may add without making its page cost more.
CHEAP = {
    "lang",
    "_next",
    "_size",
    "_shape",
    "_nl",
    "_labels",
    "_nocount",
    "_nofacet",
    "_dl",
    "_version",
}
ROWS = 100  # a page shows no more unless it is asked to
READING = {"GET", "HEAD"}
OUTSIDE = re.compile(r"/(-|static|download|id|source|cite)/")  # below these is no database
MEMORY = 300_000_000  # bytes that a copy may write to: the site, what SQLite holds, and the answer
HOME_MEMORY = 2_000_000_000  # at home, where people ask large queries of their own data
FRAMED = re.compile(
    r"/embed/"
)  # where other sites show rows, a thousand times what one reader asks
WRITTEN = re.compile(r"/rows/|/download/[^/]+/tables/\w+\.json$")


@dataclass
class Gate:
    """How many requests of a kind are answered at once, how many wait, and what each may take.

    That is in seconds, and in bytes of memory. `inside` counts those that are answered and those
    that wait.
    """

    at_once: int
    waiting: int
    seconds: float
    memory: int = MEMORY
    inside: int = 0
    free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.free = asyncio.Semaphore(self.at_once)

    @property
    def is_full(self) -> bool:
        """Whether the next request must come back later."""
        return self.inside >= self.at_once + self.waiting

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it while the block runs."""
        self.inside += 1
        try:
            async with self.free:
                yield
        finally:
            self.inside -= 1


@dataclass(frozen=True)
class Gates:
    """The gates of a public site: SQL of visitors, large pages, searches and filters, and files.

    Files are those that are written for one visitor: rows that a filter chooses, a table as JSON.

    SQLite itself stops most queries after the second of `limits.SETTINGS`, and says so; the time of
    the gate is for those that it cannot stop, and for all queries of a page together.
    """

    addresses: Addresses
    sql: Gate = field(default_factory=lambda: Gate(at_once=1, waiting=8, seconds=1.8))
    large: Gate = field(default_factory=lambda: Gate(at_once=1, waiting=8, seconds=5))
    filtered: Gate = field(default_factory=lambda: Gate(at_once=2, waiting=30, seconds=5))
    files: Gate = field(default_factory=lambda: Gate(at_once=1, waiting=8, seconds=30))

    def before(self, scope: Scope) -> Gate | None:
        """The gate before the answer to a request; None for one that costs little."""
        if scope["type"] != "http" or APART in scope:
            return None
        path = self.addresses.asked(raw_path(scope)).path
        if WRITTEN.match(path):
            return self.files
        if OUTSIDE.match(path):
            return None
        query = query_pairs(scope)
        if not FRAMED.match(path):
            costly = self._before_costly(dict(query))
            if costly is not None:
                return costly
        names = {name for name, _ in query}
        return self.filtered if names - CHEAP else None

    def _before_costly(self, query: Mapping[str, str]) -> Gate | None:
        """The gate before a page that asks SQL, counts facets, or shows many rows."""
        if query.keys() & SQL:
            return self.sql
        is_large = query.keys() & FACETS or _asks_many_rows(query)
        return self.large if is_large else None


@dataclass(frozen=True)
class HomeGates:
    """The gate of a site at home: for SQL on the database of the publication, called `name`.

    Other databases, and what else is asked, are left to Datasette.
    """

    addresses: Addresses
    name: str
    sql: Gate = field(
        default_factory=lambda: Gate(at_once=2, waiting=30, seconds=2.3, memory=HOME_MEMORY)
    )

    def before(self, scope: Scope) -> Gate | None:
        """The gate before the answer to a request; None for one that asks no SQL."""
        if scope["type"] != "http" or scope["method"] not in READING or APART in scope:
            return None
        if not SQL & {name for name, _ in query_pairs(scope)}:
            return None
        path = self.addresses.asked(raw_path(scope)).path
        database = tilde_decode(path.split("/")[1].partition(".")[0])
        return self.sql if database == self.name else None


def _asks_many_rows(query: Mapping[str, str]) -> bool:
    """Whether `_size` asks for more rows than a page has, also by `max`, a word of Datasette's."""
    size = query.get("_size", "")
    return size != "" and not (re.fullmatch(r"\d{1,3}", size) and int(size) <= ROWS)


_before: WeakKeyDictionary[Datasette, tuple[Gates | HomeGates, ForkServer]] = WeakKeyDictionary()


def gated(
    app: Application,
    around: Callable[[Application], Application],
    datasette: Datasette,
    published: Published,
) -> Application:
    """`app`, an application of `datasette`, whose costly requests are answered apart.

    `around` adds the language and the headers that every answer has. All applications of one
    Datasette share their gates. A system that cannot copy a process has none at home.
    """
    if not published.public and not hasattr(os, "fork"):
        return app
    if datasette not in _before:
        _before[datasette] = _gates(published), ForkServer(datasette)
    gates, server = _before[datasette]
    passed = _Passed(app, around, gates, server, datasette)
    if not published.public:
        return passed

    async def passed_by_all(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            server.start()  # so that it has loaded what it needs when it is needed
        await passed(scope, receive, send)

    return passed_by_all


@dataclass(frozen=True)
class _Passed:
    """An application before which requests pass `gates`; `server` answers those that do."""

    app: Application
    around: Callable[[Application], Application]
    gates: Gates | HomeGates
    server: ForkServer
    datasette: Datasette

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        gate = self.gates.before(scope)
        if gate is None:
            await self.app(scope, receive, send)
        elif gate.is_full:
            await self.around(_busy)(scope, receive, send)
        else:
            await self._answer_apart(gate, scope, receive, send)

    async def _answer_apart(self, gate: Gate, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by a copy of the process, unless its visitor leaves before."""
        answering = asyncio.ensure_future(_answer(gate, self.server, scope))
        if await _is_left(receive, answering):
            return
        error = answering.exception()
        answer = None if error is not None else answering.result()
        if error is not None:
            await self.around(_failing(error))(scope, receive, send)
        elif answer is None:
            await self.around(_stopped_by(self.datasette))(scope, receive, send)
        else:
            await answer.send(send)


def end_apart(datasette: Datasette) -> None:
    """End the process that answers costly requests for a Datasette that is asked no more."""
    if datasette in _before:
        _, server = _before[datasette]
        server.end()


def _gates(published: Published) -> Gates | HomeGates:
    if published.public:
        return Gates(published.addresses)
    return HomeGates(published.addresses, published.name)


async def _answer(gate: Gate, server: ForkServer, scope: Scope) -> Answer | None:
    async with gate.passing():
        return await server.answer(scope, gate.seconds, gate.memory)


async def _is_left(receive: Receive, answering: asyncio.Future[Answer | None]) -> bool:
    """Wait until there is an answer; True where the visitor left before, who ends it by that."""
    leaving = asyncio.ensure_future(_leaving(receive))
    both: set[asyncio.Future[Any]] = {leaving, answering}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        return not answering.done()
    finally:
        leaving.cancel()
        answering.cancel()


async def _leaving(receive: Receive) -> None:
    """Wait until the visitor has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _failing(error: BaseException) -> Application:
    """What raises an error that came up while a request was answered apart."""

    async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return failing


def _stopped_by(datasette: Datasette) -> Application:
    """What answers where time or memory is up."""

    async def stopping(scope: Scope, receive: Receive, send: Send) -> None:
        # Datasette gives its templates a token for forms; a page that only reads needs none.
        asked = Request({**scope, "csrftoken": lambda: ""}, receive)
        answer = await stopped(datasette, asked)
        await answer.asgi_send(send)

    return stopping


async def _busy(_scope: Scope, _receive: Receive, send: Send) -> None:
    message = gettext("Too many requests of this kind at once. Please try again in a few seconds.")
    await Response.text(message, status=503, headers={"retry-after": "5"}).asgi_send(send)
