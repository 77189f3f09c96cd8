"""The commands about versions: `diff`, `release`, `deposit` and `update`."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openbaar.cli import progress
from openbaar.cli.common import Run, as_dicts, common, json_result, print_json, print_problems
from openbaar.cli.completion import version_names

if TYPE_CHECKING:
    from openbaar.versions.snapshot import Snapshot

TOKEN = "OPENBAAR_TOKEN"  # noqa: S105  the name of a variable of the environment


@click.command()
@click.argument("old", shell_complete=version_names)
@click.argument("new", default=".", shell_complete=version_names)
@json_result
@common
@click.pass_context
def diff(ctx: click.Context, old: str, new: str, project: Path | None, quiet: bool) -> None:
    """Show what changed from version OLD to version NEW.

    Each is a folder, a zip, a released version such as 1.0.0, or a revision of git. Without NEW it
    is the publication as it was published last. Says which part of the version has to rise.
    """
    from openbaar.publishing.staleness import is_stale
    from openbaar.versions.diff import difference
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    if new == "." and is_stale(run.root):
        run.say(
            "what changed since it was last published is not compared: `openbaar publish` first"
        )
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
    from openbaar.publishing.release import release as release_next
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    today = datetime.date.today() if day is None else day.date()
    root = run.root.resolve()
    with run.progress(lambda: progress.releasing(run.load())):
        released = release_next(root, today, not no_tag, run.say)
    run.warn(released.doubts)
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
        warnings=as_dicts(released.doubts),
    )


def _in_git(tag: str | None, wanted: bool) -> str:
    """What git has of a release, said behind its number."""
    if tag is not None:
        return f", tag {tag}"
    return "; this folder is not in git, so nothing was committed or tagged" if wanted else ""


@click.command()
@click.argument("service", type=click.Choice(["zenodo", "ckan"]))
@click.option(
    "--to",
    metavar="ADDRESS",
    help="Where to send it, such as https://sandbox.zenodo.org; without it, nothing is sent.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--publish", is_flag=True, help="Publish it there; otherwise it is a draft.")
@click.option("--organisation", metavar="NAME", help="The organisation of the portal (CKAN).")
@json_result
@common
@click.pass_context
def deposit(
    ctx: click.Context,
    service: str,
    to: str | None,
    dry_run: bool,
    publish: bool,
    organisation: str | None,
    project: Path | None,
    quiet: bool,
) -> None:
    """Deposit the published version at Zenodo or in a CKAN portal.

    Shows as JSON what would be sent. With --to ADDRESS it is sent as a draft, with the token that
    the environment variable OPENBAAR_TOKEN holds. With --publish it is published; a DOI that it is
    given is written to tables/package.yaml.
    """
    from openbaar.deposit import ckan, zenodo
    from openbaar.deposit.made import check_published
    from openbaar.deposit.sending import Repository
    from openbaar.publishing.release import set_values

    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    made = zenodo.deposit(root) if service == "zenodo" else ckan.deposit(root, organisation)
    if to is None or dry_run:
        print_json(made.as_data())
        return
    check_published(root)
    token = _token()
    if service == "zenodo":
        send, authorization = zenodo.send, f"Bearer {token}"
    else:
        send, authorization = ckan.send, token
    with Repository(to, authorization) as repository:
        files = {each.name: each.path for each in made.files}
        with run.progress(lambda: progress.sending(files)):
            given = send(made, repository, publish, run.say)
    run.done(f"{'published' if publish else 'a draft'}: {given.address}")
    run.result(address=given.address, doi=given.doi, published=publish)
    if given.doi is not None:
        set_values(root, {"doi": given.doi})
        run.done(f"wrote doi {given.doi} to tables/package.yaml; `openbaar publish` cites it")


def _token() -> str:
    """What lets us send to a service. Raises UsageError where there is none."""
    token = os.environ.get(TOKEN)
    if not token:
        raise click.UsageError(f"--to needs a token in the environment variable {TOKEN}.")
    return token


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--of", metavar="PATH", help="The document of which it is a new edition.")
@click.option("--write", is_flag=True, help="Put it in the place of the old edition.")
@json_result
@common
@click.pass_context
def update(
    ctx: click.Context, file: Path, of: str | None, write: bool, project: Path | None, quiet: bool
) -> None:
    """Try the recipes on a new edition of a document.

    Shows what no longer fits, and what changed in the tables that do; exits with 1 where something
    does not fit. With --write, FILE is put into sources/ and the authored files name it instead of
    the old edition, which stays there.
    """
    from openbaar.publishing.update import take_edition, try_edition
    from openbaar.versions.report import as_data, as_text

    run = Run(ctx, project, quiet)
    root = run.root.resolve()
    with run.progress(lambda: progress.updating(run.load(), file)):
        edition = try_edition(root, file.resolve(), of, run.say)
    written = take_edition(root, edition, run.say) if write else []
    run.result(
        problems=as_dicts(edition.problems),
        fitting=list(edition.fitting),
        changes=as_data(edition.diff),
        written=written,
    )
    if edition.problems and not run.as_json:  # first what fails: the rest is about the others
        print_problems(list(edition.problems))
    fitting = ", ".join(edition.fitting) or "none"
    run.done(f"tables whose recipes fit {edition.new}: {fitting}")
    if edition.fitting:
        run.done(as_text(edition.diff))
    for name in written:
        run.done(f"wrote {name}")
    if written:
        run.done("its title, date, authors and rights are still those of the old edition")
    ctx.exit(1 if edition.problems else 0)
