"""A publication gets another document; what its author wrote stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from openbaar.authoring.draft.addition import add, with_items
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.publishing.publish import publish
from openbaar.tables.authored.references import load_publication
from openbaar.yamlfile import parse_yaml
from stated import state

TEXT = "Tabel 1\n\nJaar Begonnen Klaar\n2020 1.012 3\n2021 1.015 4\n2022 1.019 5\nTotaal 3.046 12\n"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document that the hand-made publication does not have."""
    path = tmp_path / "andere.txt"
    path.write_text(TEXT)
    return path


def test_the_document_and_its_tables_are_added_and_the_rest_is_kept(
    hand_made: Path, document: Path
) -> None:
    before = (hand_made / "tables/package.yaml").read_text("utf-8")
    earlier = load_publication(hand_made)
    report = add(hand_made, [document])
    assert "sources/andere.txt: 7 lines, 1 table" in report
    after = load_publication(hand_made)
    assert [*after.tables] == [*earlier.tables, "tabel_1"]
    (*kept, added) = after.package.documents
    assert tuple(kept) == earlier.package.documents
    assert (added.path, dict(added.title)) == (
        "sources/andere.txt",
        {"nl": "andere.txt", "en": "andere.txt"},
    )
    text = (hand_made / "tables/package.yaml").read_text("utf-8")
    kept_lines = [line for line in text.splitlines() if "andere.txt" not in line]
    assert "\n".join(kept_lines).replace(", tabel_1]", "]") == before.rstrip("\n")
    assert (hand_made / "sources/andere.txt").read_text() == TEXT


def test_what_was_added_is_published_once_its_guesses_are_confirmed(
    hand_made: Path, document: Path
) -> None:
    state(hand_made, {"version": "0.1.0"})
    add(hand_made, [document])
    publish(load_publication(hand_made))
    rows = (hand_made / "tables/tabel_1.csv").read_text().splitlines()
    assert len(rows) == 4
    assert "1012" in rows[1]


def test_a_document_that_is_there_is_refused_and_nothing_is_written(
    hand_made: Path, document: Path
) -> None:
    add(hand_made, [document])
    before = (hand_made / "tables/package.yaml").read_bytes()
    with pytest.raises(
        OpenbaarError, match=r"cannot be added: sources/andere\.txt is there already"
    ):
        add(hand_made, [document])
    assert (hand_made / "tables/package.yaml").read_bytes() == before


def test_the_commands_answer_programs_in_json(hand_made: Path, document: Path) -> None:
    done = CliRunner().invoke(main, ["--project", str(hand_made), "add", "--json", str(document)])
    assert "wrote tables/tabel_1.yaml" in json.loads(done.stdout)["report"]
    folder = str(document.parent / "new")
    made = CliRunner().invoke(main, ["init", folder, "--document", str(document), "--json"])
    assert json.loads(made.stdout)["folder"] == folder


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("t: [a, b]  # in order\nz: 1\n", "t: [a, b, new]  # in order\nz: 1\n"),
        ("t: []\n", "t: [new]\n"),
        ("t: [\n  a,\n  b,\n]\n", "t: [\n  a,\n  b, new]\n"),
        ("t:\n  - a\n  - b\n\n# of z\nz: 1\n", "t:\n  - a\n  - b\n  - new\n\n# of z\nz: 1\n"),
        ("t:\n- a: 1\n  b: 2  # said\n", "t:\n- a: 1\n  b: 2  # said\n- new\n"),
        ("t:\n  - a", "t:\n  - a\n  - new\n"),
    ],
)
def test_a_list_gets_an_item_in_the_form_that_it_has(before: str, after: str) -> None:
    assert with_items(before, "t", ["new"]) == after


@given(
    items=st.lists(st.sampled_from(["a", "'b # c'", "{d: 1}", '"e: f"']), min_size=1),
    indent=st.sampled_from(["", "  ", "    "]),
    gap=st.sampled_from(["", "\n", "# said\n", "\n  # said\n\n"]),
    is_last=st.booleans(),
)
def test_an_item_is_the_last_of_its_list_and_nothing_else_changes(
    items: list[str], indent: str, gap: str, is_last: bool
) -> None:
    listed = "".join(f"{indent}- {item}\n{gap}" for item in items)
    text = f"x: 1\nt:\n{listed}{'' if is_last else 'z: {t: [1]}'}\n"
    before = parse_yaml(text, "f").data
    after = parse_yaml(with_items(text, "t", ["new"]), "f").data
    assert after == {**before, "t": [*before["t"], "new"]}
