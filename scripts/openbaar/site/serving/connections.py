"""How long a server waits for those who connect to it."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 10.0  # seconds in which the head of a request must arrive whole


class ImpatientProtocol(H11Protocol):
    """Closes a connection on which no whole request arrives, which uvicorn keeps for ever."""

    giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on where the head of a request is still incomplete."""
        super().data_received(data)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop()
        elif self.giving_up is None:
            self.giving_up = self.loop.call_later(PATIENCE, self.transport.close)

    def _stop(self) -> None:
        if self.giving_up is not None:
            self.giving_up.cancel()
            self.giving_up = None
