"""The commands for those who write recipes: from `init` and `add` to `preview` and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openbaar.cli.common import Run, common, json_result, print_problems
from openbaar.cli.completion import table_names
from openbaar.errors import OpenbaarError

if TYPE_CHECKING:
    from openbaar.tables.judging.unconfirmed import Guess


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--document",
    "documents",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    required=True,
    help="A text, PDF, workbook, CSV file or saved web page. Can be repeated.",
)
@click.option(
    "--language", help="The language of the publication; by default that of the documents."
)
@click.option(
    "--minimal",
    is_flag=True,
    help="Only the documents and their table files: no readme, make, CI or container.",
)
@json_result
@common
@click.pass_context
def init(
    ctx: click.Context,
    folder: Path,
    documents: tuple[Path, ...],
    language: str | None,
    minimal: bool,
    project: Path | None,
    quiet: bool,
) -> None:
    """Start a publication in FOLDER from documents.

    Copies the documents and drafts a table file for each table found in them, each guess marked
    `# guess:`. Around them: a readme, a Makefile, checks and Pages for GitHub and GitLab, and a
    container. Nothing is overwritten.
    """
    from openbaar.authoring.draft.project import init

    run = Run(ctx, project, quiet)
    report = init(folder, documents, language, minimal)
    for line in report:
        run.done(line)
    run.result(folder=str(folder), report=report)


@click.command()
@click.argument(
    "documents",
    nargs=-1,
    required=True,
    metavar="DOCUMENT...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@json_result
@common
@click.pass_context
def add(ctx: click.Context, documents: tuple[Path, ...], project: Path | None, quiet: bool) -> None:
    """Add documents to a publication.

    Copies each DOCUMENT, and drafts a table file for each table found in it, as `init` does. What
    is there stays as it is. For a new edition of a document that is there, use `update`.
    """
    from openbaar.authoring.draft.addition import add

    run = Run(ctx, project, quiet)
    report = add(run.root.resolve(), documents, run.say)
    for line in report:
        run.done(line)
    run.result(report=report)


@click.command()
@click.argument("scan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--language",
    "languages",
    multiple=True,
    default=("nl",),
    show_default=True,
    help="A language of the scan: nl, de, fr, en, or as Tesseract calls it. Can be repeated.",
)
@common
@click.pass_context
def recognise(
    ctx: click.Context, scan: Path, languages: tuple[str, ...], project: Path | None, quiet: bool
) -> None:
    """Recognise the words of SCAN, a PDF made of pictures, with Tesseract.

    Writes them beside it, into a file that `init` and recipes read: `scan.pdf`, `scan.words.tsv`.
    """
    from openbaar.authoring.recognise import recognise

    run = Run(ctx, project, quiet)
    run.done(f"wrote {recognise(scan, languages)}; next: compare it with the scan, then 'init'")


@click.command()
@click.argument("table", required=False, shell_complete=table_names)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the preview as an HTML page to this file.",
)
@click.option("--watch", is_flag=True, help="Update it each time a file is saved, until Ctrl-C.")
@common
@click.pass_context
def preview(
    ctx: click.Context,
    table: str | None,
    html: Path | None,
    watch: bool,
    project: Path | None,
    quiet: bool,
) -> None:
    """Show what the recipe of TABLE reads from each line.

    Without TABLE, shows all tables that have a recipe.
    """
    from openbaar.authoring.preview.watch import watch as watch_files

    run = Run(ctx, project, quiet)

    def draw() -> None:
        if watch and html is None:
            click.clear()  # does nothing where the output is no terminal
        try:
            _preview_once(run, table, html)
        except OpenbaarError as error:
            if not watch:
                raise
            print_problems(error.problems)

    if watch:
        watch_files(run.root, draw)
    else:
        draw()


def _preview_once(run: Run, table: str | None, html: Path | None) -> None:
    import shutil

    from openbaar.authoring.preview.lines import previews
    from openbaar.authoring.preview.page import page
    from openbaar.authoring.preview.terminal import render
    from openbaar.files import replacing

    publication = run.load()
    found = previews(publication, table)
    if html is None:
        click.echo(
            "\n".join(render(each, shutil.get_terminal_size((160, 24)).columns) for each in found)
        )
        return
    with replacing(html) as partial:
        partial.write_text(page(run.root, publication.package.name, found), "utf-8")
    run.done(f"wrote {html}")


@click.command()
@click.argument("tables", nargs=-1, metavar="[TABLE]...", shell_complete=table_names)
@click.option(
    "--guess",
    "named",
    multiple=True,
    metavar="WORDS",
    help="Confirm the guesses that begin with these words, without asking. Can be repeated.",
)
@click.option("--all", "every", is_flag=True, help="Confirm all guesses of each TABLE.")
@common
@click.pass_context
def confirm(
    ctx: click.Context,
    tables: tuple[str, ...],
    named: tuple[str, ...],
    every: bool,
    project: Path | None,
    quiet: bool,
) -> None:
    """Confirm guesses of `init` and `add`, the same one in many tables with one answer.

    Shows each kind of guess with what it is in each file, and asks whether all of them are right;
    the comments of those that are go. Without TABLE, in all files but those of tables whose drafts
    do not convert or need a look.
    """
    from openbaar.authoring.confirm import confirm, of_kinds, unconfirmed

    if every and not tables:
        raise click.UsageError("--all needs the tables whose guesses are right")
    run = Run(ctx, project, quiet)
    found = unconfirmed(run.load(), tables)
    if every or named:
        guesses = found.guesses if every else of_kinds(found, named)
        for name in confirm(run.root.resolve(), guesses, run.say):
            run.done(f"wrote {name}")
        count = len(guesses)
    else:
        count = sum(_asked(run, kind, guesses) for kind, guesses in found.kinds.items())
    run.done("1 guess was confirmed" if count == 1 else f"{count} guesses were confirmed")
    if found.left_out:
        listed = ", ".join(found.left_out)
        run.done(f"not asked about, because their drafts need a look; name them: {listed}")


def _asked(run: Run, kind: str, guesses: Sequence[Guess]) -> int:
    """Show the guesses of a kind, ask whether they are right, and confirm them if so; how many."""
    from openbaar.authoring.confirm import confirm, shown

    click.secho(f"\n{kind}", bold=True)
    for guess in guesses:
        first, *below = shown(run.root, guess)
        click.echo(f"  {guess.file}:{guess.line}  {first.strip()}")
        for line in below:
            click.echo(f"      {line}")
    question = "Is it right?" if len(guesses) == 1 else f"Are all {len(guesses)} right?"
    if not click.confirm(question, default=False):
        return 0
    confirm(run.root.resolve(), guesses, run.say)
    return len(guesses)


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@common
@click.pass_context
def inspect(ctx: click.Context, path: Path, project: Path | None, quiet: bool) -> None:
    """Judge a data package or a CSV file that you were sent.

    PATH is a folder with datapackage.json, a zip of one, or a .csv file. Nothing of it is unpacked,
    run or fetched. Says which tables it holds, or everything that is wrong with it.
    """
    from openbaar.package.gate import receive

    run = Run(ctx, project, quiet)
    for table in receive(path.resolve()).tables:
        run.done(f"{table.name}: {len(table.rows)} rows of {', '.join(table.schema.names)}")
    run.done("nothing is wrong with it")


@click.command()
@common
@click.pass_context
def migrate(ctx: click.Context, project: Path | None, quiet: bool) -> None:
    """Rewrite recipes of before version 0.2 in the language of today.

    Comments stay. A recipe that needs a person stays as it was, and is named.
    """
    from openbaar.authoring.migrate import migrate as migrated_in

    run = Run(ctx, project, quiet)
    migrated = migrated_in(run.root)
    for name in migrated.files:
        run.done(f"rewrote {name}")
    if not migrated.files and not migrated.problems:
        run.done("no file needs to be rewritten")
    if migrated.problems:
        raise OpenbaarError(migrated.problems)
