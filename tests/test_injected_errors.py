"""Whatever fails in whichever command, a person reads a sentence, and every file is whole.

An error is raised in one function of the toolkit after the other, as it is first called.
`OPENBAAR_EXAMPLES=5000 pytest tests/test_injected_errors.py` takes all of them.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest
from click.testing import CliRunner, Result

import openbaar
from openbaar.cli.common import UNEXPECTED
from openbaar.cli.main import main
from openbaar.holding import HOLDER, LOCK, WORK
from openbaar.placing import CACHE, recover
from openbaar.publishing.publish import publish
from openbaar.site.serving.editions import PREFIX
from openbaar.tables.authored.references import load_publication

TRIED = int(os.environ.get("OPENBAAR_EXAMPLES", "6"))  # functions of each command
PACKAGE = str(Path(openbaar.__file__).parent) + os.sep
# What turns errors into sentences, and what tells where one came up.
NOT_TRIED = ("cli/common.py", "errors.py")
PUBLICATIONS = Path(__file__).parent / "publications"
COMMANDS: dict[str, Callable[[Path, Path], list[str]]] = {
    "convert": lambda _root, _out: ["convert"],
    "package": lambda _root, _out: ["package"],
    "build": lambda _root, _out: ["build"],
    "check": lambda _root, _out: ["check"],
    "publish": lambda _root, _out: ["publish", "--again"],
    "freeze": lambda _root, out: ["freeze", str(out / "site"), "--url", "https://data.example"],
    "serve": lambda _root, _out: ["serve", "--port", "0"],
    "init": lambda root, out: ["init", str(out / "new"), "--document", str(document(root))],
    "preview": lambda _root, out: ["preview", "--html", str(out / "preview.html")],
    "migrate": lambda _root, _out: ["migrate"],
    "inspect": lambda root, _out: ["inspect", str(next((root / "dist").glob("*.zip")))],
    "diff": lambda root, _out: ["diff", str(next((root / "dist").glob("*.zip")))],
    "release": lambda _root, _out: ["release", "--no-tag", "--date", "2026-01-31"],
    "update": lambda root, out: ["update", str(edition(root, out)), "--write"],
    "deposit": lambda _root, _out: ["deposit", "zenodo"],
    "help": lambda _root, _out: ["help", "recipe"],
}


class InjectedError(Exception):
    """An error that nobody foresaw."""


def document(root: Path) -> Path:
    """The document of a publication."""
    return next(path for path in (root / "sources").iterdir() if path.is_file())


def edition(root: Path, out: Path) -> Path:
    """A new edition of that document, which says the same."""
    new = out / "edition.txt"
    new.write_bytes(document(root).read_bytes() + b"\n")
    return new


def name_of(code: CodeType) -> str | None:
    """How a function of the toolkit is called here; None for others."""
    if not code.co_filename.startswith(PACKAGE) or code.co_name.startswith("<"):
        return None
    module = Path(code.co_filename).relative_to(PACKAGE).as_posix()
    return None if module in NOT_TRIED else f"{module} {code.co_qualname}"


@contextmanager
def watched(fails: str = "") -> Iterator[list[str]]:
    """The functions that are called in the block, in order; the one called `fails` fails."""
    called: dict[str, None] = {}

    def see(frame: FrameType, event: str, _argument: Any) -> None:
        name = name_of(frame.f_code) if event == "call" else None
        if name is not None and name not in called:
            called[name] = None
            if name == fails:
                raise InjectedError("x")

    order: list[str] = []
    before = sys.gettrace()
    sys.settrace(see)
    try:
        yield order
    finally:
        sys.settrace(before)
        order += called


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication whose tables are read from a document, published."""
    root = tmp_path_factory.mktemp("published") / "p"
    shutil.copytree(PUBLICATIONS / "bundestag", root)
    publish(load_publication(root))
    return root


@pytest.fixture
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server ends as soon as it has begun, without this process, in which other tests ran."""
    monkeypatch.setattr("openbaar.site.serving.serve._Server.run", lambda _server, _sockets: None)
    monkeypatch.setattr("openbaar.site.serving.serve._end_despite_queries", lambda: None)


def run(root: Path, out: Path, command: str) -> Result:
    """A command on a publication; what it makes beside that goes to `out`."""
    out.mkdir()
    arguments = COMMANDS[command](root, out)
    return CliRunner().invoke(main, ["--quiet", "--project", str(root), *arguments])


def everything(root: Path) -> dict[str, bytes]:
    """All files, but those that a run keeps for itself, and what a server shows."""
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        is_kept = name.startswith((LOCK, HOLDER, CACHE, f"build/{PREFIX}"))
        if path.is_file() and not is_kept:
            found[name] = path.read_bytes()
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:coroutine")  # what Datasette had begun and no longer needs
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("command", COMMANDS)
def test_an_error_at_any_stage_of_a_command_is_told_in_a_sentence(
    command: str, published: Path, tmp_path: Path, nobody_asks: None
) -> None:
    before = everything(published)
    root = Path(shutil.copytree(published, tmp_path / "clean"))
    with watched() as functions:
        clean = run(root, tmp_path / "clean-out", command)
    assert clean.exit_code == 0, clean.output
    after = everything(root)
    step = max(len(functions) // TRIED, 1)
    for number, fails in enumerate(functions[::step]):
        root = Path(shutil.copytree(published, tmp_path / f"{number}"))
        with watched(fails) as called:
            failed = run(root, tmp_path / f"{number}-out", command)
        if fails not in called:  # what it found the first time was kept
            continue
        told = re.sub(r"^ERROR GET /.*\n", "", failed.stderr)  # by the site, when it is frozen
        if told != failed.stderr and "answers with status 500" in told:
            continue
        assert failed.exit_code == UNEXPECTED, (fails, failed.output, failed.exception)
        assert told.startswith("unexpected error while "), (fails, told)
        assert f"running `openbaar {command}`" in told
        assert ": InjectedError: x\n  → this is a mistake in openbaar (openbaar/" in told
        assert "Traceback" not in failed.output
        assert not (root / WORK).exists()
        recover(root)  # as the next run does where putting in place itself was cut short
        assert everything(root) in (before, after), fails
        shutil.rmtree(root)
