"""How fast the site answers, beside stock Datasette: `make bench-site ROWS=2000000`.

A made-up table of --rows rows is published and served by openbaar. The same CSV is loaded by
`sqlite-utils insert --csv`, and that database is served by `datasette` without any plugin. Both are
asked for the same pages, in turns, and for each in two ways: as if nobody had seen it before
(`first`), and again and again (`again`). What is measured is processor time of the server and of
the processes it started; a ratio of 2 means that openbaar answers twice as many requests in the
same time. With --public it is served as on the open internet,
where filters and searches are answered by processes that give way to others and whose time the
system does not add up: look at requests a second then. Needs Linux, whose /proc tells the time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.made import long_publication

FACETS = ["year", "region", "gender"]
QUESTION = "SELECT region, sum(n) AS total FROM t GROUP BY region ORDER BY total DESC"
PUBLICATION = "made-up"
TICKS = os.sysconf("SC_CLK_TCK")  # a second of /proc/<pid>/stat
ROUNDS = 3
LONGEST = 60  # seconds that one answer may take
STOCK = """
from datasette.plugins import pm
pm.unregister(name="openbaar")
from datasette.cli import cli
cli()
"""


@dataclass(frozen=True)
class Page:
    """A kind of page: its path at openbaar and at stock Datasette, `{}` being a running number."""

    name: str
    ours: str
    stock: str


@dataclass
class Server:
    """A running server, and what it has taken so far."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float = 0
    elapsed: float = 0
    answers: int = 0
    failed: int = 0

    def asked(self, path: str, accept: str) -> None:
        """Ask for a page; what does not answer in full is counted as failed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        connection.request("GET", path, headers={"accept": accept})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.answers += 1
        self.failed += answer.status != 200

    def measured(self, paths: list[str], accepted: Iterator[str]) -> None:
        """Ask for pages, and add what that takes."""
        before, start = processor_seconds(self.process.pid), time.perf_counter()
        for path in paths:
            self.asked(path, next(accepted))
        self.elapsed += time.perf_counter() - start
        self.seconds += processor_seconds(self.process.pid) - before

    def begin(self) -> None:
        """Count from here."""
        self.seconds, self.elapsed, self.answers, self.failed = 0, 0, 0, 0


def processor_seconds(process: int) -> float:
    """What a process and those that it started have taken, those that have ended too."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    seconds = sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime, cstime
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        seconds += processor_seconds(int(child))
    return seconds


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(command: Callable[[int], list[str]]) -> Iterator[Server]:
    """A server that `command` starts on a port; it is ended after the block."""
    port = free_port()
    process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(process, port)
        _wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server) -> None:
    """Wait until a server answers. Raises ConnectionError where it ends before that."""
    while server.process.poll() is None:
        try:
            server.asked("/", "*/*")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ConnectionError("the server ended before it answered")


def published(root: Path, rows: int) -> list[str]:
    """Publish a table of so many rows; return the command of openbaar for it."""
    long_publication(root, rows, facets=FACETS, search=["sector"])
    package = root / "tables" / "package.yaml"
    said = json.loads(package.read_text("utf-8"))
    text = {"en": "Total for each region"}
    said["queries"] = {"per_region": {"title": text, "description": text, "sql": QUESTION}}
    package.write_text(json.dumps(said), "utf-8")
    command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet"]
    subprocess.run([*command, "publish"], check=True)
    return command


def inserted(root: Path, csv: Path) -> tuple[Path, Path]:
    """The database that sqlite-utils makes of a CSV, and metadata with the same question."""
    database, metadata = root / "stock.db", root / "stock.json"
    tool = [sys.executable, "-m", "sqlite_utils"]
    insert = ["insert", str(database), "t", str(csv), "--csv", "--silent", "--pk", "id"]
    subprocess.run([*tool, *insert], check=True)
    search = ["enable-fts", str(database), "t", "sector"]
    subprocess.run([*tool, *search], check=True)
    queries = {"per_region": {"sql": QUESTION}}
    metadata.write_text(json.dumps({"databases": {"stock": {"queries": queries}}}), "utf-8")
    return database, metadata


def pages() -> list[Page]:
    """The pages that are asked for."""
    facets = "&".join(f"_facet={name}" for name in FACETS)
    found = [("home", "/", "/")]
    table, stock = f"/{PUBLICATION}", "/stock"
    by_path = {
        "table with facets": ("/t", f"/t?{facets}"),
        "facet chosen": ("/t?region=region_{}", f"/t?region=region_{{}}&{facets}"),
        "two filters": (
            "/t?region=region_{}&gender=f",
            f"/t?region=region_{{}}&gender=f&{facets}",
        ),
        "search": ("/t?_search=sector", f"/t?_search=sector&{facets}"),
        "row": ("/t/{}", "/t/{}"),
        "question": ("/per_region", "/per_region"),
        "question, JSON": (
            "/per_region.json?_shape=array",
            "/per_region.json?_shape=array",
        ),
        "table, JSON": ("/t.json?_shape=array", "/t.json?_shape=array"),
    }
    found += [(name, table + ours, stock + theirs) for name, (ours, theirs) in by_path.items()]
    return [Page(*each) for each in found]


def unseen() -> Iterator[str]:
    """Values of `Accept` that differ: no cache has an answer to a request with one of them."""
    return (f"text/html, application/json, x/{quote(str(number))}" for number in count())


def seen() -> Iterator[str]:
    """The same value of `Accept` again and again."""
    while True:
        yield "text/html, application/json"


def compared(page: Page, ours: Server, stock: Server, requests: int) -> None:
    """Ask for a page in turns, and print what that took."""
    for way, accepted in (("first", unseen()), ("again", seen())):
        ours.begin()
        stock.begin()
        for number in range(ROUNDS):
            numbers = range(number * requests, (number + 1) * requests)
            stock.measured([page.stock.format(each % 12) for each in numbers], accepted)
            ours.measured([page.ours.format(each % 12) for each in numbers], accepted)
        print(line(f"{page.name}, {way}", ours, stock), flush=True)


def line(name: str, ours: Server, stock: Server) -> str:
    """What two servers took for the same pages: milliseconds, requests a second, and ratios."""
    tick = 1 / TICKS
    ratio = max(stock.seconds, tick) / max(ours.seconds, tick)
    rates = [server.answers / server.elapsed for server in (stock, ours)]
    costs = [1000 * server.seconds / server.answers for server in (stock, ours)]
    text = f"{name:28}{costs[0]:9.1f}{costs[1]:9.1f}{ratio:8.2f}"
    text += f"{rates[0]:9.1f}{rates[1]:9.1f}{rates[1] / rates[0]:8.2f}"
    failed = [
        f"{server.failed} of {server.answers} answers of {who} failed"
        for who, server in (("stock", stock), ("openbaar", ours))
        if server.failed
    ]
    return "  ".join([text, *failed])


def main() -> None:
    """Publish, serve, ask, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the table")
    parser.add_argument("--requests", type=int, default=12, help="requests for a page in a round")
    parser.add_argument("--public", action="store_true", help="serve as on the open internet")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openbaar-bench-")))
        command = published(root / "ours", chosen.rows)
        database, metadata = inserted(root, root / "ours" / "tables" / "t.csv")
        profile = public if chosen.public else at_home
        ours = stack.enter_context(serving(lambda port: profile(command, port)))
        stock = stack.enter_context(serving(lambda port: plain(database, metadata, port)))
        print(f"{'':28}{'processor ms':>18}{'ratio':>8}{'requests/s':>18}{'ratio':>8}")
        print(f"{'':28}{'stock':>9}{'ours':>9}{'':8}{'stock':>9}{'ours':>9}")
        for page in pages():
            compared(page, ours, stock, chosen.requests)


def at_home(command: list[str], port: int) -> list[str]:
    """The command that serves the publication on this machine."""
    return [*command, "serve", "--port", str(port)]


def public(command: list[str], port: int) -> list[str]:
    """The command that serves the publication as on the open internet."""
    address = f"http://127.0.0.1:{port}"
    return [*command, "serve", "--port", str(port), "--public", "--url", address]


def plain(database: Path, metadata: Path, port: int) -> list[str]:
    """The command that serves a database with stock Datasette."""
    served = ["serve", "-i", str(database), "-m", str(metadata), "-p", str(port)]
    return [sys.executable, "-c", STOCK, *served]


if __name__ == "__main__":
    main()
