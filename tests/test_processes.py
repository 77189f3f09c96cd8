"""Helpers end with the process that they help, whatever ends it, and heed no signal but its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openbaar.processes import processors

# Two helpers that are busy until a file is there; each says its number, so a test knows that it
# begins to work.
BUSY = """
import multiprocessing, os, signal, sys, time
from openbaar.processes import Pool, server_of

def work(until):
    os.write(1, f"{os.getpid()}\\n".encode())
    while not os.path.exists(until):
        time.sleep(0.05)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    method, until = sys.argv[1:]
    forked = method == "fork"
    context = multiprocessing.get_context("fork") if forked else server_of(["openbaar.files"])
    with Pool(2, context) as pool:
        given = [pool.submit(work, until) for _ in range(2)]
        os.write(1, b"given\\n")
        [each.result() for each in given]
"""
DONE = "done"  # the file that ends the work
METHODS = ["fork", "server"]
ENOUGH = 120.0  # seconds in which a process that is to end has ended


@pytest.fixture
def busy(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    script = tmp_path / "busy.py"
    script.write_text(BUSY, "utf-8")
    # What Python leaves of a server whose process was killed; a long path would fit no socket.
    environment = {**os.environ, "TMPDIR": str(tmp_path_factory.mktemp("t"))}

    begun: list[subprocess.Popen[str]] = []

    def begin(method: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(script), method, str(tmp_path / DONE)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0,
            env=environment,
        )  # fmt: skip
        begun.append(process)
        return process

    yield begin
    for process in begun:
        process.kill()


def helpers(process: subprocess.Popen[str]) -> list[int]:
    """The numbers of the two helpers, once both are at work."""
    assert process.stdout is not None
    told: list[str] = []
    while len(told) < 3:
        told.append(process.stdout.readline().strip())
    return [int(line) for line in told if line != "given"]


def is_there(process: int) -> bool:
    """Whether a process runs; one that ended and that nobody waited for does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def ended(processes: list[int]) -> bool:
    until = time.monotonic() + ENOUGH
    while any(is_there(each) for each in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="Linux tells by /proc")


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_helpers_end_with_a_process_that_was_killed(
    busy: Callable[[str], subprocess.Popen[str]], method: str
) -> None:
    process = busy(method)
    at_work = helpers(process)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert ended(at_work)
    process.communicate()


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_helpers_and_they_say_nothing(
    busy: Callable[[str], subprocess.Popen[str]], method: str, stop: signal.Signals
) -> None:
    process = busy(method)
    at_work = helpers(process)
    process.send_signal(stop)
    _, said = process.communicate()
    assert (process.returncode, said) == (128 + stop, "")
    assert ended(at_work)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_helpers_do_not_heed_ctrl_c(
    busy: Callable[[str], subprocess.Popen[str]], method: str, tmp_path: Path
) -> None:
    process = busy(method)
    for helper in helpers(process):
        os.kill(helper, signal.SIGINT)
    (tmp_path / DONE).touch()
    _, said = process.communicate()
    assert (process.returncode, said) == (0, "")


@pytest.mark.slow
def test_a_signal_while_helpers_start_waits_until_they_have(
    busy: Callable[[str], subprocess.Popen[str]],
) -> None:
    for after in (0.1, 0.2, 0.3, 0.4, 0.6):
        process = busy("server")
        time.sleep(after)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate()
        assert said == ""
        assert process.returncode in (143, -signal.SIGTERM)  # Python itself was still starting


def test_each_system_tells_how_many_processors_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only some tell how many of them this process may use."""
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert processors() == 3
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert processors() == 1
