"""In which language a page speaks: asked in the address, remembered, or preferred by the browser.

`?lang=en` chooses a language and a cookie keeps it, so that addresses stay the same in each one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations

from openbaar.site.asgi import (
    Application,
    Headers,
    Receive,
    Scope,
    Send,
    header,
    query_pairs,
    with_headers,
)
from openbaar.site.negotiate import preferred
from openbaar.texts import catalogue

COOKIE = "lang"
PARAMETER = "lang"
YEAR = 365 * 24 * 60 * 60  # seconds


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
        pairs = without_language(parse_qsl(self.query, keep_blank_values=True))
        pairs.append((PARAMETER, language))
        return f"{self.path}?{urlencode(pairs)}"


_visit: ContextVar[Visit] = ContextVar("visit", default=Visit())  # noqa: B039  it is frozen


def visit() -> Visit:
    """The page that is being made now."""
    return _visit.get()


def words() -> NullTranslations:
    """What the toolkit says, in the language of the visit."""
    return catalogue(visit().language, visit().first_language)


def gettext(message: str) -> str:
    """The message in the language of the visit."""
    return str(words().gettext(message))


def ngettext(singular: str, plural: str, number: int) -> str:
    """The message for that number of things, in the language of the visit."""
    return str(words().ngettext(singular, plural, number))


def locale() -> Locale:
    """How the language of the visit writes numbers."""
    try:
        return Locale.parse(visit().language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def without_language(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The names and values of a query without the parameter that chooses a language."""
    return [(name, value) for name, value in pairs if name != PARAMETER]


def chosen(
    languages: Sequence[str], asked: str | None, remembered: str | None, accepted: str
) -> str:
    """The language of a page: asked for, else remembered, else what the browser prefers.

    `accepted` is an Accept-Language header
    (https://www.rfc-editor.org/rfc/rfc9110#field.accept-language).
    """
    for wish in (asked, remembered):
        if wish is not None and wish in languages:
            return wish
    return preferred(accepted, languages)


def speaking(
    app: Application, languages: Sequence[str], is_column: Callable[[str], bool]
) -> Application:
    """The application with a language for each page, out of `languages`.

    It takes `lang=` out of the query, where Datasette would look for a column of that name, unless
    `is_column` says that the page at this path may have one; then only the cookie and the browser
    choose.
    """

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        asked = None if is_column(scope["path"]) else _asked(scope, languages)
        if asked is not None:
            query = urlencode(without_language(query_pairs(scope)))
            scope = {**scope, "query_string": query.encode("latin-1")}
        remembered = _remembered(header(scope, b"cookie"))
        language = chosen(languages, asked, remembered, header(scope, b"accept-language"))
        query = scope["query_string"].decode("latin-1")
        token = _visit.set(Visit(language, scope["path"], query, first_language=languages[0]))
        try:
            await app(scope, receive, _announcing(send, language, remember=asked is not None))
        finally:
            _visit.reset(token)

    return spoken


def _asked(scope: Scope, languages: Sequence[str]) -> str | None:
    """The language that the address asks for; None where it asks for none of ours."""
    wish = dict(query_pairs(scope)).get(PARAMETER)
    return wish if wish in languages else None


def _remembered(cookies: str) -> str | None:
    """The language that the cookie keeps."""
    try:
        cookie = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _announcing(send: Send, language: str, remember: bool) -> Send:
    """`send`, with headers that say the language of a page, and a cookie if asked to `remember`."""

    def change(_status: int, headers: Headers) -> Headers:
        if _is_html(headers):
            headers.append((b"content-language", language.encode()))
            headers.append((b"vary", b"Accept-Language, Cookie"))
        if remember:
            cookie = f"{COOKIE}={language}; Path=/; Max-Age={YEAR}; SameSite=Lax"
            headers.append((b"set-cookie", cookie.encode()))
        return headers

    return with_headers(send, change)


def _is_html(headers: Headers) -> bool:
    return any(name.lower() == b"content-type" and b"text/html" in value for name, value in headers)
