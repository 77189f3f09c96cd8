"""Answers as they leave the site: with its prefix, and the language of the page, in each address.

Templates and Datasette write paths from the root, so that neither needs to know where the site is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from openbaar.site.requests.addresses import Addresses, leads_on
from openbaar.site.requests.asgi import Headers, Message, Send, header_of

# Where Datasette's JSON leads to other pages, with the host of the site but without its prefix.
IN_JSON = re.compile(r'("(?:next|toggle)_url": ")([^"]+)')
Change = Callable[[str], str]


def outside(send: Send, addresses: Addresses, language: str, origin: str) -> Send:
    """`send`, for answers of a site that is at `addresses`, to a request for `language`.

    `origin` is the scheme and the host under which Datasette knows the site.
    """
    start: Message = {}
    change: Change | None = None
    body = b""

    async def sending(message: Message) -> None:
        nonlocal start, change, body
        if message["type"] == "http.response.start":
            start = {**message, "headers": _headers(message, addresses, language)}
            change = _change(start, addresses, language, origin)
            if change is None:
                await send(start)
        elif change is None:
            await send(message)
        else:  # a page, which is changed as soon as all of it is there
            body += message.get("body", b"")
            if not message.get("more_body"):
                changed = change(body.decode("utf-8", "surrogateescape"))
                whole = changed.encode("utf-8", "surrogateescape")
                await send({**start, "headers": _with_length(start["headers"], len(whole))})
                await send({"type": "http.response.body", "body": whole})

    return sending


def _headers(message: Message, addresses: Addresses, language: str) -> Headers:
    """The headers of an answer, with the address to which it leads on and its language."""
    made: Headers = []
    for name, value in message.get("headers", []):
        location = value.decode("latin-1")
        if name.lower() == b"location" and leads_on(location):
            value = addresses.of(location, language).encode("latin-1")
        made.append((name, value))
    if _is(message, "text/html"):
        made.append((b"content-language", language.encode()))
    return made


def _change(start: Message, addresses: Addresses, language: str, origin: str) -> Change | None:
    """What to do with the body of an answer; None where it stays as it is."""
    if _is(start, "text/html"):
        return partial(addresses.linked, language=language, origin=origin)
    if addresses.prefix and _is(start, "application/json"):
        return partial(_linked_json, addresses=addresses, language=language, origin=origin)
    return None


def _linked_json(text: str, addresses: Addresses, language: str, origin: str) -> str:
    def linked(match: re.Match[str]) -> str:
        return match[1] + addresses.outside(match[2], language, origin)

    return IN_JSON.sub(linked, text)


def _is(message: Message, media_type: str) -> bool:
    return header_of(message.get("headers", []), b"content-type").startswith(media_type)


def _with_length(headers: Headers, length: int) -> Headers:
    """The headers, with the new length of the body where they tell its length."""
    made: Headers = []
    for name, value in headers:
        is_length = name.lower() == b"content-length"
        made.append((name, str(length).encode() if is_length else value))
    return made
