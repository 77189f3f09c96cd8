"""What strangers may not do to a site, and what a browser may do with its pages.

Each step is an ASGI application around the next one, and does one thing. `protected` puts them
together.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from urllib.parse import unquote, urlsplit

from datasette.utils.asgi import Response
from jinja2 import Environment
from jinja2.ext import Extension

from openbaar.site.asgi import (
    Application,
    Headers,
    Receive,
    Scope,
    Send,
    header,
    query_pairs,
    raw_path,
    with_headers,
)
from openbaar.site.language import gettext
from openbaar.site.linked_data import link_header
from openbaar.site.pictures import EMBED
from openbaar.site.published import Published

FACETS = ("_facet", "_facet_array", "_facet_date")
COLUMN_PARAMETERS = (*FACETS, "_sort", "_sort_desc")
MAX_FACETS = 4  # that a visitor adds to those of the authors: each one reads the whole table
METHODS = ("GET", "HEAD", "OPTIONS")
# Below /-/ the rest is about the machine.
TOLD_TO_STRANGERS = ("/-/static/", "/-/static-plugins/")
# A browser reads `\` as `/` and `//x` as another site: a redirect to such a path would leave ours.
LEADS_ELSEWHERE = re.compile(r"/[/\\]|/.*[\\\x00-\x1f]")
SCRIPT_WITHOUT_NONCE = re.compile(r"<script(?![^>]*\bnonce=)")
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
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
    """Marks each script in a template, so that the browser runs none that came with data."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with a nonce in each <script> that has none."""
        return SCRIPT_WITHOUT_NONCE.sub('<script nonce="{{ csp_nonce() }}"', source)


def prepare_templates(environment: Environment) -> None:
    """Let templates mark their own scripts with the nonce of the answer."""
    environment.globals["csp_nonce"] = _nonce.get
    environment.add_extension(NonceExtension)


def protected(app: Application, published: Published) -> Application:
    """The application behind all steps; the first one that a request meets is applied last."""
    app = refusing(app, published)
    app = with_security_headers(app, published)
    app = with_link_header(app, published)
    return at_configured_address(app, published)


def at_configured_address(app: Application, published: Published) -> Application:
    """Requests look as if they came to the configured address, whatever their `Host` says."""
    if published.url is None:
        return app
    address = urlsplit(published.url)
    host = (b"host", address.netloc.encode())

    async def addressed(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [pair for pair in scope["headers"] if pair[0].lower() != b"host"]
        scope = {**scope, "scheme": address.scheme, "headers": [host, *headers]}
        await app(scope, receive, send)

    return addressed


def with_security_headers(app: Application, published: Published) -> Application:
    """Answers say what a browser may do with them; scripts carry the nonce of their answer."""
    is_https = published.url is not None and published.url.startswith("https:")

    async def secured(scope: Scope, receive: Receive, send: Send) -> None:
        nonce = secrets.token_urlsafe(16)
        wanted = {**HEADERS, "content-security-policy": CSP.format(nonce=nonce)}
        if raw_path(scope).startswith(EMBED):
            wanted = framable(wanted)
        if is_https:
            wanted["strict-transport-security"] = "max-age=31536000"

        def change(_status: int, headers: Headers) -> Headers:
            return _replaced(headers, wanted)

        token = _nonce.set(nonce)
        try:
            await app(scope, receive, with_headers(send, change))
        finally:
            _nonce.reset(token)

    return secured


def framable(wanted: dict[str, str]) -> dict[str, str]:
    """The headers of a page that other sites may frame, which no other page is."""
    policy = wanted["content-security-policy"]
    policy = policy.replace("frame-ancestors 'none'", "frame-ancestors *")
    kept = {name: value for name, value in wanted.items() if name != "x-frame-options"}
    return {**kept, "content-security-policy": policy}


def with_link_header(app: Application, published: Published) -> Application:
    """Pages of tables say in their `Link` header where machines find more."""

    async def linked(scope: Scope, receive: Receive, send: Send) -> None:
        origin = f"{scope['scheme']}://{header(scope, b'host')}"

        def change(status: int, headers: Headers) -> Headers:
            sent = header({"headers": headers}, b"link")
            if status != 200:
                return headers
            link = link_header(published, raw_path(scope), origin, sent)
            return _replaced(headers, {"link": link}) if link else headers

        await app(scope, receive, with_headers(send, change))

    return linked


def _replaced(headers: Headers, wanted: dict[str, str]) -> Headers:
    """The headers with those of `wanted` instead of others of the same name."""
    ours = [(name.encode(), value.encode("latin-1", "ignore")) for name, value in wanted.items()]
    names = {name for name, _ in ours}
    return [pair for pair in headers if pair[0].lower() not in names] + ours


def refusing(app: Application, published: Published) -> Application:
    """Requests that may go no further are answered with the reason."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = refused(scope, published)
        if refusal is None:
            await app(scope, receive, send)
        else:
            await refusal.asgi_send(send)

    return guarded


def refused(scope: Scope, published: Published) -> Response | None:
    """The answer to a request that goes no further, None for one that may."""
    path = raw_path(scope)
    if LEADS_ELSEWHERE.match(unquote(path)):
        return Response.text(gettext("This page does not exist."), status=404)
    if published.public and scope["method"] not in METHODS:
        allowed = {"allow": ", ".join(METHODS)}
        return Response.text(gettext("This site is read-only."), status=405, headers=allowed)
    if published.public and path.startswith("/-/") and not path.startswith(TOLD_TO_STRANGERS):
        return Response.text(gettext("This page does not exist."), status=404)
    table = _table_at(path, published)
    if table is None:
        return None
    query = query_pairs(scope)
    if published.public and _facets(query) > MAX_FACETS:
        message = gettext("A page shows %(most)s facets of your choice at most.")
        return Response.text(message % {"most": MAX_FACETS}, status=400)
    known = published.column_names(table)
    column = _unknown_column(query, known)
    if column is None:
        return None
    message = gettext("There is no column '%(column)s'; the columns are: %(known)s.")
    named = {"column": column[:100], "known": ", ".join(known)}
    return Response.text(message % named, status=400)


def _table_at(path: str, published: Published) -> str | None:
    """The table that is shown at a path, as a page or in another form (`.json`, `.csv`)."""
    below = f"{published.path()}/"
    if not path.startswith(below):
        return None
    table = re.sub(r"\.\w+$", "", path.removeprefix(below))
    return table if table in published.tables else None


def _facets(query: list[tuple[str, str]]) -> int:
    """How many facets a query asks for."""
    return len([name for name, _ in query if name in FACETS])


def _unknown_column(query: list[tuple[str, str]], known: list[str]) -> str | None:
    """The first column in a query, of a facet or a sort order, that is not among the known ones."""
    for parameter, value in query:
        if parameter in COLUMN_PARAMETERS and value and value not in known:
            return value
    return None
