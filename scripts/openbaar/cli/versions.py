"""The commands about versions: `diff`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openbaar.cli.common import Run, common

if TYPE_CHECKING:
    from openbaar.versions.snapshot import Snapshot


@click.command()
@click.argument("old")
@click.argument("new", default=".")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON, for machines.")
@common
@click.pass_context
def diff(
    ctx: click.Context, old: str, new: str, as_json: bool, project: Path | None, quiet: bool
) -> None:
    """Show what changed from version OLD to version NEW.

    Each is a folder, a zip, a released version such as 1.0.0, or a revision of git. Without NEW it
    is the publication as it is now. Says which part of the version has to rise.
    """
    from openbaar.versions.diff import difference
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    found = difference(_snapshot(old, run.root), _snapshot(new, run.root))
    if as_json:
        click.echo(json.dumps(as_data(found), ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(found))


def _snapshot(name: str, root: Path) -> Snapshot:
    from openbaar.versions.snapshot import snapshot, todays_descriptor
    from openbaar.versions.sources import FolderFiles, version_files

    if name == ".":
        return snapshot(FolderFiles(root, "now"))
    return snapshot(version_files(name, root), todays_descriptor(root))
