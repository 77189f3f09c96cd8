"""What fuzzing begins with, and what it found, is read or refused as promised."""

from __future__ import annotations

from pathlib import Path

import pytest

import entry_point  # noqa: F401  so that Datasette finds the plugin
from fuzz.seeds import seeds
from fuzz.targets import TARGETS

CASES = sorted(path for path in (Path(__file__).parent / "fuzz" / "cases").glob("*/*"))


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_what_fuzzing_begins_with_breaks_nothing(target: str) -> None:
    for seed in seeds(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_fuzzing_found_is_mended(case: Path) -> None:
    TARGETS[case.parent.name](case.read_bytes())
