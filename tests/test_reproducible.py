"""Two builds give the same bytes: in another folder, at another time, in other surroundings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openbaar.publishing.staleness import CACHE, RECORD, is_stale

HAND_MADE = Path(__file__).parent / "publications" / "hand_made"
FREEZE = ["freeze", "frozen", "--url", "https://data.example"]
# What the process finds around it, but for the folder and the time.
SURROUNDINGS = {
    "plain": ({"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "HOME": "/"}, 0o022),
    "other": (
        {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "nl_BE.UTF-8", "COLUMNS": "40"},
        0o077,
    ),
}


def made(folder: Path, surroundings: str) -> dict[str, bytes]:
    """Everything that publishing and freezing make in a folder, by name.

    But for the cache of times, without which a publication is as up to date as with it.
    """
    environment, mask = SURROUNDINGS[surroundings]
    for arguments in (["publish"], FREEZE):
        subprocess.run(
            [sys.executable, "-m", "openbaar", "--quiet", *arguments],
            cwd=folder, env={**os.environ, **environment}, umask=mask, check=True,
        )  # fmt: skip
    (folder / CACHE).unlink()
    assert not is_stale(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_two_builds_give_the_same_bytes_of_everything(tmp_path: Path) -> None:
    one = Path(shutil.copytree(HAND_MADE, tmp_path / "one"))
    first = made(one, "plain")
    other = Path(shutil.copytree(HAND_MADE, tmp_path / "another place" / "two"))
    for path in other.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    time.sleep(1.1)  # so that a time in whole seconds differs
    second = made(other, "other")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert {
        RECORD,
        "build/municipalities.db",
        "dist/SHA256SUMS",
        "frozen/index.html",
    } <= {*first}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_verifies_the_downloads(hand_made: Path) -> None:
    publish = [sys.executable, "-m", "openbaar", "--quiet", "--project", str(hand_made), "publish"]
    subprocess.run(publish, check=True)
    downloads = {path.name for path in (hand_made / "dist").iterdir() if path.is_file()}
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=hand_made / "dist", capture_output=True, text=True, check=True,
    )  # fmt: skip
    named = {line.removesuffix(": OK") for line in checked.stdout.splitlines()}
    assert named == downloads - {"SHA256SUMS"}
