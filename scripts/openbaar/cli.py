"""The command `openbaar`. It only reads options, calls the toolkit, and turns its errors into text and exit codes.

Everything else is imported when a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openbaar import __version__
from openbaar.errors import OpenbaarError, Problem

if TYPE_CHECKING:
    from openbaar.publication import Publication


class Commands(click.Group):
    """The one place where the toolkit's errors become messages and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; print every problem of an OpenbaarError on a line of its own."""
        try:
            return super().invoke(ctx)
        except OpenbaarError as error:
            _print_problems(error.problems)
            ctx.exit(1)


def _print_problems(problems: list[Problem]) -> None:
    for problem in problems:
        click.echo(f"{click.style(str(problem.place), bold=True)}: {problem.message}", err=True)
        if problem.hint:
            click.echo(f"  → {problem.hint}", err=True)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    click.echo(click.style(count, fg="red"), err=True)


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command, which may also stand before it."""
    project = click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="The publication folder; the current one by default.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
    return project(quiet(command))


class Run:
    """What a command works on: the publication, and how it speaks."""

    def __init__(self, ctx: click.Context, project: Path | None, quiet: bool) -> None:
        before = (ctx.find_root().params if ctx.parent else {}) or {}
        self.root: Path = project or before.get("project") or Path()
        self.quiet: bool = quiet or bool(before.get("quiet"))

    def say(self, message: str) -> None:
        """Tell of progress, on standard error."""
        if not self.quiet:
            click.echo(click.style(message, dim=True), err=True)

    def done(self, message: str) -> None:
        """Tell of a result, on standard output."""
        if not self.quiet:
            click.echo(message)

    def load(self) -> Publication:
        """The publication of the project folder. Raises OpenbaarError."""
        from openbaar.publication import load_publication

        return load_publication(self.root.resolve())


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="openbaar")
@common
def main(project: Path | None, quiet: bool) -> None:
    """Turn the tables of official documents into documented, citable open data.

    Works on a publication: a folder with sources/, tables/*.yaml and tables/package.yaml.
    """


@main.command()
@click.argument("tables", nargs=-1)
@common
@click.pass_context
def convert(ctx: click.Context, tables: tuple[str, ...], project: Path | None, quiet: bool) -> None:
    """Read the documents and write tables/*.csv.

    Without TABLES all of them, and the trust tables (provenance, reconciliation, footnotes, anomalies);
    with TABLES only those.
    """
    from openbaar.convert import convert, convert_only
    from openbaar.publish import write_files

    run = Run(ctx, project, quiet)
    publication = run.load()
    files = convert_only(publication, tables, say=run.say) if tables else convert(publication, say=run.say)
    _tell_written(run, write_files(publication, files), len(files))


@main.command()
@common
@click.pass_context
def package(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Write datapackage.json, the descriptor of the data package, for the CSV files as they are."""
    from openbaar.package import descriptor, package_bytes
    from openbaar.publish import files_on_disk, write_files

    run = Run(ctx, project, quiet)
    publication = run.load()
    files = {"datapackage.json": package_bytes(descriptor(publication, files_on_disk(publication)))}
    _tell_written(run, write_files(publication, files), len(files))


@main.command()
@common
@click.pass_context
def build(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Build the database in build/ and write metadata.yml, from the CSV files as they are."""
    from openbaar.publish import build_site

    run = Run(ctx, project, quiet)
    publication = run.load()
    changed = build_site(publication, run.say)
    run.done(f"built {changed[0]}")
    _tell_written(run, changed[1:], 1)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Report as JSON, for machines.")
@common
@click.pass_context
def check(ctx: click.Context, as_json: bool, project: Path | None, quiet: bool) -> None:
    """Report everything that is wrong, files that differ from a fresh build included; exit 1 if anything is."""
    from openbaar.publish import check

    run = Run(ctx, project, quiet or as_json)
    try:
        problems = check(run.load(), run.say)
    except OpenbaarError as error:
        problems = error.problems
    if as_json:
        report = {"valid": not problems, "problems": [problem.as_dict() for problem in problems]}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    elif problems:
        _print_problems(problems)
    else:
        run.done("nothing is wrong")
    ctx.exit(1 if problems else 0)


@main.command()
@common
@click.pass_context
def publish(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Convert, package, build and check, and pack the download in dist/; nothing is replaced if anything is wrong."""
    from openbaar.publish import publish
    from openbaar.staleness import archive_path, database_path

    run = Run(ctx, project, quiet)
    publication = run.load()
    changed = publish(publication, run.say)
    _tell_written(run, changed, len(publication.resources) + 2)
    for path in (database_path(publication), archive_path(publication)):
        run.done(f"built {path.relative_to(publication.root)}")


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="0 takes any free port.")
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
@common
@click.pass_context
def serve(ctx: click.Context, port: int, open_browser: bool, project: Path | None, quiet: bool) -> None:
    """Publish what is stale, then show the site on this machine until Ctrl-C."""
    run = Run(ctx, project, quiet)
    publication = run.load()
    database = _publish_if_stale(run, publication)
    from openbaar.serve import serve

    def announce(address: str) -> None:
        click.echo(f"{address} shows {publication.package.name}; Ctrl-C ends it.")

    serve(database, publication.root / "metadata.yml", port, open_browser, announce)


def _publish_if_stale(run: Run, publication: Publication) -> Path:
    """Publish in a process of its own, which takes the libraries that checking needs away with it."""
    import subprocess
    import sys

    from openbaar.staleness import database_path, is_stale

    if is_stale(publication):
        arguments = [sys.executable, "-m", "openbaar", "--project", str(publication.root)]
        quiet = ["--quiet"] if run.quiet else []
        finished = subprocess.run([*arguments, *quiet, "publish"], check=False)  # noqa: S603  # our own command
        if finished.returncode:
            raise click.exceptions.Exit(finished.returncode)
    else:
        run.say("nothing changed since it was last published")
    return database_path(publication)


def _tell_written(run: Run, changed: list[str], total: int) -> None:
    for name in changed:
        run.done(f"wrote {name}")
    run.done(f"{len(changed)} of {total} files changed" if changed else "no file changed")
