"""What strangers may not do to a site, and what a browser may do with its pages.

Each step is an ASGI application around the next one, and does one thing.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from urllib.parse import urlsplit

from jinja2 import Environment
from jinja2.ext import Extension

from openbaar.site.pages.pictures import EMBED
from openbaar.site.published import Published
from openbaar.site.requests.asgi import (
    Application,
    Headers,
    Receive,
    Scope,
    Send,
    header_of,
    origin,
    raw_path,
    with_headers,
)
from openbaar.site.requests.limits import SETTINGS
from openbaar.site.routes.downloads import FOR_EVER
from openbaar.site.routes.signposts import link_header

STATIC = "/-/static-plugins/openbaar/"
SCRIPT_WITHOUT_NONCE = re.compile(r"<script(?![^>]*\bnonce=)")
CSP = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
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
        if published.addresses.asked(raw_path(scope)).path.startswith(EMBED):
            wanted = framable(wanted)
        if is_https:
            wanted["strict-transport-security"] = "max-age=31536000"

        def change(_status: int, headers: Headers) -> Headers:
            sent = _of_a_picture(wanted) if _is_pixels(headers) else wanted
            replaced = _replaced(headers, sent)
            return _with_secure_cookies(replaced) if is_https else replaced

        token = _nonce.set(nonce)
        try:
            await app(scope, receive, with_headers(send, change))
        finally:
            _nonce.reset(token)

    return secured


def with_caching(app: Application, published: Published) -> Application:
    """Answers say how long they may be kept, unless they say so themselves.

    Addresses of our own static files change with their content. Everything else of a public site
    may be kept as long as its pages.
    """
    short = f"public, max-age={SETTINGS['default_cache_ttl']}" if published.public else "no-cache"

    async def cached(scope: Scope, receive: Receive, send: Send) -> None:
        is_dated = STATIC in raw_path(scope) and scope["query_string"] != b""
        wanted = FOR_EVER if is_dated else short

        def change(status: int, headers: Headers) -> Headers:
            if status not in (200, 304) or header_of(headers, b"cache-control"):
                return headers
            return [*headers, (b"cache-control", wanted.encode())]

        await app(scope, receive, with_headers(send, change))

    return cached


def _with_secure_cookies(headers: Headers) -> Headers:
    """The headers, cookies among them being sent back by https alone."""
    changed = []
    for name, value in headers:
        is_cookie = name.lower() == b"set-cookie"
        changed.append((name, value + b"; Secure" if is_cookie else value))
    return changed


def _is_pixels(headers: Headers) -> bool:
    """Whether an answer is a picture of pixels, which unlike SVG can hold no script or style."""
    return header_of(headers, b"content-type") == "image/png"


def _of_a_picture(wanted: dict[str, str]) -> dict[str, str]:
    """The headers of a picture, which a browser lays out by a style of its own when it is alone."""
    return {name: value for name, value in wanted.items() if name != "content-security-policy"}


def framable(wanted: dict[str, str]) -> dict[str, str]:
    """The headers of a page that other sites may frame, which no other page is."""
    policy = wanted["content-security-policy"]
    policy = policy.replace("frame-ancestors 'none'", "frame-ancestors *")
    kept = {name: value for name, value in wanted.items() if name != "x-frame-options"}
    return {**kept, "content-security-policy": policy}


def with_link_header(app: Application, published: Published) -> Application:
    """Pages of tables say in their `Link` header where machines find more."""

    async def linked(scope: Scope, receive: Receive, send: Send) -> None:
        def change(status: int, headers: Headers) -> Headers:
            if status != 200:
                return headers
            sent = header_of(headers, b"link")
            link = link_header(published, raw_path(scope), origin(scope), sent)
            return _replaced(headers, {"link": link}) if link else headers

        await app(scope, receive, with_headers(send, change))

    return linked


def _replaced(headers: Headers, wanted: dict[str, str]) -> Headers:
    """The headers with those of `wanted` instead of others of the same name."""
    ours = [(name.encode(), value.encode("latin-1", "ignore")) for name, value in wanted.items()]
    names = {name for name, _ in ours}
    return [pair for pair in headers if pair[0].lower() not in names] + ours
