"""Local doubles of the interfaces of Zenodo and CKAN, which keep state and refuse as those do.

Written after https://developers.zenodo.org and https://docs.ckan.org/en/latest/api/.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "a-token"  # noqa: S105  of the doubles


@dataclass
class Zenodo:
    """Drafts with their metadata and files, and which of them are published."""

    refuse_file: str | None = None
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    published: list[str] = field(default_factory=list)
    number: int = 42  # of the next draft

    def answer(self, request: Request) -> tuple[int, Any]:
        """The status and the body of an answer."""
        if request.authorization != f"Bearer {TOKEN}":
            return 401, {"status": 401, "message": "Unauthorized."}
        match (request.method, request.path.strip("/").split("/")):
            case "POST", ["api", "deposit", "depositions"]:
                return self._create(request)
            case "PUT", ["api", "files", _bucket, name]:
                return self._upload(unquote(name), request)
            case "POST", ["api", "deposit", "depositions", number, "actions", "publish"]:
                self.published.append(number)
                links = {"record_html": f"{request.host}/records/{number}"}
                dois = {"doi": "10.5072/zenodo.42", "conceptdoi": "10.5072/zenodo.41"}
                return 202, {"id": number, "links": links, **dois}
            case "GET", ["api", "deposit", "depositions"]:
                return 200, self._search(request)
            case "POST", ["api", "deposit", "depositions", _number, "actions", "newversion"]:
                self.number += 1
                self.drafts[str(self.number)] = {}
                draft = f"{request.host}/api/deposit/depositions/{self.number}"
                return 201, {"id": _number, "links": {"latest_draft": draft}}
            case "GET", ["api", "deposit", "depositions", number] if number in self.drafts:
                files = [{"id": f"f-{name}", "filename": name} for name in self.files]
                return 200, {**self._draft(request, number), "files": files}
            case "PUT", ["api", "deposit", "depositions", number] if number in self.drafts:
                self.drafts[number] = json.loads(request.body)["metadata"]
                return 200, self._draft(request, number)
            case "DELETE", ["api", "deposit", "depositions", _number, "files", file]:
                del self.files[unquote(file).removeprefix("f-")]
                return 204, None
        return 404, {"status": 404, "message": "Not found."}

    def _create(self, request: Request) -> tuple[int, Any]:
        metadata = json.loads(request.body)["metadata"]
        errors = []
        for name in ("upload_type", "title", "creators", "description"):
            if not metadata.get(name):
                missing = ["Missing data for required field."]
                errors.append({"field": f"metadata.{name}", "messages": missing})
        if metadata.get("access_right") == "open" and metadata.get("license") != "cc0-1.0":
            errors.append({"field": "metadata.license", "messages": ["Unknown licence."]})
        if errors:
            return 400, {"status": 400, "message": "Validation error.", "errors": errors}
        number = str(self.number)
        self.drafts[number] = metadata
        return 201, self._draft(request, number)

    def _draft(self, request: Request, number: str) -> dict[str, Any]:
        links = {
            "bucket": f"{request.host}/api/files/b1",
            "html": f"{request.host}/deposit/{number}",
        }
        return {"id": int(number), "links": links}

    def _search(self, request: Request) -> list[dict[str, Any]]:
        """The last version of a deposit, where the DOI is that of what was published."""
        if not self.published or "10.5072/zenodo.41" not in request.query["q"][0]:
            return []
        last = self.published[-1]
        return [{"id": int(last), "metadata": self.drafts[last]}]

    def _upload(self, name: str, request: Request) -> tuple[int, Any]:
        if name == self.refuse_file:
            return 413, {"status": 413, "message": "Too large."}
        self.files[name] = request.body
        return 201, {"key": name}


@dataclass
class Ckan:
    """Datasets by their name, with their resources and the bytes of those."""

    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def answer(self, request: Request) -> tuple[int, Any]:
        """The status and the body of an answer."""
        action = request.path.removeprefix("/api/3/action/")
        if action == "package_show":
            found = self.datasets.get(request.query["id"][0])
            return (200, _success(found)) if found else (404, _failure(message="Not found"))
        if request.authorization != TOKEN:
            return 403, _failure(__type="Authorization Error", message="Access denied")
        if action in ("package_create", "package_patch"):
            return self._dataset(json.loads(request.body))
        if action in ("resource_create", "resource_patch"):
            return self._resource(request.form(), action == "resource_create")
        return 400, _failure(message="Action name not known")

    def _dataset(self, told: dict[str, Any]) -> tuple[int, Any]:
        if told["private"] and "owner_org" not in told:
            return 409, _failure(
                __type="Validation Error",
                owner_org=["An organization must be provided"],
            )
        kept = self.datasets.get(told["name"], {"id": "d1", "resources": []})
        self.datasets[told["name"]] = {**kept, **told}
        return 200, _success(self.datasets[told["name"]])

    def _resource(self, form: dict[str, Any], is_new: bool) -> tuple[int, Any]:
        (dataset,) = [each for each in self.datasets.values() if each["id"] == form["package_id"]]
        if is_new:
            made = {"id": f"r{len(dataset['resources'])}", "name": form["name"]}
            dataset["resources"].append(made)
        self.files[form["name"]] = form["upload"]
        return 200, _success({})


@dataclass
class Another:
    """Something that answers whatever it is asked with the same data, and is no repository."""

    data: Any

    def answer(self, _request: Request) -> tuple[int, Any]:
        """The status and the body of an answer."""
        return 200, self.data


def _success(result: Any) -> dict[str, Any]:
    return {"success": True, "result": result}


def _failure(**error: Any) -> dict[str, Any]:
    return {"success": False, "error": error}


@dataclass(frozen=True)
class Request:
    """What was asked of a double."""

    method: str
    host: str
    path: str
    query: dict[str, list[str]]
    authorization: str
    content_type: str
    body: bytes

    def form(self) -> dict[str, Any]:
        """The fields of a form with files: texts, and of files their bytes."""
        head = f"Content-Type: {self.content_type}\r\n\r\n".encode()
        message: Any = BytesParser(policy=HTTP).parsebytes(head + self.body)
        fields: dict[str, Any] = {}
        for part in message.iter_parts():
            content = part.get_payload(decode=True)
            name = part.get_param("name", header="content-disposition")
            fields[name] = content if part.get_filename() else content.decode("utf-8")
        return fields


@contextmanager
def served(double: Zenodo | Ckan | Another) -> Iterator[str]:
    """The address of a double that answers until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            parts = urlsplit(self.path)
            request = Request(
                self.command,
                f"http://{self.headers['host']}",
                parts.path,
                parse_qs(parts.query),
                self.headers.get("authorization", ""),
                self.headers.get("content-type", ""),
                self.rfile.read(int(self.headers.get("content-length", 0))),
            )
            status, body = double.answer(request)
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_DELETE = do_GET = do_POST = do_PUT = _answer  # noqa: N815  the names that the library calls

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
