"""The publications whose sites are tested, each built once for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

import patience
from openbaar.site.requests import limits
from served import ROOT, Built, Served, build, served
from strangers import URL, query


@pytest.fixture(scope="session", autouse=True)
def _sites_are_patient() -> Iterator[None]:
    """Sites in the process of the tests answer on a busy machine too.

    SQLite has as much memory as it needs there: it would be capped for all of them together, for
    good. The servers that tests start have their cap.
    """
    with pytest.MonkeyPatch.context() as patch:
        patience.begin(patch.setattr, patch.setitem)
        patch.setattr(limits, "limit_process", lambda: None)
        yield


@pytest.fixture(scope="session")
def vdab(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The publication of this repository, built."""
    return build(ROOT, tmp_path_factory.mktemp("vdab"))


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The hand-made publication, built."""
    return build(ROOT / "tests" / "publications" / "hand_made", tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def server(small: Built) -> Iterator[Served]:
    """The hand-made publication, served in the public profile."""
    with served(small, URL, public=True) as running:
        httpx.get(running.address + query("select 1"), timeout=60)  # what answers SQL has started
        yield running
