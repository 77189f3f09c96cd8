"""Patience with what is answered apart, for tests that are not about how long that may take.

A copy that answers is the last to get a processor, so on a busy machine its time may be up before
it has begun.
"""

from __future__ import annotations

from openbaar.site.requests.apart import Answer, ForkServer
from openbaar.site.requests.asgi import Scope

SECONDS = 600.0  # instead of those of the gate
_in_time = ForkServer.answer


async def answer(server: ForkServer, scope: Scope, _seconds: float, memory: int) -> Answer | None:
    """What `ForkServer.answer` gives, however long that takes."""
    return await _in_time(server, scope, SECONDS, memory)


def begin() -> None:
    """Have this process be patient as long as it runs."""
    ForkServer.answer = answer  # type: ignore[method-assign]
