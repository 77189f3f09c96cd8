"""Releasing: the next version of a publication, with a number that says how much changed.

The number rises as the difference to the last release demands, or more where the author has raised
it already. The files of the version are kept, the changelog says what changed, and git gets a
commit and a tag.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openbaar.errors import OpenbaarError, Place, Problem
from openbaar.files import replacing
from openbaar.holding import alone
from openbaar.package.citation_file import FILE as CITATION
from openbaar.package.descriptor import package_bytes
from openbaar.package.permalinks import RELEASES, number
from openbaar.publishing.generate import generate
from openbaar.publishing.pack import Made
from openbaar.publishing.publish import make, put_published
from openbaar.publishing.staleness import CHANGELOG, stamps_of_inputs
from openbaar.repository import git
from openbaar.schema.conventions import DESCRIPTOR
from openbaar.tables.authored.publication import PACKAGE
from openbaar.tables.authored.references import load_publication
from openbaar.tables.converting.convert import here
from openbaar.tables.converting.kept import keeping
from openbaar.tables.converting.sources import Say, say_nothing
from openbaar.versions.changes import PARTS, Diff, Part
from openbaar.versions.diff import difference
from openbaar.versions.report import summary
from openbaar.versions.snapshot import Snapshot, snapshot, todays_descriptor
from openbaar.versions.sources import GivenFiles, ReleasedFiles, released_versions

FIRST = "1.0.0"  # a version that begins with 0 is still being made
# What of a folder belongs to a release; `build/` and `dist/` are made of it.
PUBLISHED = ("sources", "tables", DESCRIPTOR, "metadata.yml", CITATION, CHANGELOG)


@dataclass(frozen=True)
class Release:
    """A version that was released: what changed since the one before, and which files did.

    `diff` is None for the first release, `tag` where git has none of it; `doubts` are what a person
    should look at in the documents.
    """

    version: str
    diff: Diff | None
    changed: Sequence[str]
    tag: str | None
    doubts: Sequence[Problem] = ()


def release(
    root: Path, today: datetime.date, tagged: bool = True, say: Say = say_nothing
) -> Release:
    """Release the publication in `root` as its next version, dated `today`.

    Nobody else works on it meanwhile. Its files are put in place all together, then git gets them;
    a release that was ended between the two is committed and tagged by the next call.

    Raises OpenbaarError with every problem, and when nothing changed since the last release; then
    everything is as it was.
    """
    in_git = tagged and _is_in_git(root)
    if in_git:
        _check_identity(root)
    with alone(root, say) as staging:
        publication = load_publication(root)
        inputs = stamps_of_inputs(publication)
        name = publication.package.name
        generated = generate(publication, staging, say, keeping(here, root))
        new = snapshot(GivenFiles(generated.files, "now"))
        last = _last_release(root)
        diff = None if last is None else difference(last, new)
        version = _next_version(publication.package.version, last, diff)
        if _is_released(last, version):
            return _finished(root, name, version, in_git)
        if in_git:
            _check_tag_is_free(root, f"{name}-{version}")
        package = with_values(_package_text(root), _dated(version, today, is_first=last is None))
        made = make(load_publication(root, package), staging, say)
        also = {PACKAGE: package.encode("utf-8"), **_kept_files(made, diff, today)}
        changed = put_published(made, inputs, staging, also)
        tag = _tagged(root, name, version) if in_git else None
    return Release(version, diff, changed, tag, made.generated.dataset.doubts)


def _last_release(root: Path) -> Snapshot | None:
    """The last version that was released; None where none was."""
    versions = released_versions(root)
    if not versions:
        return None
    return snapshot(ReleasedFiles(root, versions[-1]), todays_descriptor(root))


def _is_released(last: Snapshot | None, version: str) -> bool:
    """Whether a version is the last one that was released, whose descriptor was kept."""
    return last is not None and last.described and version == last.version


def _next_version(authored: str, last: Snapshot | None, diff: Diff | None) -> str:
    """The number of the next version; that of the last one where nothing changed since."""
    if last is None or diff is None:
        return max(authored, FIRST, key=number)
    if diff.part is not None:
        return max(authored, raised(last.version, diff.part), key=number)
    return max(authored, last.version, key=number)  # its author may know of what no file shows


def _finished(root: Path, name: str, version: str, in_git: bool) -> Release:
    """A release whose files are in place already, committed and tagged now.

    Raises OpenbaarError where git has it all.
    """
    if in_git and not _has_tag(root, f"{name}-{version}"):
        return Release(version, None, [], _tagged(root, name, version))
    message = f"nothing changed since {version}"
    raise OpenbaarError(Problem(Place(PACKAGE), message, "there is nothing to release"))


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


def set_values(root: Path, values: Mapping[str, str]) -> None:
    """Set keys of the package file of the publication in `root`, comments and all else kept."""
    with replacing(root / PACKAGE) as partial:
        partial.write_text(with_values(_package_text(root), values), "utf-8", newline="")


def _package_text(root: Path) -> str:
    return (root / PACKAGE).read_bytes().decode("utf-8")  # its line ends as they are


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


def _kept_files(made: Made, diff: Diff | None, today: datetime.date) -> dict[str, bytes]:
    """The descriptor of the version, beside its CSV files, and the changelog."""
    package = made.generated.publication.package
    path = made.generated.publication.root / CHANGELOG
    text = path.read_text("utf-8") if path.is_file() else "# Changelog\n"
    said = ["First release."] if diff is None else summary(diff)
    entry = f"{package.version} ({today.isoformat()})"
    return {
        f"{RELEASES}/{package.version}/{DESCRIPTOR}": package_bytes(made.generated.descriptor),
        CHANGELOG: with_entry(text, package.name, entry, said).encode("utf-8"),
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


def _is_in_git(root: Path) -> bool:
    return git(root, "rev-parse", "--is-inside-work-tree").returncode == 0


def _has_tag(root: Path, tag: str) -> bool:
    return git(root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}").returncode == 0


def _check_identity(root: Path) -> None:
    """Raise OpenbaarError where git does not know in whose name to commit."""
    for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        if git(root, "var", name).returncode != 0:
            message = "git does not know in whose name to commit"
            hint = "set user.name and user.email with `git config`, or give --no-tag"
            raise OpenbaarError(Problem(Place(PACKAGE), message, hint))


def _check_tag_is_free(root: Path, tag: str) -> None:
    """Raise OpenbaarError where git has the tag of a version that was not released here."""
    if _has_tag(root, tag):
        message = f"git has a tag {tag} already"
        hint = "remove it if it is a mistake, or raise 'version' above it"
        raise OpenbaarError(Problem(Place(PACKAGE), message, hint))


def _tagged(root: Path, name: str, version: str) -> str:
    """Commit what was published and tag it; returns the tag.

    Raises OpenbaarError with what git says when it refuses.
    """
    tag = f"{name}-{version}"
    paths = [path for path in PUBLISHED if (root / path).exists()]
    commands = [("add", "--", *paths)]
    if git(root, "status", "--porcelain", "--", *paths).stdout:
        subject = f"Release {name} {version}"
        commands.append(("commit", "--quiet", "--message", subject, "--", *paths))
    commands.append(("tag", tag))
    for command in commands:
        done = git(root, *command)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            reason = said.rpartition("\n")[2] or "no reason given"
            message = f"{version} is released, but git refused to {command[0]}: {reason}"
            hint = "mend it, and run `openbaar release` again: it commits and tags what is released"
            raise OpenbaarError(Problem(Place(PACKAGE), message, hint))
    return tag
