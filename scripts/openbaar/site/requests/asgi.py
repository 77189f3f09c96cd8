"""What the steps between server and Datasette share: reading requests, changing headers.

A step is an ASGI application around another one
(https://asgi.readthedocs.io/en/latest/specs/www.html).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
ORIGIN = re.compile(r"^[a-z]+://[^/]*", re.IGNORECASE)
APART = "openbaar.apart"  # marks, in a scope, a request that is answered in a process of its own


def header(scope: Scope, name: bytes) -> str:
    """The header `name` (in small letters) of a request; '' where it has none."""
    return header_of(scope["headers"], name)


def header_of(headers: Headers, name: bytes) -> str:
    """The one called `name` (in small letters) among headers; '' where there is none."""
    values = [value for key, value in headers if key.lower() == name]
    return b",".join(values).decode("latin-1")


def raw_path(scope: Scope) -> str:
    """The path of a request as it was sent, with its percent signs.

    A request may name the host before it, which is not for us to look at
    (https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2).
    """
    raw = scope.get("raw_path")
    path: str = raw.decode("latin-1") if raw else scope["path"]
    path = ORIGIN.sub("", path.partition("?")[0])
    return path if path.startswith("/") else f"/{path}"


def origin(scope: Scope) -> str:
    """The scheme and the host to which a request was sent: `https://data.example`."""
    return f"{scope.get('scheme', 'http')}://{header(scope, b'host')}"


def query_pairs(scope: Scope) -> list[tuple[str, str]]:
    """The names and values in the query of a request, in order."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def with_headers(send: Send, change: Callable[[int, Headers], Headers]) -> Send:
    """`send`, with the headers that `change` makes of the status and the headers of an answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = change(message.get("status", 200), list(message.get("headers", [])))
            message = {**message, "headers": headers}
        await send(message)

    return sending


def only_http(app: Application, wrapped: Application) -> Application:
    """`wrapped` for requests, and `app` for anything else, such as the start of the server."""

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await wrapped(scope, receive, send)
        else:
            await app(scope, receive, send)

    return chosen
