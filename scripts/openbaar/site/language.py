"""In which language a page speaks: asked for in the address, remembered, or preferred by the browser.

`?lang=en` chooses a language and a cookie keeps it, so that addresses stay the same in each one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from babel import Locale, UnknownLocaleError

from openbaar.site.negotiate import preferred
from openbaar.texts import catalogue

COOKIE = "lang"
PARAMETER = "lang"
YEAR = 365 * 24 * 60 * 60
Scope = dict[str, Any]
Application = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]


@dataclass(frozen=True)
class Visit:
    """The page that is being made: its language and its path, as asked for.

    `first_language` is that of the publication, for what the toolkit does not say in `language`.
    """

    language: str = "en"
    path: str = "/"
    query: str = ""
    first_language: str = "en"

    def in_language(self, language: str) -> str:
        """The address of the same page in another language."""
        kept = [
            (key, value)
            for key, value in parse_qsl(self.query, keep_blank_values=True)
            if key != PARAMETER
        ]
        return f"{self.path}?{urlencode([*kept, (PARAMETER, language)])}"


_visit: ContextVar[Visit] = ContextVar("visit", default=Visit())  # noqa: B039  it is frozen


def visit() -> Visit:
    """The page that is being made now."""
    return _visit.get()


def gettext(message: str) -> str:
    """The message in the language of the visit."""
    words = catalogue(visit().language, visit().first_language)
    return str(words.gettext(message))


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for that number of things, in the language of the visit."""
    words = catalogue(visit().language, visit().first_language)
    return str(words.ngettext(singular, plural, number))


def locale() -> Locale:
    """How the language of the visit writes numbers."""
    try:
        return Locale.parse(visit().language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def chosen(
    languages: Sequence[str], asked: str | None, remembered: str | None, accepted: str
) -> str:
    """The language of a page: asked for, else remembered, else the dearest to the browser, else the first one.

    `accepted` is an Accept-Language header (https://www.rfc-editor.org/rfc/rfc9110#field.accept-language).
    """
    for wish in (asked, remembered):
        if wish in languages:
            return str(wish)
    return preferred(accepted, languages)


def speaking(
    app: Application, languages: Callable[[], Sequence[str]], is_column: Callable[[str], bool]
) -> Application:
    """The application with a language for each page.

    It takes `lang=` out of the query, where Datasette would look for a column of that name, unless the path is that
    of a table which has one (`is_column`); then only the cookie and the browser choose.
    """

    async def spoken(scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        known = languages() if scope["type"] == "http" else []
        if not known:
            await app(scope, receive, send)
            return
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = None if is_column(scope["path"]) else dict(pairs).get(PARAMETER)
        if asked in known:
            pairs = [pair for pair in pairs if pair[0] != PARAMETER]
            scope = {**scope, "query_string": urlencode(pairs).encode("latin-1")}
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        language = chosen(
            known, asked, _remembered(headers.get("cookie", "")), headers.get("accept-language", "")
        )
        query = scope["query_string"].decode("latin-1")
        token = _visit.set(Visit(language, scope["path"], query, first_language=known[0]))
        try:
            await app(scope, receive, _sending(send, language, remember=asked in known))
        finally:
            _visit.reset(token)

    return spoken


def _remembered(header: str) -> str | None:
    """The language that the cookie keeps."""
    try:
        cookie = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _sending(send: Callable[..., Any], language: str, remember: bool) -> Callable[..., Any]:
    """`send`, with the headers about the language on each page of HTML."""

    async def sent(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            if any(
                name.lower() == b"content-type" and b"text/html" in value for name, value in headers
            ):
                headers += [
                    (b"content-language", language.encode()),
                    (b"vary", b"Accept-Language, Cookie"),
                ]
            if remember:
                cookie = f"{COOKIE}={language}; Path=/; Max-Age={YEAR}; SameSite=Lax"
                headers.append((b"set-cookie", cookie.encode()))
            message = {**message, "headers": headers}
        await send(message)

    return sent
