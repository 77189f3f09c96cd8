"""What the site answers where it cannot give what is asked, in the language of the visitor."""

from __future__ import annotations

import re
import sqlite3
import sys
from traceback import walk_tb
from typing import Any

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError

from openbaar.site.published import Published
from openbaar.site.requests.asgi import Application, Message, Receive, Scope, Send, raw_path
from openbaar.site.requests.language import gettext, visit
from openbaar.site.requests.limits import TooLargeError
from openbaar.site.serving.error_log import shortened

# Where Datasette reads addresses, and what it raises for those that it did not foresee.
READERS = ("datasette.views.", "datasette.utils", "datasette.filters", "datasette.facets")
MISREAD = (
    AssertionError,
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    sqlite3.OperationalError,
    sqlite3.ProgrammingError,
)
INTERRUPTED = "SQL Interrupted"  # the title of what Datasette raises where time is up
FORM_FOR_MACHINES = re.compile(r"\.(csv|json)$")
LONGEST = 200  # characters of a path in the log


def language_of(published: Published) -> str:
    """The language of the page that is being made, among those of the publication."""
    spoken = visit().language
    return spoken if spoken in published.languages else published.languages[0]


def refusal(status: int, message: str, **names: str) -> DatasetteError:
    """An error to raise: Datasette shows its page with the message, the names filled in."""
    return DatasetteError(message % names, status=status)


def answer_to_error(method: str, path: str, exception: BaseException) -> Response | None:
    """The answer to an unforeseen error: one line in the log, nothing of the machine on the page.

    None for the errors that Datasette raises on purpose, whose message is meant for the visitor.
    """
    if isinstance(exception, DatasetteError) and exception.status == 500:
        # Its default, for what visitors ask of tables that no rule of `screening` knows.
        return Response.text(str(exception.message), status=400)
    if isinstance(exception, Base400 | DatasetteError):
        return None
    print(log_line(method, path, exception), file=sys.stderr)
    if isinstance(exception, MISREAD) and _is_of_datasette(exception):
        return Response.text(gettext("This address cannot be read."), status=400)
    return Response.text("Error 500", status=500)


def is_stopped(exception: BaseException) -> bool:
    """Whether a query was stopped because it took too long or asked for too much."""
    if isinstance(exception, DatasetteError):
        return bool(exception.title == INTERRUPTED)
    return isinstance(exception, QueryInterrupted | MemoryError | TooLargeError)


async def stopped(datasette: Any, request: Request) -> Response:
    """The answer where a query was stopped: a page keeps the SQL, so that it can be changed."""
    message = gettext("The query took too long or asked for too much, and was stopped.")
    if FORM_FOR_MACHINES.search(raw_path(request.scope)):
        return Response.text(message, status=400)
    context = {
        "title": gettext("The query was stopped"),
        "error": message,
        "status": 400,
        "stopped": True,
        "sql": request.args.get("sql"),
    }
    try:
        page = await datasette.render_template("error.html", context, request=request)
    except MemoryError:  # where the query left none for a page
        return Response.text(message, status=400)
    return Response.html(page, status=400)


def log_line(method: str, path: str, exception: BaseException) -> str:
    """An error in one short line, without folders of the host and addresses in memory."""
    shown = " ".join(path[:LONGEST].split())
    return f"ERROR {method} {shown}: {shortened(f'{type(exception).__name__}: {exception}')}"


def _is_of_datasette(exception: BaseException) -> bool:
    """Whether a page of Datasette failed at what it had read, and none of our own code did."""
    frames = [frame for frame, _ in walk_tb(exception.__traceback__)]
    modules = [str(frame.f_globals.get("__name__")) for frame in frames]
    concerned = [name for name in modules if name.startswith(("openbaar.", *READERS))]
    return bool(concerned) and concerned[-1].startswith(READERS)


def always_answered(app: Application) -> Application:
    """`app`, with an answer where it raises an error instead of giving one."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except Exception as error:
            print(log_line(scope["method"], raw_path(scope), error), file=sys.stderr)
            if (
                begun
            ):  # it ends here: the server closes the connection, so that nobody takes it whole
                return
            await Response.text("Error 500", status=500).asgi_send(send)

    return answered
