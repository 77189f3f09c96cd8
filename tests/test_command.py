"""The command behaves as people expect of one: completion, colours, man pages."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from openbaar.cli.main import main
from stated import state_everything

ROOT = Path(__file__).parent.parent
MAN = ROOT / "docs" / "man"
TEXT = "Table 1\n\nYear Started Done\n2020 12 3\n2021 15 4\n2022 19 5\nTotal 46 12\n"


def completed(line: str, folder: Path = ROOT) -> list[str]:
    """What bash offers behind a line that was begun."""
    words = line.split(" ")
    asked = {
        "_OPENBAAR_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    command = [sys.executable, "-m", "openbaar"]
    environment = {**os.environ, **asked}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return [offered.partition(",")[2] for offered in done.stdout.splitlines() if offered]


def test_tab_completes_commands_and_names_of_tables() -> None:
    assert completed("openbaar pre") == ["preview"]
    assert "started_by_gender" in completed("openbaar preview started_")
    assert completed("openbaar convert started_by_ge") == ["started_by_gender"]


def test_tab_completes_tables_of_the_named_project(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "cijfers.yaml").write_text("not: [read")
    (tmp_path / "tables" / "package.yaml").write_text("")
    assert completed(f"openbaar preview --project {tmp_path} c") == ["cijfers"]
    assert completed(f"openbaar --project {tmp_path} preview p") == []


def test_colours_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    colourful = CliRunner().invoke(main, ["--project", str(tmp_path), "check"], color=True)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = CliRunner().invoke(main, ["--project", str(tmp_path), "check"], color=True)
    assert "\x1b[" in colourful.output
    assert "\x1b[" not in plain.output


@pytest.mark.parametrize("command", sorted(main.commands))
def test_each_command_has_a_man_page_that_says_what_its_help_says(command: str) -> None:
    page = (MAN / f"openbaar-{command}.1").read_text("utf-8").replace("\\-", "-")
    options = [part for each in main.commands[command].params for part in each.opts]
    assert [option for option in options if option.startswith("--") and option not in page] == []


def test_no_man_page_is_left_of_a_command_that_is_gone() -> None:
    pages = {path.stem.removeprefix("openbaar-") for path in MAN.glob("openbaar-*.1")}
    assert pages == set(main.commands)


def test_tab_completes_released_versions() -> None:
    assert "1.0.0" in completed("openbaar diff 1.")


def test_who_reads_only_the_beginning_gets_no_error() -> None:
    command = f"{sys.executable} -m openbaar help errors | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "# What the errors mean\n"
    assert done.stderr == ""


def test_what_solves_several_problems_is_said_once_below_them(tmp_path: Path) -> None:
    (tmp_path / "counts.txt").write_text(TEXT)
    folder = str(tmp_path / "counts")
    CliRunner().invoke(main, ["init", folder, "--document", str(tmp_path / "counts.txt")])
    found = CliRunner().invoke(main, ["--project", folder, "-q", "check"])
    assert found.output.count("is missing") > 5
    assert found.output.count("run `openbaar publish`") == 1
    assert found.output.count("a guess of 'openbaar init'") > 5
    assert found.output.count("then delete the comment; ") == 1


def test_programs_get_the_result_as_json_and_nothing_else(hand_made: Path) -> None:
    (hand_made / "datapackage.json").unlink(missing_ok=True)
    done = CliRunner().invoke(main, ["--project", str(hand_made), "package", "--json"])
    assert json.loads(done.stdout) == {"written": ["datapackage.json"]}
    assert done.stderr == ""


def test_programs_get_problems_as_json_too(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--project", str(tmp_path), "convert", "--json"])
    (problem,) = json.loads(done.stdout)["problems"]
    assert (done.exit_code, problem["file"]) == (1, "tables/package.yaml")
    assert done.stderr == ""


def test_verbose_says_when_each_step_began(hand_made: Path) -> None:
    done = CliRunner().invoke(main, ["--project", str(hand_made), "build", "--verbose"])
    steps = done.stderr.splitlines()
    assert steps
    assert all(re.match(r" *\d+\.\d\d  \w", step) for step in steps)


def test_the_catalogue_is_printed_and_scored(hand_made: Path) -> None:
    state_everything(hand_made)
    command = ["--project", str(hand_made), "catalogue", "--url", "https://data.example/x"]
    turtle = CliRunner().invoke(main, command)
    assert turtle.stdout.startswith("@prefix adms:")
    assert "<https://data.example/x/catalog>\n  a dcat:Catalog" in turtle.stdout
    as_json = CliRunner().invoke(main, [*command, "--as", "json-ld"])
    assert "@graph" in json.loads(as_json.stdout)
    scored = CliRunner().invoke(main, [*command, "--score"]).stdout
    assert re.search(r"^Findability +keywords +30 of +30$", scored, re.MULTILINE)
    assert re.search(r"^Accessibility +access URL answers +- of +50$", scored, re.MULTILINE)
    points = json.loads(CliRunner().invoke(main, [*command, "--score", "--json"]).stdout)
    assert sum(each["most"] for each in points["metrics"]) == points["best"] == 405
    assert 270 < points["earned"] < 295


def test_a_program_that_calls_the_command_collects_its_garbage_as_before() -> None:
    """Else what it holds in circles stays: of a public site, connections that fill its memory."""
    before = gc.get_threshold()
    assert CliRunner().invoke(main, ["help"]).exit_code == 0
    assert gc.get_threshold() == before
