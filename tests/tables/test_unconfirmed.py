"""Guesses of `init` are warnings until a person deletes their comments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.publishing.publish import publish
from openbaar.tables.authored.references import load_publication
from openbaar.tables.judging.unconfirmed import unconfirmed_guesses, unwritten_texts
from openbaar.tables.judging.unstated import LOST
from stated import state

LIKE_ONE = "contact: {name: {nl: 'A # guess: x', en: 'A # guess: x'}, email: a@b.example}"


def with_line(publication: Path, line: str) -> list[str]:
    """The warnings of a publication whose package file ends in a line more."""
    package = publication / "tables/package.yaml"
    package.write_text(package.read_text("utf-8").rstrip("\n") + f"\n{line}\n", "utf-8")
    return [str(each) for each in unconfirmed_guesses(load_publication(publication))]


def test_a_comment_with_a_guess_is_a_warning_at_its_place(hand_made: Path) -> None:
    line = (hand_made / "tables/package.yaml").read_text("utf-8").count("\n") + 1
    assert with_line(hand_made, "  # guess: the words above the table ") == [
        f"tables/package.yaml:{line}:3: a guess of 'openbaar init' is not confirmed: the words above "
        "the table (look at what stands here, correct it where it is wrong, then delete the comment; "
        "`openbaar confirm` takes one answer for the same guess in all tables)"
    ]


@pytest.mark.parametrize("line", ["# A guess: nobody knows.", LIKE_ONE])
def test_what_only_looks_like_a_guess_is_none(hand_made: Path, line: str) -> None:
    assert with_line(hand_made, line) == []


def test_a_guess_behind_a_text_that_looks_like_one_is_one(hand_made: Path) -> None:
    warnings = with_line(hand_made, f"{LIKE_ONE}  # guess: y")
    assert [each.partition(" (")[0][-1] for each in warnings] == ["y"]


def test_check_lists_guesses_beside_problems_and_does_not_say_that_nothing_is_wrong(
    hand_made: Path,
) -> None:
    state(hand_made, {"unstated": list(LOST)})
    with_line(hand_made, "# guess: a")
    done = CliRunner().invoke(main, ["--project", str(hand_made), "check"])
    assert "nothing is wrong" not in done.output
    assert "a guess of 'openbaar init' is not confirmed: a" in done.stderr
    assert "\n1 warning\n" in done.stderr
    report = CliRunner().invoke(main, ["--project", str(hand_made), "check", "--json"])
    assert [each["message"] for each in json.loads(report.stdout)["warnings"]] == [
        "a guess of 'openbaar init' is not confirmed: a"
    ]


def test_a_text_that_init_left_to_a_person_is_a_warning_until_it_is_written(
    hand_made: Path,
) -> None:
    (hand_made / "LICENSE").write_text(
        "TODO: replace this text.\n\nA TODO in a sentence is none.\n"
    )
    publication = load_publication(hand_made)
    assert [str(each) for each in unwritten_texts(publication)] == [
        "LICENSE:1: nobody has written this yet: replace this text."
    ]
    (hand_made / "LICENSE").write_text("CC0 1.0\n")
    assert unwritten_texts(publication) == []


def test_from_version_1_on_a_text_that_nobody_wrote_stops_publishing(hand_made: Path) -> None:
    (hand_made / "README.md").write_text("TODO: say what this is.\n")
    publication = load_publication(hand_made)
    assert publication.package.version.startswith("1.")
    with pytest.raises(OpenbaarError, match="nobody has written this yet: say what this is"):
        publish(publication)
