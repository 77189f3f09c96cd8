"""The pages that readers begin with, made before anybody asks: what is kept of them serves others.

That is as soon as a server answers, page by page, so that nobody who asks meanwhile waits for more
than one of them.
"""

from __future__ import annotations

import asyncio
from itertools import product
from urllib.parse import urlsplit

from openbaar.site.kept.kept_parts import MOST_PAGES
from openbaar.site.published import Published
from openbaar.site.requests.apart import answered
from openbaar.site.requests.asgi import Application, Scope

PAUSE = 0.01  # seconds after each page, in which others are answered


async def prepare(app: Application, published: Published, address: str) -> None:
    """Ask `app` for its pages; `address` is that of the server, for a site that knows no other."""
    home = urlsplit(published.url or address)
    for path in _pages(published):
        await answered(app, _request(path, home.scheme, home.netloc))
        await asyncio.sleep(PAUSE)


def _pages(published: Published) -> list[str]:
    """The home page, and the pages of all tables and questions, in each language."""
    names = [*published.queries, *published.tables]
    paths = ["/", *map(published.path, names)]
    addresses = published.addresses
    in_each = product(published.languages, paths)
    found = [addresses.of(path, language) for language, path in in_each]
    return found[:MOST_PAGES]


def _request(path: str, scheme: str, host: str) -> Scope:
    """What a reader would send."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode("ascii"),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", host.encode("ascii")), (b"accept", b"text/html")],
    }
