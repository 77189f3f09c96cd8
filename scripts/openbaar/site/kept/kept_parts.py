"""Parts of pages that are kept: what hangs on nothing that a visitor chose is made once.

The page of a table is another one for each filter and each order, but its words, remarks, chart,
files and citations are the same on all of them. So are the parts of the home page, and those of a
page of a question for which nothing was chosen. Templates write such a part between
`{% call kept("name") %}` and `{% endcall %}`; nothing in it may hang on the query of the address,
nor on who visits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from markupsafe import Markup

from openbaar.site.published import Published
from openbaar.site.requests.language import visit

MOST_PAGES = 200  # of a publication, each in one language; a long table has parts of 100 kB
Write = Callable[[], Awaitable[Markup]]
Key = tuple[str, ...]


@dataclass(frozen=True)
class KeptPage:
    """What is kept of a page: the variables of its templates, and its parts as HTML by name."""

    variables: dict[str, Any]
    parts: dict[str, Markup] = field(default_factory=dict)

    async def part(self, name: str, is_usual: bool = True, *, caller: Write) -> Markup:
        """A part of the page, which `caller` writes; each time where it is not the usual one."""
        if not is_usual:
            return await caller()
        if name not in self.parts:
            self.parts[name] = await caller()
        return self.parts[name]


async def written(_name: str, _is_usual: bool = True, *, caller: Write) -> Markup:
    """A part of a page of which nothing is kept."""
    return await caller()


_kept: WeakKeyDictionary[Published, OrderedDict[Key, KeptPage]] = WeakKeyDictionary()


async def kept_page(
    published: Published,
    name: str,
    request: Any,
    make: Callable[[], Awaitable[dict[str, Any]]],
) -> KeptPage:
    """What is kept of the page of the table or the question `name`, in the language of the visit.

    The home page has no name. `make` finds the variables that are always the same. Where the
    address of the site is not known, that of the request is in some of them. Those that were asked
    for longest ago go first.
    """
    pages = _kept.setdefault(published, OrderedDict())
    key = (name, visit().path, visit().language, published.address("", request))
    page = pages.get(key)
    if page is None:
        page = pages.setdefault(key, KeptPage(await make()))
    pages.move_to_end(key)
    while len(pages) > MOST_PAGES:
        pages.popitem(last=False)
    return page


def of_all_pages() -> Callable[..., Awaitable[Markup]]:
    """What writes a part that all pages in a language have, as `KeptPage.part` does."""
    pages: dict[str, KeptPage] = {}

    async def part(name: str, *, caller: Write) -> Markup:
        page = pages.setdefault(visit().language, KeptPage({}))
        return await page.part(name, caller=caller)

    return part
