"""How fast the site answers, beside stock Datasette: `make bench-site ROWS=2000000`.

A made-up table of --rows rows is published and served by openbaar. The same CSV is loaded by
`sqlite-utils insert --csv`, and that database is served by `datasette` without any plugin. Both are
asked for the same pages, in turns, and for each in two ways: each page for the first time
(`first`: no two requests are for the same rows and address), and again and again (`again`). Then
the publication of this repository is served by both, from the same database; there all tables and
questions are asked for too, each once (`once`), by servers that have only just begun.

What is measured is processor time of the server and of the processes it started; a ratio of 2 means
that openbaar answers twice as many requests in the same time. Each line says whether its goal is
met: five times on pages that count or search a large table, one on all others. With --public it is
served as on the open internet, where filters and searches are answered by processes that give way
to others and whose time the system does not add up: look at requests a second then. Needs Linux,
whose /proc tells the time.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.made import long_publication

FACETS = ["year", "region", "gender"]
QUESTION = "SELECT region, sum(n) AS total FROM t GROUP BY region ORDER BY total DESC"
CHOSEN = (
    "SELECT region, sum(n) AS total FROM t WHERE :year = '' OR year = :year"
    " GROUP BY region ORDER BY total DESC"
)
PUBLICATION = "made-up"
OWN = "vdab-online-opleidingen"  # the publication of this repository
ROOT = Path(__file__).parents[2]
REGION = [f"region=region_{number}" for number in range(12)]
YEAR = [f"year={number}" for number in range(2000, 2024)]
GENDER = ["gender=f", "gender=m", "gender=x"]
EVERYWHERE = ["sector", "é", "sector+é"]
TICKS = os.sysconf("SC_CLK_TCK")  # a second of /proc/<pid>/stat
ROUNDS = 3  # of requests for a page, and more until stock Datasette has taken ENOUGH seconds
ENOUGH = 1.0  # the system counts in hundredths
MOST_ROUNDS = 30
LONGEST = 60  # seconds that one answer may take
STOCK = """
from datasette.plugins import pm
pm.unregister(name="openbaar")
from datasette.cli import cli
cli()
"""


COUNTS = 5  # how many times as fast a page is to be that counts or searches
OTHER = 1
UNSEEN = "_dl"  # a parameter that neither server looks at on these pages: another address
Query = Callable[[int], str]  # what is asked of a page by the request of that number


@dataclass(frozen=True)
class Page:
    """A kind of page: its path at openbaar and at stock Datasette, and how fast it is to be.

    `query` is what is chosen by each request; `more` is what stock Datasette needs beside it.
    """

    name: str
    ours: str
    stock: str
    goal: int = OTHER
    query: Query = lambda _: ""
    more: str = ""

    def addresses(self, number: int) -> tuple[str, str]:
        """Both addresses of the request of that number."""
        chosen = self.query(number)
        return _with_query(self.ours, chosen), _with_query(self.stock, chosen, self.more)


def _with_query(path: str, *parts: str) -> str:
    query = "&".join(part for part in parts if part)
    return f"{path}?{query}" if query else path


@dataclass
class Server:
    """A running server, and what it has taken so far."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float = 0
    elapsed: float = 0
    answers: int = 0
    failed: int = 0

    def asked(self, path: str) -> None:
        """Ask for a page; what does not answer in full is counted as failed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        connection.request("GET", path, headers={"accept": "text/html, application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.answers += 1
        self.failed += answer.status != 200

    def measured(self, paths: list[str]) -> None:
        """Ask for pages, and add what that takes."""
        before, start = processor_seconds(self.process.pid), time.perf_counter()
        for path in paths:
            self.asked(path)
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
        _let_settle(server)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server) -> None:
    """Wait until a server answers. Raises ConnectionError where it ends before that."""
    while server.process.poll() is None:
        try:
            server.asked("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise ConnectionError("the server ended before it answered")


def _let_settle(server: Server) -> None:
    """Wait until a server that answers does nothing else any more, half a minute at most."""
    for _ in range(30):
        before = processor_seconds(server.process.pid)
        time.sleep(1)
        if processor_seconds(server.process.pid) - before < 0.02:
            return


def published(root: Path, rows: int) -> list[str]:
    """Publish a table of so many rows, if it is not there; return the command for it."""
    command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet"]
    if (root / "build").exists():
        return command
    long_publication(root, rows, facets=FACETS, search=["sector"])
    package = root / "tables" / "package.yaml"
    said = json.loads(package.read_text("utf-8"))
    said["most_cells"] = {"search": 9 * rows}  # as the other one, which has no limit
    text = {"en": "Total for each region"}
    chosen = {"en": "Total for each region in a year"}
    said["queries"] = {
        "per_region": {"title": text, "description": text, "sql": QUESTION},
        "in_year": {
            "title": chosen,
            "description": chosen,
            "sql": CHOSEN,
            "parameters": {"year": {"title": {"en": "Year"}, "choices": "t.year"}},
        },
    }
    package.write_text(json.dumps(said), "utf-8")
    subprocess.run([*command, "publish"], check=True)
    return command


def inserted(root: Path, csv: Path) -> tuple[Path, Path]:
    """The database that sqlite-utils makes of a CSV, and metadata with the same question."""
    database, metadata = root / "stock.db", root / "stock.json"
    if metadata.exists():
        return database, metadata
    tool = [sys.executable, "-m", "sqlite_utils"]
    insert = ["insert", str(database), "t", str(csv), "--csv", "--silent", "--pk", "id"]
    subprocess.run([*tool, *insert], check=True)
    search = ["enable-fts", str(database), "t", "sector"]
    subprocess.run([*tool, *search], check=True)
    queries = {"per_region": {"sql": QUESTION}, "in_year": {"sql": CHOSEN}}
    metadata.write_text(json.dumps({"databases": {"stock": {"queries": queries}}}), "utf-8")
    return database, metadata


def large_pages() -> list[Page]:
    """The pages of the large table that are asked for."""
    table, stock = f"/{PUBLICATION}/t", "/stock/t"
    facets = "&".join(f"_facet={name}" for name in FACETS)

    def counting(name: str, query: Query) -> Page:
        return Page(name, table, stock, COUNTS, query, facets)

    return [
        Page("home", "/", "/"),
        counting("table with facets", lambda _: ""),
        counting("facet chosen", lambda number: [*REGION, *YEAR][number % 36]),
        counting(
            "two filters", lambda number: f"{REGION[number % 12]}&{GENDER[number % 36 // 12]}"
        ),
        counting("search", lambda number: f"_search=sector+{number % 300}"),
        counting(
            "search, a word of all rows",
            lambda number: f"_search={quote(EVERYWHERE[number % 3], safe='+')}",
        ),
        Page("row", f"{table}/{{}}", f"{stock}/{{}}"),
        Page("question", f"/{PUBLICATION}/per_region", "/stock/per_region", COUNTS),
        Page(
            "question, a year chosen",
            f"/{PUBLICATION}/in_year",
            "/stock/in_year",
            COUNTS,
            lambda number: f"year={2000 + number % 24}",
        ),
        Page("question, JSON", f"/{PUBLICATION}/per_region.json", "/stock/per_region.json", COUNTS),
        Page("table, JSON", f"{table}.json", f"{stock}.json", query=lambda _: "_shape=array"),
    ]


def own_pages() -> list[Page]:
    """The pages of the publication of this repository that are asked for."""
    paths = {
        "home": "/",
        "table": f"/{OWN}/started_by_age_group",
        "long table": f"/{OWN}/started_by_sector",
        "provenance": f"/{OWN}/provenance",
        "row": f"/{OWN}/started_by_age_group/2020,unknown",
        "question": f"/{OWN}/age_groups_per_year",
        "question, JSON": f"/{OWN}/age_groups_per_year.json",
        "table, JSON": f"/{OWN}/started_by_age_group.json",
    }
    return [Page(name, path, path) for name, path in paths.items()]


def compared_once(paths: list[str], ours: Server, stock: Server) -> None:
    """Ask for each of these pages once, in turns, and print what that took."""
    page = Page("every table and question", "", "")
    ours.begin()
    stock.begin()
    for path in paths:
        stock.measured([path])
        ours.measured([path])
    print(line(page, "once", ours, stock), flush=True)


def every_page(root: Path) -> list[str]:
    """The page of each table and each question of a publication, in turns."""
    described = json.loads((root / "datapackage.json").read_text("utf-8"))
    tables = [resource["name"] for resource in described["resources"]]
    metadata = yaml.safe_load((root / "metadata.yml").read_text("utf-8"))
    queries = metadata["databases"][OWN]["queries"]
    return [f"/{OWN}/{name}" for name in [*tables, *queries]]


def compared(page: Page, ours: Server, stock: Server, requests: int) -> None:
    """Ask for a page in turns, and print what that took."""
    for way in ("first", "again"):
        ours.begin()
        stock.begin()
        for round_number in range(MOST_ROUNDS):
            if round_number >= ROUNDS and stock.seconds >= ENOUGH:
                break
            numbers = range(round_number * requests, (round_number + 1) * requests)
            asked = [_asked(page, number, way == "first") for number in numbers]
            stock.measured([address for _, address in asked])
            ours.measured([address for address, _ in asked])
        print(line(page, way, ours, stock), flush=True)


def _asked(page: Page, number: int, is_first: bool) -> tuple[str, str]:
    """Both addresses of a request: one that nobody has asked for, or always the same."""
    if not is_first:
        ours, theirs = page.addresses(0)
        return ours.format(1000), theirs.format(1000)
    own = replace(
        page, query=lambda each: "&".join([page.query(each), f"{UNSEEN}={each}"]).strip("&")
    )
    ours, theirs = own.addresses(number)
    return ours.format(1000 + number), theirs.format(1000 + number)


def line(page: Page, way: str, ours: Server, stock: Server) -> str:
    """What two servers took for the same pages: milliseconds, requests a second, and ratios."""
    tick = 1 / TICKS
    ratio = max(stock.seconds, tick) / max(ours.seconds, tick)
    rates = [server.answers / server.elapsed for server in (stock, ours)]
    costs = [1000 * server.seconds / server.answers for server in (stock, ours)]
    text = f"{page.name + ', ' + way:36}{costs[0]:9.1f}{costs[1]:9.1f}{ratio:8.2f}"
    text += f"{rates[0]:9.1f}{rates[1]:9.1f}{rates[1] / rates[0]:8.2f}"
    text += f"{page.goal:6}  {'met' if ratio >= page.goal else 'not met'}"
    failed = [
        f"{server.failed} of {server.answers} answers of {who} failed"
        for who, server in (("stock", stock), ("openbaar", ours))
        if server.failed
    ]
    return "  ".join([text, *failed])


def main() -> None:
    """Publish, serve, ask, and print a table for each publication."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the table; 0 for none")
    parser.add_argument("--requests", type=int, default=12, help="requests for a page in a round")
    parser.add_argument("--public", action="store_true", help="serve as on the open internet")
    parser.add_argument("--folder", type=Path, help="keep what is made here, and use it again")
    chosen = parser.parse_args()
    profile = public if chosen.public else at_home
    with tempfile.TemporaryDirectory(prefix="openbaar-bench-") as folder:
        root = Path(folder)
        if chosen.rows:
            kept = (chosen.folder or root).resolve()
            command = published(kept / "ours", chosen.rows)
            stock = inserted(kept, kept / "ours" / "tables" / "t.csv")
            title = f"a table of {chosen.rows:,} rows"
            both(title, partial(profile, command), partial(plain, *stock), large_pages(), chosen)
        command, database = own(root / "own")
        stock = database, root / "own" / "metadata.yml"
        title = "the publication of this repository, one database for both"
        servers = partial(profile, command), partial(plain, *stock)
        both(title, *servers, own_pages(), chosen, every_page(root / "own"))


def both(
    title: str,
    ours: Callable[[int], list[str]],
    stock: Callable[[int], list[str]],
    pages: list[Page],
    chosen: argparse.Namespace,
    each_once: Sequence[str] = (),
) -> None:
    """Compare two servers, given as the command that starts each on a port.

    What is asked for once comes first.
    """
    print(f"{title:36}{'processor ms':>18}{'ratio':>8}{'requests/s':>18}{'ratio':>8}{'goal':>6}")
    print(f"{'':36}{'stock':>9}{'ours':>9}{'':8}{'stock':>9}{'ours':>9}")
    with serving(ours) as one, serving(stock) as other:
        if each_once:
            compared_once(list(each_once), one, other)
        for page in pages:
            compared(page, one, other, chosen.requests)


def own(root: Path) -> tuple[list[str], Path]:
    """A copy of the publication of this repository, published; the command for it, its database."""
    for folder in ("sources", "tables"):
        shutil.copytree(ROOT / folder, root / folder)
    command = [sys.executable, "-m", "openbaar", "--project", str(root), "--quiet"]
    subprocess.run([*command, "publish"], check=True)
    return command, root / "build" / f"{OWN}.db"


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
