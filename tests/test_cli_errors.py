"""No traceback reaches a person: what a command says of an error that nobody foresaw."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from openbaar.cli.common import DEBUG, INTERRUPTED, UNEXPECTED
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError, Place, Problem, concerning, worked_on

PUBLICATIONS = Path(__file__).parent / "publications"


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--quiet", "--project", str(folder), *arguments])


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_arguments: object, **_named: object) -> None:
        raise error

    return fail


def test_an_unforeseen_error_says_what_was_read_at_which_line_and_where_to_report_it(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.schema.csvfile._Problems.row", failing(KeyError("x")))
    failed = run(hand_made, "check")
    assert failed.exit_code == UNEXPECTED
    told = re.sub(r"\.py:\d+", ".py:N", failed.stderr)
    told = re.sub(r"(`openbaar check`) \(.*\): ", r"\1: ", told)  # and the step, if one was said
    assert told.splitlines() == [
        "unexpected error while reading tables/regions.csv:2 while running `openbaar check`: KeyError: 'x'",
        "  → this is a mistake in openbaar (openbaar/schema/csvfile.py:N); no file is left half-written",
        "  → report it where you got openbaar, with this message, the command and, where you may, that file; "
        "OPENBAAR_DEBUG=1 shows where in the code it happened",
    ]


def test_an_unforeseen_error_in_a_recipe_names_the_line_and_the_table_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("openbaar.recipe.rows._by_rank", failing(RecursionError()))
    folder = Path(__file__).parent.parent
    failed = run(folder, "check")
    assert failed.exit_code == UNEXPECTED
    assert failed.stderr.startswith(
        "unexpected error while reading sources/vdab-online-opleidingen.txt:"
    )
    assert "while reading the table of tables/started_by_quarter.yaml:1:1 while" in failed.stderr
    assert "Traceback" not in failed.output


def test_the_traceback_is_shown_where_it_is_asked_for(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openbaar.schema.csvfile._Problems.row", failing(KeyError("x")))
    monkeypatch.setenv(DEBUG, "1")
    failed = run(hand_made, "check")
    assert isinstance(failed.exception, KeyError)
    assert worked_on(failed.exception) == ["reading tables/regions.csv:2"]


def test_ctrl_c_ends_with_a_sentence(hand_made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openbaar.schema.csvfile._Problems.row", failing(KeyboardInterrupt()))
    stopped = run(hand_made, "check")
    assert stopped.exit_code == INTERRUPTED
    assert stopped.stderr == "ended before it was done; no file is left half-written\n"


def test_ctrl_c_that_sqlite_takes_for_an_error_of_its_own_ends_with_the_same_sentence(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is raised while SQLite asks us whether a query may go on is another error afterwards."""

    def interrupted(*_arguments: object) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise sqlite3.DatabaseError("not authorized") from None

    monkeypatch.setattr("openbaar.schema.csvfile._Problems.row", interrupted)
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopped = run(hand_made, "check")
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.exit_code == INTERRUPTED
    assert stopped.stderr == "ended before it was done; no file is left half-written\n"


def test_problems_of_the_toolkit_get_no_note() -> None:
    with pytest.raises(OpenbaarError) as caught, concerning("reading", lambda: "x"):
        raise OpenbaarError(Problem(Place("x"), "is wrong"))
    assert worked_on(caught.value) == []
