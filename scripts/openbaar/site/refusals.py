"""What the site answers where it cannot give what is asked, in the language of the visitor."""

from __future__ import annotations

import sys
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError

from openbaar.site.language import visit
from openbaar.site.published import Published, word


def language_of(published: Published) -> str:
    """The language of the page that is being made, among those of the publication."""
    spoken = visit().language
    return spoken if spoken in published.languages else published.languages[0]


def refusal(published: Published, status: int, key: str, **names: str) -> DatasetteError:
    """An error to raise: Datasette shows a page with the text `key`, the names filled in."""
    return DatasetteError(word(key, language_of(published)).format(**names), status=status)


def answer_to_error(
    published: Published, request: Any, exception: BaseException
) -> Response | None:
    """The answer to an unforeseen error: one line in the log, nothing of the machine on the page.

    None for the errors that Datasette raises on purpose, whose message is meant for the visitor.
    """
    if isinstance(exception, Base400 | DatasetteError):
        return None
    if isinstance(exception, QueryInterrupted | MemoryError):
        return Response.text(word("query_stopped", language_of(published)), status=400)
    reason = f"{type(exception).__name__}: {exception}"
    print(f"ERROR {request.method} {request.path}: {reason}", file=sys.stderr)
    return Response.text("Error 500", status=500)
