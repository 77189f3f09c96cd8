"""Answers that are kept: what was asked before is not made again.

The database of a publication never changes while it is served, so that an answer is the same to
everybody, but for the nonce that its scripts carry. It is kept as long as a cache in front of the
site may keep it, and so is what it says of a moment: that filters took too long to count.
"""

from __future__ import annotations

import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datasette.utils import tilde_decode

from openbaar.site.kept.kept_results import WRITTEN_BY_VISITORS
from openbaar.site.published import Published
from openbaar.site.requests.apart import Answer
from openbaar.site.requests.asgi import (
    APART,
    Application,
    Message,
    Receive,
    Scope,
    Send,
    header,
    header_of,
    query_pairs,
    raw_path,
)
from openbaar.site.requests.limits import SETTINGS

if TYPE_CHECKING:  # Datasette imports its plugins before this module of its own is complete
    from datasette.app import Datasette

SECONDS = SETTINGS["default_cache_ttl"]
MOST = 32_000_000  # bytes of all answers that a site keeps
LARGEST = 1_000_000  # bytes of one of them
OWN_CACHE = re.compile(r"(/\w+)?/(-|download)/")  # files, which browsers keep, and the machine
PERSONAL = (b"cookie", b"authorization", b"range", b"if-none-match", b"if-modified-since")
VARYING = (b"accept", b"accept-language", b"sec-fetch-site")  # what an answer may hang on
TYPES = ("text/html", "application/json")
NOT_KEPT = WRITTEN_BY_VISITORS | {"_trace"}
NONCE = re.compile(rb"'nonce-([\w-]+)'")
Key = tuple[str | bytes, ...]


@dataclass
class Shelf:
    """Answers by what was asked; those that were asked for longest ago go first."""

    clock: Callable[[], float] = time.monotonic
    bytes_held: int = 0
    answers: OrderedDict[Key, tuple[float, Answer]] = field(default_factory=OrderedDict)

    def get(self, key: Key) -> Answer | None:
        """The answer that is kept, if it is not too old."""
        if key not in self.answers:
            return None
        made, answer = self.answers[key]
        if self.clock() - made > SECONDS:
            self._drop(key)
            return None
        self.answers.move_to_end(key)
        return answer

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer, and let go of others where there is no room for it."""
        if key in self.answers:
            self._drop(key)
        self.answers[key] = (self.clock(), answer)
        self.bytes_held += len(answer.body)
        while self.bytes_held > MOST:
            self._drop(next(iter(self.answers)))

    def _drop(self, key: Key) -> None:
        _, answer = self.answers.pop(key)
        self.bytes_held -= len(answer.body)


def keeping(app: Application, datasette: Datasette, published: Published) -> Application:
    """`app`, an application of `datasette`, which makes an answer only where none is kept."""
    shelf = Shelf()

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if not _may_be_kept(scope, datasette, published):
            await app(scope, receive, send)
            return
        key = _key(scope, published)
        of_form = (*key, *(header(scope, name) for name in VARYING))
        answer = shelf.get(key) or shelf.get(of_form)
        if answer is not None:
            await _renewed(answer).send(send)
            return
        recorder = _Recorder(send)
        await app(scope, receive, recorder)
        if recorder.answer is not None:
            shelf.put(of_form if _varies(recorder.answer) else key, recorder.answer)

    return answering


def _key(scope: Scope, published: Published) -> Key:
    """What was asked: where the address of the site is known, it is that of each request."""
    asked = (raw_path(scope), scope["query_string"])
    if published.url is not None:
        return asked
    return (scope.get("scheme", "http"), header(scope, b"host"), *asked)


def _varies(answer: Answer) -> bool:
    """Whether an answer says that it hangs on what form or language a visitor accepts.

    See https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5.
    """
    return "accept" in header_of(answer.headers, b"vary").lower()


def _may_be_kept(scope: Scope, datasette: Datasette, published: Published) -> bool:
    """Whether everybody who asks this is answered alike, until the site ends."""
    if not _is_impersonal(scope):
        return False
    asked = published.addresses.asked(raw_path(scope)).path
    names = {name for name, _ in query_pairs(scope)}
    if OWN_CACHE.match(asked) or names & NOT_KEPT:
        return False
    first = tilde_decode(asked.split("/")[1].partition(".")[0])
    others = datasette.databases.keys() - {published.name}
    return first not in others and not _changes(datasette) and not _knows_visitors()


def _is_impersonal(scope: Scope) -> bool:
    """Whether a request only reads, and says nothing of who sends it."""
    if scope["type"] != "http" or scope["method"] != "GET" or APART in scope:
        return False
    headers = {name.lower() for name, _ in scope["headers"]}
    return headers.isdisjoint(PERSONAL)


def _changes(datasette: Datasette) -> bool:
    """Whether a database file that is shown may change."""
    return any(each.is_mutable and each.path for each in datasette.databases.values())


def _knows_visitors() -> bool:
    """Whether another plugin tells visitors apart, who may then see different pages."""
    from datasette.plugins import pm  # loads all plugins, of which this module is a part

    found = pm.hook.actor_from_request.get_hookimpls()
    return any(not each.plugin_name.startswith("datasette.") for each in found)


class _Recorder:
    """Sends on what an application sends, and remembers it: `answer`, where it can be kept."""

    def __init__(self, send: Send) -> None:
        self.answer: Answer | None = None
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Send a message on."""
        await self._send(message)
        if message["type"] == "http.response.start":
            self._start = message if _is_for_all(message) else None
        elif self._start is not None:
            self._body += message.get("body", b"")
            if len(self._body) > LARGEST:
                self._start = None
            elif not message.get("more_body"):
                headers = list(self._start["headers"])
                self.answer = Answer(self._start["status"], headers, self._body)


def _is_for_all(start: Message) -> bool:
    """Whether an answer that begins like this is a page or data, and the same for everybody."""
    headers = start.get("headers", [])
    is_private = re.search("private|no-store", header_of(headers, b"cache-control"))
    has_cookie = header_of(headers, b"set-cookie") != ""
    is_known = header_of(headers, b"content-type").startswith(TYPES)
    return start["status"] == 200 and is_known and not is_private and not has_cookie


def _renewed(answer: Answer) -> Answer:
    """The answer with another nonce: one that is known could mark a script of somebody else."""
    policy = header_of(answer.headers, b"content-security-policy").encode("latin-1")
    found = NONCE.search(policy)
    if found is None:
        return answer
    nonce = secrets.token_urlsafe(16).encode()
    headers = [(name, value.replace(found[1], nonce)) for name, value in answer.headers]
    return Answer(answer.status, headers, answer.body.replace(found[1], nonce))
