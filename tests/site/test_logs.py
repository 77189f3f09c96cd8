"""What a site logs, whatever is sent to it: a line for each request, a short one for each error."""

from __future__ import annotations

import io
import logging
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from openbaar.site.serving import access_log
from openbaar.site.serving.error_log import LONGEST, log_in_lines
from served import ROOT, Built

pytestmark = pytest.mark.slow

PROGRAM = """
import sys
from pathlib import Path
import entry_point
from openbaar.site.serving.serve import Options, serve
database, metadata, public = sys.argv[1:]
options = Options(port=0, url="https://data.example", public=bool(public), access_log=True)
serve(Path(database), Path(metadata), options, lambda address: print(address, flush=True))
"""
# https://httpd.apache.org/docs/2.4/logs.html#combined
COMBINED = re.compile(
    r'[\w.:%-]+ - - \[[\w/: +]+\] "[^"]*" (?:\d{3}|-) (?:\d+|-) "[^"]*" "[^"]*"', re.ASCII
)
BEHIND_PROXY = b'X-Forwarded-For: 1.2.3.4" - -\r\n'
LINES = {
    b"GET / HTTP/1.1": b"",
    b"GET /municipalities?sql=" + quote("select 'x' " * 400).encode() + b" HTTP/1.1": b"",
    b"GET /municipalities?sql=" + b"x" * 50_000 + b" HTTP/1.1": b"",
    b"GET /municipalities/%0d%0aERROR%20x HTTP/1.1": b'User-Agent: a"\\ \xff\r\nReferer: \x7f\r\n',
    b"GET /municipalities/regions?_sort=nope&code%00=%00 HTTP/1.1": b"Cookie: lang=\xff\r\n",
    b"NOPE / HTTP/1.1": b"",
    b"POST /municipalities HTTP/1.1": b"Content-Length: 0\r\n",
    b"GET http://evil.test/ HTTP/1.1": b"",
    b"GET /municipalities.json?sql=select+fts3_tokenizer('simple') HTTP/1.1": b"",
    b"GET /municipalities.json?sql=select+load_extension('/tmp/x.so') HTTP/1.1": b"",
    b"GET /municipalities/regions?_where=1%3D HTTP/1.1": BEHIND_PROXY,
    b"GET /search?q=%22NEAR( HTTP/1.1": b"Upgrade: websocket\r\nConnection: upgrade\r\n",
    b"GET /download/1.2.0/../../../../etc/passwd HTTP/1.1": b"",
    b"GET /download/1.2.0/%2e%2e/%2e%2e/metadata.yml HTTP/1.1": b"",
    b"GET / HTTP/1.1 ": b"X-Long: " + b"y" * 20_000 + b"\r\n",
}
NO_REQUESTS = [
    b"garbage\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n",
]


def send(port: int, data: bytes) -> bytes:
    """The first bytes of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(data)
        return connection.recv(100)


@pytest.mark.parametrize("public", ["", "public"])
def test_nothing_that_is_sent_makes_a_log_long_or_telling(
    public: str, small: Built, tmp_path: Path
) -> None:
    path = os.pathsep.join([str(ROOT / "tests"), *sys.path])
    errors = tmp_path / "errors"
    with (
        errors.open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(small.database), str(small.metadata), public],
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
        ) as process,
    ):
        assert process.stdout is not None
        port = int(process.stdout.readline().rstrip(b"/\n").rpartition(b":")[2])
        for request, headers in LINES.items():
            answer = send(port, request.strip() + b"\r\nHost: a\r\n" + headers + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 "), request
        for data in NO_REQUESTS:
            assert send(port, data).startswith(b"HTTP/1.1 400"), data
        process.terminate()
        lines = process.stdout.read().decode().splitlines()
    assert len(lines) == len(LINES)
    assert [line for line in lines if not COMBINED.fullmatch(line)] == []
    assert max(map(len, lines)) < access_log.LONGEST + 200
    told = errors.read_text().splitlines()
    assert [line for line in told if not line.startswith("ERROR GET /")] == []
    for line in told:
        assert len(line) < 2 * LONGEST
        assert not re.search(r"/site-packages/|0x[0-9a-f]{6}|select 'x'", line)
        assert str(small.database.parent) not in line


def test_an_error_of_a_library_is_one_line_without_its_traceback() -> None:
    log = io.StringIO()
    before = logging.root.handlers[:]
    log_in_lines(log)
    try:
        raise OSError("cannot read /srv/site/build/x.db at 0x7fc2534c14e0\n" + "x " * 1000)
    except OSError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved\nfuture: x")
    finally:
        logging.root.handlers[:] = before
    (line,) = log.getvalue().splitlines()
    assert line.startswith(
        "ERROR Task exception was never retrieved future: x: OSError: cannot read x.db at 0x… x x"
    )
    assert len(line) < LONGEST + 10
