"""What strangers may do to a site, and what a browser may do with its pages.

Everything here holds for every site that we show, except what is marked as `public`: limits on queries that a person
at home may run on data of their own, and pages that tell of the machine.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, closing, nullcontext
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from weakref import WeakKeyDictionary

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from jinja2 import Environment
from jinja2.ext import Extension

from openbaar.site.linked_data import link_header
from openbaar.site.negotiate import preferred
from openbaar.site.published import Published, attached
from openbaar.site.refusals import language_of
from openbaar.texts import catalogue

Asgi = Callable[..., Any]
# https://docs.datasette.io/en/0.65.2/settings.html, in force on a public site.
SETTINGS: dict[str, int | bool] = {
    "sql_time_limit_ms": 1000,
    "max_returned_rows": 1000,
    "allow_csv_stream": False,  # whole tables are files; a stream would hold a thread for as long as its reader likes
    "default_cache_ttl": 300,  # a cache in front may answer for five minutes
}
# https://www.sqlite.org/c3ref/c_limit_attached.html
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 2_000_000,  # of one value or one row, so that no query can ask for gigabytes
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 50_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
MAX_RESULT = 5_000_000  # characters and bytes in all rows of one result
HEAP = 100_000_000  # bytes that SQLite may hold in the whole process
QUERIES_AT_ONCE = (
    1  # of the three threads that Datasette has, so that pages of tables never wait for all of them
)
QUERIES_WAITING = 8
DENIED_FUNCTIONS = {"fts3_tokenizer", "load_extension"}  # the first one tells an address in memory
SQLITE_FUNCTION = 31  # https://www.sqlite.org/c3ref/c_alter_table.html; Python gives it no name
COLUMN_PARAMETERS = ("_facet", "_facet_array", "_facet_date", "_sort", "_sort_desc")
METHODS = ("GET", "HEAD", "OPTIONS")
TOLD_TO_STRANGERS = ("/-/static/", "/-/static-plugins/")  # below /-/ the rest is about the machine
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "access-control-allow-origin": "*",  # open data: programs in pages of others may read it
}
_nonce: ContextVar[str] = ContextVar("nonce", default="")


class NonceExtension(Extension):
    """Marks each script that stands in a template, so that the browser runs those and none that came with the data."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with a nonce in each <script> that has none."""
        return re.sub(r"<script(?![^>]*\bnonce=)", '<script nonce="{{ csp_nonce() }}"', source)


def prepare_templates(environment: Environment) -> None:
    """Let templates mark their own scripts with the nonce of the answer."""
    environment.globals["csp_nonce"] = _nonce.get
    environment.add_extension(NonceExtension)


def limit_process() -> None:
    """Cap the memory of SQLite in this process for good (https://www.sqlite.org/pragma.html#pragma_hard_heap_limit)."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP}")
    connection.close()


def limit_connection(connection: sqlite3.Connection, published: Published) -> None:
    """Keep a query from filling the memory and from asking about the machine."""
    connection.set_authorizer(_authorize)
    if not published.public:
        return
    widest = max((len(table["schema"]["fields"]) for table in published.tables.values()), default=0)
    for limit, value in LIMITS.items():
        connection.setlimit(
            limit, max(value, 2 * widest) if limit == sqlite3.SQLITE_LIMIT_COLUMN else value
        )
    for name in ("printf", "format"):
        connection.create_function(name, -1, _printf, deterministic=True)
    connection.row_factory = _row_within_budget()


def _row_within_budget() -> Callable[[sqlite3.Cursor, tuple[Any, ...]], sqlite3.Row]:
    """What makes rows as Datasette has them, until those of one cursor hold too much."""
    spent: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        total = spent.get(cursor, 0) + sum(
            len(value) for value in values if isinstance(value, str | bytes)
        )
        if total > MAX_RESULT:
            raise sqlite3.OperationalError("the result is too large")
        spent[cursor] = total
        return sqlite3.Row(cursor, values)

    return row


def _printf(form: Any = None, *arguments: Any) -> Any:
    """SQLite's own printf, but for widths that would keep it busy for seconds, which nothing can interrupt."""
    if form is None:
        return None
    if re.search(r"%[^a-zA-Z%]*(\*|\d{4})", str(form)):
        raise ValueError("the width is too large")
    marks = ", ".join("?" * (len(arguments) + 1))
    with closing(sqlite3.connect(":memory:")) as plain:
        return plain.execute(f"SELECT printf({marks})", [form, *arguments]).fetchone()[0]


def _authorize(action: int, first: str | None, second: str | None, *_others: str | None) -> int:
    """What SQLite asks about each part of a statement. The path of the database reads as NULL, for Datasette too."""
    if action == SQLITE_FUNCTION and second in DENIED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ and first == "pragma_database_list" and second == "file":
        return sqlite3.SQLITE_IGNORE
    return sqlite3.SQLITE_OK


def wrap(app: Asgi, datasette: Any) -> Asgi:
    """The site with what is refused refused, its links at the configured address, and the headers set."""
    published = attached(datasette)
    if published is None:
        return app
    gate = _Gate() if published.public else None

    async def wrapped(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        token = _nonce.set(nonce)
        scope = _at_configured_address(scope, published)
        sender = _with_headers(send, scope, published, nonce)
        try:
            refusal = refused(scope, published)
            if refusal is not None:
                await refusal.asgi_send(sender)
                return
            async with _turn(gate, scope, published):
                await app(scope, receive, sender)
        except TooManyError:
            _ = catalogue(_language(scope, published), published.languages[0]).gettext
            message = _("Too many SQL queries at once. Please try again in a few seconds.")
            await Response.text(message, status=503, headers={"retry-after": "5"}).asgi_send(sender)
        finally:
            _nonce.reset(token)

    return wrapped


def refused(scope: dict[str, Any], published: Published) -> Response | None:
    """The answer to a request that goes no further, None for one that may."""
    path = _path(scope)
    _ = catalogue(_language(scope, published), published.languages[0]).gettext
    # A browser reads `\` as `/` and `//x` as another site, so a redirect to such a path would leave this one.
    if re.match(r"/[/\\]|/.*[\\\x00-\x1f]", unquote(path)):
        return Response.text(_("This page does not exist."), status=404)
    if published.public and scope["method"] not in METHODS:
        message = _("This site is read-only.")
        return Response.text(message, status=405, headers={"allow": ", ".join(METHODS)})
    if published.public and path.startswith("/-/") and not path.startswith(TOLD_TO_STRANGERS):
        return Response.text(_("This page does not exist."), status=404)
    wrong = _unknown_column(path, _query(scope), published)
    if wrong is not None:
        column, known = wrong
        message = _("There is no column '%(column)s'; the columns are: %(known)s.")
        named = {"column": column[:100], "known": ", ".join(known)}
        return Response.text(message % named, status=400)
    return None


def _unknown_column(
    path: str, query: list[tuple[str, str]], published: Published
) -> tuple[str, list[str]] | None:
    """The first column that a facet or a sort order names and the table has not, with those that it has."""
    table = re.sub(r"\.\w+$", "", path.removeprefix(f"/{published.name}/"))
    resource = published.tables.get(table)
    if resource is None or not path.startswith(f"/{published.name}/"):
        return None
    columns = [field["name"] for field in resource["schema"]["fields"]]
    named = [value for key, value in query if key in COLUMN_PARAMETERS and value]
    return next(((value, columns) for value in named if value not in columns), None)


class TooManyError(Exception):
    """More people ask queries of their own than can wait."""


class _Gate:
    """Lets in so many at once, and lets so many wait; raises TooManyError for the others."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(QUERIES_AT_ONCE)
        self.waiting = 0

    async def __aenter__(self) -> None:
        if self.waiting >= QUERIES_WAITING:
            raise TooManyError
        self.waiting += 1
        try:
            await self.free.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *_error: object) -> None:
        self.free.release()


def _turn(
    gate: _Gate | None, scope: dict[str, Any], published: Published
) -> AbstractAsyncContextManager[None]:
    """The gate for a request that brings SQL of its own; open doors for any other."""
    asks = any(key in ("sql", "_where") for key, _ in _query(scope))
    return gate if gate is not None and asks else nullcontext()


def _at_configured_address(scope: dict[str, Any], published: Published) -> dict[str, Any]:
    """The request as if it came to the configured address, whatever its `Host` says."""
    if published.url is None:
        return scope
    address = urlsplit(published.url)
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    return {
        **scope,
        "scheme": address.scheme,
        "headers": [(b"host", address.netloc.encode()), *headers],
    }


def _with_headers(send: Any, scope: dict[str, Any], published: Published, nonce: str) -> Any:
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    origin = f"{scope['scheme']}://{host}"

    async def sender(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message["headers"])
            sent = ", ".join(
                value.decode("latin-1") for name, value in headers if name.lower() == b"link"
            )
            ok = message["status"] == 200
            wanted = {**HEADERS, "content-security-policy": CSP.format(nonce=nonce)}
            if published.url is not None and published.url.startswith("https:"):
                wanted["strict-transport-security"] = "max-age=31536000"
            link = link_header(published, _path(scope), origin, sent) if ok else sent
            wanted.update({"link": link} if link else {})
            ours = [
                (name.encode(), value.encode("latin-1", "ignore")) for name, value in wanted.items()
            ]
            replaced = {b"link", *(name for name, _ in ours)}
            headers = [
                (name, value) for name, value in headers if name.lower() not in replaced
            ] + ours
            message = {**message, "headers": headers}
        await send(message)

    return sender


def answer_error(published: Published, request: Any, exception: BaseException) -> Response | None:
    """The answer to an error that nobody foresaw: one line in the log, and nothing of the machine on the page.

    None for the errors that Datasette raises on purpose, whose message is meant for the visitor.
    """
    if isinstance(exception, Base400 | DatasetteError):
        return None
    if isinstance(exception, QueryInterrupted | MemoryError):
        _ = catalogue(language_of(published), published.languages[0]).gettext
        message = _("The query took too long or asked for too much, and was stopped.")
        return Response.text(message, status=400)
    print(
        f"ERROR {request.method} {request.path}: {type(exception).__name__}: {exception}",
        file=sys.stderr,
    )
    return Response.text("Error 500", status=500)


def _path(scope: dict[str, Any]) -> str:
    raw = scope.get("raw_path")
    path: str = raw.decode("latin-1") if raw else scope["path"]
    return path.partition("?")[0]


def _query(scope: dict[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def _language(scope: dict[str, Any], published: Published) -> str:
    accepted: Iterable[bytes] = (
        value for name, value in scope["headers"] if name.lower() == b"accept-language"
    )
    return preferred(",".join(value.decode("latin-1") for value in accepted), published.languages)
