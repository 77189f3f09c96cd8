"""What several tests share: a copy of the small hand-made publication, and its CSV files as bytes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from datasets import dataset_of
from openbaar.tables.authored.publication import Publication
from openbaar.tables.authored.references import load_publication
from openbaar.tables.dataset import Dataset

# How long an example takes says nothing on a machine that does other things too.
settings.register_profile("openbaar", deadline=None)
settings.load_profile("openbaar")

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, also when all tests pass."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "summary":
                    terminalreporter.write_line(str(value))
