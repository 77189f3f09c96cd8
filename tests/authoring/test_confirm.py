"""`openbaar confirm`: one answer of a person for the same guess in many tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from openbaar.authoring.draft.project import init
from openbaar.cli.main import main

TEXT = (
    "Table 1: courses\n\nYear Started Done\n2020 12 3\n2021 15 4\n2022 19 5\nTotal 46 12\n\n"
    "The same holds for schools.\n\n"
    "Table 2: schools\n\nYear Open Closed\n2020 12 3\n2021 15 4\n2022 19 5\nTotal 46 12\n\n"
    "The last ones are wrong.\n\n"
    "Table 3: pupils\n\nYear Girls Boys\n2020 12 3\n2021 15 4\n2022 19 5\nTotal 46 13\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "d.txt").write_text(TEXT)
    init(tmp_path / "made", [tmp_path / "d.txt"], "en", minimal=True)
    return tmp_path / "made"


def confirm(root: Path, *words: str, answers: str = "") -> Result:
    return CliRunner().invoke(main, ["--project", str(root), "confirm", *words], input=answers)


def guesses(root: Path, name: str) -> list[str]:
    text = (root / f"tables/{name}.yaml").read_text("utf-8")
    return [line.partition("  # guess: ")[2] for line in text.splitlines() if "# guess: " in line]


def test_one_answer_is_for_the_same_guess_in_all_tables_that_need_no_look(root: Path) -> None:
    done = confirm(root, "--guess", "the row pattern")
    assert done.output.splitlines() == [
        "wrote tables/table_1.yaml",
        "wrote tables/table_2.yaml",
        "2 guesses were confirmed",
        "not asked about, because their drafts need a look; name them: table_3",
    ]
    assert "the row pattern" not in guesses(root, "table_1")
    assert "the words above the table" in guesses(root, "table_1")
    assert "the row pattern" in guesses(root, "table_3")


def test_a_guess_that_is_named_twice_counts_once(root: Path) -> None:
    done = confirm(root, "table_1", "--guess", "the row", "--guess", "the row pattern")
    assert done.output.splitlines()[-1] == "1 guess was confirmed"


def test_each_guess_is_shown_before_it_is_confirmed(root: Path) -> None:
    before = (root / "tables/table_1.yaml").read_text("utf-8")
    done = confirm(root, "table_1", answers="n\ny\n" + "n\n" * 20)
    assert (
        'tables/table_1.yaml:4  title: {en: "Table 1: courses"}\nIs it right? [y/N]: n\n'
        in done.output
    )
    assert "      - {name: year, type: year," in done.output
    assert done.output.splitlines()[-1] == "1 guess was confirmed"
    after = (root / "tables/table_1.yaml").read_text("utf-8")
    assert after == before.replace("  # guess: say what the table holds", "")


def test_what_was_answered_before_an_interruption_is_kept(root: Path) -> None:
    done = confirm(root, "table_1", answers="y\n")
    assert done.exit_code == 1
    assert "the words above the table" not in guesses(root, "table_1")


def test_all_guesses_of_a_named_table_are_confirmed_at_once(root: Path) -> None:
    assert confirm(root, "--all").exit_code == 2
    assert confirm(root, "table_3", "--all").exit_code == 0
    assert guesses(root, "table_3") == []
    assert guesses(root, "table_1") != []
    assert guesses(root, "package") != []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["table_9"], "tables: has no table 'table_9'"),
        (["--guess", "nothing"], "tables: has no guess that begins with 'nothing'"),
        (["--guess", ""], "tables: has no guess that begins with ''"),
    ],
)
def test_what_is_not_there_is_named(words: list[str], message: str, root: Path) -> None:
    done = confirm(root, *words)
    assert done.exit_code == 1
    assert message in done.output


def test_line_ends_and_all_else_stay_as_they_are(root: Path) -> None:
    path = root / "tables/table_1.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    confirm(root, "--guess", "the row pattern")
    assert path.read_bytes() == before.replace(b"  # guess: the row pattern", b"")


def test_a_line_break_of_unicode_in_a_text_is_no_line_of_the_file(root: Path) -> None:
    path = root / "tables/table_1.yaml"
    text = path.read_text("utf-8").replace("Table 1: courses", "Table 1:\u2028courses")
    path.write_text(text, "utf-8")
    assert confirm(root, "table_1", "--all").exit_code == 0
    confirmed = [line.partition("  # guess: ")[0] for line in text.split("\n")]
    assert path.read_text("utf-8") == "\n".join(confirmed)
