"""Releasing: the next version of a publication, with a number that says how much changed.

The number rises as the difference to the last release demands, or more where the author has raised
it already. The files of the version are kept, the changelog says what changed, and git gets a
commit and a tag.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import Content, replacing
from openbaar.holding import alone
from openbaar.package.citation_file import FILE as CITATION
from openbaar.package.permalinks import RELEASES, number
from openbaar.placing import write_files
from openbaar.publish import Say, generate, publish, say_nothing
from openbaar.repository import git
from openbaar.staleness import record_kept
from openbaar.tables.references import load_publication
from openbaar.versions.diff import PARTS, Diff, Part, difference
from openbaar.versions.report import summary
from openbaar.versions.snapshot import Snapshot, snapshot, todays_descriptor
from openbaar.versions.sources import DESCRIPTOR, GivenFiles, ReleasedFiles, released_versions

FIRST = "1.0.0"  # a version that begins with 0 is still being made
CHANGELOG = "CHANGELOG.md"
PACKAGE = "tables/package.yaml"
# What of a folder belongs to a release; `build/` and `dist/` are made of it.
PUBLISHED = ("sources", "tables", DESCRIPTOR, "metadata.yml", CITATION, CHANGELOG)


@dataclass(frozen=True)
class Release:
    """A version that was released: what changed since the one before, and which files did.

    `diff` is None for the first release, `tag` where git has none of it.
    """

    version: str
    diff: Diff | None
    changed: Sequence[str]
    tag: str | None


def release(
    root: Path, today: datetime.date, tagged: bool = True, say: Say = say_nothing
) -> Release:
    """Release the publication in `root` as its next version, dated `today`.

    Raises OpenbaarError with every problem, and when nothing changed since the last release; then
    everything is as it was.
    """
    publication = load_publication(root)
    new = snapshot(GivenFiles(generate(publication, say=say).files, "now"))
    last = _last_release(root)
    diff = None if last is None else difference(last, new)
    version = _next_version(root, publication.package.version, last, diff)
    with _authored(root, _dated(version, today, is_first=last is None)):
        changed = publish(load_publication(root), say)
    kept = _kept_files(root, publication.package.name, version, diff, today)
    with alone(root, say) as work:
        changed += write_files(publication.root, kept, work)
        record_kept(root, [name for name in kept if name != CHANGELOG])
    tag = _tagged(root, publication.package.name, version) if tagged else None
    return Release(version, diff, changed, tag)


def _last_release(root: Path) -> Snapshot | None:
    """The last version that was released; None where none was."""
    versions = released_versions(root)
    if not versions:
        return None
    return snapshot(ReleasedFiles(root, versions[-1]), todays_descriptor(root))


def _next_version(root: Path, authored: str, last: Snapshot | None, diff: Diff | None) -> str:
    """The number of the next version.

    Raises OpenbaarError where nothing changed since a release whose files are all kept.
    """
    if last is None or diff is None:
        return max(authored, FIRST, key=number)
    if diff.part is not None:
        return max(authored, raised(last.version, diff.part), key=number)
    if number(authored) > number(last.version):
        return authored  # its author knows of changes that no file shows
    if last.described:
        message = f"nothing changed since {last.version}"
        raise OpenbaarError(Problem(Place(PACKAGE), message, "there is nothing to release"))
    return last.version  # it was published, and its descriptor is not kept yet


def raised(version: str, part: Part) -> str:
    """The version with this part raised, and those behind it at nought.

    >>> raised("1.2.3", "minor")
    '1.3.0'
    """
    position = PARTS.index(part)
    numbers = list(number(version))
    numbers[position] += 1
    later = [0] * (len(numbers) - position - 1)
    return ".".join(map(str, [*numbers[: position + 1], *later]))


# --- the package file ---


def _dated(version: str, today: datetime.date, is_first: bool) -> dict[str, str]:
    """What the package file says of a release, by key."""
    day = today.isoformat()
    return {"version": version, "created": day, "issued" if is_first else "modified": day}


@contextmanager
def _authored(root: Path, values: Mapping[str, str]) -> Iterator[None]:
    """Set keys of the package file, comments and all else kept; undone when the block fails."""
    path = root / PACKAGE
    before = path.read_bytes()
    _replace(path, with_values(before.decode("utf-8"), values).encode("utf-8"))
    try:
        yield
    except BaseException:
        _replace(path, before)
        raise


def set_values(root: Path, values: Mapping[str, str]) -> None:
    """Set keys of the package file of the publication in `root`, comments and all else kept."""
    path = root / PACKAGE
    _replace(path, with_values(path.read_text("utf-8"), values).encode("utf-8"))


def _replace(path: Path, data: bytes) -> None:
    with replacing(path) as partial:
        partial.write_bytes(data)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text of a package file with these top-level keys; new ones below `version`.

    before: "name: x\\nversion: 1.0.0  # first\\n", {"version": "1.0.1", "created": "2026-01-31"}
    after: "name: x\\nversion: 1.0.1  # first\\ncreated: 2026-01-31\\n"
    """
    for key, value in values.items():
        line = re.compile(rf"^{key}:[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s#]+)", re.MULTILINE)
        if line.search(text):
            text = line.sub(f"{key}: {value}", text, count=1)
        else:
            text = re.sub(r"^(version:.*)$", rf"\1\n{key}: {value}", text, count=1, flags=re.M)
    return text


# --- what is kept ---


def _kept_files(
    root: Path, name: str, version: str, diff: Diff | None, today: datetime.date
) -> dict[str, Content]:
    """The descriptor of the version, beside its CSV files, and the changelog."""
    changelog = root / CHANGELOG
    text = changelog.read_text("utf-8") if changelog.is_file() else "# Changelog\n"
    said = ["First release."] if diff is None else summary(diff)
    return {
        f"{RELEASES}/{version}/{DESCRIPTOR}": (root / DESCRIPTOR).read_bytes(),
        CHANGELOG: with_entry(text, name, f"{version} ({today.isoformat()})", said).encode("utf-8"),
    }


def with_entry(changelog: str, name: str, version: str, said: Sequence[str]) -> str:
    """The changelog with an entry for a version of the publication, above its earlier ones.

    One entry of that version that somebody wrote before stays as it is.
    """
    heading = f"## Publication `{name}` "
    number_of_it = version.partition(" ")[0]
    if re.search(rf"^{re.escape(heading)}{re.escape(number_of_it)}\b", changelog, re.MULTILINE):
        return changelog
    items = "".join(f"- {line}\n" for line in said or ["Texts changed."])
    entry = f"{heading}{version}\n\n{items}"
    earlier = changelog.find(heading)
    if earlier < 0:
        return f"{changelog.rstrip()}\n\n{entry}"
    return f"{changelog[:earlier]}{entry}\n{changelog[earlier:]}"


# --- git ---


def _tagged(root: Path, name: str, version: str) -> str | None:
    """Commit what was published and tag it; returns the tag, None where this is no repository.

    Raises OpenbaarError with what git says when it refuses.
    """
    if git(root, "rev-parse", "--is-inside-work-tree").returncode != 0:
        return None
    tag = f"{name}-{version}"
    paths = [path for path in PUBLISHED if (root / path).exists()]
    commands = [("add", "--", *paths)]
    if git(root, "status", "--porcelain", "--", *paths).stdout:
        commands.append(("commit", "--quiet", "--message", f"Release {name} {version}"))
    commands.append(("tag", tag))
    for command in commands:
        done = git(root, *command)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            reason = said.rpartition("\n")[2] or "no reason given"
            message = f"{version} is released, but git refused to {command[0]}: {reason}"
            hint = f"mend it, commit, and run `git tag {tag}`"
            raise OpenbaarError(Problem(Place(PACKAGE), message, hint))
    return tag
