"""Patience with queries and with what is answered apart, for tests that are not about their limits.

What a busy machine lets wait may not be done in time: a copy that answers is the last to get a
processor.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import setitem
from typing import Any

from openbaar.site import application
from openbaar.site.pages import chips
from openbaar.site.requests import limits
from openbaar.site.requests.apart import Answer, ForkServer
from openbaar.site.requests.asgi import Scope
from openbaar.site.routes import search

SECONDS = 600  # instead of those of a gate or a query
MILLISECONDS = SECONDS * 1000
_in_time = ForkServer.answer


async def answer(server: ForkServer, scope: Scope, _seconds: float, memory: int) -> Answer | None:
    """What `ForkServer.answer` gives, however long that takes."""
    return await _in_time(server, scope, SECONDS, memory)


def begin(
    set_attribute: Callable[[Any, str, Any], None] = setattr,
    set_item: Callable[[Any, str, Any], None] = setitem,
) -> None:
    """Have this process be patient, for as long as what is set here stands."""
    set_attribute(ForkServer, "answer", answer)
    for module in (chips, search):
        set_attribute(module, "TIME_LIMIT", MILLISECONDS)
    for settings in (application.SETTINGS, limits.SETTINGS):
        set_item(settings, "sql_time_limit_ms", MILLISECONDS)
    set_item(application.SETTINGS, "facet_time_limit_ms", MILLISECONDS)
