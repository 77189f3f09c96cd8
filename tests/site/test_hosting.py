"""The examples of how to host a site: each is started where its program is installed."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from openbaar.site import application
from openbaar.site.requests import limits
from served import ROOT, Built, served

DOCS = ROOT / "docs"
NGINX = os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CADDY = os.environ.get("CADDY") or shutil.which("caddy")
SYSTEMD_ANALYZE = shutil.which("systemd-analyze")
PROGRAM = shutil.which("podman") or shutil.which("docker")
HAS_CONTAINERS = (
    PROGRAM is not None and subprocess.run([PROGRAM, "info"], capture_output=True).returncode == 0
)
ENOUGH = 300.0  # seconds in which a server has started
# Those in force for SQL, in milliseconds; the tests of the site give it more time.
PUBLIC_LIMIT = int(limits.SETTINGS["sql_time_limit_ms"])
HOME_LIMIT = int(application.SETTINGS["sql_time_limit_ms"])


def free_port() -> int:
    """A port that nobody listens on, and that no system takes for a connection meanwhile."""
    for port in random.sample(range(10_000, 30_000), 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise OSError("no port is free")


def wait_for(address: str, process: subprocess.Popen[Any]) -> None:
    """Return as soon as a server answers; it may start slowly."""
    start = time.monotonic()
    while True:
        assert process.poll() is None, process.communicate()[1]
        try:
            urllib.request.urlopen(address).close()
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            assert time.monotonic() - start < ENOUGH
            time.sleep(0.05)
        else:
            return


@contextmanager
def nginx(configuration: Path, port: int) -> Iterator[str]:
    """The address of an nginx with that configuration, until the block ends."""
    command = [
        str(NGINX),
        "-p",
        str(configuration.parent),
        "-c",
        str(configuration),
        "-g",
        "daemon off;",
        "-e",
        "stderr",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/robots.txt", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def fetch(address: str, **headers: str) -> tuple[int, str | None]:
    """The status of an answer, and whether it came from the cache."""
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request) as answer:
        answer.read()
        return answer.status, answer.headers.get("x-cache")


@pytest.mark.slow
@pytest.mark.skipif(
    not NGINX, reason="nginx is not installed (Debian: apt-get install nginx-light)"
)
def test_nginx_keeps_what_may_be_kept_and_serves_it_while_the_site_is_away(
    small: Built, tmp_path: Path
) -> None:
    port = free_port()
    with served(small, "https://data.example", public=True) as server:
        changes = {
            "listen 80 default_server": f"listen 127.0.0.1:{port}",
            "127.0.0.1:8001": server.address.removeprefix("http://"),
            "/var/cache/nginx": str(tmp_path / "cache"),
            "/run/nginx.pid": str(tmp_path / "nginx.pid"),
        }
        text = (DOCS / "nginx.conf").read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"    {kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
        (tmp_path / "cache").mkdir()
        configuration = tmp_path / "nginx.conf"
        # As root its workers would be another user, who cannot enter the folder of the test.
        user = "user root;\n" if os.getuid() == 0 else ""
        configuration.write_text(user + text.replace("http {\n", f"http {{\n{folders}", 1))
        with nginx(configuration, port) as address:
            file = f"{address}/download/1.2.0/tables/regions.csv"
            assert [fetch(file), fetch(file)] == [(200, "MISS"), (200, "HIT")]
            page = f"{address}/municipalities/regions"
            seen = [fetch(page, **{"Accept-Language": language}) for language in ("nl", "en")]
            assert seen == [(200, "MISS"), (200, "HIT")]
            server.process.terminate()
            server.process.wait()
            assert fetch(file) == (200, "HIT")


@pytest.mark.slow
@pytest.mark.skipif(not CADDY, reason="caddy is not installed (Debian: apt-get install caddy)")
def test_caddy_starts_as_documented(small: Built, tmp_path: Path) -> None:
    port = free_port()
    with served(small, "https://data.example", public=True) as server:
        text = (DOCS / "Caddyfile").read_text()
        # Without a certificate and a second program on the port of its administration.
        text = text.replace("data.example {", f"http://127.0.0.1:{port} {{")
        text = text.replace("127.0.0.1:8001", server.address.removeprefix("http://"))
        text = text.replace("{\n", "{\n\tadmin off\n", 1)
        configuration = tmp_path / "Caddyfile"
        configuration.write_text(text)
        command = [str(CADDY), "run", "--config", str(configuration), "--adapter", "caddyfile"]
        home = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=home) as process:
            try:
                page = f"http://127.0.0.1:{port}/municipalities/regions"
                wait_for(page, process)
                assert fetch(page)[0] == 200
            finally:
                process.terminate()


@pytest.mark.skipif(not CADDY, reason="caddy is not installed (Debian: apt-get install caddy)")
def test_caddy_finds_nothing_wrong_with_the_example() -> None:
    command = [str(CADDY), "adapt", "--config", str(DOCS / "Caddyfile"), "--adapter", "caddyfile"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["apps"]["http"]["servers"]


@pytest.mark.skipif(not SYSTEMD_ANALYZE, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_the_example(tmp_path: Path) -> None:
    unit = (DOCS / "openbaar.service").read_text()
    program = unit.partition("ExecStart=")[2].split()[0]
    copy = tmp_path / "openbaar.service"
    copy.write_text(unit.replace(program, "/bin/true"))  # it looks whether the program is there
    command = [str(SYSTEMD_ANALYZE), "verify", str(copy)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert [line for line in found.stderr.splitlines() if "openbaar.service" in line] == []


@pytest.mark.slow
@pytest.mark.skipif(not HAS_CONTAINERS, reason="neither podman nor docker runs here")
def test_the_container_is_built_and_answers() -> None:
    build_it = [str(PROGRAM), "build", "--quiet", "-f", str(DOCS / "Containerfile"), str(ROOT)]
    image = (
        subprocess.run(build_it, check=True, capture_output=True, text=True)
        .stdout.strip()
        .splitlines()[-1]
    )
    port = free_port()
    run_it = ["run", "--rm", "--detach", "--memory", "512m", "-p", f"127.0.0.1:{port}:8001"]
    command = [str(PROGRAM), *run_it, "-e", "OPENBAAR_URL=https://data.example", image]
    container = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    try:
        for attempt in range(300):
            try:
                assert fetch(f"http://127.0.0.1:{port}/robots.txt")[0] == 200
                break
            except (urllib.error.URLError, ConnectionError):
                assert attempt < 299
                time.sleep(1)
    finally:
        subprocess.run([str(PROGRAM), "stop", container], check=True, capture_output=True)


def test_the_page_on_hosting_names_the_examples_and_the_limits_that_are_in_force() -> None:
    from openbaar.site.requests import gates, screening
    from openbaar.site.requests.addresses import Addresses

    text = (DOCS / "hosting.md").read_text("utf-8")
    sql = gates.Gates(Addresses("", ("nl",))).sql
    at_home = gates.HomeGates(Addresses("", ("nl",)), "").sql
    wanted = [
        "[`nginx.conf`](nginx.conf)",
        "[`Caddyfile`](Caddyfile)",
        "[`openbaar.service`](openbaar.service)",
        "[`Containerfile`](Containerfile)",
        f"| {PUBLIC_LIMIT // 1000} s, and never more than {sql.seconds} s",
        f"| {HOME_LIMIT / 1000} s, and never more than {at_home.seconds} s; two at a time,",
        f"| {gates.HOME_MEMORY // 1_000_000_000} GB for such a query | {gates.MEMORY // 1_000_000} MB |",
        f"| {limits.HEAP // 1_000_000} MB |",
        f"| {max(limits.LIMITS.values()) // 1_000_000} MB |",
        f"{limits.SETTINGS['max_returned_rows']:,} rows and {limits.MAX_RESULT // 1_000_000} MB",
    ]
    assert [each for each in wanted if each not in text] == []
    every = gates.Gates(Addresses("", ("nl",)))
    found = [
        (each.at_once, each.waiting)
        for each in (every.sql, every.large, every.filtered, every.files)
    ]
    assert (found, screening.MAX_FACETS) == ([(1, 8), (1, 8), (2, 30), (1, 8)], 4)
