"""The site itself: every page in both versions of Datasette, and the server that shows it."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from datasette.plugins import pm
from datasette.utils import parse_metadata

import openbaar.site
from openbaar.errors import OpenbaarError
from openbaar.placing import JOURNAL
from openbaar.site.application import SETTINGS
from openbaar.site.serving.editions import _link_all
from openbaar.site.serving.serve import Options, serve, site
from served import ROOT, Built, build, served, shown
from walk import FINE, visit

DATASETTE1 = ROOT / ".venv-datasette1" / "bin" / "python"


@pytest.fixture(scope="module", params=["small", "vdab"])
def built(request: pytest.FixtureRequest) -> Built:
    """Each publication of this repository, built from its committed CSV files."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def own(small: Built, tmp_path: Path) -> Built:
    """The hand-made publication, built into a folder that the test may change."""
    others = shutil.ignore_patterns(".serving-*")  # of servers of other tests
    shutil.copytree(small.database.parent, tmp_path / "build", ignore=others)
    return Built(tmp_path / "build" / small.database.name, tmp_path / "build" / "metadata.yml")


def fetch(address: str) -> str:
    """The text of a page of a server of our own."""
    with urllib.request.urlopen(address, timeout=60) as response:
        return str(response.read().decode("utf-8"))


@pytest.mark.slow
def test_every_page_answers_in_the_datasette_that_is_pinned(built: Built) -> None:
    datasette = shown(built)
    metadata = parse_metadata(built.metadata.read_text("utf-8"))
    found = asyncio.run(visit(datasette, built.database, metadata))
    assert len(found) > 40
    assert {address: verdict for address, verdict in found.items() if verdict != FINE} == {}


@pytest.mark.slow
@pytest.mark.skipif(
    not DATASETTE1.exists(), reason="no environment for Datasette 1.0; `make test` makes it"
)
def test_the_same_pages_answer_in_the_coming_datasette(built: Built) -> None:
    command = [DATASETTE1, ROOT / "tests" / "walk.py", built.database, built.metadata]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert len(found) > 40
    assert {address: verdict for address, verdict in found.items() if verdict != FINE} == {}


def test_a_walk_tells_a_page_that_is_broken(own: Built) -> None:
    metadata = parse_metadata(own.metadata.read_text("utf-8"))
    about = metadata["databases"]["municipalities"]
    about["queries"] = {"broken": {"sql": "select nothing"}}
    about["tables"] = {"mergers": {**about["tables"]["mergers"], "facets": ["region"]}}
    own.metadata.write_text(json.dumps(metadata), "utf-8")
    about["tables"]["mergers"]["facets"] = ["region", "year"]  # the site does not show this one
    found = asyncio.run(visit(site(own.database, own.metadata), own.database, metadata))
    assert sorted(address for address, verdict in found.items() if verdict != FINE) == [
        "/municipalities/broken",
        "/municipalities/broken.csv",
        "/municipalities/broken.json?_shape=array",
        "/municipalities/mergers",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_quietly_and_leaves_nothing_behind(
    own: Built, number: signal.Signals
) -> None:
    with served(own) as server:
        title = "<h1>Gemeenten van België</h1>"
        assert title in fetch(server.address)
        server.process.send_signal(number)
        output, errors = server.process.communicate()
    assert (server.process.returncode, output, errors) == (0, "loaded:\n", "")
    assert [path.name for path in own.database.parent.glob(".*")] == []


@pytest.mark.slow
def test_a_running_server_shows_what_it_began_with_during_a_new_build(
    own: Built, hand_made: Path
) -> None:
    journal = own.metadata.parent / JOURNAL  # which tells the server that files are put in place
    journal.parent.mkdir(parents=True)
    journal.write_text("{}")
    with served(own) as server:
        rows = fetch(f"{server.address}/municipalities/statuses.json?_shape=array")
        path = hand_made / "tables" / "statuses.csv"
        path.write_text(path.read_text("utf-8") + "not_yet,nog niet\n", "utf-8")
        build(hand_made, own.database.parent)
        assert fetch(f"{server.address}/municipalities/statuses.json?_shape=array") == rows
    journal.unlink()
    with served(own) as server:
        assert "nog niet" in fetch(f"{server.address}/municipalities/statuses.json?_shape=array")


def test_the_database_can_be_downloaded_as_it_was_built_from_a_server_without_a_name(
    small: Built,
) -> None:
    with (
        served(small) as server,
        urllib.request.urlopen(f"{server.address}/municipalities.db") as response,
    ):
        assert "server" not in set(response.headers)
        assert response.read() == small.database.read_bytes()


@pytest.mark.slow
def test_the_command_serves_a_publication(hand_made: Path) -> None:
    """In a process of its own, which imports the plugin in the order of the command."""
    command = [
        sys.executable,
        "-m",
        "openbaar",
        "--project",
        str(hand_made),
        "serve",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = next(line for line in process.stdout if line.startswith("http"))
            page = fetch(said.split()[0])
        finally:
            process.terminate()
    assert "Gemeenten van België" in page


@pytest.mark.slow
def test_the_command_freezes_a_publication(hand_made: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "openbaar", "--project", str(hand_made), "freeze"]
    arguments = [str(tmp_path / "frozen"), "--url", "https://data.example"]
    subprocess.run([*command, *arguments], check=True)
    assert "Gemeenten van België" in (tmp_path / "frozen" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "module", ["site", "site.serving.serve", "site.frozen.freeze", "site.routes.citation", "api"]
)
def test_the_plugin_is_found_whole_whatever_is_imported_first(module: str) -> None:
    code = (
        f"import openbaar.{module}\n"
        "from datasette.plugins import pm\n"
        "print(len(pm.get_hookcallers(pm.get_plugin('openbaar'))))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    assert int(found) == len(openbaar.site.__all__)


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(small: Built) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OpenbaarError) as raised:
            serve(small.database, small.metadata, Options(port=port))
    assert [str(problem) for problem in raised.value.problems] == [
        f"127.0.0.1:{port}: cannot listen on this address: Address already in use "
        "(choose another with --port)"
    ]


@pytest.mark.parametrize("found", [None, object()], ids=["no plugin", "one without hooks"])
def test_a_site_without_its_plugin_is_not_served(
    small: Built, monkeypatch: pytest.MonkeyPatch, found: object
) -> None:
    monkeypatch.setattr(pm, "get_plugin", lambda name: found)
    with pytest.raises(OpenbaarError) as raised:
        site(small.database, small.metadata)
    assert [problem.message for problem in raised.value.problems] == [
        "does not find the plugin openbaar"
    ]


def test_what_was_not_built_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(OpenbaarError) as raised:
        serve(tmp_path / "x.db", tmp_path / "metadata.yml", Options(port=0))
    assert [str(problem) for problem in raised.value.problems] == [
        f"{tmp_path}/x.db: is not there (run `openbaar publish`)",
        f"{tmp_path}/metadata.yml: is not there (run `openbaar publish`)",
        f"{tmp_path}/datapackage.json: is not there (run `openbaar publish`)",
    ]


def test_an_error_is_never_printed_with_local_variables(
    small: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = pm.get_plugin("datasette.handle_exception")
    monkeypatch.setattr(handler, "rich", "as where it is installed")
    asyncio.run(site(small.database, small.metadata).invoke_startup())
    assert handler.rich is None


def test_the_settings_are_in_force(small: Built) -> None:
    datasette = shown(small)
    assert {name: datasette.setting(name) for name in SETTINGS} == SETTINGS
    assert [(each.name, each.is_mutable) for each in datasette.databases.values()] == [
        ("_internal", True),
        ("municipalities", False),
    ]


def test_a_site_reads_the_parquet_files_of_the_build_that_it_serves(tmp_path: Path) -> None:
    parquet = "dist/x-1.0.0/tables/t.parquet"
    (tmp_path / "from" / parquet).parent.mkdir(parents=True)
    (tmp_path / "from" / parquet).write_bytes(b"x")
    _link_all(tmp_path / "from", tmp_path / "to")
    assert (tmp_path / "to" / parquet).is_file()


def test_metadata_of_very_many_tables_are_read(own: Built) -> None:
    """What a person writes is shorter; that of 1,200 tables is not."""
    own.metadata.write_bytes(own.metadata.read_bytes() + b"# a table\n" * 120_000)
    assert asyncio.run(site(own.database, own.metadata).client.get("/municipalities")).is_success
