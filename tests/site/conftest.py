"""The publications whose sites are tested, each built once for all tests that only look at it."""

from __future__ import annotations

import pytest

from served import ROOT, Built, build


@pytest.fixture(scope="session")
def vdab(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication of this repository, built."""
    return build(ROOT, tmp_path_factory.mktemp("vdab"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, built."""
    return build(ROOT / "tests" / "publications" / "hand_made", tmp_path_factory.mktemp("small"))
