"""What catalogues ask for is a warning until it is said, or a person says that nobody knows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.tables.authored.references import load_publication
from openbaar.tables.judging.unstated import LOST, unstated_facts
from stated import state, state_everything


def warned(folder: Path) -> list[str]:
    return [str(each) for each in unstated_facts(load_publication(folder))]


def test_each_key_that_is_missing_is_told_with_what_is_lost_and_what_to_do(hand_made: Path) -> None:
    found = warned(hand_made)
    assert len(found) == len(LOST) - 1  # its author gave keywords
    assert found[1] == (
        "tables/package.yaml:2:1: does not say 'contact': DCAT-AP-VL requires whom readers can ask "
        "(say it, or name it under 'unstated' where nobody knows it)"
    )
    assert "tables/package.yaml:17:5: does not say 'rights_checked'" in found[-1]


def test_what_is_said_or_declared_unstated_is_no_warning(hand_made: Path) -> None:
    state_everything(hand_made)
    (left,) = warned(hand_made)
    assert "does not say 'rights_checked'" in left
    state(hand_made, {"unstated": "rights_checked"})
    assert warned(hand_made) == []


def test_only_what_catalogues_ask_for_can_be_unstated(hand_made: Path) -> None:
    state(hand_made, {"unstated": ["title"]})
    with pytest.raises(OpenbaarError, match="unstated"):
        load_publication(hand_made)


def test_strict_makes_an_error_of_it(hand_made: Path) -> None:
    command = ["--project", str(hand_made), "check"]
    CliRunner().invoke(main, [*command[:2], "publish"])
    assert CliRunner().invoke(main, command).exit_code == 0
    assert CliRunner().invoke(main, [*command, "--strict"]).exit_code == 1
    state(hand_made, {"unstated": list(LOST)})
    CliRunner().invoke(main, [*command[:2], "publish"])
    assert CliRunner().invoke(main, [*command, "--strict"]).exit_code == 0
