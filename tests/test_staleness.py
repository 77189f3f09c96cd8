"""Nothing is published again while what went into it and came out of it is as it was."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from openbaar.cli.main import main
from openbaar.publishing import staleness
from openbaar.publishing.many import publish_changed
from openbaar.publishing.publish import publish
from openbaar.publishing.staleness import CACHE, RECORD, is_stale, still_published, would_differ
from openbaar.tables.authored.references import load_publication

CSV = "tables/regions.csv"


@pytest.fixture
def published(hand_made: Path) -> Path:
    """The hand-made publication, published."""
    publish(load_publication(hand_made))
    return hand_made


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def everything(root: Path) -> dict[str, bytes]:
    """All that is published; what runs keep for themselves has times in it."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".openbaar" not in path.parts
    }


def test_what_was_just_published_is_not_stale_wherever_it_is_copied_or_moved(
    published: Path, tmp_path: Path
) -> None:
    assert not is_stale(published)
    copy = shutil.copytree(published, tmp_path / "copy", copy_function=shutil.copyfile)
    assert not is_stale(copy)
    moved = copy.rename(tmp_path / "moved")
    assert not is_stale(moved)
    assert str(tmp_path) not in (moved / RECORD).read_text()


CHANGES: dict[str, Callable[[Path], object]] = {
    "an authored table": lambda root: append(root / CSV, b" "),
    "a table file": lambda root: append(root / "tables/regions.yaml", b"# x\n"),
    "a document": lambda root: append(next((root / "sources").iterdir()), b" "),
    "a table file more": lambda root: (root / "tables/new.yaml").write_text("title: x"),
    "a table file less": lambda root: (root / "tables/regions.yaml").unlink(),
    "a generated file": lambda root: append(root / "datapackage.json", b" "),
    "a download": lambda root: next((root / "dist").glob("*.zip")).unlink(),
    "the database": lambda root: next((root / "build").glob("*.db")).unlink(),
    "the lines of the documents": lambda root: next((root / "build").glob("*.json")).unlink(),
    "the record": lambda root: (root / RECORD).write_text("{"),
    "the record, which is none": lambda root: (root / RECORD).write_text("[]"),
    "a released file": lambda root: next((root / "tables/releases").rglob("*.csv")).unlink(),
}


def append(path: Path, data: bytes) -> None:
    path.write_bytes(path.read_bytes() + data)


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_a_publication_stale(published: Path, change: str) -> None:
    CHANGES[change](published)
    assert is_stale(published)


def test_without_the_cache_of_times_files_are_read_to_see_what_changed(published: Path) -> None:
    (published / CACHE).unlink()
    assert not is_stale(published)
    append(published / CSV, b" ")
    assert is_stale(published)


def test_a_cache_of_another_time_is_not_relied_on(published: Path) -> None:
    """A run may be ended after it wrote the record and before it wrote the cache."""
    known = (published / CACHE).read_bytes()
    table = published / "tables" / "regions.yaml"
    append(table, b"# x\n")
    publish(load_publication(published))
    (published / CACHE).write_bytes(known)
    assert not is_stale(published)
    append(table, b"# y\n")
    assert is_stale(published)


def test_an_edit_that_keeps_size_and_time_is_seen_where_it_followed_at_once(
    hand_made: Path,
) -> None:
    path = hand_made / CSV
    path.touch()
    times = path.stat()
    publish(load_publication(hand_made))
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert is_stale(hand_made)


def test_an_edit_while_publishing_makes_it_stale(
    hand_made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited(*_arguments: object) -> list[object]:
        append(hand_made / "tables/regions.yaml", b"# x\n")
        return []

    monkeypatch.setattr("openbaar.publishing.stage.result_problems", edited)
    publish(load_publication(hand_made))
    assert is_stale(hand_made)


def test_what_was_edited_while_a_run_waited_is_published(hand_made: Path) -> None:
    before = load_publication(hand_made)
    table = hand_made / "tables" / "regions.yaml"
    title = str(before.tables["regions"].title["nl"])
    table.write_text(table.read_text("utf-8").replace(title, "Andere titel", 1), "utf-8")
    publish(before)
    assert "Andere titel" in (hand_made / "datapackage.json").read_text("utf-8")
    assert not is_stale(hand_made)


def test_another_toolkit_makes_it_stale(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staleness, "toolkit_hash", lambda: "another")
    assert is_stale(published)


def test_another_library_has_it_published_again_but_is_nothing_to_a_server(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not would_differ(published)
    monkeypatch.setattr(staleness, "made_with", lambda: {"pdfplumber": "99"})
    assert would_differ(published)
    assert still_published(published, "build", ".db") is None
    assert not is_stale(published)


def test_publish_leaves_what_did_not_change_unless_asked_and_makes_the_same_bytes(
    published: Path,
) -> None:
    before = everything(published)
    same = run("--project", published, "publish")
    assert same.stdout == "nothing changed since it was last published\n"
    again = run("--project", published, "publish", "--again")
    assert again.exit_code == 0
    assert "built build/municipalities.db" in again.stdout
    assert everything(published) == before


@pytest.fixture
def three(hand_made: Path, tmp_path: Path) -> list[Path]:
    """Three copies of a publication; the second one has a fault."""
    copies = [shutil.copytree(hand_made, tmp_path / "many" / name) for name in "abc"]
    append(copies[1] / CSV, b"x\n")
    return copies


@pytest.mark.parametrize("workers", [1, 2])
def test_one_publication_that_fails_does_not_stop_the_others(
    three: list[Path], workers: int
) -> None:
    done: list[int] = []
    outcomes = publish_changed(three, workers, False, done.append)
    assert [bool(outcome.problems) for outcome in outcomes] == [False, True, False]
    (problem,) = outcomes[1].problems
    assert str(problem).startswith(f"{three[1]}/{CSV}:")
    assert sum(done) == 3
    assert [is_stale(folder) for folder in three] == [False, True, False]
    later = publish_changed(three, workers, False, done.append)
    assert [outcome.folder for outcome in later] == [three[1]]
    assert everything(three[0]) == everything(three[2])


def test_the_command_reports_the_folders_that_failed(three: list[Path], tmp_path: Path) -> None:
    failed = run("publish", *three, "--workers", 1)
    assert failed.exit_code == 1
    assert f"{three[1]}/{CSV}:" in failed.stderr
    assert failed.stderr.endswith(f"not published: {three[1]}\n")
    assert failed.stdout.splitlines()[-1] == "published 2, left 0 as is"
    fine = run("publish", three[0], three[2])
    assert fine.exit_code == 0
    assert fine.stdout == "published 0, left 2 as is\n"
    assert "is not a publication" in run("publish", tmp_path, three[0]).stderr


def test_an_error_that_nobody_foresaw_is_reported_with_its_folder(
    three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(folder: Path) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr("openbaar.tables.authored.references.load_publication", ended)
    outcomes = publish_changed(three[:1], 1, False, lambda _count: None)
    assert [str(problem) for problem in outcomes[0].problems] == [
        f"{three[0]}: could not be published: MemoryError: no more"
        " (publish it by itself, with `--project`)"
    ]
