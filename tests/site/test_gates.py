"""Requests that cost much: they pass a gate, are answered apart, and end when their time is up."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from markupsafe import escape

import patience
from openbaar.site.requests import apart, gates, limits, screening
from openbaar.site.requests.addresses import Addresses
from openbaar.site.requests.asgi import Scope
from served import Built, Served, children, served, shown
from strangers import URL, counting, query

pytestmark = pytest.mark.slow

DATABASE = "municipalities"
LIMIT = limits.SETTINGS["sql_time_limit_ms"] / 1000  # seconds
ALARM = gates.Gates(Addresses(DATABASE, ("nl",), URL)).sql.seconds  # that ends what SQLite cannot
OVER = 1.0  # seconds that nothing may take over its limit
PATIENCE = 2.0  # seconds that a page may take, whatever others ask
MANY = 20  # times as long as a page may take that nobody disturbs
ENOUGH = 60.0  # seconds in which a process that is to end has ended, and one that begins has begun


# SQLite does not look at its time limit while it is in one of these functions.
UNINTERRUPTED = [
    "select instr(a, substr(a, 1, 900000) || '1') from (select hex(zeroblob(990000)) a)",
    "select replace(a, substr(a, 1, 900000) || '1', '') from (select hex(zeroblob(990000)) a)",
    "select ltrim(replace(a, '0', '1'), substr(a, 1, 100000) || '1') "
    "from (select hex(zeroblob(900000)) a)",
    counting(
        "select json_patch(j, j) from (select json_group_object(x, x) j from "
        "(select x from n limit 100000))"
    ),
]
# Each asked for gigabytes of the stock site.
HUNGRY = [
    "select printf('%.*c', 900000000, 'x')",
    "select format('%900000000d', 1)",
    "select hex(zeroblob(400000000))",
    "select replace(hex(zeroblob(900000)), '0', '0123456789')",
    counting("select hex(zeroblob(500000)) from n limit 1000"),
    counting("select zeroblob(1000000) from n limit 1000"),
    "with recursive n(x) as (select 'x' union all select x || x from n) "
    "select group_concat(x) from n",
    counting("select json_group_array(hex(zeroblob(1000))) from n"),
    " ".join(["select", ", ".join(["hex(zeroblob(990000))"] * 190)]),
]
ENDLESS = [
    counting("select count(*) from n"),
    " ".join(["select count(*) from", ", ".join(f"provenance p{number}" for number in range(20))]),
]
BAD = [*UNINTERRUPTED, *HUNGRY, *ENDLESS]
# Many minutes of such a function: where a site is patient, it ends only if something else ends it.
FOR_MINUTES = " ".join(
    [
        "select",
        ", ".join(f"instr(a, substr(a, 1, {900000 - each}) || '1')" for each in range(50)),
        "from (select hex(zeroblob(990000)) a)",
    ]
)


@lru_cache(maxsize=1)
def client() -> httpx.Client:
    """One for all: it takes a tenth of a second to make."""
    return httpx.Client(timeout=patience.SECONDS)


@pytest.fixture(scope="module", autouse=True)
def _the_client_is_closed() -> Iterator[None]:
    yield
    client().close()
    client.cache_clear()


def get(server: Served, path: str) -> httpx.Response:
    """The answer of a running server."""
    return client().get(server.address + path)


@pytest.fixture(scope="module")
def server(small: Built) -> Iterator[Served]:
    """The hand-made publication, served in the public profile, with its limits on time."""
    with served(small, URL, public=True, hurried=True) as running:
        get(running, query("select 1"))  # what answers SQL has started
        yield running


@pytest.fixture(scope="module")
def patient(small: Built) -> Iterator[Served]:
    """The same site, where nothing ends because its time is up."""
    with served(small, URL, public=True) as running:
        get(running, query("select 1"))
        yield running


@pytest.fixture(scope="module")
def idle(small: Built) -> Iterator[Served]:
    """The same site, of which nobody asks what costs much: how fast the machine is meanwhile."""
    with served(small, URL, public=True) as running:
        yield running


class Reader:
    """Someone who reads a page again and again while others ask what costs much.

    Other programs may keep the machine busy, so the page is read of an idle server at the same time.
    """

    def __init__(self, server: Served, idle: Served, path: str) -> None:
        self.server = server
        self.idle = idle
        self.path = path
        self.taken: dict[int, float] = {}  # seconds of a processor, by copies of the server
        get(server, path)
        get(idle, path)

    def waited(self, asked: Sequence[Future[httpx.Response]]) -> float:
        """The most seconds that the page took while all this was answered, as on a free machine.

        Each page is there. What it took is divided by how much the idle server was slowed down.
        """
        waits = []
        undisturbed = []
        with ThreadPoolExecutor(1) as beside:
            while not all(each.done() for each in asked):
                of_idle = beside.submit(timed, self.idle, self.path)
                seconds, page = timed(self.server, self.path)
                waits.append(seconds)
                for copy in copies(self.server):
                    self.taken[copy] = processor_seconds(copy)
                assert (page.status_code, "<table" in page.text) == (200, True)
                undisturbed.append(of_idle.result()[0])
        slowed_down = max(1.0, MANY * max(undisturbed) / PATIENCE)
        return max(waits) / slowed_down


def timed(server: Served, path: str) -> tuple[float, httpx.Response]:
    """The answer of a running server, and after how many seconds it came."""
    start = time.monotonic()
    answer = get(server, path)
    return time.monotonic() - start, answer


def shortest(server: Served, path: str) -> tuple[float, httpx.Response]:
    """The least time of three in which an answer comes, unless the first one comes in time.

    Other programs may keep the machine busy; what is really slow is so each time.
    """
    seconds, answer = timed(server, path)
    for _ in range(2):
        if seconds > ALARM + OVER:
            again, answer = timed(server, path)
            seconds = min(seconds, again)
    return seconds, answer


def copies(server: Served) -> list[int]:
    """The processes in which requests are being answered."""
    return [copy for process in children(server.process.pid) for copy in children(process)]


def most_memory(process: int) -> int:
    """The most memory that a process ever held, in megabytes; 0 where it has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(match[1]) // 1024 if match else 0


def processor_seconds(process: int) -> float:
    """The seconds of a processor that a process has taken; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # Those of the program and those of the system: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < ENOUGH
        time.sleep(0.01)


def scope(path: str, query: str) -> Scope:
    """A request for a page."""
    return {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}


@pytest.mark.parametrize(
    ("query", "gate"),
    [
        ("", None),
        ("_next=100&_shape=array&lang=nl&_size=100", None),
        ("sql=select+1", "sql"),
        ("_where=1", "sql"),
        ("year=2019&_where=1", "sql"),
        ("_size=101", "large"),
        ("_size=max", "large"),
        ("_facet=year", "large"),
        ("_search=x", "filtered"),
        ("year=2019", "filtered"),
        ("_sort=year", "filtered"),
    ],
)
def test_what_costs_much_passes_a_gate(query: str, gate: str | None) -> None:
    every = gates.Gates(Addresses(DATABASE, ("nl", "en"), URL))
    wanted = None if gate is None else getattr(every, gate)
    for path in ("/municipalities/regions", "/en/municipalities/regions", "/municipalities.json"):
        assert every.before(scope(path, query)) is wanted
    assert every.before(scope("/download/1.2.0/x", query)) is None
    assert every.before(scope("/download/1.2.0/tables/regions.json", query)) is every.files
    assert every.before(scope("/rows/regions.xlsx", query)) is every.files


@pytest.mark.parametrize("sql", UNINTERRUPTED)
def test_a_function_that_sqlite_cannot_interrupt_is_ended(server: Served, sql: str) -> None:
    seconds, answer = shortest(server, query(sql))
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (400, "nosniff")
    assert answer.text == "De query duurde te lang of vroeg te veel op en is afgebroken."
    assert LIMIT < seconds < ALARM + OVER


@pytest.mark.parametrize("sql", [ENDLESS[0], UNINTERRUPTED[0]], ids=["by SQLite", "by its alarm"])
def test_a_query_that_was_stopped_can_be_changed_on_a_page_in_the_language_of_the_reader(
    server: Served, sql: str
) -> None:
    page = get(server, query(sql, "")).text
    assert "<h1>De query is afgebroken</h1>" in page
    assert f'spellcheck="false">{escape(sql)}</textarea>' in page
    assert 'style="' not in page
    assert "<script>" not in page
    english = get(server, f"/en{query(sql, '')}").text
    assert "<h1>The query was stopped</h1>" in english


@pytest.mark.skipif("OPENBAAR_EXAMPLES" not in os.environ, reason="a long run: several minutes")
def test_no_function_of_sqlite_runs_longer(server: Served) -> None:
    """Every function, with up to three values of a megabyte, of text and of JSON."""
    text = "select hex(zeroblob(990000)) a, '1' || hex(zeroblob(900000)) b, 'x' c"
    numbers = "(select x from n limit 100000)"
    json = counting(
        f"select json_group_object(x, x) a, json_group_object(-x, x) b, '$.x' c from {numbers}"
    )
    with closing(sqlite3.connect(":memory:")) as connection:
        named = connection.execute("SELECT DISTINCT name FROM pragma_function_list").fetchall()
    assert len(named) > 100
    took = {}
    for (name,) in named:
        for values in (text, json):
            for arguments in ("a", "a, b", "a, b, c", "a, b, a"):
                sql = f'select length("{name}"({arguments})) from ({values})'
                took[name, arguments, values[:4]], answer = shortest(server, query(sql))
                assert answer.status_code in (200, 400, 403)
    print(sorted(took.items(), key=lambda item: -item[1])[:20])
    assert {name: each for name, each in took.items() if each > ALARM + OVER} == {}


def test_queries_that_want_all_memory_or_time_are_stopped(server: Served) -> None:
    for sql in [*HUNGRY, *ENDLESS]:
        for form in (".json", "", ".csv"):
            answer = get(server, query(sql, form))
            # A width that is too large gives NULL; a CSV has begun before the rest of it fails.
            assert answer.status_code == 400 or "format(" in sql or form == ".csv"
            assert form == "" or len(answer.content) < 2000
    assert get(server, "/municipalities/regions").status_code == 200
    assert most_memory(server.process.pid) < 200


def test_a_copy_holds_no_more_than_it_may(server: Served) -> None:
    held = []
    with ThreadPoolExecutor(1) as pool:
        asked = [pool.submit(get, server, query(sql)) for sql in HUNGRY]
        while not all(each.done() for each in asked):
            held += [most_memory(copy) for copy in copies(server)]
            time.sleep(0.01)
    assert 0 < max(held) < gates.MEMORY / 1_000_000 + 100  # with what it shares with others


def test_a_page_of_a_table_does_not_wait_for_thirty_bad_queries(
    server: Served, idle: Served
) -> None:
    reader = Reader(server, idle, "/municipalities/regions")
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(get, server, query(BAD[number % len(BAD)])) for number in range(30)]
        assert reader.waited(asked) < PATIENCE
        assert {each.result().status_code for each in asked} <= {200, 400, 503}


def test_a_page_of_a_table_does_not_wait_for_thirty_large_ones(
    patient: Served, idle: Served
) -> None:
    """Each of those that are let in is answered, in the time that it may take of a processor."""
    facets = ["table_name", "column_name", "document", "first_line"]
    large = urlencode({"_size": "1000", "_facet": facets}, doseq=True)
    path = f"/municipalities/provenance?{large}&_search="  # no two alike: an answer is kept
    reader = Reader(patient, idle, "/municipalities/provenance")
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(get, patient, f"{path}{number}") for number in range(30)]
        assert reader.waited(asked) < PATIENCE
        assert {each.result().status_code for each in asked} == {200, 503}
    large_gate = gates.Gates(Addresses(DATABASE, ("nl",), URL)).large
    assert 0 < max(reader.taken.values()) < large_gate.seconds


def test_more_facets_than_a_page_needs_are_refused(server: Served) -> None:
    columns = ["table_name", "row_id", "column_name", "document", "first_line"]
    facets = urlencode([("_facet", column) for column in columns])
    answer = get(server, f"/en/municipalities/provenance?{facets}")
    assert (answer.status_code, answer.text) == (
        400,
        f"A page shows {screening.MAX_FACETS} facets of your choice at most.",
    )


def test_a_query_ends_when_its_visitor_leaves(patient: Served) -> None:
    address = urlsplit(patient.address)
    with socket.create_connection((str(address.hostname), address.port)) as visitor:
        target = query(FOR_MINUTES)
        visitor.sendall(f"GET {target} HTTP/1.1\r\nHost: data.example\r\n\r\n".encode())
        wait_until(lambda: copies(patient) != [])
    wait_until(lambda: copies(patient) == [])


def is_running(process: int) -> bool:
    """Whether a process runs; one that ended, and that nobody has asked about yet, does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_at_once_whatever_is_asked_of_it(
    small: Built, number: signal.Signals
) -> None:
    with served(small, URL, public=True) as server, ThreadPoolExecutor(3) as pool:
        get(server, query("select 1"))
        asked = [pool.submit(get, server, query(FOR_MINUTES)) for _ in range(3)]
        wait_until(lambda: copies(server) != [])
        processes = [*children(server.process.pid), *copies(server)]
        server.process.send_signal(number)
        assert server.process.wait(ENOUGH) == 0
        for each in asked:
            assert each.exception() is not None or each.result().status_code in (400, 500, 503)
    wait_until(lambda: not any(map(is_running, processes)))


def test_at_home_sql_of_somebody_else_is_ended_too_and_no_page_waits_for_it(
    small: Built, idle: Served
) -> None:
    with served(small, hurried=True) as server, ThreadPoolExecutor(8) as pool:
        reader = Reader(server, idle, "/municipalities/regions")
        asked = [pool.submit(get, server, query(sql)) for sql in UNINTERRUPTED * 2]
        assert reader.waited(asked) < PATIENCE
        assert {each.result().status_code for each in asked} == {400}


def test_a_server_at_home_ends_too(small: Built) -> None:
    with served(small) as server, ThreadPoolExecutor(1) as pool:
        get(server, query("select 1"))
        asked = pool.submit(get, server, query(FOR_MINUTES))
        wait_until(lambda: copies(server) != [])
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(ENOUGH) == 0
        assert asked.exception() is not None or asked.result().status_code in (400, 500)


def test_at_home_only_sql_on_the_publication_is_answered_apart() -> None:
    home = gates.HomeGates(Addresses(DATABASE, ("nl", "en"), URL), DATABASE)
    for path in ("/municipalities", "/en/municipalities.json", "/municipalities/-/query"):
        assert home.before(scope(path, "sql=select+1")) is home.sql
    assert home.before(scope("/municipalities/regions", "_where=1")) is home.sql
    assert home.before(scope("/municipalities/regions", "_facet=code&_size=max")) is None
    assert home.before(scope("/other", "sql=select+1")) is None
    posted = {**scope("/municipalities", "sql=select+1"), "method": "POST"}
    assert home.before(posted) is None


def test_the_process_that_answers_is_started_again_when_it_has_ended(small: Built) -> None:
    with served(small, URL, public=True) as server:
        assert get(server, query("select 1")).json() == [{"1": 1}]
        (process,) = children(server.process.pid)
        os.kill(process, signal.SIGKILL)
        wait_until(lambda: not is_running(process))
        assert get(server, query("select 2")).json() == [{"2": 2}]


def test_a_process_that_ended_unseen_is_started_again(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread waits for it, and has not said so yet."""
    server = apart.ForkServer(shown(small, URL, True))
    server.start()
    process = server._process
    assert process is not None
    has_ended = iter([False])
    monkeypatch.setattr(server, "_has_ended", lambda: next(has_ended, process.poll() is not None))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    asked = {**scope("/municipalities.json", "sql=select+1&_shape=array"), "headers": []}
    answer = asyncio.run(server.answer(asked, 10, gates.MEMORY))
    assert answer is not None
    assert answer.body == b'[{"1": 1}]'
    server.end()


def test_a_query_whose_process_ended_is_an_error_like_others(
    small: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def ended(*_asked: object) -> None:
        raise ChildProcessError("the process that answers queries has ended")

    monkeypatch.setattr(apart.ForkServer, "answer", ended)
    answer = asyncio.run(shown(small, URL, True).client.get(query("select 77")))
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert capsys.readouterr().err == (
        "ERROR GET /municipalities.json: ChildProcessError: "
        "the process that answers queries has ended\n"
    )


def test_copies_end_with_the_process_that_made_them(small: Built) -> None:
    """Whatever ends a site, its copies see that the socket of their process is closed."""
    with served(small, URL, public=True) as server, ThreadPoolExecutor(1) as pool:
        get(server, query("select 1"))
        pool.submit(get, server, query(FOR_MINUTES))
        wait_until(lambda: copies(server) != [])
        processes = [*children(server.process.pid), *copies(server)]
        server.process.kill()
        wait_until(lambda: not any(map(is_running, processes)))


def test_a_visitor_who_left_before_a_copy_was_made_ends_nothing(small: Built) -> None:
    """The process that makes copies finds the other end of the socket closed."""
    server = apart.ForkServer(shown(small, URL, True))
    requests = server.start()
    for _ in range(3):
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(requests, [b"1"], [theirs.fileno()])
        ours.close()
    asked = {**scope("/municipalities.json", "sql=select+1&_shape=array"), "headers": []}
    answer = asyncio.run(server.answer(asked, 10, gates.MEMORY))
    assert answer is not None
    assert answer.body == b'[{"1": 1}]'


def test_a_process_that_was_ended_is_not_started_again(small: Built) -> None:
    before = children(os.getpid())
    server = apart.ForkServer(shown(small, URL, True))
    server.start()
    (process,) = set(children(os.getpid())) - set(before)
    server.end()
    assert not is_running(process)
    with pytest.raises(ChildProcessError, match="needed no more"):
        server.start()


def test_who_asks_one_query_too_many_is_told_to_come_back(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates.Gate, "is_full", True)
    client = shown(small, URL, True).client

    def asked(path: str) -> httpx.Response:
        answer: httpx.Response = asyncio.run(client.get(path))
        return answer

    answer = asked("/en/municipalities?sql=select+1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (
        answer.text == "Too many requests of this kind at once. Please try again in a few seconds."
    )
    assert asked("/municipalities/regions").status_code == 200


def test_an_answer_is_the_same_wherever_it_is_made(small: Built, server: Served) -> None:
    path = "/en/municipalities/regions?_sort=code"
    apart_from_others = get(server, path)
    here = asyncio.run(shown(small, URL, False).client.get(path))
    assert apart_from_others.status_code == here.status_code == 200
    for part in ("<h1", "<tbody", 'lang="en"'):
        assert (part in apart_from_others.text) == (part in here.text)
    assert apart_from_others.headers["content-language"] == here.headers["content-language"]


def test_another_datasette_gets_the_same_arguments(small: Built) -> None:
    arguments = apart.arguments_of(shown(small, URL, True))
    assert arguments["immutables"] == [str(small.database)]
    assert arguments["settings"]["num_sql_threads"] == 0
    assert arguments["metadata"]["plugins"]["openbaar"]["public"] is True
