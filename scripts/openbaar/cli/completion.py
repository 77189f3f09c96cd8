"""What a shell offers when someone presses Tab: names of tables and versions, besides commands."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

NOT_TABLES = {"package"}  # other YAML files in the folder `tables/`


def table_names(
    ctx: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The tables of the publication that begin with what was typed, by the names of their files.

    The files are not read: the shell is waiting, and a broken file must not keep it from an answer.
    """
    root = _project(ctx)
    names = {path.stem for path in root.glob("tables/*.yaml")} - NOT_TABLES
    return [CompletionItem(name) for name in sorted(names) if name.startswith(begun)]


def version_names(
    ctx: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """The released versions of the publication that begin with what was typed, then files."""
    from openbaar.versions.sources import released_versions

    names = [name for name in released_versions(_project(ctx)) if name.startswith(begun)]
    return [*map(CompletionItem, names), CompletionItem(begun, type="file")]


def _project(ctx: click.Context) -> Path:
    """The folder that `--project` names, after the command or before it."""
    named = ctx.params.get("project") or ctx.find_root().params.get("project")
    return Path(named) if named else Path()
