"""Every address of the site: its prefix, the language of a page, and the path below them.

    https://data.example/figures/en/wages/per_year?sector=care
                        └prefix┘└──┘└───────path─────────────┘

Inside the site, in templates and in Datasette, a path begins at the root: `/wages/per_year`. The
first language of a publication has no part of its own in addresses; files are the same in every
language and have none either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

# What is the same in every language: files, and what belongs to the site as a whole.
FILES = re.compile(
    r"/(?:download/[^/]+/.|catalog(?:[./]|$)|static/|-/|robots\.txt$|sitemap\.xml$|favicon\.ico$)"
)
# A browser reads `\` as `/`, and `//x` as another site.
LEADS_ELSEWHERE = re.compile(r"/[/\\]|/[^\\\x00-\x1f]*[\\\x00-\x1f]")
ATTRIBUTES = ("href", "src", "action", "formaction", "poster")  # whose values are addresses


def _links(quote: str) -> re.Pattern[str]:
    """What finds the addresses in a page that may begin at the root of a site.

    It looks for the sign before a value, and only then for the attribute before that: most of a
    page are marks of charts and cells, and this takes a fifth of the time.
    """
    before = "|".join(rf"(?<=\s{name}={quote})" for name in ATTRIBUTES)
    return re.compile(rf"={quote}(?=[/h])(?:{before})([^{quote}]*)")


LINKS = {quote: _links(quote) for quote in "\"'"}


def with_query(path: str, query: str) -> str:
    """An address with its query behind it, where there is one."""
    return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class Asked:
    """What an address asks for: a language, and a path from the root of the site."""

    language: str
    path: str


@dataclass(frozen=True)
class Addresses:
    """How the addresses of a site are made.

    `database` is the name in the addresses of tables and queries, `languages` are those of the
    publication, the first one first. `home` is the address at which the site is known, without a
    slash at the end, '' where that is not known; its path is the prefix of all addresses.
    """

    database: str
    languages: tuple[str, ...]
    home: str = ""

    @property
    def origin(self) -> str:
        """The scheme and the host of every address; '' where they are not known."""
        return self.home.removesuffix(self.prefix)

    @cached_property
    def prefix(self) -> str:
        """What the path of every address begins with: '' or '/figures'."""
        return urlsplit(self.home).path

    def of(self, path: str, language: str) -> str:
        """The address of a path from the root: with the prefix, and with the language of a page.

        A path may name its language itself: `/en/wages` is English, whatever `language` is.
        """
        return self.prefix + self.below_prefix(path, language)

    def below_prefix(self, path: str, language: str) -> str:
        """What `of` puts behind the prefix."""
        named, path = self._language_in(path)
        spoken = named or language
        if spoken == self.languages[0] or self._is_file(path):
            return path
        return f"/{spoken}{path}"

    def without_prefix(self, path: str) -> str:
        """The path of a request without the prefix, which a server in front may have taken away."""
        if self.prefix and f"{path}/".startswith(f"{self.prefix}/"):
            return path.removeprefix(self.prefix)
        return path

    def asked(self, path: str) -> Asked:
        """What a request asks for, with or without the prefix."""
        named, path = self._language_in(self.without_prefix(path))
        return Asked(named or self.languages[0], path)

    def _language_in(self, path: str) -> tuple[str | None, str]:
        """The language that a path from the root names, None for none, and the path without it."""
        match = self._beginning.match(path)
        if match is None:
            return None, path
        rest = path[match.end() :]
        return match[1], rest if rest.startswith("/") else f"/{rest}"

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        """The beginning of a path that names a language."""
        names = "|".join(re.escape(language) for language in self.languages)
        return re.compile(f"/({names})(?=[/?#]|$)")

    def _is_file(self, path: str) -> bool:
        """Whether a path is that of a file, or of rows in a form for machines."""
        path = before_query(path)
        if FILES.match(path) or path == f"/{self.database}.db":
            return True
        return path.startswith(f"/{self.database}/") and path.endswith((".csv", ".json"))

    def linked(self, page: str, language: str, origin: str) -> str:
        """A page with the addresses in it that begin at the root as they are outside of it.

        Datasette writes some with the `origin` of the site before them, and none with its prefix.

        >>> addresses = Addresses("wages", ("nl", "en"))
        >>> addresses.linked('<a href="/wages?x=1">', "en", "http://a.example")
        '<a href="/en/wages?x=1">'
        """

        for quote, links in LINKS.items():

            def outside(match: re.Match[str], before: str = f"={quote}") -> str:
                return before + self.outside(match[1], language, origin)

            page = links.sub(outside, page)
        return page

    def outside(self, address: str, language: str, origin: str) -> str:
        """An address that a page in `language` or Datasette gives, as it is outside of the site."""
        is_as_written = language == self.languages[0] and not self.prefix
        if is_as_written and not self._beginning.match(address):
            return address
        if leads_on(address):
            return self.of(address, language)
        if not self.prefix or not address.startswith(f"{origin}/"):
            return address
        path = address.removeprefix(origin)
        return origin + self.prefix + self.without_prefix(path)


def leads_on(path: str) -> bool:
    """Whether an address is a path from the root of a site, and cannot be read as another site."""
    return path.startswith("/") and LEADS_ELSEWHERE.match(unquote(before_query(path))) is None


def before_query(address: str) -> str:
    """An address without its query and fragment."""
    return address.partition("#")[0].partition("?")[0]
