"""One line for each request, in the Combined Log Format that web servers write.

See https://httpd.apache.org/docs/2.4/logs.html#combined.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TextIO

from openbaar.site.requests.asgi import Application, Message, Receive, Scope, Send, header

ADDRESS = re.compile(r"[\w.:%-]{1,60}", re.ASCII)  # of a visitor, who may have written it
LONGEST = 1_000  # characters of a request line, or of what comes with it
UNSAFE = re.compile(r'[^\x20-\x7e]|["\\]')


def logged(app: Application, log: TextIO) -> Application:
    """`app`, with a line in `log` for each request when it has been answered."""

    async def logging(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        begun = datetime.now(UTC)
        status, length = 0, 0

        async def counting(message: Message) -> None:
            nonlocal status, length
            status = message.get("status", status)
            length += len(message.get("body", b""))
            await send(message)

        try:
            await app(scope, receive, counting)
        finally:
            print(line(scope, begun, status, length), file=log, flush=True)

    return logging


def line(scope: Scope, begun: datetime, status: int, length: int) -> str:
    """The line of a request: `status` is 0 where its visitor left, `length` is that of the body."""
    client, _port = scope.get("client") or ("-", 0)
    visitor = client if ADDRESS.fullmatch(client) else "-"
    target = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    if scope["query_string"]:
        target += b"?" + scope["query_string"]
    request = f"{scope['method']} {target.decode('latin-1')} HTTP/{scope['http_version']}"
    agent = header(scope, b"user-agent") or "-"
    referer = header(scope, b"referer") or "-"
    at = begun.strftime("%d/%b/%Y:%H:%M:%S +0000")
    size = length or "-"
    texts = f'"{_safe(referer)}" "{_safe(agent)}"'
    return f'{visitor} - - [{at}] "{_safe(request)}" {status or "-"} {size} {texts}'


def _safe(text: str) -> str:
    """A text that cannot end its field or its line: others than printable ASCII as `\\x0a`.

    Of a longer one the beginning, and `...`.
    """
    if len(text) > LONGEST:
        text = text[:LONGEST] + "..."
    return UNSAFE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
