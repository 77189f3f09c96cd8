"""The command `openbaar`: it reads options, calls the toolkit, and prints its errors.

Everything else is imported when a command runs, so that `--help` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from openbaar import __version__
from openbaar.cli import progress
from openbaar.cli.authoring import add, confirm, init, inspect, migrate, preview, recognise
from openbaar.cli.common import (
    Commands,
    Run,
    as_dicts,
    common,
    json_result,
    print_problems,
    unreadable,
    workers_option,
)
from openbaar.cli.completion import table_names
from openbaar.cli.handbook import show_help
from openbaar.cli.site import catalogue, freeze, serve
from openbaar.cli.versions import deposit, diff, release, update
from openbaar.collector import SELDOM
from openbaar.errors import OpenbaarError, Problem

if TYPE_CHECKING:
    from openbaar.tables.authored.publication import Publication
    from openbaar.tables.converting.convert import Readers


def run() -> None:
    """Run the command in a process of its own."""
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)  # all that there is goes with the process: no last look at it
    # Python processes that this one starts, workers too, import nothing from the current folder,
    # which may come from anybody.
    os.environ["PYTHONSAFEPATH"] = "1"
    main(prog_name="openbaar")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="openbaar")
@common
@click.pass_context
def main(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Turn the tables of official documents into documented, citable open data.

    Works on a publication: a folder with sources/, tables/*.yaml and tables/package.yaml.
    """
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        ctx.color = False


main.add_command(init)
main.add_command(add)
main.add_command(preview)
main.add_command(confirm)
main.add_command(migrate)
main.add_command(inspect)
main.add_command(diff)
main.add_command(release)
main.add_command(deposit)
main.add_command(update)
main.add_command(recognise)
main.add_command(serve)
main.add_command(freeze)
main.add_command(catalogue)
main.add_command(show_help)


@main.command()
@click.argument("tables", nargs=-1, shell_complete=table_names)
@workers_option("How many processes read documents; by default as many as are worth their start.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Read them on the Dask cluster at tcp://HOST:PORT."
)
@click.option(
    "--store",
    metavar="ADDRESS",
    help="Where its workers share files, such as s3://BUCKET/FOLDER; by default the publication's"
    " folder.",
)
@json_result
@common
@click.pass_context
def convert(
    ctx: click.Context,
    tables: tuple[str, ...],
    workers: int | None,
    scheduler: str | None,
    store: str | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Read the documents and write tables/*.csv.

    With TABLES it writes only those; without, all tables and the trust tables (provenance,
    reconciliation, footnotes, anomalies).
    """
    if store is not None and scheduler is None:
        raise click.UsageError("--store needs --scheduler")
    run = Run(ctx, project, quiet)
    if scheduler is None:
        _begin_workers(run, workers)
    from openbaar.holding import alone
    from openbaar.placing import write_files
    from openbaar.tables.converting.convert import convert_some, convert_to_files, here
    from openbaar.tables.converting.kept import keeping
    from openbaar.tables.judging.failing import differences

    publication = run.load()
    with alone(publication.root, run.say) as work:
        readers = _readers(run, publication, workers, scheduler, store)
        with run.progress(lambda: progress.converting(publication, readers is here, tables)):
            kept = keeping(readers, publication.root)
            if tables:
                made = convert_some(publication, tables, work, say=run.say, readers=kept)
            else:
                made = convert_to_files(publication, work, say=run.say, readers=kept)
        changed = write_files(publication.root, {**made.files, **made.lines}, work)
    written = [name for name in changed if name not in made.lines]
    _tell_written(run, written)
    different = differences(publication, made.reconciliation)
    run.warn(made.doubts)
    run.result(written=written, different=as_dicts(different), warnings=as_dicts(made.doubts))
    if different and not run.as_json:  # written all the same, for the author to look at
        print_problems(different)


def _begin_workers(run: Run, workers: int | None) -> None:
    """Let workers begin to import what they need, while this process still imports and reads."""
    from openbaar.tables.converting.worker_server import worker_server

    if workers is not None and workers > 1:
        worker_server((run.root / "sources").rglob("*"))


def _readers(
    run: Run,
    publication: Publication,
    workers: int | None = None,
    scheduler: str | None = None,
    store: str | None = None,
) -> Readers:
    """What reads the tables: this process, several, or a cluster."""
    from openbaar.tables.converting.convert import here
    from openbaar.tables.converting.workers import (
        in_processes,
        in_worthwhile_processes,
        on_cluster,
        worthwhile,
    )

    if scheduler is not None:
        return on_cluster(scheduler, run.part, store)
    most = workers or worthwhile(publication, publication.package.documents)
    if most == 1:
        return here
    return in_worthwhile_processes(run.part) if workers is None else in_processes(workers, run.part)


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
    from openbaar.publishing.publish import build_site

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
    run = Run(ctx, project, quiet)
    problems, warned = _checked(run)
    if run.as_json:
        run.result(
            valid=not problems,
            problems=as_dicts(problems),
            warnings=as_dicts(warned),
        )
    elif problems or warned:
        run.warn(warned)
        print_problems(problems)
    else:
        run.done("nothing is wrong")
    ctx.exit(1 if problems or (strict and warned) else 0)


def _checked(run: Run) -> tuple[Sequence[Problem], Sequence[Problem]]:
    """What is wrong with a publication, and what a person should look at."""
    from openbaar.publishing.examine import examine, warnings
    from openbaar.tables.converting.convert import here

    warned: Sequence[Problem] = ()
    try:
        publication = run.load()
        warned = warnings(publication)
        readers = _readers(run, publication)
        with run.progress(lambda: progress.checking(publication, readers is here)):
            found = examine(publication, run.say, readers)
        return found.problems, [*warned, *found.doubts]
    except OpenbaarError as error:
        return error.problems, warned
    except OSError as error:
        return [unreadable(error)], warned


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--again", is_flag=True, help="Publish also what did not change.")
@workers_option("How many processes publish FOLDERS, or read the documents of one publication.")
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
    from openbaar.publishing.staleness import (
        archive_path,
        database_path,
        workbook_paths,
        would_differ,
    )

    run = Run(ctx, project, quiet)
    if folders:
        _publish_many(ctx, run, folders, again, workers)
        return
    if not again and not would_differ(run.root):
        run.done("nothing changed since it was last published")
        run.result(written=[], built=[], warnings=[])
        return
    _begin_workers(run, workers)
    from openbaar.publishing.publish import publish
    from openbaar.tables.converting.convert import here

    publication = run.load()
    readers = _readers(run, publication, workers)
    doubts: list[Problem] = []
    with run.progress(lambda: progress.publishing(publication, readers is here)):
        changed = publish(publication, run.say, readers, doubts.extend)
    run.warn(doubts)
    _tell_written(run, changed)
    made = [database_path(publication), archive_path(publication)]
    made += workbook_paths(publication).values()
    built = [str(path.relative_to(publication.root)) for path in made]
    for name in built:
        run.done(f"built {name}")
    run.result(written=changed, built=built, warnings=as_dicts(doubts))


def _publish_many(
    ctx: click.Context, run: Run, folders: tuple[Path, ...], again: bool, workers: int | None
) -> None:
    """Publish the publications in several folders, with a bar, and report those that failed."""
    from openbaar.publishing.many import publish_changed

    with click.progressbar(length=len(folders), label="publishing", file=_bar_file(run)) as bar:
        outcomes = publish_changed(folders, workers, again, bar.update)
    for outcome in outcomes:
        for name in outcome.changed:
            run.done(f"wrote {outcome.folder / name}")
    published = [str(outcome.folder) for outcome in outcomes if not outcome.problems]
    failed = [str(outcome.folder) for outcome in outcomes if outcome.problems]
    problems = list(chain.from_iterable(outcome.problems for outcome in outcomes))
    doubts = list(chain.from_iterable(outcome.doubts for outcome in outcomes))
    run.warn(doubts)
    run.done(f"published {len(published)}, left {len(folders) - len(outcomes)} as is")
    run.result(
        published=published,
        failed=failed,
        problems=as_dicts(problems),
        warnings=as_dicts(doubts),
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


def _tell_written(run: Run, changed: list[str]) -> None:
    for name in changed:
        run.done(f"wrote {name}")
    if not changed:
        run.done("no file changed")
