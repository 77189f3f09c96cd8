"""A running site moves to what was published since, without an error and without a mix."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import httpx
import pytest
import uvicorn
from filelock import FileLock

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.placing import JOURNAL, put_in_place
from openbaar.site.serving import editions as serving
from openbaar.site.serving.editions import LOOK_EVERY, Editions
from openbaar.site.serving.serve import _configuration, _Server, site
from served import Built, Served, build, children, served

pytestmark = pytest.mark.slow

SWITCHES = 10
REQUESTS = 1000
ENOUGH = 300.0  # seconds in which a busy machine has come to show what was published


@pytest.fixture
def own(small: Built, tmp_path: Path) -> Built:
    """The hand-made publication, built into a folder that the test may change."""
    others = shutil.ignore_patterns(".serving-*")  # of servers of other tests
    shutil.copytree(small.database.parent, tmp_path / "own", ignore=others)
    return Built(tmp_path / "own" / small.database.name, tmp_path / "own" / "metadata.yml")


def replace_by(made: Path, place: Path) -> None:
    """Replace files by those of a new build, as `openbaar publish` does."""
    put_in_place(place, ready(made))


def ready(made: Path) -> dict[str, Path]:
    """The files of a new build by their names."""
    found = sorted(path for path in made.rglob("*") if path.is_file())
    return {path.relative_to(made).as_posix(): path for path in found}


def next_edition(root: Path, made: Path, number: int) -> Path:
    """The publication in `root`, built as version 2.0.<number>, with a row that says the same."""
    package = root / "tables" / "package.yaml"
    package.write_text(
        re.sub(r"version: \S+", f"version: 2.0.{number}", package.read_text("utf-8"), count=1),
        "utf-8",
    )
    statuses = root / "tables" / "statuses.csv"
    kept = [
        line for line in statuses.read_text("utf-8").splitlines() if not line.startswith("edition_")
    ]
    statuses.write_text("\n".join([*kept, f"edition_{number},uitgave {number}", ""]), "utf-8")
    return build(root, made / str(number)).database.parent


def version_shown(server: Served) -> str:
    """What the site says of itself to those who watch it."""
    return str(httpx.get(f"{server.address}/-/health", timeout=60).json()["version"])


def wait_for(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds."""
    end = time.monotonic() + ENOUGH
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def folders(place: Path) -> list[Path]:
    """The folders of editions beside the database."""
    return [path for path in place.glob(".serving-*") if path.is_dir()]


COSTLY = [
    "/municipalities/provenance?_size=1000&_facet=table_name&_facet=column_name&_search={}",
    "/municipalities/statuses.json?_shape=array&code__startswith=edition&_nocount={}",
    "/rows/municipalities.xlsx?year__gt=1{}",
    "/municipalities.json?_shape=array&sql=select+{}+from+statuses",
    "/municipalities.json?_shape=array&sql=with+recursive+n(x)+as+(select+{}+union+all+"
    "select+x%2B1+from+n)+select+count(*)+from+n",
    "/municipalities.json?_shape=array&sql=select+{},instr(a,substr(a,1,900000)||'1')+from+"
    "(select+hex(zeroblob(990000))+a)",
]


@pytest.mark.parametrize("public", [False, True])
def test_readers_see_the_old_or_the_new_edition_under_load(
    public: bool, own: Built, hand_made: Path, tmp_path: Path
) -> None:
    """Four read a page again and again; others ask what costs much, each time something else."""
    place = own.database.parent
    editions = [next_edition(hand_made, tmp_path / "made", number) for number in range(SWITCHES)]
    replace_by(editions[0], place)
    done = Event()
    seen: list[tuple[int, set[str], set[str]]] = []

    def read(server: Served) -> None:
        """Note what pages say of their version, and which row they show."""
        with httpx.Client(base_url=server.address, timeout=60) as client:
            while not done.is_set() or len(seen) < REQUESTS:
                page = client.get("/municipalities/statuses")
                versions = set(re.findall(r"2\.0\.(\d)\b", page.text))
                rows = set(re.findall(r"uitgave (\d)\b", page.text))
                seen.append((page.status_code, versions, rows))

    def is_read(number: int) -> bool:
        """Whether a reader got a page of this edition."""
        return any(str(number) in rows for _, _, rows in seen)

    def ask(server: Served, first: int) -> set[int]:
        """How requests that cost much were answered."""
        answered = set()
        with httpx.Client(base_url=server.address, timeout=60) as client:
            for number in count(first):
                if done.is_set():
                    break
                path = COSTLY[number % len(COSTLY)].format(number)
                answered.add(client.get(path).status_code)
        return answered

    url = "https://data.example" if public else ""
    with served(own, url, public, hurried=True) as server, ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read, server) for _ in range(4)]
        others = [pool.submit(ask, server, first) for first in (1000, 500_003)]
        for number in range(1, SWITCHES):
            replace_by(editions[number], place)
            wait_for(lambda wanted=number: version_shown(server) == f"2.0.{wanted}")  # type: ignore[misc]
            # A busy reader may still be answered by the edition before.
            wait_for(lambda wanted=number: is_read(wanted))  # type: ignore[misc]
        done.set()
        costly = {status for other in others for status in other.result()}
        for reader in readers:
            reader.result()
        wait_for(lambda: len(folders(place)) == 1)
        server.process.send_signal(signal.SIGTERM)
        _, errors = server.process.communicate()
    assert costly <= {200, 400, 503}
    assert {200, 400} <= costly
    assert len(seen) >= REQUESTS
    assert {status for status, _, _ in seen} == {200}
    assert [each for each in seen if each[1] != each[2] or len(each[1]) != 1] == []
    assert {number for _, _, rows in seen for number in rows} == {str(n) for n in range(SWITCHES)}
    assert errors == ""
    assert [*place.glob(".serving-*")] == []


def test_what_is_not_whole_is_not_shown(own: Built, hand_made: Path, tmp_path: Path) -> None:
    place = own.database.parent
    made = next_edition(hand_made, tmp_path / "made", 1)
    with served(own) as server:
        before = version_shown(server)
        os.replace(made / own.database.name, own.database)  # and nothing else
        assert server.process.stderr is not None
        assert server.process.stderr.readline() == (
            "ERROR a new publication is not shown: municipalities.db: is of another publication "
            "than the files beside it (run `openbaar publish`)\n"
        )
        assert version_shown(server) == before
        replace_by(made, place)
        wait_for(lambda: version_shown(server) == "2.0.1")
        server.process.send_signal(signal.SIGTERM)
        _, errors = server.process.communicate()
    assert errors == ""


def test_nothing_is_shown_while_files_are_put_in_place(
    own: Built, hand_made: Path, tmp_path: Path
) -> None:
    """The downloads come after the database, so a copy of that moment would lack some."""
    place = own.database.parent
    made = next_edition(hand_made, tmp_path / "made", 1)
    with served(own) as server:
        before = version_shown(server)
        (place / JOURNAL).parent.mkdir(parents=True)
        (place / JOURNAL).write_text("{}")
        for name, path in ready(made).items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place / name)
        time.sleep(3 * LOOK_EVERY)
        assert version_shown(server) == before
        (place / JOURNAL).unlink()
        wait_for(lambda: version_shown(server) == "2.0.1")
        download = f"{server.address}/download/2.0.1/municipalities-2.0.1.zip"
        assert httpx.get(download, timeout=60).status_code == 200


def test_what_is_replaced_while_it_is_looked_at_is_no_error(
    own: Built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some of its files were of the next publication, which is looked at again."""
    monkeypatch.setattr(serving, "LOOK_EVERY", 0)
    editions = Editions(own.database, own.metadata, site)
    looks: list[int] = []

    def put_in_place_meanwhile() -> serving.Edition:
        looks.append(len(looks))
        os.utime(own.metadata, ns=(0, looks[-1]))
        raise OpenbaarError(Problem(Place("municipalities.db"), "is of another publication"))

    async def follow() -> None:
        following = asyncio.create_task(editions.follow())
        while len(looks) < 3:
            await asyncio.sleep(0)
        following.cancel()

    monkeypatch.setattr(editions, "_edition", put_in_place_meanwhile)
    os.utime(own.metadata)
    asyncio.run(follow())
    editions.close()
    assert capsys.readouterr().err == ""


def test_a_public_site_ends_the_process_of_the_earlier_edition(
    own: Built, hand_made: Path, tmp_path: Path
) -> None:
    made = next_edition(hand_made, tmp_path / "made", 1)
    path = "/municipalities/statuses.json?_shape=array&code__startswith=edition"
    with served(own, "https://data.example", public=True) as server:
        assert httpx.get(server.address + path, timeout=60).json() == []
        replace_by(made, own.database.parent)
        wait_for(lambda: version_shown(server) == "2.0.1")
        assert [row["code"] for row in httpx.get(server.address + path, timeout=60).json()] == [
            "edition_1"
        ]
        wait_for(lambda: len(children(server.process.pid)) == 1)  # once nobody is answered by it


def test_a_site_is_ready_before_its_server_listens(
    own: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    editions = Editions(own.database, own.metadata, site)
    ready: list[bool] = []

    async def listen(_server: uvicorn.Server, sockets: object) -> None:
        ready.append(editions.current.datasette._startup_invoked)

    monkeypatch.setattr(uvicorn.Server, "startup", listen)
    asyncio.run(_Server(_configuration(editions), editions, print).startup())
    editions.close()
    assert ready == [True]


def test_what_a_killed_server_left_is_removed_by_the_next(own: Built) -> None:
    with served(own) as server:
        server.process.kill()
        server.process.wait()
    (killed,) = folders(own.database.parent)
    first = Editions(own.database, own.metadata, site)
    assert killed not in folders(own.database.parent)
    second = Editions(own.database, own.metadata, site)  # the folder of the first is in use
    assert len(folders(own.database.parent)) == 2
    first.close()
    second.close()
    assert [*own.database.parent.glob(".serving-*")] == []


def test_a_folder_that_cannot_be_written_to_is_served_as_it_is(
    own: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_lock: FileLock) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", refused)
    editions = Editions(own.database, own.metadata, site)
    assert (editions.current.folder, list(own.database.parent.glob(".serving-*"))) == (None, [])
    editions.close()
    assert own.database.is_file()


def test_a_folder_that_was_moved_is_served(own: Built) -> None:
    moved = own.database.parent.with_name("elsewhere")
    own.database.parent.rename(moved)
    with served(Built(moved / own.database.name, moved / "metadata.yml")) as server:
        assert httpx.get(f"{server.address}/municipalities/regions", timeout=60).status_code == 200
