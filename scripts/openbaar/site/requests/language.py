"""In which language a page speaks: its address says so, and nothing else does.

So a page can be kept by caches and found by search engines in each language. `?lang=en`, which
chose a language before, leads to the page of that language for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import unquote, urlencode

from babel import Locale
from babel.support import NullTranslations
from datasette.utils.asgi import Response

from openbaar.site.requests.addresses import Addresses, leads_on, with_query
from openbaar.site.requests.asgi import (
    Application,
    Receive,
    Scope,
    Send,
    origin,
    query_pairs,
    raw_path,
)
from openbaar.site.requests.outside import outside
from openbaar.texts import catalogue, locale_of

PARAMETER = "lang"
OPEN = {"access-control-allow-origin": "*"}  # programs in pages of others follow the redirect too


@dataclass(frozen=True)
class Visit:
    """The page that is being made: its language, and its path from the root with its query.

    `first_language` is that of the publication, for what the toolkit does not say in `language`.
    """

    language: str = "en"
    path: str = "/"
    query: str = ""
    first_language: str = "en"

    def in_language(self, language: str) -> str:
        """The path of the same page in another language, for a link."""
        return with_query(f"/{language}{self.path}", self.query)


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
    return locale_of(visit().language)


def without_language(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The names and values of a query without the parameter that chose a language."""
    return [(name, value) for name, value in pairs if name != PARAMETER]


def speaking(
    app: Application, addresses: Addresses, is_column: Callable[[str], bool]
) -> Application:
    """The application below the prefix of the site, with a language for each page.

    `is_column` says of a path whether a page there may have a column `lang`, which `?lang=`
    filters; everywhere else `?lang=` belongs to an address of before.
    """
    first = addresses.languages[0]

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        moved = _moved(scope, addresses, is_column)
        if moved is not None:
            await Response.redirect(moved, status=301, headers=OPEN).asgi_send(send)
            return
        asked = addresses.asked(raw_path(scope))
        path = unquote(asked.path)
        scope = {**scope, "path": path, "raw_path": asked.path.encode("latin-1")}
        query = scope["query_string"].decode("latin-1")
        host = addresses.origin or origin(scope)
        token = _visit.set(Visit(asked.language, path, query, first_language=first))
        try:
            await app(scope, receive, outside(send, addresses, asked.language, host))
        finally:
            _visit.reset(token)

    return spoken


def _moved(scope: Scope, addresses: Addresses, is_column: Callable[[str], bool]) -> str | None:
    """The one address of what a request asks for, where it asks by another one; else None."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    path = addresses.without_prefix(raw_path(scope))
    asked = addresses.asked(path)
    language, pairs = asked.language, query_pairs(scope)
    wish = dict(pairs).get(PARAMETER)
    if wish in addresses.languages and not is_column(unquote(asked.path)):
        language, pairs = wish, without_language(pairs)
    elif path == addresses.below_prefix(asked.path or "/", language):
        return None
    address = addresses.of(asked.path or "/", language)
    if not leads_on(address):
        return None
    return with_query(address, urlencode(pairs))
