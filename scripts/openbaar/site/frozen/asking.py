"""Asking the site for its pages in this process, without a server and without a client."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.site.requests.apart import Answer, answered, scope_of
from openbaar.site.requests.asgi import Application

HEADERS = [("host", "localhost"), ("accept", "text/html")]  # of each request
AS_IT_IS = "/%~!$&'()*+,;=:@"  # in the path of a request


class Asking:
    """A site that is asked, as an application."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def answer(self, address: str) -> Answer:
        """What the site answers; a client would take a tenth of the time."""
        path, _, query = address.partition("?")
        asked = {"method": "GET", "scheme": "http", "http_version": "1.1", "headers": HEADERS}
        asked |= {
            "path": unquote(path),
            "raw_path": quote(path, safe=AS_IT_IS),
            "query_string": query,
        }
        return await answered(self._app, scope_of(asked))

    async def answer_with(self, status: HTTPStatus, address: str) -> Answer:
        """What the site answers. Raises OpenbaarError where it answers with another status."""
        answer = await self.answer(address)
        if answer.status != status:
            message = f"answers with status {answer.status}"
            raise OpenbaarError(Problem(Place(address), message))
        return answer

    async def data(self, address: str) -> Any:
        """What the site answers as JSON. Raises OpenbaarError where it answers an error."""
        answer = await self.answer_with(HTTPStatus.OK, address)
        return json.loads(answer.body)
