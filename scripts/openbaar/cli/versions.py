"""The commands about versions: `diff` and `release`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openbaar.cli.common import Run, common, json_result
from openbaar.cli.completion import version_names

if TYPE_CHECKING:
    from openbaar.versions.snapshot import Snapshot


@click.command()
@click.argument("old", shell_complete=version_names)
@click.argument("new", default=".", shell_complete=version_names)
@json_result
@common
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, project: Path | None, quiet: bool) -> None:
    """Show what changed from version OLD to version NEW.

    Each is a folder, a zip, a released version such as 1.0.0, or a revision of git. Without NEW it
    is the publication as it is now. Says which part of the version has to rise.
    """
    from openbaar.versions.diff import difference
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    found = difference(_snapshot(old, run.root), _snapshot(new, run.root))
    run.result(**as_data(found))
    if not run.as_json:
        click.echo(as_text(found))


def _snapshot(name: str, root: Path) -> Snapshot:
    from openbaar.versions.snapshot import snapshot, todays_descriptor
    from openbaar.versions.sources import FolderFiles, version_files

    if name == ".":
        return snapshot(FolderFiles(root, "now"))
    return snapshot(version_files(name, root), todays_descriptor(root))


@click.command()
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date of the release; by default today.",
)
@click.option("--no-tag", is_flag=True, help="Leave git alone: no commit, no tag.")
@json_result
@common
@click.pass_context
def release(
    ctx: click.Context,
    day: datetime.datetime | None,
    no_tag: bool,
    project: Path | None,
    quiet: bool,
) -> None:
    """Release the publication as its next version.

    The number rises as the changes since the last release demand. Publishes, keeps the files of the
    version in tables/releases/, writes an entry in CHANGELOG.md, and in a repository of git commits
    and tags it.
    """
    from openbaar.release import release as release_next
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    today = datetime.date.today() if day is None else day.date()
    released = release_next(run.root.resolve(), today, not no_tag, run.say)
    if released.diff is not None:
        run.done(as_text(released.diff))
    for name in released.changed:
        run.done(f"wrote {name}")
    run.done(f"released {released.version}{_in_git(released.tag, wanted=not no_tag)}")
    run.result(
        version=released.version,
        tag=released.tag,
        written=list(released.changed),
        changes=None if released.diff is None else as_data(released.diff),
    )


def _in_git(tag: str | None, wanted: bool) -> str:
    """What git has of a release, said behind its number."""
    if tag is not None:
        return f", tag {tag}"
    return "; this folder is not in git, so nothing was committed or tagged" if wanted else ""
