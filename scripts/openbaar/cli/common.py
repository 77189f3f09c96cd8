"""What all commands share: options, messages, and exit status 1 for errors."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openbaar.errors import OpenbaarError, Place, Problem

if TYPE_CHECKING:
    from openbaar.tables.publication import Publication


class Commands(click.Group):
    """The one place where the toolkit's errors become messages and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; print every problem of an OpenbaarError on a line of its own.

        SIGTERM ends a command as Ctrl-C does, so that its temporary files are removed.
        """
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            return super().invoke(ctx)
        except OpenbaarError as error:
            print_problems(error.problems)
        except OSError as error:
            print_problems([unreadable(error)])
        ctx.exit(1)


def unreadable(error: OSError) -> Problem:
    """A file that cannot be read or written, as a problem."""
    name = os.path.relpath(error.filename) if isinstance(error.filename, str | Path) else "a file"
    return Problem(
        Place(name),
        f"cannot be read or written: {error.strerror or error}",
        "check the permissions of the folder",
    )


def print_problems(problems: Sequence[Problem]) -> None:
    """Print each problem with its place and hint, and how many there are, on standard error."""
    _print(problems, "problem", "red")


def print_warnings(warnings: Sequence[Problem]) -> None:
    """Print what a person should look at as problems are, and how many warnings there are."""
    _print(warnings, "warning", "yellow")


def _print(found: Sequence[Problem], name: str, colour: str) -> None:
    for problem in found:
        click.echo(f"{click.style(str(problem.place), bold=True)}: {problem.message}", err=True)
        if problem.hint:
            click.echo(f"  → {problem.hint}", err=True)
    if found:
        count = f"1 {name}" if len(found) == 1 else f"{len(found)} {name}s"
        click.echo(click.style(count, fg=colour), err=True)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command, which may also stand before it."""
    project = click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The folder of the publication; by default the current one.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="Show errors only.")
    return project(quiet(command))


class Run:
    """What a command works on: the publication, and how it speaks."""

    def __init__(self, ctx: click.Context, project: Path | None, quiet: bool) -> None:
        before = (ctx.find_root().params if ctx.parent else {}) or {}
        self.root: Path = project or before.get("project") or Path()
        self.quiet: bool = quiet or bool(before.get("quiet"))

    def say(self, message: str) -> None:
        """Report progress, on standard error."""
        if not self.quiet:
            click.echo(click.style(message, dim=True), err=True)

    def done(self, message: str) -> None:
        """Print a result, on standard output."""
        if not self.quiet:
            click.echo(message)

    def load(self) -> Publication:
        """The publication of the project folder. Raises OpenbaarError."""
        from openbaar.tables.references import load_publication

        return load_publication(self.root.resolve())
