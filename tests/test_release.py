"""Releasing: the number rises as the changes demand, the files are kept, and nothing is half done."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cuts import Cut, cut_at, lay_again
from drafted import drafted_counts
from openbaar.cli.main import main
from openbaar.errors import OpenbaarError
from openbaar.placing import recover
from openbaar.publishing.publish import put_published
from openbaar.publishing.release import Release, raised, release, with_entry, with_values
from openbaar.publishing.staleness import is_stale

TODAY = datetime.date(2026, 1, 31)
LATER = datetime.date(2026, 2, 1)


def package_of(root: Path) -> str:
    return (root / "tables/package.yaml").read_text("utf-8")


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def git(root: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def released(root: Path, day: datetime.date = TODAY) -> Release:
    return release(root, day, tagged=False)


def everything(root: Path) -> dict[str, bytes]:
    """The files of a publication that git would have."""
    paths = [path for path in root.rglob("*") if path.is_file()]
    names = {str(path.relative_to(root)): path for path in paths}
    kept = {name: path for name, path in names.items() if not name.startswith(("build", "dist"))}
    return {name: path.read_bytes() for name, path in kept.items()}


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A publication that was never released, drafted from a text, all guesses confirmed."""
    root = drafted_counts(tmp_path)
    edit(root, "tables/package.yaml", 'version: "0.1.0"', 'version: "0.1.0"  # by hand')
    return root


def test_the_first_release_is_1_0_0_with_its_date_and_its_files(publication: Path) -> None:
    first = released(publication)
    assert (first.version, first.diff, first.tag) == ("1.0.0", None, None)
    assert "version: 1.0.0  # by hand\n" in package_of(publication)
    assert "issued: 2026-01-31\n" in package_of(publication)
    assert "modified" not in package_of(publication)
    kept = json.loads((publication / "tables/releases/1.0.0/datapackage.json").read_bytes())
    assert kept["version"] == "1.0.0"
    assert "1.0.0 (2026-01-31)\n\n- First release.\n" in (publication / "CHANGELOG.md").read_text()


def test_what_was_just_released_is_up_to_date(publication: Path) -> None:
    released(publication)
    assert not is_stale(publication)


def test_a_corrected_text_raises_the_last_number(publication: Path) -> None:
    released(publication)
    edit(
        publication,
        "tables/table_1.yaml",
        "description: {en: unknown}",
        "description: {en: Starts}",
    )
    second = released(publication, LATER)
    assert second.version == "1.0.1"
    assert "issued: 2026-01-31\n" in package_of(publication)
    assert "modified: 2026-02-01\n" in package_of(publication)
    changelog = (publication / "CHANGELOG.md").read_text()
    assert changelog.index("1.0.1 (2026-02-01)") < changelog.index("1.0.0 (2026-01-31)")


def test_a_number_that_the_author_raised_further_stays(publication: Path) -> None:
    released(publication)
    edit(publication, "tables/package.yaml", "version: 1.0.0", "version: 4.0.0")
    edit(publication, "tables/package.yaml", "title: {en: ", "title: {en: better ")
    assert released(publication).version == "4.0.0"


def test_a_number_that_the_author_raised_is_released_though_no_file_shows_why(
    publication: Path,
) -> None:
    released(publication)
    edit(publication, "tables/package.yaml", "version: 1.0.0", "version: 1.1.0")
    assert released(publication, LATER).version == "1.1.0"


def test_nothing_is_released_when_nothing_changed(publication: Path) -> None:
    released(publication)
    before = everything(publication)
    with pytest.raises(OpenbaarError, match=r"nothing changed since 1\.0\.0"):
        released(publication)
    assert everything(publication) == before


def test_a_guess_that_nobody_confirmed_stops_the_release_and_leaves_all_as_it_was(
    publication: Path,
) -> None:
    edit(publication, "tables/package.yaml", "\ntables:", "  # guess: a\ntables:")
    before = everything(publication)
    with pytest.raises(OpenbaarError, match="a guess of 'openbaar init' is not confirmed: a"):
        released(publication)
    assert everything(publication) == before


def test_the_command_says_when_there_is_no_git_to_keep_the_release(publication: Path) -> None:
    done = CliRunner().invoke(main, ["--project", str(publication), "release"])
    assert done.stdout.endswith(
        "released 1.0.0; this folder is not in git, so nothing was committed or tagged\n"
    )


def test_git_gets_a_commit_and_a_tag(publication: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_git(publication, monkeypatch)
    done = release(publication, TODAY)
    assert git(publication, "tag").split() == [done.tag]
    assert git(publication, "status", "--porcelain") == ""
    assert "tables/releases/1.0.0/datapackage.json" in git(
        publication, "show", "--name-only", str(done.tag)
    )


def test_a_release_that_is_killed_while_it_replaces_files_is_whole_or_did_not_begin(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at each step, and put right by what the next run does first."""
    before = everything(publication)
    waiting = tmp_path / "waiting"
    found = []

    def kill(*given: Any) -> list[str]:
        shutil.copytree(publication, waiting)
        step = 0
        while not found or found[-1] != "ended":
            step += 1
            lay_again(publication, waiting)
            with cut_at(step, Cut, for_good=True):
                found.append(outcome_of(given))
            recover(publication)
            state = everything(publication)
            assert state == before or is_whole(state, "1.0.0"), f"killed at step {step}"
        return []

    # Who is killed loses nothing that was written; only a machine that stops does.
    monkeypatch.setattr("openbaar.placing._reach_disk", lambda _path: None)
    monkeypatch.setattr("openbaar.publishing.release.put_published", kill)
    released(publication)
    assert found.count("cut") > 20


def outcome_of(given: Any) -> str:
    try:
        put_published(*given)
    except Cut:
        return "cut"
    return "ended"


def is_whole(files: dict[str, bytes], version: str) -> bool:
    """Whether all that a release writes is there."""
    described = [files["datapackage.json"], files[f"tables/releases/{version}/datapackage.json"]]
    return (
        f"version: {version}" in files["tables/package.yaml"].decode()
        and all(json.loads(each)["version"] == version for each in described)
        and f"{version} (" in files["CHANGELOG.md"].decode()
    )


@pytest.mark.parametrize("step", ["load_publication", "generate", "snapshot", "make"])
def test_a_release_that_is_killed_before_it_replaces_files_did_not_begin(
    publication: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(publication)

    def die(*_given: Any, **_named: Any) -> None:
        raise Cut

    monkeypatch.setattr(f"openbaar.publishing.release.{step}", die)
    with pytest.raises(Cut):
        released(publication)
    assert everything(publication) == before


def in_git(publication: Path, monkeypatch: pytest.MonkeyPatch, name: str = "t") -> None:
    """Put the publication into git, and let git have that name for the author."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git(publication, "init", "--quiet")
    (publication / ".gitignore").write_text("/build/\n/dist/\n")
    git(publication, "add", ".")
    git(publication, "commit", "--quiet", "--message", "one")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", name)
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "t@example.org")


def test_a_release_that_was_killed_before_git_had_it_is_finished_by_the_next_call(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_git(publication, monkeypatch)

    def die(*_given: Any) -> None:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr("openbaar.publishing.release._tagged", die)
        with pytest.raises(Cut):
            release(publication, TODAY)
    assert git(publication, "tag") == ""
    finished = release(publication, LATER)
    assert (finished.version, finished.tag) == ("1.0.0", "counts-1.0.0")
    assert git(publication, "status", "--porcelain") == ""
    with pytest.raises(OpenbaarError, match=r"nothing changed since 1\.0\.0"):
        release(publication, LATER)


def test_a_release_begins_only_where_git_knows_who_commits(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_git(publication, monkeypatch, name="")
    before = everything(publication)
    with pytest.raises(OpenbaarError, match="git does not know in whose name to commit"):
        release(publication, TODAY)
    assert everything(publication) == before


def test_a_tag_of_that_version_stops_the_release_before_it_writes(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_git(publication, monkeypatch)
    git(publication, "tag", "counts-1.0.0")
    before = everything(publication)
    with pytest.raises(OpenbaarError, match=r"git has a tag counts-1\.0\.0 already"):
        release(publication, TODAY)
    assert everything(publication) == before


def test_what_else_is_staged_is_no_part_of_a_release(
    publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_git(publication, monkeypatch)
    (publication / "notes.txt").write_text("mine")
    git(publication, "add", "notes.txt")
    release(publication, TODAY)
    assert git(publication, "status", "--porcelain") == "A  notes.txt\n"


@pytest.mark.parametrize(
    ("version", "part", "next_version"),
    [("1.2.3", "patch", "1.2.4"), ("1.2.3", "minor", "1.3.0"), ("1.9.3", "major", "2.0.0")],
)
def test_a_raised_part_sets_those_behind_it_to_nought(
    version: str, part: str, next_version: str
) -> None:
    assert raised(version, part) == next_version  # type: ignore[arg-type]


def test_keys_of_the_package_file_are_set_where_they_stand() -> None:
    text = 'name: x\nversion: "0.1.0"  # first\n# created: long ago\ncreated: 2020-01-01\n'
    assert with_values(
        text, {"version": "1.0.0", "created": "2026-01-31", "issued": "2026-01-31"}
    ) == (
        "name: x\nversion: 1.0.0  # first\nissued: 2026-01-31\n# created: long ago\ncreated: 2026-01-31\n"
    )


def test_an_entry_that_somebody_wrote_stays() -> None:
    text = "# Changelog\n\n## Publication `x` 1.0.1\n\nBy hand.\n"
    assert with_entry(text, "x", "1.0.1 (2026-01-31)", ["One."]) == text
    assert with_entry(text, "x", "1.0.2 (2026-01-31)", ["Two."]).startswith(
        "# Changelog\n\n## Publication `x` 1.0.2 (2026-01-31)\n\n- Two.\n\n## Publication `x` 1.0.1\n"
    )
