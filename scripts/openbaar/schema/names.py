"""Which names, paths, addresses and dates an author may give.

Each function returns its argument, or raises ValueError that says what was expected. Table and
column names become SQL names, CSV headers and addresses, so they need no quoting anywhere.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from openbaar.schema.conventions import VERSION

# The keywords that SQLite refuses as a bare column name: those of
# https://www.sqlite.org/lang_keywords.html without the ones its parser falls back on as
# identifiers. A test asks SQLite itself.
SQL_KEYWORDS = frozenset(
    """add all alter and as autoincrement between case cast check collate commit constraint create
    current_date current_time current_timestamp default deferrable delete distinct drop else escape
    except exists foreign from group having if in index indexed insert intersect into is isnull join
    limit not nothing notnull null on or order primary raise references returning select set table
    then to transaction union unique update using values when where
    """.split()  # noqa: SIM905  as a list it would fill a page
)
# What the addresses of a site begin with where they lead to no page of the database.
ADDRESSES = ("cite", "download", "embed", "feed", "id", "rows", "search", "source", "static")
# Names that mean a row's number (https://www.sqlite.org/rowidtable.html) or, in full text search,
# how well a row fits (https://www.sqlite.org/fts5.html).
SQLITE_COLUMNS = ("rowid", "oid", "rank")


def check_name(name: str) -> str:
    """A table or column name: `[a-z][a-z0-9_]*`, at most 63 characters, no SQL keyword."""
    if not re.fullmatch("[a-z][a-z0-9_]{0,62}", name):
        expected = "small letters, digits and _, begin with a letter, at most 63 long"
        raise ValueError(f"the name '{name}' should be {expected}")
    if name in SQL_KEYWORDS:
        advice = f"choose another, such as '{name}_name'"
        raise ValueError(f"the name '{name}' is a keyword of SQL; {advice}")
    if name in SQLITE_COLUMNS or name.startswith("sqlite_") or name.endswith("_fts"):
        raise ValueError(f"the name '{name}' has a special meaning in SQLite; choose another")
    return name


def check_package_name(name: str) -> str:
    """A package name, which names the database and is the first part of each address."""
    if not re.fullmatch("[a-z][a-z0-9-]{0,62}", name):
        expected = "small letters, digits and -, begin with a letter, at most 63 long"
        raise ValueError(f"the name '{name}' should be {expected}")
    if name in ADDRESSES:
        raise ValueError(f"the name '{name}' has a special meaning in addresses; choose another")
    return name


def check_path(path: str) -> str:
    """A path inside the publication: relative, no `..`, no wildcard, variable or address."""
    parts = PurePosixPath(path).parts
    leads_out = path.startswith(("/", "~")) or ".." in parts
    special = re.search(r"[\\$*?\[\]:\x00-\x1f]", path)
    if not parts or leads_out or special:
        raise ValueError(f"the path '{path}' should be relative and stay inside the publication")
    return path


def check_source(path: str) -> str:
    """The path of a document: inside the publication, in `sources/`, where nothing is generated."""
    if not check_path(path).startswith("sources/"):
        raise ValueError(f"the path '{path}' should begin with sources/")
    return path


def check_address(address: str) -> str:
    """An address that may be shown as a link: http, https or mailto, without what ends one."""
    if urlsplit(address).scheme not in ("http", "https", "mailto"):
        raise ValueError(f"the address '{address}' should begin with https:, http: or mailto:")
    wrong = re.search(r"[\s\x00-\x1f\x7f<>\"]", address)
    if wrong:
        spelled = f"{wrong.group()!r}, which addresses spell '{quote(wrong.group())}'"
        raise ValueError(f"the address {address!r} may not hold {spelled}")
    return address


def check_site_address(address: str) -> str:
    """The address of a site: http or https and a host, and perhaps a path below which it is.

    It is returned without a slash at its end.
    """
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    is_web_address = parts.scheme in ("http", "https") and parts.netloc != ""
    has_more = parts.query != "" or parts.fragment != ""
    if not is_web_address or has_more or not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)*", path):
        raise ValueError("give http:// or https://, a host, and perhaps a path, without a query")
    return f"{parts.scheme}://{parts.netloc}{path}"


def check_date(text: str) -> str:
    """A day of the calendar, as `2024-02-29`. Raises ValueError for another text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ValueError(f"'{text}' should be a day of the calendar, such as 2024-02-29")
    return text


def check_email(text: str) -> str:
    """An address for mail: something, `@`, a host. Raises ValueError for another text.

    Nothing in it may end a link, or add to one: `?cc=` would send the mail to others too.
    """
    if not re.fullmatch(r"[^\s\x00-\x1f<>\"?,;:@\\]+@[\w-]+(?:\.[\w-]+)+", text):
        raise ValueError(f"'{text}' should be an address for mail, such as data@example.org")
    return text


Name = Annotated[str, AfterValidator(check_name)]
Version = Annotated[str, Field(pattern=f"^{VERSION}$", examples=["1.0.0"])]
Address = Annotated[str, AfterValidator(check_address)]
Date = Annotated[str, AfterValidator(check_date), Field(examples=["2024-02-29"])]
Email = Annotated[str, AfterValidator(check_email)]
