"""What a request must be like to be looked at; what is not is answered with the reason.

Datasette takes each parameter on trust, and answers an unforeseen one with an error of the site.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote

from datasette.utils import tilde_decode
from datasette.utils.asgi import Response

from openbaar.schema.conventions import ROW_NUMBER
from openbaar.site.published import Published
from openbaar.site.requests.addresses import LEADS_ELSEWHERE
from openbaar.site.requests.asgi import (
    Application,
    Receive,
    Scope,
    Send,
    header,
    query_pairs,
    raw_path,
)
from openbaar.site.requests.language import gettext

MAX_ADDRESS = 8_000  # bytes of a path and its query, as nginx takes them; browsers send fewer
MAX_NAME = 250  # bytes of a part of a path: file systems have no longer names
METHODS = ("GET", "HEAD", "OPTIONS")
AT_HOME = (*METHODS, "POST", "PUT", "PATCH", "DELETE")  # those that Datasette knows
# Below /-/ the rest is about the machine.
TOLD_TO_STRANGERS = ("/-/static/", "/-/static-plugins/", "/-/health")
FACETS = ("_facet", "_facet_array", "_facet_date")
MAX_FACETS = 4  # that a visitor adds to those of the authors: each one reads the whole table
COLUMN_PARAMETERS = (*FACETS, "_sort", "_sort_desc", "_json")
FORM = re.compile(r"\.\w+$")  # of what a path shows: `.json`, `.csv`
HIDDEN = re.compile(r"_|sqlite_|\w+_fts(_|\.|$)")  # names of tables that are not published
Rule = Callable[["Asked"], Response | None]


@dataclass(frozen=True)
class Asked:
    """A request to the site of a publication."""

    scope: Scope
    published: Published

    @cached_property
    def path(self) -> str:
        """The path from the root of the site, as it was sent."""
        return raw_path(self.scope)

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The names and values of the query, in order."""
        return query_pairs(self.scope)

    @cached_property
    def below_database(self) -> list[str]:
        """The parts of the path below the database: a table or a query, and a row."""
        name, *parts = [tilde_decode(part) for part in self.path.split("/")[1:]]
        return parts if name == self.published.name else []

    @cached_property
    def table(self) -> str | None:
        """The table whose page, rows or row is asked for."""
        if not self.below_database:
            return None
        name = self.below_database[0]
        if len(self.below_database) == 1:
            name = FORM.sub("", name)
        return name if name in self.published.tables else None


def screened(app: Application, published: Published) -> Application:
    """`app` for requests that keep all rules; the first one that is broken answers the others."""

    async def screening(scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope, published)
        for rule in RULES:
            refusal = rule(asked)
            if refusal is not None:
                await refusal.asgi_send(send)
                return
        await app(scope, receive, send)

    return screening


def is_short(asked: Asked) -> Response | None:
    """Longer addresses are 414 (https://www.rfc-editor.org/rfc/rfc9110#status.414)."""
    if len(asked.path) + len(asked.scope["query_string"]) <= MAX_ADDRESS:
        return None
    return Response.text(gettext("This address is too long."), status=414)


def is_text(asked: Asked) -> Response | None:
    """Bytes that are no text are 400: in the path ASCII with percent signs, in cookies UTF-8."""
    if not asked.path.isascii():
        return Response.text(gettext("This address cannot be read."), status=400)
    try:
        SimpleCookie(header(asked.scope, b"cookie").encode("latin-1").decode("utf-8"))
    except (UnicodeDecodeError, CookieError):
        message = gettext("The cookies that came with this request cannot be read.")
        return Response.text(message, status=400)
    return None


def is_here(asked: Asked) -> Response | None:
    """Paths that lead elsewhere, or to no name at all, are 404."""
    parts = [unquote(tilde_decode(part)) for part in asked.path.split("/")]
    longest = max(len(part.encode("utf-8", "replace")) for part in parts)
    has_nul = any("\0" in part for part in parts)
    if has_nul or longest > MAX_NAME or LEADS_ELSEWHERE.match(unquote(asked.path)):
        return _no_page()
    return None


def is_open(asked: Asked) -> Response | None:
    """Strangers only read, and read nothing about the machine."""
    methods = METHODS if asked.published.public else AT_HOME
    if asked.scope["method"] not in methods:
        allowed = {"allow": ", ".join(methods)}
        return Response.text(gettext("This site is read-only."), status=405, headers=allowed)
    if not asked.published.public:
        return None
    if asked.path.startswith("/-/") and not asked.path.startswith(TOLD_TO_STRANGERS):
        return _no_page()
    return None


def is_published(asked: Asked) -> Response | None:
    """The tables that only the site reads, such as those of its search, have no pages."""
    if not asked.below_database or asked.table is not None:
        return None
    return _no_page() if HIDDEN.match(asked.below_database[0]) else None


def has_query(asked: Asked) -> Response | None:
    """A whole database has no CSV: that of its queries needs `sql`."""
    names = [name for name, _ in asked.query]
    if asked.path == f"{asked.published.path()}.csv" and "sql" not in names:
        return _no_page()
    return None


def has_known_columns(asked: Asked) -> Response | None:
    """Columns that a table does not have are 400."""
    if asked.table is None:
        return None
    known = asked.published.column_names(asked.table)
    for column in _columns_named(asked):
        if column not in known:
            message = gettext("There is no column '%(column)s'; the columns are: %(known)s.")
            named = {"column": column[:100], "known": ", ".join(known)}
            return Response.text(message % named, status=400)
    return None


def _columns_named(asked: Asked) -> list[str]:
    """The columns that the query of an address names.

    A page says itself by which ones no row can be found; a file of rows would only be empty.
    """
    is_file = len(asked.below_database) == 1 and FORM.search(asked.path) is not None
    sorted_by_authors = asked.published.sorted
    named = []
    for parameter, value in asked.query:
        if parameter == "_sort" and value == ROW_NUMBER and asked.table not in sorted_by_authors:
            continue  # in the link to the next page
        if parameter in COLUMN_PARAMETERS and value:
            named.append(value)
        elif is_file and not parameter.startswith("_"):
            named.append(parameter.split("__")[0])
    return named


def has_few_facets(asked: Asked) -> Response | None:
    """Strangers add a few facets to those of the authors."""
    facets = [name for name, _ in asked.query if name in FACETS]
    if asked.published.public and len(facets) > MAX_FACETS:
        message = gettext("A page shows %(most)s facets of your choice at most.")
        return Response.text(message % {"most": MAX_FACETS}, status=400)
    return None


def has_whole_key(asked: Asked) -> Response | None:
    """The key of a row has as many parts as the primary key of its table."""
    if asked.table is None or len(asked.below_database) != 2:
        return None
    key = FORM.sub("", asked.path.rsplit("/", 1)[-1])
    columns = asked.published.keys(asked.table)
    if len(key.split(",")) == len(columns):
        return None
    message = gettext("The table '%(name)s' has no row or version '%(row)s'.")
    row = asked.below_database[1][:100]
    return Response.text(message % {"name": asked.table, "row": row}, status=404)


def has_readable_names(asked: Asked) -> Response | None:
    """Names of parameters are 400 with a NUL, which SQL cannot hold, or with an unknown facet."""
    for name, _ in asked.query:
        is_facet = name.startswith("_facet") and name not in (*FACETS, "_facet_size")
        if "\0" in name or is_facet:
            return Response.text(gettext("This address cannot be read."), status=400)
    return None


def has_readable_values(asked: Asked) -> Response | None:
    """Parameters that Datasette reads as numbers, yes or no, or JSON are readable as such."""
    for parameter, value in asked.query:
        form = VALUES.get(parameter)
        if form is not None and not form(value):
            message = gettext("The value of '%(parameter)s' in this address cannot be read.")
            return Response.text(message % {"parameter": parameter}, status=400)
    return None


def _is_number(value: str) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", value) is not None


def _is_yes_or_no(value: str) -> bool:
    return value.lower() in ("on", "true", "1", "off", "false", "0")


def _is_through(value: str) -> bool:
    """Whether it is a row of another table: `{"table": …, "column": …, "value": …}`."""
    try:
        through = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(through, dict) and {"table", "column", "value"} <= through.keys()


# https://docs.datasette.io/en/0.65.2/json_api.html
VALUES: dict[str, Callable[[str], bool]] = {
    "_timelimit": _is_number,
    "_ttl": _is_number,
    "_json_infinity": _is_yes_or_no,
    "_through": _is_through,
}


def _no_page() -> Response:
    return Response.text(gettext("This page does not exist."), status=404)


RULES: tuple[Rule, ...] = (
    is_short,
    is_text,
    is_here,
    is_open,
    is_published,
    has_query,
    has_few_facets,
    has_known_columns,
    has_whole_key,
    has_readable_names,
    has_readable_values,
)
