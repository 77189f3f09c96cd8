"""What several tests share: a copy of the small hand-made publication, and its CSV files as bytes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, settings

from datasets import dataset_of
from openbaar.site import application
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset
from served import shown

# How long an example takes, or is thought of, says nothing on a machine that does other things too.
settings.register_profile("openbaar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("openbaar")

ThreadHook = Callable[[threading.ExceptHookArgs], object]
HAND_MADE = Path(__file__).parent / "publications" / "hand_made"


@pytest.fixture
def hand_made(tmp_path: Path) -> Path:
    """A folder with a copy of the hand-made publication, which a test may change."""
    return Path(shutil.copytree(HAND_MADE, tmp_path / "hand_made"))


@pytest.fixture(scope="session")
def loaded() -> Publication:
    """The hand-made publication, read and checked once."""
    return load_publication(HAND_MADE)


@pytest.fixture
def publication(loaded: Publication, hand_made: Path) -> Publication:
    """The hand-made publication in a folder that the test may change."""
    return replace(loaded, root=hand_made)


@pytest.fixture
def dataset(publication: Publication) -> Dataset:
    """The hand-made publication with its data; it stands in the folder that the test may change."""
    return dataset_of(publication)


@pytest.fixture
def files(dataset: Dataset) -> dict[str, bytes]:
    """The CSV files of the hand-made publication: their bytes by path."""
    return dataset.files


@pytest.fixture(autouse=True, scope="module")
def _sites_are_closed() -> Iterator[None]:
    """Close each site when the tests of its module end.

    A public one bounds the memory that SQLite may hold in the whole process, for good.
    """
    make = application.make
    made = []

    def remembered(*given: Any) -> Datasette:
        made.append(make(*given))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "make", remembered)
        yield
    shown.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", _unless_it_is_told_to_end(threading.excepthook))
        for datasette in made:
            application.close(datasette)
            for database in datasette.databases.values():
                if database._write_thread is not None:
                    database._write_thread.join()


def _unless_it_is_told_to_end(report: ThreadHook) -> ThreadHook:
    """Report what went wrong in a thread; pytest's `report` takes SystemExit for such a thing."""

    def hook(raised: threading.ExceptHookArgs) -> None:
        if raised.exc_type is not SystemExit:
            report(raised)

    return hook


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, also when all tests pass."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "summary":
                    terminalreporter.write_line(str(value))
