"""`docs/dependencies.md` names each dependency with its reason and its licence, as installed."""

from __future__ import annotations

import re

import pytest

from dependencies import (
    DEVELOPING,
    ELSEWHERE,
    PARTS,
    ROW,
    declared,
    licence_of,
    locked,
    part,
    reasons,
)

GIVEN = {name: licence.strip() for name, _reason, licence in ROW.findall(part(PARTS[0]))}
GIVEN |= dict(re.findall(r"^- ([\w.-]+): (.+)$", part(PARTS[2]), re.MULTILINE))


def test_each_direct_dependency_has_its_reason() -> None:
    """Add a line, or run `make dependencies` and write the reason in the place of the `?`."""
    wanted = declared() | declared(*DEVELOPING)
    assert {name for name, reason in reasons().items() if reason != "?"} - {"package"} == wanted


@pytest.mark.parametrize("group", ["datasette1", "dev", "fuzz", "judges", "serve", "spark"])
def test_the_lock_of_a_group_has_what_the_group_asks_for(group: str) -> None:
    """`make lock` brings it up to date."""
    assert declared(group) - locked(group) == set()


def test_the_page_names_what_the_lock_has_and_no_other() -> None:
    """`make dependencies` brings it up to date."""
    assert set(GIVEN) - {"package"} == locked()


@pytest.mark.parametrize("name", sorted(set(GIVEN) - {"package"}))
def test_the_licence_is_the_one_that_the_package_states(name: str) -> None:
    stated = licence_of(name)
    assert stated in (GIVEN[name], ELSEWHERE)
