"""A command that takes long shows on a terminal how far it is, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from openbaar.cli import progress
from openbaar.cli.progress import Bar, Step
from openbaar.publishing.examine import check
from openbaar.publishing.publish import publish
from openbaar.tables.authored.references import load_publication
from served import ROOT

BAR = re.compile(r"\[#*-*\] (about \d+ s left)?  ([^\r]*)")
# A command whose bar is shown at once, as that of one that takes long is after two seconds.
AT_ONCE = """
import openbaar.cli.progress as progress
progress.SHOWN_AFTER, progress.DRAWN_EVERY = 0, 0.01
from openbaar.cli.main import main
main()
"""


def shown(command: list[str], environment: Mapping[str, str] = os.environ) -> str:
    """What a command writes to a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_ONCE, *command],
        stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env={**environment, "COLUMNS": "100"},
    )  # fmt: skip
    os.close(theirs)
    written = b""
    with suppress(OSError):  # what Linux answers once nobody writes to a terminal any more
        while data := os.read(ours, 65536):
            written += data
    os.close(ours)
    assert process.wait() == 0, written.decode()
    return written.decode()


def steps_in(text: str) -> list[str]:
    """The steps that a bar named, each once; before the first one begins it names none."""
    named = [found[2].strip() for found in BAR.finditer(text)]
    return list(dict.fromkeys(filter(None, named)))


@pytest.mark.parametrize("command", ["publish", "check", "build", "release"])
def test_a_command_shows_a_bar_with_its_steps_and_what_it_did(
    hand_made: Path, command: str
) -> None:
    publish(load_publication(hand_made))
    text = shown(["--project", str(hand_made), command, *["--again"][: command == "publish"]])
    assert steps_in(text), text
    assert re.search(r"about \d+ s left", text), text
    lines = [line for line in text.split("\r\n") if not BAR.search(line)]
    assert not any("reading" in line or "validating" in line for line in lines)


def test_reading_shows_the_document_and_the_tables(tmp_path: Path) -> None:
    for name in ("sources", "tables"):
        shutil.copytree(ROOT / name, tmp_path / name)
    text = shown(["--project", str(tmp_path), "convert"])
    publication = load_publication(tmp_path)
    known = [step.message for step in progress.reading(publication)]
    assert steps_in(text)
    assert set(steps_in(text)) <= set(known)


def test_freezing_shows_how_many_pages_are_left(hand_made: Path, tmp_path: Path) -> None:
    publish(load_publication(hand_made))
    command = ["freeze", str(tmp_path / "site"), "--url", "https://data.example"]
    text = shown(["--project", str(hand_made), *command])
    assert steps_in(text) == ["writing the pages"]
    shares = [found[0].count("#") for found in BAR.finditer(text)]
    assert max(shares) > 12


@pytest.mark.parametrize("option", ["--quiet", "--verbose", "--json"])
def test_who_wants_no_bar_gets_none(hand_made: Path, option: str) -> None:
    text = shown(["--project", str(hand_made), "publish", option])
    assert not BAR.search(text)
    assert "\x1b" not in text or option == "--verbose"


def test_no_color_keeps_the_bar_and_nothing_that_colours(hand_made: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    text = shown(["--project", str(hand_made), "publish"], environment)
    assert BAR.search(text)
    assert "\x1b" not in text


def test_every_step_of_publishing_is_known_beforehand(hand_made: Path) -> None:
    publication = load_publication(hand_made)
    said: list[str] = []
    publish(publication, said.append)
    assert said == [step.message for step in progress.publishing(publication)]
    said.clear()
    check(publication, said.append)
    assert said == [step.message for step in progress.checking(publication)]


def test_the_time_left_is_that_of_the_steps_left_at_the_speed_so_far(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    file = io.StringIO()
    bar = Bar([Step("one", 1.0), Step("two", 3.0)], file)
    assert bar.step("one")
    now[0] = 5.0  # five times as slow as said
    assert bar.step("two")
    bar.draw()
    assert "[######------------------] about 15 s left  two" in file.getvalue()
    bar.part(2, 3)
    now[0] = 15.0
    bar.draw()
    assert "[##################------] about 5 s left  two" in file.getvalue()
    assert not bar.step("a step that nobody said")


def test_a_step_that_need_not_be_done_counts_as_nothing() -> None:
    bar = Bar([Step("one", 1.0), Step("two", 3.0), Step("three", 3.0)], io.StringIO())
    bar.step("two")
    bar.step("three")
    assert bar.share == pytest.approx(0.5, abs=0.01)


def test_what_is_done_within_two_seconds_shows_nothing() -> None:
    file = io.StringIO()
    bar = Bar([Step("one", 1.0)], file)
    bar.step("one")
    bar.draw()
    bar.clear()
    assert file.getvalue() == ""
