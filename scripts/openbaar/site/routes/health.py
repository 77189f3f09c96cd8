"""Whether the site works, for programs that watch it: `/-/health`."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import Response

from openbaar.site.published import publication_of


async def health(datasette: Any, request: Any) -> Response:
    """200 and the version that is shown, where the database answers; else 503.

    The form is that of https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06.
    """
    published = publication_of(datasette)
    try:
        await datasette.get_database(published.name).execute("SELECT count(*) FROM _site")
    except sqlite3.Error:
        return _answer(503, {"status": "fail"})
    return _answer(200, {"status": "pass", "version": published.version})


def _answer(status: int, told: dict[str, str]) -> Response:
    headers = {"cache-control": "no-store"}
    answer = Response.json(told, status=status, headers=headers)
    answer.content_type = "application/health+json"
    return answer


ROUTES = [(r"/-/health$", health)]
