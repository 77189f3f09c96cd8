"""The command `openbaar`: it reads options, calls the toolkit, and prints its errors.

Everything else is imported when a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from openbaar import __version__
from openbaar.cli import progress
from openbaar.cli.authoring import add, init, inspect, migrate, preview, recognise
from openbaar.cli.common import (
    Commands,
    Run,
    common,
    json_result,
    print_problems,
    print_warnings,
    unreadable,
)
from openbaar.cli.completion import table_names
from openbaar.cli.handbook import show_help
from openbaar.cli.versions import deposit, diff, release, update
from openbaar.errors import OpenbaarError, Problem

if TYPE_CHECKING:
    from openbaar.package.catalogues.rdf import Node
    from openbaar.tables.convert import Readers
    from openbaar.tables.publication import Publication


EXAMPLE = "https://data.example"  # where a site is that has no address yet
# How many objects are made before Python looks for those that nobody uses; 700 where nothing is
# said. Commands make many that last, and to look at them again and again takes a tenth of the time.
GARBAGE = 50_000


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="openbaar")
@common
@click.pass_context
def main(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Turn the tables of official documents into documented, citable open data.

    Works on a publication: a folder with sources/, tables/*.yaml and tables/package.yaml.
    """
    gc.set_threshold(GARBAGE)
    atexit.register(gc.freeze)  # all that there is goes with the process: no last look at it
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        ctx.color = False


main.add_command(init)
main.add_command(add)
main.add_command(preview)
main.add_command(migrate)
main.add_command(inspect)
main.add_command(diff)
main.add_command(release)
main.add_command(deposit)
main.add_command(update)
main.add_command(recognise)
main.add_command(show_help)


@main.command()
@click.argument("tables", nargs=-1, shell_complete=table_names)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="How many processes read documents; by default as many as are worth their start.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Read them on the Dask cluster at tcp://HOST:PORT."
)
@json_result
@common
@click.pass_context
def convert(
    ctx: click.Context,
    tables: tuple[str, ...],
    workers: int | None,
    scheduler: str | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Read the documents and write tables/*.csv.

    With TABLES it writes only those; without, all tables and the trust tables (provenance,
    reconciliation, footnotes, anomalies).
    """
    from openbaar.holding import alone
    from openbaar.placing import write_files
    from openbaar.tables.convert import convert_some, convert_to_files, here
    from openbaar.tables.verdicts import differences

    run = Run(ctx, project, quiet)
    publication = run.load()
    with alone(publication.root, run.say) as work:
        readers = _readers(run, publication, workers, scheduler)
        with run.progress(lambda: progress.converting(publication, readers is here, tables)):
            if tables:
                made = convert_some(publication, tables, work, say=run.say, readers=readers)
            else:
                made = convert_to_files(publication, work, say=run.say, readers=readers)
        changed = write_files(publication.root, {**made.files, **made.lines}, work)
    written = [name for name in changed if name not in made.lines]
    _tell_written(run, written)
    different = differences(made.reconciliation)
    run.result(written=written, different=[problem.as_dict() for problem in different])
    if different and not run.as_json:  # written all the same, for the author to look at
        print_problems(different)


def _readers(
    run: Run, publication: Publication, workers: int | None = None, scheduler: str | None = None
) -> Readers:
    """What reads the tables: this process, several, or a cluster."""
    from openbaar.tables.convert import here
    from openbaar.tables.workers import in_processes, on_cluster, worthwhile

    if scheduler is not None:
        return on_cluster(scheduler, run.part)
    count = worthwhile(publication) if workers is None else workers
    return here if count == 1 else in_processes(count, run.part)


@main.command()
@json_result
@common
@click.pass_context
def package(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Write datapackage.json.

    It describes the CSV files as they are.
    """
    from openbaar.holding import alone
    from openbaar.package.descriptor import descriptor, package_bytes
    from openbaar.placing import write_files
    from openbaar.schema.conventions import DESCRIPTOR
    from openbaar.tables.dataset import read_dataset

    run = Run(ctx, project, quiet)
    publication = run.load()
    with alone(publication.root, run.say) as work:
        files = {DESCRIPTOR: package_bytes(descriptor(read_dataset(publication)))}
        changed = write_files(publication.root, files, work)
    _tell_written(run, changed)
    run.result(written=changed)


@main.command()
@json_result
@common
@click.pass_context
def build(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Build the database and metadata.yml.

    They are made from the CSV files as they are; the database is in build/.
    """
    from openbaar.publish import build_site

    run = Run(ctx, project, quiet)
    publication = run.load()
    with run.progress(lambda: progress.building(publication)):
        changed = build_site(publication, run.say)
    run.done(f"built {changed[0]}")
    _tell_written(run, changed[1:])
    run.result(built=changed[:1], written=changed[1:])


@main.command()
@json_result
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@common
@click.pass_context
def check(ctx: click.Context, strict: bool, project: Path | None, quiet: bool) -> None:
    """Report everything that is wrong or out of date.

    That includes generated files that differ from a fresh build. Exits with 1 if there is a
    problem. Warnings, such as guesses of `init` that nobody confirmed, are listed beside problems.
    """
    from openbaar.publish import check, warnings
    from openbaar.tables.convert import here

    run = Run(ctx, project, quiet)
    warned: list[Problem] = []
    try:
        publication = run.load()
        warned = warnings(publication)
        readers = _readers(run, publication)
        with run.progress(lambda: progress.checking(publication, readers is here)):
            problems = check(publication, run.say, readers)
    except OpenbaarError as error:
        problems = error.problems
    except OSError as error:
        problems = [unreadable(error)]
    if run.as_json:
        run.result(
            valid=not problems,
            problems=[problem.as_dict() for problem in problems],
            warnings=[warning.as_dict() for warning in warned],
        )
    elif problems or warned:
        print_warnings(warned)
        print_problems(problems)
    else:
        run.done("nothing is wrong")
    ctx.exit(1 if problems or (strict and warned) else 0)


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Publish also what did not change.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="How many processes publish FOLDERS, or read the documents of one publication.",
)
@json_result
@common
@click.pass_context
def publish(
    ctx: click.Context,
    folders: tuple[Path, ...],
    again: bool,
    workers: int | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Convert, package, build, check, and write the downloads.

    If anything is wrong, nothing is replaced. The database is in build/, the downloads are in
    dist/. With FOLDERS, publishes the publication in each of them; one that fails does not stop
    the others. What did not change since it was last published is left as it is.
    """
    from openbaar.staleness import archive_path, database_path, is_stale, workbook_path

    run = Run(ctx, project, quiet)
    if folders:
        _publish_many(ctx, run, folders, again, workers)
        return
    if not again and not is_stale(run.root):
        run.done("nothing changed since it was last published")
        run.result(written=[], built=[])
        return
    from openbaar.publish import publish
    from openbaar.tables.convert import here

    publication = run.load()
    readers = _readers(run, publication, workers)
    with run.progress(lambda: progress.publishing(publication, readers is here)):
        changed = publish(publication, run.say, readers)
    _tell_written(run, changed)
    made = [database_path(publication), archive_path(publication), workbook_path(publication)]
    built = [str(path.relative_to(publication.root)) for path in made]
    for name in built:
        run.done(f"built {name}")
    run.result(written=changed, built=built)


def _publish_many(
    ctx: click.Context, run: Run, folders: tuple[Path, ...], again: bool, workers: int | None
) -> None:
    """Publish the publications in several folders, with a bar, and report those that failed."""
    from openbaar.many import publish_changed

    with click.progressbar(length=len(folders), label="publishing", file=_bar_file(run)) as bar:
        outcomes = publish_changed(folders, workers, again, bar.update)
    for outcome in outcomes:
        for name in outcome.changed:
            run.done(f"wrote {outcome.folder / name}")
    published = [str(outcome.folder) for outcome in outcomes if not outcome.problems]
    failed = [str(outcome.folder) for outcome in outcomes if outcome.problems]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    run.done(f"published {len(published)}, left {len(folders) - len(outcomes)} as is")
    run.result(
        published=published,
        failed=failed,
        problems=[problem.as_dict() for problem in problems],
    )
    if failed:
        _tell_failed(run, failed, problems)
        ctx.exit(1)


def _tell_failed(run: Run, failed: Sequence[str], problems: Sequence[Problem]) -> None:
    """Say to people what is wrong, and which publications are not published for it."""
    if run.as_json:
        return
    print_problems(problems)
    click.echo(f"not published: {', '.join(failed)}", err=True)


def _bar_file(run: Run) -> TextIO:
    """Where a progress bar goes: nowhere when only errors are shown."""
    return io.StringIO() if run.quiet else sys.stderr


def _site_address(_ctx: click.Context, _parameter: click.Parameter, url: str | None) -> str | None:
    from openbaar.schema.names import check_site_address

    try:
        return check_site_address(url) if url is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _url(required: bool) -> Callable[..., Any]:
    text = "The address at which the site is known, such as https://data.example."
    return click.option(
        "--url", required=required, callback=_site_address, envvar="OPENBAAR_URL", help=text
    )


@main.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open the site in the browser.")
@click.option("--public", is_flag=True, help="Limit what visitors can do, for the public internet.")
@_url(required=False)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; a container needs 0.0.0.0.",
)
@click.option(
    "--access-log",
    is_flag=True,
    help="Print a line for each request, in the Combined Log Format.",
)
@common
@click.pass_context
def serve(
    ctx: click.Context,
    /,
    port: int,
    open_browser: bool,
    project: Path | None,
    quiet: bool,
    **profile: Any,
) -> None:
    """Publish if anything is out of date, then serve the site.

    Stop it with Ctrl-C.
    """
    if profile["public"] and profile["url"] is None:
        raise click.UsageError("--public needs --url, the address at which the site is known.")
    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    database = _published_database(run, root)
    from openbaar.site.serve import Options, serve

    def announce(address: str) -> None:
        click.echo(f"{address} shows {database.stem}; Ctrl-C ends it.")

    options = Options(port=port, open_browser=open_browser, **profile)
    serve(database, root / "metadata.yml", options, announce)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@_url(required=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="How many processes make pages; by default as many as are worth their start.",
)
@json_result
@common
@click.pass_context
def freeze(
    ctx: click.Context,
    folder: Path,
    url: str,
    workers: int | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Publish if anything is out of date, then write static files.

    FOLDER gets the whole site, for any web server. Of an earlier one there, files stay that are as
    they should be.
    """
    from openbaar.frozen import freeze_published
    from openbaar.holding import alone

    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    _published_database(run, root)
    with alone(root, run.say), run.progress(progress.freezing):
        run.say(progress.WRITING_PAGES)
        files, changed = freeze_published(root, folder.resolve(), url, run.part, workers)
    run.done(f"{files} files are in {folder}, of which {changed} are new or changed")
    run.result(folder=str(folder), files=files, changed=changed)


@main.command()
@click.option("--score", is_flag=True, help="Print what data.europa.eu would give it points for.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["turtle", "json-ld"]),
    default="turtle",
    show_default=True,
    help="The form in which it is printed.",
)
@_url(required=False)
@json_result
@common
@click.pass_context
def catalogue(
    ctx: click.Context,
    score: bool,
    form: str,
    url: str | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Publish if anything is out of date, then print what catalogues harvest.

    That is DCAT-AP, with the addresses of a frozen site at --url. With --score, prints instead the
    points of the metadata quality assessment of data.europa.eu.
    """
    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    database = _published_database(run, root, quiet=True)
    from openbaar.package.catalogues import rdf
    from openbaar.package.catalogues.dcat import PREFIXES
    from openbaar.site.catalogue import nodes_of
    from openbaar.site.published import publication_of
    from openbaar.site.serve import site

    shown = site(database, root / "metadata.yml", url or EXAMPLE)
    nodes = nodes_of(publication_of(shown))
    if score:
        _tell_score(run, nodes)
        return
    write = {"turtle": rdf.turtle, "json-ld": rdf.json_ld}[form]
    click.echo(write(nodes, PREFIXES), nl=False)


def _tell_score(run: Run, nodes: Sequence[Node]) -> None:
    """Print the points that a catalogue earns, metric by metric."""
    from openbaar.package.catalogues.quality import BEST, EXCELLENT, assessed

    earned = assessed(nodes)
    total = sum(each.points for each in earned if each.points is not None)
    untold = sum(each.metric.most for each in earned if each.points is None)
    metrics = [each.as_data() for each in earned]
    run.result(metrics=metrics, earned=total, untold=untold, best=BEST, excellent=EXCELLENT)
    for each in earned:
        points = "-" if each.points is None else f"{round(each.points, 1):g}"
        metric = each.metric
        run.done(f"{metric.dimension:17}{metric.name:34}{points:>5} of {metric.most:3}")
    run.done(
        f"{round(total, 1):g} points; {untold} more need a live host or the shapes of DCAT-AP (-)"
    )
    run.done(f"at best {BEST}, excellent from {EXCELLENT}; `openbaar check` names what is missing")


def _published_database(run: Run, root: Path, quiet: bool = False) -> Path:
    """The database of the publication in `root`, published anew if anything is out of date.

    That is done in a process of its own: the libraries that it needs go away with it. What is up to
    date is served without them, so that a server need not have them.
    """
    import subprocess

    from openbaar.staleness import is_stale, published_database

    if is_stale(root):
        command = [sys.executable, "-m", "openbaar", "--project", str(root), "publish"]
        if run.quiet or quiet:
            command.append("--quiet")
        finished = subprocess.run(command, check=False)  # noqa: S603  our own command
        if finished.returncode:
            raise click.exceptions.Exit(finished.returncode)
    else:
        run.say("nothing changed since it was last published")
    return published_database(root)


def _tell_written(run: Run, changed: list[str]) -> None:
    for name in changed:
        run.done(f"wrote {name}")
    if not changed:
        run.done("no file changed")
