"""Asking a repository over HTTP: what it refuses is told in a sentence."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

from openbaar.errors import OpenbaarError, Place, Problem

SECONDS = 60  # without an answer
LOCAL = ("127.0.0.1", "localhost", "::1")
REFUSALS = {
    401: "the token is not accepted",
    403: "the token does not allow this",
    404: "there is no such interface here",
    413: "a file is too large for it",
    429: "it was asked too often; try again later",
}


class Repository:
    """The interface of a repository at an address, asked with a token.

    A token goes to that host only: redirects are not followed.
    """

    def __init__(self, address: str, authorization: str) -> None:
        _check_address(address)
        self.address = address.rstrip("/")
        self._client = httpx.Client(
            base_url=self.address,
            headers={"authorization": authorization},
            timeout=SECONDS,
        )

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **sent: Any) -> Any:
        """The answer as data. Raises OpenbaarError with what the repository says in refusal."""
        answer = self._answer(method, path, sent)
        if answer.is_error:
            raise self._refused(answer)
        return None if answer.status_code == httpx.codes.NO_CONTENT else self._data(answer)

    def part(self, answer: Any, *keys: str) -> Any:
        """What an answer has under `keys`, each inside the one before.

        Raises OpenbaarError where it has none: then something else answers than was thought.
        """
        found = answer
        for key in keys:
            if not isinstance(found, dict) or key not in found:
                message = f"answers without '{'.'.join(keys)}'"
                raise self._problem(message, "look whether such a repository is at this address")
            found = found[key]
        return found

    def find(self, path: str, **sent: Any) -> Any:
        """What is at a path, as data; None where nothing is. Raises as `ask` does."""
        answer = self._answer("GET", path, sent)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.is_error:
            raise self._refused(answer)
        return self._data(answer)

    def _answer(self, method: str, path: str, sent: dict[str, Any]) -> httpx.Response:
        try:
            answer = self._client.request(method, path, **sent)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            message = f"cannot be reached: {reason}"
            raise self._problem(message, "look at the address") from error
        if answer.is_redirect:
            other = answer.headers.get("location", "")
            message = f"leads on to {other}"
            raise self._problem(message, "give that address to --to")
        return answer

    def _data(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            message = "answers with something that is no JSON"
            raise self._problem(message, "look at the address") from error

    def _refused(self, answer: httpx.Response) -> OpenbaarError:
        known = REFUSALS.get(answer.status_code, f"status {answer.status_code}")
        said = _said(answer)
        reason = f"{known}: {said}" if said else known
        message = f"refuses: {reason}"
        return self._problem(message, "")

    def _problem(self, message: str, hint: str) -> OpenbaarError:
        return OpenbaarError(Problem(Place(self.address), message, hint))


def _check_address(address: str) -> None:
    """Raise OpenbaarError for an address to which no token should go."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL):
        return
    message = "is no address that a token may be sent to"
    raise OpenbaarError(Problem(Place(address), message, "it has to begin with https://"))


def _said(answer: httpx.Response) -> str:
    """What the body of a refusal says, in the forms of Zenodo and of CKAN; else nothing."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    sentences = []
    if isinstance(body.get("message"), str):
        sentences.append(body["message"].rstrip("."))
    sentences += [_said_by_zenodo(error) for error in body.get("errors") or []]
    if isinstance(body.get("error"), dict):
        sentences += _said_by_ckan(body["error"])
    return "; ".join(sentences)


def _said_by_zenodo(error: Any) -> str:
    """One of the `errors` of Zenodo: a text, or a field with what is wrong with it."""
    if not isinstance(error, dict):
        return str(error)
    messages = error.get("messages") or [error.get("message", "")]
    return f"{error.get('field', '')}: {' '.join(map(str, messages))}"


def _said_by_ckan(error: dict[str, Any]) -> list[str]:
    """The sentences in the `error` of CKAN, which has a list for each field."""
    sentences = []
    for name, said in error.items():
        if name == "message":
            sentences.append(str(said))
        elif name != "__type":
            sentences.append(f"{name}: {' '.join(said) if isinstance(said, list) else said}")
    return sentences
