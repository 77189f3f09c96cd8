"""What the site answers where it cannot give what is asked, in the language of the visitor."""

from __future__ import annotations

import sys
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError

from openbaar.site.language import gettext, visit
from openbaar.site.published import Published


def language_of(published: Published) -> str:
    """The language of the page that is being made, among those of the publication."""
    spoken = visit().language
    return spoken if spoken in published.languages else published.languages[0]


def refusal(status: int, message: str, **names: str) -> DatasetteError:
    """An error to raise: Datasette shows its page with the message, the names filled in."""
    return DatasetteError(message % names, status=status)


def answer_to_error(request: Any, exception: BaseException) -> Response | None:
    """The answer to an unforeseen error: one line in the log, nothing of the machine on the page.

    None for the errors that Datasette raises on purpose, whose message is meant for the visitor.
    """
    if isinstance(exception, Base400 | DatasetteError):
        return None
    if isinstance(exception, QueryInterrupted | MemoryError):
        message = gettext("The query took too long or asked for too much, and was stopped.")
        return Response.text(message, status=400)
    reason = f"{type(exception).__name__}: {exception}"
    print(f"ERROR {request.method} {request.path}: {reason}", file=sys.stderr)
    return Response.text("Error 500", status=500)
